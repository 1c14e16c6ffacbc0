"""Personal data out of a message before an agency or the public reads it: numbers, addresses, names.

What can only be a person's (phone, email, identity number, plate) goes wherever it stands; a house number goes, the
road and the quarter stay, since the matter must still be found; a name goes where the text says it is one ("tôi tên
…", "ông …"), for a bare "Nguyễn Văn Cừ" is more often a road. Vietnamese with and without diacritics.

A nine-digit case code is public and stays, but only where a word calls it one ("mã 482177306") and its check digit is
right; any other nine digits may be an old identity number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.domain.code import is_valid_code
from chalicelib.domain.masked_address import house_numbers
from chalicelib.domain.masked_names import names
from chalicelib.domain.text import fold, normalise

PHONE = "[số điện thoại]"
EMAIL = "[email]"
IDENTITY = "[số giấy tờ]"
DIGITS = "[dãy số]"
PLATE = "[biển số]"
HOUSE = "[số nhà]"
NAME = "[tên]"


class _Found(NamedTuple):
    start: int
    end: int
    placeholder: str


_SEP = r"[ .\-()]{0,2}"
_PREFIX = rf"(?:\(?(?:\+|00) ?84\)?{_SEP}0?|84{_SEP}|0|(?<![a-z0-9])o(?=\d)){_SEP}"
_PHONE = re.compile(
    rf"(?<!\d)(?!\d{{1,2}}[ ./-]\d{{1,2}}[ ./-](?:19|20)\d\d(?!\d))"  # 02.03.2026 08:30 is a date
    rf"(?P<open>\()?{_PREFIX}(?:"
    rf"[35789](?:{_SEP}\d){{8}}(?!\d)"  # mobile
    rf"|2(?:{_SEP}\d){{9}}(?!\d)"  # fixed line of today
    rf"|1(?:{_SEP}\d){{9}}(?!\d)"  # eleven-digit mobile of before 2018
    rf"|[2-9](?:{_SEP}\d){{7,8}}(?!\d))(?(open)\)?)"  # fixed line of before 2017
)
_SAID_PHONE = re.compile(
    r"\b(?:sdt|so dt|dt|dien thoai|so dien thoai|di dong|dd|lh|lien he|lien lac|goi(?: lai)?|zalo|so may|phone|tel)"
    r"(?: (?:so|qua|la|theo|cho|toi|em|minh))*[ .:,]*(?P<number>\d{7,12}|\d{2,4}(?:[ .\-]\d{2,4}){1,4})(?!\d)"
)
_SERVICE_NUMBER = re.compile(r"1[89]00")
"""Hotlines of companies and agencies: public."""
# only from where a word begins: else a text without a space takes time by the square of its length
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+ ?@ ?[\w-]+(?:\.[\w-]+)+")
_SAID_IDENTITY = re.compile(
    r"\b(?:cmnd|cmt|cccd|cmtnd|can cuoc(?: cong dan)?|chung minh(?: nhan dan| thu)?|ho chieu|passport"
    r"|(?:ma|so) dinh danh|ma so thue|mst|bhxh|bhyt|so tai khoan|stk)(?: (?:so|cu|moi|la|cua toi))*[ .:]*"
    r"(?P<number>[a-z]{0,2}\d(?:[ .]?\d){6,14})(?!\d)"
)
_LONG_NUMBER = re.compile(
    r"(?<![\d.,])(?:\d{9,20}|\d{3}(?P<gap>[ .])\d{3}(?P=gap)\d{3}(?:(?P=gap)\d{3})?)(?!\d|[.,]\d)"
)
_AMOUNT = re.compile(r" ?(?:dong|vnd|d\b|trieu|tr\b|ty\b|m2|m3|met|ha\b|kwh|%)")
_CODE_WORD = re.compile(
    r"\b(?:ma|ma so|ho so|phan anh|phieu|tra cuu|tracuu|tc|huy|rut|mo lai|molai|case|code)"
    r"(?: (?:ho so|phan anh|phieu|so|la))*[ .:]*$"
)
_PLATE = re.compile(
    r"(?<![\w.,/])[1-9]\d ?-? ?(?:"
    r"(?P<series>[a-z]{1,2}\d?) ?[-.]? ?\d{3}[. ]?\d{2}"
    r"|[a-z]{1,2}\d? ?(?P<old_hyphen>-?) ?\d{4})(?![\w/]|[.,]\d)"
)
_PLATE_WORD = re.compile(r"\b(?:bien so|bien kiem soat|bks|bs|xe so|xe mang so)(?: xe)?[ .:]*$")
_UNIT_SERIES = frozenset("m m2 m3 h k x d tr g kg km cm mm nd ty l p s".split())
"""What looks like a plate's series but is a unit or a word when nothing else says plate."""


def mask(text: str, *, keep_places: bool = False) -> str:
    """
    Return *text* with personal data replaced by what it was, e.g. `[số điện thoại]`.

    Masking what is masked changes nothing. The text comes back normalised (`chalicelib.domain.text.normalise`).

    Args:
        text: What somebody wrote.
        keep_places: Leave house numbers: for the officer on the signed page, who has to find the place.
    """
    text = normalise(text)
    # taking one thing out can bring another to light: "nhà 12 0900000214"
    while (masked := _mask_once(text, keep_places)) != text:
        text = masked
    return text


def _mask_once(text: str, keep_places: bool) -> str:
    folded = fold(text)
    masked, position = [], 0
    for found in sorted(_found(text, folded), key=lambda found: (found.start, -found.end)):
        if found.start < position or (keep_places and found.placeholder == HOUSE):
            continue
        masked += [text[position : found.start], found.placeholder]
        position = found.end
    return "".join((*masked, text[position:]))


def _found(text: str, folded: str) -> Iterator[_Found]:
    taken: list[tuple[int, int]] = []
    for found in (*_certain(folded), *_long_numbers(folded)):
        taken.append((found.start, found.end))
        yield found
    for start, end in house_numbers(text, folded):
        if not any(start < until and since < end for since, until in taken):
            yield _Found(start, end, HOUSE)
    for start, end in names(text, folded):
        yield _Found(start, end, NAME)


def _certain(folded: str) -> Iterator[_Found]:
    for match in _EMAIL.finditer(folded):
        yield _Found(match.start(), match.end(), EMAIL)
    for match in _PHONE.finditer(folded):
        is_amount = match.group()[0] == "8" and _AMOUNT.match(folded, match.end())
        if not is_amount and not _is_code(match, folded):
            yield _Found(match.start(), match.end(), PHONE)
    for match in _SAID_PHONE.finditer(folded):
        if not _SERVICE_NUMBER.match(match["number"]) and not _PHONE.match(folded, match.start("number")):
            yield _Found(match.start("number"), match.end(), PHONE)
    for match in _SAID_IDENTITY.finditer(folded):
        yield _Found(match.start("number"), match.end(), IDENTITY)
    for match in _PLATE.finditer(folded):
        if _is_plate(match, folded):
            yield _Found(match.start(), match.end(), PLATE)


def _is_plate(match: re.Match[str], folded: str) -> bool:
    if _PLATE_WORD.search(folded, max(0, match.start() - 30), match.start()):
        return True
    if match["series"] is None:
        # four digits are also a year or a price: they need the hyphen of an old plate
        return bool(match["old_hyphen"])
    return match["series"] not in _UNIT_SERIES or "-" in match.group()


def _long_numbers(folded: str) -> Iterator[_Found]:
    for match in _LONG_NUMBER.finditer(folded):
        number = re.sub(r"\D", "", match.group())
        if _AMOUNT.match(folded, match.end()) or _SERVICE_NUMBER.match(number) or _is_code(match, folded):
            continue
        yield _Found(match.start(), match.end(), IDENTITY if len(number) in (9, 12) else DIGITS)


def _is_code(match: re.Match[str], folded: str) -> bool:
    if not is_valid_code(re.sub(r"\D", "", match.group())):
        return False
    return _CODE_WORD.search(folded, max(0, match.start() - 40), match.start()) is not None
