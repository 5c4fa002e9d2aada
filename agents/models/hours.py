"""Whether a company works right now, as a condition of queries (ST5). The database reads the company's own clock, so
that nothing has to run for an agent to be unavailable outside of them. agents/hours.py says the same in Python."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, F, Func

# What the clock on the company's wall shows, as the databases say it: day of the week (Monday is 0), minute of the day,
# date. `zone` is a column of the query.
_CLOCKS = {
    "sqlite": (
        "(django_datetime_extract('iso_week_day', %s, {zone}, 'UTC') - 1)",
        "(django_datetime_extract('hour', %s, {zone}, 'UTC') * 60"
        " + django_datetime_extract('minute', %s, {zone}, 'UTC'))",
        "django_datetime_cast_date(%s, {zone}, 'UTC')",
    ),
    "postgresql": (
        "(EXTRACT(ISODOW FROM %s::timestamptz AT TIME ZONE {zone}) - 1)",
        "(EXTRACT(HOUR FROM %s::timestamptz AT TIME ZONE {zone}) * 60"
        " + EXTRACT(MINUTE FROM %s::timestamptz AT TIME ZONE {zone}))",
        "(%s::timestamptz AT TIME ZONE {zone})::date",
    ),
}
_WORKS = (
    "(NOT {keeps_hours}"
    " OR (EXISTS (SELECT 1 FROM agents_workinginterval i WHERE i.company_id = {company} AND i.weekday = {weekday}"
    " AND i.opens <= {minute} AND i.closes > {minute})"
    " AND NOT EXISTS (SELECT 1 FROM agents_holiday h WHERE h.company_id = {company} AND h.date = {date})))"
)


class WorksAt(Func):
    """Of rows with a company: it works at this moment. One that keeps no hours always does, and costs a column.

    SQL rather than ORM, because widgets and routing ask this all the time: building the subqueries from models anew
    for each question took longer than all the rest of it."""

    output_field = BooleanField()

    def __init__(self, moment: datetime) -> None:
        super().__init__(F("company__keeps_hours"), F("company"), F("company__time_zone"))
        self.moment = moment

    # typing: no templates here
    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        keeps_hours, company, zone = (compiler.compile(column)[0] for column in self.get_source_expressions())
        weekday, minute, date = (text.format(zone=zone) for text in _CLOCKS[connection.vendor])
        sql = _WORKS.format(
            keeps_hours=keeps_hours, company=company, weekday=weekday, minute=minute, date=date
        )
        return sql, [connection.ops.adapt_datetimefield_value(self.moment)] * sql.count("%s")
