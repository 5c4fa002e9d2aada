"""Files that visitors send (WI7). What a file is, its content says; what nobody can look at without risk is refused
with a reason that the visitor understands."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from agents.models import Company
from chat.limits import FILES, FILES_FROM_ADDRESS, address_limit, too_much
from chat.visits import Visit
from conversations.attachments import MAX_BYTES, drop_attachment, facts_of, store_attachment
from files.kinds import HEAD, recognise
from files.names import safe_name
from files.store import QuotaFull, Refused

# The form around a file.
FORM = 64 * 1024

# Pictures, PDF, documents of offices, text, sound and video. No archives, programs or web pages: nobody sees what is in
# them before they are opened.
_DOCUMENTS = {
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "text/plain",
    "text/csv",
}
_FAMILIES = ("image/", "audio/", "video/", "application/vnd.openxmlformats-officedocument.")
_NEVER = {"image/svg+xml"}
# Text that a double click would run or show as a page, whatever its content looks like.
_ENDINGS = (
    ".bat", ".cmd", ".com", ".css", ".exe", ".hta", ".htm", ".html", ".jar", ".js", ".lnk", ".mht", ".msi", ".php",
    ".pif", ".ps1", ".py", ".reg", ".scr", ".sh", ".svg", ".url", ".vbs", ".wsf", ".xhtml", ".xml",
)  # fmt: skip
# What an ending promises; a file that is something else was renamed, or is broken.
_PROMISED = {
    ".png": "image/", ".jpg": "image/", ".jpeg": "image/", ".gif": "image/", ".webp": "image/", ".heic": "image/",
    ".pdf": "application/pdf", ".mp3": "audio/", ".wav": "audio/", ".ogg": "audio/", ".mp4": "video/",
    ".mov": "video/", ".webm": "video/",
}  # fmt: skip

EMPTY = _("The file is empty.")
TOO_LARGE = _("The file is larger than 10 MB. You can send a smaller one, or a link to it.")
WRONG_KIND = _("Files of this kind cannot be sent. Pictures, PDF, documents, text, sound and video can.")
NOT_WHAT_IT_SAYS = _("The content of the file does not match its name, so it was not sent.")
NO_ROOM = _("The file cannot be taken right now. Write to us, and we will tell you where to send it.")


def receive_file(*, company: Company, visit: Visit, client_id: str, upload: UploadedFile) -> dict[str, Any]:
    """A visitor's file becomes a message; the data of `message.stored`. Sending the same id again is harmless. Raises
    Refused with a reason in the visitor's language, or ProtocolError."""
    if (before := visit.received_before(client_id)) is not None:
        return before
    with translation.override(visit.language or company.language):
        try:
            _check(upload)
            _count(visit)
            file = store_attachment(
                company=company, name=upload.name or "", content=upload, max_bytes=MAX_BYTES
            )
        except QuotaFull:
            # What the company has bought is nothing to tell strangers.
            raise Refused(str(NO_ROOM)) from None
        except Refused as refused:
            raise Refused(str(refused.reason)) from None
    try:
        stored, is_new = visit.receive_file(client_id, facts_of(file))
    except BaseException:
        drop_attachment(file)
        raise
    if not is_new:
        drop_attachment(file)
    return stored


def _check(upload: UploadedFile) -> None:
    name = safe_name(upload.name or "")
    if not upload.size:
        raise Refused(EMPTY)
    if upload.size > MAX_BYTES:
        raise Refused(TOO_LARGE)
    upload.seek(0)
    kind = recognise(upload.read(HEAD), name)
    ending = f".{name.rpartition('.')[2].lower()}"
    if ending in _ENDINGS:
        raise Refused(WRONG_KIND)
    if not kind.startswith(_PROMISED.get(ending, "")):
        raise Refused(NOT_WHAT_IT_SAYS)
    if kind in _NEVER or not (kind in _DOCUMENTS or kind.startswith(_FAMILIES)):
        raise Refused(WRONG_KIND)


def _count(visit: Visit) -> None:
    for limit, who in ((FILES, visit.token_hash), (FILES_FROM_ADDRESS, visit.address)):
        if who and (wait := address_limit(limit, who)):
            raise too_much(wait)
