"""Where tasks are met outside their room: in the top bar (IN1), beside conversations (IN4, HI2), at files."""

from typing import Any

from django.test import Client

from agents.models import Agent, Company
from files.uses import uses_of
from tasks.actions import create_task, finish_task
from tests.clock import Clock
from tests.factories import make_conversation, make_operator
from tests.tasks.conftest import FORM, MakeTask, browser_of, htmx, make_contact, shelve


def test_the_icon_counts_ones_own_open_tasks(
    client: Client, ewa: Agent, jan: Agent, clock: Clock, make_task: MakeTask
) -> None:
    page = client.get("/profile/").content.decode()
    assert (
        'aria-label="My open tasks: 0"' in page
        and "count--alert" not in page.partition("task-counter")[2][:900]
    )
    make_task(due="18 11:00")
    make_task(assignee=jan)
    finish_task(task=make_task(), by=ewa)
    assert 'aria-label="My open tasks: 1"' in client.get("/tasks/counter/").content.decode()
    clock.move(hours=2)
    late = client.get("/tasks/counter/").content.decode()
    assert 'aria-label="My open tasks: 1, overdue: 1"' in late and "count--alert" in late


def test_the_drop_down_shows_what_is_due_first(client: Client, ewa: Agent, make_task: MakeTask) -> None:
    assert "You have nothing to do." in client.get("/tasks/mine/").content.decode()
    for number in range(12):
        make_task(f"task {number:02}", due=f"{30 - number}")
    page = client.get("/tasks/mine/").content.decode()
    assert page.index("task 11") < page.index("task 10") and "task 01" not in page
    assert "All my tasks" in page


def test_numbers_stop_counting(client: Client, company: Company, ewa: Agent) -> None:
    for _ in range(101):
        create_task(company=company, by=ewa, title="x", assignee=ewa)
    assert "My open tasks: 99+" in client.get("/tasks/counter/").content.decode()


def test_a_task_is_made_from_a_conversation(
    client: Client, company: Company, ewa: Agent, clock: Clock
) -> None:
    contact = make_contact(company, "Anna")
    conversation = make_conversation(company, led_by=ewa, customer_name="Anna Nowak")
    type(conversation).objects.filter(pk=conversation.pk).update(contact=contact)
    workspace = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert workspace.count(f"/tasks/add/?conversation={conversation.pk}") >= 2  # in the menu, and beside it

    dialog = client.get(f"/tasks/add/?conversation={conversation.pk}", **htmx("dialog")).content.decode()
    assert 'value="Anna Nowak: "' in dialog
    assert f'name="conversation" value="{conversation.pk}"' in dialog
    assert f'name="contact" value="{contact.pk}"' in dialog

    body = FORM | {"title": "Anna Nowak: new cup", "conversation": conversation.pk, "assignee": ewa.pk}
    answer = client.post("/tasks/add/", body, **htmx("dialog"))
    assert answer.status_code == 204 and "tasks.stale" in answer.headers["HX-Trigger"]
    for page in (f"/conversations/{conversation.pk}/", f"/history/{conversation.pk}/"):
        assert "Finish: Anna Nowak: new cup" in client.get(page).content.decode(), page
    assert "new cup" in client.get(f"/tasks/of-conversation/{conversation.pk}/").content.decode()


def test_beside_a_conversation_what_is_open_comes_first(
    client: Client, company: Company, ewa: Agent, make_task: MakeTask
) -> None:
    conversation = make_conversation(company, led_by=ewa)
    finish_task(task=make_task("first done", conversation=conversation), by=ewa)
    make_task("later", due="25", conversation=conversation)
    make_task("sooner", due="20", conversation=conversation)
    page = client.get(f"/tasks/of-conversation/{conversation.pk}/").content.decode()
    assert page.index("Finish: sooner") < page.index("Finish: later") < page.index("Open again: first done")


def test_the_pickers_find_conversations_and_contacts(
    client: Client, company: Company, ewa: Agent, clock: Clock, stranger: Agent
) -> None:
    make_conversation(company, text="Where is my parcel?", customer_name="Anna")
    make_conversation(company, text="Do you have cups?", customer_name="Oliver")
    make_conversation(stranger.company, text="My parcel too", customer_name="Secretia")
    found = client.get("/tasks/conversations/", {"q": "parc"}).content.decode()
    assert "Anna" in found and "Oliver" not in found and "Secretia" not in found
    newest = client.get("/tasks/conversations/").content.decode()
    assert newest.index("Oliver") < newest.index("Anna")
    assert "No conversation has these words." in client.get("/tasks/conversations/?q=zebra").content.decode()
    assert "No contact is called that." in client.get("/tasks/contacts/?q=zebra").content.decode()


def test_a_contacts_page_tells_of_its_tasks(client: Client, company: Company, make_task: MakeTask) -> None:
    contact = make_contact(company, "Anna")
    task = make_task("Send the label", contact=contact)
    make_task("Something else")
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Send the label" in page and f"/tasks/{task.pk}/" in page and "Something else" not in page


def test_a_file_says_at_which_tasks_it_hangs(
    client: Client, company: Company, ewa: Agent, make_task: MakeTask
) -> None:
    file = shelve(company)
    task = make_task("Quote", attachments=[file])
    gone = make_task("Gone", attachments=[file])
    client.post(f"/tasks/{gone.pk}/delete/")
    uses: dict[int, list[Any]] = uses_of(company.pk, [file.pk])
    assert [(str(use.label), use.path) for use in uses[file.pk]] == [("Task “Quote”", f"/tasks/{task.pk}/")]
    assert uses_of(company.pk + 1, [file.pk]) == {}


def test_operators_look_and_change_nothing(db: None, make_task: MakeTask) -> None:
    task = make_task("Quote")
    operator = browser_of(make_operator())
    assert "Quote" in operator.get("/admin/tasks/task/?q=quote").content.decode()
    assert operator.get(f"/admin/tasks/task/{task.pk}/change/").status_code == 200
    assert operator.post(f"/admin/tasks/task/{task.pk}/change/", {"title": "x"}).status_code == 403
    assert operator.get(f"/admin/tasks/task/{task.pk}/delete/").status_code == 403
