"""What every page and mail says of the province itself: names, numbers, agencies, colour."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from chalicelib import texts
from chalicelib.domain.directory import Directory

DEFAULT_COLOUR = "#0b4f8a"
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


def province_view(directory: Directory | None, language: str) -> dict[str, str]:
    """Return what every page and mail says of the province: name, number, how to dial, who runs the centre, colour."""
    province = directory.province if directory is not None else {}
    office = province.get("office", {})
    return {
        "name": named(province.get("names", {}), language),
        "number": str(province.get("number", "1022")),
        "dial": named(province.get("dial", {}), language),
        "operator": named(province.get("operator", {}), language),
        "office": str(office.get("role", "")),
        "colour": readable(str(province.get("colour", ""))),
    }


def emergency_numbers(directory: Directory | None, on: date | None, language: str) -> list[tuple[str, str]]:
    """Return the emergency numbers in force on a day, or those without an end, with what they are for."""
    in_force = directory.emergency_on(on) if directory is not None else ()
    return [(str(entry["number"]), named(entry.get("names", {}), language)) for entry in in_force]


def agency_choices(directory: Directory, on: date, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the agencies of a day for a list to choose from: (name of the group, [(code, name)])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for agency in directory.agencies_on(on):
        groups.setdefault(agency.level, []).append((agency.code, agency.name(language)))
    levels = ("province", "district", "commune", "one_stop", "utility", "police")
    return [
        (
            texts.name("agency_level", level, language, directory),
            sorted(groups[level], key=lambda item: item[1]),
        )
        for level in levels
        if level in groups
    ]


def agency_name(code: str, directory: Directory, language: str) -> str:
    """Return an agency's full name, the code itself for one the pack does not know."""
    agency = directory.agencies.get(code)
    return agency.name(language) if agency else code


def named(names: Any, language: str) -> str:
    """Return a name in a language, in Vietnamese when there is none; a plain word as it is."""
    if isinstance(names, str):
        return names
    return str(names.get(language) or names.get("vi") or "")


def readable(colour: str) -> str:
    """Return a province's colour if white on it can be read (WCAG AA, 4.5 : 1), else the house's."""
    if not _COLOUR.fullmatch(colour):
        return DEFAULT_COLOUR
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return colour if 1.05 / (luminance + 0.05) >= 4.5 else DEFAULT_COLOUR
