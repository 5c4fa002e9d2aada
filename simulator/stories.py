"""What people say to a small pottery, for the demo company."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """A conversation: who wrote from which page, and the lines in turn. A line is (minutes later, who, text): `c` the
    customer, `a` the agent who answered, `n` a note of that agent's."""

    language: str
    page: tuple[str, str]
    lines: tuple[tuple[int, str, str], ...]
    tags: tuple[str, ...] = ()


CUPS = ("https://garniec.example/kubki/", "Kubki i filiżanki")
ORDER = ("https://garniec.example/zamowienie/10482/", "Moje zamówienie 10482")
RETURNS = ("https://garniec.example/zwroty/", "Zwroty i reklamacje")
GIFTS = ("https://garniec.example/na-prezent/", "Na prezent")
BOWLS = ("https://garniec.example/misy/", "Misy")
CUPS_EN = ("https://garniec.example/en/cups/", "Cups and mugs")
SHIPPING_EN = ("https://garniec.example/en/shipping/", "Shipping")

STORIES = (
    Story(
        "pl",
        ORDER,
        (
            (
                0,
                "c",
                "Dzień dobry, wczoraj przyszła do mnie paczka z zamówienia 10482 i jeden kubek ma odprysk przy uchu.",
            ),
            (1, "c", "Kurier nie chciał czekać, aż wszystko rozpakuję."),
            (
                3,
                "a",
                "Dzień dobry! Przykro mi z powodu tego kubka, zaraz to rozwiążemy. Czy może Pani przesłać zdjęcie odprysku?",
            ),
            (6, "c", "Wysłałam na adres sklepu, temat „kubek Mgła”."),
            (
                8,
                "n",
                "Ten sam przewoźnik trzeci raz w tym miesiącu. Magazyn ma jeszcze sześć sztuk z tej serii.",
            ),
            (
                10,
                "a",
                "Dziękuję, mam zdjęcie. Nowy kubek wyślemy jutro rano, bez żadnych kosztów. Uszkodzonego nie trzeba odsyłać.",
            ),
            (11, "c", "Świetnie, bardzo dziękuję!"),
        ),
        ("reklamacja", "dostawa"),
    ),
    Story(
        "pl",
        CUPS,
        (
            (0, "c", "Czy kubek „Kreda” 400 ml można myć w zmywarce?"),
            (
                2,
                "a",
                "Dzień dobry! Tak, wszystkie nasze kubki są szkliwione trzy razy i nadają się do zmywarki oraz mikrofalówki.",
            ),
            (4, "c", "Super, to biorę cztery :)"),
            (5, "a", "Cieszę się! Przy czterech sztukach przesyłka jest już darmowa."),
        ),
        ("produkt",),
    ),
    Story(
        "pl",
        RETURNS,
        (
            (0, "c", "Chciałbym zwrócić dwie miseczki, są mniejsze, niż myślałem. Ile mam na to czasu?"),
            (
                1,
                "a",
                "Dzień dobry, na zwrot ma Pan 30 dni od otrzymania paczki. Etykietę zwrotną wysyłam na Pana adres e-mail.",
            ),
            (3, "c", "A kiedy dostanę pieniądze?"),
            (
                4,
                "a",
                "Do trzech dni roboczych od chwili, gdy paczka do nas dotrze, tą samą drogą, którą Pan zapłacił.",
            ),
            (5, "c", "Jasne, dziękuję za szybką odpowiedź."),
        ),
        ("zwrot",),
    ),
    Story(
        "pl",
        GIFTS,
        (
            (0, "c", "Szukam prezentu na ślub, coś do 400 zł. Pakujecie na prezent?"),
            (
                2,
                "a",
                "Dzień dobry! Pakujemy w papier i słomę, z ręcznie pisanym bilecikiem. Na ślub często wybierane są dwa kubki z talerzami z serii Rosa: 372 zł.",
            ),
            (5, "c", "A można dodać imiona na bileciku?"),
            (6, "a", "Oczywiście, proszę je wpisać w uwagach do zamówienia."),
            (9, "c", "Zamówione! Asia i Tomek."),
            (10, "a", "Widzę zamówienie, dziękuję. Wyślemy je w czwartek."),
        ),
        ("prezent",),
    ),
    Story(
        "pl",
        BOWLS,
        (
            (
                0,
                "c",
                "Dzień dobry, prowadzę małą restaurację w Gdyni i potrzebuję 60 głębokich talerzy. Czy robicie takie zamówienia?",
            ),
            (
                4,
                "a",
                "Dzień dobry! Tak, przy takiej liczbie toczymy na zamówienie, trwa to około sześciu tygodni. Jaka średnica?",
            ),
            (7, "c", "22 cm, najlepiej w kolorze Sadza."),
            (12, "n", "Zapytać pracownię o termin na styczeń."),
            (14, "a", "Przygotuję wycenę i wyślę ją jutro do południa. Na jaki adres?"),
            (15, "c", "biuro@bursztyn.example, dziękuję"),
        ),
        ("hurt",),
    ),
    Story(
        "pl",
        ORDER,
        (
            (0, "c", "Gdzie jest moja paczka? Miała być w poniedziałek."),
            (
                2,
                "a",
                "Dzień dobry, już sprawdzam. Paczka jest w sortowni w Łodzi od wczoraj, kurier ma ją dziś w trasie.",
            ),
            (3, "c", "Okej, to czekam."),
            (240, "c", "Doszła, dzięki!"),
        ),
        ("dostawa",),
    ),
    Story(
        "en",
        CUPS_EN,
        (
            (0, "c", "Hi! Is the glaze on the Mist mugs food-safe?"),
            (2, "a", "Hello! Yes, all our glazes are lead-free and tested for food contact."),
            (3, "c", "Perfect. And do you ship to Ireland?"),
            (4, "a", "We do: 12 euros, free over 120. It takes four to six working days."),
            (6, "c", "Ordering now, thank you."),
        ),
        ("produkt", "dostawa"),
    ),
    Story(
        "en",
        SHIPPING_EN,
        (
            (0, "c", "My parcel arrived but one bowl is missing from the box."),
            (2, "a", "I'm sorry about that. Could you tell me the order number?"),
            (3, "c", "10391"),
            (
                6,
                "a",
                "Thank you. The bowl was packed separately and is on its way; you'll get it tomorrow. I've sent you the tracking link.",
            ),
            (8, "c", "Oh great, I was worried. Thanks!"),
        ),
        ("dostawa",),
    ),
    Story(
        "pl",
        CUPS,
        (
            (0, "c", "Czy można u Was zamówić kubek z własnym napisem?"),
            (
                3,
                "a",
                "Dzień dobry! Grawerujemy imiona do 12 liter, dopłata 25 zł, czas oczekiwania dwa tygodnie.",
            ),
            (4, "c", "Rozumiem, zastanowię się."),
        ),
        ("produkt",),
    ),
    Story(
        "pl",
        GIFTS,
        (
            (0, "c", "Dzień dobry, czy bon podarunkowy przychodzi e‑mailem?"),
            (
                1,
                "a",
                "Dzień dobry! Tak, zaraz po płatności, jako plik do wydrukowania. Jest ważny przez dwa lata.",
            ),
            (2, "c", "Idealnie. Dziękuję i miłego dnia!"),
            (3, "a", "Wzajemnie!"),
        ),
        ("prezent",),
    ),
    Story(
        "pl",
        RETURNS,
        (
            (0, "c", "Dostałam fakturę na złą firmę. Jak to poprawić?"),
            (2, "a", "Dzień dobry, proszę podać NIP i nazwę firmy, wystawimy korektę jeszcze dzisiaj."),
            (5, "c", "5252248481, Pracownia Zając"),
            (9, "a", "Korekta jest już w Pani skrzynce."),
        ),
        ("faktura",),
    ),
    Story(
        "en",
        CUPS_EN,
        (
            (0, "c", "Do you have a shop in Kraków I could visit this weekend?"),
            (
                3,
                "a",
                "Hello! Our workshop near Kraków is open on Saturdays from 10 to 14. You can even try the wheel.",
            ),
            (4, "c", "Lovely, see you on Saturday!"),
        ),
    ),
)

# Still open when the demo begins: `new` ones wait for anybody, the others are led by the agent named.
OPEN_STORIES = (
    (
        "new",
        "Karolina Pawlak",
        Story(
            "pl",
            RETURNS,
            (
                (0, "c", "Dzień dobry, nadal nie dostałam potwierdzenia zwrotu, a minął już tydzień."),
                (1, "c", "Halo? Czy ktoś mógłby to sprawdzić?"),
            ),
        ),
    ),
    ("new", "", Story("en", CUPS_EN, ((0, "c", "Hello, is the Rosa cup available in a set of six?"),))),
    (
        "adam@demo.example",
        "Marta Lewandowska",
        Story(
            "pl",
            ORDER,
            (
                (0, "c", "Dzień dobry, czy mogę jeszcze zmienić adres dostawy w zamówieniu 10517?"),
                (
                    1,
                    "a",
                    "Dzień dobry, Pani Marto! Tak, paczka wyjedzie dopiero jutro. Jaki ma być nowy adres?",
                ),
                (3, "c", "ul. Lipowa 14/3, 50-204 Wrocław"),
                (4, "n", "Zmienione w systemie, dać znać magazynowi do 15:00."),
                (5, "a", "Zmienione. Potwierdzenie przyjdzie e-mailem w ciągu godziny."),
                (7, "c", "A jedną misę, której nie potrzebuję, mogę odesłać jeszcze dzisiaj?"),
            ),
            ("dostawa",),
        ),
    ),
    (
        "adam@demo.example",
        "Oliver Bennett",
        Story(
            "en",
            SHIPPING_EN,
            (
                (0, "c", "Could you combine my two orders into one parcel?"),
                (
                    2,
                    "a",
                    "Of course, Oliver. I have merged them, and the second shipping fee is on its way back to you.",
                ),
            ),
            ("dostawa",),
        ),
    ),
    (
        "ewa@demo.example",
        "Hotel Bursztyn",
        Story(
            "pl",
            BOWLS,
            (
                (0, "c", "Dzień dobry, wracam do sprawy talerzy dla hotelu. Czy jest już wycena?"),
                (
                    2,
                    "a",
                    "Dzień dobry! Tak, 60 sztuk w kolorze Sadza to 3 840 zł netto, termin do 15 stycznia.",
                ),
                (9, "c", "Brzmi dobrze, przekażę szefowej i wrócę z odpowiedzią."),
            ),
            ("hurt",),
        ),
    ),
)

# What the company's people know about, as they put it themselves.
KNOWS = {
    "adam": "Szkliwa, wypał i zamówienia na wymiar",
    "ewa": "Zwroty, reklamacje i wysyłka za granicę",
    "jan": "Zamówienia hurtowe i terminy dostaw",
}

CUSTOMERS = (
    ("Agnieszka Zając", "agnieszka.zajac@poczta.example"),
    ("Tomasz Kaczmarek", "t.kaczmarek@poczta.example"),
    ("Katarzyna Wójcik", "kasia.wojcik@poczta.example"),
    ("Michał Dąbrowski", ""),
    ("Hanna Szczepańska", "hanna.szczepanska@poczta.example"),
    ("Piotr Żółkiewski", "piotr.zolkiewski@firma.example"),
    ("", ""),
    ("Łucja Gąsior", "lucja@poczta.example"),
    ("Emma Walsh", "emma.walsh@mail.example"),
    ("Paweł Krawczyk", ""),
    ("", ""),
    ("Jonas Weber", "jonas@mail.example"),
    ("Zofia Ćwik", "zofia.cwik@poczta.example"),
)
