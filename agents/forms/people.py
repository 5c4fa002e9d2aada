"""The forms about the people of a company: inviting, editing, groups; and joining."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.forms.doors import NewPasswordForm
from agents.forms.parts import NameForm, OneLine, PersonForm, PointsToError, Several, text_input
from agents.models import Agent, Channel, Company, Group, Invitation

ACCESS_HELP = {
    Agent.Access.FULL: _("Every setting, personal and the company's, and billing. For managers."),
    Agent.Access.LIMITED: _(
        "Conversations, history, recordings and their own settings: profile, shortcuts, notifications."
    ),
}


class DutiesForm(PointsToError, forms.Form):
    """What somebody may do, and what they are asked to do."""

    access = forms.ChoiceField(
        label=_("Access level"),
        choices=Agent.Access.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an access level."),
            "invalid_choice": _("Choose an access level."),
        },
    )
    groups = Several(
        label=_("Groups"),
        queryset=Group.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("Choose groups of your company."),
            "invalid_pk_value": _("Choose groups of your company."),
        },
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("There is no such channel.")},
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = cast(Several, self.fields["groups"])
        groups.queryset = Group.objects.filter(company=company)

    @property
    def access_levels(self) -> list[tuple[Any, Any]]:
        """Each choice with what it means."""
        return [(radio, ACCESS_HELP[Agent.Access(radio.data["value"])]) for radio in self["access"]]


class InviteForm(DutiesForm):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off", "autofocus": True}),
        error_messages={
            "required": _("Enter the e-mail address of the person you invite."),
            "invalid": _("Enter an e-mail address, such as anna@example.com."),
        },
    )
    field_order = ["email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("access", Agent.Access.LIMITED)
        self.initial.setdefault("channels", Channel.values)


class AgentForm(PersonForm, DutiesForm):
    """An agent, as those with full access edit them."""

    FACTS = (*PersonForm.base_fields, "access")

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("A link goes to a new address. Until it is confirmed there, nothing changes."),
        error_messages={"invalid": _("Enter an e-mail address, such as anna@example.com.")},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off", "maxlength": 254}),
    )

    def __init__(self, *args: Any, agent: Agent, by: Agent, **kwargs: Any) -> None:
        initial = {name: getattr(agent, name) for name in (*self.FACTS, "email")}
        initial["groups"] = list(agent.groups_of.values_list("pk", flat=True))
        initial["channels"] = list(agent.channels.values_list("channel", flat=True))
        super().__init__(*args, initial=initial, **kwargs)
        # One's own takes the password.
        self.fields["email"].disabled = agent.pk == by.pk
        self.fields["description"].help_text = ""
        for name in PersonForm.base_fields:
            # It is not the reader of the page who is called so.
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def new_email(self) -> str:
        """The address that is wanted, if it is another one."""
        wanted = str(self.cleaned_data["email"]).lower()
        return wanted if wanted != self.initial["email"] else ""

    @property
    def facts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.FACTS}


class GroupForm(PointsToError, forms.Form):
    name = OneLine(
        label=_("Name"),
        max_length=60,
        widget=text_input(autocomplete="off"),
        error_messages={
            "required": _("Give the group a name."),
            "max_length": _("The name of a group has at most %(limit_value)s characters."),
        },
    )
    members = Several(
        label=_("Members"),
        queryset=Agent.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("Choose people of your company."),
            "invalid_pk_value": _("Choose people of your company."),
        },
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = cast(Several, self.fields["members"])
        people = Agent.objects.get_queryset().of(company.pk)
        members.queryset = people.order_by("first_name", "last_name", "pk")


class JoinForm(NameForm, NewPasswordForm):
    """Name and password of somebody who was invited; agents.invitations.accept_invitation makes the account."""

    field_order = ["first_name", "last_name"]

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        # Nobody yet: what they will be called is what a password may not resemble.
        super().__init__(Agent(email=invitation.email), *args, **kwargs)
        self.fields["new_password1"].label = _("Password")
        self.fields["new_password2"].label = _("Password once more")
        del self.fields["new_password1"].widget.attrs["autofocus"]
        self.fields["first_name"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        person = cast(Agent, self.user)
        person.first_name = self.cleaned_data.get("first_name", "")
        person.last_name = self.cleaned_data.get("last_name", "")
        return super().clean() or {}
