"""People whom a small pottery knows, for the demo company."""

from datetime import timedelta

from django.utils import timezone

from agents.models import Agent, Company
from contacts.actions import save_contact
from contacts.custom_fields import add_field
from contacts.models import Contact, CustomField
from contacts.rows import Facts

# First name, surname, organisation, e-mail addresses, phones, address, note, tags, (customer number, delivery).
PEOPLE: tuple[tuple[str, str, str, str, str, str, str, str, tuple[str, str]], ...] = (
    ("Agnieszka", "Zając", "", "agnieszka.zajac@poczta.example", "+48 607 214 880", "ul. Długa 14/3, 31-147 Kraków",
     "Zbiera serię „Mgła”. Prosi o pakowanie w papier, nie w folię.", "stała klientka", ("K-1041", "kurier")),
    ("Tomasz", "Kaczmarek", "Kawiarnia Pod Lipą", "t.kaczmarek@poczta.example, zamowienia@podlipa.example",
     "+48 512 303 118, +48 12 421 77 05", "Rynek 8, 32-020 Wieliczka", "Zamawia co kwartał, faktura na 14 dni.",
     "hurt, gastronomia", ("K-1007", "odbiór osobisty")),
    ("Katarzyna", "Wójcik", "", "kasia.wojcik@poczta.example", "+48 693 550 271", "", "", "stała klientka", ("K-1102", "")),
    ("Hanna", "Szczepańska", "Pracownia Wnętrz Szept", "hanna.szczepanska@poczta.example", "+48 501 880 342",
     "ul. Słoneczna 5, 60-286 Poznań", "Projektantka, zamawia do mieszkań klientów.", "hurt", ("K-1015", "kurier")),
    ("Piotr", "Żółkiewski", "Żółkiewski i Synowie", "piotr.zolkiewski@firma.example, biuro@zolkiewski.example",
     "+48 22 845 12 60", "ul. Polna 40, 02-619 Warszawa", "", "hurt, prezenty firmowe", ("K-1022", "paleta")),
    ("Łucja", "Gąsior", "", "lucja@poczta.example", "+48 788 120 904", "", "Dzwonić po 17.", "", ("", "")),
    ("Emma", "Walsh", "Oak & Clay Interiors", "emma.walsh@mail.example", "+44 20 7946 0958",
     "14 Camden Passage, London N1 8EA", "Prices in EUR. Ships through her own forwarder.", "hurt, English",
     ("K-1033", "paleta")),
    ("Jonas", "Weber", "", "jonas@mail.example", "+49 30 901820", "Torstraße 112, 10119 Berlin", "", "English", ("", "")),
    ("Zofia", "Ćwik", "", "zofia.cwik@poczta.example", "", "", "", "stała klientka", ("K-1110", "paczkomat")),
    ("Michał", "Dąbrowski", "", "michal.dabrowski@poczta.example", "+48 604 771 330", "", "", "", ("K-1120", "")),
    ("Paweł", "Krawczyk", "Restauracja Źródło", "pawel@zrodlo.example", "+48 535 642 019", "ul. Leśna 2, 34-500 Zakopane",
     "Misy 28 cm, zawsze po 24 sztuki.", "hurt, gastronomia", ("K-1009", "kurier")),
    ("Marta", "Lewandowska", "", "marta.lewandowska@poczta.example", "+48 660 918 274", "", "", "warsztaty", ("", "")),
    ("Jan", "Wiśniewski", "Szkoła Podstawowa nr 7", "sekretariat@sp7.example", "+48 12 266 41 90",
     "ul. Szkolna 7, 30-363 Kraków", "Warsztaty dla klas 3, dwa razy w roku.", "warsztaty", ("", "")),
    ("Barbara", "Kamińska", "", "basia.kaminska@poczta.example", "+48 609 333 471", "", "", "warsztaty", ("", "")),
    ("Andrzej", "Zieliński", "Hotel Bursztyn", "recepcja@bursztyn.example, a.zielinski@bursztyn.example",
     "+48 58 301 22 08", "ul. Morska 3, 81-764 Sopot", "Komplety śniadaniowe na 60 osób.", "hurt, gastronomia",
     ("K-1018", "paleta")),
    ("Magdalena", "Szymańska", "", "magda.szymanska@poczta.example", "+48 721 450 668", "", "", "", ("K-1131", "paczkomat")),
    ("Krzysztof", "Woźniak", "Galeria Kąt", "galeria@kat.example", "+48 71 344 09 15", "ul. Ruska 46, 50-079 Wrocław",
     "Bierze w komis; rozliczenie do 10. dnia miesiąca.", "galeria", ("K-1027", "kurier")),
    ("Ewa", "Kozłowska", "", "ewa.kozlowska@poczta.example", "+48 502 664 193", "", "", "stała klientka", ("K-1099", "")),
    ("Oliver", "Bennett", "Bennett Ceramics Fair", "oliver@bennett.example", "+44 161 496 0321", "",
     "Fair in Manchester every May.", "English, galeria", ("", "")),
    ("Sophie", "Martin", "", "sophie.martin@mail.example", "+33 1 70 18 99 00", "", "", "English", ("", "")),
    ("Joanna", "Wróblewska", "", "joanna.w@poczta.example", "+48 604 881 209", "", "Dzwonić wieczorem.", "", ("K-1140", "")),
    ("Łukasz", "Duda", "", "lukasz.duda@poczta.example", "+48 516 207 745", "", "", "warsztaty", ("", "")),
    ("Krystyna", "Jabłońska-Maj", "", "k.jablonska@poczta.example", "", "", "", "stała klientka", ("K-1088", "kurier")),
    ("", "", "Glina i Szkliwo Sp. z o.o.", "handel@glinaiszkliwo.example", "+48 41 362 50 11",
     "ul. Przemysłowa 19, 25-663 Kielce", "Dostawca gliny i szkliw.", "dostawca", ("", "")),
    ("Tomek", "Kaczmarek", "", "", "+48 512 303 118", "", "Zapisane z telefonu.", "", ("", "")),
)  # fmt: skip
# Who wrote and is not linked yet: their address suggests the contact.
UNLINKED = ("Emma Walsh", "Zofia Ćwik")


def make_contacts(company: Company, by: Agent) -> dict[str, Contact]:
    """Twenty-five contacts with two fields of the company's own, by their names. Two of them are one person."""
    add_field(
        company=company,
        name="Numer klienta",
        key="customer_number",
        kind=CustomField.Kind.SHORT,
        on_contacts=True,
    )
    add_field(
        company=company,
        name="Dostawa",
        key="delivery",
        kind=CustomField.Kind.SHORT,
        on_contacts=True,
        on_tasks=True,
    )
    found: dict[str, Contact] = {}
    for number, (first, last, organisation, emails, phones, address, note, tags, custom) in enumerate(PEOPLE):
        facts = Facts(
            first_name=first,
            last_name=last,
            organisation=organisation,
            address=address,
            note=note,
            emails=_several(emails),
            phones=[phone.replace(" ", "") for phone in _several(phones)],
            custom=dict(zip(("customer_number", "delivery"), custom, strict=True)),
        )
        contact = save_contact(company=company, by=by, facts=facts, tags=_several(tags))
        at = timezone.now() - timedelta(days=200 - 7 * number)
        Contact.objects.filter(pk=contact.pk).update(created_at=at, changed_at=at)
        found[contact.name] = contact
    return found


def _several(text: str) -> list[str]:
    return [part for part in text.split(", ") if part]
