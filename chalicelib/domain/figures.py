"""The public figures of a month, and sums of months: what came, what was handled, what of it on time.

By kind, field, agency and area, each by itself. Nothing is crossed with anything (no field within a commune, no
agency's ratings): a small number then says that somebody reported something, never who reported what. Denunciations
are in no figure at all: not in the totals either, from which the rows could be taken away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from chalicelib.domain.report import MONTH, ReportPeriod, period_of
from chalicelib.domain.stats import AGENCY, AREA, PROVINCE

KINDS = ("complaint", "petition", "question")
"""In the order shown."""

RATINGS = ("3", "2", "1")
"""Satisfied, accepted, not satisfied."""

Counters = Mapping[str, Mapping[date, Mapping[str, int]]]
"""Scope → day → counter → count."""


class Part(NamedTuple):
    """The figures of one field, agency or area."""

    received: int = 0
    handled: int = 0
    on_time: int = 0

    @property
    def late(self) -> int:
        """Handled after the deadline."""
        return self.handled - self.on_time


NOTHING = Part()


@dataclass(frozen=True, slots=True)
class Figures:
    """What everybody may know of some months."""

    months: tuple[str, ...]
    """`2026-11`, in order."""
    until: str
    """Last day that is in them, ISO."""
    total: Part = NOTHING
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Received by kind, a name of KINDS."""
    ratings: Mapping[str, int] = field(default_factory=dict)
    """Ratings given, by `1` to `3`."""
    fields: Mapping[str, Part] = field(default_factory=dict)
    """By code of the service."""
    agencies: Mapping[str, Part] = field(default_factory=dict)
    """By code. An agency received what it was given, on the day it was given; the desk answers much by itself, so
    the agencies together have handled no more than the province."""
    areas: Mapping[str, Part] = field(default_factory=dict)
    """By unit id; a case nobody could place is in none."""
    ended: int | None = None
    """Ended without an answer: withdrawn, merged, declined. None in months published before it was counted."""

    @property
    def unanswered(self) -> int | None:
        """
        Received and neither handled nor ended.

        Only of a span that holds the hotline's beginning, or nearly: what was left over from before it is not in it.
        """
        if self.ended is None:
            return None
        return max(0, self.total.received - self.total.handled - self.ended)

    @property
    def is_empty(self) -> bool:
        """Whether nothing came and nothing was done."""
        return not (any(self.total) or self.agencies or self.areas)

    @property
    def rated(self) -> int:
        """How many ratings were given."""
        return sum(self.ratings.values())


@dataclass(frozen=True, slots=True)
class Span:
    """Which months somebody asks for."""

    kind: str
    """recent, month or year."""
    first: date
    """First day of its first month."""
    last: date
    """First day of its last month."""

    @property
    def query(self) -> dict[str, str]:
        """How a link names it."""
        if self.kind == "month":
            return {"month": f"{self.first:%Y-%m}"}
        return {"year": str(self.first.year)} if self.kind == "year" else {}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of figures is made of."""

    span: Span
    figures: Figures | None
    """Of the whole span; None when there are none (yet)."""
    months: tuple[Figures, ...]
    """Month by month; of a single month those of the year before it too, to compare with."""
    latest: int
    """The running year: links lead to it and those before."""


def month_figures(month: ReportPeriod, until: date, counters: Counters) -> Figures:
    """
    Return the figures of a month out of the daily counters (domain/stats.py).

    Args:
        month: Which one.
        until: Last day that counts; the month's own last day when that is earlier.
        counters: Of the province, and of each agency and area that has any.
    """
    until = min(until, month.ends_on)
    sums = {
        scope: sum(
            (Counter(counts) for day, counts in days.items() if month.starts_on <= day <= until), Counter()
        )
        for scope, days in counters.items()
    }
    whole = sums.get(PROVINCE, Counter())
    kinds = _named(whole, "received.kind.")
    received, handled, on_time = (
        _named(whole, f"{name}.service.") for name in ("received", "handled", "on_time")
    )
    fields = {
        code: Part(received.get(code, 0), handled.get(code, 0), on_time.get(code, 0))
        for code in sorted({*received, *handled})
    }
    return Figures(
        months=(month.id,),
        until=until.isoformat(),
        total=_sum(fields.values()),
        ended=sum(_named(whole, "ended.service.").values()),
        kinds={kind: kinds[kind] for kind in KINDS if kind in kinds},
        ratings=_named(whole, "rating."),
        fields=fields,
        agencies=_parts(sums, AGENCY),
        areas=_parts(sums, AREA),
    )


def together(months: Iterable[Figures]) -> Figures | None:
    """Return the sum of some months in order; None of none."""
    found = sorted(months, key=lambda one: one.months)
    if not found:
        return None
    return Figures(
        months=tuple(month for one in found for month in one.months),
        until=max(one.until for one in found),
        total=_sum(one.total for one in found),
        ended=_all(one.ended for one in found),
        kinds=_counted(one.kinds for one in found),
        ratings=_counted(one.ratings for one in found),
        fields=_merged(one.fields for one in found),
        agencies=_merged(one.agencies for one in found),
        areas=_merged(one.areas for one in found),
    )


def to_data(figures: Figures) -> dict[str, Any]:
    """Return the figures as plain data for JSON."""
    return asdict(figures)


def from_data(data: Mapping[str, Any]) -> Figures:
    """Return the figures that `to_data` made plain; what a later version added and an earlier one named is left out."""
    parts = {
        name: {code: Part(*counts) for code, counts in data.get(name, {}).items()}
        for name in ("fields", "agencies", "areas")
    }
    return Figures(
        months=tuple(data["months"]),
        until=str(data["until"]),
        total=Part(*data["total"]),
        ended=data.get("ended"),
        kinds={kind: count for kind, count in data.get("kinds", {}).items() if kind in KINDS},
        ratings=dict(data.get("ratings", {})),
        **parts,
    )


def months_between(first: date, last: date) -> list[ReportPeriod]:
    """Return the months from the one *first* lies in to the one *last* lies in."""
    months = []
    day = first.replace(day=1)
    while day <= last:
        months.append(period_of(MONTH, day))
        day = months_later(day, 1)
    return months


def months_later(day: date, months: int) -> date:
    """Return the first day of the month that is *months* after that of *day* (before it, when negative)."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _part(counts: Mapping[str, int]) -> Part:
    return Part(counts.get("received", 0), counts.get("handled", 0), counts.get("on_time", 0))


def _parts(sums: Mapping[str, Mapping[str, int]], prefix: str) -> dict[str, Part]:
    return {
        scope.removeprefix(prefix): part
        for scope, counts in sorted(sums.items())
        if scope.startswith(prefix) and any(part := _part(counts))
    }


def _named(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): count
        for name, count in sorted(counts.items())
        if name.startswith(prefix) and count
    }


def _sum(parts: Iterable[Part]) -> Part:
    return Part(*map(sum, zip(NOTHING, *parts, strict=True)))


def _all(counts: Iterable[int | None]) -> int | None:
    """Their sum; None when one is not known."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)


def _counted(found: Iterable[Mapping[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one)
    return dict(counts)


def _merged(found: Iterable[Mapping[str, Part]]) -> dict[str, Part]:
    parts: dict[str, list[Part]] = {}
    for one in found:
        for code, part in one.items():
            parts.setdefault(code, []).append(part)
    return {code: _sum(several) for code, several in parts.items()}
