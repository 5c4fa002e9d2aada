from urllib.parse import SplitResult, urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Company, Group

# Models of this room with a module of their own.
from chat.faq.models import BotQuestion as BotQuestion
from chat.faq.models import FaqEntry as FaqEntry
from chat.faq.models import FaqPhrase as FaqPhrase
from chat.identity_models import IdentityKey as IdentityKey
from chat.identity_models import Introduction as Introduction
from chat.installation_models import WebsiteCheck as WebsiteCheck
from chat.installation_models import WidgetSighting as WidgetSighting
from chat.trigger_models import Trigger as Trigger
from contactcenter.realtime import one_visitor
from conversations.models import Conversation


class Visitor(models.Model):
    """A browser that wrote to a company. Known by its token, of which only a hash is kept."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="visitors")
    token_hash = models.CharField(max_length=64, unique=True)
    # What they said of themselves; nobody checked it.
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")

    def __str__(self) -> str:
        return self.name or self.email or f"#{self.pk}"

    @property
    def customer_key(self) -> str:
        """The visitor's side of their conversations, and the group their panels listen to."""
        return one_visitor(self.pk)


class VisitedPage(models.Model):
    """A page that the visitor looked at during the conversation, or shortly before it (WI10). The newest are kept."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="visited_pages")
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=300, blank=True, default="")
    # Where they had come from, as their browser says.
    referrer = models.CharField(max_length=2000, blank=True, default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def path(self) -> str:
        """The address without the website's name, as it is read in a list."""
        address = _parts(self.url)
        return (address.path or "/") + (f"?{address.query}" if address.query else "")

    @property
    def site_before(self) -> str:
        """The website they had come from, when it was another one."""
        before = _parts(self.referrer).netloc
        return "" if before == _parts(self.url).netloc else before


def _parts(address: str) -> SplitResult:
    """Nobody checked what browsers say: an address that is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


class Notice(models.Model):
    """What the e-mails about a conversation remember (docs/notices.md). One for each conversation in the chat."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="notice"
    )
    # From when on what the visitor writes found the widget online: it can be missed (NO3). Empty: it never was.
    online_since = models.DateTimeField(null=True)
    # A lease (docs/presence.md): the last sign of life of a visitor who waits for somebody to join.
    seen_at = models.DateTimeField(null=True)
    # Since when the visitor has been writing with nobody there to read it; empty: no e-mail about that is due (NO1).
    offline_since = models.DateTimeField(null=True)
    # Up to here the agents have been written to.
    told_seq = models.PositiveIntegerField(default=0)
    # What the company's default address has got already, from the offline form (WI5).
    form_seqs = models.JSONField(default=list)

    class Meta:
        indexes = [
            # which companies have an e-mail due
            models.Index(
                fields=["conversation"],
                condition=Q(offline_since__isnull=False),
                name="notice_offline_mail_due",
            )
        ]

    def __str__(self) -> str:
        return str(self.conversation)


class OnlineMoment(models.Model):
    """A widget was told to be online while an e-mail was due because it had been offline (NO2)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    # None: the widget of the whole company.
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company", "at"], name="online_moment")]

    def __str__(self) -> str:
        return f"{self.company} {self.at:%H:%M:%S}"
