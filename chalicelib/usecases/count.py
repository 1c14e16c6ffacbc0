"""Keep the daily counters: from the cases stream as it comes, and by a nightly recount that proves and repairs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case
from chalicelib.domain.stats import contribution
from chalicelib.errors import CaseNotFound

RECOUNT_DAYS = 7
"""Days of receipt the nightly recount looks at: a stream keeps its records for one (AWS), so a week misses none."""

MONTHLY_RECOUNT_DAYS = 62
"""Days it looks at in the night before the monthly reports: longer than the longest deadline with its extension."""

PAGE = 100


def count_cases(changed: Iterable[Case], *, stats: Any) -> dict[str, int]:
    """Add what each case now contributes; a record that comes twice or out of order counts once. Returns counts."""
    counts: Counter[str] = Counter()
    for case in changed:
        counts["counted" if stats.apply(case.code, case.version, contribution(case)) else "known"] += 1
    return dict(counts)


def recount(*, cases: Any, stats: Any, now: datetime, days: int | None = None) -> dict[str, int]:
    """
    Go through the cases of recent days again: what the stream lost is counted, what disagrees is repaired.

    Returns:
        counts: days, cases, counted (missed by the stream).
    """
    today = local(now).date()
    days = days or (MONTHLY_RECOUNT_DAYS if today.day == 1 else RECOUNT_DAYS)
    counts: Counter[str] = Counter(days=days)
    for back in range(days):
        day = today - timedelta(days=back)
        after = None
        while True:
            page = cases.received_on(day, limit=PAGE, after=after)
            for summary in page.items:
                counts["cases"] += 1
                counts["counted"] += _count_again(summary.code, cases, stats)
            after = page.next
            if after is None:
                break
    return dict(counts)


def _count_again(code: str, cases: Any, stats: Any) -> int:
    try:
        case: Case = cases.get(code)
    except CaseNotFound:
        return 0
    return 1 if stats.apply(case.code, case.version, contribution(case)) else 0
