"""What agents do with a conversation. Each view loads, calls one action and answers.

A page with scripts gets the conversation's header (and what else the action changed) anew; a page without them is sent
back to the conversation. An action that is not possible any more is no error page: the agent is told in a toast, and
sees how the conversation stands now (409).
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import push_url

from agents.http import AgentRequest, company_of, for_agents, number
from agents.models import Agent, Group
from contactcenter.htmx import with_events, with_toast
from conversations import actions, attention, tagging, views
from conversations.channels import carries_replies
from conversations.forms import CustomerForm, MessageForm, TagForm
from conversations.http import get_conversation_or_404
from conversations.lists import Tab
from conversations.models import Conversation, Entry, Offer, Tag
from conversations.routing import decline_offer
from conversations.timeline import iso


def why_not(error: actions.NotAllowed) -> str:
    """What to tell the agent whose action came too late."""
    if isinstance(error, actions.TakenByAnother):
        if error.winner is None:
            return _("This conversation has ended in the meantime.")
        return _("%(name)s was quicker and has this conversation.") % {"name": error.winner.name}
    if isinstance(error, actions.CustomerHasAnother):
        return _("The customer has begun another conversation: go on there.")
    return _("That is not possible any more: the conversation has changed in the meantime.")


def carry_out(
    request: AgentRequest, pk: int, action: Callable[[Conversation], Any], *, said: str = "", undo: str = ""
) -> HttpResponse:
    """Call the action and show what became of the conversation."""
    conversation = get_conversation_or_404(request.user, pk)
    status = 200
    try:
        action(conversation)
    except actions.NotAllowed as error:
        said, undo, status = why_not(error), "", 409
    return _show(request, pk, said=said, undo=undo, status=status)


def _show(
    request: AgentRequest, pk: int, *, said: str = "", undo: str = "", status: int = 200
) -> HttpResponse:
    if not request.htmx:
        if said:
            messages.info(request, said)
        return redirect("conversations:conversation", pk)
    conversation = get_conversation_or_404(request.user, pk)
    facts = views.conversation_facts(conversation, request.user)
    if request.htmx.target == "conversation":
        facts |= views.list_pane(request, conversation, Tab.MINE)
        response = render(
            request, "conversations/includes/panes.html", facts | {"with_list": True}, status=status
        )
        response = push_url(response, views.address(conversation, Tab.MINE))
    else:
        facts["as_piece"] = True
        response = render(request, "conversations/includes/after_action.html", facts, status=status)
    response = with_events(response, "list.stale", "timeline.stale", "offers.stale")
    return with_toast(response, said, undo=undo) if said else response


@require_POST
@for_agents
def answer(request: AgentRequest, pk: int) -> HttpResponse:
    """Of many who answer one wins; the others stay where they are and learn who (IN3)."""
    conversation = get_conversation_or_404(request.user, pk)
    try:
        actions.answer_conversation(conversation=conversation, by=request.user)
    except actions.NotAllowed as error:
        if not request.htmx or request.htmx.target != "conversation":
            return _show(request, pk, said=why_not(error), status=409)
        response = HttpResponse(status=409, headers={"HX-Reswap": "none"})
        response = with_events(
            response, "list.stale", "offers.stale", "conversation.changed", conversation=pk
        )
        return with_toast(response, why_not(error))
    return _show(request, pk)


@require_POST
@for_agents
def decline(request: AgentRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(Offer, pk=pk, agent=request.user)
    decline_offer(offer=offer, by=request.user)
    if not request.htmx:
        return redirect("conversations:workspace")
    return views.offers_region(request)


@require_POST
@for_agents
def join(request: AgentRequest, pk: int) -> HttpResponse:
    return carry_out(request, pk, lambda it: actions.join_conversation(conversation=it, by=request.user))


@require_POST
@for_agents
def close(request: AgentRequest, pk: int) -> HttpResponse:
    undo = reverse("conversations:reopen", args=[pk])
    action = lambda it: actions.close_conversation(conversation=it, by=request.user)  # noqa: E731
    return carry_out(request, pk, action, said=_("Conversation closed."), undo=undo)


@require_POST
@for_agents
def ignore(request: AgentRequest, pk: int) -> HttpResponse:
    undo = reverse("conversations:reopen", args=[pk])
    action = lambda it: actions.ignore_conversation(conversation=it, by=request.user)  # noqa: E731
    return carry_out(request, pk, action, said=_("Marked as needing no answer."), undo=undo)


@require_POST
@for_agents
def reopen(request: AgentRequest, pk: int) -> HttpResponse:
    return carry_out(request, pk, lambda it: actions.reopen_conversation(conversation=it, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def transfer(request: AgentRequest, pk: int) -> HttpResponse:
    """Whom to hand over to: colleagues with their presence, and groups (GET); and doing it (POST)."""
    conversation = get_conversation_or_404(request.user, pk)
    company = company_of(request.user)
    colleagues = Agent.objects.filter(company=company, is_active=True)
    if request.method != "POST":
        facts = {
            "conversation": conversation,
            "colleagues": _by_presence(conversation, colleagues),
            "groups": Group.objects.filter(company=company).order_by("name"),
        }
        return render(request, "conversations/includes/transfer.html", facts)
    kind, _colon, number = request.POST.get("to", "").partition(":")
    if kind == "group":
        group = get_object_or_404(Group, company=company, pk=_whole(number))
        said = _("Handed over to %(name)s.") % {"name": group.name}
        return carry_out(
            request,
            pk,
            lambda it: actions.transfer_to_group(conversation=it, by=request.user, to=group),
            said=said,
        )
    colleague = get_object_or_404(colleagues, pk=_whole(number))
    said = _("Handed over to %(name)s.") % {"name": colleague.name}
    return carry_out(
        request,
        pk,
        lambda it: actions.transfer_to_agent(conversation=it, by=request.user, to=colleague),
        said=said,
    )


def _whole(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0


def _by_presence(conversation: Conversation, colleagues: Any) -> list[tuple[Agent, str]]:
    """Everybody but who leads it now, those who are there first, each with the presence that counts."""
    present = set(colleagues.present().values_list("pk", flat=True))
    order = [Agent.Status.ONLINE, Agent.Status.BREAK, Agent.Status.OFFLINE]
    found = [
        (colleague, colleague.status if colleague.pk in present else Agent.Status.OFFLINE.value)
        for colleague in colleagues.order_by("first_name", "last_name")
        if colleague.pk != conversation.assignee_id
    ]
    return sorted(found, key=lambda pair: order.index(Agent.Status(pair[1])))


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def tag(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_or_404(request.user, pk)
    form = TagForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        return carry_out(
            request, pk, lambda it: tagging.tag_conversation(conversation=it, by=request.user, name=name)
        )
    names = Tag.objects.filter(company=company_of(request.user)).exclude(conversations=conversation)
    facts = {"conversation": conversation, "form": form, "names": names.values_list("name", flat=True)[:200]}
    return dialog(request, "conversations/includes/tag_dialog.html", facts)


def dialog(request: AgentRequest, template: str, facts: dict[str, Any]) -> HttpResponse:
    """A form in a dialog, or what is wrong with it (422)."""
    is_bound = facts["form"].is_bound
    response = render(request, template, facts, status=422 if is_bound else 200)
    if is_bound:
        # The form asked for the conversation's header to be renewed; its own errors belong into the dialog.
        response.headers["HX-Retarget"] = "#dialog"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def customer(request: AgentRequest, pk: int) -> HttpResponse:
    """What is known of the customer, put right by an agent (IN5)."""
    conversation = get_conversation_or_404(request.user, pk)
    form = CustomerForm(request.POST if request.method == "POST" else None, instance=conversation)
    if not form.is_valid():
        facts = {"conversation": conversation, "form": form}
        return dialog(request, "conversations/includes/customer_dialog.html", facts)
    return carry_out(
        request,
        pk,
        lambda it: actions.correct_customer(conversation=it, by=request.user, **form.cleaned_data),
        said=_("Saved."),
    )


@require_POST
@for_agents
def untag(request: AgentRequest, pk: int, tag_pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, company=company_of(request.user), pk=tag_pk)
    return carry_out(
        request, pk, lambda it: tagging.untag_conversation(conversation=it, by=request.user, tag=tag)
    )


@require_POST
@for_agents
def read(request: AgentRequest, pk: int) -> HttpResponse:
    # Up to where the page shows it; more may have come meanwhile.
    seq = number(request.POST["seq"]) if "seq" in request.POST else None
    attention.mark_read(conversation=get_conversation_or_404(request.user, pk), by=request.user, seq=seq)
    return HttpResponse(status=204)


@require_POST
@for_agents
def add_message(request: AgentRequest, pk: int) -> JsonResponse:
    """A reply or a note (static/js/outbox.js). Sending the same id again is harmless and answers the same (rule 1)."""
    conversation = get_conversation_or_404(request.user, pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": form.problem}, status=422)
    client_id, text = form.cleaned_data["id"], form.cleaned_data["text"]
    try:
        if form.cleaned_data["kind"] == "note":
            stored = actions.write_note(
                conversation=conversation, by=request.user, client_id=client_id, text=text
            )
        elif not carries_replies(conversation.channel):
            return JsonResponse(
                {"message": _("Conversations of this channel can only be read here.")}, status=409
            )
        else:
            stored = actions.send_reply(
                conversation=conversation, by=request.user, client_id=client_id, text=text
            )
    except actions.NotAllowed:
        said = _("The conversation has ended, so this was not sent. Reopen it to send it.")
        return JsonResponse({"message": said}, status=409)
    return JsonResponse(as_event(Entry.objects.get(conversation=conversation, seq=stored.seq)))


def as_event(entry: Entry) -> dict[str, Any]:
    """The stored entry as the socket tells it (contactcenter.events.EntryAdded)."""
    return {
        "conversation": entry.conversation_id,
        "seq": entry.seq,
        "kind": entry.kind,
        "by": entry.by,
        "author": entry.agent_id,
        "name": entry.author_name,
        "text": entry.text,
        "client_id": entry.client_id,
        "at": iso(entry.created_at),
        "file": entry.data.get("file"),
    }
