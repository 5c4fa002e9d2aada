"""Which websites may show a company's widget: origins (`https://shop.example`), one per line (WI1)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_ORIGINS = 50

# What may stand in a policy's header and what browsers send as `Origin`.
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")
_TYPED = re.compile(r"(?:(https?):/*)?([^/?#\s@:]+)(?::([0-9]{1,5}))?(?:[/?#]\S*)?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def origin_of(typed: str) -> str | None:
    """The origin that somebody means by what they typed or copied: `Shop.example/contact` too. None: no address."""
    found = _TYPED.fullmatch(typed)
    if found is None:
        return None
    scheme, port = (found[1] or "https").lower(), found[3]
    try:
        host = found[2].rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return None
    if "." not in host and host != "localhost":
        return None
    origin = f"{scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS[scheme] else "")
    return origin if _ORIGIN.fullmatch(origin) else None


def clean_origins(text: str) -> str:
    """The list as it is stored. Raises ValidationError, which names what is no address."""
    typed = text.replace(",", " ").replace(";", " ").split()
    found = {each: origin_of(each) for each in typed}
    if wrong := [each for each, origin in found.items() if origin is None]:
        raise ValidationError(
            _("“%(text)s” is not the address of a website, such as https://shop.example.")
            % {"text": wrong[0][:100]}
        )
    origins = list(dict.fromkeys(origin for origin in found.values() if origin))
    if len(origins) > MOST_ORIGINS:
        raise ValidationError(_("At most 50 websites."))
    return "\n".join(origins)


def stored_origins(text: str) -> list[str]:
    """The list as it is used. What a stored line cannot mean is left out; but a list is never taken for none."""
    origins = [origin for each in text.split() if (origin := origin_of(each))]
    return origins or (["https://nowhere.invalid"] if text.split() else [])
