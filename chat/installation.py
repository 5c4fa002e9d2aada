"""Whether the widget is on the company's website (WI12, docs/installation.md): seen by itself when a page with it
loads, and looked for in the website's HTML when somebody asks."""

import contextlib
import logging
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import iri_to_uri, punycode

from agents.models import Company
from chat.models import WebsiteCheck, WidgetSighting
from contactcenter import egress
from contactcenter.limits import Limit
from contactcenter.promises import keeps, make_promise

logger = logging.getLogger(__name__)

# Of a company, beside its own website: a test server, a second shop. A stranger who claims other origins fills no more.
MOST_ORIGINS = 10
SIGHTING_EVERY = 3600  # seconds
# What was seen longer ago proves nothing about today.
FRESH = timedelta(days=7)

CHECKS = Limit("website-check", times=6, seconds=600)
# A check that has not come back after this is not waited for any more.
PATIENCE = timedelta(seconds=90)
MOST_REDIRECTS = 4
MOST_SECONDS = 12.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "ContactCenter-InstallationCheck/1.0", "Accept": "text/html"}

_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,180}[a-z0-9])?(?::[0-9]{1,5})?")


# --- by real loads ----------------------------------------------------------------------------------------------


def bare_host(address: str) -> str:
    """Host and port, for comparing websites: whether "www." stands before it makes no difference to people."""
    try:
        parts = urlsplit(address)
        host, port = punycode((parts.hostname or "").lower()), parts.port
    except ValueError:
        return ""
    usual = port in {None, 80, 443}
    return host.removeprefix("www.") + ("" if usual else f":{port}")


def note_sighting(company: Company, origin: str, *, own_host: str) -> None:
    """The launcher on a page of `origin` asked for something. Written at most once in an hour for the company's own
    website, and once for all other origins together; nothing that goes wrong here is the visitor's business."""
    origin = origin.lower()
    if not _ORIGIN.fullmatch(origin) or urlsplit(origin).netloc in {
        own_host,
        urlsplit(settings.BASE_URL).netloc,
    }:
        return
    if company.origins and origin not in company.origins:
        return
    host = bare_host(origin)
    is_website = bool(host) and host == bare_host(company.website)
    try:
        if cache.add(_gate(company, is_website), 1, timeout=SIGHTING_EVERY):
            _write_sighting(company, origin, is_website)
    except Exception as error:
        logger.warning("a sighting of a widget was not noted: %s", type(error).__name__)


def _gate(company: Company, is_website: bool) -> str:
    hour = int(timezone.now().timestamp() // SIGHTING_EVERY)
    return f"sighting:{company.pk}:{'website' if is_website else 'others'}:{hour}"


@transaction.atomic
def _write_sighting(company: Company, origin: str, is_website: bool) -> None:
    sightings = WidgetSighting.objects.filter(company=company)
    WidgetSighting.objects.update_or_create(
        company=company, origin=origin, defaults={"seen_at": timezone.now(), "is_website": is_website}
    )
    kept = sightings.filter(is_website=is_website).order_by("-seen_at", "-pk").values_list("pk", flat=True)
    sightings.filter(pk__in=list(kept[MOST_ORIGINS:])).delete()


# --- by looking -------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_check(*, company: Company) -> None:
    """Somebody wants to know, or the website has another address. Without an address there is nothing to look at."""
    if not company.website:
        WebsiteCheck.objects.filter(company=company).delete()
        return
    now = timezone.now()
    facts = {"website": company.website, "asked_at": now, "checked_at": None, "result": "", "reason": ""}
    WebsiteCheck.objects.update_or_create(company=company, defaults=facts)
    make_promise("website.check", key=f"{company.pk}", due_at=now, company_id=company.pk)


def check_when_moved(company: Company) -> None:
    ask_for_check(company=company)


@keeps("website.check", outside=True)
def check_website(*, company_id: int) -> None:
    check = (
        WebsiteCheck.objects.filter(company_id=company_id, checked_at=None).select_related("company").first()
    )
    if check is None:
        return
    result, reason = look_for_widget(check.website, check.company.key)
    # Unless it was asked for anew meanwhile, perhaps about another address.
    WebsiteCheck.objects.filter(pk=check.pk, asked_at=check.asked_at).update(
        checked_at=timezone.now(), result=result, reason=reason
    )
    if result != WebsiteCheck.Result.FOUND:
        # A tag manager may load it all the same: then the next visitor shows it.
        with contextlib.suppress(Exception):
            cache.delete(_gate(check.company, is_website=True))


def look_for_widget(website: str, key: str) -> tuple[str, str]:
    """A result of WebsiteCheck, and for a website that could not be reached one of its reasons."""
    reason = WebsiteCheck.Reason
    try:
        answer = _fetch(website)
    except egress.EgressRefused:
        return WebsiteCheck.Result.UNREACHABLE, reason.REFUSED
    except egress.EgressFailed:
        return WebsiteCheck.Result.UNREACHABLE, reason.SILENT
    if answer.status in REDIRECTS:
        return WebsiteCheck.Result.UNREACHABLE, reason.REDIRECTS
    if answer.status >= 400:
        return WebsiteCheck.Result.UNREACHABLE, reason.LOCKED if answer.status in {
            401,
            403,
            429,
        } else reason.ERROR
    found = f"/widget/{key}.js".encode() in without_comments(answer.body)
    return (WebsiteCheck.Result.FOUND if found else WebsiteCheck.Result.MISSING), ""


def _fetch(website: str) -> egress.Answer:
    """The website's first page, also where it has moved to. Every step goes through the guarded door."""
    url, started = _ascii(website), time.monotonic()
    for _step in range(MOST_REDIRECTS + 1):
        try:
            answer = egress.send("GET", url, headers=HEADERS)
        except egress.EgressRefused:
            if not url.startswith("http://"):
                raise
            # Nothing leaves unencrypted; most websites answer under https as well.
            url = f"https://{url.removeprefix('http://')}"
            answer = egress.send("GET", url, headers=HEADERS)
        if answer.status not in REDIRECTS or not answer.location or time.monotonic() - started > MOST_SECONDS:
            return answer
        url = _ascii(urljoin(url, answer.location))
    return answer


def _ascii(address: str) -> str:
    """As browsers send it: letters such as ł in the name or the path have a form of their own."""
    try:
        parts = urlsplit(address)
        netloc = parts.netloc if parts.netloc.isascii() else punycode(parts.netloc)
        return iri_to_uri(parts._replace(netloc=netloc, fragment="").geturl())
    except ValueError:
        raise egress.EgressRefused("not an address") from None


def without_comments(html: bytes) -> bytes:
    """What a browser does not run does not count. Looks at each letter once, whatever the page is made of."""
    kept, at = [], 0
    while (begin := html.find(b"<!--", at)) >= 0:
        kept.append(html[at:begin])
        end = html.find(b"-->", begin + 4)
        if end < 0:
            return b"".join(kept)
        at = end + 3
    return b"".join([*kept, html[at:]])


# --- what is known ----------------------------------------------------------------------------------------------


class State(StrEnum):
    """In words: templates/chat/installation/state.html."""

    WORKS = "works"
    FOUND = "found"
    MISSING = "missing"
    UNREACHABLE = "unreachable"
    CHECKING = "checking"
    UNKNOWN = "unknown"
    NO_WEBSITE = "no_website"


@dataclass(frozen=True)
class Installation:
    state: State
    website: str
    check: WebsiteCheck | None
    # When the company's own website last showed the widget, and where else it was seen lately.
    seen_at: datetime | None
    elsewhere: list[WidgetSighting]

    @property
    def refresh_after(self) -> int:
        """Seconds after which the page asks again; 0: what it shows will not change by itself."""
        if self.state == State.CHECKING:
            return 2
        return 0 if self.state == State.WORKS else 20


def installation_of(company: Company) -> Installation:
    now, host = timezone.now(), bare_host(company.website)
    sightings = WidgetSighting.objects.filter(company=company, seen_at__gt=now - FRESH).order_by("-seen_at")
    seen = [(sighting, bool(host) and bare_host(sighting.origin) == host) for sighting in sightings]
    seen_at = next((sighting.seen_at for sighting, is_own in seen if is_own), None)
    check = WebsiteCheck.objects.filter(company=company, website=company.website).first()
    return Installation(
        state=_state(company, check, seen_at, now),
        website=host,
        check=check if check and check.checked_at else None,
        seen_at=seen_at,
        elsewhere=[sighting for sighting, is_own in seen if not is_own][:3],
    )


def _state(company: Company, check: WebsiteCheck | None, seen_at: datetime | None, now: datetime) -> State:
    if not company.website:
        return State.NO_WEBSITE
    if check and check.checked_at is None and check.asked_at > now - PATIENCE:
        return State.CHECKING
    if seen_at and not (check and check.result == WebsiteCheck.Result.MISSING and check.asked_at > seen_at):
        return State.WORKS
    return State(check.result) if check and check.result else State.UNKNOWN
