"""What has to be done."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Agent, Company
from contacts.models import Contact
from conversations.models import Conversation, Literal
from files.models import StoredFile

# Where tasks without a due date stand among those that have one. Later than every date that people may choose.
UNDATED = datetime(3000, 1, 1, tzinfo=UTC)


class TaskQuerySet(QuerySet["Task"]):
    def of(self, company_id: int) -> "TaskQuerySet":
        return self.filter(company_id=company_id, deleted_at=None)

    def open(self) -> "TaskQuerySet":
        # As literals: an index with a condition serves only those who name the condition.
        return self.filter(status__in=[Literal(status) for status in Task.OPEN])

    def done(self) -> "TaskQuerySet":
        return self.filter(status=Literal(Task.Status.DONE))

    def overdue(self) -> "TaskQuerySet":
        """The due date has passed and it is not done (TA2)."""
        return self.open().filter(due_order__lt=timezone.now())


class Task(models.Model):
    """Something that somebody of the company has to do (TA1)."""

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        URGENT = 3, _("Urgent")
        CRITICAL = 4, _("Critical")

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("task", "New")
        IN_PROGRESS = "in_progress", pgettext_lazy("task", "In progress")
        DONE = "done", pgettext_lazy("task", "Done")

    OPEN: ClassVar = (Status.NEW, Status.IN_PROGRESS)

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="", max_length=10_000)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.NEW)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Due on a day, not at an hour: `due_at` is then the last moment of that day by the company's clock.
    due_all_day = models.BooleanField(_("all day"), default=False)
    # `due_at`, or UNDATED: lists go by it, and by its index.
    due_order = models.DateTimeField(editable=False, default=UNDATED)
    remind_at = models.DateTimeField(_("reminder"), null=True, blank=True)
    assignee = models.ForeignKey(
        Agent,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
        verbose_name=_("assigned to"),
    )
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks",
        verbose_name=_("related conversation"),
    )  # fmt: skip
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks",
        verbose_name=_("related contact"),
    )  # fmt: skip
    # Values of the company's custom fields, by their keys.
    custom = models.JSONField(default=dict, blank=True)
    attachments = models.ManyToManyField(
        StoredFile, related_name="tasks", blank=True, verbose_name=_("attachments")
    )
    search_text = models.TextField(blank=True, default="", editable=False)
    # Moves with every change: whoever saves says which one they saw, and wipes nobody's work away unseen.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("created by")
    )
    changed_by = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("changed by")
    )
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False) | (~Q(status="done") & Q(done_at=None)),
                name="done_task_says_when",
            )
        ]
        indexes = [
            # the counter and the list of one's own
            models.Index(
                fields=["company", "assignee", "due_order", "id"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open_of_agent",
            ),
            # the lists of what is open, in each of their orders
            models.Index(
                fields=["company", "due_order", "id"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open",
            ),
            models.Index(
                fields=["company", "-priority", "due_order", "id"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open_by_priority",
            ),
            models.Index(
                fields=["company", "-id"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open_by_age",
            ),
            models.Index(
                fields=["company", "-done_at", "-id"],
                condition=Q(status="done", deleted_at=None),
                name="task_done",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.due_order = self.due_at or UNDATED
        super().save(*args, **kwargs)

    @property
    def is_done(self) -> bool:
        return self.status == self.Status.DONE

    @property
    def is_overdue(self) -> bool:
        return not self.is_done and self.due_at is not None and self.due_at < timezone.now()
