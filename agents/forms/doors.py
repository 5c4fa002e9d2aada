"""The forms of the doors: signing in and setting a password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agents.attempts import count_failure, refuse_when_too_many


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("The e-mail address or the password is wrong."),
        # The same words: whether an account is switched off is nobody's business.
        "inactive": _("The e-mail address or the password is wrong."),
    }
    remember = forms.BooleanField(label=_("Stay signed in on this device"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"class": "input", "autocomplete": "username", "maxlength": 254}
        )
        self.fields["password"].widget.attrs |= {"class": "input"}
        # After a wrong password the address stands there already.
        self.fields["password" if self.is_bound else "username"].widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        # One account, one spelling: otherwise every spelling would have attempts of its own.
        return str(self.cleaned_data["username"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Raises TooManyFailures."""
        account = self.cleaned_data.get("username", "")
        refuse_when_too_many(self.request, account)
        try:
            return super().clean()
        except ValidationError:
            count_failure(self.request, account)
            raise


def code_input(**attrs: Any) -> forms.TextInput:
    attrs |= {"class": "input input--code", "autocomplete": "one-time-code"}
    return forms.TextInput(attrs | {"autocapitalize": "off", "spellcheck": "false"})


class CodeForm(forms.Form):
    """The second step of signing in. Whether the code is right is for the view to find out: it is used up by that."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=code_input(autofocus=True),
        error_messages={"required": _("Enter the code.")},
    )


class ResetRequestForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email", "autofocus": True}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address, such as anna@example.com."),
        },
    )


class NewPasswordForm(SetPasswordForm):
    """Only checks; agents.passwords.reset_password sets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _(
            "At least 10 characters; a sentence is easiest to remember."
        )
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""
        self.fields["new_password1"].widget.attrs["autofocus"] = True
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget.attrs |= {"class": "input"}
