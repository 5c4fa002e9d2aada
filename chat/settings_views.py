"""Settings → Chat. A page of sections, each a form of its own; a new one adds its include to the page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Company
from agents.origins import clean_origins
from chat.busy import default_text
from chat.identity import renew_secret, secret_of
from contactcenter.htmx import with_toast

ASKING_SECTION = "chat/settings/includes/asking.html"
IDENTITY_SECTION = "chat/settings/includes/identity.html"
WEBSITES_SECTION = "chat/settings/includes/websites.html"
BUSY_SECTION = "chat/settings/includes/busy.html"


class AskingForm(forms.ModelForm):
    """“Ask for data” and “Force data” (WI4)."""

    class Meta:
        model = Company
        fields = ["ask_for_data", "force_data"]
        labels = {
            "ask_for_data": gettext_lazy("Ask for data"),
            "force_data": gettext_lazy("Force giving data"),
        }
        help_texts = {
            "ask_for_data": gettext_lazy(
                "After their first message visitors are asked for a name and an e-mail address."
            ),
            "force_data": gettext_lazy("Without them no conversation begins."),
        }
        widgets = {
            name: forms.CheckboxInput(attrs={"class": "switch", "role": "switch"})
            for name in ("ask_for_data", "force_data")
        }


class BusyForm(forms.ModelForm):
    """“When everybody is busy” (ST6)."""

    class Meta:
        model = Company
        fields = ["busy_on", "busy_after", "busy_pl", "busy_en"]
        labels = {
            "busy_on": gettext_lazy("Tell visitors who wait"),
            "busy_after": gettext_lazy("After how many seconds"),
            "busy_pl": gettext_lazy("Text in Polish"),
            "busy_en": gettext_lazy("Text in English"),
        }
        widgets = {
            "busy_on": forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
            "busy_after": forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
            "busy_pl": forms.Textarea(attrs={"class": "textarea", "rows": 2, "lang": "pl"}),
            "busy_en": forms.Textarea(attrs={"class": "textarea", "rows": 2, "lang": "en"}),
        }
        error_messages = {
            "busy_after": {
                name: gettext_lazy("From 10 to 300 seconds.")
                for name in ("invalid", "required", "min_value", "max_value")
            }
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in ("pl", "en"):
            self.fields[f"busy_{language}"].widget.attrs["placeholder"] = default_text(language)


class WebsitesForm(forms.ModelForm):
    """“Websites that may show the chat” (WI1)."""

    class Meta:
        model = Company
        fields = ["allowed_origins"]
        labels = {"allowed_origins": gettext_lazy("Addresses, one per line")}
        help_texts = {
            "allowed_origins": gettext_lazy(
                "Leave it empty, and the chat works on any website. With and without “www.” are two addresses."
            )
        }
        widgets = {
            "allowed_origins": forms.Textarea(
                attrs={
                    "class": "textarea",
                    "rows": 3,
                    "placeholder": "https://shop.example",
                    "spellcheck": "false",
                    "inputmode": "url",
                }
            )
        }

    def clean_allowed_origins(self) -> str:
        return clean_origins(self.cleaned_data["allowed_origins"])


def sections(company: Company) -> dict[str, Any]:
    return {
        "asking_form": AskingForm(instance=company),
        "busy_form": BusyForm(instance=company),
        "websites_form": WebsitesForm(instance=company),
        "identity_secret": secret_of(company.pk),
    }


@require_safe
@for_full_access
def chat(request: AgentRequest) -> HttpResponse:
    return render(request, "chat/settings/page.html", sections(company_of(request.user)))


@require_POST
@for_full_access
def asking(request: AgentRequest) -> HttpResponse:
    return _save(request, AskingForm, "asking_form", ASKING_SECTION)


@require_POST
@for_full_access
def busy(request: AgentRequest) -> HttpResponse:
    return _save(request, BusyForm, "busy_form", BUSY_SECTION)


@require_POST
@for_full_access
def websites(request: AgentRequest) -> HttpResponse:
    return _save(request, WebsitesForm, "websites_form", WEBSITES_SECTION)


def _save(request: AgentRequest, kind: type[forms.ModelForm], name: str, section: str) -> HttpResponse:
    company = company_of(request.user)
    form = kind(request.POST, instance=company)
    if not form.is_valid():
        # The instance has taken what was refused; what the page shows elsewhere is as it is stored.
        company.refresh_from_db()
        template = section if request.htmx else "chat/settings/page.html"
        return render(request, template, sections(company) | {name: form}, status=422)
    company.save(update_fields=list(form.cleaned_data))
    if not request.htmx:
        messages.success(request, _("Saved."))
        return redirect("chat:settings")
    return with_toast(render(request, section, sections(company)), _("Saved."))


@require_POST
@for_full_access
def identity(request: AgentRequest) -> HttpResponse:
    """Make the secret of signed identities, or another one (WI11)."""
    company = company_of(request.user)
    renew_secret(company=company)
    said = _("The new secret is valid from now on.")
    if not request.htmx:
        messages.success(request, said)
        return redirect("chat:settings")
    return with_toast(render(request, IDENTITY_SECTION, sections(company)), said)
