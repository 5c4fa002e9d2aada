"""Operators may look at contacts, and change nothing: they are the company's."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from contactcenter.admin import ReadOnly
from contacts.models import Contact, ContactEmail, ContactImport, ContactPhone, CustomField


class ReadOnlyInline(admin.TabularInline):
    can_delete = False
    extra = 0
    ordering = ["position"]

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


class EmailInline(ReadOnlyInline):
    model = ContactEmail
    fields = ["address"]


class PhoneInline(ReadOnlyInline):
    model = ContactPhone
    fields = ["number"]


@admin.register(Contact)
class ContactAdmin(ReadOnly):
    list_display = ["name", "organisation", "company", "created_at", "changed_at"]
    list_select_related = ["company"]
    fields = [
        "company", "first_name", "last_name", "organisation", "address", "note", "custom", "created_at",
        "changed_at", "created_by",
    ]  # fmt: skip
    search_fields = ["=company__key", "=emails__address", "=phones__number"]
    search_help_text = gettext_lazy("A whole e-mail address, a whole number (+48…), or a company's key.")
    ordering = ["-id"]
    # Counting millions of rows for the foot of the page helps nobody.
    show_full_result_count = False
    inlines = [EmailInline, PhoneInline]


@admin.register(CustomField)
class CustomFieldAdmin(ReadOnly):
    list_display = ["name", "key", "company", "kind", "on_contacts", "on_tasks"]
    list_select_related = ["company"]
    search_fields = ["name", "key", "company__name"]


@admin.register(ContactImport)
class ContactImportAdmin(ReadOnly):
    list_display = [
        "file_name",
        "company",
        "by_name",
        "state",
        "records",
        "good",
        "created_at",
        "finished_at",
    ]
    list_filter = ["state"]
    list_select_related = ["company"]
    fields = [
        "company", "by_name", "file_name", "size", "state", "format", "headings", "mapping", "duplicates", "records",
        "good", "bad", "created", "updated", "skipped", "taken_back", "stayed", "created_at", "verified_at",
        "started_at", "finished_at", "undone_at", "failure",
    ]  # fmt: skip
    search_fields = ["=company__key", "file_name"]
