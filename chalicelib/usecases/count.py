"""Keep the daily counters: from the cases stream as it comes, and by a nightly recount that proves and repairs them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case
from chalicelib.domain.stats import AREA, PROVINCE, contribution
from chalicelib.errors import CaseNotFound, MalformedRequest

RECOUNT_DAYS = 7
"""Days of receipt the nightly recount looks at: a stream keeps its records for one (AWS), so a week misses none."""

MONTHLY_RECOUNT_DAYS = 62
"""Days it looks at in the night before the monthly reports: longer than the longest deadline with its extension."""

MOST_RECOUNT_DAYS = 400
"""Days one run may be asked to look at."""

PAGE = 100


def count_cases(changed: Iterable[Case], *, stats: Any) -> dict[str, int]:
    """Add what each case now contributes; a record that comes twice or out of order counts once. Returns counts."""
    counts: Counter[str] = Counter()
    for case in changed:
        counts["counted" if stats.apply(case.code, case.version, contribution(case)) else "known"] += 1
    return dict(counts)


def days_to_recount(now: datetime, asked: Mapping[str, Any] | None = None) -> tuple[date, date]:
    """
    Return the first and the last day of receipt a recount looks at: recent ones, unless it is asked for others.

    Args:
        asked: `days`, how many, and `until`, the last of them as ISO date (today); either may be missing.

    Raises:
        MalformedRequest: Asked for no number or no date, or for too many days.
    """
    today = local(now).date()
    usual = MONTHLY_RECOUNT_DAYS if today.day == 1 else RECOUNT_DAYS
    try:
        days = int((asked or {}).get("days", usual))
        last = date.fromisoformat(str((asked or {}).get("until", today)))
    except (TypeError, ValueError) as problem:
        raise MalformedRequest("days, until") from problem
    if not 1 <= days <= MOST_RECOUNT_DAYS or last > today:
        raise MalformedRequest("days, until")
    return last - timedelta(days=days - 1), last


def recount(*, cases: Any, stats: Any, now: datetime, first: date, last: date) -> dict[str, int]:
    """
    Go through the cases received from *first* to *last* again: what is not counted is, what disagrees is set right.

    Returns:
        counts: days, cases, counted (missed by the stream, or counted less of by an earlier release), repaired
        (counters of receipt that were wrong).
    """
    today = local(now).date()
    days = (last - first).days + 1
    counts: Counter[str] = Counter(days=days)
    proofs: dict[date, _Proof] = {}
    repaired = 0
    for back in range(days):
        day = last - timedelta(days=back)
        proofs[day] = _proof(day, cases, stats, counts)
        if day < today:  # today cases come in while we count: it is proved tomorrow
            repaired += _repair(PROVINCE, day, proofs[day], stats)
    repaired += _repair_areas(proofs, cases, stats, today)
    return dict(counts) | ({"repaired": repaired} if repaired else {})


_Proof = defaultdict[str, Counter[str]]
"""Scope (the province, each area) → counters of receipt as the cases of a day make them."""


def _proof(day: date, cases: Any, stats: Any, counts: Counter[str]) -> _Proof:
    """Return what the cases received on a day make of it, and count the ones the stream lost."""
    proof: _Proof = defaultdict(Counter)
    for case in _received_on(day, cases):
        counts["cases"] += 1
        own = contribution(case)
        counts["counted"] += 1 if stats.apply(case.code, case.version, own) else 0
        for (scope, on), counters in own.items():
            if on == day.isoformat() and (scope == PROVINCE or scope.startswith(AREA)):
                proof[scope].update(_of_receipt(counters))
    return proof


def _repair_areas(proofs: Mapping[date, _Proof], cases: Any, stats: Any, today: date) -> int:
    """Set the areas' counters right, one read an area for all days, and note which areas have any (`note_scopes`)."""
    known = stats.scopes()
    areas = {scope for scope in known if scope.startswith(AREA)}
    seen = {scope for proof in proofs.values() for scope in proof if scope.startswith(AREA)}
    stats.note_scopes(sorted(seen - known))
    wrong: set[tuple[date, str]] = set()
    for scope in sorted(areas | seen):
        stored = stats.read(scope, min(proofs), max(proofs))
        wrong |= {
            (day, scope)
            for day, proof in proofs.items()
            if day < today and _wrong(proof[scope], stored.get(day, {}))
        }
    fresh: dict[date, _Proof] = {}
    repaired = 0
    for day, scope in sorted(wrong):
        # a case may have been placed elsewhere since it was looked at: look again before touching a counter
        if day not in fresh:
            fresh[day] = _proof(day, cases, stats, Counter())
        repaired += _repair(scope, day, fresh[day], stats)
    return repaired


def _repair(scope: str, day: date, proof: _Proof, stats: Any) -> int:
    wrong = _wrong(proof[scope], stats.read(scope, day, day).get(day, {}))
    if wrong:
        stats.add(scope, day, wrong)
    return len(wrong)


def _wrong(proof: Mapping[str, int], stored: Mapping[str, int]) -> dict[str, int]:
    """What must be added to the stored counters of receipt to make them what the cases say."""
    stored = _of_receipt(stored)
    return {
        name: proof.get(name, 0) - stored.get(name, 0)
        for name in {*proof, *stored}
        if proof.get(name, 0) != stored.get(name, 0)
    }


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
