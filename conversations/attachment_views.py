"""Files of conversations: handed out to agents and to whoever has a signed address, and sent by agents."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agents.http import AgentRequest, company_of, for_agents
from agents.models import Agent, Company
from conversations import actions
from conversations.action_views import as_event
from conversations.attachments import (
    MAX_BYTES,
    drop_attachment,
    facts_of,
    file_behind,
    store_attachment,
)
from conversations.channels import carries_replies
from conversations.forms import FileForm
from conversations.http import get_conversation_or_404
from conversations.models import Attachment, Entry
from conversations.timeline import find_stored
from files.models import StoredFile
from files.serving import serve
from files.store import Refused


@login_not_required
@require_safe
def shared(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A file by the address that its conversation's customer was given."""
    file = file_behind(signed)
    if file is None:
        raise Http404
    response = serve(request, file, inline=True)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    # The address ends with its day.
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@for_agents
def attachment(request: AgentRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file that was sent in a conversation of the agent's company."""
    conversation = get_conversation_or_404(request.user, pk)
    found = Attachment.objects.filter(conversation=conversation, file__deleted_at=None)
    sent = found.filter(file=file_pk).select_related("file").first()
    if sent is None:
        raise Http404
    return serve(request, sent.file, inline=True)


@require_POST
@for_agents
def send(request: AgentRequest, pk: int) -> HttpResponse:
    """An agent sends a file, from the computer or from the room of files, as a reply or with a note. The same id again
    is harmless (rule 1)."""
    conversation = get_conversation_or_404(request.user, pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"message": form.problem}, status=422)
    facts = form.cleaned_data
    if facts["kind"] == "reply" and not carries_replies(conversation.channel):
        return JsonResponse(
            {"message": _("Conversations of this channel can only be read here.")}, status=409
        )
    stored = find_stored(conversation_id=conversation.pk, client_id=facts["id"])
    if stored is None:
        if facts["kind"] == "reply" and not conversation.is_open:
            return _ended()
        try:
            file = _file_of(company_of(request.user), request.user, facts)
        except Refused as refused:
            return JsonResponse({"message": str(refused.reason)}, status=422)
        try:
            stored = actions.send_file(
                conversation=conversation,
                by=request.user,
                client_id=facts["id"],
                file=facts_of(file),
                as_note=facts["kind"] == "note",
            )
        except actions.NotAllowed:
            if file.is_attachment:
                drop_attachment(file)
            return _ended()
        if file.is_attachment and not stored.is_new:
            drop_attachment(file)
    return JsonResponse(as_event(Entry.objects.get(conversation=conversation, seq=stored.seq)))


def _ended() -> JsonResponse:
    said = _("The conversation has ended, so this was not sent. Reopen it to send it.")
    return JsonResponse({"message": said}, status=409)


def _file_of(company: Company, agent: Agent, facts: dict[str, Any]) -> StoredFile:
    if facts["stored"]:
        shelf = StoredFile.objects.of(company.pk).on_shelf()
        return get_object_or_404(shelf, pk=facts["stored"])
    upload = facts["file"]
    return store_attachment(company=company, name=upload.name, content=upload, by=agent, max_bytes=MAX_BYTES)
