"""The import of contacts (CO3): upload, status list, columns, verification, import, and the way back."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from agents.http import AgentRequest, company_of, for_agents, number
from contactcenter.limits import Limit
from contactcenter.middleware import explains_large_bodies, is_cut_short
from contacts.cells import harmless, quoted
from contacts.cleaning import one_line
from contacts.imports import actions
from contacts.imports import mapping as mappings
from contacts.imports.actions import Incomplete, NotNow
from contacts.imports.models import ContactImport
from contacts.imports.presenting import proposed_duplicates, report_of, report_rows, sample_of
from contacts.imports.reading import Rows, is_blank
from contacts.imports.recognising import ENCODINGS, SEPARATORS, Format, NotCsv
from contacts.imports.steps import count_touched
from files.store import TOO_LARGE, Refused, open_file

PAGE = 30
# Reading a file is work.
UPLOADS = Limit("contact-imports", times=60, seconds=3600)
State = ContactImport.State


def get_import_or_404(request: AgentRequest, pk: int) -> ContactImport:
    """An import of the agent's own company; anything else is not found (rule 7)."""
    imports = ContactImport.objects.select_related("company", "file", "by")
    return get_object_or_404(imports, company=company_of(request.user), pk=pk)


# --- uploading ----------------------------------------------------------------------------------------------------


@explains_large_bodies
@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def upload(request: AgentRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        contact_import, error = _receive(request)
        if contact_import is not None:
            return redirect("contacts:import", contact_import.pk)
    facts = {"error": error, "most_bytes": actions.MAX_BYTES, "too_large": _too_large()}
    return render(request, "contacts/imports/upload.html", facts, status=422 if error else 200)


def _receive(request: AgentRequest) -> tuple[ContactImport | None, str]:
    """The import of what was uploaded, or why there is none."""
    file = request.FILES.get("file")
    if is_cut_short(request) or (file and (file.size or 0) > actions.MAX_BYTES):
        return None, _too_large()
    if file is None:
        return None, _("Choose a file first.")
    if not file.size:
        return None, _("The file is empty.")
    if not UPLOADS.take(str(request.user.pk)):
        return None, _("That were many files in a short time. Please try again in an hour.")
    try:
        company = company_of(request.user)
        return actions.upload(company=company, by=request.user, name=file.name or "", content=file), ""
    except (NotCsv, Refused) as refusal:
        return None, str(refusal.reason)


def _too_large() -> str:
    return str(TOO_LARGE).format(megabytes=actions.MAX_BYTES // 1_048_576)


# --- the list -----------------------------------------------------------------------------------------------------


@require_safe
@for_agents
def imports(request: AgentRequest) -> HttpResponse:
    """Import status: every file, newest first."""
    found = ContactImport.objects.filter(company=company_of(request.user)).select_related("file")
    if before := number(request.GET.get("before")):
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    facts = {
        "imports": rows[:PAGE],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else "",
        "before": before or "",
        "is_running": any(each.is_running for each in rows[:PAGE]),
    }
    if request.htmx and request.htmx.target == "imports":
        return render(request, "contacts/imports/includes/list.html", facts)
    return render(request, "contacts/imports/list.html", facts)


# --- one import ---------------------------------------------------------------------------------------------------


@require_safe
@for_agents
def detail(request: AgentRequest, pk: int) -> HttpResponse:
    """Where it stands: its columns, its report, or how far the work has come."""
    contact_import = get_import_or_404(request, pk)
    return _show(request, contact_import, shows_columns="columns" in request.GET)


def _show(
    request: AgentRequest,
    contact_import: ContactImport,
    *,
    error: str = "",
    shows_columns: bool = False,
    status: int = 200,
) -> HttpResponse:
    facts = _facts(request, contact_import, shows_columns=shows_columns) | {"error": error}
    template = "contacts/imports/detail.html"
    if request.htmx and request.htmx.target == "import":
        template = "contacts/imports/includes/import.html"
    return render(request, template, facts, status=status)


def _facts(request: AgentRequest, contact_import: ContactImport, *, shows_columns: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"contact_import": contact_import}
    if contact_import.is_open:
        facts["earlier"] = actions.earlier_import(contact_import)
    if contact_import.is_open and (contact_import.state != State.VERIFIED or shows_columns):
        try:
            facts["sample"] = sample_of(contact_import, may_add_fields=request.user.has_full_access)
        except NotCsv as refusal:
            facts["unreadable"] = refusal.reason
    elif contact_import.state in {State.VERIFIED, State.IMPORTING, State.IMPORTED}:
        facts["proposed"] = proposed_duplicates(contact_import)
    if contact_import.bad and contact_import.state != State.UNDONE:
        facts["report"] = report_of(contact_import)
    return facts


@require_POST
@for_agents
def configure(request: AgentRequest, pk: int) -> HttpResponse:
    """How the file is to be read and what its columns are; with `verify` pressed, go and look at every record."""
    contact_import = get_import_or_404(request, pk)
    try:
        contact_import = _configured(request, contact_import)
        if "verify" in request.POST:
            contact_import = actions.verify(contact_import=contact_import)
    except NotNow:
        return _answer(request, pk)
    except (NotCsv, Incomplete) as refusal:
        contact_import.refresh_from_db()
        error = str(refusal.reason)
        return _show(request, contact_import, error=error, shows_columns=True, status=422)
    return _answer(request, pk, shows_columns="verify" not in request.POST)


def _configured(request: AgentRequest, contact_import: ContactImport) -> ContactImport:
    if not contact_import.is_open:
        raise NotNow(contact_import)
    format = _format_of(request, contact_import)
    if format != Format.from_json(contact_import.format):
        # The columns are others now; what was chosen for them says nothing.
        return actions.change_format(contact_import=contact_import, format=format)
    return actions.configure(
        contact_import=contact_import,
        mapping=_mapping_of(request.POST, contact_import),
        adds_plus="adds_plus" in request.POST,
        adds_prefix="adds_prefix" in request.POST,
        may_add_fields=request.user.has_full_access,
    )


def _format_of(request: AgentRequest, contact_import: ContactImport) -> Format:
    now = Format.from_json(contact_import.format)
    encoding = request.POST.get("encoding", "")
    separator = request.POST.get("separator", "")
    return Format(
        encoding if encoding in ENCODINGS else now.encoding,
        separator if separator in SEPARATORS else now.separator,
        now.quote,
        has_header="has_header" in request.POST,
    )


def _mapping_of(data: Mapping[str, str], contact_import: ContactImport) -> list[str]:
    """The words of the form's selects. An address or number that has just been chosen gets the next free place."""
    words: list[str] = []
    fresh: list[int] = []
    for column, before in enumerate(contact_import.mapping):
        word, place = data.get(f"column-{column}", ""), data.get(f"number-{column}", "")
        if word in mappings.NUMBERED:
            if mappings.split(before)[0] == word and place.isdigit():
                word = f"{word}.{place}"
            else:
                fresh.append(column)
        words.append(word)
    for column in fresh:
        places = (f"{words[column]}.{place}" for place in range(1, mappings.MOST_NUMBERED + 1))
        words[column] = next((word for word in places if word not in words), "")
    return words


@require_POST
@for_agents
def stop(request: AgentRequest, pk: int) -> HttpResponse:
    """Leave the verification; the columns can be changed again."""
    contact_import = get_import_or_404(request, pk)
    _if_it_still_may(actions.stop_verifying, contact_import=contact_import)
    return _answer(request, pk)


@require_POST
@for_agents
def start(request: AgentRequest, pk: int) -> HttpResponse:
    contact_import = get_import_or_404(request, pk)
    chosen = request.POST.get("duplicates", "")
    duplicates = chosen if chosen in ContactImport.Duplicates.values else ContactImport.Duplicates.SKIP
    _if_it_still_may(actions.start, contact_import=contact_import, duplicates=duplicates)
    return _answer(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def undo(request: AgentRequest, pk: int) -> HttpResponse:
    """Says how many contacts would go back and how many would stay, and does it."""
    contact_import = get_import_or_404(request, pk)
    address = reverse("contacts:import", args=[pk])
    if request.method == "POST":
        _if_it_still_may(actions.undo, contact_import=contact_import)
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    if contact_import.state != State.IMPORTED:
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    back, stay = count_touched(contact_import)
    template = "contacts/imports/undo_dialog.html" if request.htmx else "contacts/imports/undo.html"
    return render(request, template, {"contact_import": contact_import, "back": back, "stay": stay})


@require_POST
@for_agents
def discard(request: AgentRequest, pk: int) -> HttpResponse:
    """Forget a file that was never imported."""
    contact_import = get_import_or_404(request, pk)
    try:
        actions.discard(contact_import=contact_import)
    except NotNow:
        return _answer(request, pk)
    messages.success(request, _("“%(name)s” was not imported.") % {"name": contact_import.file_name})
    address = reverse("contacts:imports")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _if_it_still_may(action: Any, **arguments: Any) -> None:
    """Whoever presses what somebody else has pressed a moment ago sees where it stands."""
    try:
        action(**arguments)
    except NotNow:
        return


def _answer(request: AgentRequest, pk: int, *, shows_columns: bool = False) -> HttpResponse:
    if not request.htmx:
        address = reverse("contacts:import", args=[pk])
        return redirect(f"{address}?columns" if shows_columns else address)
    return _show(request, get_import_or_404(request, pk), shows_columns=shows_columns)


# --- what can be taken along --------------------------------------------------------------------------------------


@require_safe
@for_agents
def report(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The error report as a table."""
    contact_import = get_import_or_404(request, pk)
    rows = [[quoted(str(cell), one_line) for cell in row] for row in report_rows(contact_import)]
    return _csv(iter(rows), _("errors"), contact_import)


@require_safe
@for_agents
def rejected(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The rows with errors as they stand in the file, to be put right and imported by themselves."""
    contact_import = get_import_or_404(request, pk)
    rows = list(_rejected_rows(contact_import))
    return _csv(iter(rows), _("rows-with-errors"), contact_import)


def _rejected_rows(contact_import: ContactImport) -> Iterator[list[str]]:
    wrong = set(contact_import.problems.values_list("row", flat=True))
    if contact_import.file is None or contact_import.file.deleted_at is not None or not wrong:
        return
    format = Format.from_json(contact_import.format)
    try:
        rows = Rows(open_file(contact_import.file), format)
    except FileNotFoundError:
        return
    is_header = format.has_header
    try:
        for cells in rows:
            if is_blank(cells):
                continue
            if is_header or rows.number in wrong:
                yield [harmless(cell) for cell in cells]
            is_header = False
    finally:
        rows.close()


def _csv(rows: Iterator[list[str]], name: str, contact_import: ContactImport) -> HttpResponseBase:
    text = io.StringIO(newline="")
    text.write("\ufeff")
    csv.writer(text, delimiter=";" if get_language() == "pl" else ",").writerows(rows)
    response = StreamingHttpResponse(iter([text.getvalue().encode()]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{contact_import.pk}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
