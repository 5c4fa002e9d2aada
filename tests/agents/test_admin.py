from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from agents.actions import LastFullAccessAgent, update_agent
from agents.invitations import invite
from agents.models import Agent, AgentChannel, Channel, Company, Group
from contactcenter.events import AvailabilityChanged, SessionEnded
from contactcenter.models import OutgoingMail, Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import one_agent, widgets
from conversations.models import Offer
from tests.factories import PASSWORD, make_agent, make_conversation, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_operator())
    return client


def fields_of(agent: Agent, **changes: str) -> dict[str, str]:
    """What the form of an agent sends; a change to "" unticks a box."""
    fields = {
        "email": agent.email,
        "access": agent.access,
        "first_name": agent.first_name,
        "last_name": agent.last_name,
        "is_active": "on",
        "takes_conversations": "on",
        "channels-TOTAL_FORMS": "0",
        "channels-INITIAL_FORMS": "0",
        **changes,
    }
    return {name: value for name, value in fields.items() if value or name in {"first_name", "last_name"}}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "agents/company/",
        "agents/company/add/",
        "agents/agent/",
        "agents/agent/add/",
        "agents/group/",
        "agents/group/add/",
        "agents/invitation/",
        "agents/legaltext/",
        "agents/legaltext/add/",
        "contactcenter/promise/",
        "contactcenter/outgoingmail/",
        "axes/accessattempt/",
    ],
)
def test_every_page_opens(operator: Client, founder: Agent, path: str) -> None:
    assert operator.get(f"/admin/{path}", {"q": "a"} if path.count("/") == 2 else {}).status_code == 200


def test_changing_an_agent(operator: Client, company: Company, published: Published) -> None:
    ewa = make_agent(company, "Ewa")
    path = f"/admin/agents/agent/{ewa.pk}/change/"
    assert operator.get(path).status_code == 200

    response = operator.post(path, fields_of(ewa, first_name="Eva", is_active=""))

    assert response.status_code == 302
    ewa.refresh_from_db()
    assert (ewa.first_name, ewa.is_active) == ("Eva", False)
    assert SessionEnded(session=None) in published.to(one_agent(ewa.pk))


@pytest.mark.parametrize("change", [{"access": "limited"}, {"is_active": ""}])
def test_the_last_agent_with_full_access_keeps_it(
    operator: Client, company: Company, founder: Agent, change: dict[str, str]
) -> None:
    path = f"/admin/agents/agent/{founder.pk}/change/"

    response = operator.post(path, fields_of(founder, **change))

    assert response.status_code == 200
    assert "at least one agent with full access" in response.text
    founder.refresh_from_db()
    assert founder.is_active
    assert founder.has_full_access

    make_agent(company, "Ewa", access=Agent.Access.FULL)
    assert operator.post(path, fields_of(founder, **change)).status_code == 302


def test_the_rule_holds_below_the_forms_too(founder: Agent) -> None:
    founder.access = Agent.Access.LIMITED

    with pytest.raises(LastFullAccessAgent):
        update_agent(agent=founder)


def test_switching_off_many_leaves_the_last_one(operator: Client, company: Company, founder: Agent) -> None:
    ewa = make_agent(company, "Ewa", access=Agent.Access.FULL)

    response = operator.post(
        "/admin/agents/agent/",
        {"action": "switch_off", "_selected_action": [str(founder.pk), str(ewa.pk)]},
        follow=True,
    )

    assert "stays" in response.text
    assert Agent.objects.filter(company=founder.company, is_active=True).count() == 1


def test_nobody_is_deleted(operator: Client, founder: Agent) -> None:
    assert operator.get(f"/admin/agents/agent/{founder.pk}/delete/").status_code == 403
    assert operator.get(f"/admin/agents/company/{founder.company_id}/delete/").status_code == 403


def test_adding_an_agent(operator: Client, company: Company) -> None:
    fields = {
        "email": "Jan@Florist.example",
        "company": str(company.pk),
        "access": "limited",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    assert operator.post("/admin/agents/agent/add/", fields).status_code == 302

    jan = Agent.objects.get(email="jan@florist.example")
    assert jan.check_password(PASSWORD)
    assert AgentChannel.objects.filter(agent=jan).count() == len(Channel)
    assert operator.post("/admin/agents/agent/add/", fields).status_code == 200


def test_an_agent_needs_a_company(operator: Client) -> None:
    fields = {"email": "a@b.example", "access": "limited", "usable_password": "true"}
    response = operator.post(
        "/admin/agents/agent/add/", fields | {"password1": PASSWORD, "password2": PASSWORD}
    )

    assert response.status_code == 200
    assert not Agent.objects.filter(email="a@b.example").exists()


def test_a_password_set_by_an_operator_ends_all_sessions(
    operator: Client, founder: Agent, published: Published
) -> None:
    elsewhere = Client()
    elsewhere.force_login(founder)
    new = "daisies are what they are"
    fields = {"usable_password": "true", "password1": new, "password2": new}

    response = operator.post(f"/admin/agents/agent/{founder.pk}/password/", fields)

    assert response.status_code == 302
    founder.refresh_from_db()
    assert founder.check_password(new)
    assert elsewhere.get("/status/").status_code == 302
    assert published.to(one_agent(founder.pk)) == [SessionEnded(session=None)]


def test_who_may_change_agents_cannot_become_a_superuser(client: Client, founder: Agent) -> None:
    superuser = make_operator()
    helper = Agent.objects.create_user("helper@host.example", PASSWORD, is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=["change_agent", "view_agent", "add_agent"])
    )
    client.force_login(helper)

    assert client.get(f"/admin/agents/agent/{superuser.pk}/password/").status_code == 403
    path = f"/admin/agents/agent/{helper.pk}/change/"
    client.post(path, fields_of(helper, is_superuser="on", is_staff="on", company=""))

    helper.refresh_from_db()
    assert not helper.is_superuser


def test_suspending_a_company_takes_its_widgets_offline(
    operator: Client, company: Company, published: Published
) -> None:
    make_agent(company, "Ewa", online=True)
    published.clear()

    for action, online in (("suspend", False), ("put_back", True)):
        operator.post("/admin/agents/company/", {"action": action, "_selected_action": [str(company.pk)]})
        company.refresh_from_db()
        assert company.is_suspended is not online
        assert [getattr(event, "online", None) for event in published] == [online]
        published.clear()


def test_a_promise_given_up_is_tried_again(operator: Client) -> None:
    now = timezone.now()
    given_up = Promise.objects.create(
        kind="x", key="1", due_at=now + timedelta(hours=1), attempts=20, failed_at=now, last_error="Boom"
    )
    held = Promise.objects.create(
        kind="x", key="2", due_at=now, attempts=1, leased_until=now + timedelta(minutes=1)
    )
    assert "Boom" in operator.get("/admin/contactcenter/promise/?state=failed").text

    operator.post(
        "/admin/contactcenter/promise/",
        {"action": "try_again", "_selected_action": [str(given_up.pk), str(held.pk)]},
    )

    given_up.refresh_from_db()
    held.refresh_from_db()
    assert given_up.failed_at is None
    assert given_up.attempts == 0
    assert given_up.due_at <= timezone.now()
    assert held.attempts == 1


def test_mails_are_listed_but_not_opened(operator: Client) -> None:
    mail = OutgoingMail.objects.create(
        message_id="<1>", to="a@b.example", subject="Set a new password", text="secret link"
    )

    text = operator.get(f"/admin/contactcenter/outgoingmail/{mail.pk}/change/").text

    assert "Set a new password" in text
    assert "secret link" not in text


def test_duties_changed_by_an_operator_are_told_to_widgets_and_routing(
    operator: Client, company: Company, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = make_conversation(company)
    assert Offer.objects.get(conversation=conversation).agent == ewa
    published.clear()

    operator.post(f"/admin/agents/agent/{ewa.pk}/change/", fields_of(ewa, takes_conversations=""))
    sweep_promises()

    assert AvailabilityChanged(online=False, agents=[]) in published.to(widgets(company.pk, None))
    assert Offer.objects.get(conversation=conversation).outcome == Offer.Outcome.UNREACHABLE


def test_channels_and_groups_changed_by_an_operator_too(operator: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",), channels=[])
    conversation = make_conversation(company, group="Sales")
    sales = Group.objects.get(name="Sales")
    sweep_promises()
    fields = fields_of(ewa, groups_of=str(sales.pk))
    fields |= {"channels-TOTAL_FORMS": "1", "channels-0-channel": "chat", "channels-0-agent": str(ewa.pk)}

    assert operator.post(f"/admin/agents/agent/{ewa.pk}/change/", fields).status_code == 302
    sweep_promises()

    assert Offer.objects.get(conversation=conversation).agent == ewa


def test_an_operator_deletes_as_the_company_would(operator: Client, company: Company, founder: Agent) -> None:
    ewa = make_agent(company, "Ewa")
    chosen = [str(founder.pk), str(ewa.pk)]

    response = operator.post(
        "/admin/agents/agent/", {"action": "delete_for_good", "_selected_action": chosen}, follow=True
    )

    assert "stays" in response.text
    ewa.refresh_from_db()
    founder.refresh_from_db()
    assert ewa.deleted_at is not None
    assert founder.deleted_at is None
    # What is gone is only read, or somebody would switch it on again.
    path = f"/admin/agents/agent/{ewa.pk}/change/"
    assert operator.get(path).status_code == 200
    assert operator.post(path, fields_of(ewa)).status_code == 403


@pytest.mark.parametrize("action", ["switch_off", "delete_for_good", "remove_picture"])
def test_who_may_change_agents_does_nothing_to_superusers(
    client: Client, company: Company, action: str
) -> None:
    chief = make_agent(company, "Chief")
    Agent.objects.filter(pk=chief.pk).update(is_staff=True, is_superuser=True, avatar="chief.webp")
    sign_in_with(client, "view_agent", "change_agent")

    client.post("/admin/agents/agent/", {"action": action, "_selected_action": [str(chief.pk)]})

    chief.refresh_from_db()
    assert (chief.is_active, chief.deleted_at, chief.avatar) == (True, None, "chief.webp")


def test_who_may_only_look_revokes_no_invitation(client: Client, company: Company, founder: Agent) -> None:
    invitation = invite(company=company, by=founder, email="marta@florist.example", access="limited")
    sign_in_with(client, "view_invitation")

    client.post("/admin/agents/invitation/", {"action": "revoke", "_selected_action": [str(invitation.pk)]})

    invitation.refresh_from_db()
    assert invitation.revoked_at is None


def sign_in_with(client: Client, *permissions: str) -> None:
    """As an operator who may do this and nothing else."""
    helper = Agent.objects.create_user("helper@host.example", PASSWORD, is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")


def test_invitations_are_read_and_revoked(operator: Client, company: Company, founder: Agent) -> None:
    invitation = invite(company=company, by=founder, email="marta@florist.example", access="limited")

    page = operator.get(f"/admin/agents/invitation/{invitation.pk}/change/").text
    assert "marta@florist.example" in page
    assert invitation.token_hash not in page
    operator.post("/admin/agents/invitation/", {"action": "revoke", "_selected_action": [str(invitation.pk)]})

    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
