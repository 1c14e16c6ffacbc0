"""What each step does to a case besides its status: deadlines, pauses, assignments. Pure; every step sets `wake_at`.

The words of a step (a reason, an answer) travel in its event.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain.calendar import WorkCalendar, calendar_for, local
from chalicelib.domain.case import Actor, Case, Kind, Status
from chalicelib.domain.deadline import (
    accept_due,
    answer_due,
    deadline_for,
    extend,
    limit_for,
    recompute_due,
    resume_due,
)
from chalicelib.domain.directory import Agency, DeadlineTable, Directory, Limit
from chalicelib.domain.ladder import schedule, steps_kept
from chalicelib.errors import ActionNotAllowed


def assign(
    case: Case,
    agency: Agency,
    directory: Directory,
    *,
    at: datetime,
    actor: Actor,
    reason: dict[str, Any],
    note: str = "",
) -> Case:
    """
    Give the case to *agency*, with its deadlines; a second assignment voids the links of the first.

    The answer is due counted from receipt; from the new assignment when another agency had it before, so that the
    second has its full time, and never earlier than the citizen was told.

    Raises:
        ActionNotAllowed: A denunciation is never assigned (Law on Denunciations 2018), or the status forbids it.
    """
    if case.kind is Kind.DENUNCIATION:
        raise ActionNotAllowed("a denunciation is never assigned")
    table = directory.deadline_table_by_id(case.deadline_table)
    calendar = calendar_for(directory, agency)
    start = case.received_at if case.assignment == 0 else at
    due_at = answer_due(start, answer_limit(case, directory), calendar)
    if case.due_at is not None:
        due_at = recompute_due(case.due_at, due_at)
    return schedule(
        case.act(
            "assign",
            actor=actor,
            at=at,
            note=note,
            by=agency.code,
            data=reason,
            agency=agency.code,
            assignment=case.assignment + 1,
            assigned_at=at,
            accept_due_at=accept_due(at, case.priority, table, calendar),
            due_at=due_at,
            extended=False,
            asked_at=None,
            level=case.level if case.level == 3 else 2,
            steps_done=steps_kept(case.steps_done, "assign", Status.ASSIGNED),
        ),
        directory,
    )


def accept(case: Case, directory: Directory, *, at: datetime) -> Case:
    """The agency takes the case on."""
    return _by_agency(case, "accept", directory, at=at)


def give_back(case: Case, directory: Directory, *, at: datetime, reason: str) -> Case:
    """The agency returns the case; it is with the desk again, its deadline as told."""
    return _by_agency(case, "return", directory, at=at, note=reason, agency=None, accept_due_at=None)


def ask_citizen(case: Case, directory: Directory, *, at: datetime, question: str, actor: Actor) -> Case:
    """Ask the citizen; the clock stands still until the reply or the time-out. Asking is accepting."""
    if actor is Actor.AGENCY and case.status is Status.ASSIGNED:
        case = accept(case, directory, at=at)
    back = case.status
    return _step(
        case,
        "ask",
        directory,
        at=at,
        actor=actor,
        note=question,
        by=_agency_code(case, actor),
        paused_at=at,
        resume_status=back,
        asked_at=None,
    )


def resume(
    case: Case, directory: Directory, *, at: datetime, actor: Actor, action: str, note: str = ""
) -> Case:
    """The citizen replied, or their time ran out: the clock runs on where it stood."""
    due_at = case.due_at
    if due_at is not None and case.paused_at is not None:
        limit = answer_limit(case, directory)
        due_at = resume_due(due_at, case.paused_at, at, _calendar(case, directory), limit)
    return _step(
        case,
        action,
        directory,
        at=at,
        actor=actor,
        note=note,
        by=_agency_code(case, actor),
        to=case.resume_status or Status.RECEIVED,
        due_at=due_at,
        paused_at=None,
        resume_status=None,
    )


def extend_deadline(case: Case, directory: Directory, *, at: datetime, reason: str) -> Case:
    """
    Grant the one extension, asked with a reason before the deadline (docs/design.md §3).

    Raises:
        ActionNotAllowed: It was extended before, or the deadline has passed.
    """
    if case.status is Status.ASSIGNED:
        case = accept(case, directory, at=at)
    if case.extended or case.due_at is None or at > case.due_at:
        raise ActionNotAllowed("one extension only, before the deadline")
    later = extend(case.due_at, answer_limit(case, directory), _calendar(case, directory))
    return _by_agency(case, "extend", directory, at=at, note=reason, due_at=later, extended=True)


def report_progress(case: Case, directory: Directory, *, at: datetime, note: str) -> Case:
    """The agency says how far it is. Reporting is accepting."""
    if case.status is Status.ASSIGNED:
        case = accept(case, directory, at=at)
    return _by_agency(case, "progress", directory, at=at, note=note)


def answer(case: Case, directory: Directory, *, at: datetime, words: str, actor: Actor) -> Case:
    """Give the answer the citizen sees; opens the time in which they may object."""
    table = directory.deadline_table_by_id(case.deadline_table)
    level = case.level if case.level is not None and case.agency is not None else 1
    return _step(
        case,
        "answer",
        directory,
        at=at,
        actor=actor,
        note=words,
        by=_agency_code(case, actor),
        answered_at=at,
        objection_until=deadline_for(at, table.objection, calendar_for(directory)),
        paused_at=None,
        resume_status=None,
        asked_at=None,
        level=level,
    )


def propose_answer(case: Case, directory: Directory, *, at: datetime, words: str) -> Case:
    """The agency's answer waits for the desk (province setting `review_answers`)."""
    if case.status is Status.WAITING_CITIZEN:
        return resume(case, directory, at=at, actor=Actor.AGENCY, action="propose", note=words)
    if case.status is Status.ASSIGNED:
        case = accept(case, directory, at=at)
    return _by_agency(case, "propose", directory, at=at, note=words)


def rate(case: Case, directory: Directory, *, at: datetime, rating: int) -> Case:
    """Keep the citizen's rating (1–3). Satisfied or accepted closes the case; 1 leaves the way to object open."""
    action = "rate_low" if rating == 1 else "rate"
    closed_at = at if action == "rate" and case.status is Status.ANSWERED else case.closed_at
    return _step(
        case,
        action,
        directory,
        at=at,
        actor=Actor.CITIZEN,
        data={"rating": rating},
        rating=rating,
        closed_at=closed_at,
    )


def object_to_answer(case: Case, directory: Directory, *, at: datetime, words: str) -> Case:
    """
    Reopen an answered case: the same agency has it again with its full time, or the desk when no agency had it.

    Raises:
        ActionNotAllowed: The objection window is over, or there is no answer to object to.
    """
    if case.status is Status.ANSWERED and case.objection_until is not None and at > case.objection_until:
        raise ActionNotAllowed("the objection window is over")
    fresh: dict[str, Any] = {
        "answered_at": None,
        "objection_until": None,
        "rating": None,
        "extended": False,
    }
    if case.agency is None:
        return _step(
            case, "object", directory, at=at, actor=Actor.CITIZEN, note=words, to=Status.RECEIVED, **fresh
        )
    table, calendar = directory.deadline_table_by_id(case.deadline_table), _calendar(case, directory)
    return _step(
        case,
        "object",
        directory,
        at=at,
        actor=Actor.CITIZEN,
        note=words,
        to=Status.ASSIGNED,
        assignment=case.assignment + 1,
        assigned_at=at,
        accept_due_at=accept_due(at, case.priority, table, calendar),
        due_at=answer_due(at, answer_limit(case, directory), calendar),
        **fresh,
    )


def close(
    case: Case, directory: Directory, *, at: datetime, actor: Actor, action: str, note: str = ""
) -> Case:
    """End the case: withdrawn by the citizen, declined by the desk, or its objection window ran out."""
    return _step(case, action, directory, at=at, actor=actor, note=note, closed_at=at, paused_at=None)


def answer_limit(case: Case, directory: Directory) -> Limit:
    """The time to answer under the table the case came in under."""
    table: DeadlineTable = directory.deadline_table_by_id(case.deadline_table)
    return limit_for(table, kind=case.kind, service=case.service, priority=case.priority)


def table_in_force(directory: Directory, at: datetime) -> str:
    """Id of the deadline table a case that comes in at *at* keeps."""
    return directory.deadline_table(local(at).date()).id


def _calendar(case: Case, directory: Directory) -> WorkCalendar:
    return calendar_for(directory, directory.agencies.get(case.agency or ""))


def _agency_code(case: Case, actor: Actor) -> str:
    """Whose step it is, to be told to the citizen by name; empty for anybody but the agency that has the case."""
    return (case.agency or "") if actor is Actor.AGENCY else ""


def _by_agency(
    case: Case, action: str, directory: Directory, *, at: datetime, note: str = "", **changes: Any
) -> Case:
    return _step(
        case, action, directory, at=at, actor=Actor.AGENCY, note=note, by=case.agency or "", **changes
    )


def _step(case: Case, action: str, directory: Directory, **changes: Any) -> Case:
    after = case.act(action, **changes)
    after = replace(after, steps_done=steps_kept(case.steps_done, action, after.status))
    return schedule(after, directory)
