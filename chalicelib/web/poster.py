"""One unit's poster: A4, both languages, the number as large as it goes. reportlab is loaded with the first one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib import texts
from chalicelib.domain.directory import Directory
from chalicelib.web.hotline_pages import Unit
from chalicelib.web.letter import Words
from chalicelib.web.province import province_view
from chalicelib.web.qr import QUIET, qr_rows

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "BeVietnamPro-Regular", "BeVietnamPro-Bold"
"""Files of `fonts/`: every Vietnamese letter is in them, whatever the printer has."""

MARGIN = 48.0
"""Points; 17 mm, which every office printer can print up to."""

HEAD = 165.0
"""Points; the strip in the province's colour."""

QR_SIDE = 195.0
"""Points; 69 mm are read from a step away."""


def poster_pdf(units: Sequence[Unit], languages: Sequence[str], page: str, directory: Directory) -> bytes:
    """
    Return the poster; the same unit of the same directory gives the same bytes.

    Args:
        units: The unit in each of *languages*.
        languages: The first is the large one.
        page: Address of the unit's page, for the code.
        directory: The province.
    """
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    _load_fonts()
    first, second = (Words.of(language, directory) for language in languages)
    own, other = units
    colour = HexColor(province_view(directory, texts.HOME)["colour"])
    file = BytesIO()
    sheet = Canvas(file, pagesize=A4, pageCompression=1, invariant=1, lang=languages[0])
    sheet.setTitle(f"{own.full_name}: {own.number}")
    sheet.setAuthor(first("page.common.hotline"))
    pen = _Pen(sheet, A4[0], A4[1])

    sheet.setFillColor(colour)
    sheet.rect(0, A4[1] - HEAD, A4[0], HEAD, stroke=0, fill=1)
    sheet.setFillColor(HexColor("#ffffff"))
    pen.at = A4[1] - 38
    pen.write(first("page.common.hotline"), BOLD, 24)
    pen.write(first("hotline_pages.poster.title"), BOLD, 40, above=6)
    pen.write(f"{second('page.common.hotline')} · {second('hotline_pages.poster.title')}", PLAIN, 14, above=6)

    sheet.setFillColor(HexColor("#0b0c0c"))
    pen.at = A4[1] - HEAD - 30
    pen.write(own.full_name, BOLD, 28, lines=2)
    pen.write(other.full_name, PLAIN, 15, above=2)
    sheet.setFillColor(colour)
    pen.write(own.number, BOLD, 96, above=12)
    sheet.setFillColor(HexColor("#0b0c0c"))
    for unit, words, size in ((own, first, 16), (other, second, 13)):
        if unit.hours:
            hours = unit.hours.replace("; ", "\n")
            pen.write(f"{words('hotline_pages.poster.hours')}: {hours}", PLAIN, size, above=4, lines=5)

    pen.at -= 20
    sheet.setStrokeColor(colour)
    sheet.setLineWidth(2)
    sheet.line(MARGIN, pen.at, A4[0] - MARGIN, pen.at)
    top = pen.at - 20
    _qr(sheet, page, A4[0] - MARGIN - QR_SIDE, top - QR_SIDE)
    caption = _Pen(sheet, A4[0], top - QR_SIDE - 6, left=A4[0] - MARGIN - QR_SIDE)
    for words, letter in ((first, 12.5), (second, 11.0)):
        caption.write(words("hotline_pages.poster.scan"), PLAIN, letter, lines=3)

    centre = str(directory.province.get("dial_short") or directory.province.get("number"))
    facts = {"centre": centre, "web": urlsplit(page).netloc}
    for scale in (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6):
        ways = _Pen(None, A4[0] - QR_SIDE - 24, top)
        _write_ways(ways, first, second, facts, scale)
        if ways.at >= MARGIN:
            break
    _write_ways(_Pen(sheet, A4[0] - QR_SIDE - 24, top), first, second, facts, scale)
    sheet.showPage()
    sheet.save()
    return file.getvalue()


def _write_ways(pen: _Pen, first: Words, second: Words, facts: Mapping[str, str], scale: float) -> None:
    """Write how to reach the hotline, in both languages."""
    for words, heading, size, above in ((first, BOLD, 17, 5), (second, PLAIN, 13, 2)):
        for name in ("how", "text", "call", "follow", "web"):
            font, smaller = (heading, 0) if name == "how" else (PLAIN, 1)
            text = words(f"hotline_pages.poster.{name}", **facts)
            pen.write(text, font, (size - smaller) * scale, above=above * scale, lines=3)
        pen.at -= 10 * scale


class _Pen:
    """Writes one line below the other; what is too long breaks between words, then gets smaller."""

    def __init__(self, sheet: Any | None, right: float, at: float, *, left: float = MARGIN) -> None:
        self.sheet = sheet  # None only measures
        self.left = left
        self.width = right - MARGIN - left
        self.at = at

    def write(self, text: str, font: str, size: float, *, above: float = 0, lines: int = 1) -> None:
        """Write *text* in at most so many *lines*, with *above* points free over it."""
        from reportlab.lib.utils import simpleSplit

        while len(parts := simpleSplit(text, font, size, self.width)) > lines and size > 6:
            size -= 0.5
        self.at -= above
        for part in parts:
            self.at -= size
            if self.sheet is not None:
                self.sheet.setFont(font, size)
                self.sheet.drawString(self.left, self.at, part)
            self.at -= size * 0.3


def _qr(sheet: Any, address: str, x: float, y: float) -> None:
    from reportlab.lib.colors import HexColor

    rows = qr_rows(address)
    side = QR_SIDE / (len(rows) + 2 * QUIET)
    sheet.setFillColor(HexColor("#000000"))
    path = sheet.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                path.rect(x + (across + QUIET) * side, y + QR_SIDE - (down + QUIET + 1) * side, side, side)
    sheet.drawPath(path, stroke=0, fill=1)


def _load_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
