"""Text as people send it and as phones can show it: clean it, fold it for matching, take its marks off for an SMS.

Broken Vietnamese (Telex and VNI keystrokes, TCVN3 and VNI-Windows fonts) is mended in `chalicelib.domain.legacy_text`,
which `repair` comes from. What is known of people's habits stands in docs/understanding.md, "How citizens write".
"""

from __future__ import annotations

import re
import unicodedata

from chalicelib.domain.legacy_text import looks_pasted_from_old_font, repair

__all__ = [
    "MAX_CHARACTERS",
    "MAX_FORM_CHARACTERS",
    "fold",
    "has_marks",
    "normalise",
    "repair",
    "typed",
    "unaccent",
]

MAX_CHARACTERS = 10_000
"""Longest text kept: 40 kB of UTF-8 at worst, a tenth of what one stored item may hold."""

MAX_FORM_CHARACTERS = 4_000
"""Longest text a page takes from an agency or the desk; named in the message about a longer one."""

MAX_TYPED = 4 * MAX_FORM_CHARACTERS
"""Characters of one field of a public form that are looked at: a letter with two marks may come as three."""

MOST_MARKS = 30
"""On one letter; no language needs more (Unicode Standard Annex 15, Stream-Safe Text Format)."""

_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Control characters, bidirectional and zero-width marks, stray combining marks (NFC has composed all that Vietnamese
# needs), non-characters and tag characters: nothing a person typed on purpose, and each can hide or reorder text.
_UNSAFE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SOFT_HYPHEN = "\xad"
# A run of spaces is looked at from its first only: from each of them, a page of spaces would take seconds.
_BLANK_LINES = re.compile(r"(?<! ) *\n *(?:\n *){2,}")

_TONED = {
    "a": "àáảãạ",
    "e": "èéẻẽẹ",
    "y": "ỳýỷỹỵ",
    "o": "òóỏõọ",
    "u": "ùúủũụ",
}


def _tone_moves() -> dict[str, str]:
    """Map "oà" to "òa" and the like: the tone on the first vowel of an open syllable, as most people type it."""
    moves = {}
    for first, second in ("oa", "oe", "uy"):
        for toned_first, toned_second in zip(_TONED[first], _TONED[second], strict=True):
            moves[first + toned_second] = toned_first + second
            moves[first.upper() + toned_second] = toned_first.upper() + second
            moves[first.upper() + toned_second.upper()] = toned_first.upper() + second.upper()
    return moves


_TONE_MOVES = _tone_moves()
_TONE_STYLE = re.compile(rf"(?<![qQ])(?:{'|'.join(_TONE_MOVES)})(?![^\W\d_])")


def normalise(text: str) -> str:
    """
    Return *text* in the one form the hotline stores and compares.

    Composed Unicode (NFC), Ð (eth) as Đ, "hoà" as "hòa", Windows newlines as newlines, any odd space as a space.
    Control, zero-width and bidirectional characters go; a lone surrogate becomes U+FFFD. Nothing a person can
    see is lost up to `MAX_CHARACTERS`. Doing it twice changes nothing, and no text makes it fail.

    Text pasted from an old Vietnamese font keeps the characters (soft hyphen, eth) that `repair` needs.
    """
    text = _NEWLINES.sub("\n", text)
    if not text.isascii():
        text = _with_few_marks(_SURROGATES.sub("\ufffd", text))
        text = unicodedata.normalize("NFC", text)
        text = _SPACES.sub(" ", text)
    text = _UNSAFE.sub(lambda found: " " if found.group() == "\t" else "", text)
    if not text.isascii():
        # Taking a mark away can bring two characters together that compose.
        text = unicodedata.normalize("NFC", text)
        if not looks_pasted_from_old_font(text):
            text = text.replace(_SOFT_HYPHEN, "").replace("Ð", "Đ").replace("ð", "đ")
            text = unicodedata.normalize("NFC", text)
            text = _TONE_STYLE.sub(lambda found: _TONE_MOVES[found.group()], text)
    text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()[:MAX_CHARACTERS].rstrip()


def typed(text: str) -> str:
    """Return what stands in a field of a public form, normalised: no more of it than any field may hold."""
    return normalise(text[:MAX_TYPED])


def _with_few_marks(text: str) -> str:
    """Leave out marks nobody sees: the time to compose a letter grows with the square of those on it."""
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _folding() -> dict[int, int | None]:
    table: dict[int, int | None] = {}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = ord(base.lower())
    for character in "đĐðÐ":
        table[ord(character)] = ord("d")
    for code in range(0x300, 0x370):
        table[code] = None
    return table


_FOLDING = _folding()


def fold(text: str) -> str:
    """
    Return *text* in lower case without marks, đ as d: what two spellings of one word have in common.

    Of a `normalise`d text every character gives exactly one, so a position in the result is the same in *text*.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.translate(_FOLDING)


def has_marks(text: str) -> bool:
    """Tell whether *text* holds a Vietnamese letter with a mark, đ included."""
    return not text.isascii() and any(character in _MARKED for character in text)


_MARKED = frozenset(
    character
    for character in map(chr, _FOLDING)
    if not character.isascii() and unicodedata.category(character)[0] == "L" and ord(character) in _FOLDING
)

GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters of GSM 03.38 that take an escape, hence two septets."""
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of GSM 03.38 that take one septet."""

_TYPOGRAPHY = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "`": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "-", "\u00b7": "-", "\u25cf": "-", "\u2026": "...", "\u00d7": "x", "\u00f7": ":",
    "\u2192": "->", "\u2190": "<-", "\u2264": "<=", "\u2265": ">=", "\u20ab": "d", "\u00b0": " do",
    "\u00b2": "2", "\u00b3": "3", "\u00bd": "1/2", "\u00bc": "1/4", "\u00be": "3/4", "\u2153": "1/3",
    "\u00ba": "o", "\u00aa": "a", "\u2116": "So", "\u00a9": "(c)", "\u00ae": "(R)", "\u2122": "TM",
    "\u00c6": "AE", "\u00e6": "ae", "\u00df": "ss", "\u0152": "OE", "\u0153": "oe", "\u00d8": "O", "\u00f8": "o",
    "\u2713": "v", "\u2714": "v", "\t": " ", "\u00a0": " ", "\f": "\n", "\u00ad": "",
}  # fmt: skip


def unaccent(text: str) -> str:
    """
    Return *text* for an outgoing SMS: no marks, capitals kept, every character in the GSM 7-bit alphabet.

    Typographic quotes and dashes become their plain forms, emoji and other symbols go, a letter of another script
    becomes "?".
    """
    return "".join(_plain(character) for character in normalise(text))


def _plain(character: str) -> str:
    if character.isascii():
        if character == "`":
            return "'"
        return character if character in GSM_BASIC or character in GSM_EXTENSION else ""
    if (typographic := _TYPOGRAPHY.get(character)) is not None:
        return typographic
    if (folded := _FOLDING.get(ord(character))) is not None:
        return chr(folded).upper() if character.isupper() else chr(folded)
    if character in GSM_BASIC or character in GSM_EXTENSION:
        return character
    compatible = unicodedata.normalize("NFKD", character)
    if compatible != character:
        kept = "".join(_plain(part) for part in compatible if part.isascii())
        if kept:
            return kept
    return "?" if unicodedata.category(character)[0] in "LN" else ""
