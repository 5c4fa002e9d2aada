"""The demo company's templates, and Adam's own shortcut."""

from agents.models import Agent, Channel, Company, Language
from conversations.reply_templates import Shelf, add_template

TEMPLATES = [
    (
        "Powitanie",
        "powitanie",
        Language.POLISH,
        "Dzień dobry {{imię}}, tu {{agent}} z firmy {{firma}}. W czym mogę pomóc?",
    ),
    (
        "Czas dostawy",
        "dostawa",
        Language.POLISH,
        "Standardowa dostawa trwa 3–5 dni roboczych. Kurier zadzwoni godzinę przed przyjazdem.",
    ),
    (
        "Zwrot bez pytań",
        "zwrot",
        Language.POLISH,
        "Paczkę można odesłać w ciągu 30 dni. Etykietę zwrotną wyślę e-mailem.",
    ),
    (
        "Delivery to the UK",
        "uk",
        Language.ENGLISH,
        "Hello {{name}}, we ship to the UK within 7 working days; the price includes duties.",
    ),
]
OWN = (
    "Zamówienie na wymiar",
    "wymiar",
    Language.POLISH,
    "{{imię}}, proszę o wysokość i średnicę w centymetrach oraz kolor szkliwa. Wycenę przygotuję do jutra.",
)


def make_templates(company: Company, adam: Agent) -> None:
    shelves = [(Shelf(company), template) for template in TEMPLATES] + [(Shelf(company, adam), OWN)]
    for shelf, (title, shortcut, language, text) in shelves:
        channels = [] if shelf.owner else [Channel.CHAT]
        add_template(
            shelf=shelf, title=title, shortcut=shortcut, language=language, text=text, channels=channels
        )
