"""The public figures of a span of time, as somebody asks for them: the last twelve months, one month or one year."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.figures import Shown, Span, months_later, together
from chalicelib.errors import PageNotFound

YEARS = range(2019, 2100)
"""No hotline of ours is older (usecases/report.py)."""

LAST_MONTHS = 12


def read_figures(month: str, year: str, *, stats: Any, now: datetime) -> Shown:
    """
    Return the figures of a span; one read of at most thirteen items.

    Args:
        month: `2026-11`, or `11` beside a year; empty for none.
        year: `2026`; empty for none.
        stats: Where they are kept.
        now: Decides which twelve months are the last; yesterday is the last day that can be in them.

    Raises:
        PageNotFound: There is no such month or year.
    """
    span = _span(month, year, local(now).date() - timedelta(days=1))
    before = months_later(span.first, -LAST_MONTHS) if span.kind == "month" else span.first
    months = tuple(stats.figures(before, span.last))
    own = [one for one in months if one.months[0] >= f"{span.first:%Y-%m}"]
    return Shown(span, together(own), months, local(now).year)


def _span(month: str, year: str, today: date) -> Span:
    if not month and not year:
        return Span("recent", months_later(today, 1 - LAST_MONTHS), today.replace(day=1))
    if month and year:
        month = f"{year}-{month:0>2}" if len(month) <= 2 else month
    if month:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month, re.ASCII) or int(month[:4]) not in YEARS:
            raise PageNotFound("month")
        first = date(int(month[:4]), int(month[5:]), 1)
        return Span("month", first, first)
    if not re.fullmatch(r"\d{4}", year, re.ASCII) or int(year) not in YEARS:
        raise PageNotFound("year")
    return Span("year", date(int(year), 1, 1), date(int(year), 12, 1))
