"""What agents say of themselves (PR1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.forms.parts import PersonForm
from agents.models import Agent, Language


class ProfileForm(PersonForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language,
        help_text=_("Of these pages and of the e-mails you get."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_name"].required = True

    @classmethod
    def of(cls, agent: Agent, data: Any = None, *, language: str) -> "ProfileForm":
        """`language` stands for an agent who has never chosen one."""
        facts = {name: getattr(agent, name) for name in cls.base_fields}
        return cls(data, initial=facts | {"language": agent.language or language})
