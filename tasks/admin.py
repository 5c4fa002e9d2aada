"""Operators may look at tasks, and change nothing."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from contactcenter.admin import ReadOnly
from tasks.models import Task


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = [
        "title",
        "company",
        "status",
        "priority",
        "due_at",
        "assignee",
        "created_at",
        "deleted_at",
    ]
    list_filter = ["status", "priority"]
    list_select_related = ["company", "assignee"]
    search_fields = ["title", "company__name"]
    search_help_text = gettext_lazy("The title of a task, or the company.")
    ordering = ["-id"]
    # Counting millions of rows for the foot of the page helps nobody.
    show_full_result_count = False
