"""A status on its way (ST2, ST3): from the menu of one device to the other devices and to every widget."""

import time
from typing import Any

from django.test import Client

from agents.models import Agent, Company
from agents.presence import change_status, renew_lease
from contactcenter.database import in_database
from contactcenter.promises import sweep_promises
from tests.clock import Clock
from tests.factories import make_agent, make_group
from tests.sockets.conftest import Wire, sign_in


def beat(which: str) -> dict[str, str]:
    return {"device": f"{which}-of-ewa"}


async def hear_until(wire: Wire, kind: str, name: str, expected: Any) -> dict[str, Any]:
    while (told := await wire.hear(kind))[name] != expected:
        pass
    return told


async def at_work(workspace: Any, ewa: Agent) -> tuple[Client, Wire]:
    """Ewa's browser with the workspace open, Online."""
    browser = await in_database(sign_in, ewa)
    screen = await workspace(browser)
    await screen.ask("heartbeat", beat("laptop"), "heartbeat")
    await in_database(change_status, agent=ewa, status=Agent.Status.ONLINE)
    return browser, screen


async def online(company: Company) -> bool:
    def ask() -> bool:
        sweep_promises()
        return bool(Client().get(f"/widget/{company.key}/status").json()["online"])

    return await in_database(ask)


async def test_a_status_chosen_on_one_device_is_on_the_others_and_on_every_widget_within_a_second(
    workspace: Any, launcher: Any, visitor: Any, company: Company, ewa: Agent
) -> None:
    sales = await in_database(make_group, company, "Sales")
    browser, laptop = await at_work(workspace, ewa)
    phone = await workspace(await in_database(sign_in, ewa))
    await phone.ask("heartbeat", beat("phone"), "heartbeat")
    # Launchers of the company and of a group, and open panels of both: she is in no group, so she counts for all.
    widgets = [
        await launcher(),
        await launcher(query=f"?group={sales.pk}"),
        await visitor(),
        await visitor(group=sales.pk),
    ]

    took = []
    for status, is_online in (("break", False), ("online", True), ("offline", False)):
        began_at = time.monotonic()
        await in_database(browser.post, "/status/", {"status": status})
        for screen in (laptop, phone):
            await hear_until(screen, "agent.status_changed", "status", status)
        for widget in widgets:
            await hear_until(widget, "availability", "online", is_online)
        took.append(time.monotonic() - began_at)
    # The quickest: the first one loads the pages, and the machine may be busy with something else.
    assert min(took) < 1, took


async def test_only_the_widgets_of_ones_groups_follow_a_status(
    workspace: Any, launcher: Any, company: Company
) -> None:
    seller = await in_database(make_agent, company, "Seller", groups=("Sales",))
    sales, support = [await in_database(make_group, company, name) for name in ("Sales", "Support")]
    pages = [await launcher(), await launcher(query=f"?group={sales.pk}")]
    away = await launcher(query=f"?group={support.pk}")

    await at_work(workspace, seller)

    for page in pages:
        await hear_until(page, "availability", "online", True)
    assert not any(frame["data"]["online"] for frame in await away.everything_said())


async def test_signing_out_leaves_one_online_for_two_minutes(
    workspace: Any, clock: Clock, company: Company, ewa: Agent
) -> None:
    browser, screen = await at_work(workspace, ewa)

    await in_database(browser.post, "/logout/")
    assert await screen.closing_code() == 4401
    await screen.leave()

    clock.move(seconds=119)
    assert await online(company)
    clock.move(seconds=1)
    assert not await online(company)


async def test_signing_in_again_within_two_minutes_changes_nothing(
    workspace: Any, launcher: Any, clock: Clock, company: Company, ewa: Agent
) -> None:
    browser, screen = await at_work(workspace, ewa)
    page = await launcher()
    await page.everything_said()  # of how she came
    await in_database(browser.post, "/logout/")
    await screen.closing_code()
    await screen.leave()
    clock.move(seconds=110)

    again = await workspace(await in_database(sign_in, ewa))
    await again.ask("heartbeat", beat("laptop"), "heartbeat")
    clock.move(seconds=110)
    await in_database(renew_lease, agent_id=ewa.pk, device="laptop-of-ewa")

    assert await online(company)
    assert all(frame["data"]["online"] for frame in await page.everything_said())
    await in_database(ewa.refresh_from_db)
    assert ewa.status == Agent.Status.ONLINE


async def test_offline_chosen_by_hand_acts_at_once_although_the_workspace_stays_open(
    workspace: Any, company: Company, ewa: Agent
) -> None:
    browser, screen = await at_work(workspace, ewa)
    assert await online(company)

    await in_database(browser.post, "/status/", {"status": "offline"})
    await screen.ask("heartbeat", beat("laptop"), "heartbeat")

    assert not await online(company)
