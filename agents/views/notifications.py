"""Settings → Notifications: what an agent is told, and whether this browser can (NO5, NO6)."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents import push
from agents.actions import choose_notifications
from agents.forms.notifications import NotificationsForm
from agents.http import AgentRequest, for_agents
from agents.models import Agent
from contactcenter.htmx import with_events, with_toast
from contactcenter.limits import Limit

# Of new browsers: their push service is looked for. One that comes back, as on every page, is known already.
SUBSCRIPTIONS = Limit("push-subscribe", times=30, seconds=3600)
TESTS = Limit("push-test", times=20, seconds=600)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def notifications(request: AgentRequest) -> HttpResponse:
    agent = Agent.objects.select_related("company").get(pk=request.user.pk)
    form = NotificationsForm(request.POST if request.method == "POST" else None, instance=agent)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    choose_notifications(agent=agent, **form.cleaned_data)
    if not request.htmx:
        messages.success(request, _("Saved"))
        return redirect("agents:notifications")
    # The top bar tells every page how to ring.
    return with_events(with_toast(_page(request, form), _("Saved")), "list.stale")


def _page(request: AgentRequest, form: NotificationsForm, status: int = 200) -> HttpResponse:
    page = "agents/notifications/choices.html" if request.htmx else "agents/notifications/page.html"
    ringtones = [{"value": tone.value, "label": tone.label} for tone in Agent.Ringtone]
    context = {"form": form, "ringtones": ringtones, "vapid_key": push.public_key()}
    return render(request, page, context, status=status)


@require_http_methods(["POST", "DELETE"])
@for_agents
def push_subscription(request: AgentRequest) -> HttpResponse:
    """This browser is to be told when no tab is open, or is not any more (static/js/push.js)."""
    told = _body(request)
    endpoint = _text(told, "endpoint")
    if request.method == "DELETE":
        if not push.unsubscribe(agent=request.user, endpoint=endpoint):
            raise Http404
        return HttpResponse(status=204)
    if not push.public_key():
        return _refused(_("Push is not set up on this installation."))
    if not push.is_known(endpoint) and not SUBSCRIPTIONS.take(str(request.user.pk)):
        return _refused(_("That was a lot at once. Please wait a moment and try again."), status=429)
    keys = told.get("keys")
    try:
        push.subscribe(
            agent=request.user,
            session=request.session.session_key or "",
            endpoint=endpoint,
            p256dh=_text(keys, "p256dh"),
            auth=_text(keys, "auth"),
        )
    except push.NotAccepted:
        return _refused(_("This browser named a push service that cannot be reached from here."))
    return HttpResponse(status=204)


@require_POST
@for_agents
def push_test(request: AgentRequest) -> HttpResponse:
    if not TESTS.take(str(request.user.pk)):
        return _refused(_("That was a lot at once. Please wait a moment and try again."), status=429)
    if not push.send_test(agent=request.user, endpoint=_text(_body(request), "endpoint")):
        raise Http404
    return HttpResponse(status=202)


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; empty when it is something else."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(told: Any, name: str) -> str:
    value = told.get(name) if isinstance(told, dict) else None
    # NUL is a letter that PostgreSQL refuses to look for.
    return value if isinstance(value, str) and len(value) <= 1000 and "\0" not in value else ""


def _refused(error: str, status: int = 422) -> HttpResponse:
    return JsonResponse({"error": error}, status=status)


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script stands at the top, so that it is in charge of every page; and it is asked for anew each time."""
    script = (Path(settings.BASE_DIR) / "static" / "js" / "sw.js").read_bytes()
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
