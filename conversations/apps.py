from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.actions import on_agent_leaving
        from agents.duties import on_duties_change
        from agents.presence import on_presence_change
        from agents.signed_in import is_agents_browser
        from contactcenter.pages import allow_larger_bodies
        from contacts.beside import register_happenings
        from conversations.attachments import MAX_BYTES, uses_in_conversations
        from conversations.contact_pane import conversations_of
        from conversations.departures import follow_departure
        from conversations.reply_templates import forget_shortcuts_of
        from conversations.routing import follow_duties, follow_presence
        from files.uses import register_use

        on_presence_change(follow_presence)
        on_duties_change(follow_duties)
        on_agent_leaving(follow_departure)
        on_agent_leaving(forget_shortcuts_of)
        register_happenings(conversations_of)
        register_use(uses_in_conversations)
        # With room for the form around a file.
        allow_larger_bodies("/conversations/", most=MAX_BYTES + 65_536, may_send=is_agents_browser)
