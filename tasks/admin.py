"""Operators may look at tasks, and change nothing."""

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy

from contactcenter.admin import ReadOnly
from tasks.models import Task


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display: ClassVar = [
        "title",
        "company",
        "status",
        "priority",
        "due_at",
        "assignee",
        "created_at",
        "deleted_at",
    ]
    list_filter: ClassVar = ["status", "priority"]
    list_select_related: ClassVar = ["company", "assignee"]
    search_fields: ClassVar = ["title", "company__name"]
    search_help_text = gettext_lazy("The title of a task, or the company.")
    ordering: ClassVar = ["-id"]
    # Counting millions of rows for the foot of the page helps nobody.
    show_full_result_count = False
