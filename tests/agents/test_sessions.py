"""Where one is signed in, signing out there, and changing one's password (LO3, PR1)."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.actions import update_agent
from agents.models import Agent
from agents.passwords import LinkUsed, reset_password, reset_tokens
from contactcenter.events import SessionEnded
from contactcenter.models import OutgoingMail, Session
from contactcenter.realtime import one_agent
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db
NEW = "violets are hardly ever blue"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(language="en"), "Ewa")


def signed_in(agent: Agent, browser: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": browser})
    client.post("/login/", {"username": agent.email, "password": PASSWORD, "remember": "on"})
    return client


def key_of(client: Client) -> str:
    return str(client.session.session_key)


def is_in(client: Client) -> bool:
    return client.get("/settings/security/").status_code == 200


def names_on(page: str) -> list[str]:
    """How the page names the other sessions."""
    return re.findall(r"/settings/security/sessions/(\w{32})/end/", page)


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_page_lists_where_one_is_signed_in_and_marks_this_place(ewa: Agent) -> None:
    laptop = signed_in(ewa)
    phone = signed_in(ewa, SAFARI)
    signed_in(make_agent(ewa.company, "Jan"), "Opera")

    page = laptop.get("/settings/security/").text

    assert "Firefox, Windows" in page and "Safari, iPhone" in page
    assert page.count("This device") == 1
    assert len(names_on(page)) == 1
    # A page that is seen by others opens no session.
    assert key_of(phone) not in page and key_of(laptop) not in page


def test_a_sign_of_life_is_written_down_every_five_minutes_at_most(ewa: Agent, clock: Clock) -> None:
    client = signed_in(ewa)
    began = clock.now

    def writes() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            client.get("/status/")
        return [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]

    clock.move(minutes=4)
    assert writes() == []
    assert Session.objects.get(owner_id=ewa.pk).seen_at == began
    clock.move(minutes=2)
    assert len(writes()) == 1
    assert Session.objects.get(owner_id=ewa.pk).seen_at == clock.now


def test_what_has_expired_is_not_listed_and_goes_with_the_next_sign_in(ewa: Agent, clock: Clock) -> None:
    signed_in(ewa, SAFARI)
    clock.move(days=15)

    client = signed_in(ewa)

    assert "Safari" not in client.get("/settings/security/").text
    assert Session.objects.count() == 1


# --- Signing out --------------------------------------------------------------------------------------------------


def test_signing_out_elsewhere_ends_that_session_and_its_sockets(ewa: Agent, published: Published) -> None:
    laptop, phone = signed_in(ewa), signed_in(ewa, SAFARI)
    (name,) = names_on(laptop.get("/settings/security/").text)
    theirs = key_of(phone)

    response = laptop.post(f"/settings/security/sessions/{name}/end/")

    assert response["Location"] == "/settings/security/"
    assert is_in(laptop) and not is_in(phone)
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=theirs)]


def test_a_colleagues_session_is_not_found(ewa: Agent) -> None:
    jan = make_agent(ewa.company, "Jan", access=Agent.Access.FULL)
    signed_in(ewa)
    (name,) = names_on(signed_in(ewa).get("/settings/security/").text)

    assert signed_in(jan).post(f"/settings/security/sessions/{name}/end/").status_code == 404
    assert Session.objects.filter(owner_id=ewa.pk).count() == 2


def test_signing_out_on_other_devices_keeps_this_one(ewa: Agent, published: Published) -> None:
    laptop, others = signed_in(ewa), [signed_in(ewa, SAFARI) for _ in range(3)]
    keys = {key_of(other) for other in others}

    laptop.post("/settings/security/sessions/others/end/")

    assert is_in(laptop) and not any(is_in(other) for other in others)
    assert {event.session for event in published.of(SessionEnded)} == keys


def test_signing_out_everywhere_leads_to_the_door(ewa: Agent, published: Published) -> None:
    laptop, phone = signed_in(ewa), signed_in(ewa, SAFARI)

    assert laptop.post("/settings/security/sessions/all/end/")["Location"] == "/login/"

    assert not is_in(laptop) and not is_in(phone)
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=None)]


def test_who_is_switched_off_and_on_again_signs_in_anew(ewa: Agent) -> None:
    client = signed_in(ewa)
    for active in (False, True):
        ewa.is_active = active
        update_agent(agent=ewa)

    assert not is_in(client)


def test_operators_use_the_page_too() -> None:
    operator = make_operator()
    client = signed_in(operator)

    page = client.get("/settings/security/").text
    assert operator.email in page and "Firefox" in page
    assert client.get("/", follow=True).text.count("/settings/security/") == 1
    # The administration's own form would neither count attempts nor end sockets.
    assert client.get("/admin/password_change/")["Location"] == "/settings/security/"


# --- Changing the password ----------------------------------------------------------------------------------------


def change_password(client: Client, old: str = PASSWORD, new: str = NEW, again: str = "") -> Any:
    fields = {"password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/settings/security/password/", fields)


def test_a_new_password_ends_every_other_session(ewa: Agent, published: Published) -> None:
    laptop, phone = signed_in(ewa), signed_in(ewa, SAFARI)
    before, theirs = key_of(laptop), key_of(phone)

    assert change_password(laptop)["Location"] == "/settings/security/"

    ewa.refresh_from_db()
    assert ewa.check_password(NEW)
    assert is_in(laptop) and not is_in(phone)
    assert published.of(SessionEnded) == [SessionEnded(session=theirs)]
    # Whoever has copied this session's cookie is out as well.
    assert key_of(laptop) != before
    assert Session.objects.filter(owner_id=ewa.pk).count() == 1
    assert OutgoingMail.objects.get(to=ewa.email).subject == "Your password was changed"


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("not this one", NEW, NEW, "This is not your password."),
        (PASSWORD, NEW, "another one altogether", "password fields didn"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "", "", "required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    ewa: Agent, old: str, new: str, again: str, message: str
) -> None:
    client = signed_in(ewa)

    response = change_password(client, old, new, again)

    assert response.status_code == 422
    assert message in response.text
    ewa.refresh_from_db()
    assert ewa.check_password(PASSWORD)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "field"), [("not this one", NEW, "password"), (PASSWORD, "short", "new_password2")]
)
def test_the_cursor_stands_in_the_field_that_is_wrong(ewa: Agent, old: str, new: str, field: str) -> None:
    response = change_password(signed_in(ewa), old, new, new)

    (begun,) = re.findall(r"<input[^>]* autofocus[^>]*>", response.text)
    assert f'name="{field}"' in begun


def test_an_open_page_is_no_place_to_guess_the_password(ewa: Agent, clock: Clock) -> None:
    client = signed_in(ewa)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = change_password(client, "not this one")
    assert response.status_code == 429

    assert change_password(client).status_code == 429
    clock.move(minutes=16)
    assert change_password(client).status_code == 302


def test_a_link_that_was_mailed_before_is_worthless_after_the_change(ewa: Agent) -> None:
    token = reset_tokens.make_token(ewa)
    change_password(signed_in(ewa))

    with pytest.raises(LinkUsed):
        reset_password(agent=ewa, token=token, password="somebody else was here")
