from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.companies import Company, Group
from agents.models.hours import WorksAt
from agents.models.words import Channel, Language, picture_address

# How long an agent stays online after the last sign of life of any device (ST3).
GRACE = timedelta(minutes=2)


class AgentQuerySet(QuerySet["Agent"]):
    def of(self, company_id: int) -> "AgentQuerySet":
        """The company's people, without those who were deleted."""
        return self.filter(company_id=company_id, deleted_at=None)

    def present(self) -> "AgentQuerySet":
        """Some device gave a sign of life within the grace."""
        recently = Device.objects.filter(agent=OuterRef("pk"), seen_at__gt=timezone.now() - GRACE)
        return self.filter(Exists(recently))

    def available(self, channel: str) -> "AgentQuerySet":
        """May be offered a conversation of this channel now: active, takes part, Online, present, and the company
        works (docs/hours.md)."""
        takes_part = AgentChannel.objects.filter(agent=OuterRef("pk"), channel=channel)
        return self.filter(
            Exists(takes_part),
            WorksAt(timezone.now()),
            is_active=True,
            takes_conversations=True,
            status=Agent.Status.ONLINE,
            company__is_suspended=False,
        ).present()

    def in_group(self, group_id: int | None) -> "AgentQuerySet":
        """Who counts for a widget or conversation narrowed to a group: its members and whoever is in no group (ST4).
        Without a group everybody counts."""
        if group_id is None:
            return self
        memberships = Agent.groups_of.through.objects.filter(agent=OuterRef("pk"))
        return self.filter(Q(Exists(memberships.filter(group_id=group_id))) | ~Q(Exists(memberships)))


class AgentManager(BaseUserManager["Agent"]):
    def get_queryset(self) -> AgentQuerySet:
        return AgentQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        agent = self.model(email=self.normalize_email(email).lower(), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """An operator of the installation: belongs to no company and uses the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Agent(AbstractBaseUser, PermissionsMixin):
    """A person with a login. Operators are agents without a company."""

    class Access(models.TextChoices):
        FULL = "full", _("Full access")
        LIMITED = "limited", _("Limited access")

    class Status(models.TextChoices):
        ONLINE = "online", _("Online")
        BREAK = "break", _("Break")
        OFFLINE = "offline", _("Offline")

    class Ringtone(models.TextChoices):
        LONG = "long", _("Long")
        SHORT = "short", _("Short")

    company = models.ForeignKey(
        Company,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="agents",
        verbose_name=_("company"),
    )
    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=60, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=60, blank=True, default="")
    position = models.CharField(_("position"), max_length=80, blank=True, default="")
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    # The name of a stored picture (agents/pictures.py).
    avatar = models.CharField(_("photo"), max_length=80, blank=True, default="", editable=False)
    access = models.CharField(_("access level"), max_length=10, choices=Access, default=Access.LIMITED)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True, default="")
    groups_of = models.ManyToManyField(
        Group, related_name="agents", blank=True, verbose_name=_("groups of agents")
    )

    # May sign in.
    is_active = models.BooleanField(_("may sign in"), default=True)
    # Conversations stay, under the name of who had them: the row does too (AG3).
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The active / inactive switch of the agents' list (AG5).
    takes_conversations = models.BooleanField(_("takes conversations"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False, help_text=_("May use this administration."))

    # How an offer rings (NO6).
    ringtone = models.CharField(_("ringtone"), max_length=5, choices=Ringtone, default=Ringtone.LONG)
    # Which mails about visitors come (NO1, NO3).
    mails_offline = models.BooleanField(_("e-mail about messages left while nobody was online"), default=True)
    mails_missed = models.BooleanField(_("e-mail about missed conversations"), default=True)

    # What the agent chose. Whether it holds now depends on presence too.
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OFFLINE)
    status_changed_at = models.DateTimeField(default=timezone.now)
    # Whether colleagues and widgets were last told that this agent is here; only for telling them once.
    shown_present = models.BooleanField(default=False, editable=False)
    # Idle longest, asked first: when the agent last took or left a conversation.
    engaged_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("created"), default=timezone.now)

    # typing: the manager's generic argument is AbstractBaseUser's
    objects: ClassVar[AgentManager] = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="agent_email_once"),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(is_staff=True), name="agent_has_company_or_is_operator"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email.partition("@")[0]

    @property
    def public_name(self) -> str:
        """What visitors are told: the first name only."""
        return self.first_name or self.name.partition(" ")[0]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    @property
    def avatar_address(self) -> str | None:
        return picture_address(self.avatar)

    @property
    def has_full_access(self) -> bool:
        return self.access == self.Access.FULL

    def get_short_name(self) -> str:
        return self.public_name

    def get_full_name(self) -> str:
        return self.name

    @property
    def presence(self) -> str:
        """The status that counts now: what was chosen while present, Offline otherwise."""
        return self.status if self.is_present() else self.Status.OFFLINE

    def is_present(self) -> bool:
        return self.devices.filter(seen_at__gt=timezone.now() - GRACE).exists()


class AgentChannel(models.Model):
    """An agent takes part in a channel (AG8)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="channels")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "channel"], name="agent_channel_once")]

    def __str__(self) -> str:
        return f"{self.agent} · {self.get_channel_display()}"


class Device(models.Model):
    """A lease (rule 5): an open tab of an agent, and when it last gave a sign of life by the server's clock."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="devices")
    # Made by the tab; the same over its reconnects.
    key = models.CharField(max_length=40)
    seen_at = models.DateTimeField()
    # A socket is open right now, as far as its process lived to tell.
    is_connected = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="device_once")]
        indexes = [models.Index(fields=["agent", "-seen_at"], name="device_agent_seen")]

    def __str__(self) -> str:
        return f"{self.agent} · {self.key}"


class PushSubscription(models.Model):
    """A browser that wants to be told of offers when no tab is open (NO5), as its push service named it."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    # The browser's public key and shared secret, as it gave them.
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    # Who signs out is not told in this browser any more, however the session ends.
    session = models.ForeignKey("contactcenter.Session", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.agent} · {self.endpoint[:40]}"
