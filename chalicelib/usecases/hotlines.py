"""Answer `DUONG DAY <area>`: the number of the One-Stop unit of a place, in one SMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib import texts
from chalicelib.domain.commands import read_citizen_command
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.hotlines import MOST_NAMED, Hotline, all_hotlines, hotlines_of
from chalicelib.domain.sms import segments
from chalicelib.domain.text import fold
from chalicelib.texts.hours import moment_text
from chalicelib.usecases import replies

if TYPE_CHECKING:
    from chalicelib.domain.understanding import AreaGuess, Understanding

TYPES = ("xã", "phường", "thị trấn", "huyện", "thành phố", "thị xã")
"""What a bare name may be; needed where the name alone is an everyday word (Thống Nhất)."""

MOST_CHOICES = 4


def answer(
    text: str,
    *,
    understanding: Understanding,
    directory: Directory,
    now: datetime,
    read: Callable[[str], Understanding],
) -> str:
    """
    Return the reply to a hotline command; no case comes of it.

    Args:
        text: The whole message.
        understanding: What the reader made of it.
        read: Understands other words as of today.
    """
    command = read_citizen_command(text)
    said = command.text if command else text
    language = "en" if understanding.language == "en" or fold(text).startswith("hotline") else texts.HOME
    own_names = {fold(str(name)) for name in directory.province.get("names", {}).values()}
    if not said or fold(said) in own_names:  # the whole province has no one number but the centre's
        return _ask("hotline_which", language, directory, now)
    area = area_named(said, understanding, read)
    found = hotlines_of(directory, area, now)
    if found.choices:
        return _choose(found.choices, language, directory)
    if not found.hotlines:
        return _ask("hotline_unknown", language, directory, now)
    if len(found.hotlines) == 1:
        return _one(found.hotlines[0], language, directory, now)
    assert area is not None
    place = replies.short_unit(directory.areas[area.units[0]]) if len(area.units) == 1 else area.said[:30]
    return _several(found.hotlines, place, language, directory)


def area_named(
    said: str, understanding: Understanding, read: Callable[[str], Understanding]
) -> AreaGuess | None:
    """The place a message names; a name that is also an everyday word is tried as each type of unit."""
    if understanding.area is not None:
        return understanding.area
    guesses = [
        area for kind in TYPES if (area := read(f"{kind} {said}").area) is not None and not area.outside
    ]
    if not guesses:
        return None
    units = tuple(dict.fromkeys(unit for guess in guesses for unit in guess.units))
    today = tuple(dict.fromkeys(unit for guess in guesses for unit in guess.today))
    return replace(guesses[0], units=units, today=today, ambiguous=len(units) > 1)


def _one(line: Hotline, language: str, directory: Directory, now: datetime) -> str:
    facts: dict[str, Any] = {"unit": line.agency.short_name, "number": line.number}
    duty = line.duty
    if duty.open and duty.until is None:
        return replies.sms("hotline_always", language, directory, **facts)
    if duty.until is not None:
        return replies.sms(
            "hotline_open", language, directory, until=moment_text(duty.until, now, language), **facts
        )
    if duty.opens_at is not None:
        opens = moment_text(duty.opens_at, now, language)
        return replies.sms("hotline_closed", language, directory, opens=opens, dial=dial(directory), **facts)
    return replies.sms("hotline_number", language, directory, dial=dial(directory), **facts)


def _several(lines: Sequence[Hotline], place: str, language: str, directory: Directory) -> str:
    """As many as fit one segment, at most three; the rest is on the website."""
    for count in range(min(len(lines), MOST_NAMED), 0, -1):
        units = ", ".join(f"{replies.short_unit(line.area)} {line.number}" for line in lines[:count])
        facts = {"place": place, "units": units, "web": f"{directory.province.get('domain')}/hotlines"}
        key = "hotline_several" if count == len(lines) else "hotline_many"
        reply = replies.sms(key, language, directory, **facts)
        if segments(reply).segments == 1:
            break
    return reply


def _choose(choices: Sequence[Area], language: str, directory: Directory) -> str:
    for count in range(min(len(choices), MOST_CHOICES), 0, -1):
        named = list(_told_apart(choices[:count], directory))
        reply = replies.sms(
            "hotline_choose",
            language,
            directory,
            places=", ".join(named),
            example=named[0],
        )
        if segments(reply).segments == 1:
            break
    return reply


def _told_apart(areas: Sequence[Area], directory: Directory) -> Iterator[str]:
    """Short names, with the unit above where two are alike; each can be sent back as it stands."""
    names = [replies.short_unit(area) for area in areas]
    for area, name in zip(areas, names, strict=True):
        above = directory.areas.get(area.parent or "")
        yield f"{name} {above.name}" if names.count(name) > 1 and above else name


def _ask(key: str, language: str, directory: Directory, now: datetime) -> str:
    first = next(iter(all_hotlines(directory, now)), None)
    example = replies.short_unit(first.area) if first else ""
    return replies.sms(key, language, directory, example=example, dial=dial(directory))


def dial(directory: Directory) -> str:
    """The centre's number as an SMS says it."""
    return str(directory.province.get("dial_short") or directory.province.get("number"))
