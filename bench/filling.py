"""A believable past of a company, in bulk: runs inside a DjangoProcess, on an empty database."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from agents.actions import create_agent
from agents.models import Agent, Company, Group
from bench import people
from bench.inside import COMPANY_KEY
from contactcenter.folding import search_text
from conversations.models import Conversation, Tag

AGENTS, GROUPS, TAGS = 12, 4, 10
# What is open does not grow with the past.
WAITING, ACTIVE = 10, 40
RARE_WORD = "jednorożec"
COMMON_WORD = "zamówienie"

_CHANNELS = ["chat"] * 6 + ["email"] * 2 + ["sms", "messenger", "call_in"]
_NAMES = [
    "Anna",
    "Piotr",
    "Katarzyna",
    "Tomasz",
    "Agnieszka",
    "Marek",
    "Julia",
    "James",
    "Olivia",
    "Emma",
    "Łukasz",
]
_SURNAMES = [
    "Nowak",
    "Kowalska",
    "Wiśniewski",
    "Wójcik",
    "Zielińska",
    "Smith",
    "Brown",
    "Szymański",
    "Dąbrowska",
]
_SAID = [
    "Dzień dobry, gdzie jest moje zamówienie numer {n}?",
    "Hello, does the kettle come with a two year warranty?",
    "Proszę o zmianę adresu dostawy, przeprowadziłam się na ulicę Długą {n}.",
    "I was charged twice, please check payment {n}.",
    "Czy mają Państwo ten model w kolorze zielonym? Zależy mi na czasie.",
    "The parcel arrived damaged, I have taken pictures of the box.",
]
_REPLIED = [
    "Już sprawdzam, proszę o chwilę cierpliwości.",
    "Thank you for your patience, your order has been sent today.",
    "Zwrot środków powinien dotrzeć do trzech dni roboczych.",
    "You will get a message from the courier with the hour of delivery.",
]

_CONVERSATION = [
    "id", "company_id", "public_id", "channel", "direction", "status", "group_id", "assignee_id", "customer_key",
    "customer_name", "customer_email", "customer_phone", "customer_language", "page_url", "page_title", "user_agent",
    "answer_by_email", "last_seq", "public_seq", "previous_public_seq", "customer_seq", "last_entry_at", "preview",
    "preview_by", "opened_seq", "waiting_since", "offer_round", "created_at", "changed_at", "first_reply_at",
    "closed_at",
]  # fmt: skip
_ENTRY = [
    "conversation_id", "company_id", "seq", "previous_public_seq", "kind", "by", "agent_id", "author_name", "client_id",
    "text", "event", "data", "search_text", "created_at",
]  # fmt: skip
_PARTICIPANT = ["conversation_id", "agent_id", "joined_at", "left_at", "read_seq"]
_TAGGED = ["conversation_id", "tag_id"]


def fill(conversations: int) -> str:
    """A company with so many conversations, all but fifty of them ended; the session key of one of its agents."""
    session = people.open_company()
    company = Company.objects.get(key=COMPANY_KEY)
    for number in range(AGENTS):
        create_agent(
            company=company,
            email=f"agent{number}@bench.example",
            password=None,
            first_name=_NAMES[number % len(_NAMES)],
            last_name=_SURNAMES[number % len(_SURNAMES)],
        )
    Group.objects.bulk_create(Group(company=company, name=f"Group {number}") for number in range(GROUPS))
    Tag.objects.bulk_create(Tag(company=company, name=f"tag {number}") for number in range(TAGS))
    past = _Past(company, conversations)
    with transaction.atomic():
        for table, columns, rows in (
            (Conversation._meta.db_table, _CONVERSATION, past.conversations()),
            ("conversations_entry", _ENTRY, past.entries()),
            ("conversations_participant", _PARTICIPANT, past.participants()),
            ("conversations_conversation_tags", _TAGGED, past.tagged()),
        ):
            insert_rows(table, columns, rows)
    _after_filling()
    return session


class _Past:
    """The same every time. Conversation 1 is the oldest; the newest are the open ones."""

    def __init__(self, company: Company, count: int) -> None:
        self.company, self.count = company, count
        self.agents = list(Agent.objects.filter(company=company).values_list("pk", "first_name", "last_name"))
        self.groups = list(Group.objects.filter(company=company).values_list("pk", flat=True))
        self.tags = list(Tag.objects.filter(company=company).values_list("pk", flat=True))
        self.now = datetime.now(UTC)

    def _dice(self, number: int) -> random.Random:
        return random.Random(number)

    def _status(self, number: int) -> str:
        from_the_end = self.count - number
        if from_the_end < WAITING:
            return "new"
        if from_the_end < WAITING + ACTIVE:
            return "active"
        return "ignored" if number % 50 == 0 else "closed"

    def _began_at(self, number: int) -> datetime:
        return self.now - timedelta(minutes=3 * (self.count - number) + 10)

    def _assignee(self, number: int) -> tuple[int, str] | None:
        if self._status(number) == "new":
            return None
        # Five of the active ones are the signed-in agent's, whatever the size of the past.
        chosen = (
            0 if self._status(number) == "active" and number % 8 == 0 else 1 + number % (len(self.agents) - 1)
        )
        pk, first, last = self.agents[chosen]
        return pk, f"{first} {last}"

    def _lines(self, number: int) -> list[tuple[str, str]]:
        """(who, text): two to four messages, an event before and, when it has ended, after them."""
        dice = self._dice(number)
        said = [("customer", dice.choice(_SAID).format(n=10_000 + number))]
        if number == self.count // 2:
            said[0] = ("customer", f"Szukam kubka z napisem {RARE_WORD}.")
        if self._status(number) != "new":
            said.append(("agent", dice.choice(_REPLIED)))
            if dice.random() < 0.6:
                said.append(("customer", dice.choice(_SAID).format(n=20_000 + number)))
                said.append(("agent", dice.choice(_REPLIED)))
        return said

    def conversations(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1):
            dice, status, lines = self._dice(number), self._status(number), self._lines(number)
            began_at, assignee, ended = (
                self._began_at(number),
                self._assignee(number),
                status in ("closed", "ignored"),
            )
            spoken_at = began_at + timedelta(seconds=30 * len(lines))
            who, text = lines[-1]
            last_seq = 1 + len(lines) + ended
            name = f"{dice.choice(_NAMES)} {dice.choice(_SURNAMES)}"
            yield [
                number, self.company.pk, f"c-{number:020x}", dice.choice(_CHANNELS), "in", status,
                dice.choice([None, None, *self.groups]), assignee and assignee[0], f"visitor.{number}",
                name, f"customer{number}@shop.example", "", dice.choice(["pl", "en"]),
                f"https://shop.example/products/{number % 300}", "A product", "Mozilla/5.0", False,
                last_seq, last_seq, last_seq - 1, 2 + (who == "customer") * (len(lines) - 1), spoken_at,
                text[:160], who, 0, None if ended or who == "agent" else spoken_at, 1, began_at, spoken_at,
                None if status == "new" else began_at + timedelta(seconds=60), spoken_at if ended else None,
            ]  # fmt: skip

    def entries(self) -> Iterator[list[Any]]:
        company = self.company.pk
        for number in range(1, self.count + 1):
            at, assignee, seq = self._began_at(number), self._assignee(number), 1
            agent_id, agent_name = assignee or (None, "")
            yield [number, company, seq, None, "event", "system", None, "", None, "", "started", "{}", "", at]
            previous = 0
            for who, text in self._lines(number):
                seq += 1
                at += timedelta(seconds=30)
                author = (agent_id, agent_name) if who == "agent" else (None, "")
                words = search_text(company, text)
                yield [
                    number, company, seq, previous, "message", who, *author, f"line-{seq}", text, "", "{}", words, at,
                ]  # fmt: skip
                previous = seq
            if self._status(number) in ("closed", "ignored"):
                event = self._status(number)
                yield [
                    number, company, seq + 1, previous, "event", "agent", agent_id, agent_name, None, "", event, "{}",
                    "", at,
                ]  # fmt: skip

    def participants(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1):
            if assignee := self._assignee(number):
                yield [number, assignee[0], self._began_at(number), None, 2]

    def tagged(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1, 3):
            yield [number, self.tags[number % len(self.tags)]]


def insert_rows(table: str, columns: list[str], rows: Iterator[list[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["?"] * len(columns))
            adapt = connection.ops.adapt_datetimefield_value
            connection.connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places})",
                ([adapt(cell) if isinstance(cell, datetime) else cell for cell in row] for row in rows),
            )
            return
        text = io.StringIO()
        writer = csv.writer(text)
        for row in rows:
            writer.writerow(["\\N" if cell is None else cell for cell in row])
        text.seek(0)
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)


def _after_filling() -> None:
    """On PostgreSQL what autovacuum does by itself in time; ids given by hand are never given again."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('conversations_conversation', 'id'),"
            " (SELECT max(id) FROM conversations_conversation))"
        )
        cursor.execute("VACUUM ANALYZE")
