"""General settings of the company (SE1)."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.forms.company import CompanyForm
from agents.forms.parts import PictureForm
from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Agent, AgentChannel, Channel
from agents.particulars import update_company
from agents.pictures import change_logo, make_logo
from agents.views.pictures import Picture
from contactcenter.middleware import explains_large_bodies


def _page(
    request: AgentRequest,
    *,
    form: CompanyForm | None = None,
    picture: PictureForm | None = None,
) -> HttpResponse:
    """The page; a form that is given has errors."""
    company = company_of(request.user)
    on_chat = AgentChannel.objects.filter(
        agent__company=company, agent__deleted_at=None, channel=Channel.CHAT
    )
    context = {
        "company": company,
        "form": form or CompanyForm.of(company),
        "picture": picture or PictureForm(),
        "number_of_agents": Agent.objects.get_queryset().of(company.pk).count(),
        "on_chat": on_chat.count(),
    }
    status = 422 if form or picture else 200
    return render(request, "agents/company/general.html", context, status=status)


@for_full_access
@require_http_methods(["GET", "HEAD", "POST"])
def general(request: AgentRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    company = company_of(request.user)
    form = CompanyForm.of(company, request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    update_company(company=company, **form.cleaned_data)
    messages.success(request, _("The company's data are saved."))
    return redirect("agents:general")


def _logo(request: AgentRequest) -> Picture:
    return Picture(
        make=make_logo,
        change=partial(change_logo, company=company_of(request.user)),
        page=lambda form: _page(request, picture=form),
        address=reverse("agents:general"),
        saved=_("The logo is saved. The chat shows it when nobody is available."),
        removed=_("The logo is removed."),
    )


@explains_large_bodies
@for_full_access
@require_http_methods(["GET", "HEAD", "POST"])
def logo(request: AgentRequest) -> HttpResponse:
    return _logo(request).receive(request)


@for_full_access
@require_POST
def remove_logo(request: AgentRequest) -> HttpResponse:
    return _logo(request).remove(request)
