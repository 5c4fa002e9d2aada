"""The form of the widget's look (WI2)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.forms.parts import OneLine, PointsToError, text_input
from agents.models import Company

# What the panel says where the company wrote nothing of its own (static/widget/panel/texts.js).
GREETINGS = {"pl": "Masz pytania? Napisz do nas.", "en": "Any questions? Write to us."}


def _pixels() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})


def _greeting(language: str, label: Any) -> OneLine:
    attrs = {"maxlength": 80, "lang": language, "placeholder": GREETINGS[language]}
    return OneLine(label=label, required=False, max_length=80, widget=text_input(**attrs))


class WidgetLookForm(PointsToError, forms.Form):
    """How the widget looks on the company's website."""

    widget_colour = forms.RegexField(
        r"\A#[0-9a-fA-F]{6}\Z",
        label=_("Colour"),
        error_messages={"invalid": _("Choose a colour such as #0f5e73.")},
        widget=text_input(maxlength=7, autocomplete="off", spellcheck="false"),
    )
    widget_position = forms.ChoiceField(
        label=pgettext_lazy("of the chat on the page", "Position"),
        choices=Company.WidgetPosition,
        widget=forms.RadioSelect,
    )
    widget_offset_x = forms.IntegerField(
        label=_("Horizontal offset (px)"), min_value=0, max_value=400, widget=_pixels()
    )
    widget_offset_y = forms.IntegerField(
        label=_("Vertical offset (px)"), min_value=0, max_value=400, widget=_pixels()
    )
    greeting_pl = _greeting("pl", _("Greeting in Polish"))
    greeting_en = _greeting("en", _("Greeting in English"))

    @classmethod
    def of(cls, company: Company, data: Any = None) -> "WidgetLookForm":
        return cls(data, initial={name: getattr(company, name) for name in cls.base_fields})
