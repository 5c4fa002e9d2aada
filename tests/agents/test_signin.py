import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client

from agents.actions import update_agent
from agents.attempts import FAILURES_PER_CLIENT
from agents.models import Agent
from contactcenter.events import SessionEnded
from contactcenter.realtime import one_agent
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(), "Ewa")


def sign_in(client: Client, agent: Agent, password: str = PASSWORD, **fields: str):
    return client.post("/login/", {"username": agent.email, "password": password, "remember": "on", **fields})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_right_password_leads_to_the_workspace(client: Client, ewa: Agent) -> None:
    response = sign_in(client, ewa)

    assert response.status_code == 302
    assert response["Location"] == "/"
    assert is_in(client)


def test_the_address_may_be_written_in_any_case(client: Client, ewa: Agent) -> None:
    client.post("/login/", {"username": f" {ewa.email.upper()} ", "password": PASSWORD})

    assert is_in(client)


def test_wrong_password_and_unknown_address_get_the_same_answer(client: Client, ewa: Agent) -> None:
    wrong = sign_in(client, ewa, "not this one")
    unknown = client.post("/login/", {"username": "nobody@florist.example", "password": "not this one"})

    assert wrong.status_code == unknown.status_code == 422
    for response in (wrong, unknown):
        assert "The e-mail address or the password is wrong." in response.text


def test_who_was_switched_off_learns_no_more_than_strangers(client: Client, ewa: Agent) -> None:
    ewa.is_active = False
    update_agent(agent=ewa)

    response = sign_in(client, ewa)

    assert not is_in(client)
    assert "The e-mail address or the password is wrong." in response.text


def test_locked_out_even_with_the_right_password_until_the_time_is_over(
    client: Client, ewa: Agent, clock: Clock
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(client, ewa, "not this one")
    assert response.status_code == 429

    response = sign_in(client, ewa)

    assert response.status_code == 429
    assert not is_in(client)
    assert "15 minutes" in response.text

    clock.move(minutes=16)
    sign_in(client, ewa)
    assert is_in(client)


def test_other_spellings_of_the_address_give_no_more_attempts(client: Client, ewa: Agent) -> None:
    for number in range(settings.AXES_FAILURE_LIMIT):
        spelling = ewa.email.upper() if number % 2 else f"{ewa.email} "
        client.post("/login/", {"username": spelling, "password": "not this one"})

    assert AccessAttempt.objects.get().username == ewa.email
    assert sign_in(client, ewa).status_code == 429


def test_a_stranger_elsewhere_cannot_lock_an_agent_out(client: Client, ewa: Agent) -> None:
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(elsewhere, ewa, "not this one")

    sign_in(client, ewa)

    assert is_in(client)


def test_one_address_cannot_try_many_accounts(client: Client, ewa: Agent) -> None:
    for number in range(FAILURES_PER_CLIENT.times):
        client.post("/login/", {"username": f"a{number}@florist.example", "password": "password1"})

    assert sign_in(client, ewa).status_code == 429
    assert not is_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/login/",
    ],
)
def test_next_never_leads_away(client: Client, ewa: Agent, target: str) -> None:
    assert sign_in(client, ewa, next=target)["Location"] == "/"
    # Signed in already: the door opens by itself, to the same place.
    assert client.get("/login/", {"next": target})["Location"] == "/"


def test_next_leads_where_one_wanted_to_go(client: Client, ewa: Agent) -> None:
    response = client.get("/history/?q=parcel")
    assert response["Location"] == "/login/?next=/history/%3Fq%3Dparcel"
    assert 'value="/history/?q=parcel"' in client.get(response["Location"]).text

    assert sign_in(client, ewa, next="/history/?q=parcel")["Location"] == "/history/?q=parcel"


def test_without_stay_signed_in_the_session_goes_with_the_browser(client: Client, ewa: Agent) -> None:
    client.post("/login/", {"username": ewa.email, "password": PASSWORD})
    assert client.session.get_expire_at_browser_close()

    client.logout()
    sign_in(client, ewa)
    assert not client.session.get_expire_at_browser_close()


def test_a_fragment_for_somebody_signed_out_reloads_the_page(client: Client) -> None:
    response = client.get("/status/", headers={"HX-Request": "true"}, follow=True)

    assert response.headers["HX-Refresh"] == "true"


def test_signing_out_ends_the_session_and_its_sockets(
    client: Client, ewa: Agent, published: Published
) -> None:
    client.force_login(ewa)
    session = client.session.session_key

    assert client.get("/logout/").status_code == 405
    response = client.post("/logout/")

    assert response["Location"] == "/login/"
    assert not is_in(client)
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=session)]


@pytest.mark.parametrize("path", ["/login/", "/logout/", "/language/", "/status/", "/password/reset/"])
def test_nothing_changes_without_the_csrf_token(path: str, ewa: Agent) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ewa)

    response = client.post(path, {"language": "pl", "status": "online"})

    assert response.status_code == 403
    assert "This page was open for too long" in response.text
    assert client.get("/login/").status_code == 302


# --- The language picker ----------------------------------------------------------------------------------------


def test_language_is_chosen_on_the_page_before_signing_in(client: Client) -> None:
    assert '<html lang="en"' in client.get("/login/").text

    response = client.post("/language/", {"language": "pl", "next": "/login/"})

    assert response["Location"] == "/login/"
    assert '<html lang="pl"' in client.get("/login/").text


def test_an_agents_language_goes_with_them(client: Client, ewa: Agent) -> None:
    client.force_login(ewa)

    client.post("/language/", {"language": "pl", "next": "//evil.example"})

    ewa.refresh_from_db()
    assert ewa.language == "pl"


@pytest.mark.parametrize("language", ["", "xx", "../../etc/passwd"])
def test_a_language_that_is_not_there_changes_nothing(client: Client, ewa: Agent, language: str) -> None:
    client.force_login(ewa)

    response = client.post("/language/", {"language": language, "next": "//evil.example"})

    assert response["Location"] == "/"
    ewa.refresh_from_db()
    assert ewa.language == ""


# --- The administration's door ------------------------------------------------------------------------------------


def test_operators_come_in_by_the_same_door(client: Client) -> None:
    operator = make_operator()
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/login/?next=")

    response = sign_in(client, operator, next="/admin/")

    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_administration_has_no_sign_in_of_its_own(client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "a", "password": "b"})["Location"].startswith("/login/")


def test_agents_are_no_operators(client: Client, ewa: Agent) -> None:
    client.force_login(ewa)

    assert client.get("/admin/", follow=True).status_code == 403


def test_the_language_of_the_door_becomes_ones_own(client: Client) -> None:
    """Mails know no browser: without this they would come in another language than the pages."""
    ewa = make_agent(make_company(language="pl"), "Ewa")
    words = {"username": ewa.email, "password": PASSWORD}

    client.post("/login/", words, headers={"accept-language": "en-GB,en"})
    ewa.refresh_from_db()
    assert ewa.language == "en"

    client.post("/logout/")
    client.post("/login/", words, headers={"accept-language": "pl"})
    ewa.refresh_from_db()
    assert ewa.language == "en"
