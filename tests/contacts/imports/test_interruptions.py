"""An import whose worker is killed, and people who press at the same moment."""

import http.client
import re
import time
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from threading import Event
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from contactcenter.promises import sweep_promises
from contacts.actions import save_contact
from contacts.imports import actions, steps
from contacts.imports.actions import NotNow
from contacts.imports.models import ContactImport
from contacts.models import Contact
from contacts.rows import Facts
from files.store import open_file
from tests.agents.test_security_races import at_once
from tests.contacts.imports.conftest import Importer
from tests.factories import make_company
from tests.live import Live, wait_for

# --- a killed worker ------------------------------------------------------------------------------------------------


class Browser:
    """Adam's, over plain HTTP."""

    def __init__(self, live: Live) -> None:
        self.port = live.port
        self.cookies: dict[str, str] = {}
        self.ask("GET", "/login/")
        self.post("/login/", {"username": "adam@demo.example", "password": "demo-password"})

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[str, str]:
        """The text of the answer, and where it leads."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        connection.request(method, path, body, headers | ({"Content-Type": kind} if kind else {}))
        response = connection.getresponse()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(line).items()}
        text = response.read().decode()
        assert response.status < 400, f"{path}: {response.status} {text[:500]}"
        connection.close()
        return text, response.headers.get("Location", "")

    def post(self, path: str, fields: dict[str, str], file: bytes | None = None) -> str:
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file is not None:
            parts.append(
                f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
                + file
                + b"\r\n"
            )
        parts.append(f"--{mark}--\r\n".encode())
        return self.ask("POST", path, b"".join(parts), f"multipart/form-data; boundary={mark}")[1]


def test_an_import_whose_worker_is_killed_again_and_again_ends_in_exactly_the_right_contacts(
    start_live: Callable[..., Live],
) -> None:
    live = start_live()
    adam = Browser(live)
    there = live.query("SELECT count(*) FROM contacts_contact")[0][0]
    rows = "".join(f"Anna,Nowak{n},anna{n}@import.example,+48{600000000 + n}\n" for n in range(6000))
    path = adam.post("/contacts/import/", {}, f"Imię,Nazwisko,E-mail,Telefon\n{rows}".encode())
    pk = int(path.rstrip("/").rpartition("/")[2])
    page, _ = adam.ask("GET", path)
    names = re.findall(r'name="(column-\d+)"', page)
    words = ("first_name", "last_name", "email", "phone")
    mapping = {"has_header": "on", **dict(zip(names, words, strict=True))}

    def facts() -> tuple[str, int]:
        return live.query("SELECT state, good + created FROM contacts_contactimport WHERE id = %s", [pk])[0]

    def kill_in_the_middle(beyond: int) -> None:
        wait_for(lambda: facts()[1] > beyond, 30, "the work has not begun")
        live.kill("worker")
        live.restart("worker")
        # Whoever was killed held a lease.
        live.clock.move(seconds=steps.LEASE.total_seconds() + 1)

    adam.post(f"{path}configure/", {**mapping, "verify": "1"})
    kill_in_the_middle(0)
    wait_for(lambda: facts()[0] == "verified", 30, lambda: f"not verified: {facts()} {live.log()[-3000:]}")
    assert facts() == ("verified", 6000)

    adam.post(f"{path}start/", {"duplicates": "skip"})
    kill_in_the_middle(6000)
    kill_in_the_middle(6000 + 2000)
    wait_for(lambda: facts()[0] == "imported", 40, lambda: f"not imported: {facts()} {live.log()[-3000:]}")

    assert facts() == ("imported", 12_000)
    assert live.query("SELECT count(*) FROM contacts_contact") == [(there + 6000,)]
    for table, column in (("contacts_contactemail", "address"), ("contacts_contactphone", "number")):
        counted = live.query(
            f"SELECT count(*), count(DISTINCT w.{column}) FROM {table} w"
            " JOIN contacts_contact c ON c.id = w.contact_id WHERE c.made_by_import_id = %s",
            [pk],
        )
        assert counted == [(6000, 6000)]
    assert live.query("SELECT count(*) FROM contacts_importbatch") == [(0,)]


# --- at the same moment ---------------------------------------------------------------------------------------------


@pytest.fixture
def verified(
    transactional_db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> ContactImport:
    """An import of thirty contacts, in batches of five."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(steps, "BATCH", 5)
    company = make_company()
    rows = "".join(f"Anna,N{n},a{n}@mail.example\n" for n in range(30))
    content = ContentFile(f"Imię,Nazwisko,E-mail\n{rows}".encode(), "a.csv")
    contact_import = actions.upload(company=company, by=company.agents.get(), name="a.csv", content=content)
    actions.configure(contact_import=contact_import, mapping=contact_import.mapping)
    actions.verify(contact_import=contact_import)
    steps.carry_on(import_id=contact_import.pk)
    return ContactImport.objects.get(pk=contact_import.pk)


def tries(action: Callable[..., Any], **arguments: Any) -> Callable[[], bool]:
    def press() -> bool:
        try:
            action(**arguments)
        except NotNow:
            return False
        return True

    return press


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_import_one_starts_it_and_two_workers_never_do_a_batch_twice(
    verified: ContactImport,
) -> None:
    start = tries(actions.start, contact_import=verified, duplicates="add")
    assert sorted(at_once([start, start])) == [False, True]

    def work() -> None:
        steps.carry_on(import_id=verified.pk)

    at_once([work, work, work])
    sweep_promises()
    verified.refresh_from_db()
    assert (verified.state, verified.created, verified.cursor) == ("imported", 30, 6)
    assert Contact.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_an_import_is_not_undone_while_it_runs_and_afterwards_once(verified: ContactImport) -> None:
    actions.start(contact_import=verified, duplicates="skip")
    assert steps.step(verified.pk)
    undo = tries(actions.undo, contact_import=verified)
    assert not undo()
    steps.carry_on(import_id=verified.pk)

    assert sorted(at_once([undo, undo])) == [False, True]

    def work() -> None:
        steps.carry_on(import_id=verified.pk)

    at_once([work, work])
    verified.refresh_from_db()
    assert (verified.state, verified.taken_back, Contact.objects.count()) == ("undone", 30, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_people_in_two_files_at_once_are_added_once(verified: ContactImport) -> None:
    assert verified.file is not None
    with open_file(verified.file) as file:
        content = ContentFile(file.read(), "b.csv")
    company = verified.company
    other = actions.upload(company=company, by=company.agents.get(), name="b.csv", content=content)
    actions.configure(contact_import=other, mapping=other.mapping)
    actions.verify(contact_import=other)
    steps.carry_on(import_id=other.pk)
    for each in (verified, other):
        actions.start(contact_import=each, duplicates="skip")

    at_once([lambda pk=pk: steps.carry_on(import_id=pk) for pk in (verified.pk, other.pk)])
    found = ContactImport.objects.order_by("pk")
    assert {each.state for each in found} == {"imported"}
    assert sum(each.created for each in found) == sum(each.skipped for each in found) == 30
    assert Contact.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_whom_somebody_changes_while_the_import_is_undone_stays(verified: ContactImport) -> None:
    actions.start(contact_import=verified, duplicates="skip")
    steps.carry_on(import_id=verified.pk)
    actions.undo(contact_import=verified)
    contact = Contact.objects.order_by("pk")[0]
    is_saving = Event()

    def save() -> None:
        with transaction.atomic():
            facts = Facts(first_name="Ewa")
            save_contact(company=contact.company, by=None, facts=facts, contact=contact)
            is_saving.set()
            # Long enough for the worker to come to the contact before this is committed.
            time.sleep(0.3)

    def undo() -> None:
        is_saving.wait(10)
        steps.carry_on(import_id=verified.pk)

    at_once([save, undo])
    sweep_promises()
    assert [each.first_name for each in Contact.objects.all()] == ["Ewa"]
    verified.refresh_from_db()
    assert (verified.state, verified.taken_back, verified.stayed) == ("undone", 29, 1)


def test_a_verification_begun_anew_in_another_encoding_is_not_mixed_with_the_first(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 5)
    rows = "".join(f"Łucja,Żak,a{n}@mail.example\n" for n in range(10))
    importer.upload(f"First name,Surname,E-mail\n{rows}")
    pk = importer.now.pk
    importer.configure(verify="1", encoding="cp1250")
    # This is refused: another encoding is looked at first.
    importer.configure(verify="1")
    steps.step(pk)
    first = steps._open_files.pop(pk)

    importer.client.post(f"{importer.path}stop/")
    importer.configure(encoding="utf-8")
    importer.configure(verify="1")
    # Another process does the first batch, and the one that was at it before goes on.
    steps.step(pk)
    steps._open_files.pop(pk).close()
    steps._open_files[pk] = first
    importer.work()

    assert (importer.now.state, importer.now.good) == ("verified", 10)
    names = {record[1] for batch in importer.now.batches.all() for record in batch.records}
    assert names == {"Łucja"}
