"""The running product as tests get it."""

import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.live import Live, wait_for


def servers_time(live: Live) -> datetime:
    with urllib.request.urlopen(f"{live.url}/healthz", timeout=5) as response:
        return parsedate_to_datetime(response.headers["Date"])


def test_its_clock_moves_and_stays_ahead_over_a_restart(live: Live) -> None:
    assert abs(servers_time(live) - datetime.now(UTC)) < timedelta(seconds=5)

    live.clock.move(hours=1)
    # The server renews its Date header once a second.
    wait_for(lambda: servers_time(live) - datetime.now(UTC) > timedelta(minutes=59), 5)

    live.kill("web")
    wait_for(lambda: servers_time(live) - datetime.now(UTC) > timedelta(minutes=59), 5)


def test_it_holds_the_demo_company(live: Live) -> None:
    assert live.query("SELECT count(*) FROM agents_agent WHERE email = %s", ["adam@demo.example"]) == [(1,)]


def test_two_products_do_not_meet(start_live) -> None:
    first, second = start_live(), start_live()

    first.query(
        "UPDATE agents_agent SET email = %s WHERE email = %s", ["eve@demo.example", "ewa@demo.example"]
    )

    assert second.query("SELECT count(*) FROM agents_agent WHERE email = %s", ["ewa@demo.example"]) == [(1,)]
