"""Groups of agents (AG7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from agents.forms.people import GroupForm
from agents.groups import NameTaken, create_group, delete_group, edit_group
from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Group


@require_safe
@for_full_access
def groups(request: AgentRequest) -> HttpResponse:
    found = Group.objects.filter(company=company_of(request.user))
    found = found.prefetch_related("agents").order_by("name")
    return render(request, "agents/groups/list.html", {"groups": found})


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def add(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = GroupForm(request.POST if request.method == "POST" else None, company=company)
    if form.is_bound and form.is_valid():
        try:
            group = create_group(company=company, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", _name_taken())
        else:
            messages.success(request, _("Group “%(name)s” created.") % {"name": group.name})
            return redirect("agents:groups")
    return render(request, "agents/groups/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def group(request: AgentRequest, pk: int) -> HttpResponse:
    """Rename a group, and choose who is in it."""
    company = company_of(request.user)
    found = get_object_or_404(Group, company=company, pk=pk)
    initial = {"name": found.name, "members": list(found.agents.values_list("pk", flat=True))}
    form = GroupForm(request.POST if request.method == "POST" else None, company=company, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            edit_group(group=found, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", _name_taken())
        else:
            messages.success(request, _("Group “%(name)s” saved.") % {"name": found.name})
            return redirect("agents:groups")
    facts = {"form": form, "group": found, "name": initial["name"]}
    return render(request, "agents/groups/edit.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Group, company=company_of(request.user), pk=pk)
    if request.method == "POST":
        delete_group(group=found)
        messages.success(request, _("Group “%(name)s” deleted.") % {"name": found.name})
        address = "/settings/groups/"
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    template = "agents/groups/delete_dialog.html" if request.htmx else "agents/groups/delete.html"
    return render(request, template, {"group": found})


def _name_taken() -> str:
    return _("There is a group of this name already.")
