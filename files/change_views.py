"""Changing what is stored: upload, folders, names, places, deletion (FI1)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agents.http import AgentRequest, company_of, for_agents
from contactcenter.htmx import with_events, with_toast
from contactcenter.middleware import explains_large_bodies, is_cut_short
from files import actions
from files.actions import Chosen
from files.forms import NameForm
from files.http import address_of, chosen_by, folder_named, get_file_or_404, get_folder_or_404
from files.models import Folder, StoredFile
from files.store import MAX_BYTES, TOO_LARGE, Refused, store_file
from files.tree import Tree
from files.uses import Use, uses_of

# Of so many files it is said where they are attached, and so many places are named.
MOST_ASKED, MOST_NAMED = 500, 3


# --- uploading ----------------------------------------------------------------------------------------------------


@explains_large_bodies
@require_POST
@for_agents
def upload(request: AgentRequest) -> HttpResponse:
    """One file for the page's script, which asks for JSON; several for a form without it."""
    if is_cut_short(request):
        too_large = str(format_lazy(TOO_LARGE, megabytes=MAX_BYTES // 1_048_576))
        return _uploaded(request, None, [], [too_large])
    folder = folder_named(request, request.POST.get("folder"))
    stored, refused = [], []
    for sent in request.FILES.getlist("file"):
        try:
            file = store_file(
                company=company_of(request.user),
                name=sent.name or "",
                content=sent,
                added_by=request.user,
                folder=folder,
            )
        except Refused as refusal:
            refused.append(_("%(name)s: %(reason)s") % {"name": sent.name, "reason": refusal.reason})
        else:
            stored.append(file)
    if not stored and not refused:
        refused.append(_("Choose at least one file."))
    return _uploaded(request, folder, stored, refused)


def _uploaded(
    request: AgentRequest, folder: Folder | None, stored: list[StoredFile], refused: list[str]
) -> HttpResponse:
    if request.accepts("text/html"):
        for reason in refused:
            messages.error(request, reason)
        if stored:
            said = ngettext("%(n)s file uploaded.", "%(n)s files uploaded.", len(stored))
            messages.success(request, said % {"n": len(stored)})
        return redirect(address_of(folder))
    if refused:
        return JsonResponse({"error": refused[0].partition(": ")[2] or refused[0]}, status=422)
    return JsonResponse({"id": stored[0].pk, "name": stored[0].name})


# --- names --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def add_folder(request: AgentRequest) -> HttpResponse:
    values = request.POST if request.method == "POST" else request.GET
    parent = folder_named(request, values.get("folder"))
    form = NameForm(request.POST if request.method == "POST" else None, label=_("Name of the folder"))
    if form.is_bound and form.is_valid():
        try:
            folder = actions.create_folder(
                company=company_of(request.user), name=form.typed, parent=parent, by=request.user
            )
        except Refused as refusal:
            form.add_error("name", str(refusal.reason))
        else:
            said = _("Folder “%(name)s” created.") % {"name": folder.name}
            return _done(request, parent, said)
    words = {"heading": _("New folder"), "button": _("Create"), "parent": parent}
    return _name_dialog(request, form, reverse("files:add_folder"), parent, words)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def rename_file(request: AgentRequest, pk: int) -> HttpResponse:
    file = get_file_or_404(request, pk)
    form = NameForm(
        request.POST if request.method == "POST" else None,
        label=_("Name of the file"),
        initial={"name": file.name},
    )
    if form.is_bound and form.is_valid():
        try:
            file = actions.rename_file(file=file, name=form.typed)
        except Refused as refusal:
            form.add_error("name", str(refusal.reason))
        else:
            said = _("The file is called “%(name)s” now.") % {"name": file.name}
            return _done(request, file.folder, said)
    words = {"heading": _("Rename file"), "button": _("Rename")}
    return _name_dialog(request, form, reverse("files:rename_file", args=[pk]), file.folder, words)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def rename_folder(request: AgentRequest, pk: int) -> HttpResponse:
    folder = get_folder_or_404(request, pk)
    form = NameForm(
        request.POST if request.method == "POST" else None,
        label=_("Name of the folder"),
        initial={"name": folder.name},
    )
    if form.is_bound and form.is_valid():
        try:
            folder = actions.rename_folder(folder=folder, name=form.typed)
        except Refused as refusal:
            form.add_error("name", str(refusal.reason))
        else:
            said = _("The folder is called “%(name)s” now.") % {"name": folder.name}
            return _done(request, folder.parent, said)
    words = {"heading": _("Rename folder"), "button": _("Rename")}
    return _name_dialog(request, form, reverse("files:rename_folder", args=[pk]), folder.parent, words)


def _name_dialog(
    request: AgentRequest, form: NameForm, action: str, back: Folder | None, words: dict[str, Any]
) -> HttpResponse:
    template = "files/name_dialog.html" if request.htmx else "files/name_page.html"
    facts = words | {"form": form, "action": action, "back": address_of(back)}
    return render(request, template, facts, status=422 if form.is_bound else 200)


# --- places -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def move(request: AgentRequest) -> HttpResponse:
    """By the dialog that lists every folder, or by dragging onto one."""
    if request.method != "POST":
        return _move_dialog(request, request.GET)
    company, chosen = company_of(request.user), chosen_by(request, request.POST)
    to = folder_named(request, request.POST.get("to"))
    back = _lies_in(chosen)
    try:
        actions.move(company=company, chosen=chosen, to=to)
    except Refused as refusal:
        if request.htmx and request.htmx.target != "dialog":
            return with_toast(HttpResponse(status=422), str(refusal.reason))
        return _move_dialog(request, request.POST, error=str(refusal.reason))
    where = to.name if to else _("Files")
    if chosen.one:
        said = _("“%(name)s” is in “%(folder)s” now.") % {"name": chosen.one.name, "folder": where}
    else:
        said = ngettext(
            "%(n)s item moved to “%(folder)s”.", "%(n)s items moved to “%(folder)s”.", len(chosen)
        )
        said %= {"n": len(chosen), "folder": where}
    return _done(request, back, said)


def _move_dialog(request: AgentRequest, values: QueryDict, error: str = "") -> HttpResponse:
    chosen = chosen_by(request, values)
    places = Tree(company_of(request.user).pk).places(without=[folder.pk for folder in chosen.folders])
    here = _lies_in(chosen)
    facts = {"chosen": chosen, "places": list(places), "here": here, "back": address_of(here), "error": error}
    template = "files/move_dialog.html" if request.htmx else "files/move_page.html"
    return render(request, template, facts, status=422 if error else 200)


def _lies_in(chosen: Chosen) -> Folder | None:
    """Where it lies, or the first of it."""
    return chosen.folders[0].parent if chosen.folders else chosen.files[0].folder


# --- deletion -----------------------------------------------------------------------------------------------------


@require_POST
@for_agents
def delete(request: AgentRequest) -> HttpResponse:
    company, chosen = company_of(request.user), chosen_by(request, request.POST)
    attached = _uses(company.pk, chosen)
    back = _lies_in(chosen)
    deletion = actions.delete(company=company, chosen=chosen)
    if chosen.one:
        said = _("“%(name)s” deleted.") % {"name": chosen.one.name}
    else:
        said = ngettext("%(n)s item deleted.", "%(n)s items deleted.", len(chosen)) % {"n": len(chosen)}
    if attached:
        named = ", ".join(str(use.label) for use in attached[:MOST_NAMED])
        named += ", …" if len(attached) > MOST_NAMED else ""
        said += " " + _("Still attached to: %(places)s.") % {"places": named}
    return _done(request, back, said, undo=reverse("files:restore", args=[deletion]))


def _uses(company_id: int, chosen: Chosen) -> list[Use]:
    """Where any of it is attached, what lies in the folders included."""
    folders = Tree(company_id).with_all_in_them(folder.pk for folder in chosen.folders)
    inside = StoredFile.objects.of(company_id).filter(folder__in=folders).values_list("pk", flat=True)
    files = [*(file.pk for file in chosen.files), *inside[:MOST_ASKED]]
    return [use for uses in uses_of(company_id, files).values() for use in uses]


@require_POST
@for_agents
def restore(request: AgentRequest, deletion: uuid.UUID) -> HttpResponse:
    try:
        is_back = actions.restore(company=company_of(request.user), deletion=deletion)
    except Refused:
        return _done(request, None, _("There is not enough storage left to bring it back."))
    if not is_back:
        raise Http404
    return _done(request, None, _("It is back."))


def _done(request: AgentRequest, back: Folder | None, said: str, *, undo: str = "") -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect(address_of(back))
    return with_toast(with_events(HttpResponse(status=204), "files.stale"), said, undo=undo)
