"""Files in conversations: kept by the room of files, named in the entry (`data["file"]`), and handed out here.

Agents get them under the conversation's address. Customers, and readers of a transcript, get a signed address that
ends: it names one file and lets nobody guess another.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files import File
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contactcenter.promises import keeps, make_promise
from conversations.models import Attachment
from files.models import StoredFile
from files.store import delete_files, store_file
from files.uses import Use, uses_of

# The same for agents and visitors.
MAX_BYTES = 10 * 1_048_576
# How long an address works at least: in a panel, which gets new ones whenever it says hello, and in a mail.
IN_PANEL, IN_MAIL = timedelta(days=1), timedelta(days=30)
# Pictures that every browser shows, and none runs.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Between the file and its message there are seconds.
SWEPT_AFTER = timedelta(hours=1)

_signer = Signer(salt="conversations.attachment", sep=".")

Facts = dict[str, Any]


def store_attachment(
    *, company: Company, name: str, content: "File[bytes]", by: Agent | None = None, max_bytes: int
) -> StoredFile:
    """Keep a file that is about to be sent. Raises files.store.Refused. Should its message never come, the promise
    takes it away again."""
    return store_file(
        company=company,
        name=name,
        content=content,
        added_by=by,
        is_attachment=True,
        max_bytes=max_bytes,
        with_row=_promise_to_sweep,
    )


def _promise_to_sweep(file: StoredFile) -> None:
    make_promise("attachment.sweep", key=str(file.pk), due_at=timezone.now() + SWEPT_AFTER, file_id=file.pk)


@keeps("attachment.sweep")
def drop_attachment_never_sent(*, file_id: int) -> None:
    """Whoever died between a file and its message left a file that nobody can see and the quota counts."""
    file = StoredFile.objects.select_related("company").filter(pk=file_id, deleted_at=None).first()
    if file is not None and not uses_of(file.company_id, [file.pk]):
        drop_attachment(file)


def drop_attachment(file: StoredFile) -> None:
    """It was not sent after all."""
    delete_files(company=file.company, files=[file])


def uses_in_conversations(company_id: int, files: Sequence[int]) -> Iterable[tuple[int, Use]]:
    """Where files were sent, for the room of files."""
    found = Attachment.objects.filter(file__in=files, conversation__company=company_id)
    for attachment in found.select_related("conversation").order_by("-pk"):
        conversation = attachment.conversation
        label = conversation.customer or _("Visitor %(number)s") % {"number": conversation.short_number}
        path = reverse("conversations:conversation", args=[conversation.pk])
        yield attachment.file_id, Use(label, path)


# --- what stands in the entry, and what is told of it ---------------------------------------------------------------


def facts_of(file: StoredFile) -> Facts:
    return {"id": file.pk, "name": file.name, "size": file.size, "type": file.content_type}


def for_customer(facts: Facts | None) -> Facts | None:
    """The file as the customer's client knows it (docs/widget-protocol.md)."""
    if not facts:
        return None
    return {
        "name": facts["name"],
        "size": facts["size"],
        "type": facts["type"],
        "url": customers_path(facts["id"], IN_PANEL),
    }


def customers_path(file_id: int, valid_for: timedelta) -> str:
    """A signed path, the same for a whole day, so that browsers need not fetch a picture twice."""
    until = (timezone.now() + valid_for).astimezone(UTC).date() + timedelta(days=1)
    return reverse("conversations:shared_attachment", args=[_signer.sign(f"{file_id}-{until:%y%m%d}")])


def file_behind(signed: str) -> StoredFile | None:
    """The file of a signed address, while it works."""
    try:
        number, _dash, day = _signer.unsign(signed).partition("-")
        until = datetime.strptime(day, "%y%m%d").replace(tzinfo=UTC)
    except (BadSignature, ValueError):
        return None
    if until <= timezone.now():
        return None
    return StoredFile.objects.filter(pk=number, deleted_at=None, company__is_suspended=False).first()
