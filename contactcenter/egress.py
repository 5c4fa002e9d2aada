"""The one door to addresses that somebody typed (a push service that a browser named, a webhook, a mailbox): nothing
behind it leads into the operator's own network.

A name is resolved once, every address it has must be public, and the connection goes to the address that was looked
at: a name that changes its mind in between gains nothing. Redirects are not followed. `EGRESS_ALLOW` names hosts
(`host` or `host:port`) for which none of this is asked: a push service or mail server inside the house.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT = 5.0
MAX_BYTES = 1_048_576
MAX_URL = 2000
HTTPS_PORTS = frozenset({443})
# So many addresses of a name are tried.
MAX_ADDRESSES = 3
# So many names are looked up at a time.
MAX_LOOKUPS = 8
_lookups = threading.BoundedSemaphore(MAX_LOOKUPS)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What IANA keeps for special purposes. Said in full here, since what Python calls global differs between its versions.
_SPECIAL_V4 = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
# Of IPv6 only what is handed out to the world, and of that nothing that carries an IPv4 address inside.
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_SPECIAL_V6 = [
    ipaddress.ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


class EgressRefused(Exception):
    """This address is none of those that may be asked."""


class EgressFailed(Exception):
    """Nobody answered, or not as one should. Says nothing of what came back."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    # Where a redirect points to, as the other side wrote it: whoever goes there comes through this door again.
    location: str = ""


def is_public(address: Address) -> bool:
    """Whether the whole world would mean the same machine by it."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _PUBLIC_V6 and not any(address in network for network in _SPECIAL_V6)


def check_url(url: str) -> None:
    """Raises EgressRefused when nothing may be sent there, EgressFailed when its name is not known."""
    parts = _parts(url)
    _resolve(_host(parts), _port(parts))


def send(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """Send one request. Raises EgressRefused or EgressFailed; any status that comes back is an answer."""
    parts = _parts(url)
    host, port = _host(parts), _port(parts)
    plain = parts.scheme == "http"
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    connection = http.client.HTTPConnection(host, port)
    connection.default_port = 80 if plain else 443
    try:
        connection.sock = line = _connect(host, port, plain)
        # A server that answers one letter every four seconds would never run into a timeout of its own.
        with _Deadline(line) as deadline:
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            connection.request(method, target, body, dict(headers or {}) | {"Accept-Encoding": "identity"})
            response = connection.getresponse()
            answer = response.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise EgressFailed(f"{host}: {type(error).__name__}") from None
    finally:
        connection.close()
    if deadline.is_over:
        raise EgressFailed(f"{host}: too slow")
    if len(answer) > MAX_BYTES:
        raise EgressFailed(f"{host}: too much")
    return Answer(response.status, answer, response.getheader("Location", ""))


# --- the address ------------------------------------------------------------------------------------------------


def _parts(url: str) -> SplitResult:
    # What cuts a line or ends a string means one address to one reader and another to the next.
    if len(url) > MAX_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressRefused("not an address")
    try:
        parts = urlsplit(url)
        host, port = _host(parts), _port(parts)
    except ValueError:
        raise EgressRefused("not an address") from None
    if parts.username is not None or parts.password is not None or parts.scheme not in {"https", "http"}:
        raise EgressRefused("only https")
    if not _is_allowed(host, port) and (parts.scheme != "https" or port not in HTTPS_PORTS):
        raise EgressRefused("only https on its own port")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    # Old notations of IPv4 (127.1, 0x7f000001, 2130706433) are numbers to some readers and names to others.
    last = host.rpartition(".")[2]
    if not _HOST.fullmatch(host) or re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        raise ValueError(host)
    return host


def _port(parts: SplitResult) -> int:
    usual = {"https": 443, "http": 80}.get(parts.scheme, 0)
    return usual if parts.port is None else parts.port


def _is_allowed(host: str, port: int) -> bool:
    return host in settings.EGRESS_ALLOW or f"{host}:{port}" in settings.EGRESS_ALLOW


def _resolve(host: str, port: int) -> list[str]:
    addresses = _look_up(host, port)
    if not addresses:
        raise EgressFailed(f"{host}: not found")
    # One private address among public ones is an attempt, not a mistake.
    if not _is_allowed(host, port) and not all(_is_public_text(address) for address in addresses):
        raise EgressRefused("not a public address")
    return addresses[:MAX_ADDRESSES]


def _look_up(host: str, port: int) -> list[str]:
    """Every address of the name; none when nobody knows it. Asking takes as long as the resolver likes, and whoever
    serves the name may never answer: so another thread asks, and only so many do at once. Raises EgressFailed."""
    if not _lookups.acquire(timeout=TIMEOUT):
        raise EgressFailed(f"{host}: too many names are looked up")
    answers: SimpleQueue[list[str]] = SimpleQueue()

    def ask() -> None:
        found: list[str] = []
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError):
            pass
        finally:
            _lookups.release()
            answers.put(found)

    threading.Thread(target=ask, name="lookup", daemon=True).start()
    try:
        return answers.get(timeout=TIMEOUT)
    except Empty:
        raise EgressFailed(f"{host}: its name server is silent") from None


def _is_public_text(address: str) -> bool:
    try:
        # A zone (fe80::1%eth0) belongs to this machine alone.
        return is_public(ipaddress.ip_address(address))
    except ValueError:
        return False


# --- the line ---------------------------------------------------------------------------------------------------


def _connect(host: str, port: int, plain: bool) -> socket.socket:
    """A connection to an address that was looked at, encrypted for the name."""
    line = _reach(_resolve(host, port), port)
    if plain:
        return line
    context = ssl.create_default_context()
    return context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)


def _reach(addresses: list[str], port: int) -> socket.socket:
    until = time.monotonic() + TIMEOUT
    failure: OSError = TimeoutError()
    for address in addresses:
        try:
            return socket.create_connection((address, port), max(until - time.monotonic(), 0.1))
        except OSError as error:
            failure = error
    raise failure


class _Deadline:
    """Cuts the line when the time for the whole exchange is over."""

    def __init__(self, line: socket.socket) -> None:
        line.settimeout(TIMEOUT)
        self.is_over = False
        self._line = line
        self._timer = threading.Timer(TIMEOUT, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_over = True
        with contextlib.suppress(OSError):
            # Of the socket itself: an encrypted one would forget meanwhile that it is encrypted.
            socket.socket.shutdown(self._line, socket.SHUT_RDWR)
