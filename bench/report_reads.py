"""A half-year report reads daily counters: as many for ten cases a day as for a thousand (docs/design.md §8)."""

from __future__ import annotations

from datetime import date, timedelta

from bench.meter import measured
from chalicelib.domain.stats import PROVINCE
from chalicelib.storage.stats_store import StatsStore

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


def reads_with_cases(a_day: int) -> int:
    """Return how many reads a half-year of one scope takes with *a_day* cases on each day."""
    stats = StatsStore()
    day = FIRST
    while day <= LAST:
        counters = {"received": a_day, "received.kind.complaint": a_day, "handled": a_day, "on_time": a_day}
        stats.add(PROVINCE, day, counters)
        day += timedelta(days=1)
    with measured() as meter:
        stats.read(PROVINCE, FIRST, LAST)
    return meter.reads
