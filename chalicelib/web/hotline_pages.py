"""What the pages of hotlines show: units with number, hours and what they were made of, in readable words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Agency, Area, Directory
from chalicelib.domain.duty import CENTRE, Duty, on_duty, ringable, usual_shifts
from chalicelib.domain.former import Former, former_units, main_district
from chalicelib.domain.hotlines import Hotline, Lookup, dialled, one_stops
from chalicelib.domain.text import fold
from chalicelib.texts.hours import hours_text, moment_text

OPEN, CLOSED, ALWAYS, UNCERTAIN = "open", "closed", "always", "uncertain"
"""How a line stands: somebody answers until a time; not before a time; day and night; nobody can say when."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, as far as it stays the same all day."""

    code: str
    name: str
    """Of its area, as on a sign: "Phường Trấn Biên"."""
    full_name: str
    """Of the unit itself."""
    number: str
    """Grouped for reading: 0900 000 672."""
    tel: str
    """Address that dials it."""
    hours: str
    formerly: str
    """The former units it serves, or empty."""
    area: str
    """Id."""
    group: str
    """The former district most of it lay in, or empty."""
    roster: tuple[str, ...]
    """Units of one roster open and close together."""


@dataclass(frozen=True, slots=True)
class Now:
    """How a line stands at this moment."""

    state: str
    moment: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody answers."""
        return self.state in (OPEN, ALWAYS)


def list_of_hotlines(directory: Directory, now: datetime, language: str) -> list[tuple[str, list[Any]]]:
    """
    Return every unit of the day by former district: (name of the district, [(unit, now)]), all in order of their names.

    The name is empty where no unit has former ones, as before two tiers.
    """
    day = local(now).date()
    groups: dict[str, list[tuple[Unit, Now]]] = {}
    states: dict[tuple[str, ...], Now] = {}  # a hundred units, but two or three rosters
    for agency in one_stops(directory, day):
        unit = unit_view(agency, directory.areas[agency.area or ""], directory, day, language)
        if unit.roster not in states:
            states[unit.roster] = now_view(on_duty(directory, agency.code, now), now, language)
        groups.setdefault(unit.group, []).append((unit, states[unit.roster]))
    return [
        (name, sorted(groups[name], key=lambda each: (fold(each[0].name.partition(" ")[2]), each[0].name)))
        for name in sorted(groups, key=lambda name: (fold(_bare(name)), name))
    ]


def unit_view(agency: Agency, area: Area, directory: Directory, day: date, language: str) -> Unit:
    """Return what stays the same all day of a unit; kept with the directory's version, by day and language."""
    known: dict[Any, Unit] = directory.__dict__.setdefault("_hotline_units", {})
    if (agency.code, day, language) not in known:
        if known and next(iter(known))[1] != day:
            known.clear()
        formers = former_units(directory, area)
        shifts = usual_shifts(directory, agency.code, day)
        district = main_district(formers)
        known[agency.code, day, language] = Unit(
            agency.code,
            capitalised(area.full_name),
            agency.name(language),
            readable(dialled(agency.hotline)),
            tel(agency.hotline),
            hours_text(shifts, language),
            ", ".join(former_names(formers, district, language)),
            area.id,
            former_name(district, language) if district else "",
            (*(shift.id for shift in shifts), "" if ringable(agency.hotline) else agency.code),
        )
    return known[agency.code, day, language]


def centre_view(directory: Directory, now: datetime, language: str) -> tuple[str, str, Now]:
    """Return the centre's own line: number to dial, hours, and how it stands."""
    number = str(directory.province.get("dial_short") or directory.province.get("number"))
    shifts = usual_shifts(directory, CENTRE, local(now).date())
    return number, hours_text(shifts, language), now_view(on_duty(directory, CENTRE, now), now, language)


def now_view(duty: Duty, now: datetime, language: str) -> Now:
    """Return how a line stands, with the time that changes it."""
    if duty.open:
        until = duty.until
        return Now(ALWAYS) if until is None else Now(OPEN, moment_text(until, now, language))
    return Now(UNCERTAIN) if duty.opens_at is None else Now(CLOSED, moment_text(duty.opens_at, now, language))


def answer_view(answer: Lookup, directory: Directory, now: datetime, language: str) -> dict[str, Any]:
    """Return what a search found, in words."""
    places = []
    for place in answer.places:
        name = place.area.full_name
        above = place.above.full_name if place.above and place.above.tier != "province" else ""
        if place.above and any(
            other is not place and other.area.full_name == name for other in answer.places
        ):
            above = place.above.full_name  # two districts of one name, of two former provinces
        places.append(
            {
                "id": place.area.id,
                "name": former_name(place.area, language) if place.former else capitalised(name),
                "above": above,
                "former": place.former,
                "today": ", ".join(line.area.full_name for line in place.hotlines),
                "units": [view_of(line, directory, now, language) for line in place.hotlines],
            }
        )
    return {"said": answer.said, "outcome": answer.outcome, "places": places}


def view_of(line: Hotline, directory: Directory, now: datetime, language: str) -> tuple[Unit, Now]:
    """Return one unit and how it stands."""
    unit = unit_view(line.agency, line.area, directory, local(now).date(), language)
    return unit, now_view(line.duty, now, language)


def former_names(formers: Iterable[Former], district: Area | None, language: str) -> Iterator[str]:
    """Name former units: a part said so, and the district beside those that lay in another than *district*."""
    for former in formers:
        name = former.area.full_name
        if former.part:
            name = texts.text("hotline_pages.part", language, name=name)
        if former.above and district and former.above.id != district.id:
            name = f"{name} ({former.above.full_name})"
        yield name


def former_name(area: Area, language: str) -> str:
    """Return the name of a unit that is none any more: "Huyện Vĩnh Cửu (cũ)"."""
    return texts.text("hotline_pages.former", language, name=capitalised(area.full_name))


def public_paths(directory: Directory, now: datetime) -> Iterator[str]:
    """Return the paths of this room that search engines may keep."""
    yield from ("/hotlines", "/banner")
    for agency in one_stops(directory, local(now).date()):
        yield f"/hotlines/{agency.code}"


def readable(number: str) -> str:
    """Return a number in groups: 0900000672 → 0900 000 672, 02773851234 → 0277 385 1234."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < 8:
        return number
    rest = digits[4:]
    return " ".join([digits[:4], rest] if len(rest) <= 4 else [digits[:4], rest[:3], rest[3:]])


def tel(number: str) -> str:
    """Return the address that dials a number; one without a country's code as it is."""
    return f"tel:{re.sub(r'[^0-9+]', '', number)}"


def capitalised(name: str) -> str:
    """Return a name as it begins a line: "phường Sa Đéc" → "Phường Sa Đéc"."""
    return name[:1].upper() + name[1:]


def _bare(name: str) -> str:
    """A district's name without its type, by which people look for it."""
    words = name.split()
    return " ".join(words[2:] if fold(name).startswith(("thi xa ", "thanh pho ")) else words[1:])
