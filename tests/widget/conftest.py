"""A running product for all tests of a module, and the websites that show its widget."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.live import Live, Template
from tests.widget.website import Website


@pytest.fixture(scope="module")
def product(_template: Template) -> Iterator[Live]:
    """A running product in which Ewa is there. Its tests are visitors who do not disturb each other."""
    product = Live(_template.copy()).start()
    product.query("UPDATE agents_agent SET status = 'online' WHERE email = 'ewa@demo.example'")
    product.query(
        "INSERT INTO agents_device (agent_id, key, seen_at, is_connected)"
        " SELECT id, 'test', %s, %s FROM agents_agent WHERE email = 'ewa@demo.example'",
        [str(datetime.now(UTC) + timedelta(hours=8)), True],
    )
    yield product
    log = product.log()
    product.stop()
    assert "Traceback (most recent call last)" not in log, log


@pytest.fixture
def website(product: Live) -> Iterator[Website]:
    site = Website(product.url)
    yield site
    site.stop()


@pytest.fixture
def foreign_website(product: Live) -> Iterator[Website]:
    """Another site than the product's, where the browser forbids the panel to keep anything."""
    site = Website(product.url, "localhost")
    yield site
    site.stop()
