"""Find the One-Stop units of a place as somebody typed it, for the page of hotlines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.hotlines import (
    CHOOSE,
    CLOSE,
    FOUND,
    OUTSIDE,
    PROVINCE,
    UNKNOWN,
    Lookup,
    Served,
    hotline,
    serving,
)
from chalicelib.domain.routing import units_on
from chalicelib.domain.text import MAX_TYPED, fold, normalise
from chalicelib.usecases.hotlines import area_named

if TYPE_CHECKING:
    from chalicelib.domain.understanding import AreaGuess, Understanding

MAX_SAID = 100
"""Characters of a place that are read; the longest full address of a commune has about 80."""

MOST_CLOSE = 6
CLOSE_RATIO, CLOSE_RATIO_OUTSIDE = 0.86, 0.9
"""Of difflib: about one letter wrong in seven; fewer where the words name another province (Vĩnh Long, Bình Long)."""

_TYPE = re.compile(r"^(?:thanh pho|thi tran|thi xa|phuong|huyen|quan|xa|tp|tx|tt|[pqhx]\.)\.?\s*")


def find_hotlines(
    typed: str, *, directory: Directory, now: datetime, read: Callable[[str], Understanding]
) -> Lookup:
    """
    Find the units that serve a place today.

    Args:
        typed: What somebody typed: a name of today or of former days, with or without diacritics, with a slip.
        directory: The province as published.
        now: Timezone-aware.
        read: Understands words as of today.
    """
    said = " ".join(normalise(typed[:MAX_TYPED]).split())[:MAX_SAID].strip()
    if not fold(said).strip(" .,;:-"):
        return Lookup(said, UNKNOWN)
    understanding = read(said)
    guess = area_named(said, understanding, read)
    areas = _areas(directory, guess)
    if areas and all(area.tier == "province" for area in areas):
        # "Bình Phước" is a former province and a ward of today: whoever looks for a number means the ward
        areas = _areas(directory, area_named(said, replace(understanding, area=None), read))
        smaller = [area for area in areas if area.tier != "province"]
        return Lookup(said, PROVINCE, _places(directory, smaller, now))
    places = _places(directory, areas, now, guess)
    if not places:
        outside = guess is not None and guess.outside
        alike = _alike(said, directory, CLOSE_RATIO_OUTSIDE if outside else CLOSE_RATIO)
        if alike:
            return Lookup(said, CLOSE, _places(directory, alike, now))
        return Lookup(said, OUTSIDE if outside else UNKNOWN)
    if not any(_is_named(place.area, said, guess, directory) for place in places):
        return Lookup(said, CLOSE, places)
    return Lookup(said, FOUND if len(places) == 1 else CHOOSE, places)


def hotlines_of_unit(area_id: str, *, directory: Directory, now: datetime) -> Lookup | None:
    """Return who serves one unit, of today or of former days; None for an unknown one or a whole province."""
    area = directory.areas.get(area_id)
    if area is None or area.tier == "province":
        return None
    places = _places(directory, [area], now)
    return Lookup(area.full_name, FOUND, places) if places else None


def _areas(directory: Directory, guess: AreaGuess | None) -> list[Area]:
    if guess is None or guess.outside:
        return []
    return [directory.areas[unit] for unit in guess.units if unit in directory.areas]


def _places(
    directory: Directory, areas: Iterable[Area], now: datetime, guess: AreaGuess | None = None
) -> tuple[Served, ...]:
    """Each unit with who serves it; of two of one name that lead to the same number the first is enough."""
    day = local(now).date()
    found: dict[tuple[str, ...], Served] = {}
    areas = list(areas)
    for area in areas:
        units = [unit.id for unit in units_on(directory, area.id, day)]
        if guess is not None and len(areas) == 1:
            units = list(guess.today)  # the message may name the part of a split commune
        agencies = serving(directory, units, now)
        agencies.sort(key=lambda agency: directory.areas[agency.area or ""].name != area.name)
        if not agencies:
            continue
        above = directory.areas.get(area.parent or "")
        place = Served(
            area,
            not area.valid.covers(day),
            above,
            tuple(hotline(directory, agency, now) for agency in agencies),
        )
        found.setdefault((fold(area.name), *sorted(agency.code for agency in agencies)), place)
    return tuple(found.values())


def _is_named(area: Area, said: str, guess: AreaGuess | None, directory: Directory) -> bool:
    """Whether the words typed hold a name of the unit or of a place in it, or the beginning of its name."""
    folded, meant = fold(said), _without_type(fold(guess.said if guess else said))
    names = [area.name, *area.aliases]
    names += [
        name for place in directory.places if place.area == area.id for name in (place.name, *place.aliases)
    ]
    return any(fold(name) in folded or fold(name).startswith(meant) for name in names)


def _alike(said: str, directory: Directory, ratio: float) -> list[Area]:
    """Communes and districts whose name is nearly what was typed, best first."""
    names: dict[str, list[Area]] = {}
    for area in directory.areas.values():
        if area.tier != "province":
            names.setdefault(fold(area.name), []).append(area)
    close = difflib.get_close_matches(_without_type(fold(said)), names, MOST_CLOSE, ratio)
    return [area for name in close for area in names[name]][:MOST_CLOSE]


def _without_type(folded: str) -> str:
    return _TYPE.sub("", folded) or folded
