"""A call that has to be returned: the case the desk finds, and when the caller was promised to be called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain import handling
from chalicelib.domain.calendar import calendar_for, local
from chalicelib.domain.call import Call, Came, Turn
from chalicelib.domain.case import OPEN, Actor, Case, Kind, Priority, Status, open_case
from chalicelib.domain.directory import Directory
from chalicelib.domain.duty import Duty
from chalicelib.domain.ladder import schedule
from chalicelib.domain.message import Message
from chalicelib.domain.script import HangUp, Listen, Prompt
from chalicelib.errors import CalendarGap
from chalicelib.usecases import notices
from chalicelib.usecases.calling import Calling, sender_of

CALL_BACK, TALKED, NO_NUMBER = "call_back", "talked", "no_number"
"""Why the desk has such a case: somebody waits for a call, or an officer talked and nobody wrote it down yet, or a
recording is all there is and nobody can be called."""

_KNOWN = ("menu", "report", "status", "one_stop", "listen", "person", "unknown")


def call_back(call: Call, calling: Calling, *, reason: str = CALL_BACK, at: datetime | None = None) -> Turn:
    """
    Return the turn that puts a call on the desk's table, in the order of the moment it began; says nothing.

    A call about a case that is still open joins that case; any other becomes a case of its own, whose words tell where
    the call stood. Called twice for one call it does nothing more.

    Args:
        reason: `call_back`, `talked` or `no_number`.
        at: When the caller was promised to be called; the desk is reminded then. None = as soon as possible.
    """
    if call.notes.get("on_desk"):
        return Turn(call, ())
    kept = call.remembers(on_desk=True)
    data: dict[str, Any] = {"call": call.id, "caller": call.caller, "step": call.step, reason: True}
    if call.notes.get("recording"):
        data |= {"recording": call.notes["recording"], "seconds": call.notes.get("seconds", 0)}
    if at is not None:
        data["call_back_at"] = at.isoformat()
    case = _existing(call, calling) or _fresh(call, calling, reason, data)
    if case.stored_version:
        case = case.act(
            "note", actor=Actor.SYSTEM, at=calling.now, note=_words(call, calling, reason), data=data
        )
    case, told = _to_unit(case, call, calling) if reason == CALL_BACK else (case, ())
    if not told:
        case = scheduled(case, calling.directory, calling.now)
        told = (notices.to_desk(case, reason, directory=calling.directory, now=calling.now),)
    return Turn(
        replace(kept, case_code=case.code, outcome=call.outcome or reason), (), cases=(case,), messages=told
    )


def _to_unit(case: Case, call: Call, calling: Calling) -> tuple[Case, tuple[Message, ...]]:
    """Give a fresh case to the One-Stop unit the caller waits for; the line of the centre is the desk's."""
    unit = calling.directory.agencies.get(str(call.notes.get("line", "")))
    if unit is None or case.stored_version:
        return case, ()
    try:
        given = handling.assign(
            replace(case, area=unit.area),
            unit,
            calling.directory,
            at=calling.now,
            actor=Actor.SYSTEM,
            reason={"because": CALL_BACK},
        )
    except CalendarGap:  # a deadline is never guessed: the desk has it until the year is entered
        return case, ()
    return given, notices.assignment(given, directory=calling.directory, now=calling.now)


def ask_number(call: Call, calling: Calling, step: str, *before: Prompt) -> Turn:
    """Ask who cannot be called where they call from for a number; `take_number` takes it at *step*."""
    asked = Listen((*before, calling.say("number_ask", call)), keys=0, language=call.language)
    return Turn(call.goes_to(step), (asked,))


def take_number(call: Call, came: Came, calling: Calling) -> Turn:
    """Keep a number to call back on, and say goodbye; it is a contact, not the reporter's address."""
    goodbye = calling.say("goodbye", call)
    digits = "".join(key for key in came.keys if key.isdigit())
    if not 9 <= len(digits) <= 11:
        if digits and not call.tries:
            again = ask_number(call, calling, call.step, calling.say("number_wrong", call))
            return replace(again, call=replace(again.call, tries=1))
        return Turn(call.goes_to("done"), (HangUp((goodbye,)),))
    case = calling.cases.get(call.case_code)
    noted = case.act(
        "note",
        actor=Actor.SYSTEM,
        at=calling.now,
        note=calling.words("contact_number", replace(call, language="vi")),
        data={"call_back_number": digits},
    )
    thanked = HangUp((calling.say("number_kept", call), goodbye))
    return Turn(call.goes_to("done"), (thanked,), cases=(noted,))


def promised_at(directory: Directory, duty: Duty, now: datetime) -> datetime:
    """
    Return when somebody who calls out of hours is called back: when the line opens, else on the next working morning.

    Never outside civil hours. In a year whose holidays nobody entered and without a roster: tomorrow.
    """
    if duty.opens_at is not None:
        return notices.civil_at(directory, duty.opens_at)
    return next_morning(directory, now)


def next_morning(directory: Directory, now: datetime) -> datetime:
    """The desk's next working morning, in civil hours."""
    calendar = calendar_for(directory)
    try:
        day = calendar.next_working_day(local(now).date())
        return notices.civil_at(directory, calendar.day_starts_at(day))
    except CalendarGap:
        return notices.civil_at(directory, now.replace(hour=23, minute=59))


def scheduled(case: Case, directory: Directory, now: datetime) -> Case:
    """The case with its next wake-up; at once while a calendar year is missing."""
    try:
        return schedule(case, directory)
    except CalendarGap:
        return replace(case, wake_at=now)


def _existing(call: Call, calling: Calling) -> Case | None:
    """The case the call is about, while somebody still works on it."""
    if not call.case_code:
        return None
    case: Case = calling.cases.get(call.case_code)
    return case if case.status in OPEN or case.status is Status.ANSWERED else None


def _fresh(call: Call, calling: Calling, reason: str, data: dict[str, Any]) -> Case:
    sender = sender_of(call)
    return open_case(
        calling.new_code(),
        text=_words(call, calling, reason),
        kind=Kind.QUESTION,
        priority=Priority.NORMAL,
        at=call.started_at,
        channel="voice",
        reporter_id=sender.reporter_id,
        reporter_address=sender.address,
        language=call.language,
        deadline_table=handling.table_in_force(calling.directory, calling.now),
        data=data,
    )


def _words(call: Call, calling: Calling, reason: str) -> str:
    """What the desk reads; it is the house's language, whatever the caller's is."""
    home = replace(call, language="vi")
    if reason == TALKED:
        return calling.words("call_talked", home)
    if reason == NO_NUMBER:
        return calling.words("call_no_number", home)
    if call.notes.get("recording"):
        return calling.words("recording_text", home, seconds=call.notes.get("seconds", 0))
    if about := str(call.notes.get("about", "")):
        return calling.words("call_ended_unit", home, about=about)
    branch = call.step.partition(".")[0]
    return calling.words(f"call_ended_{branch}" if branch in _KNOWN else "call_ended", home)
