"""What stands in the log of an installation."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.test import Client

from contactcenter.logs import WithoutTracebackOfRefusals
from contactcenter.settings import LOGGING
from tests.factories import make_agent, make_company

pytestmark = pytest.mark.once


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """What is written from now on, as an installation writes it."""
    console = logging.StreamHandler(StringIO())
    console.addFilter(WithoutTracebackOfRefusals())
    logging.getLogger().addHandler(console)
    yield console.stream.getvalue
    logging.getLogger().removeHandler(console)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/settings/users/", 403), ("/conversations/999999/", 404)])
def test_who_is_refused_leaves_a_line_and_no_traceback(
    log: Callable[[], str], path: str, status: int
) -> None:
    client = Client()
    agent = make_agent(make_company(), "Ewa")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(path).status_code == status

    assert path in log() and "Traceback" not in log()


def test_an_error_of_the_program_is_traced(log: Callable[[], str]) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("django.request").exception("It broke", extra={"status_code": 500})

    assert "Traceback" in log()


def test_the_console_is_written_that_way() -> None:
    (name,) = LOGGING["handlers"]["console"]["filters"]
    assert LOGGING["filters"][name]["()"] == "contactcenter.logs.WithoutTracebackOfRefusals"
