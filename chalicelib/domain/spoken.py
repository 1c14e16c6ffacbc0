"""Words as a speech engine has to get them: "17 giờ ngày 9 tháng 3" instead of `17:00 09/03`. Pure.

A script keeps sentences as people read them; the voice gateway makes each speakable when it renders it. What is
speakable already stays as it is.
"""

from __future__ import annotations

import re

WORDS_A_SECOND = {"vi": 3.5, "en": 2.5}
"""An unhurried voice: a Vietnamese syllable is a word of its own and shorter than an English word."""
PAUSE_SECONDS = 0.4
"""At the end of a sentence."""

SAID_IN_FULL = {
    "vi": {
        "UBND": "Ủy ban nhân dân",
        "HĐND": "Hội đồng nhân dân",
        "TP": "thành phố",
        "BHYT": "bảo hiểm y tế",
    },
    "en": {},
}
"""Abbreviations an engine would spell."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_CLOCK = re.compile(r"(?<![\d:])([01]\d|2[0-4]):([0-5]\d)(?![\d:]| [ap]\.m)")
_DAY = re.compile(
    r"(?P<before>\bngày |\bon )?(?<![\d/.])(?P<day>0[1-9]|[12]\d|3[01])/(?P<month>0[1-9]|1[0-2])"
    r"(?:/(?P<year>(?:19|20)\d\d))?(?![\d/])"
)
_PHONE = re.compile(
    r"(?<![\d.,/+])(?:"
    r"(?:\+84|0)\d{2,3}(?:[ .]?\d{3,4}){1,3}"  # a subscriber's, or 0277 1022
    r"|1[89]00(?:[ .]?\d{2}){2}"
    r"|1022|11[1-5]"
    r")(?![\d/]|[.,]\d)"
)
_DOMAIN = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:vn|com|org|example)\b")
_UNTIL_HOUR = re.compile(r"(?<=\d:[0-5]\d) ?[–-] ?(?=\d\d:\d\d)")
_UNTIL_WORD = re.compile(r"(?<=[^\W\d])–(?=[^\W\d])")
_OR = re.compile(r"(?<=[^\W\d])/(?=[^\W\d])")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})+(?![\d.]*\d)")


def spoken(words: str, language: str = "vi") -> str:
    """
    Return a sentence with its times, days, phone numbers, addresses and abbreviations written out.

    Args:
        words: As people read them: `07:30–11:30`, `09/03/2026`, `0900 000 628`, `1022`.
        language: `vi` or `en`.
    """
    home = language != "en"
    until = " đến " if home else " to "
    said = _DOMAIN.sub(lambda found: found[0].replace(".", " chấm " if home else " dot "), words)
    said = _PHONE.sub(lambda found: _digits(found[0]), said)
    said = _UNTIL_WORD.sub(until, _UNTIL_HOUR.sub(until, said))
    said = _DAY.sub(_day if home else _english_day, said)
    said = _CLOCK.sub(_clock if home else _english_clock, said)
    said = _OR.sub(", ", said)
    if home:
        said = _THOUSANDS.sub(lambda found: found[0].replace(".", ""), said)
    for short, full in SAID_IN_FULL.get(language, {}).items():
        said = re.sub(rf"\b{short}\b", full, said)
    return said


def spoken_seconds(words: str, language: str = "vi") -> float:
    """Estimate how long it takes to say a sentence, in seconds."""
    said = spoken(words, language)
    sentences = len(re.findall(r"[.!?:;](?=\s|$)", said))
    return len(said.split()) / WORDS_A_SECOND.get(language, WORDS_A_SECOND["en"]) + sentences * PAUSE_SECONDS


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{hour} giờ {minute}" if minute else f"{hour} giờ"


def _english_clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]) % 24, found[2]
    clock = f"{(hour - 1) % 12 + 1}" + (f":{minute}" if minute != "00" else "")
    return f"{clock} {'a' if hour < 12 else 'p'}.m."


def _day(found: re.Match[str]) -> str:
    year = f" năm {found['year']}" if found["year"] else ""
    return f"ngày {int(found['day'])} tháng {int(found['month'])}{year}"


def _english_day(found: re.Match[str]) -> str:
    year = f" {found['year']}" if found["year"] else ""
    return f"{found['before'] or 'on '}{int(found['day'])} {_MONTHS[int(found['month']) - 1]}{year}"


def _digits(number: str) -> str:
    """Digit by digit, with a pause where people make one."""
    if " " in number or "." in number:
        groups = re.split(r"[ .]", number.replace("+84", "0"))
    else:
        digits = number.replace("+84", "0")
        groups = (
            [digits]
            if len(digits) <= 4
            else [digits[:4], *(digits[at : at + 3] for at in range(4, len(digits), 3))]
        )
    return ", ".join(" ".join(group) for group in groups)
