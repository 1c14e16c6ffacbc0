"""Words that make a text message a command, for citizens and for agencies; written with or without diacritics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.code import DIGITS
from chalicelib.domain.text import fold

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Understanding

_CODE = r"(\d(?:[ .\-]?\d){8})(?!\d)"
_END = r"[\s.,!:;-]*"

CITIZEN_COMMANDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "lookup",
        re.compile(
            rf"(?:tra cuu|tracuu|tc|xem|kiem tra)(?: ho so| phan anh| ma| ma so)?{_END}{_CODE}{_END}$"
        ),
    ),
    ("lookup", re.compile(rf"(?:tra cuu|tracuu|tc){_END}$")),
    (
        "withdraw",
        re.compile(
            rf"(?:huy|rut|huy bo|huy phan anh|rut phan anh)(?: ho so| ma| ma so)?{_END}(?:{_CODE}{_END})?$"
        ),
    ),
    ("mistyped", re.compile(rf"(?:tra cuu|tracuu|tc)(?: ho so| ma so| ma)?{_END}(\d[\d .\-]*){_END}$")),
    (
        "mistyped",
        re.compile(
            rf"(?:huy|rut|mo lai|molai)(?: ho so| ma so| ma)?{_END}(\d[\d .\-]{{2,18}}\d)\b.{{0,40}}$"
        ),
    ),
    (
        "object",
        re.compile(rf"(?:mo lai|molai)\b(?: ho so\b| ma\b)?{_END}(?:{_CODE})?(?P<rest>.*)$", re.DOTALL),
    ),
    (
        "hotline",
        re.compile(
            r"(?:duong day(?: nong)?|duongday(?:nong)?|ddn|hotline)(?:[\s?.,!:;-]*$|[\s:]+(?P<rest>.+)$)",
            re.DOTALL,
        ),
    ),
    (
        "published",
        re.compile(
            rf"(?:hoi(?: dap)?|ask|hd)(?: so| ma| ma so)?{_END}(?!(?:1022|11[1-9])\b)(?P<rest>\d{{3,4}})[\s.,!?]*$"
        ),
    ),
    ("asked", re.compile(rf"(?:hoi(?: dap)?|ask)\b{_END}(?P<rest>[^\W\d_].*\s.*)$", re.DOTALL)),
    ("help", re.compile(rf"(?:hd|huong dan|tro giup|help|\?|menu){_END}$")),
    ("rate", re.compile(rf"(?:danh gia|dg)?{_END}([1-3])(?:\s*(?:diem|sao|hai long))?{_END}$")),
    ("rate", re.compile(rf"(?:danh gia|dg)?{_END}([1-3])\s+{_CODE}{_END}$")),
    ("rate", re.compile(rf"(?:danh gia|dg){_END}{_CODE}\s+([1-3]){_END}$")),
)
"""Name → pattern over the folded, trimmed text. The whole message must match: "huy hop dong dien" is no command.

`published` takes the number of an answer and nothing else. Whoever asks for 1022 or 114 asks for no answer, and no
answer bears such a number (packs.checks.wording).
`asked` is two words or more after HOI; whether they are a command at all is what `asks_for_answer` sees.
`hotline` too is loose, because a power line and a road full of water begin with the same letters; whether the rest
is a place is what `asks_for_hotline` sees.
"""

AGENCY_COMMANDS: dict[str, str] = {
    "nhan": "accept",
    "tra": "return",
    "tl": "answer",
    "tra loi": "answer",
    "hoi": "ask",
    "gia han": "extend",
    "gh": "extend",
    "td": "progress",
    "tien do": "progress",
}
"""First words of an agency's SMS → what they do; the code follows, then the text."""

_AGENCY = re.compile(
    rf"({'|'.join(sorted(AGENCY_COMMANDS, key=len, reverse=True))})\s+{_CODE}[\s:,.-]*", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command read from a message."""

    name: str
    code: str | None = None
    rating: int | None = None
    text: str = ""
    """What follows, as written."""


def read_citizen_command(text: str) -> Command | None:
    """Return the command a citizen's message is, or None when it is an ordinary text."""
    stripped = text.strip()
    folded = fold(stripped)
    for name, pattern in CITIZEN_COMMANDS:
        match = pattern.match(folded)
        if match is None:
            continue
        if name == "mistyped":
            digits = re.sub(r"\D", "", match.group(1))
            if len(digits) == DIGITS:
                continue
            return Command("lookup", digits)  # no such case: said at once, and nothing is added anywhere
        codes = [
            re.sub(r"\D", "", group)
            for group in match.groups()
            if group and len(re.sub(r"\D", "", group)) == 9
        ]
        ratings = [int(group) for group in match.groups() if group in ("1", "2", "3")]
        rest = match.groupdict().get("rest")
        text = stripped[match.start("rest") :].strip(" .,:;?-\n") if rest else ""
        return Command(name, codes[0] if codes else None, ratings[0] if ratings else None, text)
    return None


_ASKING = frozenset(("hoi", "hỏi", "ask"))
MOST_WORDS_IN_PASSING = 6
"""So many words after a "hoi" that is not written as it is printed may be a question for the published answers."""


def asks_for_answer(text: str) -> bool:
    """Tell whether an `asked` text has the shape that is printed: HOI in capitals, and not the whole text in them."""
    first = re.match(r"\w*", text.strip())
    return first is not None and first[0].isupper() and not text.isupper()


def may_ask_for_answer(command: Command, text: str, understanding: Understanding) -> bool:
    """
    Tell whether a text that merely begins with "hoi" may be answered by a published answer.

    "Hoi thoi ca xom" is a stench and "hoi truong xa hu mai" a hall: with other marks, a place or a sure matter it is
    never one, nor when it is long enough to be a question of its own.
    """
    first = re.match(r"\w*", text.strip().lower())
    if first is None or first[0] not in _ASKING or understanding.area is not None:
        return False
    if understanding.confident and understanding.kind != "question":
        return False
    return len(command.text.split()) <= MOST_WORDS_IN_PASSING


_HOTLINE = re.compile(r"(?:duong day ?nong|duongdaynong|ddn|hotline)\b")
_AROUND_A_PLACE = frozenset(
    "duong day nong duongday duongdaynong ddn hotline cu o tai cua khu vuc for of in at the mot cua".split()
)
MOST_WORDS_OF_A_PLACE = 5


def asks_for_hotline(command: Command, text: str, understanding: Understanding) -> bool:
    """
    Whether "duong day …" asks for a number: nothing but a place follows, or nothing at all.

    "Duong day dien dut xa Phu Ly" is about a power line and "duong day o ga" about a road. A place nobody knows counts
    after an unmistakable word, or after the command in capitals as it is printed, unless the words are surely a matter.
    """
    if understanding.kind in ("emergency", "denunciation") or "đầy" in text.lower():
        return False
    if not command.text:
        return True
    if understanding.area is not None:
        place = fold(understanding.area.said)
        words = re.findall(r"\w+", fold(text).replace(place, " ", 1))
        if all(word in _AROUND_A_PLACE for word in words):
            return True
        if not understanding.area.outside:
            return False
    if understanding.confident or len(command.text.split()) > MOST_WORDS_OF_A_PLACE:
        return False
    return bool(_HOTLINE.match(fold(text).strip())) or text.strip().startswith("DUONG DAY ")


def read_agency_command(text: str) -> Command | None:
    """Return the command an agency's message is (`NHAN 482177306`, `TL 482177306 đã vá`), or None."""
    stripped = text.strip()
    match = _AGENCY.match(fold(stripped))
    if match is None:
        return None
    return Command(
        AGENCY_COMMANDS[match.group(1)],
        re.sub(r"\D", "", match.group(2)),
        text=stripped[match.end() :].strip(),
    )
