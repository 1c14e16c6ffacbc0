"""areas.csv and places.csv: does every unit hang in the tree, and every former one lead to today's?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from packs.areas import Row
from packs.problem import Problem, did_you_mean
from packs.reading import Sources

TIERS = ("province", "district", "commune")


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with units and places."""
    units: dict[str, Row] = {}
    for row in sources.areas:
        if row["id"] in units:
            first = units[row["id"]].where[1]
            yield Problem(
                *row.where, f"unit '{row['id']}' stands twice (first in line {first}).", "Keep one."
            )
        units[row["id"]] = row
    for row in sources.areas:
        yield from _cells(row)
        yield from _links(row, units)
    yield from _circles(units)
    for row in sources.places:
        if row["area"] not in units:
            what = f"place '{row['name']}' lies in '{row['area']}', which areas.csv does not have."
            yield Problem(*row.where, what, did_you_mean(row["area"], units))


def _cells(row: Row) -> Iterator[Problem]:
    for column in ("id", "code", "name", "type"):
        if not row[column]:
            yield Problem(*row.where, f"unit '{row['id']}' has an empty {column}.")
    if row["tier"] not in TIERS:
        what = f"unit '{row['id']}' has tier '{row['tier']}'; it is one of {', '.join(TIERS)}."
        yield Problem(*row.where, what, did_you_mean(row["tier"], TIERS))
    for column in ("valid_from", "valid_to"):
        if row[column] and not _is_day(row[column]):
            what = f"unit '{row['id']}': {column} '{row[column]}' is no day."
            yield Problem(*row.where, what, "Write YYYY-MM-DD.")
    if row["valid_from"] and row["valid_to"] and row["valid_to"] < row["valid_from"]:
        yield Problem(*row.where, f"unit '{row['id']}' ends before it begins.", "Swap the days.")
    for column, low, high in (("lat", 8.0, 24.0), ("long", 102.0, 118.0)):
        if row[column] and not _within(row[column], low, high):
            what = f"unit '{row['id']}': {column} '{row[column]}' is not in Việt Nam ({low:g}–{high:g})."
            yield Problem(*row.where, what, "Write degrees with a point, and not long for lat.")


def _links(row: Row, units: dict[str, Row]) -> Iterator[Problem]:
    if row["parent"] and row["parent"] not in units:
        what = f"unit '{row['id']}' names parent '{row['parent']}', which areas.csv does not have."
        yield Problem(*row.where, what, did_you_mean(row["parent"], units))
    if not row["parent"] and row["tier"] != "province":
        yield Problem(*row.where, f"unit '{row['id']}' has no parent.", "Only a province stands alone.")
    for unit, share in row.successors():
        if unit not in units:
            what = f"unit '{row['id']}' names successor '{unit}', which areas.csv does not have."
            yield Problem(*row.where, what, did_you_mean(unit, units))
        if share not in ("whole", "part"):
            what = f"unit '{row['id']}' went to '{unit}' by '{share}'; it is whole or part."
            yield Problem(*row.where, what, did_you_mean(share, ("whole", "part")))
    if row["successors"] and not row["valid_to"]:
        yield Problem(*row.where, f"unit '{row['id']}' has successors but no end.", "Give valid_to.")
    if row["valid_to"] and not row["successors"]:
        what = f"unit '{row['id']}' ended and leads nowhere: its old name will not be placed."
        yield Problem(*row.where, what, "Give successors.", "warning")


def _circles(units: dict[str, Row]) -> Iterator[Problem]:
    for start, row in units.items():
        path = [start]
        while (above := units[path[-1]]["parent"]) in units and above not in path:
            path.append(above)
        if above == start:
            what = f"the parents of unit '{start}' run in a circle: {' → '.join([*path, start])}."
            yield Problem(*row.where, what, "Put one of them under its real parent.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _within(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False
