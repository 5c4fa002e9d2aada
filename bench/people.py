"""A company, its agents and its visitors, made through the product's own actions. Runs inside a DjangoProcess."""

import secrets

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command

from agents.actions import create_agent, create_company
from agents.models import Agent, Channel, Company
from bench.inside import COMPANY_KEY
from chat.faq.entries import save_entry
from chat.models import Visitor
from chat.tokens import issue_token, token_hash
from contactcenter.sessions import SessionStore
from conversations.actions import answer_conversation, ignore_conversation, start_conversation
from conversations.models import Conversation

COLLEAGUES = 3


def open_company() -> str:
    """An empty database becomes a company with four agents; the session key of the first, who is online."""
    call_command("migrate", verbosity=0)
    company = create_company(
        name="Bench", email="agent@bench.example", password=secrets.token_hex(), key=COMPANY_KEY
    )
    for number in range(COLLEAGUES):
        create_agent(company=company, email=f"colleague{number}@bench.example", password=None)
    agent = company.agents.get(email="agent@bench.example")
    Agent.objects.filter(pk=agent.pk).update(status=Agent.Status.ONLINE, first_name="Ewa", last_name="Lis")
    return sign_in(agent)


def sign_in(agent: Agent) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def warm_visitors(count: int) -> list[str]:
    """Visitors who wrote a first message and were answered; their tokens."""
    company = Company.objects.get(key=COMPANY_KEY)
    agent = company.agents.get(email="agent@bench.example")
    tokens = []
    for number in range(count):
        token = issue_token(company.pk)
        visitor = Visitor.objects.create(
            company=company, token_hash=token_hash(company.pk, token), name=f"Anna {number}"
        )
        conversation, _ = start_conversation(
            company=company,
            channel=Channel.CHAT,
            customer_key=visitor.customer_key,
            customer_name=visitor.name,
            client_id=secrets.token_hex(8),
            text="Dzień dobry, czy ten model jest jeszcze dostępny?",
            page_url="https://shop.example/kettle",
        )
        answer_conversation(conversation=conversation, by=agent)
        tokens.append(token)
    return tokens


def teach_chatbot(question: str) -> None:
    """From now on the chatbot answers first, and knows an answer."""
    company = Company.objects.get(key=COMPANY_KEY)
    Company.objects.filter(pk=company.pk).update(bot_on=True)
    save_entry(company=company, entry=None, language="pl", answer="Zwykle dwa dni.", phrases=[question])


def ignore_waiting() -> None:
    """Nobody waits any more, so that the next offer finds the agent free."""
    agent = Agent.objects.get(email="agent@bench.example")
    for conversation in Conversation.objects.new():
        ignore_conversation(conversation=conversation, by=agent)
