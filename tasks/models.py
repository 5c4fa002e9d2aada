"""What has to be done."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contacts.models import Contact
from conversations.models import Conversation
from files.models import StoredFile


class TaskQuerySet(QuerySet["Task"]):
    def of(self, company_id: int) -> "TaskQuerySet":
        return self.filter(company_id=company_id, deleted_at=None)

    def open(self) -> "TaskQuerySet":
        return self.exclude(status=Task.Status.DONE)

    def done(self) -> "TaskQuerySet":
        return self.filter(status=Task.Status.DONE)

    def overdue(self) -> "TaskQuerySet":
        """The due date has passed and it is not done (TA2)."""
        return self.open().filter(due_at__lt=timezone.now())


class Task(models.Model):
    """Something that somebody of the company has to do (TA1)."""

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        URGENT = 3, _("Urgent")
        CRITICAL = 4, _("Critical")

    class Status(models.TextChoices):
        NEW = "new", _("New")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")

    OPEN: ClassVar = (Status.NEW, Status.IN_PROGRESS)

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="", max_length=10_000)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.NEW)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Due on a day, not at an hour: `due_at` is then the end of that day by the company's clock.
    due_all_day = models.BooleanField(_("all day"), default=False)
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
    created_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
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
            # the counter and the lists of what is open
            models.Index(
                fields=["company", "assignee", "due_at"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open_of_agent",
            ),
            models.Index(
                fields=["company", "due_at", "id"],
                condition=Q(status__in=["new", "in_progress"], deleted_at=None),
                name="task_open",
            ),
            models.Index(
                fields=["company", "-done_at", "-id"],
                condition=Q(status="done", deleted_at=None),
                name="task_done",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.status != self.Status.DONE and self.due_at is not None and self.due_at < timezone.now()
