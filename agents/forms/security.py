"""Forms with which people look after the safety of their own account. Whether a password or a code is right is for the
views to find out (agents/attempts.py): wrong ones are counted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.forms.doors import NewPasswordForm, code_input
from agents.forms.parts import PointsToError
from agents.models import Agent


def password_input(autocomplete: str = "current-password") -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete})


class ChangePasswordForm(PointsToError, NewPasswordForm):
    password = forms.CharField(label=_("Password now"), strip=False, widget=password_input())
    field_order = ["password", "new_password1", "new_password2"]

    def __init__(self, agent: Agent, data: Any = None) -> None:
        super().__init__(agent, data, auto_id="id_password_%s")
        del self.fields["new_password1"].widget.attrs["autofocus"]


class EmailForm(PointsToError, forms.Form):
    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email", "maxlength": 254}),
        error_messages={"invalid": _("Enter an e-mail address, such as anna@example.com.")},
    )
    password = forms.CharField(label=_("Your password"), strip=False, widget=password_input())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_email_%s")


class SwitchOnForm(PointsToError, forms.Form):
    code = forms.CharField(label=_("Code from the app"), max_length=40, widget=code_input())
    password = forms.CharField(label=_("Your password"), strip=False, widget=password_input())


class ProofForm(forms.Form):
    """It is really you."""

    secret = forms.CharField(
        label=_("Your password, or a code from the app"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "current-password", "autofocus": True}
        ),
    )
