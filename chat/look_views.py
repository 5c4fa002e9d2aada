"""Settings → Look of the chat (WI2, SE1): the form, and a preview that is made of the widget itself: its style sheets,
and its panel with its script, which here talks to nobody."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Agent, Company, Language
from agents.particulars import update_company
from chat.look_forms import WidgetLookForm
from chat.triggers import triggers_of
from chat.widget_colours import contrast, palette
from chat.widget_source import launcher_style
from chat.widget_views import draw_panel, panel_config

SWATCHES = ("#7318b6", "#2f55d4", "#0b6e4f", "#c2410c", "#f5c400", "#1b1c22")
STATES = ("closed", "online", "offline", "trigger")
MOST_FACES = 3


@for_full_access
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = WidgetLookForm.of(company, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        update_company(company=company, **form.cleaned_data)
        messages.success(
            request, _("The look of the chat is saved. Your website shows it within five minutes.")
        )
        return redirect("chat:look")
    shown = request.GET.get("show")
    facts = {
        "company": company,
        "form": form,
        "swatches": SWATCHES,
        "contrast": _readable(company.widget_colour),
        "show": shown if shown in STATES else "online",
        "language": translation.get_language() if translation.get_language() in Language.values else "pl",
    }
    return render(request, "chat/look/page.html", facts, status=422 if form.is_bound else 200)


def _readable(colour: str) -> str:
    tones = palette(colour)["light"]
    ratio = f"{contrast(tones['fill'], tones['on']):.1f}"
    return _("Words on this colour are readable (%(ratio)s : 1). We choose theirs, for every colour.") % {
        "ratio": ratio.replace(".", ",") if translation.get_language() == "pl" else ratio
    }


@require_safe
@for_full_access
def colours(request: AgentRequest) -> HttpResponse:
    """What the widget would paint with, while a colour is being chosen."""
    form = WidgetLookForm({"widget_colour": request.GET.get("colour", "")})
    form.is_valid()
    colour = form.cleaned_data.get("widget_colour")
    if not colour:
        return JsonResponse({}, status=422)
    return JsonResponse({"colours": palette(colour), "said": _readable(colour)})


def _faces(company: Company) -> list[dict[str, Any]]:
    """Those whom visitors may meet, so that the preview shows their photos."""
    agents = Agent.objects.get_queryset().of(company.pk).order_by("pk")[:MOST_FACES]
    return [{"name": agent.public_name, "avatar": agent.avatar_address} for agent in agents]


@require_safe
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
@for_full_access
def preview(request: AgentRequest) -> HttpResponse:
    """A website with the launcher on it, for the frame of the page."""
    company = company_of(request.user)
    faces = _faces(company)
    face = next((each["avatar"] for each in faces if each["avatar"]), company.logo_address)
    config = {"css": launcher_style(), "face": face, "logo": company.logo_address}
    return render(request, "chat/look/preview.html", {"company": company, "config": config})


@require_safe
@xframe_options_sameorigin
@for_full_access
def panel(request: AgentRequest) -> HttpResponse:
    """The panel as visitors load it, with people there or not. Its key is nobody's: it finds no conversation."""
    company = company_of(request.user)
    language = request.GET.get("lang", "")
    language = language if language in Language.values else company.language
    is_online = request.GET.get("show") != "offline"
    trigger = triggers_of(company).get(language)
    config = panel_config(company, language) | {
        "key": "preview",
        "group": None,
        "preview": True,
        "availability": {"online": is_online, "agents": _faces(company) if is_online else []},
        "bot": False,
        "details": {"name": "", "email": "", "ask": False, "required": False},
        "trigger": {
            "id": 0,
            "text": trigger.text if trigger else _sample(language),
            "opens": company.triggers_open,
        },
    }
    return draw_panel(request, company, config, ancestors="'self'")


def _sample(language: str) -> str:
    with translation.override(language):
        return _("Good morning, how can I help you? :)")
