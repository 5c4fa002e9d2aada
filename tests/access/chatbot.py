"""The chatbot's editor: for full access only."""

from django.utils import timezone

from chat.faq.entries import save_entry
from chat.faq.models import BotQuestion
from tests.access.hours import FULL
from tests.access.routes import DOOR, FORBIDDEN, NOT_FOUND, OK, Route, World

OWN = (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND)
ENTRY = {"language": "pl", "phrases": "Ile trwa dostawa?", "answer": "Dzień.", "is_on": "on"}


def of_entry(world: World) -> list[int]:
    company = world.conversation.company
    entry = save_entry(company=company, entry=None, language="pl", answer="Dzień.", phrases=["Ile trwa?"])
    return [entry.pk]


def of_question(world: World) -> list[int]:
    conversation = world.conversation
    question = BotQuestion.objects.create(
        company=conversation.company,
        conversation=conversation,
        seq=2,
        text="Podszewka?",
        folded="podszewka",
        language="pl",
        outcome=BotQuestion.Outcome.UNKNOWN,
        created_at=timezone.now(),
    )
    return [question.pk]


ROUTES = [
    Route("chat:chatbot", FULL),
    Route("chat:chatbot_switch", FULL, "post", data={"bot_on": "on"}),
    Route("chat:chatbot_try", FULL, data={"question": "dostawa", "language": "pl"}),
    Route("chat:chatbot_add", FULL),
    Route("chat:chatbot_add", FULL, "post", data=ENTRY),
    Route("chat:chatbot_entry", OWN, args=of_entry),
    Route("chat:chatbot_entry", OWN, "post", of_entry, ENTRY),
    Route("chat:chatbot_delete", OWN, args=of_entry),
    Route("chat:chatbot_delete", OWN, "post", of_entry),
    Route("chat:chatbot_assign", OWN, args=of_question),
    Route("chat:chatbot_assign", (DOOR, DOOR, FORBIDDEN, 422, NOT_FOUND, NOT_FOUND), "post", of_question),
    Route("chat:chatbot_dismiss", OWN, "post", of_question),
]
