"""Hours of a week as `calendar.yaml` writes them: `mon-fri: ["07:30-11:30", "13:30-17:00"]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = timedelta(hours=24)
_NO_DAYS = ("days_off", "days_as", "swaps")
"""Keys beside the weekdays; chalicelib.domain.calendar reads them."""


class Hours(NamedTuple):
    """A part of a day, as time passed since midnight (24:00 can be its end)."""

    starts: timedelta
    ends: timedelta


def read_week(table: Mapping[str, Any]) -> tuple[tuple[Hours, ...], ...]:
    """
    Read sessions by weekday: `mon-fri: ["07:30-11:30", "13:30-17:00"]`; also `sat`, `mon,wed` and `daily`.

    Raises:
        ValueError: A weekday or an hour cannot be read.
    """
    week: list[list[Hours]] = [[] for _ in _WEEKDAYS]
    for days, hours in table.items():
        if days in _NO_DAYS:
            continue
        for weekday in _weekdays(str(days)):
            week[weekday].extend(read_hours(hours))
    return tuple(merged(hours) for hours in week)


def _weekdays(text: str) -> list[int]:
    if text == "daily":
        return list(range(7))
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if first not in _WEEKDAYS or last not in _WEEKDAYS:
            raise ValueError(f"{text!r} is no weekday: write mon, mon-fri, sat,sun or daily")
        start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last)
        if end < start:
            raise ValueError(f"{text!r} runs backwards")
        found.extend(range(start, end + 1))
    return found


def read_hours(spans: Any) -> list[Hours]:
    """Read spans of a day, each `"07:30-11:30"` or a pair; ValueError when one cannot be read."""
    found = []
    for span in spans or ():
        starts, ends = span.split("-") if isinstance(span, str) else span
        hours = Hours(_time(starts), _time(ends))
        if hours.ends <= hours.starts:
            raise ValueError(f"{starts}-{ends} ends before it starts")
        found.append(hours)
    return found


def _time(text: str) -> timedelta:
    hour, _, minute = text.strip().partition(":")
    since_midnight = timedelta(hours=int(hour), minutes=int(minute or 0))
    if int(minute or 0) > 59 or not timedelta(0) <= since_midnight <= _MIDNIGHT:
        raise ValueError(f"{text!r} is no time of day")
    return since_midnight


def merged(hours: Sequence[Hours]) -> tuple[Hours, ...]:
    """Return the hours in time order, those that touch or overlap as one."""
    joined: list[Hours] = []
    for span in sorted(hours):
        if joined and span.starts <= joined[-1].ends:
            joined[-1] = Hours(joined[-1].starts, max(joined[-1].ends, span.ends))
        else:
            joined.append(span)
    return tuple(joined)
