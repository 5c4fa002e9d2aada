"""Contacts as a file to take along (CO2)."""

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents
from contactcenter.limits import Limit
from contacts import exports
from contacts.lists import Wanted

# Each looks at every contact.
EXPORTS = Limit("contact-exports", times=60, seconds=3600)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_agents
def export(request: AgentRequest) -> HttpResponseBase:
    """All contacts, or those of the list that the address describes; neither holds the memory of more than a few."""
    if not EXPORTS.take(str(request.user.pk)):
        messages.error(request, _("That was a lot at once. Please wait a moment and try again."))
        return redirect("contacts:contacts")
    company = company_of(request.user)
    table = exports.table_of(company, Wanted.of(company, request.GET))
    day = timezone.localtime(timezone=company.zone).date()
    name = f"{_('contacts')}-{day.isoformat()}"
    if request.GET.get("format") == "xlsx":
        return _download(_xlsx(table), f"{name}.xlsx")
    pieces: Any = exports.csv_pieces(table)
    return _download(StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def _xlsx(table: exports.Table) -> HttpResponseBase:
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    exports.write_xlsx(table, target)
    target.seek(0)
    return FileResponse(target, content_type=XLSX)


def _download(response: Any, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
