"""The company's own fields (CO4) in the forms of contacts and tasks.

class TaskForm(WithCustomFields, forms.Form):
    def __init__(self, data, *, company, task=None):
        super().__init__(data)
        self.add_custom_fields(fields_on(company.pk, "tasks"), task.custom if task else {})

form.custom_fields are the bound fields for the template, form.custom_values what to save.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django import forms

from contacts.cleaning import one_line
from contacts.form_fields import Line, Lines
from contacts.models import CustomField

Where = Literal["contacts", "tasks"]

_PREFIX = "custom-"
LONGEST_IN_LISTS = 60


def fields_on(company_id: int, where: Where) -> list[CustomField]:
    """The company's fields that are pinned there, by name."""
    pinned = {"on_contacts": True} if where == "contacts" else {"on_tasks": True}
    return list(CustomField.objects.filter(company_id=company_id, **pinned))


def shown_values(fields: Iterable[CustomField], values: Mapping[str, Any]) -> list[tuple[CustomField, str]]:
    """The fields that have a value, with it."""
    return [(field, str(values[field.key])) for field in fields if values.get(field.key)]


def brief_values(fields: Iterable[CustomField], values: Mapping[str, Any]) -> str:
    """The same in one line, for a row of a list: long texts are cut."""
    said = (f"{field.name}: {_cut(one_line(value))}" for field, value in shown_values(fields, values))
    return " · ".join(said)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_IN_LISTS else f"{text[: LONGEST_IN_LISTS - 1]}…"


class WithCustomFields(forms.Form):
    """A form to which a company's own fields are added."""

    _kept: Mapping[str, Any] = {}

    def add_custom_fields(self, fields: Iterable[CustomField], values: Mapping[str, Any]) -> None:
        """`values` are those that are saved now."""
        self._kept = values
        for each in fields:
            self.fields[_PREFIX + each.key] = _form_field(each, str(values.get(each.key, "")))

    @property
    def custom_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_PREFIX)]

    @property
    def custom_values(self) -> dict[str, str]:
        """By key, once the form is valid. A value whose field is not in the form stays as it was; an empty one goes."""
        given = {
            name.removeprefix(_PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_PREFIX)
        }
        return {key: value for key, value in {**self._kept, **given}.items() if value}


def _form_field(field: CustomField, value: str) -> Line:
    # A value that was longer before its field became a short one may stay.
    longest = max(CustomField.LONGEST[CustomField.Kind(field.kind)], len(value))
    options: dict[str, Any] = {
        "label": field.name,
        "required": False,
        "max_length": longest,
        "initial": value,
    }
    if field.kind == CustomField.Kind.LONG:
        return Lines(**options)
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return Line(widget=widget, **options)
