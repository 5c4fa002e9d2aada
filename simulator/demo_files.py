"""What the demo company has stored: small files made here, in folders, on different days."""

import math
import struct
import wave
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from agents.models import Agent, Company
from files.actions import create_folder
from files.models import Folder, StoredFile
from files.store import store_file

PRICES = """Garniec, cennik detaliczny
ważny od 1 października

Kubek „Mak” 350 ml                 49,00 zł
Kubek „Mak” 500 ml                 59,00 zł
Miska „Len” 18 cm                  79,00 zł
Talerz „Len” 27 cm                 89,00 zł
Dzbanek „Wisła” 1,2 l             169,00 zł
Doniczka „Glina” 14 cm             65,00 zł

Wysyłka 14,90 zł, od 250 zł bezpłatnie.
Stłuczone w drodze? Wystarczy zdjęcie, wyślemy nowe.
"""
WHOLESALE = """symbol;nazwa;cena netto;ilość w kartonie;stan
KM-350;Kubek „Mak” 350 ml;27,50;12;184
KM-500;Kubek „Mak” 500 ml;33,00;12;96
ML-18;Miska „Len” 18 cm;44,00;6;58
TL-27;Talerz „Len” 27 cm;49,50;6;120
DW-12;Dzbanek „Wisła” 1,2 l;95,00;4;21
DG-14;Doniczka „Glina” 14 cm;36,00;8;75
"""
RETURNS = (
    "Zwroty i reklamacje",
    "Na zwrot jest 14 dni od otrzymania paczki, bez podania przyczyny.",
    "Pieniądze wracają tą samą drogą w ciągu 3 dni roboczych od otrzymania zwrotu.",
    "",
    "Stłuczone w transporcie:",
    "1. Prosimy o zdjęcie naczynia i opakowania.",
    "2. Nowe naczynie wysyłamy tego samego dnia, bez odsyłania stłuczonego.",
    "",
    "Adres do zwrotów: Garniec, ul. Garncarska 12A, 31-115 Kraków",
)
# Glaze, and the ground that it stands on.
COLOURS = {
    "kubek-mak.jpg": ("#a33b2c", "#e9ddcf"),
    "misa-len.jpg": ("#d8cdb8", "#5d6b63"),
    "dzbanek-wisla.jpg": ("#2f5f79", "#efe6d8"),
}


def store_demo_files(company: Company, adam: Agent, ewa: Agent) -> None:
    """Offers, photos and answers that come up in conversations. In the demo's one transaction: nobody minds what its
    failure would leave behind."""

    def folder(name: str, parent: Folder | None = None) -> Folder:
        return create_folder(company=company, name=name, parent=parent, by=adam)

    def keep(name: str, content: bytes, days_ago: int, by: Agent = adam, place: Folder | None = None) -> None:
        file = store_file(company=company, name=name, content=ContentFile(content), added_by=by, folder=place)
        added = timezone.now() - timedelta(days=days_ago, hours=days_ago % 7, minutes=days_ago * 13 % 60)
        StoredFile.objects.filter(pk=file.pk).update(created_at=added)

    offers, photos, sounds = folder("Oferty"), folder("Zdjęcia produktów"), folder("Zapowiedzi")
    folder("Sezon jesienny", photos)
    keep("Cennik detaliczny.txt", PRICES.encode(), 41)
    keep("Zwroty i reklamacje.pdf", _page(RETURNS), 63, ewa)
    keep("Cennik hurtowy.csv", WHOLESALE.encode("utf-8-sig"), 12, adam, offers)
    keep(
        "Oferta dla restauracji.pdf",
        _page(("Oferta dla restauracji", *WHOLESALE.splitlines()[1:])),
        9,
        ewa,
        offers,
    )
    for number, (name, colours) in enumerate(COLOURS.items()):
        keep(name, _photo(*colours), 20 + number, ewa, photos)
    keep("Powitanie.wav", _tune(), 30, adam, sounds)
    Folder.objects.filter(company=company).update(created_at=timezone.now() - timedelta(days=70))


def _page(lines: tuple[str, ...]) -> bytes:
    """One page with a heading; the fonts of the PDF format lack Polish letters."""
    for name, file in (("Demo", "dejavu-sans.ttf"), ("Demo-Bold", "dejavu-sans-bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(Path(settings.BASE_DIR) / "static" / "fonts" / file)))
    target = BytesIO()
    page = canvas.Canvas(target, pagesize=A4)
    page.setTitle(lines[0])
    page.setFont("Demo-Bold", 18)
    page.drawString(64, A4[1] - 90, lines[0])
    page.setFont("Demo", 11)
    for number, line in enumerate(lines[1:]):
        page.drawString(64, A4[1] - 130 - 20 * number, line)
    page.save()
    return target.getvalue()


def _photo(glaze: str, ground: str) -> bytes:
    """A pot on a table in soft light."""
    picture = Image.new("RGB", (960, 720), ground)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 520, 960, 720), fill=_shade(ground, 0.86))
    pen.ellipse((250, 540, 760, 620), fill=_shade(ground, 0.62))
    pen.rounded_rectangle((300, 220, 640, 590), 90, fill=glaze)
    pen.arc((560, 290, 760, 490), 250, 110, fill=glaze, width=38)
    pen.ellipse((300, 180, 640, 270), fill=_shade(glaze, 0.72))
    pen.rounded_rectangle((340, 300, 372, 520), 16, fill=_shade(glaze, 1.25))
    target = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(2)).save(target, "JPEG", quality=82)
    return target.getvalue()


def _shade(colour: str, factor: float) -> tuple[int, ...]:
    return tuple(min(255, int(int(colour[at : at + 2], 16) * factor)) for at in (1, 3, 5))


def _tune() -> bytes:
    """Three soft notes."""
    rate, target = 8000, BytesIO()
    notes = (523.25, 659.25, 783.99)
    length = rate * 2 // len(notes)
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        for note in notes:
            for number in range(length):
                level = 9000 * math.exp(-3 * number / rate) * math.sin(2 * math.pi * note * number / rate)
                sound.writeframesraw(struct.pack("<h", int(level)))
    return target.getvalue()
