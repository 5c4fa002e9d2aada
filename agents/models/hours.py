"""Whether a company works right now, as a condition of queries (ST5). The database reads the company's own clock, so
that nothing has to run for an agent to be unavailable outside of them. agents/hours.py says the same in Python."""

from datetime import datetime
from typing import Any

from django.db.models import DateField, DateTimeField, Exists, Func, IntegerField, OuterRef, Q, Value

from agents.models.companies import Holiday, WorkingInterval


class ClockFace(Func):
    """A part of what a clock in a time zone shows at a moment."""

    PARTS = {"iso_week_day": "ISODOW", "hour": "HOUR", "minute": "MINUTE"}
    output_field = IntegerField()

    def __init__(self, part: str, moment: datetime, zone: Any) -> None:
        super().__init__(Value(moment, DateTimeField()), zone, part=part, sql_part=self.PARTS.get(part, part))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "django_datetime_extract('%(part)s', %(expressions)s, 'UTC')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXTRACT(%(sql_part)s FROM %(expressions)s)::int"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" AT TIME ZONE ", **context)


class CalendarPage(ClockFace):
    """The day on which it is that time."""

    output_field = DateField()  # type: ignore[assignment]

    def __init__(self, moment: datetime, zone: Any) -> None:
        super().__init__("day", moment, zone)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "django_datetime_cast_date(%(expressions)s, 'UTC')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(%(expressions)s)::date"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" AT TIME ZONE ", **context)


def works_at(moment: datetime) -> Q:
    """Of rows with a company: it works at this moment. One that keeps no hours always does, and costs a column."""
    zone = OuterRef("company__time_zone")
    minute = ClockFace("hour", moment, zone) * 60 + ClockFace("minute", moment, zone)
    at_work = WorkingInterval.objects.filter(
        company=OuterRef("company"),
        weekday=ClockFace("iso_week_day", moment, zone) - 1,
        opens__lte=minute,
        closes__gt=minute,
    )
    holiday = Holiday.objects.filter(company=OuterRef("company"), date=CalendarPage(moment, zone))
    return Q(company__keeps_hours=False) | (Exists(at_work) & ~Exists(holiday))
