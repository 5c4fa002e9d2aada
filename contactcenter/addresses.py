from collections.abc import MutableMapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks. `X-Forwarded-For` is believed only when a trusted proxy sent it, and then only
    its last entry that is not itself a trusted proxy: what stands before was written by strangers."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR") or "")
    return trusted_client_address(address, forwarded)


def trusted_client_address(peer: str, forwarded: str) -> str:
    trusted = tuple(settings.TRUSTED_PROXIES)
    if not _is_among(peer, trusted):
        return peer
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _is_among(hop, trusted):
            return hop
    return peer


@lru_cache(maxsize=1024)
def _is_among(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is one of those listed, or lies in a network listed."""
    try:
        return any(ip_address(address) in ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def header_of(scope: MutableMapping[str, Any], name: bytes) -> str:
    """A header of a socket's opening request."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def socket_address(scope: MutableMapping[str, Any]) -> str:
    """The same as `client_address` for whoever opens a socket."""
    peer = (scope.get("client") or ("", 0))[0]
    return trusted_client_address(peer, header_of(scope, b"x-forwarded-for"))


def counted_address(address: str) -> str:
    """What a limit for strangers counts: an address, or an IPv6 network, which is what one customer has. Nothing for
    addresses that are not of the Internet: a proxy or this machine itself, which many people stand behind."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not found.is_global:
        return ""
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def host_of(origin: str) -> str:
    """Host and port of an `Origin` header; nothing when it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
