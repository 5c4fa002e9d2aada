"""Making and changing a task through its form (TA1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from agents.models import Agent, Company
from contactcenter.events import TaskAssigned, TaskChanged
from contactcenter.promises import sweep_promises
from contactcenter.realtime import company_agents, one_agent
from contacts.models import Contact, CustomField
from files.models import StoredFile
from tasks.actions import change_task
from tasks.models import UNDATED, Task
from tests.clock import Clock
from tests.factories import make_agent, make_conversation
from tests.published import Published
from tests.tasks.conftest import FORM, WARSAW, MakeTask, browser_of, htmx, make_contact, shelve


def change(client: Client, task: Task, extra: dict[str, Any] | None = None, **fields: Any) -> Any:
    """Send the task's form as the page would, with these fields changed."""
    form = client.get(f"/tasks/{task.pk}/").context["form"]
    known = {name: form[name].value() for name in form.fields}
    known["due_time"] = known["due_time"] and f"{known['due_time']:%H:%M}"
    body = {
        name: value for name, value in (known | fields).items() if value is not None and name != "uploads"
    }
    return client.post(
        f"/tasks/{task.pk}/",
        body | ({"uploads": fields["uploads"]} if "uploads" in fields else {}),
        **(extra or {}),
    )


def test_a_task_is_made_with_every_field(client: Client, company: Company, ewa: Agent, jan: Agent) -> None:
    CustomField.objects.create(company=company, name="Offer no.", key="offer", on_tasks=True)
    conversation, contact = make_conversation(company), make_contact(company, "Anna")
    shelf = shelve(company)
    response = client.post(
        "/tasks/add/",
        {
            "title": " Quote  with fitting ", "due_date": "2026-11-20", "due_time": "15:00", "assignee": jan.pk,
            "remind_at": "2026-11-20T14:30", "priority": "3", "status": "in_progress", "conversation": conversation.pk,
            "contact": contact.pk, "description": "Oak,\r\nherringbone", "custom-offer": "OF/312",
            "attachments": [shelf.pk], "uploads": [SimpleUploadedFile("../plan.txt", b"42 square metres")],
        },
    )  # fmt: skip
    task = Task.objects.get()
    assert response.status_code == 302 and response["Location"] == f"/tasks/{task.pk}/"
    assert (task.title, task.description) == ("Quote with fitting", "Oak,\nherringbone")
    assert task.due_at == datetime(2026, 11, 20, 15, tzinfo=WARSAW) and not task.due_all_day
    assert task.remind_at == datetime(2026, 11, 20, 14, 30, tzinfo=WARSAW)
    assert (task.assignee, task.created_by, task.conversation, task.contact) == (
        jan,
        ewa,
        conversation,
        contact,
    )
    assert (task.priority, task.status, task.custom) == (3, "in_progress", {"offer": "OF/312"})
    upload = task.attachments.get(is_attachment=True)
    assert set(task.attachments.all()) == {shelf, upload} and upload.name == "plan.txt"

    page = client.get(f"/tasks/{task.pk}/").content.decode()
    for shown in ("Quote with fitting", "OF/312", "plan.pdf", "plan.txt", "2026-11-20T14:30", "Anna"):
        assert shown in page, shown


def test_without_an_hour_it_is_due_until_the_end_of_the_day(client: Client, ewa: Agent) -> None:
    client.post("/tasks/add/", FORM | {"due_date": "2026-11-20"})
    task = Task.objects.get()
    assert task.due_all_day and task.assignee is None
    assert task.due_at == datetime(2026, 11, 21, tzinfo=WARSAW) - timedelta(microseconds=1)
    assert client.get(f"/tasks/{task.pk}/").context["form"]["due_date"].value().isoformat() == "2026-11-20"


def test_a_task_needs_no_more_than_a_title(client: Client, ewa: Agent) -> None:
    assert client.post("/tasks/add/", FORM).status_code == 302
    assert (Task.objects.get().due_at, Task.objects.get().due_order) == (None, UNDATED)
    refused = client.post("/tasks/add/", FORM | {"title": " \u202e "}, **htmx("task"))
    assert refused.status_code == 422 and "Give the task a title." in refused.content.decode()
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"due_time": "12:00"}, "Choose the day too."),
        ({"due_date": "2027-03-28", "due_time": "02:30"}, "never show this time"),
        ({"due_date": "0001-01-01"}, "2000"),
        ({"due_date": "9999-12-31"}, "2199"),
        ({"remind_at": "2026-11-18T09:59"}, "passed already"),
        ({"remind_at": "soon"}, "Choose a day and an hour."),
        ({"remind_at": "9999-12-31T23:59"}, "Choose a day and an hour."),
        ({"priority": "5"}, "Select a valid choice"),
        ({"status": "lost"}, "Select a valid choice"),
        ({"description": "x" * 10_001}, "At most 10000 characters"),
        ({"uploads": [SimpleUploadedFile("empty.txt", b"")]}, "The file is empty."),
    ],
)
def test_what_makes_no_sense_is_explained(
    client: Client, ewa: Agent, fields: dict[str, Any], said: str
) -> None:
    response = client.post("/tasks/add/", FORM | fields, **htmx("task"))
    assert response.status_code == 422 and said in response.content.decode()
    assert not Task.objects.exists()


def test_ids_of_another_company_are_unknown_choices(
    client: Client, company: Company, stranger: Agent, make_task: MakeTask
) -> None:
    theirs = stranger.company
    file = shelve(theirs, "secret.pdf")
    foreign = {
        "assignee": stranger.pk,
        "contact": make_contact(theirs, "Secretia").pk,
        "conversation": make_conversation(theirs, customer_name="Secretia").pk,
        "attachments": [file.pk],
    }
    task = make_task()
    for name, value in foreign.items():
        for number in (value, "9" * 30, "1 OR 1=1", "²"):
            for path in ("/tasks/add/", f"/tasks/{task.pk}/"):
                response = client.post(path, FORM | {"version": 1, name: number}, **htmx("task"))
                assert response.status_code == 422, (name, number)
                page = response.content.decode()
                assert "Secretia" not in page and "secret.pdf" not in page
    assert client.get(f"/tasks/add/?conversation={foreign['conversation']}").status_code == 404
    assert "Secretia" not in client.get(f"/tasks/add/?contact={foreign['contact']}").content.decode()
    assert Task.objects.get().version == 1


def test_who_is_inactive_or_gone_is_not_offered(
    client: Client, company: Company, ewa: Agent, jan: Agent, make_task: MakeTask
) -> None:
    away = make_agent(company, "Olaf")
    task = make_task(assignee=jan)
    Agent.objects.filter(pk__in=[jan.pk, away.pk]).update(takes_conversations=False)
    assert client.post("/tasks/add/", FORM | {"assignee": away.pk}, **htmx("task")).status_code == 422
    # Whoever has the task already may keep it.
    assert change(client, task, title="Call soon").status_code == 302
    task.refresh_from_db()
    assert (task.title, task.assignee) == ("Call soon", jan)


def test_open_screens_and_the_new_assignee_are_told(
    client: Client, company: Company, ewa: Agent, jan: Agent, published: Published
) -> None:
    published.clear()
    client.post("/tasks/add/", FORM | {"assignee": jan.pk})
    task = Task.objects.get()
    assert published.to(company_agents(company.pk)) == [TaskChanged(task=task.pk)]
    assert published.to(one_agent(jan.pk)) == [TaskAssigned(task=task.pk, title="Call back", by="Ewa")]

    published.clear()
    change(client, task, assignee=ewa.pk)
    assert not published.of(TaskAssigned)  # Ewa knows
    change(client, task, assignee=jan.pk, status="done")
    assert not published.of(TaskAssigned)  # nothing is left to do


def test_the_later_of_two_does_not_wipe_out_the_earlier(
    client: Client, ewa: Agent, jan: Agent, make_task: MakeTask
) -> None:
    task = make_task("Call back", description="About the oak floor")
    body = FORM | {"version": task.version, "assignee": ewa.pk}
    assert change(browser_of(jan), task, title="Call Hotel Bursztyn", priority="4").status_code == 302

    late = client.post(f"/tasks/{task.pk}/", body | {"description": "About the bowls"}, **htmx("task"))
    page = late.content.decode()
    assert late.status_code == 409
    assert "Jan changed this task while you had it open" in page
    assert "Call Hotel Bursztyn" in page and "Critical" in page and "About the oak floor" in page
    assert "About the bowls" in page  # still in the form
    task.refresh_from_db()
    assert (task.title, task.description, task.version) == ("Call Hotel Bursztyn", "About the oak floor", 2)

    # Now it is meant.
    assert (
        client.post(f"/tasks/{task.pk}/", body | {"version": 2, "description": "About the bowls"}).status_code
        == 302
    )
    task.refresh_from_db()
    assert (task.title, task.description) == ("Call back", "About the bowls")


def test_a_page_hears_that_somebody_else_changed_its_task(
    client: Client, jan: Agent, make_task: MakeTask
) -> None:
    task = make_task()
    path = f"/tasks/{task.pk}/standing/?version=1"
    assert client.get(path).status_code == 204
    change(browser_of(jan), task, title="Call at once")
    assert "Jan has just changed this task." in client.get(path).content.decode()
    browser_of(jan).post(f"/tasks/{task.pk}/delete/")
    assert "Jan has deleted this task." in client.get(path).content.decode()


def test_ticking_off_and_taking_it_back(client: Client, clock: Clock, make_task: MakeTask) -> None:
    task = make_task(status="in_progress")
    done = client.post(f"/tasks/{task.pk}/finish/", **htmx())
    task.refresh_from_db()
    assert done.status_code == 204 and task.is_done and task.done_at == clock.now
    client.post(f"/tasks/{task.pk}/finish/", **htmx())  # harmless
    undo = done.headers["HX-Trigger"].partition('"undo": "')[2].partition('"')[0]
    client.post(undo, **htmx())
    task.refresh_from_db()
    assert (task.status, task.done_at) == ("in_progress", None)


def test_a_deleted_task_comes_back_for_an_hour(client: Client, clock: Clock, make_task: MakeTask) -> None:
    task = make_task()
    answer = client.post(f"/tasks/{task.pk}/delete/", **htmx("task"))
    assert answer.status_code == 200 and f"/tasks/{task.pk}/restore/" in answer.headers["HX-Trigger"]
    assert client.get(f"/tasks/{task.pk}/").status_code == 404
    clock.move(minutes=30)
    sweep_promises()
    client.post(f"/tasks/{task.pk}/restore/", **htmx())
    assert client.get(f"/tasks/{task.pk}/").status_code == 200
    clock.move(hours=2)
    sweep_promises()
    assert Task.objects.exists()

    client.post(f"/tasks/{task.pk}/delete/")
    clock.move(minutes=61)
    sweep_promises()
    assert not Task.objects.exists()


def test_saving_what_somebody_deleted_saves_nothing(client: Client, jan: Agent, make_task: MakeTask) -> None:
    task = make_task()
    late = client.get(f"/tasks/{task.pk}/").context["form"]
    browser_of(jan).post(f"/tasks/{task.pk}/delete/")
    assert client.post(f"/tasks/{task.pk}/", FORM | {"version": late["version"].value()}).status_code == 404


def test_a_task_about_somebody_who_was_deleted_a_moment_ago_is_saved_without(
    company: Company, ewa: Agent, make_task: MakeTask
) -> None:
    anna = make_contact(company, "Anna")
    task = make_task()
    # As the form has found her just before.
    late = Contact.objects.get(pk=anna.pk)
    anna.delete()

    assert make_task(contact=late).contact is None
    assert change_task(task=task, by=ewa, version=1, contact=late).contact is None
    connection.check_constraints()


def test_files_of_a_task_go_when_nothing_has_them_any_more(
    client: Client, company: Company, clock: Clock, make_task: MakeTask
) -> None:
    task = make_task()
    shelf = shelve(company)
    change(client, task, attachments=[shelf.pk], uploads=[SimpleUploadedFile("note.txt", b"hello")])
    upload = task.attachments.get(is_attachment=True)
    clock.move(days=2)
    sweep_promises()
    upload.refresh_from_db()
    assert upload.deleted_at is None

    change(client, task, attachments=[])
    sweep_promises()
    assert task.attachments.count() == 0
    upload.refresh_from_db()
    shelf.refresh_from_db()
    assert upload.deleted_at is not None and shelf.deleted_at is None


def test_what_came_with_a_mistaken_form_need_not_be_sent_again(
    client: Client, ewa: Agent, clock: Clock
) -> None:
    uploads = [SimpleUploadedFile("note.txt", b"hello"), SimpleUploadedFile("empty.txt", b"")]
    refused = client.post("/tasks/add/", FORM | {"uploads": uploads}, **htmx("task"))
    kept = StoredFile.objects.get()
    page = refused.content.decode()
    assert "empty.txt: The file is empty." in page and f'name="attachments" value="{kept.pk}"' in page
    client.post("/tasks/add/", FORM | {"attachments": [kept.pk]})
    assert list(Task.objects.get().attachments.all()) == [kept]

    client.post(
        "/tasks/add/", FORM | {"uploads": [SimpleUploadedFile("b.txt", b"b"), SimpleUploadedFile("c", b"")]}
    )
    clock.move(days=1, seconds=1)
    sweep_promises()
    # Only what became no task goes.
    assert [file.name for file in StoredFile.objects.filter(deleted_at=None)] == ["note.txt"]
