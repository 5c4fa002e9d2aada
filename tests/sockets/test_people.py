"""Agents and groups that go: their sockets learn it at once."""

from typing import Any

from agents.actions import delete_agent, update_agent
from agents.groups import delete_group
from agents.models import Agent, Company
from contactcenter.database import in_database
from tests.factories import make_agent, make_group
from tests.sockets.conftest import sign_in


async def test_who_is_deleted_or_switched_off_hears_nothing_more(
    workspace: Any, company: Company, ewa: Agent
) -> None:
    jan = await in_database(make_agent, company, "Jan")
    screens = {}
    for agent in (ewa, jan):
        screens[agent] = await workspace(await in_database(sign_in, agent))
        await screens[agent].ask("heartbeat", {"device": f"laptop-{agent.pk}"}, "heartbeat")

    await in_database(delete_agent, agent=ewa)
    jan.is_active = False
    await in_database(update_agent, agent=jan)

    assert await screens[ewa].closing_code() == 4401
    assert await screens[jan].closing_code() == 4401


async def test_widgets_of_a_deleted_group_come_back_as_the_companys(
    visitor: Any, launcher: Any, company: Company
) -> None:
    sales = await in_database(make_group, company, "Sales")
    button, panel = await launcher(query=f"?group={sales.pk}"), await visitor(group=sales.pk)
    others = await launcher()
    asked = f"?group={sales.pk}"

    await in_database(delete_group, group=sales)

    assert await button.closing_code() == 1012
    assert await panel.closing_code() == 1012
    # It asks for the same group again, and gets the company.
    again = await launcher(query=asked)
    await again.hear("availability")
    await in_database(make_agent, company, "Ewa", online=True)
    for widget in (again, others):
        while not (await widget.hear("availability"))["online"]:
            pass
