"""How many parts a text takes as SMS, exactly, and how to keep one within a single part.

GSM 03.38: 160 septets alone or 153 a part when split, ten characters take two septets. Any other character turns the
whole text into UCS-2: 70 UTF-16 units alone or 67 a part (3GPP TS 23.038 and 23.040: six octets of header a part).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.domain.text import GSM_BASIC, GSM_EXTENSION, unaccent

GSM7, UCS2 = "GSM-7", "UCS-2"
_ALONE = {GSM7: 160, UCS2: 70}
_PART = {GSM7: 153, UCS2: 67}


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """What one text costs to send."""

    encoding: str
    """GSM-7 or UCS-2."""
    units: int
    """Septets (GSM-7) or UTF-16 units (UCS-2) of the text itself."""
    segments: int
    """Parts a network bills; 0 for an empty text."""


def encoding_of(text: str) -> str:
    """Return the cheapest encoding that can carry *text*."""
    return GSM7 if all(character in GSM_BASIC or character in GSM_EXTENSION for character in text) else UCS2


def _cost(character: str, encoding: str) -> int:
    if encoding == GSM7:
        return 2 if character in GSM_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def split(text: str) -> tuple[str, ...]:
    """
    Return *text* as the parts a network sends, which joined give *text* again.

    An escape pair or a surrogate pair is never split over two parts, which can leave a part one unit short.
    """
    if not text:
        return ()
    encoding = encoding_of(text)
    costs = [_cost(character, encoding) for character in text]
    if sum(costs) <= _ALONE[encoding]:
        return (text,)
    parts, start, used = [], 0, 0
    for position, cost in enumerate(costs):
        if used + cost > _PART[encoding]:
            parts.append(text[start:position])
            start, used = position, 0
        used += cost
    parts.append(text[start:])
    return tuple(parts)


def segments(text: str) -> SegmentCount:
    """Count what *text* takes to send."""
    encoding = encoding_of(text)
    units = sum(_cost(character, encoding) for character in text)
    return SegmentCount(encoding=encoding, units=units, segments=len(split(text)))


_BLANK = re.compile(r"\{(\w+)\}")


def fit_one_segment(template: str, values: Mapping[str, str], *, shrink: Iterable[str] = ()) -> str:
    """
    Fill *template* and return an unaccented GSM-7 text of one segment (at most 160 septets).

    Args:
        template: A sentence with blanks, e.g. "Da chuyen {agency}. Tra loi truoc {due}."
        values: What goes into the blanks; a blank without a value stays empty.
        shrink: Blanks that may be shortened, the least needed first; cut at a word where possible.

    Returns:
        The filled text. When the shrinkable blanks are not enough, its end is cut and marked with "...".
    """
    plain = {name: unaccent(value) for name, value in values.items()}
    text = _fill(template, plain)
    for name in shrink:
        excess = _septets(text) - _ALONE[GSM7]
        if excess <= 0:
            return text
        plain[name] = _shortened(plain.get(name, ""), excess)
        text = _fill(template, plain)
    if _septets(text) > _ALONE[GSM7]:
        while _septets(text) > _ALONE[GSM7] - 3:
            text = text[:-1]
        text = text.rstrip() + "..."
    return text


def _fill(template: str, values: Mapping[str, str]) -> str:
    # Filled before the marks come off, so that a value can never become a blank.
    pieces, at = [], 0
    for blank in _BLANK.finditer(template):
        pieces += [unaccent_piece(template[at : blank.start()]), values.get(blank.group(1), "")]
        at = blank.end()
    return "".join([*pieces, unaccent_piece(template[at:])])


def unaccent_piece(text: str) -> str:
    """Unaccent a piece of a sentence, keeping the spaces at its ends."""
    body = text.strip()
    if not body:
        return text
    start = text.index(body)
    return text[:start] + unaccent(body) + text[start + len(body) :]


def _septets(text: str) -> int:
    return sum(_cost(character, GSM7) for character in text)


def _shortened(value: str, excess: int) -> str:
    """Cut at least *excess* septets from the end, back to a word's end when that keeps half of what is left."""
    target = _septets(value) - excess - 1  # one septet for the full stop that shows the cut
    if target <= 0:
        return ""
    kept = value
    while _septets(kept) > target:
        kept = kept[:-1]
    word_end = kept.rfind(" ")
    if word_end > len(kept) // 2 and len(kept) < len(value) and value[len(kept)] != " ":
        kept = kept[:word_end]
    return kept.rstrip(" ,;-") + "."
