"""Fills the demo company through the same actions that people use, and then sets the clock of what was said back."""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from agents.actions import create_agent, create_company
from agents.models import Agent, Channel, Company, Group
from agents.pictures import change_avatar, change_logo, make_avatar, make_logo
from chat.identity import renew_secret
from chat.models import WidgetSighting
from chat.triggers import save_trigger
from contacts.models import Contact
from conversations import actions, timeline
from conversations.linking import link_conversation
from conversations.models import Conversation, Entry, Participant
from conversations.tagging import tag_conversation
from simulator.demo_contacts import UNLINKED, make_contacts
from simulator.demo_faq import teach_chatbot
from simulator.demo_files import store_demo_files
from simulator.demo_pictures import draw_face, draw_logo
from simulator.demo_tasks import make_tasks
from simulator.demo_templates import make_templates
from simulator.stories import CUSTOMERS, KNOWS, OPEN_STORIES, STORIES, Story

PASSWORD = "demo-password"  # noqa: S105 - the demo's, printed at every start
PAST_CONVERSATIONS = 60
# What the shop's chat says to who looks around for a while.
TRIGGERS = {
    "pl": "Dzień dobry! Podpowiem serię, kolor szkliwa albo termin dostawy. W czym mogę pomóc?",
    "en": "Hello! I can help with a series, a glaze or a delivery date. What are you looking for?",
}


@transaction.atomic
def fill_demo_company() -> Company:
    """The company `demo`: three agents, two groups, sixty past conversations and five open ones."""
    company = create_company(
        name="Garniec",
        email="adam@demo.example",
        password=PASSWORD,
        key="demo",
        website="https://garniec.example",
        widget_colour="#0b6e4f",
        legal_name="Garniec Sp. z o.o.",
        tax_number="1234563218",
        street="Garncarska",
        building="12A",
        postal_code="31-115",
        city="Kraków",
    )
    agents = _people(company)
    change_logo(company=company, content=make_logo(draw_logo()))
    make_templates(company, agents[0])
    teach_chatbot(company)
    Company.objects.filter(pk=company.pk).update(ask_for_data=True)
    renew_secret(company=company)
    for language, text in TRIGGERS.items():
        save_trigger(company=company, language=language, text=text, delay=40)
    # Its website is nowhere but in the story; there visitors have met the widget.
    WidgetSighting.objects.create(
        company=company, origin=company.website, is_website=True, seen_at=timezone.now()
    )
    contacts = make_contacts(company, agents[0])
    store_demo_files(company, agents[0], agents[1])
    dice = random.Random(7)  # noqa: S311 - the same demo every time
    now = timezone.now()
    for number in range(PAST_CONVERSATIONS):
        story = STORIES[number % len(STORIES)]
        name, email = CUSTOMERS[number % len(CUSTOMERS)]
        hours = 20 + number * 11 + dice.randrange(6)
        began_at = (now - timedelta(hours=hours)).replace(minute=dice.randrange(60))
        agent = dice.choice(agents)
        conversation = _tell(company, story, agent, name, email)
        _link(conversation, contacts, agent)
        actions.close_conversation(conversation=conversation, by=agent)
        _set_back(conversation, story, began_at)
    for who, name, story in OPEN_STORIES:
        leader = next((agent for agent in agents if agent.email == who), None)
        conversation = _tell(company, story, leader, name, "")
        _link(conversation, contacts, leader)
        _set_back(conversation, story, now - timedelta(minutes=story.lines[-1][0] + dice.randrange(2, 12)))
    make_tasks(company, agents)
    Agent.objects.filter(company=company).update(engaged_at=None)
    return company


def _people(company: Company) -> list[Agent]:
    service = Group.objects.create(company=company, name="Obsługa klienta")
    wholesale = Group.objects.create(company=company, name="Zamówienia hurtowe")
    adam = company.agents.get()
    adam.first_name, adam.last_name, adam.position = "Adam", "Kowalski", "Właściciel"
    adam.description = KNOWS["adam"]
    adam.save()
    ewa = create_agent(
        company=company,
        email="ewa@demo.example",
        password=PASSWORD,
        groups=[service, wholesale],
        first_name="Ewa",
        last_name="Lis",
        position="Obsługa klienta",
        description=KNOWS["ewa"],
    )
    jan = create_agent(
        company=company,
        email="jan@demo.example",
        password=PASSWORD,
        groups=[service],
        first_name="Jan",
        last_name="Nowak",
        position="Obsługa klienta",
        description=KNOWS["jan"],
    )
    people = {"adam": adam, "ewa": ewa, "jan": jan}
    return [change_avatar(agent=agent, content=make_avatar(draw_face(who))) for who, agent in people.items()]


def _tell(company: Company, story: Story, agent: Agent | None, name: str, email: str) -> Conversation:
    """Let the story happen now."""
    (_, _, first), *lines = story.lines
    conversation, _ = actions.start_conversation(
        company=company,
        channel=Channel.CHAT,
        client_id="demo-line-0",
        text=first,
        customer_name=name,
        customer_email=email,
        customer_language=story.language,
        page_url=story.page[0],
        page_title=story.page[1],
    )
    for number, (_, who, text) in enumerate(lines, start=1):
        client_id = f"demo-line-{number}"
        if who == "c" or agent is None:
            timeline.add_customer_message(conversation_id=conversation.pk, client_id=client_id, text=text)
        elif who == "n":
            actions.write_note(conversation=conversation, by=agent, client_id=client_id, text=text)
        else:
            actions.send_reply(conversation=conversation, by=agent, client_id=client_id, text=text)
            conversation.refresh_from_db()
    for tag in story.tags:
        if agent is not None:
            tag_conversation(conversation=conversation, by=agent, name=tag)
    return conversation


def _link(conversation: Conversation, contacts: dict[str, Contact], agent: Agent | None) -> None:
    contact = contacts.get(conversation.customer_name)
    if contact and agent and contact.name not in UNLINKED:
        link_conversation(conversation=conversation, contact=contact, by=agent)


def _set_back(conversation: Conversation, story: Story, began_at: datetime) -> None:
    """Move what was said to the time of the story: lines by their minutes, events with the line before them."""
    conversation.refresh_from_db()
    at = began_at
    for entry in Entry.objects.filter(conversation=conversation).order_by("seq"):
        if entry.client_id:
            at = began_at + timedelta(minutes=story.lines[int(entry.client_id.rpartition("-")[2])][0])
        else:
            at += timedelta(seconds=4)
        Entry.objects.filter(pk=entry.pk).update(created_at=at)
    last = Entry.objects.filter(conversation=conversation).exclude(kind=Entry.Kind.EVENT).order_by("-seq")[0]
    last.refresh_from_db()
    replies = Entry.objects.filter(
        conversation=conversation, by=Entry.By.AGENT, kind=Entry.Kind.MESSAGE
    ).order_by("seq")
    first_reply = replies.first()
    Conversation.objects.filter(pk=conversation.pk).update(
        created_at=began_at,
        changed_at=at,
        last_entry_at=last.created_at,
        first_reply_at=first_reply and first_reply.created_at,
        closed_at=at if conversation.closed_at else None,
        waiting_since=last.created_at if conversation.waiting_since else None,
    )
    unread = conversation.is_open and last.by == Entry.By.CUSTOMER
    Participant.objects.filter(conversation=conversation).update(
        joined_at=began_at, read_seq=last.seq - 1 if unread else conversation.last_seq
    )
