"""The launcher's socket shows that the code works on a website (WI12)."""

from collections.abc import Awaitable, Callable

from agents.models import Company
from chat.models import WidgetSighting
from tests.sockets.conftest import Wire

SHOP = "https://florist.example"


async def test_a_launcher_that_listens_shows_where_it_is(
    company: Company, launcher: Callable[..., Awaitable[Wire]]
) -> None:
    wire = await launcher(headers={"Origin": SHOP})
    await wire.hear("availability")

    assert [sighting.origin async for sighting in WidgetSighting.objects.filter(company=company)] == [SHOP]
