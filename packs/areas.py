"""areas.csv and places.csv as rows that know their line, and as published data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packs.marked import Where, read_text
from packs.problem import PackError, Problem

AREA_COLUMNS = (
    *("id", "code", "name", "type", "tier", "parent", "valid_from", "valid_to"),
    *("successors", "aliases", "lat", "long"),
)
PLACE_COLUMNS = ("name", "type", "area", "aliases")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file."""

    where: Where
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def many(self, column: str) -> list[str]:
        """The parts of a cell that holds several, separated by `;`."""
        return [part.strip() for part in self[column].split(";") if part.strip()]

    def successors(self) -> list[tuple[str, str]]:
        """The units this one went to, each with `whole` or `part`."""
        parts = (item.partition(":") for item in self.many("successors"))
        return [(unit.strip(), share.strip() or "whole") for unit, _, share in parts]


def read_rows(path: Path, name: str) -> list[Row]:
    """
    Read a CSV file with a header line.

    Raises:
        PackError: It is missing, not UTF-8, or its header has an unknown or missing column.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, name)), restkey="+")
    expected = PLACE_COLUMNS if name.endswith("places.csv") else AREA_COLUMNS
    header = tuple(reader.fieldnames or ())
    if set(header) != set(expected):
        wrong = sorted(set(header) ^ set(expected))
        what = f"the header line is wrong about {', '.join(wrong)}."
        raise PackError([Problem(name, 1, what, f"It has to be: {','.join(expected)}")])
    rows, problems = [], []
    for values in reader:
        if "+" in values or None in values.values():
            what = f"the line has not {len(expected)} cells."
            problems.append(Problem(name, reader.line_num, what, "Put a cell with a comma in quotes."))
            continue
        rows.append(Row((name, reader.line_num), {key: value.strip() for key, value in values.items()}))
    if problems:
        raise PackError(problems)
    return rows


def area_data(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the units as published; empty cells are left out."""
    return [_area(row) for row in rows]


def _area(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {key: row[key] for key in ("id", "code", "name", "type", "tier", "parent")}
    data["parent"] = row["parent"] or None
    data.update({key: row[key] for key in ("valid_from", "valid_to") if row[key]})
    if found := row.successors():
        data["successors"] = [list(item) for item in found]
    if aliases := row.many("aliases"):
        data["aliases"] = aliases
    for key in ("lat", "long"):
        if row[key]:
            data[key] = _number(row[key])
    return data


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # reported by packs.checks.places
        return None


def place_data(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return well-known places as published."""
    return [
        {"name": row["name"], "type": row["type"], "area": row["area"], "aliases": row.many("aliases")}
        for row in rows
    ]
