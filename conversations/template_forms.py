"""The form of a template or personal shortcut."""

import unicodedata
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from agents.forms.parts import OneLine, text_input
from agents.models import Channel, Language
from contactcenter.folding import fold
from conversations.channels import carrying_channels
from conversations.forms import PlainText
from conversations.models import ReplyTemplate


class Shortcut(OneLine):
    """The word after the slash, whichever way it is typed: "/Czas dostawy" is czas-dostawy."""

    default_validators = [
        RegexValidator(
            r"\A[^\W_]+(?:-[^\W_]+)*\Z", _("Use letters, digits and hyphens only, such as delivery-time.")
        )
    ]

    def to_python(self, value: Any) -> str:
        return "-".join(fold(super().to_python(value)).removeprefix("/").split())


class TemplateForm(forms.Form):
    title = OneLine(
        label=_("Title"),
        max_length=ReplyTemplate.MAX_TITLE,
        widget=text_input(autocomplete="off", autofocus=True),
        error_messages={
            "required": _("Give the template a title."),
            "max_length": _("A title has at most %(limit_value)s characters."),
        },
    )
    shortcut = Shortcut(
        label=_("Shortcut"),
        help_text=_("The word that you type after the slash."),
        max_length=ReplyTemplate.MAX_SHORTCUT,
        widget=text_input(autocomplete="off", autocapitalize="none", spellcheck="false"),
        error_messages={
            "required": _("Choose a word to type after the slash."),
            "max_length": _("A shortcut has at most %(limit_value)s characters."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("No mark")), *Language.choices],
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )
    text = PlainText(
        label=_("Text"),
        max_length=ReplyTemplate.MAX_TEXT,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 5}),
        error_messages={
            "required": _("Write the text that is to be inserted."),
            "max_length": _("A template has at most %(limit_value)s characters."),
        },
    )
    channels = forms.MultipleChoiceField(
        label=_("Only in these channels"),
        help_text=_("None chosen: in every channel."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("There is no such channel.")},
    )

    def __init__(self, *args: Any, template: ReplyTemplate | None = None, **kwargs: Any) -> None:
        if template is not None:
            kwargs["initial"] = {name: getattr(template, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        # A channel that nobody serves any more stays where it was chosen.
        known = {*carrying_channels(), *(template.channels if template else [])}
        field = self.fields["channels"]
        field.choices = [choice for choice in Channel.choices if choice[0] in known]  # type: ignore[attr-defined]

    def begin_at_error(self) -> None:
        """The focus goes to the first field that has to be put right."""
        del self.fields["title"].widget.attrs["autofocus"]
        wrong = next((name for name in self.fields if name in self.errors), "title")
        self.fields[wrong].widget.attrs["autofocus"] = True

    def clean_text(self) -> str:
        # Letters that were typed in two pieces would hide the names of variables.
        return unicodedata.normalize("NFC", self.cleaned_data["text"])
