from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.availability import on_availability
        from agents.models import Channel
        from agents.particulars import on_website

        # They register the keepers of their promises.
        from chat import bot, busy  # noqa: F401
        from chat.delivery import ChatAdapter
        from chat.identity import identity_section
        from chat.installation import check_when_moved
        from chat.notices import remember_online
        from chat.trail import pages_section
        from chat.uploads import FORM
        from contactcenter.pages import allow_larger_bodies
        from conversations.attachments import MAX_BYTES
        from conversations.channels import register_beside, register_channel

        # Strangers send files too; with room for the form around one.
        allow_larger_bodies("/widget/upload/", most=MAX_BYTES + FORM, may_send=lambda cookies: True)
        register_channel(Channel.CHAT, ChatAdapter())
        register_beside(Channel.CHAT, identity_section, pages_section)
        on_availability(remember_online)
        on_website(check_when_moved)
