"""Another e-mail address (NO4)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from agents.email_change import CONFIRM, UNDO
from agents.models import Agent, EmailChange, SecondFactor
from agents.passwords import reset_tokens
from agents.second_factor import new_key, switch_on
from contactcenter.events import SessionEnded
from contactcenter.models import OutgoingMail
from contactcenter.promises import sweep_promises
from contactcenter.realtime import one_agent
from tests.authenticator import code_of
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db
NEW = "ewa.nowak@florist.example"
ASK = "/settings/security/email/"


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(language="en"), "Ewa")


@pytest.fixture
def desk(ewa: Agent) -> Client:
    """Ewa's own browser, where she is signed in."""
    return signed_in(ewa)


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client: Client, email: str = NEW, password: str = PASSWORD) -> Any:
    return client.post(ASK, {"email": email, "password": password})


def mail_to(address: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(to=address).latest("pk")


def link_in(mail: OutgoingMail) -> str:
    return re.search(r"http://testserver(/email/\S+)", mail.text)[1]


def confirmed(client: Client, ewa: Agent, new: str = NEW, by: Client | None = None) -> str:
    """Ask and confirm; the path that undoes it."""
    old = Agent.objects.get(pk=ewa.pk).email
    assert ask(client, new).status_code == 302
    assert (by or client).post(link_in(mail_to(new))).status_code == 200
    return link_in(mail_to(old))


def email_of(agent: Agent) -> str:
    return Agent.objects.get(pk=agent.pk).email


# --- Confirming ---------------------------------------------------------------------------------------------------


def test_the_whole_way(desk: Client, ewa: Agent, published: Published) -> None:
    old = ewa.email
    elsewhere = signed_in(ewa)
    theirs = elsewhere.session.session_key

    assert ask(desk, " Ewa.Nowak@Florist.example ")["Location"] == "/settings/security/"
    page = desk.get("/settings/security/").text
    assert f"We have sent a link to {NEW}" in page
    # Nothing has changed, also not by opening the link: a mail program may do that by itself.
    link = link_in(mail_to(NEW))
    assert "Is this your new address?" in Client().get(link).text
    assert email_of(ewa) == old
    assert not OutgoingMail.objects.filter(to=old).exists()

    response = desk.post(link)

    assert "The new address is yours" in response.text
    assert email_of(ewa) == NEW
    assert "Your e-mail address was changed" in mail_to(old).subject
    # Who confirmed in their own browser stays; the other sessions are over, and their sockets.
    assert desk.get("/settings/security/").status_code == 200
    assert elsewhere.get("/settings/security/").status_code == 302
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=theirs)]
    # Signing in takes the new address, and the old one is nobody's.
    for address, status in ((old, 422), (NEW, 302)):
        response = Client().post("/login/", {"username": address, "password": PASSWORD})
        assert response.status_code == status


def test_confirming_on_another_device_ends_every_session(desk: Client, ewa: Agent) -> None:
    ask(desk)

    Client().post(link_in(mail_to(NEW)))

    assert email_of(ewa) == NEW
    assert desk.get("/settings/security/").status_code == 302


def test_links_to_set_a_password_that_went_to_the_old_address_die(desk: Client, ewa: Agent) -> None:
    token = reset_tokens.make_token(ewa)

    confirmed(desk, ewa)

    assert not reset_tokens.check_token(Agent.objects.get(pk=ewa.pk), token)


def test_mails_go_to_the_new_address(desk: Client, ewa: Agent) -> None:
    confirmed(desk, ewa)

    Client().post("/password/reset/", {"email": NEW})
    Client().post("/password/reset/", {"email": ewa.email})
    sweep_promises()

    resets = OutgoingMail.objects.filter(subject="Set a new password")
    assert [mail.to for mail in resets] == [NEW]


def test_a_link_works_once(desk: Client, ewa: Agent) -> None:
    ask(desk)
    link = link_in(mail_to(NEW))
    desk.post(link)

    again = desk.post(link)

    assert again.status_code == 409
    assert "This link does not work any more" in again.text
    assert "This link does not work any more" in desk.get(link).text
    assert EmailChange.objects.count() == 1


def test_a_link_works_for_a_day_also_when_its_page_is_open(desk: Client, ewa: Agent, clock: Clock) -> None:
    ask(desk)
    link = link_in(mail_to(NEW))
    clock.move(hours=23)
    assert "Is this your new address?" in Client().get(link).text
    clock.move(hours=1, seconds=5)

    assert "This link does not work any more" in Client().post(link).text
    assert email_of(ewa) == ewa.email
    assert NEW not in desk.get("/settings/security/").text


def test_a_newer_wish_takes_the_place_of_an_older_one(desk: Client, ewa: Agent) -> None:
    ask(desk)
    ask(desk, "ewa@garden.example")

    assert "This link does not work any more" in Client().post(link_in(mail_to(NEW))).text
    Client().post(link_in(mail_to("ewa@garden.example")))
    assert email_of(ewa) == "ewa@garden.example"


def test_one_may_keep_the_old_address_after_all(desk: Client, ewa: Agent) -> None:
    ask(desk)

    desk.post("/settings/security/email/keep/")

    assert "This link does not work any more" in Client().post(link_in(mail_to(NEW))).text
    assert email_of(ewa) == ewa.email


def test_who_was_switched_off_confirms_nothing(desk: Client, ewa: Agent) -> None:
    ask(desk)
    Agent.objects.filter(pk=ewa.pk).update(is_active=False)

    assert "This link does not work any more" in Client().post(link_in(mail_to(NEW))).text


# --- What is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        (NEW, "not this one", "This is not your password."),
        ("not an address", PASSWORD, "Enter an e-mail address"),
        ("", PASSWORD, "required"),
        ("own", PASSWORD, "This is your address already."),
        ("taken", PASSWORD, "Another account uses this address already."),
    ],
)
def test_what_is_wrong_is_said_and_no_mail_goes(
    desk: Client, ewa: Agent, email: str, password: str, message: str
) -> None:
    other = make_agent(make_company("Baker"), "Eve")
    email = {"own": ewa.email.upper(), "taken": other.email.upper()}.get(email, email)

    response = ask(desk, email, password)

    assert response.status_code == 422
    assert message in response.text
    assert not OutgoingMail.objects.exists() and not EmailChange.objects.exists()


def test_an_address_that_was_taken_meanwhile_changes_nothing(desk: Client, ewa: Agent) -> None:
    ask(desk)
    make_agent(make_company("Baker"), "Eve")
    Agent.objects.exclude(pk=ewa.pk).filter(first_name="Eve").update(email=NEW)

    response = Client().post(link_in(mail_to(NEW)))

    assert response.status_code == 409
    assert "This address is taken" in response.text
    assert email_of(ewa) == ewa.email
    assert desk.get("/settings/security/").status_code == 200
    assert not OutgoingMail.objects.filter(to=ewa.email).exists()


def test_five_links_an_hour(desk: Client, ewa: Agent, clock: Clock) -> None:
    for number in range(5):
        assert ask(desk, f"ewa{number}@garden.example").status_code == 302

    response = ask(desk, "ewa@garden.example")
    assert response.status_code == 429
    assert "That was a lot of links for one hour." in response.text
    assert OutgoingMail.objects.count() == 5


def test_wrong_passwords_are_counted(desk: Client, ewa: Agent) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = ask(desk, password="not this one")

    assert response.status_code == 429
    assert ask(desk).status_code == 429


@pytest.mark.parametrize("kind", ["confirm", "undo"])
def test_each_link_is_for_one_purpose(desk: Client, ewa: Agent, kind: str) -> None:
    undo = confirmed(desk, ewa)
    change = EmailChange.objects.get()
    wrong = {
        "confirm": [undo.split("/")[3], signing.dumps(change.pk, salt=UNDO)],
        "undo": [signing.dumps(change.pk, salt=CONFIRM), reset_tokens.make_token(ewa)],
    }[kind]
    for token in [*wrong, signing.dumps(change.pk), signing.dumps(10**9, salt=CONFIRM), "x:y:z", "%00"]:
        assert "This link does not work any more" in Client().get(f"/email/{kind}/{token}/").text
        assert Client().post(f"/email/{kind}/{token}/").status_code == 409
    assert email_of(ewa) == NEW


# --- Undoing ------------------------------------------------------------------------------------------------------


def test_the_old_address_takes_it_back(desk: Client, ewa: Agent, published: Published) -> None:
    old = ewa.email
    undo = confirmed(desk, ewa)
    published.clear()
    owner = Client()
    assert "Get your address back?" in owner.get(undo).text
    assert email_of(ewa) == NEW

    response = owner.post(undo)

    assert "Your account is yours again" in response.text
    assert email_of(ewa) == old
    assert desk.get("/settings/security/").status_code == 302
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=None)]
    # The stranger knew the password. Its owner gets a link for a new one.
    for address in (old, NEW):
        response = Client().post("/login/", {"username": address, "password": PASSWORD})
        assert response.status_code == 422
    sweep_promises()
    assert mail_to(old).subject == "Set a new password"
    assert not OutgoingMail.objects.filter(to=NEW, subject="Set a new password").exists()


def test_undoing_works_once_and_for_seven_days(desk: Client, ewa: Agent, clock: Clock) -> None:
    undo = confirmed(desk, ewa)
    clock.move(days=7, seconds=-10)
    assert "Get your address back?" in Client().get(undo).text
    clock.move(seconds=20)

    assert "This link does not work any more" in Client().post(undo).text
    assert email_of(ewa) == NEW


def test_a_used_undo_is_used_and_so_is_the_link_before_it(desk: Client, ewa: Agent) -> None:
    undo = confirmed(desk, ewa)
    confirm = link_in(mail_to(NEW))
    Client().post(undo)

    assert Client().post(undo).status_code == 409
    # Nor does the link that changed it, although the address is what it was before.
    assert Client().post(confirm).status_code == 409
    assert email_of(ewa) == ewa.email


def test_a_chain_of_changes_does_not_shake_the_owner_off(desk: Client, ewa: Agent) -> None:
    """And the links that the stranger got on the way are worthless afterwards."""
    first = confirmed(desk, ewa, "stranger1@evil.example")
    second = confirmed(desk, ewa, "stranger2@evil.example")
    ask(desk, "stranger3@evil.example")
    third = link_in(mail_to("stranger3@evil.example"))

    Client().post(first)

    assert email_of(ewa) == ewa.email
    assert Client().post(second).status_code == Client().post(third).status_code == 409
    assert email_of(ewa) == ewa.email


@pytest.mark.parametrize(
    ("before", "stays"),
    [
        (-timedelta(minutes=5), False),
        (timedelta(days=6, hours=23), False),
        (timedelta(days=7, hours=1), True),
    ],
    ids=["since", "in the week before", "long before"],
)
def test_a_second_factor_that_may_be_a_strangers_goes_and_ones_own_stays(
    desk: Client, ewa: Agent, clock: Clock, before: timedelta, stays: bool
) -> None:
    def give_second_factor() -> None:
        key = new_key()
        switch_on(agent=ewa, key=key, code=code_of(key), keep=desk.session.session_key or "")

    if before > timedelta():
        give_second_factor()
        clock.move(seconds=before.total_seconds())
    undo = confirmed(desk, ewa)
    if before < timedelta():
        clock.move(seconds=-before.total_seconds())
        give_second_factor()

    page = Client().post(undo, follow=True).text

    assert SecondFactor.objects.exists() is stays
    assert ("Two-step sign-in stays on" in page) is stays


def test_an_old_address_that_was_taken_meanwhile_is_not_taken_away(desk: Client, ewa: Agent) -> None:
    undo = confirmed(desk, ewa)
    eve = make_agent(make_company("Baker"), "Eve")
    Agent.objects.filter(pk=eve.pk).update(email=ewa.email)

    response = Client().post(undo)

    assert "This address is taken" in response.text
    assert (email_of(ewa), email_of(eve)) == (NEW, ewa.email)
    assert Agent.objects.get(pk=ewa.pk).check_password(PASSWORD)


# --- The mails ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "confirm", "notice"),
    [
        ("en", "Confirm your new e-mail address", "Your e-mail address was changed"),
        ("pl", "Potwierdź nowy adres e-mail", "Twój adres e-mail został zmieniony"),
    ],
)
def test_the_mails_speak_the_agents_language(
    desk: Client, ewa: Agent, language: str, confirm: str, notice: str
) -> None:
    Agent.objects.filter(pk=ewa.pk).update(language=language)

    confirmed(desk, ewa)

    assert mail_to(NEW).subject == confirm
    assert mail_to(ewa.email).subject == notice
    for mail in (mail_to(NEW), mail_to(ewa.email)):
        for body in (mail.text, mail.html):
            assert NEW in body and ewa.email in body and link_in(mail) in body
        assert f'<html lang="{language}"' in mail.html


def test_an_address_that_an_operator_gave_is_not_taken_back(desk: Client, ewa: Agent) -> None:
    undo = confirmed(desk, ewa)
    chosen = "ewa@operators-know.example"
    page = f"/admin/agents/agent/{ewa.pk}/change/"
    fields = {"email": chosen, "access": ewa.access, "is_active": "on"}
    signed_in(make_operator()).post(
        page, fields | {"channels-TOTAL_FORMS": "0", "channels-INITIAL_FORMS": "0"}
    )
    assert email_of(ewa) == chosen

    assert Client().post(undo).status_code == 409

    assert email_of(ewa) == chosen
