"""What agents send, made safe: the same rules as for visitors (docs/widget-protocol.md)."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Agent, Channel, Company
from contacts.models import Contact
from conversations.models import Conversation, Tag
from conversations.timeline import MAX_TEXT

_CONTROL = {code: None for code in range(32) if chr(code) not in "\n\t"} | {0x7F: None}


class PlainText(forms.CharField):
    """Line breaks as one character, no control characters, no halves of characters."""

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").translate(_CONTROL)
        return str(super().to_python(text.encode("utf-8", "ignore").decode()) or "")


class MessageForm(forms.Form):
    """A reply or a note. `id` is the sender's own, so that sending again is harmless (rule 1)."""

    id = forms.RegexField(r"\A[A-Za-z0-9_-]{8,64}\Z")
    kind = forms.ChoiceField(
        choices=[("reply", pgettext_lazy("what one writes", "Reply")), ("note", _("Note"))]
    )
    text = PlainText(
        max_length=MAX_TEXT,
        error_messages={
            "required": _("Write something first."),
            "max_length": _("This is too long: at most %(limit_value)s characters go into one message."),
        },
    )

    @property
    def problem(self) -> str:
        """What to tell the agent."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class FileForm(forms.Form):
    """A file, from a computer or (`stored`) from the room of files."""

    id = forms.RegexField(r"\A[A-Za-z0-9_-]{8,64}\Z")
    kind = forms.ChoiceField(
        choices=[("reply", pgettext_lazy("what one writes", "Reply")), ("note", _("Note"))]
    )
    stored = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        error_messages={"max_length": _("The name of the file is too long.")},
    )

    def clean(self) -> None:
        if not self.cleaned_data.get("stored") and not self.cleaned_data.get("file"):
            raise forms.ValidationError(_("Choose a file."))

    @property
    def problem(self) -> str:
        """What to tell the agent."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class TagForm(forms.Form):
    name = PlainText(
        label=_("Tag"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "list": "tag-names",
                "autocomplete": "off",
                "autofocus": True,
                "maxlength": 40,
            }
        ),
        error_messages={
            "required": _("Give the tag a name."),
            "max_length": _("A tag has at most %(limit_value)s characters."),
        },
    )


class CustomerForm(forms.ModelForm):
    """What an agent knows of the customer (IN5)."""

    customer_name = PlainText(required=False, max_length=120, label=pgettext_lazy("person", "Name"))
    customer_phone = forms.RegexField(
        r"\A\+?[0-9][0-9 ().-]{3,18}\Z",
        required=False,
        label=_("Phone"),
        error_messages={"invalid": _("Enter a phone number, such as +48 600 100 200.")},
    )

    class Meta:
        model = Conversation
        fields = ["customer_name", "customer_email", "customer_phone"]
        labels = {"customer_email": _("E-mail")}
        error_messages = {
            "customer_email": {"invalid": _("Enter an e-mail address, such as anna@example.com.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not what the browser knows of the agent.
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}
        self.fields["customer_name"].widget.attrs["autofocus"] = True
        self.fields["customer_email"].widget.attrs["inputmode"] = "email"
        self.fields["customer_phone"].widget.attrs["inputmode"] = "tel"

    def clean_customer_name(self) -> str:
        return " ".join(self.cleaned_data["customer_name"].split())


# Outside, a day has no beginning or end that time zones could move.
_SENSIBLE = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class HistoryForm(forms.Form):
    """The filters of the history. A field that makes no sense is reported and the rest still counts."""

    q = PlainText(required=False, max_length=200, label=_("Search all conversations"))
    since = forms.DateField(required=False, label=_("From"), validators=_SENSIBLE)
    until = forms.DateField(required=False, label=_("To"), validators=_SENSIBLE)
    channel = forms.ChoiceField(required=False, label=_("Channel"))
    agent = forms.ModelChoiceField(queryset=Agent.objects.none(), required=False, label=_("Agent"))
    tag = forms.ModelChoiceField(queryset=Tag.objects.none(), required=False, label=_("Tag"))
    direction = forms.ChoiceField(required=False, label=_("Direction"))
    status = forms.ChoiceField(required=False, label=_("Status"))
    contact = forms.RegexField(r"\A[0-9]{1,18}\Z", required=False, label=_("Contact"))

    def __init__(self, data: Any, *, company: Company) -> None:
        super().__init__(data, auto_id="filter-%s")
        self._contacts = Contact.objects.of(company.pk)
        choices: dict[str, tuple[Any, Any]] = {
            "channel": (_("Every channel"), Channel.choices),
            "direction": (_("Both directions"), Conversation.Direction.choices),
            "status": (_("Every status"), Conversation.Status.choices),
        }
        for name, (everything, values) in choices.items():
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", everything), *values]
        self._choose(
            "agent",
            Agent.objects.filter(company=company).order_by("first_name", "last_name"),
            _("Every agent"),
        )
        self._choose("tag", Tag.objects.filter(company=company), _("Every tag"))
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "class": "input"}
            )

    def _choose(self, name: str, queryset: Any, everything: Any) -> None:
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset, field.empty_label = queryset, everything

    def clean_contact(self) -> Contact | None:
        number = self.cleaned_data["contact"]
        return self._contacts.filter(pk=number).first() if number else None

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in self.fields)
