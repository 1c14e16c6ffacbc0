"""Bars as SVG inside a page: no library, no script, sharp on paper, and as wide as the screen lets them.

Widths are percentages and heights fixed, so that letters keep their size on a phone; nothing is scaled. A chart is one
picture to a screen reader (title and description); the numbers stand in the table beside it, made of the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

BAR = 18
"""Height of a bar in pixels, and of the line of words above the bars of a row."""
WORDS = 24
GAP = 12
WIDEST = 82
"""Percent of the width the longest bar takes: its number stands behind it."""
MOST_LETTERS = 34
"""Of a label: more would run out of a narrow screen; the table has the whole name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One label with a bar for each number."""

    label: str
    values: tuple[int, ...]
    written: tuple[str, ...]
    """The numbers as people write them."""


def bars(rows: Sequence[Row], *, id: str, title: str, description: str) -> Markup:
    """
    Return a chart of horizontal bars; each row has one bar a series, told apart by the classes `bar-1`, `bar-2`.

    Args:
        rows: In the order shown; all with as many numbers.
        id: Unique on its page.
        title: What the chart shows.
        description: What a reader who does not see it should know of it.
    """
    longest = max((value for row in rows for value in row.values), default=0)
    drawn: list[Markup] = []
    y = 0
    for row in rows:
        drawn.append(Markup('<text x="0" y="{}">{}</text>').format(y + WORDS - 7, _short(row.label)))
        y += WORDS
        for series, (value, written) in enumerate(zip(row.values, row.written, strict=True), start=1):
            width = WIDEST * value / longest if longest else 0
            drawn.append(
                Markup(
                    '<rect class="bar-{}" x="0" y="{}" width="{:.2f}%" height="{}"/>'
                    '<text class="count" x="{:.2f}%" y="{}" dx="6">{}</text>'
                ).format(series, y, width, BAR - 2, width, y + BAR - 5, written)
            )
            y += BAR
        y += GAP
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{id}-title {id}-text" width="100%" height="{height}">'
        '<title id="{id}-title">{title}</title><desc id="{id}-text">{text}</desc>{rows}</svg>'
    ).format(id=id, height=max(y - GAP, 0), title=title, text=description, rows=Markup("").join(drawn))


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= MOST_LETTERS else f"{label[: MOST_LETTERS - 1].rstrip()}…"
