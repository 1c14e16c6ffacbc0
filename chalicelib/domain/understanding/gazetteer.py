"""Every name a place goes by, of today and of former days, and what it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.text import fold
from chalicelib.domain.understanding.tokens import key_of, tokenise

PLACE, OUTSIDE, FAMILY, UNIT, INITIALS = "place", "outside", "family", "unit", "initials"

TYPES: Mapping[str, frozenset[str]] = {
    "xã": frozenset({"xã"}),
    "x": frozenset({"xã"}),
    "commune": frozenset({"xã"}),
    "phường": frozenset({"phường"}),
    "p": frozenset({"phường"}),
    "f": frozenset({"phường"}),
    "ph": frozenset({"phường"}),
    "ward": frozenset({"phường"}),
    "thị trấn": frozenset({"thị trấn"}),
    "tt": frozenset({"thị trấn"}),
    "ttr": frozenset({"thị trấn"}),
    "town": frozenset({"thị trấn", "thị xã"}),
    "huyện": frozenset({"huyện"}),
    "h": frozenset({"huyện"}),
    "district": frozenset({"huyện", "quận"}),
    "thành phố": frozenset({"thành phố"}),
    "tp": frozenset({"thành phố"}),
    "city": frozenset({"thành phố"}),
    "thị xã": frozenset({"thị xã"}),
    "tx": frozenset({"thị xã"}),
    "tỉnh": frozenset({"tỉnh"}),
    "province": frozenset({"tỉnh"}),
    "quận": frozenset({"quận"}),
    "q": frozenset({"quận"}),
}
"""Word before (or, in English, behind) a name → the types of unit it can mean."""

NUMBER_WORDS = (
    "",
    "một",
    "hai",
    "ba",
    "bốn",
    "năm",
    "sáu",
    "bảy",
    "tám",
    "chín",
    "mười",
    "mười một",
    "mười hai",
)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one unit."""

    unit: str
    """Unit id; empty for a place outside."""
    keys: tuple[str, ...]
    """Its words with their marks."""
    kind: str
    type: str
    """Type of unit the name goes with, e.g. xã for a ward's former name "xã Hóa An"; empty = the unit's own."""


def name_key(folds: Sequence[str]) -> str:
    """Return the look-up form of a name's folded words: i and y are one."""
    return " ".join(folds).replace("y", "i")


class Gazetteer:
    """The names of all units, places and neighbours, compiled once from one or more provinces."""

    def __init__(self, directories: Sequence[Directory], lexicon: Mapping[str, Any]) -> None:
        self.areas: dict[str, Area] = {}
        self.names: dict[str, list[Name]] = {}
        self.longest = 1
        for directory in directories:
            self.areas.update(directory.areas)
        self._lineages = {unit: frozenset(self._climb(unit)) for unit in self.areas}
        for area in self.areas.values():
            self._add_area(area)
        for directory in directories:
            for place in directory.places:
                for name in (place.name, *place.aliases):
                    self._add(name, place.area, PLACE, "")
        self._add_bare_estates(directories)
        own = set(self.names)
        for name in lexicon.get("outside", ()):
            folds, _, unit_type = _split_type(str(name))
            if unit_type != "quận" and name_key(folds) in own and self._is_large(name_key(folds)):
                continue
            self._add(str(name), "", OUTSIDE, "")
        self._buckets: dict[tuple[int, str], list[str]] = {}
        for key in self.names:
            if " " in key:
                self._buckets.setdefault((key.count(" "), key[0]), []).append(key)
        self.joined = {
            key.replace(" ", ""): key
            for key in self.names
            if " " in key and len(key) > 6 and not re.search("[0-9]", key)
        }
        self._eras: dict[date, tuple[frozenset[str], frozenset[str]]] = {}

    def _add_bare_estates(self, directories: Sequence[Directory]) -> None:
        """People say "Amata" for the estate "KCN Amata", as long as no unit bears the name."""
        for directory in directories:
            for place in directory.places:
                bare = re.sub("^(KCN|khu công nghiệp) ", "", place.name)
                if bare != place.name and name_key(_words(bare)[0]) not in self.names:
                    self._add(bare, place.area, PLACE, "")

    def _is_large(self, key: str) -> bool:
        return any(name.unit and self.areas[name.unit].tier != "commune" for name in self.names[key])

    def _climb(self, unit: str) -> Iterable[str]:
        seen = 0
        above: str | None = unit
        while above is not None and above in self.areas and seen < 6:
            yield above
            above = self.areas[above].parent
            seen += 1

    def _add_area(self, area: Area) -> None:
        self._add(area.name, area.id, UNIT, area.type)
        if area.name.isdigit() and int(area.name) < len(NUMBER_WORDS):
            self._add(NUMBER_WORDS[int(area.name)], area.id, UNIT, area.type)
        elif found := re.fullmatch(r"(.+) [0-9]", area.name):
            self._add(found.group(1), area.id, FAMILY, area.type)
        if area.tier == "district":
            self._add("".join(word[0] for word in area.name.split()), area.id, INITIALS, area.type)
        for alias in area.aliases:
            letters = alias.isupper() and len(alias) <= 4
            self._add(alias, area.id, INITIALS if letters else UNIT, area.type)

    def _add(self, text: str, unit: str, kind: str, unit_type: str) -> None:
        folds, keys, said_type = _split_type(text) if kind in (UNIT, OUTSIDE) else (*_words(text), "")
        if kind is UNIT and said_type and not folds:
            folds, keys, said_type = (*_words(text), "")
        if not folds:
            return
        name = Name(unit, keys, kind, said_type or unit_type)
        key = name_key(folds)
        known = self.names.setdefault(key, [])
        if name not in known:
            known.append(name)
        self.longest = max(self.longest, len(folds))

    def era(self, on: date) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids of the units of that day, and of those that are gone by then."""
        if (known := self._eras.get(on)) is not None:
            return known
        living = frozenset(area.id for area in self.areas.values() if area.valid.covers(on))
        gone = frozenset(
            area.id
            for area in self.areas.values()
            if area.valid.ends_on is not None and area.valid.ends_on < on
        )
        if len(self._eras) > 64:
            self._eras.clear()
        self._eras[on] = living, gone
        return living, gone

    def today(self, unit: str, living: frozenset[str]) -> tuple[str, ...]:
        """Return the units of the day that *unit* is or went to, in the order of the records."""
        found: dict[str, None] = {}
        todo, seen = [unit], set()
        while todo:
            current = todo.pop(0)
            if current in seen:
                continue
            seen.add(current)
            if current in living:
                found[current] = None
            elif (area := self.areas.get(current)) is not None:
                todo.extend(successor.area for successor in area.successors)
        return tuple(found)

    def lies_in(self, unit: str, larger: str) -> bool:
        """Tell whether *unit* is below *larger*, or carries a part of the former unit *larger* today."""
        if larger in self._lineages.get(unit, ()):
            return unit != larger
        return any(successor.area == unit for successor in self.areas[larger].successors)

    def lineage(self, unit: str) -> frozenset[str]:
        """The unit and all above it."""
        return self._lineages[unit]

    def similar(self, folds: Sequence[str]) -> str | None:
        """Return the one known name a letter away from *folds*, or None when there is none or several."""
        key = name_key(folds)
        if len(key) < 6:
            return None
        close = [
            known
            for known in self._buckets.get((len(folds) - 1, key[0]), ())
            if abs(len(known) - len(key)) <= 1 and _one_apart(key, known)
        ]
        return close[0] if len(close) == 1 else None


def _one_apart(first: str, second: str) -> bool:
    """Tell whether one letter changed, added, dropped or swapped makes one text the other."""
    if len(first) > len(second):
        first, second = second, first
    at = 0
    while at < len(first) and first[at] == second[at]:
        at += 1
    if len(first) == len(second):
        return first[at + 1 :] == second[at + 1 :] or (
            first[at : at + 2] == second[at : at + 2][::-1] and first[at + 2 :] == second[at + 2 :]
        )
    return first[at:] == second[at + 1 :]


def _words(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens = tokenise(text)
    return tuple(tokens.folds), tuple(tokens.keys)


@lru_cache(maxsize=4096)
def _split_type(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Split "thị xã Cao Lãnh" into the words of its name and its type."""
    folds, keys = _words(text)
    for length in (2, 1):
        head = " ".join(keys[:length])
        for word, types in _TYPE_KEYS.items():
            if head == word and len(folds) > length and len(word) > 1:
                return folds[length:], keys[length:], next(iter(sorted(types)))
    return folds, keys, ""


_TYPE_KEYS = {key_of(word): types for word, types in TYPES.items()}
TYPE_FOLDS = {fold(word): (key_of(word), types) for word, types in TYPES.items()}
"""Folded type word → its form with marks, and the types."""
