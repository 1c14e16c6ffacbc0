"""The hotlines of the One-Stop units: which one serves a place, by its name of today or of former days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Agency, Area, Directory
from chalicelib.domain.duty import Duty, Shift, on_duty, usual_shifts

if TYPE_CHECKING:
    from chalicelib.domain.understanding import AreaGuess

ONE_STOP = "one_stop"
"""Level of the units that take applications and explain procedures."""

MOST_NAMED = 3
"""Units named in one answer; of a former district with more, the citizen says which commune or looks it up."""


@dataclass(frozen=True, slots=True)
class Hotline:
    """One unit that can be called about procedures."""

    agency: Agency
    area: Area
    number: str
    """As people dial it: 0900000628."""
    duty: Duty
    shifts: tuple[Shift, ...]
    """Its usual hours, for `texts.hours.hours_text`."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a place leads to: hotlines, or places to choose from, or nothing."""

    hotlines: tuple[Hotline, ...] = ()
    choices: tuple[Area, ...] = ()
    """Several places of that name, when naming all their hotlines would be too much: the citizen is asked."""


@dataclass(frozen=True, slots=True)
class Served:
    """A unit of today or of former days, and who serves it today."""

    area: Area
    former: bool
    """It is a unit no longer."""
    above: Area | None
    """What it lies or lay in: tells two of one name apart."""
    hotlines: tuple[Hotline, ...]


FOUND, CHOOSE, CLOSE, PROVINCE, OUTSIDE, UNKNOWN = (
    "found",
    "choose",
    "close",
    "province",
    "outside",
    "unknown",
)
"""One place; several of that name; none of that name, but one a slip away; all of the province; another's; nothing."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found for a place as somebody typed it."""

    said: str
    """As typed, as far as it is text."""
    outcome: str
    """One of the words above."""
    places: tuple[Served, ...] = ()


def hotlines_of(directory: Directory, area: AreaGuess | None, at: datetime) -> Found:
    """
    Return the hotlines for a place as the reader understood it.

    A former district leads to every unit that carries a part of it today, the one that kept its name first.

    Args:
        directory: The province as published.
        area: `Understanding.area`; None and places of other provinces lead nowhere.
        at: Timezone-aware; which units there are, and whether they can be called.
    """
    if area is None or area.outside:
        return Found()
    named = {directory.areas[unit].name for unit in area.units if unit in directory.areas}
    agencies = serving(directory, area.today, at)
    agencies.sort(key=lambda agency: directory.areas[agency.area or ""].name not in named)
    if area.ambiguous and len(area.units) > 1 and len(agencies) > MOST_NAMED:
        return Found(choices=tuple(directory.areas[unit] for unit in area.units if unit in directory.areas))
    return Found(tuple(hotline(directory, agency, at) for agency in agencies))


def serving(directory: Directory, units: Iterable[str], at: datetime) -> list[Agency]:
    """The One-Stop units with a hotline that serve some units, each once: a commune's own, else its district's."""
    day = local(at).date()
    found: dict[str, Agency] = {}
    for unit in units:
        for area in directory.lineage(unit):
            agency = directory.agency_serving(area.id, ONE_STOP, day)
            if agency is not None:
                if agency.hotline:
                    found[agency.code] = agency
                break
    return list(found.values())


def one_stops(directory: Directory, day: date) -> Iterator[Agency]:
    """The One-Stop units of a day that have a hotline, in the directory's order."""
    return (
        agency
        for agency in directory.agencies_on(day)
        if agency.level == ONE_STOP and agency.hotline and agency.area in directory.areas
    )


def all_hotlines(directory: Directory, at: datetime) -> tuple[Hotline, ...]:
    """Every One-Stop unit of the day that has a hotline, in the directory's order."""
    return tuple(hotline(directory, agency, at) for agency in one_stops(directory, local(at).date()))


def hotline(directory: Directory, agency: Agency, at: datetime) -> Hotline:
    """One unit's hotline as it stands at a moment."""
    return Hotline(
        agency,
        directory.areas[agency.area or ""],
        dialled(agency.hotline),
        on_duty(directory, agency.code, at),
        usual_shifts(directory, agency.code, local(at).date()),
    )


def dialled(number: str) -> str:
    """Return a number as people dial it inside the country: +84900000628 → 0900000628."""
    return re.sub(r"^\+84", "0", number)
