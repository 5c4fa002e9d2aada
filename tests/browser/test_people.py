"""A colleague is invited, joins and works, by people who only read the screen."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.test_workspace import sign_in
from tests.live import Live, wait_for
from tests.mail_server import MailServer, running_mail_server

NewPage = Callable[..., Any]
pytestmark = pytest.mark.once


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def live(start_live: Callable[..., Live], mails: MailServer) -> Iterator[Live]:
    product = start_live(environment={"EMAIL_URL": f"smtp://127.0.0.1:{mails.port}"})
    yield product
    assert "Traceback (most recent call last)" not in product.log(), product.log()


def mailed_link(mails: MailServer, address: str) -> str:
    wait_for(lambda: mails.letters_to(address), 15, "no mail came")
    text = mails.letters_to(address)[-1].get_body(("plain",)).get_content()
    found = re.search(r"http\S+/invite/\S+", text)
    assert found is not None, text
    return found[0]


def test_from_the_invitation_to_the_new_agents_workspace(
    live: Live, mails: MailServer, new_page: NewPage
) -> None:
    adam = sign_in(new_page(locale="en-GB"), live, "adam")
    adam.goto(f"{live.url}/settings/users/")
    adam.get_by_role("link", name="Invite").click()
    adam.get_by_label("E-mail", exact=True).first.fill("marta@garniec.example")
    adam.get_by_role("button", name="Send the invitation").click()
    adam.get_by_text("Invitation sent to marta@garniec.example.").wait_for()
    link = mailed_link(mails, "marta@garniec.example")

    # Whoever is signed in accepts nothing by accident.
    adam.goto(link)
    adam.get_by_text("sign out first or open it in another browser").wait_for()

    marta = new_page(locale="pl-PL", viewport={"width": 390, "height": 844})
    asked = []
    marta.on("request", lambda request: asked.append(request))
    marta.goto(link)
    marta.get_by_role("heading", name=re.compile("Dołącz do zespołu")).wait_for()
    assert "/invite/join/" in marta.url
    token = link.rstrip("/").rpartition("/")[2]
    others = [request for request in asked if token in request.headers.get("referer", "")]
    assert not others, "the token went along as a referrer"
    assert all(request.url.startswith(live.url) for request in asked)
    marta.get_by_label("Imię").fill("Marta")
    marta.get_by_label("Nazwisko").fill("Zielińska")
    marta.get_by_label("Hasło", exact=True).fill("krótkie")
    marta.get_by_label("Powtórz hasło", exact=True).fill("krótkie")
    marta.get_by_role("button", name="Dołącz").click()
    marta.get_by_text("To hasło jest za krótkie").wait_for()
    for label in ("Hasło", "Powtórz hasło"):
        marta.get_by_label(label, exact=True).fill("fiołki rzadko bywają niebieskie")
    marta.get_by_role("button", name="Dołącz").click()
    marta.wait_for_url(f"{live.url}/")
    marta.get_by_role("button", name=re.compile("Marta Zielińska")).wait_for()

    adam.goto(f"{live.url}/settings/users/")
    row = adam.get_by_role("listitem").filter(has_text="Marta Zielińska")
    row.wait_for()
    assert not adam.get_by_text("Send again").is_visible()

    # Inactive, and active again.
    switch = row.get_by_role("switch")
    switch.uncheck()
    is_active = "SELECT takes_conversations FROM agents_agent WHERE first_name = 'Marta'"
    wait_for(lambda: not live.query(is_active)[0][0], 10)
    assert not switch.is_checked()

    # And gone: her page goes back to the door by itself.
    row.get_by_role("button", name="Marta Zielińska: more").click()
    adam.get_by_role("menuitem", name="Delete").click()
    adam.get_by_role("dialog").get_by_role("button", name="Delete").click()
    adam.get_by_text("Deleted: Marta Zielińska.").wait_for()
    assert not row.is_visible()
    marta.reload()
    marta.wait_for_url(re.compile("/login/"))
