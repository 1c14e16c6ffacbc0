"""A question answered in the call itself: it counts as a contact, as a case of level 1 that is closed at once.

What was told waits in the call's memory until the caller is content with it: whoever asks for a person after it has
not been answered, and no call leaves two cases.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain import handling
from chalicelib.domain.call import ENDED, SILENCE, Call, Came, Turn
from chalicelib.domain.case import Actor, Kind, Priority, open_case
from chalicelib.domain.script import HangUp, Prompt
from chalicelib.domain.spoken import spoken_seconds
from chalicelib.errors import CalendarGap
from chalicelib.usecases.calling import Calling, sender_of


def telling(
    call: Call,
    calling: Calling,
    *,
    question: str,
    answer: str,
    service: str,
    area: str = "",
    sent: bool = False,
) -> Call:
    """
    Remember what is being told.

    Args:
        question: What the caller wants to know, in words a report can show.
        answer: What is told.
        service: Code of the field.
        area: Unit id, where it is about a place.
        sent: Whether the answer also goes out as an SMS: it has reached the caller even if they hang up at once.
    """
    told = {"question": question, "answer": answer, "service": service, "area": area, "sent": sent}
    return call.remembers(answering={**told, "since": calling.now.isoformat()})


def after(call: Call, came: Came, calling: Calling) -> Call:
    """The call after the next input: what was told counts when it was told to the end or sent."""
    told: dict[str, Any] = call.notes.get("answering") or {}
    if not told:
        return call
    elapsed = (calling.now - datetime.fromisoformat(told["since"])).total_seconds()
    heard = came.kind == SILENCE or elapsed >= spoken_seconds(told["answer"], call.language)
    done = call.remembers(answering=None)
    return done.remembers(answered=told) if heard or told["sent"] else done


def content(call: Call) -> Call:
    """The call of somebody who got what they asked for: what was told counts, heard to the end or not."""
    return call.remembers(answering=None, answered=call.notes.get("answering") or call.notes.get("answered"))


def not_content(call: Call) -> Call:
    """The call of somebody who asks on: what was told has not answered them."""
    return call.remembers(answering=None, answered=None)


def finish(call: Call, calling: Calling, *prompts: Prompt, outcome: str) -> Turn:
    """Say goodbye; what was told becomes the answered case. Without one the end of the call becomes a call-back."""
    kept = settle(replace(call, outcome=outcome), calling)
    goodbye = HangUp((*prompts, calling.say("goodbye", call)))
    return replace(kept, call=kept.call.goes_to("done"), script=(goodbye,))


def settle(call: Call, calling: Calling) -> Turn:
    """Make the answered case of what was told, once."""
    told: dict[str, Any] = call.notes.get("answered") or {}
    if call.case_code or not told:
        return Turn(call, ())
    sender = sender_of(call)
    case = open_case(
        calling.new_code(),
        text=told["question"],
        kind=Kind.QUESTION,
        priority=Priority.NORMAL,
        at=calling.now,
        channel="voice",
        reporter_id=sender.reporter_id,
        reporter_address=sender.address,
        language=call.language,
        service=told["service"] or None,
        area=told["area"] or None,
        deadline_table=handling.table_in_force(calling.directory, calling.now),
        data={"call": call.id, "step": call.step},
    )
    try:
        case = handling.answer(
            case, calling.directory, at=calling.now, words=told["answer"], actor=Actor.SYSTEM
        )
        case = handling.close(
            case, calling.directory, at=calling.now, actor=Actor.SYSTEM, action="end_window"
        )
    except CalendarGap:  # the objection window of a case that is closed at once does not matter
        case = case.act(
            "answer",
            actor=Actor.SYSTEM,
            at=calling.now,
            note=told["answer"],
            answered_at=calling.now,
            level=1,
        ).act("end_window", actor=Actor.SYSTEM, at=calling.now, closed_at=calling.now)
    return Turn(replace(call, case_code=case.code).remembers(answered=None), (), cases=(case,))


def ended(call: Call, came: Came, calling: Calling) -> Turn | None:
    """The answered case of a caller who hung up with their answer; None when there was none."""
    assert came.kind == ENDED
    turn = settle(after(call, came, calling), calling)
    return turn if turn.cases else None
