"""Small pieces that every page is made of. `{% load ui %}`"""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contactcenter.navigation import ENTRIES, SETTINGS, Entry, SettingsEntry, SettingsSection

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1000)  # a list draws the same few some hundred times
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """A glyph of static/icons.svg, silent for screen readers unless it has a label. Sizes: 16, 20, 32."""
    return format_html(
        '<svg class="icon{}" {}><use href="{}#i-{}"/></svg>',
        "" if size == 20 else f" icon--{size}",
        format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"'),
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[tuple[Entry, bool]]:
    """The rooms of the main navigation, each with whether the page belongs to it. None for operators, who have no
    company whose rooms they could be."""
    request: Any = context["request"]
    if request.user.company_id is None:
        return []
    return [(entry, entry.leads_to(request.path)) for entry in ENTRIES]


@register.simple_tag(takes_context=True)
def settings_navigation(
    context: template.Context,
) -> list[tuple[SettingsSection, list[tuple[SettingsEntry, bool]]]]:
    """The sections of the settings that the agent may see; their pages, each with whether it is the one shown."""
    request: Any = context["request"]
    return [
        (section, [(entry, entry.leads_to(request.path)) for entry in section.entries])
        for section in SETTINGS
        if request.user.has_full_access or not section.needs_full_access
    ]


@register.filter
def minutes(length: timedelta) -> int:
    """The length in whole minutes, rounded up."""
    return -(-int(length.total_seconds()) // 60)
