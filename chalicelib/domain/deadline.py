"""How long an agency has: clock minutes, working hours and days, extensions, pauses (docs/deadlines.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from chalicelib.domain.calendar import WorkCalendar, local
from chalicelib.domain.directory import EVERY, AnswerLimit, DeadlineTable, Limit

CLOCK_MINUTES = "clock_minutes"
WORKING_HOURS = "working_hours"
WORKING_DAYS = "working_days"

_ORDINARY = "normal"


def limit_for(table: DeadlineTable, *, kind: str, service: str | None, priority: str) -> Limit:
    """
    Return the time an agency has to answer: the most specific line of the table that fits the case.

    Of the lines that fit, the one that names the priority wins when that is `urgent` or `complex` (an urgent
    power cut is urgent first); then the one that names the service; then the kind; then `priority: normal`.
    Between equals, the first in the file.

    Raises:
        LookupError: No line fits; a validated table has one for every case.
    """
    fitting = [
        line
        for line in table.answer
        if line.kind in (EVERY, kind)
        and line.service in (EVERY, service)
        and line.priority in (EVERY, priority)
    ]
    if not fitting:
        raise LookupError(f"deadline table {table.id} has no answer limit for {kind}, {service}, {priority}")
    return max(fitting, key=_precision).limit


def _precision(line: AnswerLimit) -> tuple[bool, bool, bool, bool]:
    return (
        line.priority not in (EVERY, _ORDINARY),
        line.service != EVERY,
        line.kind != EVERY,
        line.priority != EVERY,
    )


def deadline_for(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """
    Return the last moment in time.

    Working days: the day of *start* does not count (Civil Code 2015, art. 147(2)); the limit ends with the
    last session of the last day. Working hours: only session time counts; what starts outside the sessions
    starts with the next one. Clock minutes: as the clock runs, night and holidays included.

    Args:
        start: When the count begins (receipt, assignment …); timezone-aware.
        limit: Amount and unit, > 0; working days are whole.
        calendar: Working time of whoever has to act.

    Returns:
        The due moment, in Việt Nam's time, never before *start*.

    Raises:
        ValueError: *start* is naive, the amount not positive (or not whole, for days), or the unit unknown.
        CalendarGap: The count runs into a year whose holidays nobody entered.
    """
    start = local(start)
    if limit.amount <= 0:
        raise ValueError(f"a limit is more than nothing, not {limit.amount}")
    if limit.unit == CLOCK_MINUTES:
        return start + timedelta(minutes=limit.amount)
    if limit.unit == WORKING_HOURS:
        return calendar.add_working_time(start, timedelta(hours=limit.amount))
    if limit.unit == WORKING_DAYS:
        if limit.amount != int(limit.amount):
            raise ValueError(f"working days are whole, not {limit.amount}")
        return calendar.day_ends_at(calendar.add_working_days(start.date(), int(limit.amount)))
    raise ValueError(f"a limit is counted in clock_minutes, working_hours or working_days, not {limit.unit}")


def forward_due(
    received_at: datetime, priority: str, table: DeadlineTable, calendar: WorkCalendar
) -> datetime:
    """Until when the desk has to send a case on; errors as `deadline_for`."""
    return deadline_for(received_at, _by_priority(table.forward, priority), calendar)


def accept_due(
    assigned_at: datetime, priority: str, table: DeadlineTable, calendar: WorkCalendar
) -> datetime:
    """Until when the agency has to accept or return; errors as `deadline_for`."""
    return deadline_for(assigned_at, _by_priority(table.accept, priority), calendar)


def answer_due(received_at: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """Until when the citizen must have the answer, counted from receipt; errors as `deadline_for`."""
    return deadline_for(received_at, limit, calendar)


def extend(due_at: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """The new deadline after an extension: the original length once more, counted from the old deadline."""
    return deadline_for(due_at, limit, calendar)


def resume_due(
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: WorkCalendar,
    limit: Limit | None = None,
) -> datetime:
    """
    Return the deadline after the clock stood still from *paused_at* to *resumed_at*.

    A limit in working days moves by the working days that began meanwhile, and ends with a day as before; one in
    working hours by the working time that passed; one in clock minutes by the clock. Never earlier than *due_at*.
    """
    if limit is not None and limit.unit == WORKING_DAYS:
        return _days_later(local(due_at), local(paused_at).date(), local(resumed_at).date(), calendar)
    if limit is not None and limit.unit == CLOCK_MINUTES:
        return local(due_at) + max(timedelta(0), resumed_at - paused_at)
    stood_still = calendar.working_time_between(paused_at, resumed_at)
    # no working time passed: 17:00 stays 17:00 and does not become the next morning
    return calendar.add_working_time(due_at, stood_still) if stood_still else local(due_at)


def _days_later(due_at: datetime, paused_on: date, resumed_on: date, calendar: WorkCalendar) -> datetime:
    began = 0
    day = paused_on
    while (day := calendar.next_working_day(day)) <= resumed_on:
        began += 1
    if began == 0:
        return due_at
    return calendar.day_ends_at(calendar.add_working_days(due_at.date(), began))


def recompute_due(told: datetime, new: datetime) -> datetime:
    """The deadline that counts after a calendar or table was changed: one already told is never shortened."""
    return max(told, new)


def _by_priority(limits: Mapping[str, Limit], priority: str) -> Limit:
    return limits.get(priority) or limits[_ORDINARY]
