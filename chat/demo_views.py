"""The demo company's shop: a believable page of a customer, on which the widget runs as it would there."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from agents.models import Company, Language
from chat.identity import secret_of

DEMO_KEY = "demo"
# Who is signed in to the shop, as its pages would know her.
CUSTOMER = {
    "data-name": "Anna Zielińska",
    "data-email": "anna@post.example",
    "data-field-plan": "Stała klientka",
}
CUSTOMER_ID = "klient-1042"


@dataclass(frozen=True)
class Product:
    art: str
    price: str
    names: dict[str, str]
    series: str
    badges: dict[str, str]


PRODUCTS = (
    Product(
        "mist-mug",
        "79",
        {"pl": "Kubek „Mgła” 320 ml", "en": "“Mgła” mug, 320 ml"},
        "Mgła",
        {"pl": "Nowość", "en": "New"},
    ),
    Product("dew-mug", "74", {"pl": "Kubek „Rosa” niski 250 ml", "en": "“Rosa” low mug, 250 ml"}, "Rosa", {}),
    Product(
        "chalk-mug",
        "89",
        {"pl": "Kubek „Kreda” wysoki 400 ml", "en": "“Kreda” tall mug, 400 ml"},
        "Kreda",
        {},
    ),
    Product(
        "soot-cup",
        "64",
        {"pl": "Filiżanka do espresso „Sadza”", "en": "“Sadza” espresso cup"},
        "Sadza",
        {"pl": "Ostatnie 4 sztuki", "en": "Last 4 pieces"},
    ),
    Product("mist-jug", "189", {"pl": "Dzbanek „Mgła” 1,2 l", "en": "“Mgła” jug, 1.2 l"}, "Mgła", {}),
    Product(
        "dew-bowl",
        "69",
        {"pl": "Miseczka „Rosa” 16 cm", "en": "“Rosa” bowl, 16 cm"},
        "Rosa",
        {"pl": "−15% do niedzieli", "en": "−15% until Sunday"},
    ),
)


def _code(request: HttpRequest, company: Company | None) -> SafeString:
    """The widget's code as the shop would print it for this visitor: what stands in the address decides."""
    attributes: dict[str, str] = {}
    wanted = request.GET.get("as")
    secret = secret_of(company.pk) if company else ""
    if wanted == "signed" and secret:
        signature = hmac.new(secret.encode(), CUSTOMER_ID.encode(), hashlib.sha256).hexdigest()
        attributes = {"data-id": CUSTOMER_ID, "data-hash": signature, **CUSTOMER}
    elif wanted == "claimed":
        attributes = dict(CUSTOMER)
    if request.GET.get("widget") in Language.values:
        attributes["data-lang"] = request.GET["widget"]
    if request.GET.get("group", "").isdecimal():
        attributes["data-group"] = request.GET["group"]
    named = format_html_join("", ' {}="{}"', attributes.items())
    return format_html('<script src="/widget/{}.js" async{}></script>', DEMO_KEY, named)


def _price(amount: str, language: str) -> str:
    return f"{amount},00 zł" if language == "pl" else f"PLN {amount}.00"


@login_not_required
@require_safe
def shop(request: HttpRequest, language: str) -> HttpResponse:
    company = Company.objects.filter(key=DEMO_KEY).first()
    if not (settings.DEBUG or company):
        raise Http404
    products = [
        {
            "art": product.art,
            "price": _price(product.price, language),
            "name": product.names[language],
            "series": product.series,
            "badge": product.badges.get(language, ""),
        }
        for product in PRODUCTS
    ]
    context = {
        "products": products,
        "code": _code(request, company),
        "tried": bool(request.GET),
        "can_sign": bool(company and secret_of(company.pk)),
        "groups": company.groups.all() if company else (),
    }
    response = render(request, f"chat/demo_shop_{language}.html", context)
    response["Content-Language"] = language
    return response
