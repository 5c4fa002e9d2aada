from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component of the interface on one page, for whoever builds the next one. Debug only."""
    if not settings.DEBUG:
        raise Http404
    now = timezone.now()
    context = {
        "due": [now + timedelta(seconds=seconds) for seconds in (23, 8)],
        "waiting_since": [now - timedelta(seconds=seconds) for seconds in (48, 390, 680)],
    }
    return render(request, "styleguide/index.html", context)
