"""What the forms of a company's people share."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from agents.pictures import EMPTY, MAX_BYTES, TOO_LARGE

# Characters that turn the direction of what follows them: a name must not rearrange the page around it.
_TURNERS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class OneLine(forms.CharField):
    """A name or another short text: one line, without characters that nobody sees."""

    def to_python(self, value: Any) -> str:
        text = _TURNERS.sub("", str(value or "")).encode("utf-8", "ignore").decode()
        text = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
        return str(super().to_python(" ".join(text.split())) or "")


class PointsToError(forms.BaseForm):
    """The cursor stands in the first field that is wrong, also when a view finds that out."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        wrong = [self.fields[name].widget for name in self.fields if name in self.errors]
        typed_into = [widget for widget in wrong if not isinstance(widget, forms.widgets.ChoiceWidget)]
        if typed_into:
            for each in self.fields.values():
                each.widget.attrs.pop("autofocus", None)
            typed_into[0].attrs["autofocus"] = True


class Several(forms.ModelMultipleChoiceField):
    """Any number of rows. A number that no row can have is one that is not there: SQLite would take it for an error."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        if any(len(str(pk)) > 18 for pk in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class PictureField(forms.FileField):
    """An uploaded file that claims to be a picture; whether it is one, agents.pictures says."""

    widget = forms.FileInput

    def clean(self, data: Any, initial: Any = None) -> UploadedFile:
        if isinstance(data, UploadedFile) and (data.size or 0) > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        upload: UploadedFile = super().clean(data, initial)
        return upload


class PictureForm(forms.Form):
    """One picture, of whomever."""

    # For the page's script, which need not send what is too large.
    max_bytes = MAX_BYTES
    too_large = TOO_LARGE

    picture = PictureField(
        label=_("File"),
        # What a file is called is of no interest: the name is not kept.
        max_length=None,
        error_messages={"required": _("Choose a file first."), "empty": EMPTY},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


def text_input(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", **attrs})


class NameForm(PointsToError, forms.Form):
    """What somebody is called."""

    first_name = OneLine(
        label=_("First name"),
        max_length=60,
        widget=text_input(autocomplete="given-name", maxlength=60),
        error_messages={"required": _("Enter a first name: customers see it.")},
    )
    last_name = OneLine(
        label=_("Surname"),
        required=False,
        max_length=60,
        widget=text_input(autocomplete="family-name", maxlength=60),
    )


class PersonForm(NameForm):
    """What is known of an agent."""

    position = OneLine(
        label=_("Position"),
        required=False,
        max_length=80,
        widget=text_input(autocomplete="organization-title", maxlength=80),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=300,
        help_text=_("A few words for your colleagues: what you know about, when to ask you."),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "maxlength": 300}),
    )
