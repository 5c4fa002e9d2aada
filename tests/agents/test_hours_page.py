"""Settings → Working hours (ST5): the week, the holidays, and the note in everybody's menu."""

import json
from datetime import date

import pytest
from django.test import Client

from agents.availability import widget_availability
from agents.hours import easter, polish_holidays
from agents.models import Company, Holiday, WorkingInterval
from agents.opening import add_holidays
from tests.agents.test_hours import FRIDAY_NOON, OFFICE, keep
from tests.clock import Clock
from tests.factories import make_agent, make_company
from tests.published import Published


@pytest.fixture
def company(clock: Clock, published: Published) -> Company:
    clock.move_to(FRIDAY_NOON)
    return make_company()


@pytest.fixture
def owner(company: Company) -> Client:
    screen = Client()
    screen.force_login(company.agents.get(), backend="django.contrib.auth.backends.ModelBackend")
    return screen


def week(**days: list[tuple[str, str]]) -> dict[str, object]:
    """The form as a browser sends it; `d0` is Monday."""
    data: dict[str, object] = {"keeps_hours": "on", "time_zone": "Europe/Warsaw"}
    for name, intervals in days.items():
        data[f"from-{name[1]}"] = [opens for opens, _ in intervals]
        data[f"to-{name[1]}"] = [closes for _, closes in intervals]
    return data


def stored(company: Company) -> list[tuple[int, int, int]]:
    return list(WorkingInterval.objects.filter(company=company).values_list("weekday", "opens", "closes"))


def test_hours_are_saved_as_they_were_entered(owner: Client, company: Company) -> None:
    sent = week(d0=[("13:00", "00:00"), ("09:00", "12:30")], d1=[("", "")])
    answer = owner.post("/settings/hours/", sent, follow=True)

    assert stored(company) == [(0, 540, 750), (0, 780, 1440)]
    company.refresh_from_db()
    assert company.keeps_hours
    assert "Working hours saved." in answer.content.decode()
    assert "Closed now, opens on Monday at 9:00" in " ".join(answer.content.decode().split())


REFUSED = [
    ([("09:00", "12:00"), ("11:00", "15:00")], "one begins at 11:00, before the other ends at 12:00"),
    ([("17:00", "09:00")], "17:00–09:00 ends before it begins"),
    ([("09:00", "09:00")], "09:00–09:00 ends before it begins"),
    ([("09:00", "")], "Enter both times, or remove the interval."),
    ([("25:00", "26:00")], "“25:00” is no time of day"),
    ([("<b>", "x")], "“&lt;b&gt;” is no time of day"),
]


@pytest.mark.parametrize(("intervals", "words"), REFUSED)
def test_what_is_no_interval_is_refused_at_its_day_and_nothing_is_saved(
    owner: Client, company: Company, intervals: list[tuple[str, str]], words: str
) -> None:
    keep(company, *OFFICE)
    answer = owner.post("/settings/hours/", week(d2=intervals, d0=[("08:00", "10:00")]))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page.split('id="day-2-error"')[1].split("</p>")[0]
    assert 'id="day-0-error"' not in page
    assert stored(company) == OFFICE


def test_hours_without_any_interval_are_refused(owner: Client, company: Company) -> None:
    answer = owner.post("/settings/hours/", week())

    assert answer.status_code == 422
    assert "nobody would ever be there" in answer.content.decode()


def test_a_time_zone_that_does_not_exist_is_refused(owner: Client, company: Company) -> None:
    answer = owner.post("/settings/hours/", week(d0=[("09:00", "17:00")]) | {"time_zone": "Mars/Olympus"})

    assert answer.status_code == 422
    assert "Mars/Olympus" in answer.content.decode()


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("add 0", 'id="from-0-1"'),
        ("copy 0", 'id="from-4-0" value="09:00"'),
        ("nonsense", 'id="from-0-0"'),
        ("add 99", 'id="from-0-0"'),
        ("remove 0 77", 'id="from-0-0"'),
    ],
)
def test_buttons_change_the_form_without_saving_and_without_scripts(
    owner: Client, company: Company, button: str, expected: str
) -> None:
    answer = owner.post("/settings/hours/", week(d0=[("09:00", "17:00")]) | {"rearrange": button})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert expected in page
    assert stored(company) == []


def test_an_interval_is_removed_from_the_form(owner: Client, company: Company) -> None:
    page = owner.post("/settings/hours/", week(d0=[("09:00", "17:00")]) | {"rearrange": "remove 0 0"})

    assert 'id="from-0-0"' not in page.content.decode()


def test_agents_read_in_their_menu_that_the_widgets_are_offline(owner: Client, company: Company) -> None:
    keep(company, (0, 480, 960))
    note = "Outside working hours: widgets are offline until you open on Monday at 8:00."

    assert note in owner.get("/").content.decode()
    assert note in owner.get("/status/").content.decode()
    keep(company, *OFFICE)
    assert "Outside working hours" not in owner.get("/").content.decode()


# --- holidays -----------------------------------------------------------------------------------------------------


def test_a_holiday_closes_at_once_and_opens_when_it_is_removed(owner: Client, company: Company) -> None:
    make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    owner.post("/settings/hours/holidays/", {"date": "2026-11-20", "name": "Stocktaking"})
    assert widget_availability(company.pk)["online"] is False
    assert "Stocktaking" in owner.get("/settings/hours/").content.decode()

    holiday = Holiday.objects.get(company=company)
    owner.post(f"/settings/hours/holidays/{holiday.pk}/remove/")
    assert widget_availability(company.pk)["online"] is True


def test_a_day_is_a_holiday_once(owner: Client, company: Company) -> None:
    for _ in range(2):
        owner.post("/settings/hours/holidays/", {"date": "2026-12-24", "name": "Eve"})

    assert Holiday.objects.filter(company=company).count() == 1


def test_a_date_that_is_none_is_refused(owner: Client, company: Company) -> None:
    answer = owner.post("/settings/hours/holidays/", {"date": "2026-02-30", "name": "x"})

    assert answer.status_code == 422
    assert not Holiday.objects.exists()


def test_a_removed_holiday_comes_back_by_undo(owner: Client, company: Company) -> None:
    add_holidays(company=company, days=[(date(2026, 12, 24), "Eve & more")])
    holiday = Holiday.objects.get()
    answer = owner.post(f"/settings/hours/holidays/{holiday.pk}/remove/", headers={"HX-Request": "true"})
    owner.post(json.loads(answer["HX-Trigger"])["toast"]["undo"], headers={"HX-Request": "true"})

    assert [str(each) for each in Holiday.objects.all()] == ["2026-12-24 Eve & more"]


def test_polish_holidays_of_a_year_come_with_one_press(owner: Client, company: Company) -> None:
    owner.post("/settings/hours/holidays/polish/", {"year": "2026"})
    assert list(Holiday.objects.values_list("date", flat=True)) == [
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]

    owner.post("/settings/hours/holidays/polish/", {"year": "2027"})
    page = owner.get("/settings/hours/").content.decode()
    assert "Corpus Christi" in page
    assert "Polish holidays" not in page


def test_everybody_reads_the_names_of_public_holidays_in_their_own_language(
    owner: Client, company: Company
) -> None:
    """Whoever added them; what a company has named itself stays."""
    owner.post("/settings/hours/holidays/polish/", {"year": "2027"}, headers={"accept-language": "en"})
    owner.post("/settings/hours/holidays/", {"date": "2027-03-01", "name": "Stocktaking"})
    company.agents.update(language="pl")

    page = owner.get("/settings/hours/").content.decode()

    assert "Boże Ciało" in page and "Corpus Christi" not in page
    assert "Stocktaking" in page


@pytest.mark.parametrize(
    ("year", "sunday", "corpus_christi"),
    [
        (2024, date(2024, 3, 31), date(2024, 5, 30)),
        (2026, date(2026, 4, 5), date(2026, 6, 4)),
        (2027, date(2027, 3, 28), date(2027, 5, 27)),
        (2038, date(2038, 4, 25), date(2038, 6, 24)),
    ],
)
def test_movable_holidays_are_computed(year: int, sunday: date, corpus_christi: date) -> None:
    assert easter(year) == sunday
    assert corpus_christi in {day for day, _ in polish_holidays(year)}
    assert len(polish_holidays(year)) == (13 if year < 2025 else 14)


def test_another_companys_hours_stay_as_they_are(owner: Client, company: Company) -> None:
    other = make_company("Baker")
    keep(other, *OFFICE)
    add_holidays(company=other, days=[(date(2026, 12, 24), "Eve")])

    owner.post("/settings/hours/", week(d0=[("09:00", "17:00")]))
    answer = owner.post(f"/settings/hours/holidays/{Holiday.objects.get().pk}/remove/")

    assert answer.status_code == 404
    assert stored(other) == OFFICE
