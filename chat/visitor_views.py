"""What visitors do beside talking, over plain HTTP and with their token: send a file, end a conversation, rate
one that has ended, have it sent to their e-mail address (docs/widget-protocol.md)."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agents.models import Company
from chat.cleaning import clean_client_id, clean_short, clean_text
from chat.details import is_email, wishes_of
from chat.limits import EXCHANGES, RATINGS, address_limit, too_much
from chat.transcripts import NothingToSend, post_transcript
from chat.uploads import FORM, TOO_LARGE, receive_file
from chat.views import MAX_BODY, body_of, company_or_404
from chat.visits import Visit
from chat.websites import for_own_pages
from contactcenter.addresses import client_address, counted_address
from contactcenter.frames import ProtocolError
from conversations.actions import NotAllowed, close_by_customer
from conversations.attachments import MAX_BYTES
from conversations.ending_models import STARS
from conversations.models import Conversation
from conversations.ratings import LONGEST_COMMENT, rate_conversation
from files.store import Refused


def _refuse(code: str, status: int, message: str = "") -> JsonResponse:
    return JsonResponse({"error": code, "message": message}, status=status)


def _refuse_for(error: ProtocolError, language: str) -> JsonResponse:
    if error.code != "rate_limited":
        return _refuse(error.code, 400, str(error))
    with translation.override(language):
        response = _refuse("rate_limited", 429, _("That was a lot at once. Please try again later."))
    response["Retry-After"] = str(int(error.after or 1) + 1)
    return response


def _visit(request: HttpRequest, company: Company, hello: dict[str, Any]) -> tuple[Visit, str]:
    """Who says hello, and the token that they stand for. Raises ProtocolError."""
    if wait := address_limit(EXCHANGES, client_address(request)):
        raise too_much(wait)
    visit = Visit(
        company.pk,
        wishes_of(company),
        user_agent=request.headers.get("User-Agent", "")[:300],
        address=counted_address(client_address(request)),
    )
    # Nobody arrives anywhere by this.
    welcome = visit.hello({**hello, "after": hello.get("after") or {}})
    return visit, str(welcome["token"])


def _conversation(visit: Visit, named: object) -> Conversation | None:
    """The visitor's latest conversation, if it is the one that they mean."""
    if visit.conversation_id is None or named != visit.public_id:
        return None
    return Conversation.objects.select_related("company", "assignee").get(pk=visit.conversation_id)


# --- files ----------------------------------------------------------------------------------------------------------


@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """A file, as a form: `hello` (as in docs/widget-protocol.md), the message's `id`, and the `file`."""
    company = company_or_404(key)
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES + FORM:
        with translation.override(company.language):
            return _refuse("too_large", 413, str(TOO_LARGE))
    try:
        hello = json.loads(request.POST.get("hello", ""))
    except (ValueError, RecursionError):
        hello = None
    file = request.FILES.get("file")
    if not isinstance(hello, dict) or file is None:
        return _refuse("bad_frame", 400)
    language = str(hello.get("lang") or company.language)
    try:
        visit, token = _visit(request, company, hello)
        stored = receive_file(
            company=company,
            visit=visit,
            client_id=clean_client_id(request.POST.get("id")),
            upload=file,
        )
    except Refused as refused:
        return _refuse("refused", 422, str(refused.reason))
    except ProtocolError as error:
        return _refuse_for(error, language if language == "pl" else "en")
    return JsonResponse({"stored": stored, "token": token})


# --- end, rating, transcript ----------------------------------------------------------------------------------------


@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def end(request: HttpRequest, key: str) -> HttpResponse:
    company, body = company_or_404(key), _small_body(request)
    if body is None:
        return _refuse("bad_frame", 400)
    try:
        visit, _token = _visit(request, company, body)
    except ProtocolError as error:
        return _refuse_for(error, company.language)
    conversation = _conversation(visit, body.get("conversation"))
    if conversation is None:
        return _refuse("unknown_conversation", 404)
    try:
        close_by_customer(conversation=conversation)
    except NotAllowed:
        return _refuse("not_now", 409)
    return JsonResponse({"ended": True})


@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def rate(request: HttpRequest, key: str) -> HttpResponse:
    company, body = company_or_404(key), _small_body(request)
    if body is None:
        return _refuse("bad_frame", 400)
    stars = body.get("stars")
    if not isinstance(stars, int) or isinstance(stars, bool) or not 1 <= stars <= STARS:
        return _refuse("bad_frame", 400, "stars: 1 to 5")
    try:
        visit, _token = _visit(request, company, body)
        if wait := address_limit(RATINGS, visit.token_hash):
            raise too_much(wait)
    except ProtocolError as error:
        return _refuse_for(error, company.language)
    conversation = _conversation(visit, body.get("conversation"))
    if conversation is None:
        return _refuse("unknown_conversation", 404)
    try:
        rate_conversation(conversation=conversation, stars=stars, comment=_comment(body))
    except NotAllowed:
        return _refuse("not_now", 409)
    return JsonResponse({"rating": stars})


def _comment(body: dict[str, Any]) -> str:
    try:
        return clean_text(body.get("comment") or "")[:LONGEST_COMMENT]
    except ProtocolError:
        return ""


@csrf_exempt
@login_not_required
@require_POST
@for_own_pages
def transcript(request: HttpRequest, key: str) -> HttpResponse:
    company, body = company_or_404(key), _small_body(request)
    if body is None:
        return _refuse("bad_frame", 400)
    email = clean_short(body.get("email"), 254)
    try:
        visit, _token = _visit(request, company, body)
    except ProtocolError as error:
        return _refuse_for(error, company.language)
    language = visit.language or company.language
    conversation = _conversation(visit, body.get("conversation"))
    if conversation is None:
        return _refuse("unknown_conversation", 404)
    with translation.override(language):
        if not is_email(email):
            message = _("Enter an e-mail address, such as anna@example.com.")
            return JsonResponse({"errors": {"email": message}}, status=422)
    try:
        post_transcript(conversation=conversation, visit=visit, to=email, language=language)
    except ProtocolError as error:
        return _refuse_for(error, language)
    except NothingToSend:
        return _refuse("not_now", 409)
    return JsonResponse({"sent": True})


def _small_body(request: HttpRequest) -> dict[str, Any] | None:
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        return None
    return body_of(request)
