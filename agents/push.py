"""Web Push (NO5): the browsers that an agent wants to be told in when no tab is open. See docs/notifications.md.

A subscription belongs to the session that made it, and goes with it. What is sent is encrypted for that browser, so
that its push service reads nothing; it says who calls for the agent all the same only by numbers.
"""

import base64
import binascii
import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from py_vapid import Vapid02

from agents.mails import speaking_to
from agents.models import GRACE, Agent, PushSubscription
from agents.signed_in import agent_to_push_to
from contactcenter import egress
from contactcenter.egress import EgressFailed, EgressRefused
from contactcenter.promises import keeps, make_promise

MAX_BROWSERS = 20
# An open tab gives a sign of life every ten seconds; one that has been silent for longer may be a phone in a pocket.
TAB_ALIVE = timedelta(seconds=30)
TEST_WITHIN = timedelta(seconds=30)
SIGNATURE_LIFE = timedelta(hours=12)
GONE = {404, 410}


class NotAccepted(Exception):
    """This browser cannot be told: its address or its keys are not what push services hand out."""


class PushFailed(Exception):
    """The push service did not take it; it may take it later."""


# --- the installation's key ---------------------------------------------------------------------------------------


def public_key() -> str:
    """What browsers subscribe with; empty where nothing can be pushed."""
    vapid = _vapid()
    return _public_part(vapid) if vapid else ""


def make_key() -> tuple[str, str]:
    """A new pair: the private key for the environment, and the public one that follows from it."""
    vapid = Vapid02()
    vapid.generate_keys()
    number = vapid.private_key.private_numbers().private_value
    return _in_letters(number.to_bytes(32, "big")), _public_part(vapid)


def _vapid() -> Vapid02 | None:
    private = settings.VAPID_PRIVATE_KEY or (_key_of_this_machine() if settings.EMBEDDED else "")
    return _read_key(private) if private else None


@lru_cache(maxsize=4)
def _read_key(private: str) -> Vapid02:
    return Vapid02.from_string(private)


def _key_of_this_machine() -> str:
    """Made once and kept beside the embedded database."""
    path = Path(settings.DATA_DIR) / "vapid_key"
    if not path.exists():
        fresh = path.with_name(f"vapid_key.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make_key()[0])
        # Somebody else may have been quicker; then theirs counts.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()


def _public_part(vapid: Vapid02) -> str:
    return _in_letters(
        vapid.public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    )


def _in_letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _from_letters(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- browsers come and go -----------------------------------------------------------------------------------------


def subscribe(*, agent: Agent, session: str, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Tell the agent in this browser from now on. Raises NotAccepted."""
    known = PushSubscription.objects.filter(endpoint=endpoint).first()
    if known is None:
        _check(endpoint, p256dh, auth)
    elif (known.p256dh, known.auth) != (p256dh, auth):
        # The address alone does not make it one's own browser.
        raise NotAccepted
    with transaction.atomic():
        subscription, _made = PushSubscription.objects.update_or_create(
            endpoint=endpoint,
            defaults={"agent": agent, "session_id": session, "p256dh": p256dh, "auth": auth},
        )
        own = PushSubscription.objects.filter(agent=agent).order_by("-pk")
        surplus = list(own.values_list("pk", flat=True)[MAX_BROWSERS:])
        PushSubscription.objects.filter(pk__in=surplus).delete()
    return subscription


def is_known(endpoint: str) -> bool:
    return PushSubscription.objects.filter(endpoint=endpoint).exists()


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _from_letters(p256dh))
        if len(_from_letters(auth)) != 16 or not endpoint.startswith("https://"):
            raise NotAccepted
        egress.check_url(endpoint)
    except (ValueError, binascii.Error, EgressRefused, EgressFailed):
        raise NotAccepted from None


def unsubscribe(*, agent: Agent, endpoint: str) -> bool:
    """Leave this browser in peace. False when it is not one of the agent's."""
    deleted, _rows = PushSubscription.objects.filter(agent=agent, endpoint=endpoint).delete()
    return bool(deleted)


def has_open_tab(agent_id: int) -> bool:
    """Whether some tab tells the agent by itself."""
    alive = timezone.now() - min(TAB_ALIVE, GRACE)
    return (
        Agent.objects.get_queryset()
        .filter(pk=agent_id, devices__is_connected=True, devices__seen_at__gt=alive)
        .exists()
    )


def browsers_of(agent_id: int) -> list[int]:
    """The subscriptions that may be used now; none where nothing can be pushed."""
    if not public_key():
        return []
    return list(PushSubscription.objects.filter(agent_id=agent_id).values_list("pk", flat=True))


# --- sending --------------------------------------------------------------------------------------------------------


def deliver(subscription_id: int, message: dict[str, Any], *, until: datetime) -> None:
    """Hand a message to the browser's push service, to be shown by `until` or never. A browser that is not there any
    more, or whose session has ended, is forgotten. Raises PushFailed when it is worth trying again."""
    subscription = (
        PushSubscription.objects.select_related("agent", "session").filter(pk=subscription_id).first()
    )
    vapid = _vapid()
    seconds = int((until - timezone.now()).total_seconds())
    if subscription is None or vapid is None or seconds <= 0:
        return
    if agent_to_push_to(subscription.session) != subscription.agent:
        subscription.delete()
        return
    try:
        answer = egress.send(
            "POST",
            subscription.endpoint,
            body=_encrypted(subscription, message),
            headers=_signature(vapid, subscription.endpoint)
            | {
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(seconds),
                "Urgency": "high",
                # A repetition takes the place of what still waits there.
                "Topic": str(message["tag"])[:32],
            },
        )
    except EgressRefused:
        subscription.delete()
        return
    except EgressFailed as error:
        raise PushFailed(str(error)) from None
    if answer.status in GONE:
        subscription.delete()
    elif answer.status >= 300:
        raise PushFailed(f"{urlsplit(subscription.endpoint).hostname}: {answer.status}")


def _encrypted(subscription: PushSubscription, message: dict[str, Any]) -> bytes:
    # It brings two HTTP clients along: only who pushes pays for them.
    from pywebpush import WebPusher

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    return bytes(pusher.encode(json.dumps(message).encode())["body"])


def _signature(vapid: Vapid02, endpoint: str) -> dict[str, str]:
    """Says who sends it, and whom the push service may write to about it."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((timezone.now() + SIGNATURE_LIFE).timestamp()),
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
    }
    return dict(vapid.sign(claims))


def send_test(*, agent: Agent, endpoint: str) -> bool:
    """Push something to one browser of the agent, to see whether it arrives. False when it is not one of theirs."""
    subscription = PushSubscription.objects.filter(agent=agent, endpoint=endpoint).first()
    if subscription is None:
        return False
    now = timezone.now()
    make_promise(
        "push.test",
        key=str(subscription.pk),
        due_at=now,
        subscription_id=subscription.pk,
        until=(now + TEST_WITHIN).isoformat(),
    )
    return True


@keeps("push.test", outside=True)
def push_test(*, subscription_id: int, until: str) -> None:
    agent = Agent.objects.filter(push_subscriptions=subscription_id).first()
    if agent is None:
        return
    with speaking_to(agent):
        message = message_of(tag="test", title=_("This is how it looks"), body=_("Notifications work here."))
    deliver(subscription_id, message, until=datetime.fromisoformat(until))


def message_of(*, tag: str, title: str, body: str, **numbers: int) -> dict[str, Any]:
    """What the service worker shows (static/js/sw.js). To be called inside `speaking_to`."""
    return {"tag": tag, "title": title, "body": body, "lang": get_language(), **numbers}
