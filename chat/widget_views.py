"""What a visitor's browser loads from us: the loader, the panel and the availability. Nothing here needs a login, and
the key alone shows nothing but names of agents who are there."""

import gzip
import hashlib
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from agents.availability import widget_availability
from agents.models import Company, Group
from chat.bot import begins_with_bot
from chat.consumers import find_company
from chat.installation import note_sighting
from chat.triggers import triggers_of
from chat.websites import frame_ancestors, may_show
from chat.widget_colours import palette
from chat.widget_source import later_source, loader_source, panel_files

JAVASCRIPT = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
LAUNCHER_COLOURS = ("fill", "on", "hover", "ink", "rim")


def _company_or_404(key: str) -> Company:
    company = find_company(key)
    if company is None:
        raise Http404
    return company


def _group(request: HttpRequest, company: Company) -> int | None:
    """The group that a snippet asks for; one that is not the company's (any more) counts as none."""
    value = request.GET.get("group", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    return Group.objects.filter(company=company, pk=int(value)).values_list("pk", flat=True).first()


def _language(request: HttpRequest, company: Company) -> str:
    wanted = request.GET.get("lang") or company.language
    return "pl" if wanted.lower().startswith("pl") else "en"


def _origin(request: HttpRequest) -> str:
    """Our own origin as the visitor sees it. A proxy may hide the scheme: for its own host BASE_URL is believed."""
    if request.get_host() == urlsplit(settings.BASE_URL).netloc:
        return settings.BASE_URL
    return f"{request.scheme}://{request.get_host()}"


@lru_cache(maxsize=256)
def _compressed(text: str) -> tuple[bytes, str]:
    """The text gzipped, and its ETag: weak, because it names the plain and the compressed form alike."""
    data = text.encode()
    return gzip.compress(data, 9, mtime=0), f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'


def _send(request: HttpRequest, text: str, content_type: str, cache_control: str) -> HttpResponse:
    """Small on the wire, and nothing at all when the browser has it already. Never used for anything secret."""
    data, etag = _compressed(text)
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(data, content_type=content_type, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(text, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _open_to_all(response: HttpResponse) -> HttpResponse:
    """Any website may load it, also one that isolates itself from other origins."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_safe
def loader(request: HttpRequest, key: str) -> HttpResponse:
    company = _company_or_404(key)
    group = _group(request, company)
    offsets = {"ox": f"{company.widget_offset_x}px", "oy": f"{company.widget_offset_y}px"}
    colours = palette(company.widget_colour)
    config: dict[str, Any] = {
        "key": company.key,
        "origin": _origin(request),
        "name": company.name,
        "group": group,
        "lang": company.language,
        "position": company.widget_position,
        "online": widget_availability(company.pk, group)["online"],
        **{
            theme: {name: tones[name] for name in LAUNCHER_COLOURS} | offsets
            for theme, tones in colours.items()
        },
    }
    if company.origins:
        # Any website may load the script; on others than these (and our own demo) it draws nothing.
        config["sites"] = [_origin(request), *company.origins]
    response = _send(request, loader_source(config), JAVASCRIPT, "public, max-age=300")
    return _open_to_all(response)


@login_not_required
@require_safe
def later(request: HttpRequest, key: str) -> HttpResponse:
    """What the loader fetches when the page is idle."""
    company = _company_or_404(key)
    waits = {language: trigger.delay for language, trigger in triggers_of(company).items()}
    config = {"logo": company.logo_address, "wait": waits}
    response = _send(request, later_source(config), JAVASCRIPT, "public, max-age=300")
    return _open_to_all(response)


def panel_config(company: Company, language: str) -> dict[str, Any]:
    """What the panel shows of the company, whoever is there."""
    return {
        "key": company.key,
        "name": company.name,
        "logo": company.logo_address,
        "lang": language,
        "colours": palette(company.widget_colour),
        "greeting": company.greeting_pl if language == "pl" else company.greeting_en,
    }


@login_not_required
@require_safe
@xframe_options_exempt
def panel(request: HttpRequest, key: str) -> HttpResponse:
    company = _company_or_404(key)
    group = _group(request, company)
    language = _language(request, company)
    trigger = triggers_of(company).get(language)
    config = panel_config(company, language) | {
        "group": group,
        "availability": widget_availability(company.pk, group),
        "bot": begins_with_bot(company, language),
        "details": {"name": "", "email": "", "ask": company.ask_for_data, "required": company.force_data},
        "trigger": {"id": trigger.pk, "text": trigger.text, "opens": company.triggers_open}
        if trigger
        else None,
    }
    return draw_panel(request, company, config, ancestors=frame_ancestors(company))


def draw_panel(
    request: HttpRequest, company: Company, config: dict[str, Any], *, ancestors: str
) -> HttpResponse:
    language = config["lang"]
    context = {
        "company": company,
        "language": language,
        "config": config,
        "version": panel_files(language).version,
    }
    html = render_to_string("chat/panel.html", context, request)
    response = _send(request, html, "text/html; charset=utf-8", "no-cache")
    response["Content-Language"] = language
    response["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    # A page that isolates itself (COEP) may frame only what says that it may be framed.
    response["Cross-Origin-Embedder-Policy"] = "require-corp"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _panel_file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """For ever under its version; a page from before a release gets the new file, but may not keep it."""
    files = panel_files("en" if version.startswith("en") else "pl")
    content_type = CSS if name.endswith("style") else JAVASCRIPT
    cache_control = "public, max-age=31536000, immutable" if version == files.version else "no-cache"
    return _send(request, getattr(files, name), content_type, cache_control)


@login_not_required
@require_safe
def panel_script(request: HttpRequest, version: str) -> HttpResponse:
    return _panel_file(request, version, "script")


@login_not_required
@require_safe
def panel_style(request: HttpRequest, version: str) -> HttpResponse:
    return _panel_file(request, version, "style")


@login_not_required
@require_safe
def more_script(request: HttpRequest, version: str) -> HttpResponse:
    """The parts of the panel that come on their first use."""
    return _panel_file(request, version, "more_script")


@login_not_required
@require_safe
def more_style(request: HttpRequest, version: str) -> HttpResponse:
    return _panel_file(request, version, "more_style")


@login_not_required
@require_safe
def status(request: HttpRequest, key: str) -> HttpResponse:
    company = _company_or_404(key)
    origin, own_host = request.headers.get("Origin", ""), request.get_host()
    if not may_show(company, origin, own_host):
        return JsonResponse({"error": "origin"}, status=403)
    note_sighting(company, origin, own_host=own_host)
    response = JsonResponse(widget_availability(company.pk, _group(request, company)))
    response["Cache-Control"] = "no-store"
    return _open_to_all(response)
