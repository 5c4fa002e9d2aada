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
    if peer not in settings.TRUSTED_PROXIES:
        return peer
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    for hop in reversed(hops):
        if hop not in settings.TRUSTED_PROXIES:
            return hop
    return peer


def host_of(origin: str) -> str:
    """Host and port of an `Origin` header; nothing when it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
