"""What a unit of today was made of: the communes that went into it, and the district most of them lay in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.directory import Area, Directory

PART = "part"


@dataclass(frozen=True, slots=True)
class Former:
    """A former unit that lies in one of today's, whole or in part."""

    area: Area
    part: bool
    above: Area | None
    """What it lay in."""


def former_units(directory: Directory, area: Area) -> tuple[Former, ...]:
    """
    Return the former units of the same tier that went into *area*, those that kept its name first.

    Units that were gone before these are left out: nobody gives them as an address any more.
    """
    found = [
        Former(
            before,
            any(to.area == area.id and to.share == PART for to in before.successors),
            directory.areas.get(before.parent or ""),
        )
        for before in map(directory.areas.__getitem__, directory.predecessors.get(area.id, ()))
        if before.tier == area.tier
    ]
    return tuple(sorted(found, key=lambda former: former.area.name != area.name))


def main_district(formers: Iterable[Former]) -> Area | None:
    """Return what most of these units lay in, the first of several alike; None when they lay in nothing."""
    counted = Counter(former.above.id for former in formers if former.above)
    above = {former.above.id: former.above for former in formers if former.above}
    return above[counted.most_common(1)[0][0]] if counted else None
