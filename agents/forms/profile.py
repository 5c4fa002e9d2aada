"""What agents say of themselves (PR1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.forms.parts import OneLine, PointsToError, text_input
from agents.models import Agent, Language


class ProfileForm(PointsToError, forms.Form):
    first_name = OneLine(
        label=_("First name"), max_length=60, widget=text_input(autocomplete="given-name", maxlength=60)
    )
    last_name = OneLine(
        label=_("Surname"), max_length=60, widget=text_input(autocomplete="family-name", maxlength=60)
    )
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
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language,
        help_text=_("Of these pages and of the e-mails you get."),
    )

    @classmethod
    def of(cls, agent: Agent, data: Any = None, *, language: str) -> "ProfileForm":
        """`language` stands for an agent who has never chosen one."""
        facts = {name: getattr(agent, name) for name in cls.base_fields}
        return cls(data, initial=facts | {"language": agent.language or language})
