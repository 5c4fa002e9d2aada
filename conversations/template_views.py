"""Templates: what the composer offers, and where they are looked after: the company's in the settings of a channel
(full access), an agent's own under "My shortcuts". Both are the same list, form and buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest, company_of, for_agents
from agents.models import Agent, Channel, Company
from contactcenter.htmx import with_events, with_toast
from conversations import reply_templates
from conversations.http import get_conversation_or_404
from conversations.models import ReplyTemplate
from conversations.reply_templates import Shelf, ShortcutTaken, TooMany, by_title, templates_for
from conversations.template_forms import TemplateForm
from conversations.template_variables import VARIABLES, fill_in


@require_safe
@for_agents
def usable(request: AgentRequest, pk: int) -> HttpResponse:
    """What the composer offers in this conversation, ready to be inserted (static/js/templates.js)."""
    conversation = get_conversation_or_404(request.user, pk)
    filled_in = partial(
        fill_in, conversation=conversation, agent=request.user, company=company_of(request.user)
    )
    found = [
        {
            "title": template.title,
            "shortcut": template.shortcut,
            "language": template.language.upper(),
            "is_own": template.owner_id is not None,
            "text": filled_in(template.text),
        }
        for template in templates_for(conversation, request.user)
    ]
    return JsonResponse({"templates": found})


# --- looking after them -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a shelf is looked after: `path` is the list, and everything else lies below it."""

    shelf: Shelf
    path: str
    # Whose settings show the company's.
    channel: str = ""

    @property
    def is_own(self) -> bool:
        return self.shelf.owner is not None

    @property
    def templates(self) -> list[ReplyTemplate]:
        return by_title(t for t in self.shelf.templates if not self.channel or t.serves(self.channel))


def channel_place(company: Company, channel: str) -> Place:
    return Place(Shelf(company), reverse("conversations:templates", args=[channel]), channel)


def own_place(agent: Agent) -> Place:
    return Place(Shelf(company_of(agent), agent), reverse("conversations:shortcuts"))


View = Callable[..., HttpResponse]


def at_place(view: View) -> View:
    """The view gets the place instead of the channel of the address: no channel, one's own shortcuts."""

    @for_agents
    def placed(request: AgentRequest, channel: str = "", **kwargs: Any) -> HttpResponse:
        if not channel:
            return view(request, own_place(request.user), **kwargs)
        if not request.user.has_full_access:
            raise PermissionDenied
        if channel not in Channel.values:
            raise Http404
        return view(request, channel_place(company_of(request.user), channel), **kwargs)

    return placed


@require_safe
@at_place
def shelf(request: AgentRequest, place: Place) -> HttpResponse:
    """The list, as a page or as the section of one that refetches itself."""
    template = "conversations/templates/section.html" if request.htmx else "conversations/templates/page.html"
    return render(request, template, {"place": place, "variables": VARIABLES})


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def add(request: AgentRequest, place: Place) -> HttpResponse:
    initial = {"channels": [place.channel] if place.channel else []}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            reply_templates.add_template(shelf=place.shelf, **form.cleaned_data)
        except (ShortcutTaken, TooMany) as error:
            _explain(form, place, error)
        else:
            return _done(request, place, _("Template added."))
    return _form(request, place, form)


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def edit(request: AgentRequest, place: Place, pk: int) -> HttpResponse:
    template = get_object_or_404(place.shelf.templates, pk=pk)
    form = TemplateForm(request.POST if request.method == "POST" else None, template=template)
    if form.is_bound and form.is_valid():
        try:
            reply_templates.change_template(template=template, **form.cleaned_data)
        except ShortcutTaken as error:
            _explain(form, place, error)
        else:
            return _done(request, place, _("Template saved."))
    return _form(request, place, form, pk)


@require_POST
@at_place
def delete(request: AgentRequest, place: Place, pk: int) -> HttpResponse:
    template = get_object_or_404(place.shelf.templates, pk=pk)
    reply_templates.delete_template(template=template)
    said = _("Template “%(title)s” deleted.") % {"title": template.title}
    return _done(request, place, said, undo=f"{place.path}{pk}/restore/")


@require_POST
@at_place
def restore(request: AgentRequest, place: Place, pk: int) -> HttpResponse:
    everything = ReplyTemplate.objects.filter(company=place.shelf.company, owner=place.shelf.owner)
    template = get_object_or_404(everything, pk=pk)
    try:
        reply_templates.restore_template(shelf=place.shelf, template=template)
    except ShortcutTaken:
        return _done(request, place, _("Another template has the shortcut by now."))
    except TooMany:
        return _done(request, place, _full(place))
    return _done(request, place, _("Template “%(title)s” is back.") % {"title": template.title})


def routes(prefix: str, names: str, name: str) -> list[URLPattern]:
    """The addresses of a place."""
    return [
        path(prefix, shelf, name=names),
        path(f"{prefix}add/", add, name=f"add_{name}"),
        path(f"{prefix}<int:pk>/", edit, name=name),
        path(f"{prefix}<int:pk>/delete/", delete, name=f"delete_{name}"),
        path(f"{prefix}<int:pk>/restore/", restore, name=f"restore_{name}"),
    ]


def _form(request: AgentRequest, place: Place, form: TemplateForm, pk: int | None = None) -> HttpResponse:
    template = "conversations/templates/dialog.html" if request.htmx else "conversations/templates/edit.html"
    action = f"{place.path}{pk}/" if pk else f"{place.path}add/"
    facts = {"place": place, "form": form, "is_new": pk is None, "action": action, "variables": VARIABLES}
    if form.is_bound:
        form.begin_at_error()
    return render(request, template, facts, status=422 if form.is_bound else 200)


def _done(request: AgentRequest, place: Place, said: str, *, undo: str = "") -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect(place.path)
    return with_toast(with_events(HttpResponse(status=204), "templates.stale"), said, undo=undo)


def _explain(form: TemplateForm, place: Place, error: ShortcutTaken | TooMany) -> None:
    if isinstance(error, TooMany):
        form.add_error(None, _full(place))
    elif place.is_own:
        form.add_error("shortcut", _("You have a shortcut of this name already."))
    else:
        form.add_error("shortcut", _("There is a template with this shortcut already."))


def _full(place: Place) -> str:
    said = _("There are %(most)s templates, and no more fit: delete one that nobody uses.")
    return said % {"most": place.shelf.most}
