"""Files and folders as pages show them. `{% load files %}`"""

from pathlib import PurePosixPath

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from files.kinds import Kind, kind_of
from files.models import StoredFile

register = template.Library()

_UNITS = ("KB", "MB", "GB", "TB")
_LONGEST_ENDING = 4


@register.filter
def file_size(size: int) -> str:
    """Bytes as people read them: "892.6 KB", in the page's language and never broken."""
    if size < 1024:
        return _("%(size)s\u00a0B") % {"size": size}
    amount, units = size / 1024, iter(_UNITS)
    unit = next(units)
    # 999.6 KB would round to a thousand.
    while amount >= 999.5 and (larger := next(units, None)):
        amount, unit = amount / 1024, larger
    places = 1 if amount < 100 and round(amount, 1) != round(amount) else 0
    return f"{number_format(round(amount, places), places)}\u00a0{unit}"


@register.filter
def kind(file: StoredFile) -> Kind:
    return kind_of(file.content_type)


@register.filter
def ending(name: str) -> str:
    """What stands on the tile of a file: "PDF"."""
    suffix = PurePosixPath(name).suffix[1:].upper()
    return suffix if 0 < len(suffix) <= _LONGEST_ENDING else SafeString("–")
