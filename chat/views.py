"""The visitors' addresses over plain HTTP: for networks that block WebSocket, and the offline form."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agents.models import Company
from chat.actions import give_details, leave_offline_message
from chat.cleaning import clean_client_id, clean_short, clean_text
from chat.consumers import find_company
from chat.details import wishes_of
from chat.limits import EXCHANGES, MESSAGES, OFFLINE_MESSAGES, address_limit, too_much
from chat.visits import Visit
from chat.websites import for_own_pages
from contactcenter.addresses import client_address, counted_address
from contactcenter.frames import ProtocolError, check_frame, error_frame, frame_of

MAX_BODY = 256 * 1024
MAX_COMMANDS = 20


def company_or_404(key: str) -> Company:
    company = find_company(key)
    if company is None:
        raise Http404
    return company


def body_of(request: HttpRequest) -> dict[str, Any] | None:
    """The JSON object that was sent; None when it is something else."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _too_many(wait: float) -> HttpResponse:
    return JsonResponse({"error": "rate_limited"}, status=429, headers={"Retry-After": str(int(wait) + 1)})


def _too_large(request: HttpRequest) -> bool:
    return int(request.headers.get("Content-Length") or 0) > MAX_BODY


# No cookie is looked at here: the visitor's token in the body is what counts, so there is nothing to forge.
@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def exchange(request: HttpRequest, key: str) -> HttpResponse:
    """A hello and commands, answered in one go (docs/widget-protocol.md)."""
    company = company_or_404(key)
    if _too_large(request):
        return JsonResponse({"error": "too_large"}, status=413)
    if wait := address_limit(EXCHANGES, client_address(request)):
        return _too_many(wait)
    body = body_of(request)
    frames = body.get("frames") if body else None
    if not isinstance(frames, list) or not 1 <= len(frames) <= MAX_COMMANDS + 1:
        return JsonResponse({"error": "bad_frame"}, status=400)
    visit = Visit(
        company.pk,
        wishes_of(company),
        user_agent=request.headers.get("User-Agent", "")[:300],
        address=counted_address(client_address(request)),
    )
    answers = []
    for position, frame in enumerate(frames):
        answer = _answer(visit, frame, first=position == 0)
        if answer is not None:
            answers.append(answer)
        if position == 0 and answer and answer["type"] == "error":
            break
    return JsonResponse({"frames": answers})


def _answer(visit: Visit, frame: Any, *, first: bool) -> dict[str, Any] | None:
    ref = None
    try:
        kind, ref, data = check_frame(frame)
        if first and kind != "hello":
            raise ProtocolError("hello_first", "Say hello first.")
        if kind == "hello" and not first:
            raise ProtocolError("bad_frame", "One hello, at the beginning.")
        return _carry_out(visit, kind, ref, data)
    except ProtocolError as error:
        return error_frame(error, ref)


# What is kept, and what its answer is called.
_STORED = {
    "message.send": (Visit.receive, "message.stored"),
    "bot.choose": (Visit.choose, "message.stored"),
    "bot.people": (Visit.ask_for_people, "message.stored"),
    "details": (give_details, "details.stored"),
}


def _carry_out(visit: Visit, kind: str, ref: str | None, data: dict[str, Any]) -> dict[str, Any] | None:
    if kind == "hello":
        return frame_of("welcome", visit.hello(data), ref)
    if kind in _STORED:
        if wait := address_limit(MESSAGES, visit.token_hash):
            raise too_much(wait)
        receive, answer = _STORED[kind]
        return frame_of(answer, receive(visit, data), ref)
    if kind == "sync":
        return frame_of("entries", visit.sync(data), ref)
    if kind == "ping":
        return frame_of("pong", {"behind": visit.is_behind(data)}, ref)
    if kind == "typing":
        visit.tell_typing(data.get("on") is True)
        return None
    if kind == "page":
        visit.go_to(data)
        return None
    if kind == "read":
        visit.note_read(data)
        return None
    raise ProtocolError("unknown_command", f"There is no command {kind[:64]!r}.")


@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def offline(request: HttpRequest, key: str) -> HttpResponse:
    """The offline form (WI5)."""
    company = company_or_404(key)
    if _too_large(request):
        return JsonResponse({"error": "too_large"}, status=413)
    if wait := address_limit(OFFLINE_MESSAGES, client_address(request)):
        return _too_many(wait)
    body = body_of(request)
    if body is None:
        return JsonResponse({"error": "bad_frame"}, status=400)
    visit = Visit(company.pk, user_agent=request.headers.get("User-Agent", "")[:300])
    try:
        welcome = visit.hello({**body, "after": None})
        client_id = clean_client_id(body.get("id"))
    except ProtocolError as error:
        return JsonResponse({"error": error.code}, status=400)
    with translation.override(visit.language or company.language):
        message, errors = _check_form(body)
    if errors:
        return JsonResponse({"errors": errors}, status=422)
    leave_offline_message(company=company, visit=visit, client_id=client_id, **message)
    return JsonResponse({"stored": True, "token": welcome["token"]})


def _check_form(body: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The form's values, and what is wrong with them in the visitor's language."""
    errors = {}
    email = clean_short(body.get("email"), 254)
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = _("Enter an e-mail address, such as anna@example.com.")
    text = ""
    try:
        text = clean_text(body.get("text"))
    except ProtocolError as error:
        too_long = _("The message may have 10,000 characters.")
        errors["text"] = too_long if error.code == "too_large" else _("Write your message.")
    return {"name": clean_short(body.get("name"), 120), "email": email, "text": text}, errors
