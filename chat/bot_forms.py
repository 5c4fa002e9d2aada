"""The forms of the chatbot's editor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.forms.parts import OneLine, text_input
from agents.models import Company, Language
from chat.faq.entries import MOST_PHRASES
from chat.faq.models import FaqEntry, FaqPhrase
from conversations.forms import PlainText


class BotForm(forms.ModelForm):
    class Meta:
        model = Company
        fields = ["bot_on"]
        labels = {"bot_on": _("Chatbot answers first")}
        widgets = {"bot_on": forms.CheckboxInput(attrs={"class": "switch", "role": "switch"})}


class Phrasings(PlainText):
    """One question on each line; the same one twice counts once."""

    def clean(self, value: Any) -> Any:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        phrases = list({line.casefold(): line for line in lines if line}.values())
        if len(phrases) > MOST_PHRASES:
            raise forms.ValidationError(_("Up to %(most)s questions."), params={"most": MOST_PHRASES})
        if any(len(phrase) > FaqPhrase.LONGEST for phrase in phrases):
            raise forms.ValidationError(
                _("A question has at most %(most)s characters."), params={"most": FaqPhrase.LONGEST}
            )
        return phrases


class EntryForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    phrases = Phrasings(
        label=_("Questions"),
        help_text=_(
            "One on each line, in as many ways as visitors ask. The first one is what suggestions show."
        ),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 6}),
        max_length=MOST_PHRASES * (FaqPhrase.LONGEST + 2),
        error_messages={
            "required": _("Write at least one question."),
            "max_length": _("This is too much for one entry."),
        },
    )
    answer = PlainText(
        label=_("Answer"),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 5}),
        max_length=FaqEntry.LONGEST_ANSWER,
        error_messages={
            "required": _("Write the answer."),
            "max_length": _("An answer has at most %(limit_value)s characters."),
        },
    )
    is_on = forms.BooleanField(
        label=_("The chatbot uses it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
    )


class TryForm(forms.Form):
    """“Try it”."""

    question = OneLine(
        label=_("A visitor's question"),
        max_length=500,
        required=False,
        widget=text_input(autocomplete="off"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


class ChooseEntryForm(forms.Form):
    """To which entry a visitor's question belongs."""

    entry = forms.ModelChoiceField(
        label=_("Entry"),
        queryset=FaqEntry.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("There is no such entry.")},
    )

    def __init__(self, *args: Any, company: Company, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entry"]
        entries = FaqEntry.objects.filter(company=company, language=language).prefetch_related("phrases")
        field.queryset = entries  # type: ignore[attr-defined]
        field.label_from_instance = lambda entry: entry.title  # type: ignore[attr-defined]
