"""Each night, sum the daily counters up into the figures everybody may read: a month is one item, a page a few."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.figures import month_figures, months_between, months_later
from chalicelib.domain.stats import AGENCY, AREA, PROVINCE

MOST_MONTHS = 24
"""Months made anew at most: all there are in the first night, or after the job did not run for long."""

SETTLED_AFTER = 1
"""Whole months made anew each night beside the running one: an answer of last week may still be objected to."""


def publish_figures(*, stats: Any, now: datetime, since: date | None = None) -> dict[str, int]:
    """
    Store the figures of the running and the last month, of all from *since*, and of those before that nobody made yet.

    They end with yesterday, the last whole day. The cost grows with the agencies and areas that have counters, not with
    the cases. A month that was published and is empty now (its only case was erased) is published as empty.

    Args:
        since: The first day whose counters have just been proved; an answer counts on no earlier day.

    Returns:
        counts: months (published).
    """
    until = local(now).date() - timedelta(days=1)
    earliest = months_later(until, 1 - MOST_MONTHS)
    known = stats.figures(earliest, until)
    latest = date.fromisoformat(f"{known[-1].months[-1]}-01") if known else earliest
    first = max(earliest, min(latest, months_later(until, -SETTLED_AFTER), months_later(since or until, 0)))
    scopes = [scope for scope in stats.scopes() if scope == PROVINCE or scope.startswith((AGENCY, AREA))]
    counters = {scope: stats.read(scope, first, until) for scope in sorted(scopes)}
    published = {one.months[0] for one in known}
    counts = {"months": 0}
    for month in months_between(first, until):
        figures = month_figures(month, until, counters)
        if figures.is_empty and not any(id <= month.id for id in published):
            continue  # before the first case
        stats.publish(figures)
        published.add(month.id)
        counts["months"] += 1
    return counts
