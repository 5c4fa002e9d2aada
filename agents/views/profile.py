"""My profile (PR1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.forms.parts import PictureForm
from agents.forms.profile import ProfileForm
from agents.http import AgentRequest, for_agents
from agents.models import Channel
from agents.particulars import update_profile
from agents.pictures import change_avatar, make_avatar
from agents.views.pictures import receive_picture
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


@explains_large_bodies
@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: AgentRequest) -> HttpResponse:
    """Upload a photo. GET: a reload after a photo that was refused."""
    if request.method != "POST":
        return redirect("agents:profile")
    content, form = receive_picture(request, make_avatar)
    if content is None:
        return _page(request, _form(request), form, status=422)
    change_avatar(agent=request.user, content=content)
    messages.success(request, _("Your photo is saved. Visitors see it when you are available."))
    return redirect("agents:profile")


@for_agents
@require_POST
def remove_photo(request: AgentRequest) -> HttpResponse:
    change_avatar(agent=request.user, content=None)
    messages.success(request, _("Your photo is removed."))
    return redirect("agents:profile")
