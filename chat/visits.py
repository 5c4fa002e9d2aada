"""A visitor's connection to their conversation, the same over WebSocket and plain HTTP (docs/widget-protocol.md).

A `Visit` begins with `hello` and carries out commands; it knows nothing of how frames travel. Functions here block on
the database: sockets call them on the database threads.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.availability import widget_availability
from agents.models import Channel, Company, Group, Language
from chat import bot, notices
from chat.busy import promise_to_say_busy
from chat.cleaning import clean_client_id, clean_text
from chat.details import NO_WISHES, Wishes, are_known
from chat.identity import Introduced, introduced, keep_introduction, stand_for
from chat.limits import CONVERSATIONS, address_limit, too_much
from chat.models import Visitor
from chat.tokens import BadToken, issue_token, token_hash
from chat.trail import Trail, keep_first
from chat.triggers import said_before
from contactcenter.events import VisitorTyping, publish_rollback_unsafe
from contactcenter.frames import UNAVAILABLE, ProtocolError
from contactcenter.realtime import company_agents
from conversations import timeline
from conversations.actions import start_conversation
from conversations.attention import mark_read_by_customer
from conversations.models import Conversation, Entry
from conversations.standing import as_customer_sees, customers_word
from conversations.timeline import ConversationEnded, Stored, iso

SHOWN_AFTER_END = timedelta(hours=24)
# How often others (tabs, agents who close) may be quicker before the visitor's client has to try again itself.
MOST_LOOKS = 10

# What beside its text a message says that came of a button of the chatbot.
Pressed = dict[str, Any] | None


@dataclass
class Visit:
    """Who is there, and where they stand."""

    company_id: int
    # What the company asks of its visitors, when this connection began (WI4).
    wishes: Wishes = NO_WISHES
    user_agent: str = ""
    # Of the Internet (contactcenter.addresses.counted_address), or nothing.
    address: str = ""
    token_hash: str = ""
    customer_key: str = ""
    name: str = ""
    email: str = ""
    conversation_id: int | None = None
    public_id: str = ""
    # There are conversations before that one, in which a message that is sent again may be stored.
    has_earlier: bool = False
    # It began with the chatbot; whether it still is, the row says. No conversation comes to the chatbot later.
    with_bot: bool = False
    # What the page says of them, and whether that is proven (WI11).
    introduced: Introduced = field(default_factory=Introduced)
    group_id: int | None = None
    language: str = ""
    # Where they are, and what they looked at before.
    trail: Trail = field(default_factory=Trail)
    # What the visitor was last told of the widget.
    is_online: bool = False
    # The trigger that the visitor's last message answers, as their client says.
    trigger: object = None
    # Nobody has joined the conversation as yet; and when this connection last wrote down that its visitor is here.
    waits: bool = False
    renewed_at: datetime | None = None

    # --- hello

    def hello(self, data: dict[str, Any]) -> dict[str, Any]:
        """Find out who says hello; the data of `welcome`. Raises ProtocolError("bad_token")."""
        token = data.get("token")
        if token is None:
            token = issue_token(self.company_id)
        try:
            self.token_hash = token_hash(self.company_id, token)
        except BadToken:
            raise ProtocolError("bad_token", "This token is not valid here; say hello without one.") from None
        self._note_facts(data)
        self.introduced = introduced(self.company_id, data)
        self.token_hash = stand_for(self.company_id, self.token_hash, self.introduced)
        visitor = Visitor.objects.filter(company_id=self.company_id, token_hash=self.token_hash).first()
        if visitor is not None:
            self._is(visitor)
        conversation = self._latest_conversation()
        entries: list[dict[str, Any]] = []
        if conversation is not None:
            self._stand_in(conversation)
            others = Conversation.objects.filter(company_id=self.company_id, customer_key=self.customer_key)
            self.has_earlier = others.exclude(pk=conversation.pk).exists()
            entries = self._entries(conversation, data.get("after"))
            if conversation.is_open:
                keep_introduction(conversation.pk, self.introduced)
            is_first = data.get("after") is None
            self.trail.arrive(conversation, for_the_first_time=is_first, who=self.token_hash)
        self._note_sign_of_life(conversation)
        return {
            "token": token,
            "availability": self._availability(),
            "details": self.details(),
            "conversation": conversation and asdict(as_customer_sees(conversation)),
            "entries": entries,
        }

    def _note_facts(self, data: dict[str, Any]) -> None:
        language = data.get("lang")
        self.language = language if language in Language.values else ""
        group_id = data.get("group")
        if isinstance(group_id, int) and not isinstance(group_id, bool) and 0 < group_id < 2**63:
            known = Group.objects.filter(company_id=self.company_id, pk=group_id).exists()
            self.group_id = group_id if known else None
        self.trail.note_all(data.get("trail"), data.get("page"))

    def go_to(self, page: object) -> None:
        """The visitor went to another page (WI10)."""
        company, conversation = self.company_id, self.conversation_id
        self.trail.go_to(page, company_id=company, conversation_id=conversation, who=self.token_hash)

    def _is(self, visitor: Visitor) -> None:
        self.customer_key, self.name, self.email = visitor.customer_key, visitor.name, visitor.email

    def details(self) -> dict[str, Any]:
        """What the visitor has said of themselves, and what is still to be asked of them."""
        unknown = not are_known(self.name, self.email, self.introduced)
        return {
            "name": self.name,
            "email": self.email,
            # Whoever left an address, as in the offline form, can be answered: they are not bothered with questions.
            "ask": self.wishes.ask and unknown and not self.email,
            "required": self.wishes.force and unknown,
        }

    def become_visitor(self) -> Visitor:
        """The row of who is there, made when they say their first word."""
        visitor, _ = Visitor.objects.get_or_create(company_id=self.company_id, token_hash=self.token_hash)
        self._is(visitor)
        return visitor

    def _latest_conversation(self) -> Conversation | None:
        if not self.customer_key:
            return None
        conversation = (
            Conversation.objects.filter(company_id=self.company_id, customer_key=self.customer_key)
            .select_related("assignee")
            .order_by("-id")
            .first()
        )
        if conversation is None or conversation.is_open:
            return conversation
        ended_at = conversation.closed_at or conversation.changed_at
        return conversation if ended_at > timezone.now() - SHOWN_AFTER_END else None

    def _availability(self) -> dict[str, Any]:
        availability = widget_availability(self.company_id, self.group_id)
        self.is_online = availability["online"]
        return availability

    def _note_sign_of_life(self, conversation: Conversation | None) -> None:
        """Of a visitor who waits for somebody (chat/notices.py). Nobody asks about the others."""
        self.waits = conversation is not None and conversation.is_waiting
        now = timezone.now()
        if conversation is None or not self.waits:
            return
        if self.renewed_at is None or now - self.renewed_at >= notices.RENEWED_EVERY:
            self.renewed_at = now
            if notices.needs_renewal(conversation.pk):
                notices.renew_lease(conversation_id=conversation.pk)

    def leave(self, silent_for: timedelta) -> None:
        """The connection is gone."""
        if self.waits and self.conversation_id is not None:
            notices.release_lease(conversation_id=self.conversation_id, at=timezone.now() - silent_for)

    def _stand_in(self, conversation: Conversation) -> None:
        if self.conversation_id not in {None, conversation.pk}:
            self.has_earlier = True
        self.conversation_id, self.public_id = conversation.pk, conversation.public_id
        self.with_bot = conversation.status == Conversation.Status.BOT

    # --- commands

    def sync(self, data: dict[str, Any]) -> dict[str, Any]:
        """All that the client does not have; the data of `entries`."""
        availability = self._availability()
        conversation = self._latest_conversation()
        self._note_sign_of_life(conversation)
        if conversation is None:
            return {"availability": availability, "conversation": None, "entries": []}
        self._stand_in(conversation)
        return {
            "availability": availability,
            "conversation": asdict(as_customer_sees(conversation)),
            "entries": self._entries(conversation, data),
        }

    def _entries(self, conversation: Conversation, stand: object) -> list[dict[str, Any]]:
        after = 0
        if isinstance(stand, dict) and stand.get("conversation") == conversation.public_id:
            seq = stand.get("seq")
            after = seq if isinstance(seq, int) and 0 <= seq < 2**31 else 0
        return [asdict(entry) for entry in timeline.entries_for_visitor(conversation, after)]

    def is_behind(self, data: dict[str, Any]) -> bool:
        """Whether the client, which stands where `data` says, has missed something."""
        latest = self._latest_conversation()
        self._note_sign_of_life(latest)
        if latest is None:
            return bool(data.get("conversation"))
        status, read = customers_word(latest), min(latest.agents_read_seq, latest.public_seq)
        stands = data.get("conversation"), data.get("seq"), data.get("status", status), data.get("read", read)
        return stands != (latest.public_id, latest.public_seq, status, read)

    def note_read(self, data: dict[str, Any]) -> None:
        """The visitor has this before their eyes, up to an entry."""
        seq = data.get("seq")
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < 2**31:
            return
        if self.conversation_id is not None and data.get("conversation") == self.public_id:
            mark_read_by_customer(conversation_id=self.conversation_id, seq=seq)

    def receive(self, data: dict[str, Any]) -> dict[str, Any]:
        """The visitor's message is stored; the data of `message.stored`. Raises ProtocolError."""
        client_id, text = clean_client_id(data.get("id")), clean_text(data.get("text"))
        self.trigger = data.get("trigger")
        return self._received(client_id, self._store(client_id, text))

    def choose(self, data: dict[str, Any]) -> dict[str, Any]:
        """The visitor pressed one of the chatbot's suggestions: that is a message too."""
        client_id, suggestion = clean_client_id(data.get("id")), data.get("suggestion")
        text = bot.choice_text(self.company_id, suggestion)
        if text is None:
            raise ProtocolError("unknown_suggestion", "There is no such suggestion any more.")
        return self._received(client_id, self._store(client_id, text, {"choice": suggestion}))

    def ask_for_people(self, data: dict[str, Any]) -> dict[str, Any]:
        """The visitor wants no chatbot: that is a message too."""
        client_id = clean_client_id(data.get("id"))
        language = self.language or Company.objects.values_list("language", flat=True).get(pk=self.company_id)
        return self._received(client_id, self._store(client_id, bot.people_text(language), {"people": True}))

    def receive_file(self, client_id: str, file: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """A stored file becomes a message; the data of `message.stored`, and whether it was new."""
        stored = self._store(client_id, file["name"], {"file": file})
        return self._received(client_id, stored), stored.is_new

    def received_before(self, client_id: str) -> dict[str, Any] | None:
        """The data of `message.stored`, when the visitor's message of this id was stored already."""
        if not self.customer_key:
            return None
        mine = Conversation.objects.filter(company_id=self.company_id, customer_key=self.customer_key)
        entry = Entry.objects.filter(conversation__in=mine, client_id=client_id).first()
        if entry is None:
            return None
        stored = Stored(entry.seq, entry.previous_public_seq, entry.created_at, is_new=False)
        return self._received(client_id, self._moved_to(entry.conversation, stored))

    def _received(self, client_id: str, stored: Stored) -> dict[str, Any]:
        return {
            "id": client_id,
            "conversation": self.public_id,
            "seq": stored.seq,
            "prev": stored.prev,
            "at": iso(stored.at),
        }

    def _store(self, client_id: str, text: str, pressed: Pressed = None) -> Stored:
        if self.conversation_id is not None and not self.has_earlier:
            try:
                return self._add(self.conversation_id, client_id, text, pressed)
            except ConversationEnded:
                pass
        return self.store_anew(client_id, text, pressed)

    def _add(self, conversation_id: int, client_id: str, text: str, pressed: Pressed) -> Stored:
        """While the widget is online this is the hot path of the product: nothing else happens here."""
        if self.with_bot:
            return self._ask_bot(conversation_id, client_id, text, pressed)
        if self.is_online:
            return timeline.add_customer_message(
                conversation_id=conversation_id, client_id=client_id, text=text, name=self.name, data=pressed
            )
        with transaction.atomic():
            stored = timeline.add_customer_message(
                conversation_id=conversation_id, client_id=client_id, text=text, name=self.name, data=pressed
            )
            if stored.is_new:
                notices.message_came(conversation_id=conversation_id, at=stored.at)
        return stored

    def _ask_bot(self, conversation_id: int, client_id: str, text: str, pressed: Pressed) -> Stored:
        with transaction.atomic():
            stored = timeline.add_customer_message(
                conversation_id=conversation_id, client_id=client_id, text=text, name=self.name, data=pressed
            )
            # The message has locked the row: nobody hands over in between.
            with_bot = Conversation.objects.filter(
                pk=conversation_id, status=Conversation.Status.BOT
            ).exists()
            if stored.is_new and with_bot:
                bot.promise_to_answer(conversation_id)
            elif stored.is_new and not self.is_online:
                notices.message_came(conversation_id=conversation_id, at=stored.at)
        self.with_bot = with_bot
        return stored

    def store_anew(self, client_id: str, text: str, pressed: Pressed = None, **facts: Any) -> Stored:
        """Into the open conversation that another tab began, or into a new one; unless it was stored long ago, in one
        that has ended since."""
        self.become_visitor()
        for _ in range(MOST_LOOKS):
            conversations = Conversation.objects.filter(
                company_id=self.company_id, customer_key=self.customer_key
            )
            before = Entry.objects.filter(conversation__in=conversations, client_id=client_id).first()
            if before is not None:
                stored = Stored(before.seq, before.previous_public_seq, before.created_at, is_new=False)
                return self._moved_to(before.conversation, stored)
            current = conversations.filter(status__in=Conversation.OPEN).first()
            try:
                if current is None:
                    return self._moved_to(*self._start(client_id, text, pressed, **facts))
                self.with_bot = current.status == Conversation.Status.BOT
                return self._moved_to(current, self._add(current.pk, client_id, text, pressed))
            except (IntegrityError, ConversationEnded):
                continue  # somebody was quicker: look again
        raise UNAVAILABLE

    def _start(
        self, client_id: str, text: str, pressed: Pressed, **facts: Any
    ) -> tuple[Conversation, Stored]:
        company = Company.objects.get(pk=self.company_id)
        visitor = self.become_visitor()
        # Whoever leaves a message says in its form what there is to say.
        is_letter = "answer_by_email" in facts
        if company.force_data and not is_letter and not are_known(self.name, self.email, self.introduced):
            raise ProtocolError("details_needed", "Name and e-mail come before the first message.")
        if self.address and (wait := address_limit(CONVERSATIONS, self.address)):
            raise too_much(wait)
        known = {
            "customer_name": visitor.name or self.introduced.proven_name,
            "customer_email": visitor.email or self.introduced.proven_email,
            "customer_language": self.language,
            "page_url": self.trail.url,
            "page_title": self.trail.title,
            "user_agent": self.user_agent,
        }
        # Whoever leaves their address wants an answer by e-mail.
        with_bot = not is_letter and bot.begins_with_bot(company, self.language)
        if with_bot:
            facts["status"] = Conversation.Status.BOT
        with transaction.atomic():
            online = self._availability()["online"]
            conversation, stored = start_conversation(
                company=company,
                channel=Channel.CHAT,
                customer_key=self.customer_key,
                group=Group.objects.filter(pk=self.group_id).first() if self.group_id else None,
                client_id=client_id,
                text=text,
                data=pressed,
                said_before=said_before(company, self.trigger),
                **(known | facts),
            )
            keep_first(conversation, self.trail.unkept)
            keep_introduction(conversation.pk, self.introduced)
            if with_bot:
                bot.promise_to_answer(conversation.pk)
            else:
                promise_to_say_busy(company=company, conversation=conversation, online=online)
                notices.conversation_began(conversation=conversation, at=stored.at, online=online)
        self.waits, self.renewed_at, self.trail.unkept = not with_bot, stored.at, []
        return conversation, stored

    def _moved_to(self, conversation: Conversation, stored: Stored) -> Stored:
        self._stand_in(conversation)
        return stored

    def keep_details(self, name: str, email: str) -> None:
        """What the visitor says of themselves."""
        Visitor.objects.filter(company_id=self.company_id, token_hash=self.token_hash).update(
            name=name, email=email
        )
        self.name, self.email = name, email

    def tell_typing(self, on: bool) -> None:
        if self.conversation_id is not None:
            publish_rollback_unsafe(
                VisitorTyping(conversation=self.conversation_id, name=self.name, on=on),
                company_agents(self.company_id),
            )
