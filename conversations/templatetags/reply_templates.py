"""`{% load reply_templates %}{% templates_of "chat" %}`: the section "Templates" of a channel's settings page (SE2)."""

from typing import Any

from django import template

from agents.http import company_of
from conversations.template_views import channel_place

register = template.Library()


@register.inclusion_tag("conversations/templates/section.html", takes_context=True)
def templates_of(context: template.Context, channel: str) -> dict[str, Any]:
    request: Any = context["request"]
    return {"place": channel_place(company_of(request.user), channel)}
