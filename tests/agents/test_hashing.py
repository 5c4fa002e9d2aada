"""Making the hash of a password takes long on purpose. No transaction waits for it: on SQLite everybody who writes,
visitors among them, would wait with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from agents.email_change import CONFIRM, UNDO, ask_for_email, confirm_email
from agents.invitations import hash_of, invite
from agents.models import Agent, EmailChange, Invitation
from agents.passwords import reset_tokens
from tests.factories import PASSWORD, make_agent, make_company
from tests.notices.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "violets are hardly ever blue"
TWICE = {"new_password1": NEW, "new_password2": NEW}
in_transaction: list[bool] = []


class Watched(MD5PasswordHasher):
    algorithm = "watched"

    def encode(self, password: str, salt: str) -> str:
        in_transaction.append(connection.in_atomic_block)
        return super().encode(password, salt)


def change(ewa: Agent) -> None:
    answer = signed_in(ewa).post("/settings/security/password/", {"password": PASSWORD} | TWICE)
    assert answer.status_code == 302


def reset(ewa: Agent) -> None:
    client = Client()
    number = urlsafe_base64_encode(force_bytes(ewa.pk))
    form = client.get(f"/password/reset/{number}/{reset_tokens.make_token(ewa)}/")["Location"]
    assert client.post(form, TWICE).status_code == 302


def join(ewa: Agent) -> None:
    invitation = invite(company=ewa.company, by=ewa, email="marta@florist.example", access="limited")
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=hash_of("marta"))
    guest = Client()
    guest.get("/invite/marta/")
    assert guest.post("/invite/join/", TWICE | {"first_name": "Marta", "last_name": ""})["Location"] == "/"


def undo(ewa: Agent) -> None:
    ask_for_email(agent=ewa, email="nowak@florist.example")
    number = EmailChange.objects.get().pk
    confirm_email(token=signing.dumps(number, salt=CONFIRM))
    assert Client().post(f"/email/undo/{signing.dumps(number, salt=UNDO)}/").status_code == 200


@pytest.mark.parametrize("way", [change, reset, join, undo])
def test_no_transaction_waits_for_a_hash(way: Callable[[Agent], None], settings: Any) -> None:
    ewa = make_agent(make_company(), "Ewa", access=Agent.Access.FULL)
    settings.PASSWORD_HASHERS = [f"{__name__}.Watched", "django.contrib.auth.hashers.MD5PasswordHasher"]
    in_transaction.clear()

    way(ewa)

    assert in_transaction and not any(in_transaction)
