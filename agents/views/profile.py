"""My profile (PR1)."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.forms.parts import PictureForm
from agents.forms.profile import ProfileForm
from agents.http import AgentRequest, for_agents
from agents.models import Channel
from agents.particulars import update_profile
from agents.pictures import change_avatar, make_avatar
from agents.views.pictures import Picture
from contactcenter.middleware import explains_large_bodies


def _form(request: AgentRequest, data: object = None) -> ProfileForm:
    return ProfileForm.of(request.user, data, language=get_language() or "en")


def _page(
    request: AgentRequest, form: ProfileForm, picture: PictureForm | None = None, status: int = 200
) -> HttpResponse:
    agent = request.user
    own = set(agent.channels.values_list("channel", flat=True))
    context = {
        "form": form,
        "picture": picture or PictureForm(),
        "groups": agent.groups_of.all(),
        "channels": [channel for channel in Channel if channel in own],
    }
    return render(request, "agents/profile/profile.html", context, status=status)


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AgentRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _form(request))
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    update_profile(agent=request.user, **form.cleaned_data)
    # The next page speaks the language that was just chosen.
    with override(form.cleaned_data["language"]):
        messages.success(request, _("Your profile is saved."))
    return redirect("agents:profile")


def _photo(request: AgentRequest) -> Picture:
    return Picture(
        make=make_avatar,
        change=partial(change_avatar, agent=request.user),
        page=lambda form: _page(request, _form(request), form, status=422),
        address=reverse("agents:profile"),
        saved=_("Your photo is saved. Visitors see it when you are available."),
        removed=_("Your photo is removed."),
    )


@explains_large_bodies
@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: AgentRequest) -> HttpResponse:
    return _photo(request).receive(request)


@for_agents
@require_POST
def remove_photo(request: AgentRequest) -> HttpResponse:
    return _photo(request).remove(request)
