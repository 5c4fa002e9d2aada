"""Companies, their agents, groups and invitations, and the legal texts, for operators. No company or agent is removed:
conversations stay under the names of those who had them. Companies are suspended, agents switched off or deleted as
their company would do it."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet, URLField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agents.actions import (
    LastFullAccessAgent,
    change_password,
    check_company_keeps_full_access,
    delete_agent,
    suspend_company,
    update_agent,
)
from agents.duties import announce_duties
from agents.groups import delete_group
from agents.invitations import Worthless, revoke
from agents.models import Agent, AgentChannel, Channel, Company, Group, Invitation, LegalText
from agents.opening import follow_hours
from agents.origins import clean_origins
from agents.pictures import change_avatar, change_logo
from agents.second_factor import has_second_factor, switch_off


class NotDeleted(admin.ModelAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _thumbnail(address: str | None) -> str:
    """A picture that somebody uploaded, so that operators see what they are told of."""
    return format_html('<img src="{}" alt="" height="64">', address) if address else "–"


class CompanyForm(forms.ModelForm):
    def clean_allowed_origins(self) -> str:
        return clean_origins(self.cleaned_data["allowed_origins"])


@admin.register(Company)
class CompanyAdmin(NotDeleted):
    form = CompanyForm
    list_display = ["name", "key", "website", "number_of_agents", "is_suspended", "created_at"]
    list_filter = ["is_suspended", "language"]
    search_fields = ["name", "key", "website", "default_email"]
    readonly_fields = ["is_suspended", "shown_logo", "created_at"]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    actions = ["suspend", "put_back", "remove_picture"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        return (
            super()
            .get_queryset(request)
            .annotate(number_of_agents=Count("agents", filter=Q(agents__deleted_at=None)))
        )

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"keeps_hours", "time_zone"} & set(form.changed_data):
            follow_hours(company=obj)

    @admin.display(description=gettext_lazy("agents"), ordering="number_of_agents")
    def number_of_agents(self, company: Any) -> int:
        return int(company.number_of_agents)

    @admin.display(description=gettext_lazy("logo"))
    def shown_logo(self, company: Company) -> str:
        return _thumbnail(company.logo_address)

    @admin.action(description=gettext_lazy("Remove the logo"), permissions=["change"])
    def remove_picture(self, request: HttpRequest, companies: QuerySet[Company]) -> None:
        for company in companies:
            change_logo(company=company, content=None)

    @admin.action(description=gettext_lazy("Suspend"), permissions=["change"])
    def suspend(self, request: HttpRequest, companies: QuerySet[Company]) -> None:
        for company in companies:
            suspend_company(company=company, suspended=True)

    @admin.action(description=gettext_lazy("Put back into service"), permissions=["change"])
    def put_back(self, request: HttpRequest, companies: QuerySet[Company]) -> None:
        for company in companies:
            suspend_company(company=company, suspended=False)


# --- Agents -------------------------------------------------------------------------------------------------------


class AgentAddForm(AdminUserCreationForm):
    class Meta:
        model = Agent
        fields = ["email", "company", "access", "first_name", "last_name", "is_staff"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AgentChangeForm(UserChangeForm):
    class Meta:
        model = Agent
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups_of" in self.fields:
            own = Group.objects.filter(company=self.instance.company)
            self.fields["groups_of"].queryset = own  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        before = Agent.objects.get(pk=self.instance.pk)
        keeps = cleaned.get("is_active") and cleaned.get("access") == Agent.Access.FULL
        if before.company_id is not None and before.is_active and before.has_full_access and not keeps:
            try:
                check_company_keeps_full_access(company_id=before.company_id, without=before)
            except LastFullAccessAgent:
                message = _("A company always keeps at least one agent with full access.")
                raise ValidationError(message) from None
        return cleaned


class AgentPasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> Agent:
        agent: Agent = self.user
        if self.cleaned_data["set_usable_password"]:
            change_password(agent=agent, password=self.cleaned_data["password1"])
        else:
            change_password(agent=agent, password=None)
        return agent


class ChannelInline(admin.TabularInline):
    model = AgentChannel
    extra = 0
    max_num = len(Channel)
    verbose_name = gettext_lazy("channel")
    verbose_name_plural = gettext_lazy("takes part in")


@admin.register(Agent)
class AgentAdmin(UserAdmin):
    form = AgentChangeForm
    add_form = AgentAddForm
    change_password_form = AgentPasswordForm
    inlines = [ChannelInline]
    ordering = ["email"]
    list_display = ["email", "full_name", "company", "access", "is_active", "takes_conversations", "is_staff"]
    list_filter = ["access", "is_active", "is_staff"]
    list_select_related = ["company"]
    search_fields = ["email", "first_name", "last_name", "company__name"]
    autocomplete_fields = ["company"]
    filter_horizontal = ["groups_of", "groups"]
    actions = ["switch_off", "delete_for_good", "remove_second_factor", "remove_picture"]
    fieldsets = [
        (None, {"fields": ["email", "password", "company"]}),
        (
            gettext_lazy("Person"),
            {"fields": ["first_name", "last_name", "position", "language", "shown_avatar"]},
        ),
        (gettext_lazy("In the company"), {"fields": ["access", "groups_of", "takes_conversations"]}),
        (gettext_lazy("Signing in"), {"fields": ["is_active", "last_login", "date_joined"]}),
        (gettext_lazy("Administration"), {"fields": ["is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "company", "access", "first_name", "last_name", "is_staff"]}),
        (gettext_lazy("Password"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    @admin.display(description=pgettext_lazy("person", "name"))
    def full_name(self, agent: Agent) -> str:
        return agent.name

    @admin.display(description=gettext_lazy("photo"))
    def shown_avatar(self, agent: Agent) -> str:
        return _thumbnail(agent.avatar_address)

    @admin.action(description=gettext_lazy("Remove the photo"), permissions=["change"])
    def remove_picture(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        for agent in self._changeable(request, agents):
            change_avatar(agent=agent, content=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Or who may change agents could set a superuser's password and be one.
        if obj is not None and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        if obj is not None and obj.deleted_at is not None:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = ["last_login", "date_joined", "shown_avatar"]
        if obj is not None:
            # Conversations and groups are the company's: an agent does not move to another.
            fields.append("company")
        if not getattr(request.user, "is_superuser", False):
            # Nobody makes operators but those who may do everything.
            fields += ["is_staff", "is_superuser", "groups"]
        return fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [ChannelInline] if obj is not None and obj.company_id else []

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        if change:
            update_agent(agent=obj)
        else:
            obj.save()
            AgentChannel.objects.bulk_create(AgentChannel(agent=obj, channel=channel) for channel in Channel)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Groups and channels are saved by the form.
        announce_duties(form.instance)

    @admin.action(description=gettext_lazy("Switch off: may not sign in any more"), permissions=["change"])
    def switch_off(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        for agent in self._changeable(request, agents):
            agent.is_active = False
            try:
                update_agent(agent=agent, fields=["is_active"])
            except LastFullAccessAgent:
                self._say_that_stays(request, agent)

    @admin.action(
        description=gettext_lazy("Delete: conversations stay under their name"), permissions=["change"]
    )
    def delete_for_good(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        for agent in self._changeable(request, agents):
            try:
                delete_agent(agent=agent)
            except LastFullAccessAgent:
                self._say_that_stays(request, agent)

    def _changeable(self, request: HttpRequest, agents: QuerySet[Agent]) -> list[Agent]:
        """An action asks for the permission in general; superusers are superusers' business."""
        return [agent for agent in agents if self.has_change_permission(request, agent)]

    def _say_that_stays(self, request: HttpRequest, agent: Agent) -> None:
        text = _("%(agent)s is the company's last active agent with full access and stays.")
        self.message_user(request, text % {"agent": agent}, messages.ERROR)

    @admin.action(
        description=gettext_lazy("Remove the second factor (the phone is lost)"), permissions=["change"]
    )
    def remove_second_factor(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        for agent in self._changeable(request, agents):
            if not has_second_factor(agent):
                continue
            switch_off(agent=agent)
            self.log_change(request, agent, "Removed the second factor.")
            self.message_user(request, _("%(agent)s signs in with the password alone.") % {"agent": agent})


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    list_display = ["name", "company"]
    list_select_related = ["company"]
    search_fields = ["name", "company__name"]
    autocomplete_fields = ["company"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Its agents and conversations are the company's.
        return ["company"] if obj is not None else []

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        delete_group(group=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for group in queryset:
            delete_group(group=group)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Only read: the link is in the mail alone."""

    list_display = ["email", "company", "access", "invited_by", "created_at", "expires_at", "accepted_at"]
    list_select_related = ["company", "invited_by"]
    search_fields = ["email", "company__name"]
    exclude = ["token_hash"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.change_invitation")

    @admin.action(
        description=gettext_lazy("Revoke: the link is worthless from now on"), permissions=["revoke"]
    )
    def revoke(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        for invitation in invitations:
            with suppress(Worthless):
                revoke(invitation=invitation)


@admin.register(LegalText)
class LegalTextAdmin(admin.ModelAdmin):
    list_display = ["kind", "language"]
