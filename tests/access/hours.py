"""Working hours: for full access only."""

from agents.models import Holiday
from tests.access.routes import DOOR, FORBIDDEN, NOT_FOUND, OK, Route, World

FULL = (DOOR, DOOR, FORBIDDEN, OK, OK, NOT_FOUND)
WEEK = {"time_zone": "Europe/Warsaw", "keeps_hours": "on", "from-0": "09:00", "to-0": "17:00"}


def of_holiday(world: World) -> list[int]:
    holiday, _ = Holiday.objects.get_or_create(company=world.conversation.company, date="2030-05-03")
    return [holiday.pk]


ROUTES = [
    Route("agents:hours", FULL),
    Route("agents:hours", FULL, "post", data=WEEK),
    Route("agents:add_holiday", FULL, "post", data={"date": "2030-05-01"}),
    Route(
        "agents:add_polish_holidays",
        (DOOR, DOOR, FORBIDDEN, NOT_FOUND, NOT_FOUND, NOT_FOUND),
        "post",
        data={"year": "1999"},
    ),
    Route("agents:remove_holiday", (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND), "post", of_holiday),
]
