from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.models import Channel
        from chat.delivery import ChatAdapter
        from conversations.channels import register_channel

        register_channel(Channel.CHAT, ChatAdapter())
