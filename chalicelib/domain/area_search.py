"""Units of today and of former days by the beginning of their names: what a form offers while one types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.routing import units_on
from chalicelib.domain.text import fold, normalise

MOST_FOUND = 8
MOST_WORDS = 12

SHORT = {"tp": ("thanh", "pho"), "tx": ("thi", "xa"), "tt": ("thi", "tran"), "q": ("quan",)}
"""Short forms that are no beginning of the word they stand for."""

_WORD = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Named:
    """A unit of today or a former one, and the units it is today."""

    area: Area
    today: tuple[Area, ...]

    @property
    def former(self) -> bool:
        """Whether it no longer stands."""
        return self.area not in self.today


@dataclass(frozen=True, slots=True)
class _Known:
    named: Named
    own: tuple[tuple[str, ...], ...]
    """Words of its name, without its type and with it, and of its other names."""
    words: frozenset[str]
    """Of all its names, its type and the units it lies or lay in."""


def areas_named(directory: Directory, typed: str, on: date, limit: int = MOST_FOUND) -> tuple[Named, ...]:
    """
    Return the communes and districts whose names begin with the words typed, in any order.

    Those whose own name it is come before those that lie there, units of today before former ones.

    Args:
        directory: The province pack.
        typed: With or without marks, as far as typed: "p1 sa d".
        on: The day; units that did not stand yet are not found.
        limit: At most so many.
    """
    wanted = _words(typed)[:MOST_WORDS]
    if not any(len(word) > 1 or word.isdigit() for word in wanted):
        return ()
    index = _index(directory, on)
    fitting = [known for known in index if all(_begins(word, known.words) for word in wanted)]
    fitting.sort(key=lambda known: _rank(known, wanted))
    return tuple(known.named for known in fitting[:limit])


def named_units(directory: Directory, units: Sequence[str], on: date) -> tuple[Named, ...]:
    """Return units by id, as `areas_named` gives them."""
    known = [directory.areas[unit] for unit in units if unit in directory.areas]
    return tuple(Named(area, units_on(directory, area.id, on)) for area in known if area.tier != "province")


def _rank(known: _Known, wanted: Sequence[str]) -> tuple[int, bool, str, str]:
    area = known.named.area
    return (-_own_words(known.own, wanted), known.named.former, area.tier, fold(area.name))


def _own_words(names: Sequence[Sequence[str]], wanted: Sequence[str]) -> int:
    """How many words of the unit's own name, from its first, stand in a row in what was typed; the last may be cut."""
    found = 0
    for name in names:
        for first in range(len(wanted)):
            size = 0
            for said, own in zip(wanted[first:], name, strict=False):
                cut = first + size == len(wanted) - 1 and own.startswith(said)
                if said != own and not cut:
                    break
                size += 1
            found = max(found, size)
    return found


def _begins(word: str, words: frozenset[str]) -> bool:
    return word in words or (not word.isdigit() and any(known.startswith(word) for known in words))


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in _WORD.findall(fold(normalise(text))):
        words.extend(SHORT.get(word, (word,)))
    return words


def _index(directory: Directory, on: date) -> list[_Known]:
    """What is searched on a day, made once for each."""
    # kept on the directory like its cached properties, as chalicelib.domain.calendar.calendar_for does
    kept: tuple[date, list[_Known]] | None = directory.__dict__.get("_area_search")
    if kept is None or kept[0] != on:
        kept = on, list(_known(directory, on))
        directory.__dict__["_area_search"] = kept
    return kept[1]


def _known(directory: Directory, on: date) -> list[_Known]:
    found = []
    for area in directory.areas.values():
        begun = area.valid.starts_on is None or area.valid.starts_on <= on
        today = units_on(directory, area.id, on)
        if area.tier == "province" or not begun or not today:
            continue
        own = tuple(tuple(_words(name)) for name in (area.name, area.full_name, *area.aliases))
        around = [one.full_name for one in directory.lineage(area.id) if one.tier != "province"]
        words = {word for name in own for word in name} | {word for name in around for word in _words(name)}
        found.append(_Known(Named(area, today), tuple(name for name in own if name), frozenset(words)))
    return found
