"""Templates and personal shortcuts (IN6, SE2), through the settings and the list that the composer asks for."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.actions import delete_agent
from agents.models import Agent, Channel, Company
from contactcenter.promises import sweep_promises
from conversations.models import Conversation, ReplyTemplate
from tests.clock import Clock
from tests.factories import make_company, make_conversation

pytestmark = pytest.mark.django_db
AsAgent = Callable[[Agent], Client]

COMPANYS = "/settings/channels/chat/templates/"
OWN = "/settings/shortcuts/"


@pytest.fixture
def founder(company: Company) -> Agent:
    return company.agents.earliest("pk")


@pytest.fixture
def admin(as_agent: AsAgent, founder: Agent) -> Client:
    return as_agent(founder)


@pytest.fixture
def conversation(company: Company, ewa: Agent) -> Conversation:
    return make_conversation(company, led_by=ewa, customer_name="Anna Nowak")


def add(client: Client, where: str = COMPANYS, **fields: Any) -> Any:
    facts = {
        "title": "Greeting",
        "shortcut": "hello",
        "language": "en",
        "text": "Hello!",
        "channels": ["chat"],
    }
    return client.post(f"{where}add/", facts | fields)


def added(client: Client, where: str = COMPANYS, **fields: Any) -> ReplyTemplate:
    response = add(client, where, **fields)
    assert response.status_code == 302, response.text
    return ReplyTemplate.objects.latest("pk")


def offered(client: Client, conversation: Conversation) -> list[dict[str, Any]]:
    """What the composer offers."""
    templates: list[dict[str, Any]] = client.get(f"/conversations/{conversation.pk}/templates/").json()[
        "templates"
    ]
    return templates


def shortcuts(client: Client, conversation: Conversation) -> list[str]:
    return [template["shortcut"] for template in offered(client, conversation)]


def inserted(client: Client, conversation: Conversation) -> str:
    (template,) = offered(client, conversation)
    text: str = template["text"]
    return text


def errors(response: Any) -> str:
    assert response.status_code == 422
    return str(response.text)


def toast_of(response: Any) -> dict[str, str]:
    toast: dict[str, str] = json.loads(response.headers["HX-Trigger"])["toast"]
    return toast


# --- who sees which ---------------------------------------------------------------------------------------------


def test_everybody_in_the_company_may_insert_its_templates(
    admin: Client, client: Client, conversation: Conversation
) -> None:
    added(admin, title="Delivery time", shortcut="delivery", text="Three days.")

    assert offered(client, conversation) == [
        {
            "title": "Delivery time",
            "shortcut": "delivery",
            "language": "EN",
            "is_own": False,
            "text": "Three days.",
        }
    ]


def test_a_shortcut_is_its_owners_alone_and_stands_first(
    admin: Client, client: Client, conversation: Conversation, jan: Agent, as_agent: AsAgent
) -> None:
    added(admin, title="Answer", shortcut="answer")
    added(client, OWN, title="Zebra", shortcut="zebra")

    assert shortcuts(client, conversation) == ["zebra", "answer"]
    assert shortcuts(as_agent(jan), conversation) == ["answer"]
    assert shortcuts(admin, conversation) == ["answer"]


def test_the_composer_offers_what_is_for_its_channel(
    admin: Client, client: Client, conversation: Conversation, company: Company
) -> None:
    added(admin, title="Chat", shortcut="chat", channels=["chat"])
    added(admin, title="Every channel", shortcut="all", channels=[])
    only_email = added(admin, title="By letter", shortcut="email", channels=[])
    ReplyTemplate.objects.filter(pk=only_email.pk).update(channels=["email"])

    assert shortcuts(client, conversation) == ["chat", "all"]
    assert "By letter" not in admin.get(COMPANYS).text
    letter = make_conversation(company, channel=Channel.EMAIL)
    assert shortcuts(client, letter) == ["email", "all"]


def test_another_companys_templates_are_not_there(
    admin: Client, client: Client, conversation: Conversation, as_agent: AsAgent
) -> None:
    stranger = as_agent(make_company("Baker").agents.get())
    template = added(stranger, text="Fresh bread")

    assert offered(client, conversation) == []
    assert "Fresh bread" not in admin.get(COMPANYS).text
    for what in ("", "delete/", "restore/"):
        assert admin.post(f"{COMPANYS}{template.pk}/{what}", {"title": "x"}).status_code == 404
        assert client.post(f"{OWN}{template.pk}/{what}", {"title": "x"}).status_code == 404


def test_limited_access_changes_ones_own_only(admin: Client, client: Client, founder: Agent) -> None:
    template = added(admin)
    assert add(client).status_code == 403
    for where in (COMPANYS, OWN):
        for what in ("", "delete/", "restore/"):
            response = client.post(f"{where}{template.pk}/{what}", {"title": "Mine"})
            assert response.status_code == (403 if where == COMPANYS else 404)
    # Full access is over what is the company's, and not over what is somebody's own.
    own = added(client, OWN)
    assert admin.post(f"{COMPANYS}{own.pk}/delete/").status_code == 404
    assert admin.get(f"{OWN}{own.pk}/").status_code == 404
    assert client.post(f"{OWN}{own.pk}/delete/").status_code == 302


# --- variables --------------------------------------------------------------------------------------------------


def test_variables_have_english_and_polish_names(
    admin: Client, client: Client, conversation: Conversation
) -> None:
    added(admin, text="{{name}} {{imię}} {{ Imie }}, {{agent}}, {{company}} {{FIRMA}}")
    assert inserted(client, conversation) == "Anna Anna Anna, Ewa, Florist Florist"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Good morning {{name}}, this is {{agent}}.", "Good morning, this is Ewa."),
        ("Dzień dobry {{imię}}!", "Dzień dobry!"),
        ("{{name}}, thank you.\n{{imię}}, żegnam.", "Thank you.\nŻegnam."),
        ("Hello {{name}} and welcome", "Hello and welcome"),
    ],
)
@pytest.mark.parametrize("name", ["", "anna@florist.example", "…", "x" * 41])
def test_without_a_name_the_sentence_goes_without_it(
    admin: Client, client: Client, company: Company, name: str, text: str, result: str
) -> None:
    added(admin, text=text)
    assert inserted(client, make_conversation(company, customer_name=name)) == result


@pytest.mark.parametrize(
    "text",
    [
        "{{unknown}} {{name.email}} {{agent|upper}} {% now 'Y' %} {agent} {{}} {{ name2 }}",
        "{0} %(name)s ${name} {agent.password}",
        "{{" * 500 + " " * 2000,
    ],
)
def test_anything_else_stays_as_it_stands(
    admin: Client, client: Client, conversation: Conversation, text: str
) -> None:
    added(admin, text=text)
    assert inserted(client, conversation) == text.strip()


def test_a_customers_name_is_not_looked_at_again(admin: Client, client: Client, company: Company) -> None:
    added(admin, text="Hello {{name}}")
    sly = make_conversation(company, customer_name="A{{agent}} <script>")
    assert inserted(client, sly) == "Hello A{{agent}}"


# --- looking after them -----------------------------------------------------------------------------------------


def test_the_settings_of_the_chat_show_them(admin: Client) -> None:
    assert "Create the first template" in admin.get("/settings/chat/").text
    template = added(admin, title="Greeting", shortcut="hello", text="Hello {{name}}", language="pl")

    for page in (admin.get("/settings/chat/").text, admin.get(COMPANYS).text):
        assert "/hello" in page and "Hello {{name}}" in page and ">PL<" in page
        assert f'href="{COMPANYS}{template.pk}/"' in page
        assert "Create the first template" not in page


def test_own_shortcuts_have_a_page_that_explains_variables(client: Client) -> None:
    empty = client.get(OWN).text
    assert "Create the first shortcut" in empty
    assert "{{name}}" in empty and "{{imię}}" in empty and "{{firma}}" in empty
    added(client, OWN, title="Measures")
    assert "Measures" in client.get(OWN).text
    assert 'href="/settings/shortcuts/" aria-current="page"' in client.get(OWN).text


def test_what_is_typed_as_a_shortcut_is_folded(admin: Client) -> None:
    assert added(admin, shortcut=" /Żółw Błotny ").shortcut == "zolw-blotny"


@pytest.mark.parametrize("shortcut", ["", "/", "a_b", "a--b", "-a", "a/b", "x" * 31, "<b>", "\0"])
def test_odd_shortcuts_are_refused(admin: Client, shortcut: str) -> None:
    assert "shortcut" in errors(add(admin, shortcut=shortcut))


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 81},
        {"text": " \n"},
        {"text": "x" * 4001},
        {"language": "de"},
        {"channels": ["pigeon"]},
    ],
)
def test_what_makes_no_sense_is_refused(admin: Client, fields: dict[str, Any]) -> None:
    errors(add(admin, **fields))
    assert not ReplyTemplate.objects.exists()


def test_a_shortcut_is_taken_once_a_shelf(admin: Client, client: Client) -> None:
    first, second = added(admin, shortcut="zwrot"), added(admin, shortcut="other")
    assert "There is a template with this shortcut already." in errors(add(admin, shortcut="ZWROT"))
    changed = {"title": "T", "shortcut": "zwrot", "text": "x"}
    assert "already" in errors(admin.post(f"{COMPANYS}{second.pk}/", changed))
    assert admin.post(f"{COMPANYS}{first.pk}/", changed).status_code == 302

    added(client, OWN, shortcut="zwrot")
    assert "You have a shortcut of this name already." in errors(add(client, OWN, shortcut="zwrot"))
    assert added(admin, OWN, shortcut="zwrot").owner is not None


def test_changing_one(admin: Client, client: Client, conversation: Conversation) -> None:
    template = added(admin)
    assert "Hello!" in admin.get(f"{COMPANYS}{template.pk}/").text
    admin.post(f"{COMPANYS}{template.pk}/", {"title": "Hi", "shortcut": "hi", "text": "Hi!\r\nthere"})
    assert offered(client, conversation)[0] == {
        "title": "Hi",
        "shortcut": "hi",
        "language": "",
        "is_own": False,
        "text": "Hi!\nthere",
    }


def test_hostile_text_is_text(admin: Client, client: Client, conversation: Conversation) -> None:
    text = "<script>alert(1)</script>\u202e' OR 1=1 --"
    added(admin, title="<img src=x onerror=alert(1)>", text=text)
    page = admin.get(COMPANYS).text
    assert "<img src=x" not in page and "<script>alert" not in page
    assert inserted(client, conversation) == text


def test_scripts_get_the_form_as_a_dialog_and_the_list_anew(admin: Client, htmx: Any) -> None:
    assert "<html" not in admin.get(f"{COMPANYS}add/", **htmx("dialog")).text
    refused = admin.post(f"{COMPANYS}add/", {}, **htmx("dialog"))
    assert "<html" not in errors(refused) and "Give the template a title." in refused.text

    # The focus goes where something is to be put right.
    refused = admin.post(f"{COMPANYS}add/", {"title": "T", "text": "x"}, **htmx("dialog"))
    assert re.findall(r'<\w+[^>]*name="(\w+)"[^>]* autofocus', refused.text) == ["shortcut"]

    done = admin.post(f"{COMPANYS}add/", {"title": "T", "shortcut": "t", "text": "x"}, **htmx("dialog"))
    assert done.status_code == 204
    assert "templates.stale" in done.headers["HX-Trigger"]
    section = admin.get(COMPANYS, **htmx("templates")).text
    assert "<html" not in section and "/t</kbd>" in section


def test_deleting_can_be_undone_for_an_hour(
    clock: Clock, admin: Client, client: Client, conversation: Conversation, htmx: Any
) -> None:
    template = added(admin)
    toast = toast_of(admin.post(f"{COMPANYS}{template.pk}/delete/", **htmx()))
    assert toast["text"] == "Template “Greeting” deleted."
    assert offered(client, conversation) == []
    assert admin.post(f"{COMPANYS}{template.pk}/delete/").status_code == 404

    assert toast_of(admin.post(toast["undo"], **htmx()))["text"] == "Template “Greeting” is back."
    assert shortcuts(client, conversation) == ["hello"]

    clock.move(hours=1)
    sweep_promises()
    assert shortcuts(client, conversation) == ["hello"]
    admin.post(f"{COMPANYS}{template.pk}/delete/")
    clock.move(minutes=59)
    sweep_promises()
    assert ReplyTemplate.objects.count() == 1
    clock.move(minutes=2)
    sweep_promises()
    assert not ReplyTemplate.objects.exists()
    assert admin.post(toast["undo"]).status_code == 404


def test_what_took_the_place_of_a_deleted_one_stays(admin: Client, htmx: Any) -> None:
    template = added(admin, title="Old")
    admin.post(f"{COMPANYS}{template.pk}/delete/")
    added(admin, title="New")
    undone = admin.post(f"{COMPANYS}{template.pk}/restore/", **htmx())
    assert toast_of(undone)["text"] == "Another template has the shortcut by now."
    assert "New" in admin.get(COMPANYS).text and "Old" not in admin.get(COMPANYS).text


@pytest.mark.parametrize(("where", "most"), [(COMPANYS, 500), (OWN, 100)])
def test_there_is_an_end_to_them(admin: Client, founder: Agent, where: str, most: int, htmx: Any) -> None:
    last = added(admin, where)
    ReplyTemplate.objects.bulk_create(
        ReplyTemplate(company=last.company, owner=last.owner, title="T", shortcut=f"t{number}", text="x")
        for number in range(most - 1)
    )
    assert f"There are {most} templates" in errors(add(admin, where, shortcut="one-more"))
    admin.post(f"{where}{last.pk}/delete/")
    added(admin, where, shortcut="one-more")
    undone = admin.post(f"{where}{last.pk}/restore/", **htmx())
    assert toast_of(undone)["text"].startswith(f"There are {most} templates")
    # The other shelf has room.
    added(admin, OWN if where == COMPANYS else COMPANYS)


def test_who_leaves_the_company_takes_their_shortcuts_along(
    client: Client, admin: Client, ewa: Agent, company: Company
) -> None:
    added(client, OWN)
    kept = added(admin)
    delete_agent(agent=ewa)
    assert list(ReplyTemplate.objects.all()) == [kept]


@pytest.mark.parametrize("where", [COMPANYS, OWN, "/settings/chat/"])
def test_many_templates_cost_no_more_queries_than_one(admin: Client, where: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert admin.get(where).status_code == 200
        return len(captured)

    shelf = OWN if where == OWN else COMPANYS
    added(admin, shelf)
    admin.get(where)
    with_one = queries()
    for number in range(5):
        added(admin, shelf, shortcut=f"t{number}")
    admin.get(where)
    assert queries() == with_one


def test_the_composers_list_is_one_query(admin: Client, client: Client, conversation: Conversation) -> None:
    for number in range(5):
        added(admin, shortcut=f"t{number}")
    with CaptureQueriesContext(connection) as captured:
        assert len(offered(client, conversation)) == 5
    assert len([query for query in captured if "replytemplate" in query["sql"]]) == 1


def test_there_is_no_such_channel(admin: Client) -> None:
    assert admin.get("/settings/channels/pigeon/templates/").status_code == 404
