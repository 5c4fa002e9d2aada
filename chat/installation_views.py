"""The installation indicator and the guides (DA1, SE1)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agents.http import AgentRequest, company_of, for_agents
from agents.models import Company, Language
from chat.guides.systems import SYSTEMS
from chat.installation import CHECKS, ask_for_check, installation_of
from contactcenter.htmx import with_toast

STATE = "chat/installation/state.html"


def _state(request: AgentRequest, company: Company) -> HttpResponse:
    return render(request, STATE, {"installation": installation_of(company)})


@require_safe
@for_agents
def installation(request: AgentRequest) -> HttpResponse:
    """What the indicator shows now; it asks by itself while that may change."""
    return _state(request, company_of(request.user))


@require_POST
@for_agents
def check(request: AgentRequest) -> HttpResponse:
    """“Check now”."""
    company = company_of(request.user)
    refused = ""
    if CHECKS.take(str(company.pk)):
        ask_for_check(company=company)
    else:
        refused = _("Your website was looked at several times just now. Please try again in ten minutes.")
    if request.htmx:
        response = _state(request, company)
        return with_toast(response, refused) if refused else response
    if refused:
        messages.error(request, refused)
    return redirect("agents:general" if request.user.has_full_access else "conversations:workspace")


@require_safe
@for_agents
def guide(request: AgentRequest, system: str, language: str) -> HttpResponse:
    """How to install the widget in one system, with the company's own code, to read or to pass on."""
    if system not in SYSTEMS or language not in Language.values:
        raise Http404
    # It draws in some ten megabytes that most processes never need.
    from chat.guides.pdf import guide_pdf

    response = HttpResponse(
        guide_pdf(company_of(request.user), SYSTEMS[system], language), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="contact-center-{system}-{language}.pdf"'
    return response
