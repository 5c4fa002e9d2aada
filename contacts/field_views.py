"""The settings page "Additional fields" (CO4)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from agents.http import AgentRequest, company_of, for_full_access
from contacts import custom_fields
from contacts.custom_fields import KeyTaken, TooMany
from contacts.field_forms import CustomFieldForm
from contacts.models import CustomField

PATH = "/settings/fields/"


@require_safe
@for_full_access
def fields(request: AgentRequest) -> HttpResponse:
    found = CustomField.objects.filter(company=company_of(request.user))
    return render(request, "contacts/fields/list.html", {"fields": found})


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def add(request: AgentRequest) -> HttpResponse:
    form = CustomFieldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            field = custom_fields.add_field(company=company_of(request.user), **form.facts)
        except KeyTaken:
            form.add_error("key", _("There is a field of this key already, or there was one a moment ago."))
        except TooMany:
            form.add_error(
                None, _("There are %(most)s fields, and no more fit.") % {"most": custom_fields.MOST}
            )
        else:
            messages.success(request, _("Field “%(name)s” added.") % {"name": field.name})
            return redirect(PATH)
    return render(request, "contacts/fields/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def edit(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CustomField, company=company_of(request.user), pk=pk)
    form = CustomFieldForm(request.POST if request.method == "POST" else None, field=found)
    if form.is_bound and form.is_valid():
        custom_fields.change_field(field=found, **form.facts)
        messages.success(request, _("Field “%(name)s” saved.") % {"name": found.name})
        return redirect(PATH)
    facts = {"form": form, "field": found, "name": found.name}
    return render(request, "contacts/fields/edit.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CustomField, company=company_of(request.user), pk=pk)
    if request.method == "POST":
        custom_fields.delete_field(field=found)
        messages.success(request, _("Field “%(name)s” deleted.") % {"name": found.name})
        return HttpResponseClientRedirect(PATH) if request.htmx else redirect(PATH)
    template = "contacts/fields/delete_dialog.html" if request.htmx else "contacts/fields/delete.html"
    count = custom_fields.count_values(found)
    facts = {
        "field": found,
        "count": min(count, custom_fields.MOST_COUNTED),
        "is_capped": count > custom_fields.MOST_COUNTED,
    }
    return render(request, template, facts)
