"""E-mails to agents about visitors whom nobody answered (NO1 to NO3). docs/notices.md lists every condition.

A message that is written while the widget is offline makes a promise for two minutes later; a conversation that begins
online makes one for when its visitor will have left. Both are kept by looking again: what has become of it since then?
Keepers lock the conversation first, as answering and closing do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agents.availability import widget_availability
from agents.models import Company, Plan
from chat.letters import post_missed_mails, post_offline_mails
from chat.models import Notice, OnlineMoment
from contactcenter.promises import keeps, make_promise
from conversations.models import Conversation, Entry

# So long the agents have to come back or to open the conversation before they are written to.
OFFLINE_DELAY = timedelta(minutes=2)
# A visitor of whom nothing was heard for so long has left the site. Browsers let a page in the background speak once a
# minute, and of what was heard the last RENEWED_EVERY may not be written down.
LEFT_AFTER = timedelta(seconds=90)
# A visitor's signs of life are written down so often: less than the time between two pings of a closed panel.
RENEWED_EVERY = timedelta(seconds=25)
# An e-mail that says that nobody was online goes before one that says that the visitor has left.
AFTER_THE_OTHER = timedelta(seconds=5)
MOMENTS_KEPT = timedelta(days=1)


def _is_online(conversation: Conversation) -> bool:
    online: bool = widget_availability(conversation.company_id, conversation.group_id)["online"]
    return online


# --- what happens: called in the transaction in which it does ---------------------------------------------------


def conversation_began(*, conversation: Conversation, at: datetime, online: bool) -> None:
    """The first message was stored, and found the widget online or not."""
    notice = Notice.objects.create(
        conversation=conversation, online_since=at if online else None, seen_at=at if online else None
    )
    if online:
        _expect_leaving(conversation.pk, at)
    else:
        _expect_nobody(notice, at)


def message_came(*, conversation_id: int, at: datetime) -> None:
    """A further message was stored, and the visitor was shown that nobody is there."""
    conversation = Conversation.objects.get(pk=conversation_id)
    if _is_online(conversation):
        return
    notice = _notice_of(conversation_id, at)
    if notice.offline_since is None or _was_online(conversation, notice.offline_since):
        # The first, or the first after somebody came and went: it has two minutes of its own.
        _expect_nobody(notice, at)


def _notice_of(conversation_id: int, at: datetime) -> Notice:
    """The conversation's notice; a new one for what the chatbot kept to itself until now."""
    notice, _ = Notice.objects.get_or_create(conversation_id=conversation_id, defaults={"online_since": at})
    return notice


def form_was_mailed(*, conversation_id: int, seq: int) -> None:
    """What stands under this number went to the company's default address at once."""
    notice = _notice_of(conversation_id, timezone.now())
    notice.form_seqs = [*(known for known in notice.form_seqs if known > notice.told_seq), seq]
    notice.save(update_fields=["form_seqs"])


@transaction.atomic
def renew_lease(*, conversation_id: int) -> None:
    """A sign of life of the visitor who waits in this conversation. Whoever calls sees to it that it is a rare one."""
    now = timezone.now()
    if _missable(conversation_id).update(seen_at=now):
        _expect_leaving(conversation_id, now)


@transaction.atomic
def release_lease(*, conversation_id: int, at: datetime) -> None:
    """A visitor's page was closed; perhaps not their last. The promise finds out."""
    if _missable(conversation_id).filter(Q(seen_at=None) | Q(seen_at__lt=at)).update(seen_at=at):
        _expect_leaving(conversation_id, at)


def needs_renewal(conversation_id: int) -> bool:
    """Whether the conversation's lease counts, and was not renewed lately on another connection."""
    long_ago = Q(seen_at=None) | Q(seen_at__lte=timezone.now() - RENEWED_EVERY)
    return _missable(conversation_id).filter(long_ago).exists()


def _missable(conversation_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(conversation=conversation_id, online_since__isnull=False)


def remember_online(company: Company, online: Sequence[int | None]) -> None:
    """Registered with agents.availability: somebody was there, even if they go again at once. What is written from now
    on in conversations that began with nobody there can be missed."""
    if not online:
        return
    now = timezone.now()
    groups = [group_id for group_id in online if group_id is not None]
    found = Q(group__in=groups) | (Q(group=None) if None in online else Q())
    waiting = Conversation.objects.of(company.pk).new().filter(found)
    Notice.objects.filter(online_since=None, conversation__in=waiting).update(online_since=now)
    if _due_offline_mails().filter(conversation__company=company).exists():
        OnlineMoment.objects.bulk_create(
            OnlineMoment(company=company, group_id=group_id, at=now) for group_id in online
        )


def _due_offline_mails() -> QuerySet[Notice]:
    return Notice.objects.filter(offline_since__isnull=False)


def _expect_nobody(notice: Notice, since: datetime) -> None:
    notice.offline_since = since
    notice.save(update_fields=["offline_since"])
    _promise("chat.offline_mail", notice.conversation_id, since + OFFLINE_DELAY)


def _expect_leaving(conversation_id: int, last_sign: datetime) -> None:
    _promise("chat.left", conversation_id, last_sign + LEFT_AFTER)


def _promise(kind: str, conversation_id: int, due_at: datetime) -> None:
    make_promise(kind, key=str(conversation_id), due_at=due_at, conversation_id=conversation_id)


def _locked(conversation_id: int) -> Conversation | None:
    return (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company", "group")
        .filter(pk=conversation_id)
        .first()
    )


def _written_by_visitor(conversation: Conversation, after: int) -> list[Entry]:
    entries = Entry.objects.filter(conversation=conversation, seq__gt=after)
    return list(entries.filter(kind=Entry.Kind.MESSAGE, by=Entry.By.CUSTOMER).order_by("seq"))


# --- the offline message (NO1, NO2) ------------------------------------------------------------------------------


@keeps("chat.offline_mail")
def send_offline_mail_if_nobody_came(*, conversation_id: int) -> None:
    """Two minutes ago somebody wrote and nobody was there. Has anybody come, or opened it, since then?"""
    conversation = _locked(conversation_id)
    notice = Notice.objects.filter(conversation=conversation_id).first()
    if conversation is None or notice is None or notice.offline_since is None:
        return
    since = notice.offline_since
    unseen = _unseen(conversation, notice)
    fresh = [entry for entry in unseen if entry.created_at >= since]
    somebody_came = _was_online(conversation, since) or _is_online(conversation)
    if not fresh or not conversation.is_open or conversation.company.is_suspended or somebody_came:
        notice.offline_since = None
    elif fresh[0].created_at > since:
        # Somebody opened it, and then the visitor wrote more: that has two minutes of its own.
        _expect_nobody(notice, fresh[0].created_at)
    else:
        notice.offline_since = None
        if post_offline_mails(conversation, unseen, known_to_default_address=set(notice.form_seqs)):
            notice.told_seq = unseen[-1].seq
    notice.save(update_fields=["offline_since", "told_seq"])
    OnlineMoment.objects.filter(company=conversation.company, at__lt=timezone.now() - MOMENTS_KEPT).delete()


def _unseen(conversation: Conversation, notice: Notice) -> list[Entry]:
    """What the visitor wrote that no e-mail told, no agent opened and no answer followed."""
    answers = Entry.objects.filter(conversation=conversation, kind=Entry.Kind.MESSAGE, by=Entry.By.AGENT)
    answered = answers.order_by("-seq").values_list("seq", flat=True).first() or 0
    return _written_by_visitor(conversation, max(answered, conversation.opened_seq, notice.told_seq))


def _was_online(conversation: Conversation, since: datetime) -> bool:
    """Whether the conversation's widget was told to be online in the two minutes that began then."""
    moments = OnlineMoment.objects.filter(company=conversation.company_id, group=conversation.group_id)
    return moments.filter(at__gte=since, at__lte=since + OFFLINE_DELAY).exists()


# --- the missed conversation (NO3) --------------------------------------------------------------------------------


@keeps("chat.left")
def send_missed_mail_if_left(*, conversation_id: int) -> None:
    """The visitor may have left by now. Did anybody join before?"""
    conversation = _locked(conversation_id)
    notice = _missable(conversation_id).first()
    since = notice.online_since if notice else None
    if conversation is None or notice is None or since is None or not _nobody_joined(conversation):
        return
    unmailed = _written_by_visitor(conversation, notice.told_seq)
    if not any(entry.created_at >= since for entry in unmailed):
        return
    last_sign = max(notice.seen_at or since, *(entry.created_at for entry in unmailed))
    due_at = last_sign + LEFT_AFTER
    if notice.offline_since:
        due_at = max(due_at, notice.offline_since + OFFLINE_DELAY + AFTER_THE_OTHER)
    if due_at > timezone.now():
        _promise("chat.left", conversation_id, due_at)
        return
    company = conversation.company
    # Who comes back makes the promise anew; there is something to say again when they wrote more.
    if (
        company.plan != Plan.FREE
        and not company.is_suspended
        and post_missed_mails(conversation, unmailed, left_at=last_sign)
    ):
        notice.told_seq = unmailed[-1].seq
        notice.save(update_fields=["told_seq"])


def _nobody_joined(conversation: Conversation) -> bool:
    return conversation.is_waiting and not conversation.participations.exists()
