"""What the form of a task offers while somebody looks for a conversation or a contact (static/js/pickers.js)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents
from contactcenter.folding import query_words
from contacts.models import Contact
from contacts.search import found_by
from conversations import search
from conversations.models import Conversation

OFFERED = 8
# Of many matches, the newest are sorted by name.
LOOKED_AT = 200


@require_safe
@for_agents
def contacts(request: AgentRequest) -> HttpResponse:
    """As the contacts are searched; the first ones by name while nothing is typed."""
    company, query = company_of(request.user), request.GET.get("q", "").strip()
    found = Contact.objects.of(company.pk)
    if query:
        found = found.filter(pk__in=found_by(company.pk, query)[:LOOKED_AT])
    found = found.order_by("sort_name", "id").prefetch_related("emails", "phones")
    return render(request, "tasks/includes/contact_options.html", {"contacts": found[:OFFERED]})


@require_safe
@for_agents
def conversations(request: AgentRequest) -> HttpResponse:
    """By the words that were said in them; the newest ones while nothing is typed."""
    company = company_of(request.user)
    found = Conversation.objects.of(company.pk).filter(last_entry_at__isnull=False)
    query = request.GET.get("q", "")
    if query_words(query):
        found = search.matching(found, company.pk, query)  # type: ignore[assignment]
    found = found.order_by("-last_entry_at", "-id")
    return render(request, "tasks/includes/conversation_options.html", {"conversations": found[:OFFERED]})
