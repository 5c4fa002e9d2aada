"""The administration for operators: where one signs in, and what the house itself keeps (promises, mails)."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contactcenter.models import OutgoingMail, Promise


@login_not_required
def sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Operators come in by the product's own door, so that its throttling holds for them too."""
    if request.user.is_authenticated:
        # Signed in, and sent here all the same: not an operator.
        raise PermissionDenied
    target = request.GET.get("next", "/admin/")
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': target})}")


def change_password(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """One page for that, which counts wrong attempts and ends the other sessions."""
    return redirect("/settings/security/")


admin.site.login = sign_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
admin.site.site_header = gettext_lazy("Contact Center, administration")
admin.site.site_title = "Contact Center"
admin.site.index_title = gettext_lazy("What operators look after")


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", _("given up")), ("trying", _("being tried again")), ("waiting", _("waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Promise]) -> QuerySet[Promise]:
        if self.value() == "failed":
            return queryset.filter(failed_at__isnull=False)
        if self.value() == "trying":
            return queryset.filter(failed_at=None, attempts__gt=0)
        if self.value() == "waiting":
            return queryset.filter(failed_at=None, attempts=0)
        return queryset


@admin.register(Promise)
class PromiseAdmin(ReadOnly):
    list_display = ["kind", "key", "due_at", "attempts", "failed_at", "error"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["kind", "key", "last_error"]
    ordering = ["due_at"]
    actions = ["try_again"]

    @admin.display(description=gettext_lazy("last error"))
    def error(self, promise: Promise) -> str:
        return Truncator(promise.last_error).chars(120)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("contactcenter.change_promise")

    @admin.action(description=gettext_lazy("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, promises: QuerySet[Promise]) -> None:
        """Due now, with all its attempts. The sweep takes it up; one that somebody is at is left alone."""
        now = timezone.now()
        free = Promise.objects.filter(pk__in=promises).filter(Q(leased_until=None) | Q(leased_until__lte=now))
        count = free.update(due_at=now, attempts=0, failed_at=None, leased_until=None)
        text = ngettext(
            "%(count)d promise is tried again now.", "%(count)d promises are tried again now.", count
        )
        self.message_user(request, text % {"count": count})


class OutgoingMailFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sent", _("sent")), ("waiting", _("waiting")), ("failed", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(sent_at=None, given_up_at=None)
        if self.value() == "failed":
            return queryset.filter(sent_at=None, given_up_at__isnull=False)
        return queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly):
    """To whom and when. What a mail says stays between the company and its reader: a reset link is in some."""

    list_display = ["subject", "to", "created_at", "sent_at", "state"]
    list_filter = [OutgoingMailFilter]
    search_fields = ["to", "subject", "message_id"]
    ordering = ["-created_at"]
    fields = ["subject", "to", "reply_to", "message_id", "created_at", "sent_at", "state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        promise = Promise.objects.filter(kind="mail.send", key=Cast(OuterRef("pk"), CharField()))
        return (
            super()
            .get_queryset(request)
            .annotate(
                tries=Subquery(promise.values("attempts")),
                given_up_at=Subquery(promise.values("failed_at")),
                said=Subquery(promise.values("last_error")),
            )
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, mail: Any) -> str:
        """Where it is, and what the mail server said last."""
        if mail.sent_at:
            return _("sent")
        said = f": {Truncator(mail.said).chars(200)}" if mail.said else ""
        if mail.given_up_at:
            return _("given up") + said
        return (_("being tried again") if mail.tries else _("waiting")) + said
