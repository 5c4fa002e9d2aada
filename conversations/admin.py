"""Operators may look at conversations, and change nothing: what was said was said."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from contactcenter.admin import ReadOnly
from conversations.models import Conversation, Entry, Offer


class ReadOnlyInline(admin.TabularInline):
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ["seq", "created_at", "kind", "author_name", "event", "text"]
    ordering = ["seq"]


class OfferInline(ReadOnlyInline):
    model = Offer
    fields = ["round", "agent", "offered_at", "due_at", "outcome", "ended_at"]
    ordering = ["offered_at"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    list_display = [
        "public_id",
        "company",
        "channel",
        "status",
        "who",
        "assignee",
        "created_at",
        "last_entry_at",
    ]
    list_filter = ["channel", "status", "direction"]
    list_select_related = ["company", "assignee"]
    search_fields = ["public_id", "customer_name", "customer_email", "customer_phone", "company__name"]
    search_help_text = gettext_lazy("The number of a conversation, its customer, or the company.")
    ordering = ["-id"]
    # Counting millions of rows for the foot of the page helps nobody.
    show_full_result_count = False
    inlines = [OfferInline, EntryInline]

    @admin.display(description=gettext_lazy("customer"))
    def who(self, conversation: Conversation) -> str:
        return conversation.customer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).select_related("company", "assignee")
