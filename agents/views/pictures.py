"""Photos and logos: how they come in, and how everybody gets them, since the widget shows them on other people's
websites."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.forms.parts import PictureForm
from agents.http import AgentRequest
from agents.pictures import TOO_LARGE, NotAPicture, path_of
from contactcenter.limits import Limit
from contactcenter.middleware import is_cut_short

# Decoding is work: nobody changes a picture more often than this in earnest.
UPLOADS = Limit("pictures", times=40, seconds=3600)
NAME = re.compile(r"[0-9a-f]{64}\.webp")


@login_not_required
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """What stands under a name never changes. It is a picture and nothing else, whatever a browser would make of it."""
    if not NAME.fullmatch(name):
        raise Http404
    try:
        file = default_storage.open(path_of(name))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    # The launcher draws it on pages that forbid pictures of other origins.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@dataclass(frozen=True)
class Picture:
    """Somebody's picture, and the page on which it is changed."""

    make: Callable[[IO[bytes]], bytes]
    # Called with the content that `make` made, or None.
    change: Callable[..., object]
    # Shows the form with what is wrong.
    page: Callable[[PictureForm], HttpResponse]
    address: str
    saved: str
    removed: str

    def receive(self, request: AgentRequest) -> HttpResponse:
        """An upload. GET: a reload after one that was refused."""
        if request.method != "POST":
            return redirect(self.address)
        content, form = _receive(request, self.make)
        if content is None:
            return self.page(form)
        return self._change(request, content, self.saved)

    def remove(self, request: AgentRequest) -> HttpResponse:
        return self._change(request, None, self.removed)

    def _change(self, request: AgentRequest, content: bytes | None, words: str) -> HttpResponse:
        self.change(content=content)
        messages.success(request, words)
        return redirect(self.address)


def _receive(request: AgentRequest, make: Callable[[IO[bytes]], bytes]) -> tuple[bytes | None, PictureForm]:
    """The picture that `make` made of the upload; None when it could not, and the form that says why."""
    form = PictureForm(request.POST, request.FILES)
    complete = form.is_valid()
    if is_cut_short(request):
        # Of what is missing something else may have been said.
        form.errors["picture"] = form.error_class([str(TOO_LARGE)])
        return None, form
    if not complete:
        return None, form
    if not UPLOADS.take(str(request.user.pk)):
        form.add_error("picture", _("That were many pictures in a short time. Please try again in an hour."))
        return None, form
    upload: Any = form.cleaned_data["picture"]
    try:
        return make(upload), form
    except NotAPicture as refusal:
        form.add_error("picture", str(refusal.reason))
        return None, form
