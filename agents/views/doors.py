"""The doors (signing in and out, forgotten passwords) and what stands at an agent's name in the top bar."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import FormView, TemplateView
from django.views.i18n import set_language
from django_htmx.http import HttpResponseClientRefresh

from agents.actions import choose_own_language
from agents.attempts import TooManyFailures, knows_code
from agents.doorstep import come_in, come_in_after_code, wait_for_code, who_waits
from agents.forms.doors import CodeForm, NewPasswordForm, ResetRequestForm, SignInForm
from agents.models import Agent, Language, LegalText
from agents.passwords import LinkUsed, request_password_reset, reset_password, reset_tokens
from agents.presence import change_status
from agents.second_factor import has_second_factor
from agents.sessions import end_session
from contactcenter.addresses import client_address
from contactcenter.limits import Limit

RESETS_PER_ADDRESS = Limit("reset-address", times=5, seconds=3600)
RESETS_PER_CLIENT = Limit("reset-client", times=20, seconds=3600)


def too_many(request: HttpRequest, limit: Limit) -> HttpResponse:
    context = {"cooloff_timedelta": timedelta(seconds=limit.seconds)}
    return render(request, "agents/locked_out.html", context, status=429)


class Door:
    """Signing in leads where one wanted to go, and never elsewhere than to a page of ours."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request, "htmx", False):
            # A fragment was asked for and the session is over: the whole page goes to the door, not the fragment.
            return HttpResponseClientRefresh()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return cast(HttpResponse, super().post(request, *args, **kwargs))  # type: ignore[misc]
        except TooManyFailures as error:
            return too_many(request, error.limit)

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        # To itself would be a loop.
        url = str(super().get_redirect_url(*args, **kwargs))  # type: ignore[misc]
        return "" if url.startswith(reverse("agents:login")) else url

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        return self.render_to_response(context, status=422)  # type: ignore[attr-defined]


@method_decorator(login_not_required, name="dispatch")
class SignIn(Door, auth_views.LoginView):
    template_name = "agents/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        agent, remember = form.get_user(), form.cleaned_data["remember"]
        if has_second_factor(agent):
            wait_for_code(self.request, agent=agent, remember=remember)
            wanted = QueryDict(mutable=True)
            wanted["next"] = self.get_redirect_url()
            return redirect(f"{reverse('agents:login_code')}?{wanted.urlencode()}")
        come_in(self.request, agent=agent, remember=remember)
        return redirect(self.get_success_url())


@method_decorator([login_not_required, never_cache], name="dispatch")
class EnterCode(Door, auth_views.RedirectURLMixin, FormView):
    """The second step (LO3): whoever knows the password is not in yet."""

    template_name = "agents/login_code.html"
    form_class = CodeForm
    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        self.agent = who_waits(request)
        if self.agent is None:
            return redirect("agents:login")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"agent": self.agent, "next": self.get_redirect_url()}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        agent = cast(Agent, self.agent)
        if not knows_code(self.request, agent, form.cleaned_data["code"]):
            form.add_error(
                "code", _("This code is wrong, or was used before. Wait for the next one and try again.")
            )
            return self.form_invalid(form)
        come_in_after_code(self.request, agent=agent)
        return redirect(self.get_success_url())


class SignOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        session, agent = request.session.session_key, request.user
        response = super().post(request, *args, **kwargs)
        if isinstance(agent, Agent) and session:
            end_session(agent=agent, session=session)
        return response


# --- Forgotten passwords ----------------------------------------------------------------------------------------


@method_decorator([login_not_required, never_cache], name="dispatch")
class AskForReset(FormView):
    template_name = "agents/password_reset.html"
    form_class = ResetRequestForm
    success_url = reverse_lazy("agents:password_reset_sent")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not RESETS_PER_CLIENT.take(client_address(request)):
            return too_many(request, RESETS_PER_CLIENT)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ResetRequestForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        # Too many for one address look the same as one: the answer never speaks of the address.
        if RESETS_PER_ADDRESS.take(email.lower()):
            request_password_reset(email=email)
        return super().form_valid(form)

    def form_invalid(self, form: ResetRequestForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@method_decorator(login_not_required, name="dispatch")
class ResetSent(TemplateView):
    template_name = "agents/password_reset_sent.html"


class ResetPassword(auth_views.PasswordResetConfirmView):
    """Django's own view takes the token out of the address at once, so that it leaks to nobody."""

    template_name = "agents/password_reset_confirm.html"
    form_class = NewPasswordForm
    token_generator = reset_tokens
    success_url = reverse_lazy("agents:password_reset_done")

    def form_valid(self, form: Any) -> HttpResponse:
        token = self.request.session.pop(auth_views.INTERNAL_RESET_SESSION_TOKEN)
        try:
            reset_password(
                agent=cast(Agent, self.user), token=token, password=form.cleaned_data["new_password1"]
            )
        except LinkUsed:
            self.validlink = False
            return self.render_to_response(self.get_context_data(form=None))
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@method_decorator(login_not_required, name="dispatch")
class ResetDone(TemplateView):
    template_name = "agents/password_reset_done.html"


# --- In the top bar ---------------------------------------------------------------------------------------------


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie, and for an agent on every device."""
    language = request.POST.get("language", "")
    if isinstance(request.user, Agent) and language in Language.values and check_for_language(language):
        choose_own_language(agent=request.user, language=language)
    return set_language(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """The agent's name with status and presence, and the change of it (ST1)."""
    agent = cast(Agent, request.user)
    if agent.company_id is None:
        raise PermissionDenied
    if request.method == "POST":
        chosen = request.POST.get("status", "")
        if chosen not in Agent.Status.values:
            raise BadRequest("There is no such status.")
        agent = change_status(agent=agent, status=chosen)
        if not getattr(request, "htmx", False):
            return redirect("/")
    return render(request, "agents/status.html", {"agent": agent})


# --- Legal texts --------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """The operator's text in the page's language, or in another one rather than none."""
    texts = {text.language: text.text for text in LegalText.objects.filter(kind=kind)}
    text = texts.get(get_language() or "") or next(iter(texts.values()), "")
    default = f"agents/includes/default_{kind}.html"
    context = {"heading": LegalText.Kind(kind).label, "text": text, "default": default}
    return render(request, "agents/legal.html", context)
