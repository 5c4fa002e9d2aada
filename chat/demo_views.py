"""The demo company's shop: a believable page of a customer, on which the widget runs as it would there."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.models import Company

DEMO_KEY = "demo"


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


def _price(amount: str, language: str) -> str:
    return f"{amount},00 zł" if language == "pl" else f"PLN {amount}.00"


@login_not_required
@require_safe
def shop(request: HttpRequest, language: str) -> HttpResponse:
    if not (settings.DEBUG or Company.objects.filter(key=DEMO_KEY).exists()):
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
    response = render(request, f"chat/demo_shop_{language}.html", {"products": products, "key": DEMO_KEY})
    response["Content-Language"] = language
    return response
