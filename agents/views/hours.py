"""Settings → Working hours (ST5)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agents.forms.hours import HolidayForm, HoursForm
from agents.hours import polish_holidays
from agents.http import AgentRequest, company_of, for_full_access, number
from agents.models import Company
from agents.opening import add_holidays, remove_holiday, save_hours
from contactcenter.htmx import with_events, with_toast


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def hours(request: AgentRequest) -> HttpResponse:
    """The page, and the saving of the week. Buttons that add or remove an interval only draw the form anew."""
    company = company_of(request.user)
    if request.method != "POST":
        return render(request, "agents/hours/page.html", page(company))
    form = HoursForm(request.POST, company=company)
    if button := request.POST.get("rearrange", ""):
        form.rearrange(button)
        return draw(request, company, form)
    if not form.is_valid():
        return draw(request, company, form, status=422)
    save_hours(
        company=company,
        keeps_hours=form.cleaned_data["keeps_hours"],
        time_zone=form.cleaned_data["time_zone"],
        intervals=form.intervals,
    )
    company.refresh_from_db()
    if not request.htmx:
        messages.success(request, _("Working hours saved."))
        return redirect("agents:hours")
    return with_toast(draw(request, company, HoursForm(company=company)), _("Working hours saved."))


def page(company: Company, form: HoursForm | None = None) -> dict[str, Any]:
    return {"company": company, "form": form or HoursForm(company=company), **holidays_of(company)}


def draw(request: AgentRequest, company: Company, form: HoursForm, status: int = 200) -> HttpResponse:
    template = "agents/hours/includes/week.html" if request.htmx else "agents/hours/page.html"
    return render(request, template, page(company, form), status=status)


# --- holidays ---------------------------------------------------------------------------------------------------


def holidays_of(company: Company) -> dict[str, Any]:
    """The coming ones, an empty form, and the years whose Polish holidays are not all in yet."""
    today = timezone.now().astimezone(company.zone).date()
    coming = list(company.holidays.filter(date__gte=today))
    known = {holiday.date for holiday in coming}
    years = [year for year in (today.year, today.year + 1) if _missing(year, today, known)]
    return {"holidays": coming, "years": years, "holiday_form": HolidayForm()}


def _missing(year: int, today: date, known: set[date]) -> list[tuple[date, str]]:
    return [(day, name) for day, name in polish_holidays(year) if day >= today and day not in known]


def draw_holidays(request: AgentRequest, company: Company, toast: str, undo: str = "") -> HttpResponse:
    if not request.htmx:
        messages.success(request, toast)
        return redirect(reverse("agents:hours") + "#holidays")
    response = render(request, "agents/hours/includes/holidays.html", holidays_of(company))
    if request.htmx.target != "holidays":
        # "Undo" puts nothing on the page by itself.
        with_events(response, "holidays.stale")
    return with_toast(response, toast, undo=undo)


@require_POST
@for_full_access
def add_holiday(request: AgentRequest) -> HttpResponse:
    """One day, from the form; or a day that was just removed, from the address of "Undo"."""
    company = company_of(request.user)
    form = HolidayForm(request.POST if "date" in request.POST else request.GET)
    if not form.is_valid():
        context = page(company) | {"holiday_form": form}
        template = "agents/hours/includes/holidays.html" if request.htmx else "agents/hours/page.html"
        return render(request, template, context, status=422)
    day, name = form.cleaned_data["date"], form.cleaned_data["name"]
    if not add_holidays(company=company, days=[(day, name)]):
        return draw_holidays(request, company, _("That day is a holiday already."))
    return draw_holidays(request, company, _("Holiday added."))


@require_POST
@for_full_access
def remove_one_holiday(request: AgentRequest, holiday_id: int) -> HttpResponse:
    company = company_of(request.user)
    removed = remove_holiday(company=company, holiday_id=holiday_id)
    if removed is None:
        raise Http404
    again = urlencode({"date": removed.date.isoformat(), "name": removed.name})
    undo = f"{reverse('agents:add_holiday')}?{again}"
    return draw_holidays(request, company, _("Holiday removed."), undo)


@require_POST
@for_full_access
def add_polish_holidays(request: AgentRequest) -> HttpResponse:
    """The public holidays of a year, from today on."""
    company = company_of(request.user)
    today = timezone.now().astimezone(company.zone).date()
    year = number(request.POST.get("year"))
    if year not in {today.year, today.year + 1}:
        raise Http404
    added = add_holidays(company=company, days=_missing(year, today, set()))
    toast = ngettext("%(count)s holiday added.", "%(count)s holidays added.", added) % {"count": added}
    return draw_holidays(request, company, toast)
