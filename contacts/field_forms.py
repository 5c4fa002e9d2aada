"""The form of a company's own field (CO4)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.forms.parts import PointsToError
from contacts.form_fields import Line
from contacts.models import CustomField


class CustomFieldForm(PointsToError, forms.Form):
    name = Line(
        label=_("Name of the field"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autofocus": True}),
    )
    key = forms.RegexField(
        r"\A[a-z][a-z0-9_]{0,39}\Z",
        label=_("Key of the field"),
        required=False,
        help_text=_(
            "For exports and imports. Left empty, it is made of the name; it cannot be changed later."
        ),
        error_messages={
            "invalid": _("Small letters without accents, digits and underscores, beginning with a letter.")
        },
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label=_("Type"), choices=CustomField.Kind, initial=CustomField.Kind.SHORT, widget=forms.RadioSelect
    )
    pinned = forms.MultipleChoiceField(
        label=_("Pin to"),
        choices=[("contacts", _("contacts")), ("tasks", pgettext_lazy("fields of tasks", "tasks"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose where the field stands.")},
    )

    def __init__(self, data: Any = None, *, field: CustomField | None = None) -> None:
        super().__init__(data, initial=_initial(field))
        if field:
            del self.fields["key"]

    @property
    def facts(self) -> dict[str, Any]:
        """What to save, once the form is valid."""
        facts = dict(self.cleaned_data)
        pinned = facts.pop("pinned")
        return facts | {"on_contacts": "contacts" in pinned, "on_tasks": "tasks" in pinned}


def _initial(field: CustomField | None) -> dict[str, Any]:
    if field is None:
        return {"pinned": ["contacts"]}
    pinned = [name for name, on in (("contacts", field.on_contacts), ("tasks", field.on_tasks)) if on]
    return {"name": field.name, "kind": field.kind, "pinned": pinned}
