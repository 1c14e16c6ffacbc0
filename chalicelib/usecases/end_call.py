"""The end of a call: whoever hung up before a case existed is called back, with all that is known. No call is lost."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import handling
from chalicelib.domain.call import Call, Came, Turn
from chalicelib.domain.case import Kind, Priority, open_case
from chalicelib.domain.ladder import schedule
from chalicelib.errors import CalendarGap
from chalicelib.usecases import notices
from chalicelib.usecases.calling import Calling, sender_of


def end(call: Call, came: Came, calling: Calling) -> Turn:
    """Note the end; a call without a case becomes one for the desk to call back."""
    ended = replace(call, ended_at=calling.now)
    if call.case_code:
        return Turn(ended, ())
    return call_back(ended, calling)


def call_back(call: Call, calling: Calling, *, reason: str = "call_back") -> Turn:
    """Open the case of a call that has to be returned; its words are where the call stood."""
    branch = call.step.partition(".")[0]
    sender = sender_of(call)
    case = open_case(
        calling.new_code(),
        text=calling.words(f"call_ended_{branch}" if branch in _KNOWN else "call_ended", call),
        kind=Kind.QUESTION,
        priority=Priority.NORMAL,
        at=calling.now,
        channel="voice",
        reporter_id=sender.reporter_id,
        reporter_address=sender.address,
        language=call.language,
        deadline_table=handling.table_in_force(calling.directory, calling.now),
        data={"call": call.id, "caller": call.caller, "step": call.step, "call_back": True},
    )
    try:
        case = schedule(case, calling.directory)
    except CalendarGap:
        case = replace(case, wake_at=calling.now)
    told = notices.to_desk(case, reason, directory=calling.directory, now=calling.now)
    outcome = call.outcome or reason
    return Turn(replace(call, case_code=case.code, outcome=outcome), (), cases=(case,), messages=(told,))


_KNOWN = ("menu", "report", "status", "one_stop", "listen", "person")
