"""A conversation, its timeline, the offers it went through, who takes part."""

import secrets
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Channel, Company, Group
from contacts.models import Contact

# Models of this room with a module of their own.
from conversations.attachment_models import Attachment as Attachment
from conversations.ending_models import Rating as Rating
from conversations.template_models import ReplyTemplate as ReplyTemplate


def make_public_id() -> str:
    return f"c-{secrets.token_hex(10)}"


class Literal(Value):
    """A constant of this file (never what came from outside) that stands in the statement itself. SQLite uses a partial
    index only where it can read the index's condition in the statement, and parameters it cannot read."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


class ConversationQuerySet(QuerySet["Conversation"]):
    def of(self, company_id: int) -> "ConversationQuerySet":
        return self.filter(company_id=company_id)

    def new(self) -> "ConversationQuerySet":
        """Waiting for somebody: the tab New."""
        return self.filter(status__in=[Literal(status) for status in Conversation.WAITING])

    def mine(self, agent: Agent) -> "ConversationQuerySet":
        """Active ones this agent takes part in: the tab Mine."""
        takes_part = Participant.objects.filter(conversation=OuterRef("pk"), agent=agent, left_at=None)
        return self.active().filter(Exists(takes_part))

    def active(self) -> "ConversationQuerySet":
        return self.open().filter(status=Literal(Conversation.Status.ACTIVE))

    def open(self) -> "ConversationQuerySet":
        """Waiting or active, whoever leads them."""
        return self.filter(status__in=[Literal(status) for status in Conversation.OPEN])

    def ended(self) -> "ConversationQuerySet":
        return self.exclude(status__in=Conversation.OPEN)

    def unanswered(self) -> "ConversationQuerySet":
        """The customer's last word has no reply, and nobody marked it *ignore* (IN1)."""
        return self.filter(waiting_since__isnull=False)


class Conversation(models.Model):
    """One communication with one customer on one channel."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        OFFERED = "offered", _("Offered")
        # A machine answers (docs/chatbot.md): nobody is asked, and nothing rings.
        BOT = "bot", _("With the chatbot")
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")
        IGNORED = "ignored", _("Ignored")

    WAITING: ClassVar = (Status.NEW, Status.OFFERED)
    OPEN: ClassVar = (Status.NEW, Status.OFFERED, Status.ACTIVE, Status.BOT)
    # Any agent may take it.
    FREE: ClassVar = (*WAITING, Status.BOT)
    # What may follow what. docs/routing.md draws it.
    MOVES: ClassVar = {
        Status.NEW: {Status.OFFERED, Status.ACTIVE, Status.CLOSED, Status.IGNORED},
        Status.OFFERED: {Status.NEW, Status.OFFERED, Status.ACTIVE, Status.CLOSED, Status.IGNORED},
        Status.BOT: {Status.NEW, Status.OFFERED, Status.ACTIVE, Status.CLOSED, Status.IGNORED},
        Status.ACTIVE: {Status.NEW, Status.OFFERED, Status.CLOSED, Status.IGNORED},
        Status.CLOSED: {Status.ACTIVE},
        Status.IGNORED: {Status.ACTIVE},
    }

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="conversations", verbose_name=_("company")
    )
    public_id = models.CharField(
        _("number"), max_length=40, unique=True, default=make_public_id, editable=False
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NEW)
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
        verbose_name=_("group"),
    )
    # Who leads it. Others who take part are Participants too.
    assignee = models.ForeignKey(
        Agent,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="led",
        verbose_name=_("led by"),
    )
    # Names the customer's side of a channel that talks back ("visitor.7"): their screens listen under it, and it has
    # one open conversation at most, so that two first messages at once make one.
    customer_key = models.CharField(max_length=80, blank=True, default="", editable=False)

    # The saved person behind it, once somebody linked them (IN4).
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
        verbose_name=_("contact"),
        # The index below begins with it.
        db_index=False,
    )
    customer_name = models.CharField(_("customer"), max_length=120, blank=True, default="")
    customer_email = models.EmailField(_("customer's e-mail"), blank=True, default="")
    customer_phone = models.CharField(_("customer's phone"), max_length=20, blank=True, default="")
    customer_language = models.CharField(_("customer's language"), max_length=2, blank=True, default="")
    # Where they are on the website.
    page_url = models.CharField(_("page"), max_length=2000, blank=True, default="")
    page_title = models.CharField(_("title of the page"), max_length=300, blank=True, default="")
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    # Left through the offline form: answers go by e-mail too (WI5).
    answer_by_email = models.BooleanField(_("answers also go by e-mail"), default=False)

    # The timeline's counters, moved only by conversations/timeline.py in the transaction that adds the entry.
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    # The last entry visitors may see, and the one before it: so that their client notices what it missed.
    public_seq = models.PositiveIntegerField(default=0, editable=False)
    previous_public_seq = models.PositiveIntegerField(default=0, editable=False)
    # The customer's last message: unread marks compare with it.
    customer_seq = models.PositiveIntegerField(default=0, editable=False)
    last_entry_at = models.DateTimeField(_("last entry"), null=True, blank=True, editable=False)
    preview = models.CharField(max_length=160, blank=True, default="", editable=False)
    preview_by = models.CharField(max_length=10, blank=True, default="", editable=False)
    # Up to here some agent had it on a screen: who has seen a message need not get an e-mail about it.
    opened_seq = models.PositiveIntegerField(default=0, editable=False)
    # Up to here an agent who had it before their eyes, and the customer, have read it; each side is shown the other's.
    agents_read_seq = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    customer_read_seq = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Since when the customer waits for a reply; empty when answered, closed or ignored.
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)

    # The round of offers it is in; each available agent is asked once a round (IN3).
    offer_round = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("started"), editable=False)
    # Moves with every change that lists show; a screen compares it to know whether it missed one.
    changed_at = models.DateTimeField(editable=False)
    first_reply_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    tags: "models.ManyToManyField[Tag, Tag]" = models.ManyToManyField(
        "Tag", related_name="conversations", blank=True, verbose_name=_("tags")
    )
    participants = models.ManyToManyField(Agent, through="Participant", related_name="conversations")

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "customer_key"],
                condition=Q(status__in=["new", "offered", "active", "bot"]) & ~Q(customer_key=""),
                name="one_open_conversation_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(status="active", assignee__isnull=False) | ~Q(status="active"),
                name="active_conversation_has_assignee",
            ),
        ]
        indexes = [
            # history, newest first, and its filters
            models.Index(fields=["company", "-last_entry_at", "-id"], name="conversation_history"),
            models.Index(
                fields=["company", "channel", "-last_entry_at", "-id"], name="conversation_by_channel"
            ),
            models.Index(fields=["company", "customer_key", "-id"], name="conversation_of_customer"),
            models.Index(fields=["contact", "-last_entry_at", "-id"], name="conversation_of_contact"),
            models.Index(
                fields=["company", "assignee", "-last_entry_at", "-id"], name="conversation_by_agent"
            ),
            # what a screen has missed
            models.Index(fields=["company", "-changed_at"], name="conversation_changed"),
            # the tab New and the offers that wait
            models.Index(
                fields=["company", "created_at"],
                condition=Q(status__in=["new", "offered"]),
                name="conversation_waiting",
            ),
            # the counter of unanswered communication
            models.Index(
                fields=["company", "waiting_since"],
                condition=Q(waiting_since__isnull=False),
                name="conversation_unanswered",
            ),
            # the tabs Mine and All, in their order: however long the past, what is open is found at once
            models.Index(
                fields=["company", "-last_entry_at", "-id"],
                condition=Q(status__in=["new", "offered", "active", "bot"]),
                name="conversation_open",
            ),
        ]

    def __str__(self) -> str:
        return self.customer or self.public_id

    @property
    def customer(self) -> str:
        """What the customer is called, as far as anything is known of them."""
        return self.customer_name or self.customer_email or self.customer_phone

    @property
    def short_number(self) -> str:
        """Tells nameless visitors apart."""
        return self.public_id[-4:].upper()

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_waiting(self) -> bool:
        return self.status in self.WAITING

    @property
    def is_free(self) -> bool:
        return self.status in self.FREE

    def may_become(self, status: str) -> bool:
        return status in self.MOVES[Conversation.Status(self.status)]


class Participant(models.Model):
    """An agent in a conversation, and how far they have read it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participations")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="participations")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    read_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="participant_once")]
        indexes = [
            models.Index(
                fields=["agent", "conversation"], condition=Q(left_at=None), name="participant_takes_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} in {self.conversation}"


class Entry(models.Model):
    """A line of a conversation's timeline. Never changed, never deleted by itself."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        NOTE = "note", _("Note")
        EVENT = "event", _("Event")

    class By(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")
        SYSTEM = "system", _("System")

    class Event(models.TextChoices):
        """What happened, for entries of kind event."""

        STARTED = "started", _("started")
        OFFERED = "offered", _("offered")
        OFFER_EXPIRED = "offer_expired", _("offer expired")
        OFFER_DECLINED = "offer_declined", _("offer declined")
        ANSWERED = "answered", _("answered")
        JOINED = "joined", _("joined")
        LEFT = "left", _("left")
        TRANSFERRED = "transferred", _("transferred")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        IGNORED = "ignored", _("ignored")
        TAGGED = "tagged", _("tagged")
        UNTAGGED = "untagged", _("untagged")
        CUSTOMER_DATA = "customer_data", _("customer data")
        RATED = "rated", _("rated")
        TRANSCRIPT = "transcript", _("transcript sent")
        LINKED = "linked", _("linked with a contact")
        UNLINKED = "unlinked", _("not linked any more")

    # Events that visitors are told of.
    PUBLIC_EVENTS: ClassVar = (
        Event.ANSWERED,
        Event.TRANSFERRED,
        Event.CLOSED,
        Event.REOPENED,
        Event.IGNORED,  # for them it is closed
    )

    # Foreign keys without indexes of their own, which every message would pay for: the unique constraints begin with
    # the conversation, and nobody looks for entries by company or agent.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Gapless in its conversation (rule 2).
    seq = models.PositiveIntegerField(_("number"))
    # The number of the entry before it that visitors may see; empty when they may not see this one.
    previous_public_seq = models.PositiveIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    by = models.CharField(max_length=10, choices=By)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # The author's name as it was, for entries of agents who are gone.
    author_name = models.CharField(_("author"), max_length=120, blank=True, default="")
    # The sender's own id (rule 1): sending again is harmless.
    client_id = models.CharField(max_length=64, null=True)
    text = models.TextField(_("text"), blank=True, default="")
    event = models.CharField(_("event"), max_length=20, choices=Event, blank=True, default="")
    data = models.JSONField(default=dict)
    # What search looks at: folded, with the company's own word in front (conversations/search.py).
    search_text = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="entry_seq_once"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="entry_client_id_once"),
        ]
        ordering = ["conversation", "seq"]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"

    @property
    def is_public(self) -> bool:
        """Whether the visitor may see it."""
        return self.previous_public_seq is not None


class Offer(models.Model):
    """A conversation is offered to an agent until `due_at` (IN2, IN3)."""

    class Outcome(models.TextChoices):
        OPEN = "", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")
        UNREACHABLE = "unreachable", _("unreachable")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="offers")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="offers", verbose_name=_("agent"))
    round = models.PositiveIntegerField(_("round"))
    offered_at = models.DateTimeField(_("offered"))
    due_at = models.DateTimeField(_("due"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True, default=Outcome.OPEN)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(outcome=""), name="one_open_offer"),
            models.UniqueConstraint(fields=["conversation", "agent", "round"], name="asked_once_a_round"),
        ]
        indexes = [models.Index(fields=["agent"], condition=Q(outcome=""), name="offer_open_of_agent")]

    def __str__(self) -> str:
        return f"{self.conversation_id} → {self.agent_id}"


class Tag(models.Model):
    """A word by which a company sorts its conversations."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint("company", Lower("name"), name="tag_name_once_per_company")]
        ordering = [F("name").asc()]

    def __str__(self) -> str:
        return self.name
