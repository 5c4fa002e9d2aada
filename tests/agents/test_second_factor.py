import re
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client

from agents.actions import change_password
from agents.attempts import WRONG_CODES
from agents.models import Agent, RecoveryCode, SecondFactor
from agents.second_factor import new_key, renew_recovery_codes, switch_on
from contactcenter.crypto import decrypt
from contactcenter.events import SessionEnded
from contactcenter.models import OutgoingMail, Session
from contactcenter.realtime import one_agent
from tests.authenticator import code_of
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(language="en"), "Ewa")


@pytest.fixture
def key(ewa: Agent, clock: Clock) -> str:
    """Ewa has a second factor, switched on a while ago."""
    return give_second_factor(ewa, clock)


def give_second_factor(agent: Agent, clock: Clock) -> str:
    key = new_key()
    switch_on(agent=agent, key=key, code=code_of(key), keep="")
    clock.move(minutes=5)
    return key


def enter_password(client: Client, agent: Agent, **fields: str) -> Any:
    return client.post("/login/", {"username": agent.email, "password": PASSWORD, "remember": "on", **fields})


def enter_code(client: Client, code: str, **fields: str) -> Any:
    return client.post("/login/code/", {"code": code, **fields})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- Signing in ---------------------------------------------------------------------------------------------------


def test_after_the_password_comes_the_code_and_then_the_page_one_wanted(
    client: Client, ewa: Agent, key: str
) -> None:
    response = enter_password(client, ewa, next="/history/?q=parcel")
    assert response["Location"] == "/login/code/?next=%2Fhistory%2F%3Fq%3Dparcel"
    page = client.get(response["Location"])
    assert 'value="/history/?q=parcel"' in page.text
    assert ewa.email in page.text

    response = enter_code(client, code_of(key), next="/history/?q=parcel")

    assert response["Location"] == "/history/?q=parcel"
    assert is_in(client)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https:evil.example", "/\\evil.example", "/login/code/"]
)
def test_next_never_leads_away(client: Client, ewa: Agent, key: str, target: str) -> None:
    response = enter_password(client, ewa, next=target)
    assert response["Location"] == "/login/code/?next="

    assert enter_code(client, code_of(key), next=target)["Location"] == "/"


@pytest.mark.parametrize("path", ["/", "/history/", "/settings/security/", "/status/", "/admin/"])
def test_the_password_alone_opens_no_page(client: Client, ewa: Agent, key: str, path: str) -> None:
    enter_password(client, ewa)

    assert not is_in(client)
    assert client.get(path)["Location"].startswith(("/login/", "/admin/login/"))
    assert not Session.objects.filter(owner_id=ewa.pk).exists()


def test_codes_are_taken_from_the_period_before_and_after_and_from_no_others(
    client: Client, ewa: Agent, key: str
) -> None:
    for periods in (-2, 2):
        enter_password(client, ewa)
        assert enter_code(client, code_of(key, periods)).status_code == 422
    for periods in (-1, 0, 1):
        enter_password(client, ewa)
        enter_code(client, code_of(key, periods))
        assert is_in(client)
        client.post("/logout/")


def test_a_code_works_once(client: Client, ewa: Agent, key: str) -> None:
    for person in (client, Client()):
        enter_password(person, ewa)
        enter_code(person, code_of(key))

    assert is_in(client)
    assert not is_in(person)
    # Nor does an older one that was never used.
    assert enter_code(person, code_of(key, -1)).status_code == 422


def test_a_code_may_be_written_with_spaces(client: Client, ewa: Agent, key: str) -> None:
    enter_password(client, ewa)
    code = code_of(key)

    enter_code(client, f" {code[:3]} {code[3:]} ")

    assert is_in(client)


def test_wrong_codes_count_like_wrong_passwords_also_against_the_right_one(
    client: Client, ewa: Agent, key: str, clock: Clock
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        enter_password(client, ewa)
        assert enter_code(client, "000000").status_code == 422
    assert AccessAttempt.objects.get().username == ewa.email
    assert enter_code(client, "000000").status_code == 429

    assert enter_code(client, code_of(key)).status_code == 429
    assert enter_password(client, ewa).status_code == 429
    assert not is_in(client)

    clock.move(minutes=16)
    enter_password(client, ewa)
    enter_code(client, code_of(key))
    assert is_in(client)


def test_the_right_password_does_not_forgive_wrong_codes(client: Client, ewa: Agent, key: str) -> None:
    """Otherwise whoever knows the password would have as many attempts as they like."""
    for _ in range(settings.AXES_FAILURE_LIMIT):
        enter_password(client, ewa)
        response = enter_code(client, "000000")

    assert response.status_code == 429


def test_many_addresses_together_may_not_try_one_accounts_codes(ewa: Agent, key: str) -> None:
    for number in range(WRONG_CODES.times):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{number}")
        enter_password(stranger, ewa)
        enter_code(stranger, "000000")

    last = Client(REMOTE_ADDR="203.0.113.99")
    enter_password(last, ewa)
    response = enter_code(last, code_of(key))
    assert response.status_code == 429
    assert "60 minutes" in response.text


def test_a_half_finished_sign_in_ends_after_ten_minutes(
    client: Client, ewa: Agent, key: str, clock: Clock
) -> None:
    enter_password(client, ewa)
    clock.move(minutes=11)

    assert enter_code(client, code_of(key))["Location"] == "/login/"
    assert not is_in(client)


def test_a_half_finished_sign_in_ends_with_the_password(client: Client, ewa: Agent, key: str) -> None:
    enter_password(client, ewa)
    change_password(agent=ewa, password="violets are hardly ever blue")

    assert enter_code(client, code_of(key))["Location"] == "/login/"
    assert not is_in(client)


def test_without_stay_signed_in_the_session_goes_with_the_browser(
    client: Client, ewa: Agent, key: str
) -> None:
    client.post("/login/", {"username": ewa.email, "password": PASSWORD})
    enter_code(client, code_of(key))
    assert client.session.get_expire_at_browser_close()

    client.post("/logout/")
    enter_password(client, ewa)
    enter_code(client, code_of(key, 1))
    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_operators_need_their_code_for_the_administration_too(client: Client, clock: Clock) -> None:
    operator = make_operator()
    key = give_second_factor(operator, clock)

    enter_password(client, operator, next="/admin/")
    assert client.get("/admin/").status_code == 302

    assert enter_code(client, code_of(key), next="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


# --- Recovery codes -----------------------------------------------------------------------------------------------


def test_a_recovery_code_signs_in_once(client: Client, ewa: Agent, key: str) -> None:
    code = renew_recovery_codes(agent=ewa)[0]
    for person in (client, Client()):
        enter_password(person, ewa)
        enter_code(person, code.upper())

    assert is_in(client)
    assert not is_in(person)
    assert "9 recovery codes are left" in client.get("/settings/security/").text


def test_new_recovery_codes_make_the_old_ones_worthless(client: Client, ewa: Agent, key: str) -> None:
    old = renew_recovery_codes(agent=ewa)
    client.force_login(ewa)

    response = client.post("/settings/security/two-step/codes/", {"secret": PASSWORD})

    new = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", response.text)
    assert len(set(new) - set(old)) == 10
    assert OutgoingMail.objects.filter(to=ewa.email).latest("pk").subject == "New recovery codes were made"
    enter_password(person := Client(), ewa)
    assert enter_code(person, old[0]).status_code == 422
    enter_code(person, new[0])
    assert is_in(person)


def test_one_agents_recovery_code_is_nothing_to_another(client: Client, ewa: Agent, key: str) -> None:
    jan = make_agent(ewa.company, "Jan")
    new = new_key()
    codes = switch_on(agent=jan, key=new, code=code_of(new), keep="")
    enter_password(client, ewa)

    assert enter_code(client, codes[0]).status_code == 422


# --- Switching on and off -----------------------------------------------------------------------------------------


def test_setting_up(client: Client, ewa: Agent, clock: Clock, published: Published) -> None:
    elsewhere = Client()
    elsewhere.force_login(ewa)
    client.force_login(ewa)
    page = client.get("/settings/security/two-step/").text
    key = re.search(r'id="key"[^>]*>([A-Z2-7 ]+)<', page)[1]
    assert "data:image/svg+xml;base64," in page
    # Whoever reloads the page has not scanned in vain.
    assert key in client.get("/settings/security/two-step/").text

    response = client.post("/settings/security/two-step/", {"code": code_of(key), "password": PASSWORD})

    codes = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", response.text)
    assert len(codes) == 10
    # They are shown once: another look finds the page about it, and neither codes nor key.
    again = client.get("/settings/security/two-step/", follow=True).text
    assert codes[0] not in again and key not in again
    # This session stays; the other one was begun with the password alone.
    assert client.get("/settings/security/").status_code == 200
    assert elsewhere.get("/settings/security/").status_code == 302
    assert [type(event) for event in published.to(one_agent(ewa.pk))] == [SessionEnded]
    assert OutgoingMail.objects.get(to=ewa.email).subject == "Two-step sign-in was switched on"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "000000", "password": PASSWORD}, "This is not the code that the app shows now."),
        ({"code": "right", "password": "wrong"}, "This is not your password."),
    ],
)
def test_setting_up_wants_the_right_code_and_the_password(
    client: Client, ewa: Agent, fields: dict[str, str], message: str
) -> None:
    client.force_login(ewa)
    page = client.get("/settings/security/two-step/").text
    key = re.search(r'id="key"[^>]*>([A-Z2-7 ]+)<', page)[1]
    if fields["code"] == "right":
        fields = fields | {"code": code_of(key)}

    response = client.post("/settings/security/two-step/", fields)

    assert response.status_code == 422
    assert message in response.text
    assert key in response.text
    assert not SecondFactor.objects.exists()


def test_the_code_that_set_it_up_does_not_sign_in(client: Client, ewa: Agent, clock: Clock) -> None:
    key = new_key()
    switch_on(agent=ewa, key=key, code=code_of(key), keep="")
    enter_password(client, ewa)

    assert enter_code(client, code_of(key)).status_code == 422


@pytest.mark.parametrize("how", ["password", "code"])
def test_switching_off(client: Client, ewa: Agent, key: str, how: str, published: Published) -> None:
    elsewhere = Client()
    elsewhere.force_login(ewa)
    client.force_login(ewa)
    assert client.get("/settings/security/two-step/off/").status_code == 200

    secret = PASSWORD if how == "password" else code_of(key)
    response = client.post("/settings/security/two-step/off/", {"secret": secret})

    assert response["Location"] == "/settings/security/"
    assert not SecondFactor.objects.exists() and not RecoveryCode.objects.exists()
    assert client.get("/settings/security/").status_code == 200
    assert elsewhere.get("/settings/security/").status_code == 302
    newest = OutgoingMail.objects.filter(to=ewa.email).latest("pk")
    assert newest.subject == "Two-step sign-in was switched off"
    assert enter_password(Client(), ewa)["Location"] == "/"


@pytest.mark.parametrize("path", ["/settings/security/two-step/off/", "/settings/security/two-step/codes/"])
def test_an_open_page_is_not_enough_to_switch_it_off_or_to_read_codes(
    client: Client, ewa: Agent, key: str, path: str
) -> None:
    client.force_login(ewa)
    before = set(RecoveryCode.objects.values_list("code_hash", flat=True))

    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        response = client.post(path, {"secret": "000000"})
        assert response.status_code == 422
        assert "This is neither your password nor a code that works now." in response.text

    assert client.post(path, {"secret": "000000"}).status_code == 429
    assert client.post(path, {"secret": PASSWORD}).status_code == 429
    assert SecondFactor.objects.filter(agent=ewa).exists()
    assert set(RecoveryCode.objects.values_list("code_hash", flat=True)) == before


def test_an_operator_helps_when_the_phone_is_lost(client: Client, ewa: Agent, key: str) -> None:
    elsewhere = Client()
    elsewhere.force_login(ewa)
    client.force_login(make_operator())

    client.post("/admin/agents/agent/", {"action": "remove_second_factor", "_selected_action": [str(ewa.pk)]})

    assert not SecondFactor.objects.exists()
    assert LogEntry.objects.get().object_id == str(ewa.pk)
    assert elsewhere.get("/settings/security/").status_code == 302
    assert enter_password(Client(), ewa)["Location"] == "/"


# --- At rest ------------------------------------------------------------------------------------------------------


def test_neither_key_nor_codes_lie_readable_in_the_database(client: Client, ewa: Agent, key: str) -> None:
    codes = renew_recovery_codes(agent=ewa)

    factor = SecondFactor.objects.get()
    assert key not in factor.key and decrypt(factor.key) == key
    assert not set(codes) & set(RecoveryCode.objects.values_list("code_hash", flat=True))


def test_a_key_being_set_up_lies_encrypted_in_the_session(client: Client, ewa: Agent) -> None:
    client.force_login(ewa)
    page = client.get("/settings/security/two-step/").text
    key = re.search(r'id="key"[^>]*>([A-Z2-7 ]+)<', page)[1].replace(" ", "")

    assert key not in str(dict(client.session))


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def test_keys_are_changed_without_anybody_noticing(
    client: Client, ewa: Agent, key: str, settings: Any
) -> None:
    settings.ENCRYPTION_KEYS = ["the new key", *settings.ENCRYPTION_KEYS]
    assert "agents.SecondFactor.key: 1 encrypted anew, 0 unreadable" in rotate()

    settings.ENCRYPTION_KEYS = ["the new key"]

    enter_password(client, ewa)
    enter_code(client, code_of(key))
    assert is_in(client)


def test_a_secret_that_no_key_opens_is_named_and_left_as_it_is(
    client: Client, ewa: Agent, key: str, settings: Any
) -> None:
    before = SecondFactor.objects.get().key
    settings.ENCRYPTION_KEYS = ["another key"]

    with pytest.raises(CommandError):
        rotate()

    assert SecondFactor.objects.get().key == before
    # And nobody comes in without their second factor.
    enter_password(client, ewa)
    assert enter_code(client, code_of(key)).status_code == 422
