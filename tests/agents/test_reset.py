import re

import pytest
from django.core import mail
from django.test import Client

from agents.models import Agent
from agents.passwords import LinkUsed, reset_password
from contactcenter.events import SessionEnded
from contactcenter.models import OutgoingMail, Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import one_agent
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company
from tests.published import Published

pytestmark = pytest.mark.django_db
NEW = "violets are hardly ever blue"


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(language="en"), "Ewa")


def ask(client: Client, email: str, **headers: str):
    return client.post("/password/reset/", {"email": email}, headers=headers)


def mailed_link(agent: Agent) -> str:
    """The path of the link in the newest mail."""
    sweep_promises()
    letters = [letter for letter in mail.outbox if letter.to == [agent.email]]
    found = re.search(r"http://testserver(/password/reset/\S+)", str(letters[-1].body))
    assert found is not None
    return found[1]


def open_form(client: Client, link: str) -> str:
    """Follow the link; the address of the form, which has no token in it."""
    response = client.get(link)
    assert response.status_code == 302, "the link does not work"
    return str(response["Location"])


def set_password(client: Client, form: str, password: str = NEW):
    return client.post(form, {"new_password1": password, "new_password2": password})


def test_the_whole_way(client: Client, ewa: Agent, published: Published) -> None:
    elsewhere = Client()
    elsewhere.force_login(ewa)

    assert ask(client, ewa.email.upper())["Location"] == "/password/reset/sent/"
    assert client.get("/password/reset/sent/").status_code == 200
    form = open_form(client, mailed_link(ewa))
    assert ewa.email in client.get(form).text
    assert set_password(client, form)["Location"] == "/password/reset/done/"
    assert client.get("/password/reset/done/").status_code == 200

    assert client.post("/login/", {"username": ewa.email, "password": PASSWORD}).status_code == 422
    assert client.post("/login/", {"username": ewa.email, "password": NEW})["Location"] == "/"
    # Every other session is over, and its sockets with it.
    assert elsewhere.get("/status/").status_code == 302
    assert published.to(one_agent(ewa.pk)) == [SessionEnded(session=None)]


def test_the_answer_does_not_say_whether_there_is_an_account(client: Client, ewa: Agent) -> None:
    known, unknown = ask(client, ewa.email), ask(client, "nobody@florist.example")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    # The same work is done for both: one promise each. Only its keeper looks.
    assert Promise.objects.filter(kind="agents.reset_mail").count() == 2
    sweep_promises()
    assert [letter.to for letter in OutgoingMail.objects.all()] == [ewa.email]


def test_a_link_works_once(client: Client, ewa: Agent) -> None:
    ask(client, ewa.email)
    link = mailed_link(ewa)
    set_password(client, open_form(client, link))

    response = client.get(link)

    assert response.status_code == 200
    assert "This link does not work any more" in response.text


def test_of_two_forms_opened_with_one_link_one_wins(client: Client, ewa: Agent) -> None:
    ask(client, ewa.email)
    link = mailed_link(ewa)
    second = Client()
    forms = open_form(client, link), open_form(second, link)

    set_password(client, forms[0])
    response = set_password(second, forms[1], "somebody else was here first")

    assert "This link does not work any more" in response.text
    ewa.refresh_from_db()
    assert ewa.check_password(NEW)


def test_the_link_is_looked_at_again_under_the_lock(ewa: Agent) -> None:
    with pytest.raises(LinkUsed):
        reset_password(agent=ewa, token="abc-def", password=NEW)


def test_a_link_runs_out_after_two_hours_also_when_its_form_is_open(
    client: Client, ewa: Agent, clock: Clock
) -> None:
    ask(client, ewa.email)
    link = mailed_link(ewa)
    form = open_form(client, link)

    clock.move(hours=2, seconds=5)

    assert "This link does not work any more" in set_password(client, form).text
    assert "This link does not work any more" in client.get(link).text
    ewa.refresh_from_db()
    assert ewa.check_password(PASSWORD)


def test_a_new_address_makes_old_links_useless(client: Client, ewa: Agent) -> None:
    ask(client, ewa.email)
    link = mailed_link(ewa)
    Agent.objects.filter(pk=ewa.pk).update(email="ewa.new@florist.example")

    assert "This link does not work any more" in client.get(link).text


@pytest.mark.parametrize(
    "link", ["/password/reset/x/y/", "/password/reset/MQ/set-password/", "/password/reset/OTk5/a-b/"]
)
def test_made_up_links(client: Client, link: str) -> None:
    assert "This link does not work any more" in client.get(link).text


@pytest.mark.parametrize("password", ["short", "password12", "12345678901"[:10]])
def test_weak_passwords_are_refused_with_a_reason(client: Client, ewa: Agent, password: str) -> None:
    ask(client, ewa.email)
    form = open_form(client, mailed_link(ewa))

    response = set_password(client, form, password)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text


def test_links_never_repeat_the_host_header(ewa: Agent) -> None:
    ask(Client(), ewa.email, **{"X-Forwarded-Host": "evil.example"})
    sweep_promises()

    (letter,) = mail.outbox
    assert "testserver" in letter.message().as_string()
    assert "evil" not in letter.message().as_string()


def test_the_mail_speaks_the_agents_language_and_time(client: Client, ewa: Agent, clock: Clock) -> None:
    ask(client, ewa.email)
    sweep_promises()

    (letter,) = mail.outbox
    assert letter.subject == "Set a new password"
    assert ewa.email in letter.body
    assert ewa.email in letter.alternatives[0][0]


def test_who_was_switched_off_gets_no_mail(client: Client, ewa: Agent) -> None:
    Agent.objects.filter(pk=ewa.pk).update(is_active=False)

    ask(client, ewa.email)
    sweep_promises()

    assert not OutgoingMail.objects.exists()


def test_no_more_than_five_mails_an_hour_and_the_same_answer(
    client: Client, ewa: Agent, clock: Clock
) -> None:
    answers = set()
    for _ in range(7):
        response = ask(client, ewa.email)
        answers.add((response.status_code, response["Location"]))
        sweep_promises()

    assert OutgoingMail.objects.count() == 5
    assert len(answers) == 1


def test_one_client_may_ask_twenty_times_an_hour(client: Client) -> None:
    for number in range(20):
        assert ask(client, f"a{number}@florist.example").status_code == 302

    assert ask(client, "b@florist.example").status_code == 429
    assert ask(Client(REMOTE_ADDR="203.0.113.9"), "b@florist.example").status_code == 302


def test_a_new_password_opens_a_locked_account(client: Client, ewa: Agent) -> None:
    for _ in range(9):
        client.post("/login/", {"username": ewa.email, "password": "not this one"})
    ask(client, ewa.email)
    set_password(client, open_form(client, mailed_link(ewa)))

    response = client.post("/login/", {"username": ewa.email, "password": NEW})

    assert response.status_code == 302
