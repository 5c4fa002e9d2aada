"""Files that somebody has made to do harm, and forms that nobody has filled in: nothing hangs, nothing breaks, and what
is wrong is said."""

import time
from collections.abc import Callable

import pytest

from contactcenter.promises import sweep_promises
from contacts.imports.checking import TOO_MANY_EMAILS, TOO_MANY_PHONES, TOO_MANY_TAGS
from contacts.models import ContactTag
from tasks.models import Task
from tests.contacts.imports.conftest import Importer, Saved

# Far more than any of it takes, far less than it took when it grew with the square of what was in a cell.
QUICK = 5.0


def test_tags_that_differ_in_case_only_are_one(importer: Importer, saved: Callable[[], Saved]) -> None:
    done = importer.run('First name,Surname,Tags\nAnna,Nowak,"VIP, vip"\nJan,Lis,"Straße, STRASSE"\n')

    assert (done.state, done.created) == ("imported", 2)
    assert [len(contact["tags"]) for contact in saved()] == [1, 1]
    assert ContactTag.objects.count() == 2


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("Tags", "a{n}, ", TOO_MANY_TAGS),
        ("Phone", "+48607{n:06}, ", TOO_MANY_PHONES),
        ("E-mail", "a{n}@mail.example, ", TOO_MANY_EMAILS),
    ],
)
def test_a_cell_with_very_many_values_is_refused_at_once(
    importer: Importer, heading: str, cell: str, reason: str
) -> None:
    cells = "".join(cell.format(n=n) for n in range(60_000))
    began = time.monotonic()
    importer.upload(f'First name,Surname,{heading}\nAnna,Nowak,"{cells}"\nJan,Lis,\n')
    importer.page()
    assert importer.verify().good == 1
    assert time.monotonic() - began < QUICK
    assert [each[2] for each in importer.problems()] == [reason]


def test_a_long_cell_without_a_heading_is_not_pondered_over(importer: Importer) -> None:
    began = time.monotonic()
    importer.upload(f"First name,Surname,\nAnna,Nowak,a@{'.' * 100_000} x\n")
    assert time.monotonic() - began < QUICK
    assert importer.now.mapping == ["first_name", "last_name", ""]


def test_rows_far_wider_than_their_header_are_refused(importer: Importer) -> None:
    answer = importer.upload(f"First name,Surname\n{',' * 100_000}x\n")
    assert answer.status_code == 422 and "more than 200 columns" in answer.content.decode()


def test_what_stands_above_the_header_may_be_blanks(importer: Importer, saved: Callable[[], Saved]) -> None:
    done = importer.run(" , , \nFirst name,Surname,Tags\nAnna,Nowak,VIP\n")
    assert (done.created, done.bad) == (1, 0)
    assert [contact["name"] for contact in saved()] == ["Anna Nowak"]


@pytest.mark.parametrize("place", ["²", "0", "99", "9" * 5000])
def test_a_place_that_is_none_leaves_the_column_out(importer: Importer, place: str) -> None:
    importer.upload("First name,Surname,E-mail\nAnna,Nowak,anna@mail.example\n")
    assert importer.configure(**{"column-2": "email", "number-2": place}).status_code == 302
    assert importer.now.mapping[2] == ""


def test_the_file_of_an_import_outlives_a_task_that_had_it_attached(importer: Importer) -> None:
    importer.upload("First name,Surname\nAnna,Nowak\n")
    form = {"title": "Look", "priority": "2", "status": "new"}
    file = importer.now.file_id
    importer.client.post("/tasks/add/", form | {"attachments": [file]})
    task = Task.objects.get()
    importer.client.post(f"/tasks/{task.pk}/", form | {"version": task.version})
    assert not task.attachments.exists()

    sweep_promises()
    assert importer.verify().good == 1
    assert f'href="{importer.path}"' in importer.client.get(f"/files/{file}/").content.decode()
