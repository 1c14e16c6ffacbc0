"""Do the ladder's next steps for cases whose `wake_at` has passed (*wake-ups*, docs/design.md §4).

Each step writes its event, its messages and the next `wake_at` together, under the version check: a run that comes
twice, late or a day later ends in the same state.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain import handling
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.ladder import Step, mark_done, next_step, schedule
from chalicelib.domain.message import Message
from chalicelib.errors import CaseConflict, CaseNotFound, StorageUnavailable
from chalicelib.usecases import notices

WAKE_LIMIT = 200
"""Cases one run takes; the next minute goes on."""

PUT_OFF = timedelta(minutes=15)
"""When a case whose step failed is tried again; what broke it may be mended by then."""

DESK_REASONS = {
    "question_open": "dialogue_left",
    "call_back": "call_back",
    "accept": "not_accepted",
    "late": "overdue",
    "office": "overdue",
}
"""Step → why the desk is written to; the other steps are its own alarms."""

_log = logging.getLogger("hotline.wake")


def do_wake_ups(
    *, cases: Any, commit: Callable[..., None], directory: Directory, now: datetime
) -> dict[str, int]:
    """Do every step that is due. Returns counts: due cases, steps, conflicts, failed."""
    counts: Counter[str] = Counter()
    for code in cases.wake_due(now, WAKE_LIMIT):
        counts["due"] += 1
        try:
            counts["steps"] += wake(cases.get(code), commit=commit, directory=directory, now=now)
        except (CaseConflict, CaseNotFound):
            counts["conflicts"] += 1  # somebody acted on it this moment; the next minute sees what is left
        except Exception as problem:  # one broken case must not hold up the others
            counts["failed"] += 1
            _log.exception("wake-up failed", extra={"case": code})
            if not isinstance(problem, StorageUnavailable):
                _put_off(code, cases, now)
    return dict(counts)


def _put_off(code: str, cases: Any, now: datetime) -> None:
    """Send a broken case to the back: two hundred of them at the front would leave no turn to any other."""
    try:
        cases.put_off(code, now=now, until=now + PUT_OFF)
    except StorageUnavailable:
        _log.exception("case not put off", extra={"case": code})


def wake(case: Case, *, commit: Callable[..., None], directory: Directory, now: datetime) -> int:
    """Do the due steps of one case, each in its own transaction; return how many."""
    done = 0
    while (step := next_step(case, directory)) is not None and step.at <= now:
        case, messages = take_step(case, step, directory, now)
        commit(cases=(case,), messages=messages)
        case = replace(case, stored_version=case.version)
        done += 1
    if done == 0 and case.wake_at is not None and case.wake_at <= now:
        # The index is behind the case, or a changed calendar moved the step: set the right moment.
        case = schedule(case.act("note", actor=Actor.SYSTEM, at=now, data={"step": "rescheduled"}), directory)
        commit(cases=(case,))
    return done


def take_step(
    case: Case, step: Step, directory: Directory, now: datetime
) -> tuple[Case, tuple[Message, ...]]:
    """Return the case after one step, and whom it tells."""
    if step.name == "citizen_time_out":
        # At the moment it ran out, not when the job came round: a late job must not lengthen the pause.
        resumed = handling.resume(case, directory, at=step.at, actor=Actor.SYSTEM, action="time_out")
        told = notices.to_agency(resumed, "citizen_no_reply", directory=directory, now=now)
        if not resumed.agency:
            told = (notices.to_desk(resumed, "citizen_no_reply", directory=directory, now=now),)
        return resumed, told
    if step.name == "end_window":
        return handling.close(case, directory, at=step.at, actor=Actor.SYSTEM, action="end_window"), ()
    done = replace(case, steps_done=mark_done(case.steps_done, step.name))
    data = {"step": step.name, "due": step.at.isoformat()}
    done = schedule(done.act("remind", actor=Actor.SYSTEM, at=now, data=data), directory)
    return done, _told(done, step, directory, now)


def _told(case: Case, step: Step, directory: Directory, now: datetime) -> tuple[Message, ...]:
    messages: list[Message] = []
    if "focal_point" in step.audience:
        leader = "leader" in step.audience
        messages += notices.to_agency(
            case, "reminder", directory=directory, now=now, leader=leader, step=step.name
        )
        agency = directory.agencies.get(case.agency or "")
        if agency is not None and "sms" in agency.channels and agency.focal_point.phone:
            messages.append(notices.agency_sms(case, "reminder", agency, directory=directory, now=now))
    if "office" in step.audience:
        messages.append(notices.to_office(case, directory=directory, now=now, step=step.name))
    if "desk" in step.audience:
        reason = DESK_REASONS.get(step.name.partition(":")[0], "alarm")
        messages.append(notices.to_desk(case, reason, directory=directory, now=now, step=step.name))
    return tuple(messages)
