"""`manage.py createcompany`."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents.models import Company

pytestmark = pytest.mark.django_db


def test_without_a_terminal_the_password_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_types(prompt: str) -> Any:
        raise EOFError

    monkeypatch.setattr("agents.management.commands.createcompany.getpass", nobody_types)
    with pytest.raises(CommandError, match="--password"):
        call_command("createcompany", "Kwiaciarnia", "ola@kwiaty.example")
    assert not Company.objects.exists()


def test_a_company_and_its_first_agent() -> None:
    said = io.StringIO()
    call_command(
        "createcompany", "Kwiaciarnia", "ola@kwiaty.example", password="many-tall-tulips", stdout=said
    )
    company = Company.objects.get()
    assert company.key in said.getvalue()
    assert [agent.email for agent in company.agents.all()] == ["ola@kwiaty.example"]
