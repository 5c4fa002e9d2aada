"""My profile (PR1): what agents may say of themselves, and what others say of them."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from agents.availability import widget_availability
from agents.models import Agent, Channel, Company
from contactcenter.events import AvailabilityChanged
from contactcenter.pages import CUT_SHORT
from contactcenter.realtime import widgets
from tests.factories import make_agent, make_conversation
from tests.published import Published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True, groups=("Sales",), channels=[Channel.CHAT], language="en")


@pytest.fixture
def signed_in(client: Client) -> Callable[[Agent], Client]:
    def sign_in(agent: Agent) -> Client:
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


FACTS = {
    "first_name": "Ewa Maria",
    "last_name": "Lis",
    "position": "Support",
    "description": "Returns",
    "language": "pl",
}


def a_photo(colour: str = "red") -> SimpleUploadedFile:
    target = BytesIO()
    Image.new("RGB", (300, 300), colour).save(target, "PNG")
    return SimpleUploadedFile("me.png", target.getvalue(), "image/png")


def test_what_is_saved_is_there_on_the_next_page(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    client = signed_in(ewa)

    response = client.post("/profile/", FACTS, follow=True)

    assert "Twój profil jest zapisany." in response.text
    assert 'value="Ewa Maria"' in response.text
    ewa.refresh_from_db()
    assert {name: getattr(ewa, name) for name in FACTS} == FACTS


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("first_name", "   ", "Enter a first name: customers see it."),
        ("last_name", "", "This field is required."),
        ("first_name", "x" * 61, "at most 60 characters"),
        ("description", "x" * 301, "at most 300 characters"),
        ("language", "de", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    signed_in: Callable[[Agent], Client], ewa: Agent, field: str, value: str, message: str
) -> None:
    response = signed_in(ewa).post("/profile/", FACTS | {field: value})

    assert response.status_code == 422
    assert message in response.text
    ewa.refresh_from_db()
    assert (ewa.first_name, ewa.position) == ("Ewa", "")


def test_names_stay_on_their_line(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    signed_in(ewa).post(
        "/profile/", FACTS | {"first_name": "Ewa\r\n\t\u202e Maria\u2066", "last_name": "L\x1bis"}
    )

    ewa.refresh_from_db()
    assert (ewa.first_name, ewa.last_name) == ("Ewa Maria", "L is")


def test_names_are_words_and_nothing_else(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    client = signed_in(ewa)
    evil = "<img src=x onerror=alert(1)>"
    client.post("/profile/", dict.fromkeys(FACTS, evil) | {"language": "en"})

    for page in ("/profile/", "/", "/history/"):
        assert "<img src=x" not in client.get(page).text, page


def test_nobody_gives_themselves_more_than_they_have(
    signed_in: Callable[[Agent], Client], ewa: Agent
) -> None:
    more = {
        "access": "full",
        "is_staff": "on",
        "is_superuser": "on",
        "email": "boss@florist.example",
        "company": "1",
        "groups_of": "1",
        "channels": "sms",
        "status": "online",
        "takes_conversations": "",
        "avatar": "../../secret",
    }

    signed_in(ewa).post("/profile/", FACTS | more)

    before = (ewa.email, ewa.access, ewa.company_id, ewa.takes_conversations)
    ewa.refresh_from_db()
    assert (ewa.email, ewa.access, ewa.company_id, ewa.takes_conversations) == before
    assert not (ewa.is_staff or ewa.is_superuser or ewa.avatar)
    assert [own.channel for own in ewa.channels.all()] == [Channel.CHAT]


def test_saving_ones_profile_leaves_the_status_alone(
    signed_in: Callable[[Agent], Client], ewa: Agent
) -> None:
    client = signed_in(ewa)
    client.get("/profile/")
    Agent.objects.filter(pk=ewa.pk).update(status=Agent.Status.BREAK)

    client.post("/profile/", FACTS)

    ewa.refresh_from_db()
    assert ewa.status == Agent.Status.BREAK


def test_the_page_says_what_others_decide(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    text = signed_in(ewa).get("/profile/").text

    for fact in (ewa.email, "Limited access", "Sales", "Chat"):
        assert fact in text
    assert f"/settings/users/{ewa.pk}/" not in text
    assert "set by somebody with full access" in text


def test_who_has_full_access_is_sent_to_where_it_is_changed(
    signed_in: Callable[[Agent], Client], company: Company
) -> None:
    adam = make_agent(company, "Adam", access=Agent.Access.FULL, language="en")

    assert f'href="/settings/users/{adam.pk}/"' in signed_in(adam).get("/profile/").text


# --- The photo --------------------------------------------------------------------------------------------------


def test_a_photo_is_seen_wherever_the_agent_is(
    signed_in: Callable[[Agent], Client], company: Company, ewa: Agent
) -> None:
    make_conversation(company, led_by=ewa)
    make_conversation(company, led_by=ewa, closed=True)
    client = signed_in(ewa)

    response = client.post("/profile/photo/", {"picture": a_photo()}, follow=True)

    ewa.refresh_from_db()
    image = f'<img src="{ewa.avatar_address}" alt=""'
    # In the top bar and in the middle.
    assert response.text.count(image) == 2
    assert image in client.get("/history/").text
    colleague = Client()
    colleague.force_login(
        company.agents.order_by("pk").first(), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert image in colleague.get("/conversations/?tab=all").text or image in colleague.get("/?tab=all").text


def test_widgets_learn_of_a_photo_at_once(
    signed_in: Callable[[Agent], Client], company: Company, ewa: Agent, published: Published
) -> None:
    signed_in(ewa).post("/profile/photo/", {"picture": a_photo()})

    ewa.refresh_from_db()
    told = {"name": "Ewa", "avatar": ewa.avatar_address}
    assert widget_availability(company.pk)["agents"] == [told]
    assert published.to(widgets(company.pk, None)) == [AvailabilityChanged(online=True, agents=[told])]


def test_without_a_photo_there_are_initials(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    client = signed_in(ewa)
    client.post("/profile/photo/", {"picture": a_photo()})

    response = client.post("/profile/photo/remove/", follow=True)

    ewa.refresh_from_db()
    assert ewa.avatar == ""
    assert ">E</span>" in response.text
    assert "/pictures/" not in response.text


def test_of_an_upload_that_was_cut_short_nothing_is_used(
    signed_in: Callable[[Agent], Client], ewa: Agent
) -> None:
    client = signed_in(ewa)

    response = client.post("/profile/photo/", {"picture": a_photo()}, **{CUT_SHORT: True})

    assert response.status_code == 422
    assert "larger than 5 MB" in response.text
    ewa.refresh_from_db()
    assert ewa.avatar == ""


def test_pages_that_expect_nothing_large_refuse_it(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    response = signed_in(ewa).post("/profile/", FACTS, **{CUT_SHORT: True})

    assert response.status_code == 413
    ewa.refresh_from_db()
    assert ewa.position == ""


@pytest.mark.parametrize("data", [{}, {"picture": "words"}])
def test_no_file_is_asked_for_again(signed_in: Callable[[Agent], Client], ewa: Agent, data: Any) -> None:
    response = signed_in(ewa).post("/profile/photo/", data)

    assert response.status_code == 422
    assert "Choose a file first." in response.text


def test_nobody_keeps_the_server_busy_with_pictures(signed_in: Callable[[Agent], Client], ewa: Agent) -> None:
    client = signed_in(ewa)
    for _ in range(40):
        client.post("/profile/photo/", {"picture": SimpleUploadedFile("x", b"no picture")})

    response = client.post("/profile/photo/", {"picture": a_photo()})

    assert response.status_code == 422
    assert "many pictures in a short time" in response.text
