"""`{% load installation %}`: the code of the widget, whether it works, and the guides, for any page."""

from typing import Any

from django import template
from django.utils.translation import get_language

from agents.http import company_of
from chat.guides.systems import SYSTEMS
from chat.installation import installation_of

register = template.Library()


@register.inclusion_tag("chat/installation/code.html", takes_context=True)
def widget_installation(context: template.Context) -> dict[str, Any]:
    """The code with a button that copies it, the guides as PDF, and the indicator."""
    request: Any = context["request"]
    company = company_of(request.user)
    return {
        "request": request,
        "snippet": company.snippet,
        "installation": installation_of(company),
        "systems": SYSTEMS.values(),
        "language": "pl" if (get_language() or "").startswith("pl") else "en",
    }
