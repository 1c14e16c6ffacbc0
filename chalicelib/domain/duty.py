"""Who takes the calls of a line at a moment, by the rosters of `duty.yaml`; if nobody does, when somebody will.

A line is the centre or one agency. Shifts written for a level (`one_stop`) hold for every agency of it that has none of
its own. Days are the calendar's: a make-up Saturday keeps the hours of the day it stands for, and on a day off only
those are there whose shift says so. Longer hours (`extended`) fill what ordinary shifts leave free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from chalicelib.domain.calendar import OFFICE, ZONE, WorkCalendar, local
from chalicelib.domain.directory import Agency, Directory, Period
from chalicelib.domain.hours import Hours, read_week
from chalicelib.errors import CalendarGap

CENTRE = "centre"
"""The line of the hotline's own operators."""

CALLS, RECORDINGS = "calls", "recordings"

ALSO, ONLY = "also", "only"
"""`holidays` of a shift: on days off as well, or on nothing else; without the word not on days off."""

_AROUND_THE_CLOCK = 7
"""Days without a break that are as good as no end."""

_FURTHEST_OPENING = 92
"""Days: a line nobody takes for a quarter of a year has no next opening worth telling."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of `duty.yaml`."""

    id: str
    line: str
    """`centre`, an agency's code, or a level."""
    takes: str
    who: Mapping[str, str]
    phones: tuple[str, ...]
    """E.164; none = the hotline of the agency."""
    in_order: bool
    """One after the other; otherwise all at once."""
    days: str
    hours: tuple[str, ...]
    """As written: `07:30-11:30`; `days` and `hours` are what people are told."""
    holidays: str
    valid: Period
    extended: bool = False
    week: tuple[tuple[Hours, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """A time without a break in which one shift takes calls."""

    starts: datetime
    ends: datetime
    shift: Shift
    phones: tuple[str, ...]
    in_order: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """How a line stands at a moment."""

    line: str
    phones: tuple[str, ...] = ()
    """Who is rung, E.164; empty when nobody takes calls now."""
    in_order: bool = False
    """One after the other; otherwise all at once."""
    shift: str = ""
    """Id of the shift or of the longer hours; empty when nobody takes calls."""
    who: Mapping[str, str] = field(default_factory=dict)
    """Who they are, by language."""
    until: datetime | None = None
    """Until when somebody is there without a break; None when nobody is, and for a week or longer."""
    opens_at: datetime | None = None
    """When somebody takes calls again; None while somebody does, and when nobody will for a quarter of a year."""
    recordings: bool = False
    """Whether a shift for recordings stands at the moment."""

    @property
    def open(self) -> bool:
        """Whether somebody can be rung."""
        return bool(self.phones)


def on_duty(directory: Directory, line: str, at: datetime) -> Duty:
    """
    Tell who takes the calls of a line.

    Args:
        directory: The province as published.
        line: `centre` or an agency's code; an unknown line is nobody's.
        at: Timezone-aware. A shift begins with its first minute and ends before its last: at 17:00 the shift that
            ends then is gone.
    """
    at = local(at)
    recordings = any(
        hours.starts <= _since_midnight(at) < hours.ends
        for shift in _shifts_of(directory, line, RECORDINGS, at.date())
        for hours in _hours_on(shift, directory, at.date())
    )
    for watch in watches(directory, line, at.date()):
        if watch.starts <= at < watch.ends:
            return Duty(
                line,
                watch.phones,
                watch.in_order,
                watch.shift.id,
                watch.shift.who,
                _leaves_at(directory, line, watch.ends),
                recordings=recordings,
            )
    return Duty(line, opens_at=_next_opening(directory, line, at), recordings=recordings)


def watches(directory: Directory, line: str, day: date) -> tuple[Watch, ...]:
    """Return the hours of a day in which somebody can be rung, in their order; no two cover the same moment."""
    agency = directory.agencies.get(line)
    if agency is not None and not agency.valid.covers(day):
        return ()
    midnight = datetime.combine(day, time(), ZONE)
    taken: list[tuple[Hours, Shift]] = []
    for shift in _shifts_of(directory, line, CALLS, day):
        for hours in _hours_on(shift, directory, day):
            taken += [(part, shift) for part in _without(hours, [there for there, _ in taken])]
    found = (
        Watch(
            midnight + hours.starts,
            midnight + hours.ends,
            shift,
            *_rings(shift, directory, agency, day),
        )
        for hours, shift in sorted(taken, key=lambda each: each[0])
    )
    return tuple(watch for watch in found if watch.phones)


def usual_shifts(directory: Directory, line: str, day: date) -> tuple[Shift, ...]:
    """The shifts that take the calls of a line in these weeks, longer hours last: what a table of hours shows."""
    agency = directory.agencies.get(line)
    if agency is not None and not agency.valid.covers(day):
        return ()
    return _shifts_of(directory, line, CALLS, day)


def _leaves_at(directory: Directory, line: str, ends: datetime) -> datetime | None:
    """Until when one shift after the other follows without a break."""
    last = ends + timedelta(days=_AROUND_THE_CLOCK)
    day = ends.date()
    while ends < last:
        following = [
            watch.ends for watch in watches(directory, line, day) if watch.starts <= ends < watch.ends
        ]
        if not following:
            return ends
        ends = following[0]
        day = ends.date()
    return None


def _next_opening(directory: Directory, line: str, at: datetime) -> datetime | None:
    for ahead in range(_FURTHEST_OPENING):
        for watch in watches(directory, line, at.date() + timedelta(days=ahead)):
            if watch.starts > at:
                return watch.starts
    return None


def _shifts_of(directory: Directory, line: str, takes: str, day: date) -> tuple[Shift, ...]:
    """The shifts in force for a line: its own, or else its level's; then longer hours, its own before its level's."""
    agency = directory.agencies.get(line)
    there = [shift for shift in _shifts(directory) if shift.takes == takes and shift.valid.covers(day)]
    own = [shift for shift in there if shift.line == line]
    of_level = [shift for shift in there if agency is not None and shift.line == agency.level]
    ordinary = [shift for shift in own if not shift.extended] or [
        shift for shift in of_level if not shift.extended
    ]
    return (*ordinary, *(shift for shift in (*own, *of_level) if shift.extended))


def _hours_on(shift: Shift, directory: Directory, day: date) -> tuple[Hours, ...]:
    try:
        weekday = _office(directory).weekday_kept(day)
    except CalendarGap:
        # A phone that rings on a holiday nobody has entered does less harm than one that is silent on a working day.
        weekday = day.weekday()
    if weekday is None:
        return shift.week[day.weekday()] if shift.holidays in (ALSO, ONLY) else ()
    return () if shift.holidays == ONLY else shift.week[weekday]


def _without(hours: Hours, taken: Sequence[Hours]) -> Iterator[Hours]:
    """What of *hours* others leave free."""
    starts = hours.starts
    for other in sorted(taken):
        if other.ends <= starts or other.starts >= hours.ends:
            continue
        if starts < other.starts:
            yield Hours(starts, other.starts)
        starts = other.ends
    if starts < hours.ends:
        yield Hours(starts, hours.ends)


def _rings(
    shift: Shift, directory: Directory, agency: Agency | None, day: date
) -> tuple[tuple[str, ...], bool]:
    """
    The phones and whether they ring in order.

    The shift's own; for longer hours that name none those of the line's first shift; else its agency's hotline.
    """
    line = agency.code if agency else shift.line
    others = _shifts_of(directory, line, CALLS, day) if shift.extended else ()
    for each in (shift, *others):
        if each.phones:
            return each.phones, each.in_order
    number = ringable(agency.hotline) if agency else ""
    return ((number,) if number else ()), False


def ringable(number: str) -> str:
    """Return a hotline's number in E.164; empty for one that only rings inside the country (`1900 …`)."""
    digits = re.sub(r"[^\d+]", "", number)
    if digits.startswith("+"):
        return digits
    return f"+84{digits[1:]}" if digits.startswith("0") else ""


def _since_midnight(at: datetime) -> timedelta:
    return at - at.replace(hour=0, minute=0, second=0, microsecond=0)


def _office(directory: Directory) -> WorkCalendar:
    # kept on the directory like its cached properties, as chalicelib.domain.calendar.calendar_for does
    known: WorkCalendar | None = directory.__dict__.get("_office_days")
    if known is None:
        known = WorkCalendar.from_data(directory.calendar, OFFICE, province=directory.slug)
        directory.__dict__["_office_days"] = known
    return known


def _shifts(directory: Directory) -> tuple[Shift, ...]:
    known: tuple[Shift, ...] | None = directory.__dict__.get("_shifts")
    if known is None:
        known = (
            *(_shift(item, extended=False) for item in directory.duty.get("shifts") or ()),
            *(_shift(item, extended=True) for item in directory.duty.get("extended") or ()),
        )
        directory.__dict__["_shifts"] = known
    return known


def _shift(data: Mapping[str, Any], *, extended: bool) -> Shift:
    phones = data.get("phones") or ([data["phone"]] if data.get("phone") else [])
    days, hours = data.get("days", "daily"), tuple(data["hours"])
    return Shift(
        id=data["id"],
        line=data["line"],
        takes=data.get("takes", CALLS),
        who=data.get("who") or {},
        phones=tuple(phones),
        in_order=data.get("ring") == "in_order",
        days=days,
        hours=hours,
        holidays=data.get("holidays", ALSO if extended else ""),
        valid=Period.from_data(data),
        extended=extended,
        week=read_week({days: hours}),
    )
