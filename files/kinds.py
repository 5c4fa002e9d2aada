"""What a file is, by its content. What it is called and what it claims to be is of no interest here.

Decides over symbols and previews only. Nothing is ever served inline because of it but what browsers cannot run
(files/serving.py).
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

# So much of the beginning tells what a file is.
HEAD = 4096
UNKNOWN = "application/octet-stream"

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"%PDF-\d", "application/pdf"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"OggS", "audio/ogg"),
        (rb"fLaC", "audio/flac"),
        (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
        (rb"\xff[\xf1\xf9]", "audio/aac"),
        (rb"....ftypM4[AB]", "audio/mp4"),
        (rb"....ftyp(?:heic|heix|mif1)", "image/heic"),
        (rb"....ftyp", "video/mp4"),
        (rb"\x1aE\xdf\xa3", "video/webm"),
        (rb"PK(?:\x03\x04|\x05\x06)", "application/zip"),
        (rb"\x1f\x8b", "application/gzip"),
        (rb"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (rb"Rar!\x1a\x07", "application/vnd.rar"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (rb"MZ|\x7fELF", "application/x-executable"),
    )
)
# One container, several programs: only here the ending has a say, among these.
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|svg|\?xml|!doctype)", re.I | re.S
)
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def recognise(head: bytes, name: str) -> str:
    """The content type of a file that begins like this."""
    suffix = PurePosixPath(name).suffix.lower()
    for signature, kind in _SIGNATURES:
        if signature.match(head):
            if kind == "application/zip":
                return _OFFICE.get(suffix, kind)
            return _OLD_OFFICE.get(suffix, kind) if kind == "application/x-ole-storage" else kind
    if not _is_text(head):
        return UNKNOWN
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        lowered = head.lower()
        return (
            "image/svg+xml" if b"<svg" in lowered else "text/html" if b"<?xml" not in lowered else "text/xml"
        )
    return "text/csv" if suffix == ".csv" else "text/plain"


def _is_text(head: bytes) -> bool:
    return head.startswith(_BOMS) or not _CONTROL.search(head)


@dataclass(frozen=True)
class Kind:
    """How a type is shown."""

    label: str | LazyText
    icon: str
    # How it can be looked at without a program: picture, pdf, audio, text, or not at all.
    preview: str = ""


_PICTURE, _TEXT, _SOUND = _("Picture"), _("Text"), _("Sound")
_SHEET, _DOCUMENT = _("Spreadsheet"), _("Document")
_OTHER = Kind(_("File"), "file")
_KINDS = {
    "image/png": Kind(_PICTURE, "image", "picture"),
    "image/jpeg": Kind(_PICTURE, "image", "picture"),
    "image/gif": Kind(_PICTURE, "image", "picture"),
    "image/webp": Kind(_PICTURE, "image", "picture"),
    "image/heic": Kind(_PICTURE, "image"),
    "image/svg+xml": Kind(_("Drawing"), "image"),
    "application/pdf": Kind(_("PDF"), "file", "pdf"),
    "audio/wav": Kind(_SOUND, "volume", "audio"),
    "audio/ogg": Kind(_SOUND, "volume", "audio"),
    "audio/flac": Kind(_SOUND, "volume", "audio"),
    "audio/mpeg": Kind(_SOUND, "volume", "audio"),
    "audio/aac": Kind(_SOUND, "volume", "audio"),
    "audio/mp4": Kind(_SOUND, "volume", "audio"),
    "video/mp4": Kind(_("Video"), "play"),
    "video/webm": Kind(_("Video"), "play"),
    "text/plain": Kind(_TEXT, "file", "text"),
    "text/csv": Kind(_("Table (CSV)"), "table", "text"),
    "text/html": Kind(_("Web page"), "file"),
    "text/xml": Kind(_("XML"), "file"),
    "application/zip": Kind(_("Archive"), "file"),
    "application/gzip": Kind(_("Archive"), "file"),
    "application/x-7z-compressed": Kind(_("Archive"), "file"),
    "application/vnd.rar": Kind(_("Archive"), "file"),
    "application/x-executable": Kind(_("Program"), "file"),
    _OFFICE[".docx"]: Kind(_DOCUMENT, "file"),
    _OFFICE[".odt"]: Kind(_DOCUMENT, "file"),
    _OLD_OFFICE[".doc"]: Kind(_DOCUMENT, "file"),
    _OFFICE[".xlsx"]: Kind(_SHEET, "table"),
    _OFFICE[".ods"]: Kind(_SHEET, "table"),
    _OLD_OFFICE[".xls"]: Kind(_SHEET, "table"),
    _OFFICE[".pptx"]: Kind(_("Presentation"), "image"),
    _OLD_OFFICE[".ppt"]: Kind(_("Presentation"), "image"),
}


def kind_of(content_type: str) -> Kind:
    return _KINDS.get(content_type, _OTHER)
