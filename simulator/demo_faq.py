# ruff: noqa: E501 - what people say is not wrapped
"""What the demo company taught its chatbot, which is off: switch it on in the settings and ask in the shop."""

from agents.models import Company
from chat.faq.entries import save_entry

# Language, answer, ways to ask.
ENTRIES = (
    (
        "pl",
        "Paczki wysyłamy w dni robocze; kurier jest u Państwa zwykle po dwóch dniach. Dostawa kosztuje 19 zł, od 250 zł jest bezpłatna.",
        (
            "Ile trwa dostawa?",
            "Ile kosztuje wysyłka?",
            "Kiedy dostanę paczkę?",
            "Od jakiej kwoty dostawa jest darmowa?",
        ),
    ),
    (
        "pl",
        "Tak, do wszystkich krajów UE. Paczka idzie 3–6 dni roboczych, koszt od 39 zł.",
        (
            "Czy wysyłacie za granicę?",
            "Dostawa do Niemiec",
            "Wysyłka do innych krajów",
            "Ile kosztuje wysyłka za granicę?",
        ),
    ),
    (
        "pl",
        "Na zwrot jest 30 dni. Prosimy odesłać naczynia w oryginalnym opakowaniu, z numerem zamówienia.",
        ("Jak zwrócić towar?", "Ile mam czasu na zwrot?", "Chcę oddać kubek", "Zwrot zamówienia"),
    ),
    (
        "pl",
        "Przykro nam! Prosimy o zdjęcie paczki i naczynia: nową sztukę wyślemy od razu, na nasz koszt.",
        (
            "Kubek przyszedł rozbity",
            "Paczka jest uszkodzona",
            "Dostałem potłuczone naczynie",
            "Jak złożyć reklamację?",
        ),
    ),
    (
        "pl",
        "Wszystkie naczynia oprócz zdobionych złotem można myć w zmywarce i wstawiać do mikrofalówki.",
        (
            "Czy można myć w zmywarce?",
            "Czy nadaje się do mikrofalówki?",
            "Jak dbać o ceramikę?",
            "Zmywarka i mikrofala",
        ),
    ),
    (
        "pl",
        "Fakturę wystawimy, jeśli w zamówieniu podano NIP. Przyjdzie e-mailem w dniu wysyłki.",
        (
            "Czy wystawiacie faktury?",
            "Jak dostać fakturę VAT?",
            "Chcę fakturę na firmę",
            "Gdzie jest moja faktura?",
        ),
    ),
    (
        "en",
        "We send parcels on working days; they usually arrive after two days. Delivery costs PLN 19 and is free from PLN 250.",
        (
            "How long does delivery take?",
            "How much is shipping?",
            "When will I get my parcel?",
            "Is delivery free?",
        ),
    ),
    (
        "en",
        "Yes, to all countries of the EU. A parcel takes 3 to 6 working days and costs from PLN 39.",
        (
            "Do you ship abroad?",
            "Delivery to Germany",
            "International shipping",
            "Can you send it to another country?",
        ),
    ),
    (
        "en",
        "You have 30 days. Please send the pieces back in their packaging, with the order number.",
        ("How do I return an item?", "What is your return policy?", "I want to send back a cup", "Returns"),
    ),
    (
        "en",
        "We are sorry! Send us a photo of the parcel and the piece: a new one leaves at once, at our cost.",
        (
            "My cup arrived broken",
            "The parcel is damaged",
            "How do I make a complaint?",
            "I received a smashed plate",
        ),
    ),
    (
        "en",
        "Everything but the pieces with gold may go into the dishwasher and the microwave.",
        (
            "Is it dishwasher safe?",
            "Can I put it in the microwave?",
            "How do I clean the cups?",
            "Dishwasher and microwave",
        ),
    ),
)


def teach_chatbot(company: Company) -> None:
    for language, answer, phrases in ENTRIES:
        save_entry(company=company, entry=None, language=language, answer=answer, phrases=phrases)
