"""The reminder job's cost must grow with what is due, not with what is open (docs/design.md §8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from bench.meter import measured
from chalicelib.domain.case import Kind, Priority, open_case
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DUE = 100
AT_ONCE = 30
"""Cases of one transaction: each is a case and an event, and a transaction takes a hundred items."""

_stored = 0


def reads_with_open(open_cases: int) -> int:
    """Return how many reads find the due cases when *open_cases* are stored in all (stores what is missing)."""
    global _stored
    numbers: Iterator[int] = iter(range(_stored, open_cases))
    while batch := list(islice(numbers, AT_ONCE)):
        commit(cases=tuple(_case(number) for number in batch))
        if batch[0] % 1_500 == 0:
            print(f"  storing open cases: {batch[0]:,} of {open_cases:,}", flush=True)
    _stored = open_cases
    with measured() as meter:
        found = CaseStore().wake_due(NOW, DUE)
    assert len(found) == DUE, len(found)
    return meter.reads


def _case(number: int):  # type: ignore[no-untyped-def]
    wakes = NOW - timedelta(minutes=1) if number < DUE else NOW + timedelta(days=1, seconds=number)
    case = open_case(
        f"{number:09d}",
        text="x",
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        at=NOW - timedelta(days=2),
        channel="sms",
        reporter_id=f"{number:032x}",
        reporter_address="+84900000902",
    )
    return replace(case, wake_at=wakes)
