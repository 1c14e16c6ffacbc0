"""Keep the daily counters: from the cases stream as it comes, and by a nightly recount that proves and repairs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case
from chalicelib.domain.stats import PROVINCE, contribution
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
    Go through the cases of recent days again: what the stream lost is counted, what disagrees is set right.

    Returns:
        counts: days, cases, counted (missed by the stream), repaired (counters of receipt that were wrong).
    """
    today = local(now).date()
    days = days or (MONTHLY_RECOUNT_DAYS if today.day == 1 else RECOUNT_DAYS)
    counts: Counter[str] = Counter(days=days)
    for back in range(days):
        _recount_day(today - timedelta(days=back), cases, stats, counts, still_moving=back == 0)
    return dict(counts)


def _recount_day(day: date, cases: Any, stats: Any, counts: Counter[str], *, still_moving: bool) -> None:
    proof: Counter[str] = Counter()
    for case in _received_on(day, cases):
        counts["cases"] += 1
        own = contribution(case)
        counts["counted"] += 1 if stats.apply(case.code, case.version, own) else 0
        proof.update(_of_receipt(own.get((PROVINCE, day.isoformat()), {})))
    if still_moving:
        return  # cases come in while we count: the day is proved tomorrow
    stored = _of_receipt(stats.read(PROVINCE, day, day).get(day, {}))
    wrong = {
        name: proof[name] - stored.get(name, 0)
        for name in {*proof, *stored}
        if proof[name] != stored.get(name, 0)
    }
    if wrong:
        stats.add(PROVINCE, day, wrong)
        counts["repaired"] += len(wrong)


def _received_on(day: date, cases: Any) -> Iterator[Case]:
    after = None
    while True:
        page = cases.received_on(day, limit=PAGE, after=after)
        for summary in page.items:
            try:
                yield cases.get(summary.code)
            except CaseNotFound:  # erased meanwhile
                continue
        after = page.next
        if after is None:
            return


def _of_receipt(counters: Mapping[str, int]) -> dict[str, int]:
    """Counters that only cases received on the day can make: the ones a recount of the day can prove."""
    return {
        name: count for name, count in counters.items() if name == "received" or name.startswith("received.")
    }
