import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from agents.models import Agent


class AgentPreferencesMiddleware:
    """Pages speak the agent's language and show the company's time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever has no session has no preferences; asking would make every answer vary by cookie.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        agent = request.user
        if not isinstance(agent, Agent) or agent.company is None:
            return self.get_response(request)
        if agent.language:
            translation.activate(agent.language)
            request.LANGUAGE_CODE = agent.language
        with timezone.override(zoneinfo.ZoneInfo(agent.company.time_zone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response
