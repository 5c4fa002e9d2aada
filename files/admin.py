"""Operators may see what takes up space, and change nothing. What is in a file concerns its company alone."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy

from contactcenter.admin import ReadOnly
from files.models import Folder, StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnly):
    list_display = [
        "name",
        "company",
        "content_type",
        "how_large",
        "added_by_name",
        "created_at",
        "is_attachment",
        "deleted_at",
    ]
    list_filter = ["content_type", "is_attachment"]
    list_select_related = ["company"]
    search_fields = ["name", "key", "company__name"]
    search_help_text = gettext_lazy("The name of a file, the key of its content, or the company.")
    ordering = ["-id"]
    fields = [
        "company",
        "folder",
        "name",
        "key",
        "content_type",
        "size",
        "added_by",
        "added_by_name",
        "is_attachment",
        "created_at",
        "deleted_at",
    ]
    # Counting millions of rows for the foot of the page helps nobody.
    show_full_result_count = False

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def how_large(self, file: StoredFile) -> str:
        return filesizeformat(file.size)


@admin.register(Folder)
class FolderAdmin(ReadOnly):
    list_display = ["name", "company", "parent", "created_at", "deleted_at"]
    list_select_related = ["company", "parent"]
    search_fields = ["name", "company__name"]
    ordering = ["-id"]
    show_full_result_count = False
