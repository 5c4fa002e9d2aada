"""Settings → Triggers (WI9): what the widget says by itself, in each language once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.forms.parts import OneLine, PointsToError
from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Company, Language
from chat.models import Trigger
from chat.triggers import LanguageTaken, delete_trigger, restore_trigger, save_trigger
from contactcenter.htmx import with_events, with_toast

SECTION = "chat/triggers/section.html"


class TriggerForm(PointsToError, forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language of the page"), choices=Language.choices)
    text = OneLine(
        label=gettext_lazy("Text of the trigger"),
        max_length=Trigger.LONGEST,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        error_messages={
            "required": gettext_lazy("Write what visitors shall read."),
            "max_length": gettext_lazy("At most %(limit_value)s characters."),
        },
    )
    delay = forms.IntegerField(
        label=gettext_lazy("After how many seconds on the page"),
        min_value=1,
        max_value=Trigger.LATEST,
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
        error_messages={
            name: gettext_lazy("From 1 to 3600 seconds.")
            for name in ("invalid", "required", "min_value", "max_value")
        },
    )


class SwitchForm(forms.ModelForm):
    class Meta:
        model = Company
        fields = ["triggers_on", "triggers_open"]
        labels = {
            "triggers_on": gettext_lazy("Triggers active"),
            "triggers_open": gettext_lazy("Open the window"),
        }
        help_texts = {
            "triggers_open": gettext_lazy(
                "On computers the window opens with the text. Off, and on phones always: a bubble beside the button."
            )
        }
        widgets = {
            name: forms.CheckboxInput(attrs={"class": "switch", "role": "switch"})
            for name in ("triggers_on", "triggers_open")
        }


def _facts(company: Company) -> dict[str, Any]:
    triggers = list(company.triggers.filter(deleted_at=None))
    return {
        "triggers": triggers,
        "has_free_language": len(triggers) < len(Language),
        "switch_form": SwitchForm(instance=company),
    }


@require_safe
@for_full_access
def triggers(request: AgentRequest) -> HttpResponse:
    return render(request, "chat/triggers/page.html", _facts(company_of(request.user)))


@require_POST
@for_full_access
def switch(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = SwitchForm(request.POST, instance=company)
    form.is_valid()
    company.save(update_fields=["triggers_on", "triggers_open"])
    said = _("Triggers are active.") if company.triggers_on else _("Triggers are off.")
    if not request.htmx:
        return _done(request, said)
    return with_toast(render(request, "chat/triggers/switch.html", _facts(company)), said)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def add(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    taken = set(company.triggers.filter(deleted_at=None).values_list("language", flat=True))
    free = [language for language in (company.language, *Language.values) if language not in taken]
    return _edit(request, company, None, {"language": free[0] if free else "", "delay": 15})


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def edit(request: AgentRequest, pk: int) -> HttpResponse:
    company = company_of(request.user)
    trigger = _trigger(company, pk, deleted_at=None)
    initial = {"language": trigger.language, "text": trigger.text, "delay": trigger.delay}
    return _edit(request, company, trigger, initial)


def _trigger(company: Company, pk: int, **facts: Any) -> Trigger:
    return get_object_or_404(Trigger.objects.select_related("company"), company=company, pk=pk, **facts)


def _edit(
    request: AgentRequest, company: Company, trigger: Trigger | None, initial: dict[str, Any]
) -> HttpResponse:
    form = TriggerForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            save_trigger(company=company, trigger=trigger, **form.cleaned_data)
        except LanguageTaken:
            form.add_error("language", _("There is a trigger in this language already."))
        else:
            return _done(request, _("Trigger saved. Your website shows it within five minutes."))
    facts = {"form": form, "trigger": trigger}
    return render(request, "chat/triggers/edit.html", facts, status=422 if form.is_bound else 200)


@require_POST
@for_full_access
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    company = company_of(request.user)
    delete_trigger(trigger=_trigger(company, pk, deleted_at=None))
    return _drawn(request, company, _("Trigger deleted."), reverse("chat:trigger_restore", args=[pk]))


@require_POST
@for_full_access
def restore(request: AgentRequest, pk: int) -> HttpResponse:
    company = company_of(request.user)
    try:
        restore_trigger(trigger=_trigger(company, pk))
    except LanguageTaken:
        return _drawn(request, company, _("There is a trigger in this language already."))
    return _drawn(request, company, _("The trigger is back."))


def _drawn(request: AgentRequest, company: Company, said: str, undo: str = "") -> HttpResponse:
    if not request.htmx:
        return _done(request, said)
    response = render(request, SECTION, _facts(company))
    if request.htmx.target != "triggers":
        # "Undo" puts nothing on the page by itself.
        with_events(response, "triggers.stale")
    return with_toast(response, said, undo=undo)


def _done(request: AgentRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("chat:triggers")
