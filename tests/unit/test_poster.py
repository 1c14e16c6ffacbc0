"""The poster of a unit: one A4 sheet in letters of its own, whatever the printer has; its code opens the page."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.domain.hotlines import hotline
from chalicelib.web.hotline_pages import view_of
from chalicelib.web.poster import FONTS, poster_pdf
from chalicelib.web.qr import QUIET, qr_rows, qr_svg
from tests.hotline import province
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def poster(slug: str, code: str, languages: tuple[str, str] = ("vi", "en"), **changes: str) -> bytes:
    directory = province(slug)
    line = hotline(directory, directory.agencies[code], NOW)
    units = tuple(replace(view_of(line, directory, NOW, each)[0], **changes) for each in languages)
    return poster_pdf(units, languages, f"https://1022.example/hotlines/{code}", directory)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("slug", "code", "unit", "number", "centre"),
    [
        ("dong-nai", "pvhcc_26188", "phường Tân Triều", "0900 000 687", "0251 1022"),
        ("dong-nai", "pvhcc_25225", "xã Đăk Ơ", "0900 000 633", "0251 1022"),
        ("dong-thap", "pvhcc_28249", "phường Đạo Thạnh", "0900 000 636", "0277 1022"),
    ],
)
def test_a_poster_says_unit_number_hours_and_ways_in_both_languages(slug, code, unit, number, centre):
    text = text_of(poster(slug, code))
    for said in (
        f"Trung tâm Phục vụ hành chính công {unit}",
        number,
        "thứ Hai–thứ Sáu 07:30–11:30, 13:30–17:00",
        "Monday–Friday 07:30–11:30, 13:30–17:00",
        f"Gọi {centre}",
        f"Call {centre}",
        "Nhắn tin đến 1022",
        "Text 1022",
        "1022.example",
    ):
        assert said in text


def test_every_vietnamese_letter_survives():
    letters = f"{VIETNAMESE} {VIETNAMESE.upper()} “–…”"
    assert letters in text_of(poster("dong-nai", "pvhcc_26188", full_name=letters))


def test_the_language_asked_for_is_the_large_one():
    text = text_of(poster("dong-nai", "pvhcc_26188", ("en", "vi")))
    assert text.index("One-Stop hotline") < text.index("Đường dây nóng Một cửa")


def test_long_names_and_many_hours_stay_on_the_sheet():
    hours = "; ".join(["thứ Hai–thứ Sáu 07:30–11:30, 13:30–17:00 (đến 31/12/2026)"] * 4)
    pdf = poster("dong-nai", "pvhcc_26188", full_name="Bộ phận Một cửa thành phố rất dài " * 4, hours=hours)
    placed: list[float] = []
    PdfReader(BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda text, matrix, place, font, size: placed.append(place[5]) if text.strip() else None
    )
    assert "Website: 1022.example" in text_of(pdf)
    assert min(placed) > 17


def test_the_same_poster_is_the_same_file():
    assert poster("dong-nai", "pvhcc_26188") == poster("dong-nai", "pvhcc_26188")


def test_letters_travel_with_their_licence_and_weigh_little():
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in FONTS.iterdir()) <= 150_000


def test_the_code_on_a_page_is_the_one_on_the_poster():
    address = "https://1022.example/hotlines/pvhcc_26188"
    rows = qr_rows(address)
    svg = qr_svg(address, 'Một "cửa" <b>')
    assert svg.count("h1v1h-1z") == sum(map(sum, rows))
    assert f'viewBox="0 0 {len(rows) + 2 * QUIET} {len(rows) + 2 * QUIET}"' in svg
    assert "<b>" not in svg
