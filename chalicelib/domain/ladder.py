"""What happens to a case when nobody acts: reminders, alarms, time-outs, each at its moment (docs/deadlines.md).

Pure: the steps follow from the case, its deadline table and the working calendar. The reminder job takes the first step
not yet done, does it, marks it and asks again; run twice, late or after a jump of the clock, it does the same steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from chalicelib.domain.calendar import WorkCalendar, calendar_for, local
from chalicelib.domain.case import Case, Status
from chalicelib.domain.contact import talked_since
from chalicelib.domain.deadline import CLOCK_MINUTES, deadline_for, forward_due, limit_for
from chalicelib.domain.directory import DeadlineTable, Directory

FOCAL_POINT, LEADER, OFFICE, DESK, CITIZEN = "focal_point", "leader", "office", "desk", "citizen"

CALL_BACK = "call_back"
"""Step of a promised call."""

QUESTION_OPEN = timedelta(minutes=15)
"""A dialogue left alone for so long goes to the desk."""

DESK_TO_OFFICE = 2
"""From this morning's alarm on, the provincial Office hears of a case the desk has not sent on."""

LATE_TO_OFFICE = 2
"""Working days late after which the provincial Office is told."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at a moment; `late:3` is the third of its kind."""

    name: str
    at: datetime
    audience: tuple[str, ...]
    """Who is told: focal_point, leader, office, desk, citizen."""


def steps(case: Case, table: DeadlineTable, calendar: WorkCalendar) -> Iterator[Step]:
    """
    Yield what comes for a case as it stands if nobody acts, in time order, done or not. May never end: take
    what you need.

    The history decides since when the desk has a case and how long the clock stood still: load the case by
    its code.

    Args:
        case: With its whole history.
        table: The one it came in under.
        calendar: The agency's working time, or the desk's while no agency has the case.

    Raises:
        CalendarGap: The next step lies in a year whose holidays nobody entered.
    """
    match case.status:
        case Status.RECEIVED:
            alarms = _desk_alarms(case, table, calendar)
            yield from heapq.merge(_question(case), _call_back(case), alarms, key=_moment)
        case Status.ASSIGNED:
            answer = _answer(case, table, calendar)
            yield from heapq.merge(_call_back(case), _acceptance(case, calendar), answer, key=_moment)
        case Status.IN_PROGRESS:
            yield from heapq.merge(_call_back(case), _answer(case, table, calendar), key=_moment)
        case Status.WAITING_CITIZEN if case.paused_at:
            yield Step(
                "citizen_time_out", deadline_for(case.paused_at, table.citizen_reply, calendar), (CITIZEN,)
            )
        case Status.ANSWERED if case.objection_until:
            yield Step("end_window", local(case.objection_until), (CITIZEN,))


def next_step(case: Case, directory: Directory, calendar: WorkCalendar | None = None) -> Step | None:
    """
    Return the first step not yet done, be it past or to come; None when nothing comes.

    Args:
        case: With its whole history.
        directory: Where its deadline table is found.
        calendar: `calendar_of` the case when None.
    """
    calendar = calendar or calendar_of(case, directory)
    if case.deadline_table:
        table = directory.deadline_table_by_id(case.deadline_table)
    else:
        table = directory.deadline_table(local(case.received_at).date())
    return next(
        (step for step in steps(case, table, calendar) if not is_done(case.steps_done, step.name)), None
    )


def schedule(case: Case, directory: Directory, calendar: WorkCalendar | None = None) -> Case:
    """Return the case with `wake_at` set to its next step, or to None. Call it after every change to a case."""
    step = next_step(case, directory, calendar)
    return replace(case, wake_at=step.at if step else None)


def calendar_of(case: Case, directory: Directory) -> WorkCalendar:
    """The working time in which a case's steps are counted: its agency's, or the desk's while the desk has it."""
    with_desk = case.status is Status.RECEIVED or case.resume_status is Status.RECEIVED
    return calendar_for(directory, None if with_desk else directory.agencies.get(case.agency or ""))


def is_done(steps_done: tuple[str, ...], name: str) -> bool:
    """Tell whether a step was done; a higher count (`late:3`) implies the lower ones and the one without."""
    kind, count = _counted(name)
    return any(done_kind == kind and done >= count for done_kind, done in map(_counted, steps_done))


def mark_done(steps_done: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the steps done with *name* among them; of counted names only the highest is kept."""
    if is_done(steps_done, name):
        return steps_done
    kind, _ = _counted(name)
    return (*(done for done in steps_done if _counted(done)[0] != kind), name)


def steps_kept(steps_done: tuple[str, ...], action: str, to: Status) -> tuple[str, ...]:
    """
    Return which steps stay done when an action is taken.

    A new stage (assigned anew, returned, answered, reopened …) starts with none. Accepting, asking the
    citizen and going on afterwards continue the same stage. An extension brings the later reminders anew, for
    the new deadline.

    Args:
        steps_done: Of the case before the action.
        action: A name of `case.TRANSITIONS`.
        to: The status it leads to.
    """
    if to not in (Status.ASSIGNED, Status.IN_PROGRESS, Status.WAITING_CITIZEN) and action not in _SAME_STAGE:
        return ()
    if action in ("assign", "object"):
        return ()
    again = _AGAIN.get(action, frozenset())
    return tuple(done for done in steps_done if _counted(done)[0] not in again)


_AGAIN = {
    "extend": frozenset({"eighty", "due", "late", "office"}),  # half the new time is about the old deadline
    "ask": frozenset({"citizen_time_out"}),
}
"""Steps that come once more although the stage goes on."""

_SAME_STAGE = frozenset({"add", "remind", "note", "describe", "rate_low"})
"""Actions that leave a case where it is, whatever its status."""


def _counted(name: str) -> tuple[str, int]:
    kind, _, count = name.partition(":")
    return kind, int(count or 0)


def _moment(step: Step) -> datetime:
    return step.at


def _question(case: Case) -> Iterator[Step]:
    if case.asked_at:
        yield Step("question_open", local(case.asked_at) + QUESTION_OPEN, (DESK,))


def _call_back(case: Case) -> Iterator[Step]:
    """The desk is reminded of a promised call at the moment it was promised for, once, unless it was made before."""
    for event in reversed(case.events):
        if event.data.get("step") == CALL_BACK and event.action == "remind":
            return
        if promised := event.data.get("call_back_at"):
            if not talked_since(case, event.at):
                yield Step(CALL_BACK, local(datetime.fromisoformat(promised)), (DESK,))
            return


def _desk_alarms(case: Case, table: DeadlineTable, calendar: WorkCalendar) -> Iterator[Step]:
    due_at = forward_due(_with_desk_since(case), case.priority, table, calendar)
    yield Step("desk_alarm", due_at, (DESK,))
    for count, morning in enumerate(_mornings_after(due_at.date(), calendar), start=1):
        yield Step(f"desk_alarm:{count}", morning, (DESK, OFFICE) if count >= DESK_TO_OFFICE else (DESK,))


def _with_desk_since(case: Case) -> datetime:
    came_back = (
        event.at
        for event in reversed(case.events)
        if event.to_status is Status.RECEIVED and event.from_status is not Status.RECEIVED
    )
    return next(came_back, case.received_at)


def _acceptance(case: Case, calendar: WorkCalendar) -> Iterator[Step]:
    if case.accept_due_at is None:
        return
    accept_due_at = local(case.accept_due_at)
    yield Step("accept", accept_due_at, (FOCAL_POINT, LEADER))
    for count, morning in enumerate(_mornings_after(accept_due_at.date(), calendar), start=1):
        # once the answer is late too, `late:n` speaks every morning and includes the desk
        if case.due_at is not None and morning > _late_since(case, case.due_at):
            return
        yield Step(f"accept:{count}", morning, (FOCAL_POINT, LEADER, DESK))


def _answer(case: Case, table: DeadlineTable, calendar: WorkCalendar) -> Iterator[Step]:
    if case.due_at is None:
        return
    assigned_at = case.assigned_at or case.received_at
    if case.due_at > assigned_at:
        half, eighty = _reminders(case, assigned_at, case.due_at, table, calendar)
        yield Step("half", half, (FOCAL_POINT,))
        yield Step("eighty", eighty, (FOCAL_POINT,))
        yield Step("due", local(case.due_at), (FOCAL_POINT, LEADER))
    late_audience = (FOCAL_POINT, LEADER, DESK) if case.status is Status.ASSIGNED else (FOCAL_POINT, LEADER)
    late_since = _late_since(case, case.due_at)
    for count, morning in enumerate(_mornings_after(late_since.date(), calendar), start=1):
        yield Step(f"late:{count}", morning, late_audience)
        if count == LATE_TO_OFFICE:
            yield Step("office", calendar.day_ends_at(morning.date()), (OFFICE, DESK, LEADER))


def _late_since(case: Case, due_at: datetime) -> datetime:
    # an agency that gets a case after its deadline is not reminded of the days before it had it
    return local(max(due_at, case.assigned_at or due_at))


def _reminders(
    case: Case, assigned_at: datetime, due_at: datetime, table: DeadlineTable, calendar: WorkCalendar
) -> tuple[datetime, datetime]:
    limit = limit_for(table, kind=case.kind, service=case.service, priority=case.priority)
    by_clock = limit.unit == CLOCK_MINUTES
    running = _while_clock_ran(case, assigned_at, due_at)
    between = (lambda start, end: end - start) if by_clock else calendar.working_time_between
    passed = [between(start, end) for start, end in running]
    total = sum(passed, timedelta(0))

    def after(share: float) -> datetime:
        left = timedelta(seconds=int(total.total_seconds() * share))
        for (start, _), span in zip(running, passed, strict=True):
            if left <= span:
                reached = local(start) + left if by_clock else calendar.add_working_time(start, left)
                return min(reached, local(due_at))
            left -= span
        return local(due_at)

    return after(0.5), after(0.8)


def _while_clock_ran(case: Case, assigned_at: datetime, due_at: datetime) -> list[tuple[datetime, datetime]]:
    """The time from assignment to deadline without the pauses in which the citizen was asked."""
    running, start = [], assigned_at
    paused_at: datetime | None = None
    for event in case.events:
        if event.at < assigned_at or event.from_status is event.to_status:
            continue
        if event.to_status is Status.WAITING_CITIZEN:
            paused_at = event.at
        elif event.from_status is Status.WAITING_CITIZEN and paused_at is not None:
            if paused_at < due_at:
                running.append((start, paused_at))
                start = event.at
            paused_at = None
    if start < due_at:
        running.append((start, due_at))
    return running


def _mornings_after(day: date, calendar: WorkCalendar) -> Iterator[datetime]:
    while True:
        day = calendar.next_working_day(day)
        yield calendar.day_starts_at(day)
