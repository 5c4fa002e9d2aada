"""Who takes part in a channel (AG8): the same data as on the page of an agent, seen from the channel."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from agents.duties import change_participation
from agents.http import AgentRequest, company_of, for_full_access, number
from agents.models import Agent, Channel


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def participants(request: AgentRequest, channel: str) -> HttpResponse:
    """The section "Users taking part in the channel", as a page or as the piece that other pages include; and the
    switch of one agent."""
    if channel not in Channel.values:
        raise Http404
    if request.method == "POST":
        agents = Agent.objects.get_queryset().of(company_of(request.user).pk)
        agent = get_object_or_404(agents, pk=number(request.POST.get("agent")))
        change_participation(agent=agent, channel=channel, takes_part=bool(request.POST.get("on")))
        if not request.htmx:
            return redirect("agents:participants", channel)
    template = "agents/includes/participants.html" if request.htmx else "agents/users/participants.html"
    return render(request, template, {"channel": channel})
