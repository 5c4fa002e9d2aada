"""Groups (AG7): what they are called, who is in them, and what a group that is deleted leaves behind."""

from typing import Any

import pytest
from django.test import Client

from agents.groups import delete_group
from agents.models import Agent, Company, Group, Invitation
from contactcenter.events import AvailabilityChanged, GroupDeleted
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import widgets
from conversations.models import Conversation, Offer
from tests.factories import make_agent, make_company, make_conversation, make_group
from tests.published import Published

pytestmark = pytest.mark.django_db


def test_without_groups_the_page_says_what_they_are_for(admin: Client) -> None:
    page = admin.get("/settings/groups/").text

    assert "No groups yet" in page
    assert "an agent counts only for the widgets of their groups" in page


def test_creating_renaming_and_choosing_members(admin: Client, company: Company) -> None:
    ewa, jan = make_agent(company, "Ewa"), make_agent(company, "Jan")

    response = admin.post("/settings/groups/add/", {"name": " Sales ", "members": [ewa.pk]})
    assert response["Location"] == "/settings/groups/"
    sales = Group.objects.get(company=company)
    assert sales.name == "Sales"
    assert "Ewa" in admin.get("/settings/groups/").text

    path = f"/settings/groups/{sales.pk}/"
    assert 'value="Sales"' in admin.get(path).text
    admin.post(path, {"name": "sales", "members": [jan.pk]})
    sales.refresh_from_db()
    assert (sales.name, list(sales.agents.all())) == ("sales", [jan])


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "\u202e"])
def test_a_name_that_is_none_is_refused(admin: Client, name: str) -> None:
    assert admin.post("/settings/groups/add/", {"name": name}).status_code == 422
    assert not Group.objects.exists()


def test_a_name_is_there_once_whatever_the_case(admin: Client, company: Company) -> None:
    sales, service = make_group(company, "Sales"), make_group(company, "Service")
    make_group(make_company("Baker"), "Ovens")

    for path in ("/settings/groups/add/", f"/settings/groups/{service.pk}/"):
        response = admin.post(path, {"name": "SALES"})
        assert response.status_code == 422
        assert "There is a group of this name already." in response.text
    assert admin.post(f"/settings/groups/{sales.pk}/", {"name": "SALES"}).status_code == 302
    assert admin.post("/settings/groups/add/", {"name": "Ovens"}).status_code == 302


def test_people_of_another_company_are_refused(admin: Client) -> None:
    eve = make_agent(make_company("Baker"), "Eve")

    response = admin.post("/settings/groups/add/", {"name": "Sales", "members": [eve.pk]})

    assert response.status_code == 422
    assert not Group.objects.filter(name="Sales").exists()


@pytest.mark.parametrize("number", ["0", "-1", "9" * 20, "one"])
def test_numbers_that_nobody_has_are_refused(admin: Client, number: str) -> None:
    response = admin.post("/settings/groups/add/", {"name": "Sales", "members": [number]})

    assert response.status_code == 422
    assert "Choose people of your company." in response.text


def test_members_decide_which_widgets_are_online(
    admin: Client, company: Company, published: Published
) -> None:
    sales = make_group(company, "Sales")
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",))
    published.clear()

    admin.post(f"/settings/groups/{sales.pk}/", {"name": "Sales", "members": [ewa.pk]})
    assert published.to(widgets(company.pk, sales.pk))[-1].online

    admin.post(f"/settings/groups/{sales.pk}/", {"name": "Sales"})
    assert published.to(widgets(company.pk, sales.pk))[-1] == AvailabilityChanged(online=False, agents=[])


def test_a_group_that_is_deleted_is_the_whole_companys(
    admin: Client, company: Company, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",))
    conversation = make_conversation(company, group="Sales")
    sales = Group.objects.get(company=company, name="Sales")
    fields = {"email": "marta@florist.example", "access": "limited", "groups": [sales.pk]}
    admin.post("/settings/users/invite/", fields)
    sweep_promises()
    assert conversation.status == Conversation.Status.NEW
    assert "Delete the group Sales?" in admin.get(f"/settings/groups/{sales.pk}/delete/").text
    published.clear()

    admin.post(f"/settings/groups/{sales.pk}/delete/")
    sweep_promises()

    conversation.refresh_from_db()
    assert conversation.group is None
    assert not Invitation.objects.get().groups.exists()
    # Now everybody may be asked, and its widgets come back as the company's.
    assert Offer.objects.get(conversation=conversation).agent == ewa
    assert GroupDeleted() in published.to(widgets(company.pk, sales.pk))


def test_the_administration_deletes_groups_the_same_way(client: Client, company: Company) -> None:
    from tests.factories import make_operator

    client.force_login(make_operator())
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",))
    conversation = make_conversation(company, group="Sales")
    sales = Group.objects.get(name="Sales")
    sweep_promises()

    client.post(f"/admin/agents/group/{sales.pk}/delete/", {"post": "yes"})
    sweep_promises()

    assert Offer.objects.get(conversation=conversation).agent == ewa


def test_the_ungrouped_agent_counts_for_every_group(company: Company) -> None:
    jan = make_agent(company, "Jan", online=True)
    conversation = make_conversation(company, group="Sales")

    assert Offer.objects.get(conversation=conversation).agent == jan


def test_the_list_asks_as_often_for_many_as_for_few(
    admin: Client, company: Company, django_assert_max_num_queries
) -> None:
    for number in range(12):
        make_agent(company, f"Agent{number}", groups=(f"Group{number}", "All"))
    admin.get("/settings/groups/")

    with django_assert_max_num_queries(12):
        admin.get("/settings/groups/")


def test_members_of_a_deleted_group_are_ungrouped(company: Company) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",))

    delete_group(group=Group.objects.get(name="Service"))

    available = Agent.objects.get_queryset().available("chat")
    assert list(available.in_group(make_group(company, "Sales").pk)) == [ewa]


def test_deleting_one_of_a_large_company_takes_no_more_statements(django_assert_max_num_queries: Any) -> None:
    """Everybody is asked for more than before: that is one promise each, and not one statement."""
    statements = []
    for people in (2, 40):
        company = make_company()
        for number in range(people):
            make_agent(company, f"Agent{number}", groups=("Sales",))
        with django_assert_max_num_queries(40) as asked:
            delete_group(group=Group.objects.get(company=company))
        statements.append(len(asked))

    assert statements[0] == statements[1]
    assert Promise.objects.filter(kind="routing.agent_came").count() == 44
