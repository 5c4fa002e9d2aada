"""What the demo company has to do: some of it late, most of it from its conversations."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from agents.models import Agent, Company
from contacts.models import Contact
from conversations.models import Conversation
from tasks.actions import create_task, finish_task
from tasks.days import end_of, moment_of
from tasks.models import Task

LOW, NORMAL, URGENT, CRITICAL = Task.Priority


@dataclass(frozen=True)
class Plan:
    """A task as people would put it. `due`: days from today, and the hour if there is one; `about`: whose conversation
    it came from."""

    title: str
    who: str
    due: tuple[int, str] | None = None
    priority: int = NORMAL
    about: str = ""
    description: str = ""
    begun: bool = False
    done: bool = False


PLANS = (
    Plan(
        "Oddzwonić do Hotelu Bursztyn w sprawie wyceny",
        "adam",
        (-1, "16:00"),
        CRITICAL,
        "Hotel Bursztyn",
        "60 talerzy w kolorze Sadza. Szefowa pyta o rabat przy drugim zamówieniu.",
    ),
    Plan(
        "Poprawić fakturę dla Pracowni Zając",
        "ewa",
        (-2, ""),
        URGENT,
        "",
        "NIP 5252248481, korekta nazwy nabywcy.",
    ),
    Plan(
        "Sprawdzić potwierdzenie zwrotu pani Karoliny",
        "adam",
        (0, "23:00"),
        URGENT,
        "Karolina Pawlak",
        "Minął tydzień. Jeśli paczka doszła, od razu zlecić przelew.",
        begun=True,
    ),
    Plan("Przekazać magazynowi nowy adres, zamówienie 10517", "adam", (0, ""), NORMAL, "Marta Lewandowska"),
    Plan("Wysłać etykietę zwrotną na dwie miseczki", "ewa", (0, ""), NORMAL, "Katarzyna Wójcik"),
    Plan(
        "Zgłosić przewoźnikowi uszkodzony kubek, zamówienie 10482",
        "adam",
        (1, "12:00"),
        NORMAL,
        "Agnieszka Zając",
        "Trzeci odprysk w tym miesiącu. Dołączyć zdjęcie od klientki.",
    ),
    Plan("Zapytać pracownię o termin na styczeń", "jan", (1, ""), LOW),
    Plan("Wycena 60 głębokich talerzy, 22 cm", "jan", (2, "11:00"), URGENT, "Hanna Szczepańska", begun=True),
    Plan("Uzupełnić odpowiedzi chatbota o wysyłkę do Irlandii", "adam", (9, "")),
    Plan("Przygotować zdjęcia serii Mgła do sklepu", "", (16, ""), LOW),
    Plan("Zamówić papier i słomę do pakowania", "ewa"),
    Plan("Połączyć dwa zamówienia w jedną paczkę", "adam", (0, ""), NORMAL, "Oliver Bennett", done=True),
    Plan("Zamówić kuriera na czwartek", "adam", (0, ""), done=True),
)


def make_tasks(company: Company, agents: list[Agent]) -> None:
    people = {agent.email.partition("@")[0]: agent for agent in agents}
    for plan in PLANS:
        task = _make(company, plan, people)
        if plan.done:
            finish_task(task=task, by=task.assignee or agents[0])


def _make(company: Company, plan: Plan, people: dict[str, Agent]) -> Task:
    conversation = None
    if plan.about:
        theirs = Conversation.objects.of(company.pk).filter(customer_name=plan.about)
        conversation = theirs.order_by("-last_entry_at").first()
    due_at = _due(company, plan)
    return create_task(
        company=company,
        by=people[plan.who or "adam"],
        title=plan.title,
        description=plan.description,
        assignee=people.get(plan.who),
        priority=plan.priority,
        status=Task.Status.IN_PROGRESS if plan.begun else Task.Status.NEW,
        due_at=due_at,
        due_all_day=bool(plan.due and not plan.due[1]),
        remind_at=due_at - timedelta(hours=1) if due_at and plan.due and plan.due[0] > 0 else None,
        conversation=conversation,
        contact=_contact(company, plan.about, conversation),
    )


def _due(company: Company, plan: Plan) -> datetime | None:
    if plan.due is None:
        return None
    days, clock = plan.due
    day = timezone.now().astimezone(company.zone).date() + timedelta(days=days)
    if not clock:
        return end_of(day, company.zone)
    return moment_of(day, time.fromisoformat(clock), company.zone)


def _contact(company: Company, name: str, conversation: Conversation | None) -> Contact | None:
    if conversation is not None and conversation.contact is not None:
        return conversation.contact
    first_name, _space, last_name = name.partition(" ")
    known = Contact.objects.of(company.pk).filter(first_name=first_name, last_name=last_name)
    return known.first() if last_name else None
