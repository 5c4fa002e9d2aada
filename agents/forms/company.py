"""What a company says of itself, for invoices and for its visitors (SE1)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from agents.countries import COUNTRIES
from agents.forms.parts import OneLine, PointsToError, text_input
from agents.models import Company, Language

NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
# Names of old, and of clocks that no company goes by.
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def is_nip(digits: str) -> bool:
    """Whether ten digits are a Polish tax number: the last one follows from the others."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(NIP_WEIGHTS, digits, strict=False))
    return total % 11 == int(digits[9])


def time_zones(current: str) -> Iterator[tuple[str, Any]]:
    """By part of the world; the one that is set now is among them, however it is called."""
    names = sorted(available_timezones())
    for region in ("Europe", *(region for region in _REGIONS if region != "Europe")):
        yield region, [(name, name.replace("_", " ")) for name in names if name.startswith(f"{region}/")]
    others = {"UTC"} | ({current} if current.partition("/")[0] not in _REGIONS else set())
    yield str(_("Others")), [(name, name) for name in sorted(others)]


def _number_input() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})


class WebAddress(forms.URLField):
    default_validators = [URLValidator(schemes=["http", "https"])]


class CompanyForm(PointsToError, forms.Form):
    name = OneLine(
        label=_("Company name"),
        max_length=120,
        help_text=_("Visitors see it in the chat."),
        widget=text_input(autocomplete="organization", maxlength=120),
    )
    website = WebAddress(
        label=_("Website address"),
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": _("Enter an address such as https://shop.example.")},
        # Not type="url": browsers would refuse an address without https:// before we can add it.
        widget=text_input(inputmode="url", autocomplete="url", maxlength=200),
    )
    default_email = forms.EmailField(
        label=_("Default e-mail address"),
        max_length=254,
        help_text=_("Messages that visitors leave while nobody is online come here."),
        error_messages={"invalid": _("Enter an e-mail address, such as anna@example.com.")},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email", "maxlength": 254}),
    )
    language = forms.ChoiceField(
        label=_("Language of the company"),
        choices=Language,
        help_text=_("The chat speaks it where the page does not say another."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("For working hours and for the times on all pages.")
    )

    legal_name = OneLine(
        label=_("Company name on invoices"), required=False, max_length=160, widget=text_input(maxlength=160)
    )
    tax_number = OneLine(
        label=_("Tax number"), required=False, max_length=20, widget=text_input(maxlength=20)
    )
    street = OneLine(
        label=_("Street"),
        required=False,
        max_length=120,
        widget=text_input(maxlength=120, autocomplete="address-line1"),
    )
    building = OneLine(
        label=_("Building number"), required=False, max_length=20, widget=text_input(maxlength=20)
    )
    postal_code = OneLine(
        label=_("Postal code"),
        required=False,
        max_length=12,
        widget=text_input(maxlength=12, autocomplete="postal-code"),
    )
    city = OneLine(
        label=_("City"),
        required=False,
        max_length=80,
        widget=text_input(maxlength=80, autocomplete="address-level2"),
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=COUNTRIES, widget=forms.Select(attrs={"autocomplete": "country"})
    )

    @classmethod
    def of(cls, company: Company, data: Any = None) -> "CompanyForm":
        facts = {name: getattr(company, name) for name in cls.base_fields}
        facts["country"] = facts["country"] or "PL"
        form = cls(data, initial=facts)
        form.fields["time_zone"].choices = list(time_zones(company.time_zone))  # type: ignore[attr-defined]
        return form

    def clean_website(self) -> str:
        """Without a path of one slash, as people write it."""
        website = str(self.cleaned_data["website"])
        return website[:-1] if urlsplit(website).path == "/" and website.endswith("/") else website

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        checks = {"tax_number": clean_tax_number, "postal_code": clean_postal_code}
        for name, check in checks.items():
            if not facts.get(name):
                continue
            try:
                facts[name] = check(facts[name], facts.get("country", ""))
            except ValidationError as error:
                self.add_error(name, error)
        return facts


def clean_tax_number(text: str, country: str) -> str:
    """As it is kept: without spaces and hyphens; of Poland ten digits. Raises ValidationError."""
    number = re.sub(r"[\s.-]", "", text).upper()
    if country == "PL":
        number = number.removeprefix("PL")
        if not is_nip(number):
            raise ValidationError(
                _("This is not a NIP: ten digits, of which the last one follows from the others.")
            )
    elif not re.fullmatch(r"[A-Z0-9/+*]{2,20}", number):
        raise ValidationError(_("A tax number has digits and letters only."))
    return number


def clean_postal_code(text: str, country: str) -> str:
    """Raises ValidationError."""
    if country != "PL":
        return text.upper()
    found = re.fullmatch(r"([0-9]{2})[\s-]?([0-9]{3})", text)
    if not found:
        raise ValidationError(_("A Polish postal code looks like 00-950."))
    return f"{found[1]}-{found[2]}"
