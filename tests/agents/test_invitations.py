"""Invitations (AG1, AG2, AG6): from the form to the new agent's workspace."""

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client

from agents.actions import delete_agent, update_agent
from agents.invitations import hash_of
from agents.models import Agent, Channel, Company, Invitation
from contactcenter.models import OutgoingMail, Session
from contactcenter.promises import sweep_promises
from tests.clock import Clock
from tests.factories import PASSWORD, make_agent, make_company, make_group
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
NEW = "violets are hardly ever blue"
MARTA = "marta@florist.example"


@pytest.fixture
def company() -> Company:
    return make_company(language="en", agent_limit=10)


@pytest.fixture
def adam(company: Company) -> Agent:
    return make_agent(company, "Adam", access=Agent.Access.FULL)


@pytest.fixture
def admin(client: Client, adam: Agent) -> Client:
    client.force_login(adam)
    return client


def invite(admin: Client, email: str = MARTA, **fields):
    data = {"email": email, "access": "limited", "channels": ["chat", "email"]} | fields
    return admin.post("/settings/users/invite/", data)


def mailed_link(email: str = MARTA) -> str:
    """The path of the link in the newest mail."""
    mail = OutgoingMail.objects.filter(to=email).order_by("pk").last()
    assert mail is not None, "there is no mail"
    found = re.search(r"http://testserver(/invite/\S+)", mail.text)
    assert found is not None
    return found[1]


def open_link(link: str) -> Client:
    """Somebody who follows the link in a browser of their own."""
    guest = Client()
    assert guest.get(link)["Location"] == "/invite/join/"
    return guest


def join(guest: Client, password: str = NEW, **fields: str):
    data = {"first_name": "Marta", "last_name": "Zielińska"} | fields
    return guest.post("/invite/join/", data | {"new_password1": password, "new_password2": password})


def is_worthless(response) -> bool:
    return response.status_code == 404 and "This invitation does not work any more" in response.text


# --- The whole way ----------------------------------------------------------------------------------------------


def test_the_whole_way(admin: Client, adam: Agent, company: Company, mail_server: MailServer) -> None:
    sales = make_group(company, "Sales")

    response = invite(admin, " Marta@Florist.example ", groups=[sales.pk])
    assert response["Location"] == "/settings/users/"
    page = admin.get("/settings/users/").text
    assert "Invitation sent to marta@florist.example." in page
    assert "by Adam" in page

    sweep_promises()
    (letter,) = mail_server.letters_to(MARTA)
    assert letter["Subject"] == "Adam invites you to the team Florist"
    text = letter.get_body(("plain",)).get_content()
    found = re.search(r"http://testserver(/invite/\S+)", text)
    assert found is not None
    assert found[0] in letter.get_body(("html",)).get_content()

    guest = open_link(found[1])
    form = guest.get("/invite/join/").text
    assert "Join the team Florist" in form
    assert MARTA in form
    response = join(guest)

    assert response["Location"] == "/"
    assert guest.get("/").status_code == 200
    marta = Agent.objects.get(email=MARTA)
    assert (marta.name, marta.access, marta.company) == ("Marta Zielińska", "limited", company)
    assert list(marta.groups_of.all()) == [sales]
    assert set(marta.channels.values_list("channel", flat=True)) == {"chat", "email"}
    assert guest.session["_auth_user_id"] == str(marta.pk)
    assert Client().post("/login/", {"username": MARTA, "password": NEW})["Location"] == "/"
    assert "Send again" not in admin.get("/settings/users/").text


def test_the_mail_says_what_one_is_invited_to(admin: Client, company: Company) -> None:
    invite(admin, groups=[make_group(company, "Sales").pk])

    mail = OutgoingMail.objects.get()

    for part in (mail.text, mail.html):
        assert "Join the team Florist" in part
        assert "Limited access" in part
        assert "Sales" in part
        assert "Chat, E-mail" in part
        assert "there is no account until you accept" in part
    assert mail.reply_to.startswith("adam")


def test_the_mail_speaks_the_companys_language(adam: Agent, company: Company, client: Client) -> None:
    Company.objects.filter(pk=company.pk).update(language="pl")
    client.force_login(adam)
    client.post("/language/", {"language": "en"})

    invite(client)

    assert OutgoingMail.objects.get().subject == "Adam zaprasza Cię do zespołu Florist"


def test_the_token_is_stored_nowhere_but_in_the_mail(admin: Client) -> None:
    invite(admin)
    token = mailed_link().split("/")[2]

    assert len(token) >= 43  # 256 bits
    assert Invitation.objects.get().token_hash == hash_of(token)
    guest = open_link(mailed_link())
    assert token not in str(dict(guest.session))


def test_the_token_leaks_to_nobody(admin: Client, caplog: pytest.LogCaptureFixture) -> None:
    invite(admin)
    link = mailed_link()
    token = link.split("/")[2]
    caplog.set_level(logging.DEBUG)

    guest = open_link(link)
    pages = [guest.get("/invite/join/"), join(guest, "short"), join(Client(), "short")]

    assert all(token not in page.text for page in pages)
    assert token not in caplog.text
    opened = Client().get(link)
    assert opened["Referrer-Policy"] == pages[0]["Referrer-Policy"] == "same-origin"
    assert "no-store" in opened["Cache-Control"]
    assert "http://" not in re.sub(r"http://(testserver|www\.w3\.org)", "", pages[0].text)
    assert "https://" not in pages[0].text


# --- Who may not be invited ---------------------------------------------------------------------------------------


def test_an_address_with_an_account_gets_the_same_words_wherever_the_account_is(
    admin: Client, adam: Agent
) -> None:
    stranger = make_agent(make_company("Baker"), "Eve")

    answers = set()
    for email in (adam.email, stranger.email.upper()):
        response = invite(admin, email)
        assert response.status_code == 422
        assert "This address has an account already" in response.text
        assert "Baker" not in response.text
        answers.add(re.search(r"This address has an account[^<]*", response.text)[0])

    assert len(answers) == 1
    assert not OutgoingMail.objects.exists()


def test_an_address_is_invited_once(admin: Client) -> None:
    invite(admin)

    response = invite(admin, MARTA.upper())

    assert response.status_code == 422
    assert "invited already" in response.text
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["", "marta", "marta@", "a@b@c.example", "x" * 250 + "@y.example", "m\nx@y.example"]
)
def test_what_is_no_address_is_refused_in_the_form(admin: Client, email: str) -> None:
    response = invite(admin, email)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("field", ["groups", "channels", "access"])
def test_what_the_company_does_not_have_is_refused(admin: Client, field: str) -> None:
    foreign = {
        "groups": [make_group(make_company("Baker"), "Ovens").pk],
        "channels": ["pigeon"],
        "access": "owner",
    }

    response = invite(admin, **{field: foreign[field]})

    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_two_companies_may_invite_the_same_address_and_the_first_link_wins(admin: Client) -> None:
    other = make_agent(make_company("Baker", language="en"), "Eve", access=Agent.Access.FULL)
    elsewhere = Client()
    elsewhere.force_login(other)
    invite(admin)
    first = mailed_link()
    assert invite(elsewhere).status_code == 302
    second = open_link(mailed_link())

    join(open_link(first))

    assert is_worthless(join(second))
    assert Agent.objects.get(email=MARTA).company.name == "Florist"


# --- The plan -----------------------------------------------------------------------------------------------------


def test_a_full_plan_is_said_with_a_link(admin: Client, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(agent_limit=3)
    invite(admin)

    for response in (admin.get("/settings/users/invite/"), invite(admin, "jan@florist.example")):
        assert "Your plan allows 3 users" in response.text
        assert 'href="/settings/"' in response.text
    assert response.status_code == 422
    assert OutgoingMail.objects.count() == 1


def test_an_invitation_that_has_run_out_holds_no_place(admin: Client, company: Company, clock: Clock) -> None:
    Company.objects.filter(pk=company.pk).update(agent_limit=3)
    invite(admin)
    clock.move(hours=73)

    assert invite(admin, "jan@florist.example").status_code == 302
    marta = Invitation.objects.get(email=MARTA)
    response = admin.post(f"/settings/users/invitations/{marta.pk}/send/", follow=True)
    assert "Your plan has no room for another agent" in response.text


def test_the_plan_is_asked_again_when_the_link_is_used(admin: Client, company: Company) -> None:
    invite(admin)
    guest = open_link(mailed_link())
    Company.objects.filter(pk=company.pk).update(agent_limit=2)

    response = join(guest)

    assert response.status_code == 422
    assert "plan has no room for another agent" in response.text
    Company.objects.filter(pk=company.pk).update(agent_limit=None)
    assert join(guest)["Location"] == "/"


def test_who_was_deleted_makes_room(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa")
    Company.objects.filter(pk=company.pk).update(agent_limit=3)
    assert invite(admin).status_code == 422

    delete_agent(agent=ewa)

    assert invite(admin).status_code == 302


def test_no_limit_is_no_limit(admin: Client, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(agent_limit=None)

    assert invite(admin).status_code == 302


def test_no_more_than_sixty_mails_an_hour(admin: Client) -> None:
    invite(admin)
    marta = Invitation.objects.get()
    for _ in range(59):
        admin.post(f"/settings/users/invitations/{marta.pk}/send/")

    assert "in a short time" in invite(admin, "jan@florist.example").text
    admin.post(f"/settings/users/invitations/{marta.pk}/send/")
    assert OutgoingMail.objects.count() == 60


# --- Sending again, revoking, running out ---------------------------------------------------------------------------


def test_sending_again_makes_the_old_link_worthless(admin: Client, clock: Clock) -> None:
    invite(admin)
    old, form = mailed_link(), open_link(mailed_link())
    clock.move(hours=70)

    marta = Invitation.objects.get()
    response = admin.post(f"/settings/users/invitations/{marta.pk}/send/", follow=True)

    assert "Invitation sent again to marta@florist.example." in response.text
    assert is_worthless(join(form))
    assert is_worthless(open_link(old).get("/invite/join/"))
    clock.move(hours=71)
    assert join(open_link(mailed_link()))["Location"] == "/"


def test_revoking(admin: Client) -> None:
    invite(admin)
    form = open_link(mailed_link())
    marta = Invitation.objects.get()

    response = admin.post(f"/settings/users/invitations/{marta.pk}/revoke/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert MARTA not in response.text
    assert is_worthless(form.get("/invite/join/"))
    assert is_worthless(join(form))
    # The address can be invited anew.
    assert invite(admin).status_code == 302


def test_what_was_accepted_can_be_neither_sent_again_nor_revoked(admin: Client) -> None:
    invite(admin)
    join(open_link(mailed_link()))
    marta = Invitation.objects.get()

    for what in ("send", "revoke"):
        path = f"/settings/users/invitations/{marta.pk}/{what}/"
        assert admin.post(path, headers={"HX-Request": "true"}).status_code == 409
    assert OutgoingMail.objects.count() == 1


def test_a_link_runs_out_after_72_hours_also_when_its_form_is_open(admin: Client, clock: Clock) -> None:
    invite(admin)
    form = open_link(mailed_link())
    clock.move(hours=71, minutes=59)
    assert form.get("/invite/join/").status_code == 200

    clock.move(minutes=2)

    assert is_worthless(form.get("/invite/join/"))
    assert is_worthless(join(form))
    assert "has run out" in admin.get("/settings/users/").text
    assert not Agent.objects.filter(email=MARTA).exists()


def test_a_link_works_once(admin: Client) -> None:
    invite(admin)
    link = mailed_link()
    second = open_link(link)
    join(open_link(link))

    assert is_worthless(join(second, first_name="Eve"))
    assert is_worthless(open_link(link).get("/invite/join/"))
    assert Agent.objects.get(email=MARTA).first_name == "Marta"


@pytest.mark.parametrize("token", ["x", "0" * 43, "żółw", "..", "%00", "a" * 500])
def test_made_up_links(token: str) -> None:
    guest = Client()
    guest.get(f"/invite/{token}/")

    assert is_worthless(guest.get("/invite/join/"))
    assert is_worthless(join(guest))


def test_made_up_links_leave_nothing_behind() -> None:
    for number in range(3):
        Client().get(f"/invite/guess{number}/")

    assert Session.objects.count() == 0


def test_guessing_ends_after_thirty_wrong_links_an_hour(admin: Client, clock: Clock) -> None:
    invite(admin)
    for number in range(30):
        guest = Client()
        guest.get(f"/invite/guess{number}/")
        assert is_worthless(guest.get("/invite/join/"))

    assert Client().get("/invite/join/").status_code == 429
    assert join(open_link(mailed_link())).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    elsewhere.get(mailed_link())
    assert elsewhere.get("/invite/join/").status_code == 200


# --- Bound to whom and what -----------------------------------------------------------------------------------------


def demote(adam: Agent) -> None:
    adam.access = Agent.Access.LIMITED
    update_agent(agent=adam)


def switch_off(adam: Agent) -> None:
    adam.is_active = False
    update_agent(agent=adam)


def delete(adam: Agent) -> None:
    delete_agent(agent=adam)


@pytest.mark.parametrize("lose_keys", [demote, switch_off, delete])
def test_who_may_not_invite_any_more_has_invited_nobody(
    admin: Client, adam: Agent, company: Company, lose_keys
) -> None:
    invite(admin)
    form = open_link(mailed_link())

    lose_keys(adam)

    assert Invitation.objects.get().revoked_at is not None
    assert is_worthless(join(form))
    founder = company.agents.exclude(pk=adam.pk).get()
    other = Client()
    other.force_login(founder)
    assert invite(other).status_code == 302


def test_a_suspended_company_takes_nobody_in(admin: Client, company: Company) -> None:
    invite(admin)
    form = open_link(mailed_link())
    Company.objects.filter(pk=company.pk).update(is_suspended=True)

    assert is_worthless(join(form))


def test_address_company_and_access_are_the_invitations(admin: Client, company: Company) -> None:
    invite(admin)
    other = make_company("Baker")

    join(
        open_link(mailed_link()),
        email="eve@evil.example",
        access="full",
        company=str(other.pk),
        is_staff="on",
        is_superuser="on",
    )

    marta = Agent.objects.get(email=MARTA)
    assert (marta.company, marta.access, marta.is_staff, marta.is_superuser) == (
        company,
        "limited",
        False,
        False,
    )


@pytest.mark.parametrize("who", ["colleague", "stranger", "operator"])
def test_opened_by_somebody_signed_in_it_leads_to_the_dashboard_and_stays_good(
    admin: Client, company: Company, who: str
) -> None:
    from tests.factories import make_operator

    invite(admin)
    link = mailed_link()
    people = {
        "colleague": lambda: make_agent(company, "Ewa"),
        "stranger": lambda: make_agent(make_company("Baker"), "Eve"),
        "operator": make_operator,
    }
    somebody = Client()
    somebody.force_login(people[who](), backend="django.contrib.auth.backends.ModelBackend")
    before = somebody.session.session_key

    page = somebody.get(link, follow=True)

    assert page.redirect_chain == [("/", 302)]
    if who != "operator":
        assert "sign out first or open it in another browser" in page.text
    assert somebody.session.session_key == before
    assert join(somebody)["Location"] == "/"
    assert not Agent.objects.filter(email=MARTA).exists()
    assert join(open_link(link))["Location"] == "/"
    assert Agent.objects.filter(email=MARTA).count() == 1


def test_who_signs_in_after_opening_the_link_does_not_accept_it(admin: Client, company: Company) -> None:
    invite(admin)
    guest = open_link(mailed_link())
    ewa = make_agent(company, "Ewa")
    guest.post("/login/", {"username": ewa.email, "password": PASSWORD})

    assert guest.get("/invite/join/")["Location"] == "/"
    assert not Agent.objects.filter(email=MARTA).exists()


# --- The form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["short", "password12", MARTA, "marta zielińska"])
def test_weak_passwords_are_refused_with_a_reason(admin: Client, password: str) -> None:
    invite(admin)
    guest = open_link(mailed_link())

    response = join(guest, password)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert 'value="Marta"' in response.text
    assert join(guest)["Location"] == "/"


def test_a_name_is_needed(admin: Client) -> None:
    invite(admin)

    response = join(open_link(mailed_link()), first_name=" \u202e ")

    assert response.status_code == 422
    assert "Enter a first name" in response.text


def test_the_channels_offered_are_all_at_first(admin: Client) -> None:
    page = admin.get("/settings/users/invite/").text

    for channel in Channel:
        assert re.search(rf'value="{channel}"[^>]* checked', page)


def test_open_invitations_are_listed_with_their_times(admin: Client, clock: Clock) -> None:
    invite(admin)
    page = admin.get("/settings/users/").text

    assert "good until" in page
    assert Invitation.objects.get().expires_at == clock.now + timedelta(hours=72)
