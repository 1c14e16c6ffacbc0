"""How many parts a text takes as SMS, exactly.

GSM 03.38: 160 septets alone or 153 a part when split, ten characters take two septets. Any other character turns the
whole text into UCS-2: 70 UTF-16 units alone or 67 a part (3GPP TS 23.038 and 23.040: six octets of header a part).
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.text import GSM_BASIC, GSM_EXTENSION

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
