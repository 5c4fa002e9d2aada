"""The guides as PDF: the company's own code, the steps, and what to look for afterwards."""

from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    ListFlowable,
    ListItem,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from agents.models import Company
from chat.guides.systems import System

# The colours of the product in daylight (static/css/tokens.css), on white paper.
INK, MUTED, LINE = HexColor("#1b2126"), HexColor("#566069"), HexColor("#d9dee2")
ACCENT, WELL = HexColor("#0f5e73"), HexColor("#f2f5f6")
MARGIN = 22 * mm
# What reportlab leaves free around the text in a frame.
FRAME_PADDING = 6
FONTS = {"Sans": "dejavu-sans.ttf", "Sans-Bold": "dejavu-sans-bold.ttf", "Mono": "dejavu-mono.ttf"}

BODY = ParagraphStyle("body", fontName="Sans", fontSize=10, leading=15, textColor=INK)
LEAD = ParagraphStyle("lead", BODY, textColor=MUTED)
TITLE = ParagraphStyle("title", BODY, fontName="Sans-Bold", fontSize=20, leading=26)
HEADING = ParagraphStyle(
    "heading", BODY, fontName="Sans-Bold", fontSize=12, leading=16, spaceBefore=16, spaceAfter=6
)
CODE = ParagraphStyle("code", BODY, fontName="Mono", fontSize=8.5, leading=13, splitLongWords=1)


@cache
def _register_fonts() -> None:
    """The fonts of the PDF format lack Polish letters."""
    folder = Path(settings.BASE_DIR) / "static" / "fonts"
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(
        "Sans", normal="Sans", bold="Sans-Bold", italic="Sans", boldItalic="Sans-Bold"
    )


def guide_pdf(company: Company, system: System, language: str) -> bytes:
    _register_fonts()
    with override(language):
        return _drawn(company, system, language)


def _drawn(company: Company, system: System, language: str) -> bytes:
    buffer = BytesIO()
    title = _("Contact Center on your website: %(system)s") % {"system": system.name}
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author="Contact Center",
        lang=language,
    )
    story = [
        Paragraph("Contact Center", ParagraphStyle("brand", BODY, fontName="Sans-Bold", textColor=ACCENT)),
        Paragraph(str(system.name), TITLE),
        Spacer(1, 4),
        Paragraph(str(system.needed), LEAD),
        Paragraph(_("Your code"), HEADING),
        _code(company.snippet, document.width - 2 * FRAME_PADDING),
        Paragraph(_("Step by step"), HEADING),
        _numbered(system.steps),
        _section(_("What to look for afterwards"), _afterwards(company)),
        _section(_("Good to know"), system.good_to_know),
    ]

    def foot(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, 15 * mm, A4[0] - MARGIN, 15 * mm)
        canvas.setFont("Sans", 8)
        canvas.setFillColor(MUTED)
        canvas.drawString(MARGIN, 10.5 * mm, f"Contact Center · {company.name}"[:90])
        canvas.drawRightString(A4[0] - MARGIN, 10.5 * mm, str(document.page))
        canvas.restoreState()

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


def _code(snippet: str, width: float) -> Flowable:
    table = Table([[Paragraph(escape(snippet, quote=False), CODE)]], colWidths=[width])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), WELL),
                ("BOX", (0, 0), (-1, -1), 0.5, LINE),
                ("ROUNDEDCORNERS", [4, 4, 4, 4]),
                *((f"{side}PADDING", (0, 0), (-1, -1), 9) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
            ]
        )
    )
    return table


def _numbered(steps: Any) -> Flowable:
    items = [ListItem(Paragraph(str(step), BODY), spaceAfter=5) for step in steps]
    return ListFlowable(
        items,
        bulletType="1",
        bulletFontName="Sans-Bold",
        bulletFontSize=10,
        bulletColor=ACCENT,
        bulletFormat="%s.",
        leftIndent=22,
    )


def _section(heading: str, points: Any) -> Flowable:
    items = [ListItem(Paragraph(str(point), BODY), spaceAfter=4) for point in points]
    dots = ListFlowable(
        items, bulletType="bullet", start="•", bulletFontName="Sans", bulletColor=MUTED, leftIndent=22
    )
    return KeepTogether([Paragraph(heading, HEADING), dots])


def _afterwards(company: Company) -> list[str]:
    origin = {"origin": escape(settings.BASE_URL, quote=False)}
    return [
        _(
            "Open your website in a private window. Within a few seconds the button of the chat appears in a corner."
        ),
        _("In Contact Center open <b>Settings → General</b> and press <b>Check now</b>."),
        _("No button? Empty the cache of your system and of your CDN, then load the page anew."),
        _(
            "If your website has a Content Security Policy, allow <b>%(origin)s</b> in <b>script-src</b>, "
            "<b>frame-src</b> and <b>connect-src</b>."
        )
        % origin,
    ]
