"""Settings, their documentation and the compose file name the same environment variables."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
# Read by docker-compose.yml, not by the product.
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}
# Set by the Dockerfile for the image itself; nobody else has a reason to.
IMAGE_ONLY = {"STATIC_ROOT"}


def documented_variables() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def variables_read_by_settings() -> set[str]:
    source = (ROOT / "contactcenter" / "settings.py").read_text()
    return set(re.findall(r"\benv(?:\.\w+)?\(\s*[\"']([A-Z][A-Z_]+)[\"']", source))


def test_every_setting_is_documented() -> None:
    assert variables_read_by_settings() - IMAGE_ONLY - documented_variables() == set()


def test_everything_documented_is_read() -> None:
    assert documented_variables() - COMPOSE_ONLY - variables_read_by_settings() == set()


def test_what_compose_asks_for_is_documented() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert asked - documented_variables() == set()


def test_files_name_no_registry_host_or_machine() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        assert "--index-url" not in text, name
        assert "--find-links" not in text, name


def test_both_locks_agree() -> None:
    runtime, development = (
        set(re.findall(r"^([\w.-]+(?:\[[\w,]+\])?==[^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert runtime - development == set()
