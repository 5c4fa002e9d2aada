"""Form fields that clean as contacts/cleaning.py says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.cleaning import one_line, several_lines

_TOO_LONG = _("This is too long: at most %(limit_value)s characters.")


class Line(forms.CharField):
    """A name or another short text."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"class": "input"}))
        super().__init__(**options)
        self.error_messages["max_length"] = _TOO_LONG

    def to_python(self, value: Any) -> str:
        return str(super().to_python(one_line(str(value or ""))) or "")


class Lines(Line):
    """A text in which line breaks stay."""

    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"class": "input", "rows": rows}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        return several_lines(str(value or ""))
