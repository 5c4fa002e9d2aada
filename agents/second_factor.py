"""The second factor (LO3): codes from an app (RFC 6238), and recovery codes for the day when the phone is gone.

Each code works once. A code of the app is used by moving the number of its period forward, a recovery code by deleting
it: of many who use the same one at the same moment, the database lets one pass.
"""

import base64
import hashlib
import logging
import secrets
import time
from io import BytesIO

import qrcode
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop
from qrcode.image.svg import SvgPathImage

from agents.models import Agent, RecoveryCode, SecondFactor
from agents.notices import post_notice
from agents.sessions import end_sessions
from contactcenter.crypto import CannotDecrypt, decrypt, encrypt, register_secret

logger = logging.getLogger(__name__)

ISSUER = "Contact Center"
PERIOD = 30
# Phones' clocks are not exact: codes of the period before and after are taken too.
TOLERANCE = 1
RECOVERY_CODES = 10
# Without letters and digits that look like others: 12 of 31 are 59 bits.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

register_secret(SecondFactor, "key")


class WrongCode(Exception):
    """The app does not make the codes of this key."""


# --- Switching on and off -----------------------------------------------------------------------------------------


def new_key() -> str:
    """A key as apps take it: base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def address_for_app(*, agent: Agent, key: str) -> str:
    """What the QR code says."""
    return _codes(key).get_provisioning_uri(agent.email, ISSUER)


def qr_code(text: str) -> str:
    """A picture of `text` as an address that an <img> can show."""
    svg = BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=0).save(svg)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode("ascii")


def has_second_factor(agent: Agent) -> bool:
    return SecondFactor.objects.filter(agent=agent).exists()


def recovery_codes_left(agent: Agent) -> int:
    return RecoveryCode.objects.filter(agent=agent).count()


@transaction.atomic
def switch_on(*, agent: Agent, key: str, code: str, keep: str) -> list[str]:
    """From now on signing in takes a code. Returns the recovery codes, which nobody can read again. Every session but
    `keep` ends: it was begun with the password alone. Raises WrongCode."""
    Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    period = _period_of(key, code)
    if period is None or has_second_factor(agent):
        raise WrongCode
    SecondFactor.objects.create(agent=agent, key=encrypt(key), used_period=period)
    end_sessions(agent=agent, keep=keep)
    post_notice(agent=agent, what=gettext_noop("Two-step sign-in was switched on"))
    return _make_recovery_codes(agent)


@transaction.atomic
def switch_off(*, agent: Agent, keep: str = "") -> None:
    """The password is enough again. Every other session ends."""
    Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    forget_second_factor(agent=agent)
    end_sessions(agent=agent, keep=keep)
    post_notice(agent=agent, what=gettext_noop("Two-step sign-in was switched off"))


def forget_second_factor(*, agent: Agent) -> None:
    RecoveryCode.objects.filter(agent=agent).delete()
    SecondFactor.objects.filter(agent=agent).delete()


@transaction.atomic
def renew_recovery_codes(*, agent: Agent) -> list[str]:
    """Ten new ones; the old ones are worthless."""
    Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    post_notice(agent=agent, what=gettext_noop("New recovery codes were made"))
    return _make_recovery_codes(agent)


def _make_recovery_codes(agent: Agent) -> list[str]:
    RecoveryCode.objects.filter(agent=agent).delete()
    codes = {_new_recovery_code() for _ in range(RECOVERY_CODES)}
    RecoveryCode.objects.bulk_create(
        RecoveryCode(agent=agent, code_hash=_hash(agent, code)) for code in codes
    )
    return sorted(codes)


# --- Using codes --------------------------------------------------------------------------------------------------


def use_code(*, agent: Agent, code: str) -> bool:
    """Use up a code, of the app or for recovery. False when it is wrong, or was used before."""
    code = "".join(code.lower().replace("-", "").split())
    if len(code) == 6 and code.isascii() and code.isdigit():
        return _use_app_code(agent, code)
    used, _rows = RecoveryCode.objects.filter(agent=agent, code_hash=_hash(agent, code)).delete()
    return bool(used)


def _use_app_code(agent: Agent, code: str) -> bool:
    factor = SecondFactor.objects.filter(agent=agent).first()
    if factor is None:
        return False
    try:
        period = _period_of(decrypt(factor.key), code)
    except CannotDecrypt:
        logger.error("the second factor of agent %s was encrypted with a key that is not there", agent.pk)
        return False
    if period is None:
        return False
    fresh = SecondFactor.objects.filter(pk=factor.pk, used_period__lt=period)
    return bool(fresh.update(used_period=period))


def _period_of(key: str, code: str) -> int | None:
    """In which period, of those that count now, the app makes this code."""
    now = int(time.time()) // PERIOD
    for period in range(now - TOLERANCE, now + TOLERANCE + 1):
        if constant_time_compare(_codes(key).generate(period * PERIOD), code.encode()):
            return period
    return None


def _codes(key: str) -> TOTP:
    return TOTP(base64.b32decode(key), 6, SHA1(), PERIOD)  # noqa: S303


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _hash(agent: Agent, code: str) -> str:
    letters = code.replace("-", "")
    return hashlib.sha256(f"agents.RecoveryCode {agent.pk} {letters}".encode()).hexdigest()
