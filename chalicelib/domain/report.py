"""Periods and what a report says about one: sums of daily counters, exact, each share with what it is a share of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEK, MONTH, QUARTER, HALF_YEAR, YEAR = "week", "month", "quarter", "half_year", "year"

_MONTHS = {MONTH: 1, QUARTER: 3, HALF_YEAR: 6, YEAR: 12}
_LETTER = {QUARTER: "Q", HALF_YEAR: "H"}

KINDS = ("question", "complaint", "petition", "denunciation")
RATINGS = (3, 2, 1)


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A whole week (Monday to Sunday), month, quarter, half-year or year."""

    kind: str
    starts_on: date
    ends_on: date
    """The last day, inclusive."""

    @property
    def number(self) -> int:
        """Which of its year: week 23, month 6, quarter 2, half-year 1; the year itself for a year."""
        if self.kind == WEEK:
            return self.starts_on.isocalendar().week
        if self.kind == YEAR:
            return self.starts_on.year
        return (self.starts_on.month - 1) // _MONTHS[self.kind] + 1

    @property
    def year(self) -> int:
        """The year it belongs to; for a week the year of its Thursday (ISO 8601)."""
        return self.starts_on.isocalendar().year if self.kind == WEEK else self.starts_on.year

    @property
    def id(self) -> str:
        """`2020-W23`, `2020-06`, `2020-Q2`, `2020-H1` or `2020`."""
        if self.kind == YEAR:
            return f"{self.year}"
        if self.kind == WEEK:
            return f"{self.year}-W{self.number:02d}"
        if self.kind == MONTH:
            return f"{self.year}-{self.number:02d}"
        return f"{self.year}-{_LETTER[self.kind]}{self.number}"

    @property
    def days(self) -> tuple[str, ...]:
        """Its days as ISO dates, in order."""
        count = (self.ends_on - self.starts_on).days + 1
        return tuple((self.starts_on + timedelta(days=offset)).isoformat() for offset in range(count))


def week_of(day: date) -> ReportPeriod:
    """Return the week a day lies in."""
    monday = day - timedelta(days=day.weekday())
    return ReportPeriod(WEEK, monday, monday + timedelta(days=6))


def period_of(kind: str, day: date) -> ReportPeriod:
    """Return the period of *kind* that a day lies in."""
    if kind == WEEK:
        return week_of(day)
    months = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    return ReportPeriod(kind, first, after - timedelta(days=1))


def periods_ended(on: date) -> list[ReportPeriod]:
    """Return the periods whose last day was the day before *on*, shortest first; empty on most days."""
    yesterday = on - timedelta(days=1)
    kinds = (WEEK, *_MONTHS)
    return [period for kind in kinds if (period := period_of(kind, yesterday)).ends_on == yesterday]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one scope in one period. Every part adds up to its whole."""

    scope: str
    """`province` or `agency#<code>`."""
    period: ReportPeriod
    carried_over: int = 0
    """Neither handled nor ended when the period began."""
    received: int = 0
    handled: int = 0
    on_time: int = 0
    late: int = 0
    ended: int = 0
    """Ended without an answer: declined, withdrawn, merged."""
    rated: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)
    """Received by kind; likewise service, topic (`service/topic`) and channel, most first."""
    by_service: Mapping[str, int] = field(default_factory=dict)
    by_topic: Mapping[str, int] = field(default_factory=dict)
    by_channel: Mapping[str, int] = field(default_factory=dict)
    by_level: Mapping[str, int] = field(default_factory=dict)
    """Handled by level of resolution; likewise kind and service."""
    handled_by_kind: Mapping[str, int] = field(default_factory=dict)
    handled_by_service: Mapping[str, int] = field(default_factory=dict)
    by_rating: Mapping[str, int] = field(default_factory=dict)
    by_day: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """ISO date → received, handled, on_time, late, ended, rated; every day of the period."""

    @property
    def to_handle(self) -> int:
        """What had to be handled: carried over and received, without what ended otherwise."""
        return self.carried_over + self.received - self.ended

    @property
    def in_progress(self) -> int:
        """What was still open when the period ended."""
        return self.to_handle - self.handled

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: nothing came, was open, was done or was rated."""
        return not (self.carried_over or self.received or self.handled or self.ended or self.rated)


TOTALS = ("received", "handled", "on_time", "late", "ended", "rated")


def build_report(
    scope: str, period: ReportPeriod, counters_by_day: Mapping[str, Mapping[str, int]]
) -> Report:
    """
    Return the report of a scope for a period.

    Args:
        scope: `province` or `agency#<code>`.
        period: What it is about.
        counters_by_day: ISO date → counters of the scope (domain/stats.py), for *all* days up to the period's end:
            the earlier ones give what was carried over. Later days are ignored.
    """
    first, last = period.starts_on.isoformat(), period.ends_on.isoformat()
    before: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for day, counters in counters_by_day.items():
        if day < first:
            before.update({name: counters.get(name, 0) for name in TOTALS})
        elif day <= last:
            within.update(counters)
    return Report(
        scope=scope,
        period=period,
        carried_over=before["received"] - before["handled"] - before["ended"],
        **{name: within[name] for name in TOTALS},
        by_kind=_in_order(_part(within, "received.kind."), KINDS),
        by_service=_most_first(_part(within, "received.service.")),
        by_topic=_most_first(_part(within, "received.topic.")),
        by_channel=_most_first(_part(within, "received.channel.")),
        by_level=_in_order(_part(within, "level."), ("1", "2", "3")),
        handled_by_kind=_in_order(_part(within, "handled.kind."), KINDS),
        handled_by_service=_most_first(_part(within, "handled.service.")),
        by_rating=_in_order(_part(within, "rating."), tuple(map(str, RATINGS))),
        by_day={
            day: {name: counters_by_day.get(day, {}).get(name, 0) for name in TOTALS} for day in period.days
        },
    )


def tenths_of_percent(part: int, whole: int) -> int | None:
    """Return a share in tenths of a percent, halves rounded up; None of nothing. 60 of 65 is 923."""
    if whole <= 0:
        return None
    return (2000 * part + whole) // (2 * whole)


def main_items(counts: Mapping[str, int], limit: int = 3) -> Iterator[tuple[str, int]]:
    """Yield the names counted most, at most *limit*; ties in the order given."""
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return iter([item for item in ranked if item[1] > 0][:limit])


def _part(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): count
        for name, count in counts.items()
        if name.startswith(prefix) and count
    }


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _in_order(counts: Mapping[str, int], order: tuple[str, ...]) -> dict[str, int]:
    rank = {name: place for place, name in enumerate(order)}
    return dict(sorted(counts.items(), key=lambda item: (rank.get(item[0], len(order)), item[0])))
