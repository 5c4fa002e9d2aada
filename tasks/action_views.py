"""What people do with tasks. Each view loads, calls one action and answers; a page without scripts is sent back."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import push_url

from agents.http import AgentRequest, company_of, for_agents, number
from contactcenter.htmx import with_events, with_toast
from conversations.http import get_conversation_or_404
from conversations.wording import customer_label
from files.models import StoredFile
from files.store import Refused, store_file
from tasks import actions
from tasks.actions import ChangedMeanwhile, Deleted
from tasks.forms import TaskForm
from tasks.http import get_task_or_404, render_room
from tasks.models import Task
from tasks.standing import differences
from tasks.uploads import await_form


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def add(request: AgentRequest) -> HttpResponse:
    """A new task, in the room or in a dialog beside a conversation, which is then in place already (IN4)."""
    company, data = company_of(request.user), request.POST if request.method == "POST" else None
    form = TaskForm(data, request.FILES or None, agent=request.user, company=company, known=_known(request))
    if form.is_bound and (files := _checked_files(request, form)) is not None:
        task = actions.create_task(company=company, by=request.user, attachments=files, **form.facts)
        return _created(request, task)
    facts = {"form": form, "task": None, "version": 0}
    status = 422 if form.is_bound else 200
    if request.htmx and request.htmx.target == "dialog":
        return render(request, "tasks/includes/dialog.html", facts, status=status)
    return render_room(request, facts, status=status)


def _known(request: AgentRequest) -> dict[str, Any]:
    """What the address of a new task says of it."""
    known: dict[str, Any] = {}
    if pk := number(request.GET.get("conversation")):
        conversation = get_conversation_or_404(request.user, pk)
        label = customer_label(conversation)
        known = {"conversation": pk, "contact": conversation.contact_id, "title": f"{label}: "[:200]}
    if pk := number(request.GET.get("contact")):
        known["contact"] = pk
    return known


def _created(request: AgentRequest, task: Task) -> HttpResponse:
    address, said = reverse("tasks:task", args=[task.pk]), _("Task created.")
    if not request.htmx:
        messages.success(request, said)
        return redirect(address)
    if request.htmx.target == "dialog":
        response = with_events(HttpResponse(status=204), "tasks.stale")
        return with_toast(response, said, leads_to=address)
    query = request.GET.urlencode()
    response = push_url(_pane(request, task.pk), f"{address}?{query}" if query else address)
    return with_toast(with_events(response, "tasks.stale"), said)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def task(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_task_or_404(request, pk)
    company = company_of(request.user)
    if request.method != "POST":
        return _pane(request, pk)
    form = TaskForm(request.POST, request.FILES or None, agent=request.user, company=company, task=found)
    files = _checked_files(request, form)
    facts: dict[str, Any] = {"form": form, "task": found, "version": number(request.POST.get("version"))}
    if files is None:
        return render_room(request, facts, status=422)
    try:
        actions.change_task(
            task=found, by=request.user, version=facts["version"], attachments=files, **form.facts
        )
    except ChangedMeanwhile as error:
        # What was typed stays in the form, beside what the other has made of the task. Saving again is then meant.
        facts |= {
            "version": error.task.version,
            "theirs": error.task,
            "differences": differences(form, error.task),
        }
        return render_room(request, facts, status=409)
    except Deleted:
        return _gone(request, pk)
    if not request.htmx:
        messages.success(request, _("Task saved."))
        return redirect("tasks:task", pk)
    return with_toast(with_events(_pane(request, pk), "tasks.stale"), _("Task saved."))


def _pane(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_task_or_404(request, pk)
    form = TaskForm(agent=request.user, company=company_of(request.user), task=found)
    return render_room(request, {"form": form, "task": found, "version": found.version})


def _checked_files(request: AgentRequest, form: TaskForm) -> list[StoredFile] | None:
    """What will hang on the task, with what came along stored; None when the form has to be shown again. What is stored
    by then hangs on the form, so that nobody has to send it twice."""
    if not form.is_valid():
        return None
    stored = []
    for upload in form.cleaned_data["uploads"]:
        try:
            stored.append(
                store_file(
                    company=form.company,
                    name=upload.name,
                    content=upload,
                    added_by=request.user,
                    is_attachment=True,
                )
            )
        except Refused as refusal:
            form.add_error("uploads", f"{upload.name}: {refusal.reason}")
    if stored:
        await_form(stored)
        form.keep(stored)
    return None if form.errors else [*form.cleaned_data["attachments"], *stored]


@require_POST
@for_agents
def finish(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_task_or_404(request, pk)
    try:
        actions.finish_task(task=found, by=request.user)
    except Deleted:
        return _gone(request, pk)
    undo = f"{reverse('tasks:reopen', args=[pk])}?to={found.status}"
    return _done(request, pk, _("Done: %(title)s") % {"title": found.title}, undo=undo)


@require_POST
@for_agents
def reopen(request: AgentRequest, pk: int) -> HttpResponse:
    """Also what takes a "done" back: then the task stands where it stood (`to`)."""
    found = get_task_or_404(request, pk)
    status = request.GET.get("to", "")
    try:
        actions.reopen_task(
            task=found, by=request.user, status=status if status in Task.OPEN else Task.Status.NEW
        )
    except Deleted:
        return _gone(request, pk)
    return _done(request, pk, _("Open again: %(title)s") % {"title": found.title})


@require_POST
@for_agents
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_task_or_404(request, pk)
    actions.delete_task(task=found, by=request.user)
    said = _("Task “%(title)s” deleted.") % {"title": found.title}
    if not request.htmx:
        messages.success(request, said)
        return redirect("tasks:list")
    response = render_room(request, {"task": None, "form": None})
    query = request.GET.urlencode()
    response = push_url(response, f"{reverse('tasks:list')}{f'?{query}' if query else ''}")
    response = with_events(response, "tasks.stale")
    return with_toast(response, said, undo=reverse("tasks:restore", args=[pk]))


@require_POST
@for_agents
def restore(request: AgentRequest, pk: int) -> HttpResponse:
    everything = Task.objects.filter(company=company_of(request.user)).order_by(F("id"))
    found = get_object_or_404(everything, pk=pk)
    actions.restore_task(task=found, by=request.user)
    return _done(request, pk, _("Task “%(title)s” is back.") % {"title": found.title})


def _done(request: AgentRequest, pk: int, said: str, *, undo: str = "") -> HttpResponse:
    """Regions refetch themselves."""
    if not request.htmx:
        messages.success(request, said)
        return redirect("tasks:task", pk)
    return with_toast(with_events(HttpResponse(status=204), "tasks.stale"), said, undo=undo)


def _gone(request: AgentRequest, pk: int) -> HttpResponse:
    """Somebody deleted it in the meantime: what was to be done with it is not done."""
    said = _("Somebody has deleted this task in the meantime. Nothing was saved.")
    if not request.htmx:
        messages.error(request, said)
        return redirect("tasks:list")
    response = with_events(HttpResponse(status=409, headers={"HX-Reswap": "none"}), "tasks.stale")
    return with_toast(response, said, undo=reverse("tasks:restore", args=[pk]))
