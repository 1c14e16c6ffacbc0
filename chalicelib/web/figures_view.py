"""What `/stats` shows: figures with the names people know them by, as rows of a table and as bars of the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib import texts
from chalicelib.domain.directory import Directory
from chalicelib.domain.figures import KINDS, RATINGS, Figures, Part, Shown
from chalicelib.domain.report import MONTH, period_of, tenths_of_percent
from chalicelib.web.charts import Row, bars
from chalicelib.web.letter import Words
from chalicelib.web.province import agency_name
from chalicelib.web.report_text import period_name, service_name, share_text

TOP = 20
"""Rows of a table before the reader asks for all."""
TOP_BARS = 10

SORTS = ("received", "handled", "on_time", "late")
"""Columns a table can be sorted by, each from the most; the first is the usual one."""

TABLES = ("fields", "agencies", "areas")

FORMULA = "=+-@\t\r"
"""What makes a cell a formula for a spreadsheet when it begins with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    name: str
    part: Part
    code: str = ""

    @property
    def share(self) -> int:
        """On time of handled in tenths of a percent; −1 where nothing was handled, which sorts it last."""
        share = tenths_of_percent(self.part.on_time, self.part.handled)
        return -1 if share is None else share


def stats_view(
    shown: Shown, directory: Directory, language: str, *, sort: str, all_of: str
) -> dict[str, Any]:
    """
    Return everything the page shows.

    Args:
        shown: The figures asked for.
        directory: Names.
        language: Of words and numbers.
        sort: A name of SORTS; another one counts as the first.
        all_of: A name of TABLES whose rows are all shown, or empty.
    """
    words = Words.of(language, directory)
    sort = sort if sort in SORTS else SORTS[0]
    view: dict[str, Any] = {
        "query": shown.span.query,
        "span": span_name(shown, words),
        "kind": shown.span.kind,
        "years": [str(year) for year in range(shown.latest, shown.latest - 3, -1)],
        "sort": sort,
        "sorts": SORTS,
        "kept": shown.span.query | ({"all": all_of} if all_of in TABLES else {}),
        "figures": None,
    }
    if shown.figures is None or shown.figures.is_empty:
        return view
    found = shown.figures
    number = _number(language)
    view["figures"] = {
        "until": texts.date_text(date.fromisoformat(found.until)),
        **_written(found.total, language),
        # of a single month or year it would miss what came before and was answered in it
        "unanswered": number(found.unanswered)
        if shown.span.kind == "recent" and found.unanswered is not None
        else "",
        "mean": mean_rating(found, language),
        "rated": number(found.rated),
        "satisfied": share_text(found.ratings.get("3", 0) + found.ratings.get("2", 0), found.rated, language),
    }
    view["months"] = _months(shown, words)
    view["kinds"] = [
        {"name": kind_name(kind, words), "received": number(found.kinds[kind])}
        for kind in KINDS
        if found.kinds.get(kind)
    ]
    view["ratings"] = [
        {"name": texts.name("rating", rating, language, directory), "count": number(found.ratings[rating])}
        for rating in RATINGS
        if found.ratings.get(rating)
    ]
    for table, lines in lines_of(found, words).items():
        view[table] = _table(table, lines, words, sort=sort, whole=all_of == table)
    return view


def lines_of(figures: Figures, words: Words) -> dict[str, list[Line]]:
    """Return the rows of fields, agencies and areas with their names, the most received first."""
    assert words.directory is not None
    directory = words.directory
    named: dict[str, Callable[[str], str]] = {
        "fields": lambda code: service_name(code, words),
        "agencies": lambda code: agency_name(code, directory, words.language),
        "areas": lambda code: area_name(code, directory),
    }
    return {
        table: sort_lines(
            [Line(named[table](code), part, code) for code, part in getattr(figures, table).items()],
            SORTS[0],
        )
        for table in TABLES
    }


def sort_lines(lines: Iterable[Line], sort: str) -> list[Line]:
    """Return rows from the most to the least; on time is a share. Those alike stay in the order of their names."""
    value: dict[str, Callable[[Line], int]] = {
        "received": lambda line: line.part.received,
        "handled": lambda line: line.part.handled,
        "on_time": lambda line: line.share,
        "late": lambda line: line.part.late,
    }
    return sorted(lines, key=lambda line: (-value[sort](line), -line.part.received, line.name))


def span_name(shown: Shown, words: Words) -> str:
    """Return the span as people call it."""
    if shown.span.kind == "month":
        return period_name(period_of(MONTH, shown.span.first), words)
    if shown.span.kind == "year":
        return words("report.period.year", year=shown.span.first.year)
    return words("figures.span.recent")


def kind_name(kind: str, words: Words) -> str:
    """Return the name of a kind of case."""
    return words(f"names.kind.{kind}")


def area_name(unit_id: str, directory: Directory) -> str:
    """Return a unit's name, its id when the pack does not know it."""
    area = directory.areas.get(unit_id)
    return area.full_name if area is not None else unit_id


def mean_rating(figures: Figures, language: str) -> str:
    """Return the mean of the ratings (1 to 3) with one decimal; a dash when nobody has rated."""
    if not figures.rated:
        return "–"
    points = sum(int(rating) * count for rating, count in figures.ratings.items())
    tenths = (20 * points + figures.rated) // (2 * figures.rated)
    return f"{tenths // 10}{',' if language == texts.HOME else '.'}{tenths % 10}"


def table_csv(shown: Shown, directory: Directory, language: str) -> str:
    """Return all figures of a span as CSV for a spreadsheet: UTF-8 with its mark, and no cell is a formula."""
    words = Words.of(language, directory)
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\r\n")

    def row(*cells: object) -> None:
        sheet.writerow([cell if isinstance(cell, int) else safe_cell(str(cell)) for cell in cells])

    def parts(table: str, name: str, part: Part) -> None:
        row(words(f"figures.table.{table}"), name, part.received, part.handled, part.on_time, part.late)

    row(
        words("figures.column.table"),
        words("figures.column.name"),
        *(words(f"figures.column.{column}") for column in ("received", "handled", "on_time", "late")),
    )
    if shown.figures is not None:
        found = shown.figures
        parts("total", f"{span_name(shown, words)} ({found.months[0]} – {found.until})", found.total)
        for month in shown.months:
            if month.months[0] in found.months:
                parts("months", month.months[0], month.total)
        for kind in KINDS:
            if found.kinds.get(kind):
                row(words("figures.table.kinds"), kind_name(kind, words), found.kinds[kind], "", "", "")
        for table, lines in lines_of(found, words).items():
            for line in lines:
                parts(table, line.name, line.part)
        for rating in RATINGS:
            name = texts.name("rating", rating, language, directory)
            row(words("figures.table.ratings"), name, found.ratings.get(rating, 0), "", "", "")
    return f"\ufeff{written.getvalue()}"


def safe_cell(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in FORMULA and cell else cell


def _months(shown: Shown, words: Words) -> dict[str, Any]:
    assert shown.figures is not None
    language = words.language
    rows = [
        {
            "month": one.months[0],
            "name": f"{one.months[0][5:]}/{one.months[0][:4]}",
            "own": one.months[0] in shown.figures.months,
            **_written(one.total, language),
        }
        for one in shown.months
    ]
    number = _number(language)
    drawn = [
        Row(
            str(row["name"]),
            (one.total.received, one.total.handled),
            (number(one.total.received), number(one.total.handled)),
        )
        for row, one in zip(rows, shown.months, strict=True)
    ]
    chart = bars(
        drawn,
        id="months-chart",
        title=words("figures.chart.months"),
        description=words("figures.chart.months_text", count=len(rows)),
    )
    return {"rows": rows, "chart": chart, "count": len(rows)}


def _table(table: str, lines: list[Line], words: Words, *, sort: str, whole: bool) -> dict[str, Any]:
    lines = sort_lines(lines, sort)
    shown = lines if whole else lines[:TOP]
    rows = [{"name": line.name, **_written(line.part, words.language)} for line in shown]
    number = _number(words.language)
    drawn = [
        Row(
            line.name,
            (line.part.received, line.part.handled),
            (number(line.part.received), number(line.part.handled)),
        )
        for line in lines[:TOP_BARS]
    ]
    chart = bars(
        drawn,
        id=f"{table}-chart",
        title=words(f"figures.chart.{table}"),
        description=words("figures.chart.parts_text", shown=len(drawn), count=len(lines)),
    )
    return {
        "rows": rows,
        "chart": chart,
        "count": len(lines),
        "more": len(lines) - len(shown),
        "bars": len(drawn),
    }


def _written(part: Part, language: str) -> dict[str, str]:
    """The figures of a part as people write them."""
    number = _number(language)
    return {
        "received": number(part.received),
        "handled": number(part.handled),
        "on_time": number(part.on_time),
        "late": number(part.late),
        "share": share_text(part.on_time, part.handled, language),
    }


def _number(language: str) -> Callable[[int], str]:
    return lambda count: texts.number_text(count, language)
