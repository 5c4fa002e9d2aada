"""What people say of a task, made safe. Ids of another company are unknown choices (rule 7)."""

from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.forms.parts import OneLine, PointsToError, Several, text_input
from agents.models import Agent, Company
from contacts.custom import WithCustomFields, fields_on
from contacts.models import Contact
from conversations.forms import PlainText
from conversations.models import Conversation
from files.models import StoredFile
from tasks.days import end_of, moment_of
from tasks.models import Task

MOST_ATTACHMENTS = 20
_SENSIBLE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
SKIPPED = _("The clocks are put forward in that night, and never show this time. Choose another one.")
TEXT_TOO_LONG = _("At most %(limit_value)s characters fit in here.")


class One(forms.ModelChoiceField):
    """One row or none. A number that no row can have is one that is not there: SQLite would take it for an error."""

    def to_python(self, value: Any) -> Any:
        if value and len(str(value)) > 18:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class AgentChoice(One):
    def label_from_instance(self, agent: Any) -> str:
        return str(agent.name)


class SeveralFiles(forms.FileField):
    """Any number of uploads."""

    class Input(forms.FileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> Any:
        clean = super().clean
        return [clean(upload, initial) for upload in data or [] if isinstance(upload, UploadedFile)]


def assignable(company: Company, agent: Agent, task: Task | None = None) -> QuerySet[Agent]:
    """Who may be given a task: active people of the company (AG5), oneself, and whoever has it already."""
    found = Agent.objects.get_queryset().of(company.pk)
    keeps = Q(pk=task.assignee_id) if task and task.assignee_id else Q()
    active = Q(is_active=True, takes_conversations=True)
    return found.filter(active | Q(pk=agent.pk) | keeps).order_by("first_name", "last_name", "pk")


class TaskForm(PointsToError, WithCustomFields):
    """Every field of a task (TA1)."""

    title = OneLine(
        label=_("Title"),
        max_length=200,
        widget=text_input(autocomplete="off"),
        error_messages={"required": _("Give the task a title."), "max_length": TEXT_TOO_LONG},
    )
    due_date = forms.DateField(
        label=_("Due date"),
        required=False,
        validators=_SENSIBLE,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"}),
    )
    due_time = forms.TimeField(
        label=_("Hour"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "input"}),
    )
    assignee = AgentChoice(
        label=_("Assigned to"),
        queryset=Agent.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        error_messages={"invalid_choice": _("Choose somebody of your company who is active.")},
    )
    remind_at = forms.CharField(
        label=_("Reminder"),
        required=False,
        max_length=30,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}),
    )
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Task.Priority.choices, coerce=int)
    status = forms.ChoiceField(label=_("Status"), choices=Task.Status.choices)
    conversation = One(
        label=_("Related conversation"),
        queryset=Conversation.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This conversation is not there.")},
    )
    contact = One(
        label=_("Related contact"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This contact is not there any more.")},
    )
    description = PlainText(
        label=_("Description"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 4}),
        error_messages={"max_length": TEXT_TOO_LONG},
    )
    attachments = Several(
        queryset=StoredFile.objects.none(),
        required=False,
        widget=forms.MultipleHiddenInput,
        error_messages={"invalid_choice": _("One of the files is not there any more.")},
    )
    uploads = SeveralFiles(
        label=_("From the computer"), required=False, max_length=None, allow_empty_file=True
    )
    # Which state of the task the person saw.
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, agent: Agent, company: Company, task: Task | None = None,
        known: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.company, self.task = company, task
        initial = facts_of(task) if task else new_facts(agent)
        super().__init__(data, files, initial=initial | (known or {}), auto_id="task-%s")
        choices = {
            "assignee": assignable(company, agent, task),
            "conversation": Conversation.objects.of(company.pk),
            "contact": Contact.objects.of(company.pk),
            "attachments": StoredFile.objects.of(company.pk),
        }
        for name, found in choices.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = found
        self.add_custom_fields(fields_on(company.pk, "tasks"), task.custom if task else {})
        if task is None:
            self.fields["title"].widget.attrs["autofocus"] = True

    def clean_remind_at(self) -> datetime | None:
        text = self.cleaned_data["remind_at"]
        if not text:
            return None
        try:
            local = datetime.fromisoformat(text).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError:
            raise ValidationError(_("Choose a day and an hour.")) from None
        if not 2000 <= local.year < 2200:
            raise ValidationError(_("Choose a day and an hour."))
        moment = moment_of(local.date(), local.time(), self.company.zone)
        if moment is None:
            raise ValidationError(SKIPPED)
        if moment <= timezone.now() and moment != (self.task and self.task.remind_at):
            raise ValidationError(_("This time has passed already."))
        return moment

    def clean_attachments(self) -> list[StoredFile]:
        return list(self.cleaned_data["attachments"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if not {"due_date", "due_time"} & set(self.errors):
            self._read_due(facts.get("due_date"), facts.get("due_time"))
        if len(facts.get("attachments", [])) + len(facts.get("uploads", [])) > MOST_ATTACHMENTS:
            said = _("A task holds at most %(most)s files.") % {"most": MOST_ATTACHMENTS}
            self.add_error("uploads", said)
        return facts

    def _read_due(self, day: date | None, clock: time | None) -> None:
        self.cleaned_data["due_at"], self.cleaned_data["due_all_day"] = None, False
        if day is None:
            if clock is not None:
                self.add_error("due_date", _("Choose the day too."))
            return
        if clock is None:
            self.cleaned_data.update(due_at=end_of(day, self.company.zone), due_all_day=True)
            return
        due_at = moment_of(day, clock.replace(second=0, microsecond=0), self.company.zone)
        if due_at is None:
            self.add_error("due_time", SKIPPED)
        self.cleaned_data["due_at"] = due_at

    @property
    def facts(self) -> dict[str, Any]:
        """What tasks/actions.py takes; attachments and uploads are matters of their own."""
        names = (
            "title", "due_at", "due_all_day", "assignee", "remind_at", "priority", "status", "conversation",
            "contact", "description",
        )  # fmt: skip
        return {name: self.cleaned_data[name] for name in names} | {"custom": self.custom_values}

    def keep(self, files: list[StoredFile]) -> None:
        """These were stored: should the form be shown again, they hang on it."""
        sent = cast(QueryDict, self.data).copy()
        for file in files:
            sent.appendlist("attachments", str(file.pk))
        self.data = sent

    # --- what the page shows of what was chosen ---

    @property
    def chosen_conversation(self) -> Conversation | None:
        return cast(Conversation | None, self._chosen("conversation"))

    @property
    def chosen_contact(self) -> Contact | None:
        return cast(Contact | None, self._chosen("contact"))

    def _chosen(self, name: str) -> Any:
        field = cast(One, self.fields[name])
        try:
            return field.clean(self[name].value())
        except ValidationError:
            return None

    @property
    def chosen_files(self) -> list[StoredFile]:
        asked = [str(pk) for pk in self["attachments"].value() or []]
        numbers = [pk for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 19]
        if not numbers:
            return []
        return list(StoredFile.objects.of(self.company.pk).filter(pk__in=numbers).order_by("pk"))


def new_facts(agent: Agent) -> dict[str, Any]:
    return {"assignee": agent.pk, "priority": Task.Priority.NORMAL, "status": Task.Status.NEW, "version": 0}


def facts_of(task: Task) -> dict[str, Any]:
    """The task as the form shows it, by the company's clock."""
    zone = task.company.zone
    due = task.due_at and task.due_at.astimezone(zone)
    remind = task.remind_at and task.remind_at.astimezone(zone)
    return {
        "title": task.title,
        "due_date": due and due.date(),
        "due_time": due.time() if due and not task.due_all_day else None,
        "assignee": task.assignee_id,
        "remind_at": remind and f"{remind:%Y-%m-%dT%H:%M}",
        "priority": task.priority,
        "status": task.status,
        "conversation": task.conversation_id,
        "contact": task.contact_id,
        "description": task.description,
        "attachments": list(task.attachments.filter(deleted_at=None).values_list("pk", flat=True)),
        "version": task.version,
    }


class FilterForm(forms.Form):
    """The filters of the lists. A field that makes no sense is left out of account, and the rest still counts."""

    q = PlainText(required=False, max_length=200, label=_("Search tasks"))
    assignee = forms.ChoiceField(required=False, label=_("Assigned to"))
    priority = forms.TypedChoiceField(required=False, label=_("Priority"), coerce=int, empty_value=None)
    status = forms.ChoiceField(required=False, label=_("Status"))
    contact = One(
        queryset=Contact.objects.none(), required=False, label=_("Contact"), widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, company: Company) -> None:
        super().__init__(data, auto_id="filter-%s")
        people = Agent.objects.get_queryset().of(company.pk).order_by("first_name", "last_name", "pk")
        choices: dict[str, tuple[Any, list[tuple[Any, Any]]]] = {
            "assignee": (_("Everybody"), [("none", _("Nobody yet")), *((str(a.pk), a.name) for a in people)]),
            "priority": (_("Every priority"), list(reversed(Task.Priority.choices))),
            "status": (
                _("Every status"),
                [choice for choice in Task.Status.choices if choice[0] in Task.OPEN],
            ),
        }
        for name, (everything, values) in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = [("", everything), *values]
        cast(One, self.fields["contact"]).queryset = Contact.objects.of(company.pk)

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.values())
