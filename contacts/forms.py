"""The form of a contact (CO1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from agents.models import Company
from contacts import numbers
from contacts.cleaning import Refused, email_address
from contacts.custom import WithCustomFields, fields_on
from contacts.form_fields import Line, Lines
from contacts.models import Contact
from contacts.rows import LONGEST_NOTE, MOST_EMAILS, MOST_PHONES, MOST_TAGS, Facts

# Empty rows for what is added, as many as a page without scripts needs.
EXTRA_ROWS = 2
LONGEST_TAG = 40


@dataclass
class Row:
    """An address or a number as it stands in the form."""

    value: str = ""
    error: Any = ""
    # The first wrong one, where the cursor waits.
    has_cursor: bool = False


def _line(longest: int, label: Any, **attrs: Any) -> Line:
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})
    return Line(label=label, required=False, max_length=longest, widget=widget)


class ContactForm(WithCustomFields):
    """Addresses and numbers come as any number of inputs called `email` and `phone`, in their order."""

    first_name = _line(80, _("First name"))
    last_name = _line(80, _("Surname"))
    organisation = _line(160, _("Organisation"))
    address = _line(300, _("Address"))
    tags = _line(MOST_TAGS * (LONGEST_TAG + 2), _("Tags"), list="tag-names")
    note = Lines(label=pgettext_lazy("about a contact", "Note"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        company: Company,
        contact: Contact | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """`initial` is what a new contact begins with; `emails` and `phones` among it are lists."""
        self.country = company.country or numbers.HOME
        begun = _facts_in_form(contact) if contact else dict(initial or {})
        super().__init__(data, initial=begun)
        self.add_custom_fields(fields_on(company.pk, "contacts"), contact.custom if contact else {})
        # Merged contacts may have grown beyond what a form takes; that may stay.
        longest = max(LONGEST_NOTE, len(begun.get("note", "")))
        self.fields["note"] = Lines(
            label=self.fields["note"].label, required=False, max_length=longest, initial=begun.get("note", "")
        )
        if contact is None and data is None:
            self.fields["first_name"].widget.attrs["autofocus"] = True
        self.fields["tags"].help_text = _("Separate several with commas.")
        self._most = {
            "email": max(MOST_EMAILS, len(begun.get("emails", []))),
            "phone": max(MOST_PHONES, len(begun.get("phones", []))),
        }
        if data is None:
            self.emails = [Row(value) for value in begun.get("emails", [])]
            self.phones = [Row(value) for value in begun.get("phones", [])]
        else:
            self.emails = _rows(data, "email")
            self.phones = _rows(data, "phone")

    @property
    def email_rows(self) -> list[Row]:
        return [*self.emails, *(Row() for _extra in range(EXTRA_ROWS))]

    @property
    def phone_rows(self) -> list[Row]:
        return [*self.phones, *(Row() for _extra in range(EXTRA_ROWS))]

    def clean_tags(self) -> list[str]:
        names = {
            name.casefold(): name for name in map(str.strip, self.cleaned_data["tags"].split(",")) if name
        }
        if any(len(name) > LONGEST_TAG for name in names.values()):
            raise forms.ValidationError(_("A tag has at most %(most)s characters.") % {"most": LONGEST_TAG})
        if len(names) > MOST_TAGS:
            raise forms.ValidationError(_("A contact has at most %(most)s tags.") % {"most": MOST_TAGS})
        return list(names.values())

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        facts["emails"] = self._clean_rows("email", self.emails, email_address)
        facts["phones"] = self._clean_rows("phone", self.phones, self._number)
        if wrong := [row for row in [*self.emails, *self.phones] if row.error]:
            self.add_error(None, _not_right(len(wrong)))
            wrong[0].has_cursor = True
        names = ("first_name", "last_name", "organisation")
        said = any(facts.get(name) for name in names) or facts["emails"] or facts["phones"]
        if not said and not self.errors:
            self.add_error(
                None, _("Enter at least a name, an organisation, an e-mail address or a phone number.")
            )
        return facts

    def _number(self, text: str) -> str:
        return numbers.parse(text, self.country)

    def _clean_rows(self, kind: str, rows: list[Row], read: Callable[[str], str]) -> list[str]:
        found: list[str] = []
        for row in rows:
            try:
                value = read(row.value)
            except Refused as refused:
                row.error = refused.reason
            else:
                found.append(value)
        if len(found) > self._most[kind]:
            self.add_error(
                None,
                _("A contact has at most %(most)s e-mail addresses and as many phone numbers.")
                % {"most": MOST_EMAILS},
            )
        return list(dict.fromkeys(found))

    @property
    def facts(self) -> Facts:
        """What to save, once the form is valid."""
        data = self.cleaned_data
        single = {name: data[name] for name in ("first_name", "last_name", "organisation", "address", "note")}
        return Facts(**single, emails=data["emails"], phones=data["phones"], custom=self.custom_values)

    @property
    def seen(self) -> datetime | None:
        """When the contact had last been changed as the page knew it."""
        try:
            return parse_datetime(self.data.get("seen", ""))
        except ValueError:
            return None


def _not_right(wrong: int) -> str:
    said = ngettext("One address or number is not right.", "%(n)s addresses or numbers are not right.", wrong)
    return said % {"n": wrong}


def _rows(data: Any, name: str) -> list[Row]:
    return [Row(value.strip()[:1_000]) for value in data.getlist(name)[:100] if value.strip()]


def _facts_in_form(contact: Contact) -> dict[str, Any]:
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "organisation": contact.organisation,
        "address": contact.address,
        "note": contact.note,
        "tags": ", ".join(tag.name for tag in contact.tags.all()),
        "emails": [email.address for email in contact.emails.all()],
        "phones": [numbers.show(phone.number) for phone in contact.phones.all()],
    }


def differences(form: ContactForm, contact: Contact) -> list[tuple[Any, str]]:
    """What is saved by now and differs from what stands in the form: (label, saved value)."""
    saved = _facts_in_form(contact)
    written: dict[str, Any] = {
        name: form.cleaned_data.get(name) or "" for name in ("first_name", "last_name", "organisation")
    }
    written |= {name: form.cleaned_data.get(name) or "" for name in ("address", "note")}
    written["tags"] = ", ".join(form.cleaned_data["tags"])
    found = [
        (form.fields[name].label, saved[name] or "–") for name in written if written[name] != saved[name]
    ]
    if form.cleaned_data["emails"] != saved["emails"]:
        found.append((_("E-mail"), ", ".join(saved["emails"]) or "–"))
    if [numbers.show(number) for number in form.cleaned_data["phones"]] != saved["phones"]:
        found.append((_("Phone"), ", ".join(saved["phones"]) or "–"))
    for bound in form.custom_fields:
        value = contact.custom.get(bound.name.removeprefix("custom-"), "")
        if (form.cleaned_data.get(bound.name) or "") != value:
            found.append((bound.label, value or "–"))
    return found
