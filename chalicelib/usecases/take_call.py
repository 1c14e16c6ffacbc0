"""Take one step of a phone call: once, whole, with what is said next (the *inbox*, docs/design.md §4).

A call is a dialogue of webhooks, each known by call and turn; the same again gets the same answer and changes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain.call import ENDED, RECORDED, START, Call, Came, Turn
from chalicelib.domain.directory import Directory
from chalicelib.domain.inbox import Received
from chalicelib.domain.ivr import tree_of
from chalicelib.domain.keys import Keys, reporter_id
from chalicelib.domain.script import HangUp, Ring, Script, script_from_data, script_to_data
from chalicelib.errors import AlreadyReceived, CaseConflict
from chalicelib.usecases import (
    call_listen,
    call_menu,
    call_one_stop,
    call_out,
    call_person,
    call_report,
    call_status,
)
from chalicelib.usecases.call_back import CALL_BACK, NO_NUMBER, call_back
from chalicelib.usecases.calling import Calling
from chalicelib.usecases.end_call import after_end, end
from chalicelib.usecases.recorded import fetched_later

MAX_TRIES = 4

_log = logging.getLogger("hotline.inbox")


def take_call(
    came: Came,
    *,
    cases: Any,
    inbox: Any,
    commit: Callable[..., None],
    directory: Directory,
    reader: Any,
    keys: Keys,
    now: datetime,
    new_code: Callable[[], str],
) -> tuple[Script, int]:
    """
    Take a step of a call and return what is said next, with the number of the turn that follows.

    Args:
        came: As the gateway read it.
        cases, inbox: Stores.
        commit: Writes call, case, outbox and inbox in one transaction.
        reader: Understands a text.
        keys: The province's, for the caller's index key.
        now: Aware.
        new_code: Gives a fresh case code.

    Raises:
        StorageUnavailable: Nothing was written; the provider may try again.
        CaseConflict: Steps of one call kept colliding; nothing of this one was written.
    """
    calling = Calling(cases, directory, tree_of(directory), reader, keys, now, new_code, inbox)
    for tries_left in reversed(range(MAX_TRIES)):
        known, call = inbox.read_call(came.id, came.call_id)
        if known is not None:
            return _as_before(known)
        turn = _turn(call, came, calling)
        after = turn.call
        received = Received(
            id=came.id,
            received_at=now,
            channel="voice",
            reporter_id=after.reporter_id,
            text=came.speech or came.keys,
            reply=json.dumps({"turn": after.turn, "script": script_to_data(turn.script)}, ensure_ascii=False),
            case_code=after.case_code,
            outcome=f"{came.kind} {call.step if call else ''}".strip()
            if call or came.kind == START
            else "unknown_call",
        )
        try:
            commit(cases=turn.cases, messages=turn.messages, received=received, call=after, queue=turn.queue)
        except (AlreadyReceived, CaseConflict) as collision:
            # Another copy of this webhook, or another step of this call, was faster: look again.
            if tries_left == 0:
                raise CaseConflict("steps of one call kept colliding") from collision
            continue
        if came.kind == START:
            _log.info("contact", extra={"channel": "voice", "outcome": "call"})
        return turn.script, after.turn
    raise AssertionError("unreachable")


def _as_before(known: Received) -> tuple[Script, int]:
    stored = json.loads(known.reply)
    return script_from_data(stored["script"]), int(stored["turn"])


def _turn(call: Call | None, came: Came, calling: Calling) -> Turn:
    """What one step leads to, the call's turn counted on."""
    if call is None:
        # A step of a call nobody knows (its start was lost) is a start: the caller is on the line. An end and a
        # recording are put on the desk's table.
        fresh = Call(
            id=came.call_id,
            caller=came.caller,
            called=came.called,
            reporter_id=reporter_id(came.caller, calling.keys) if came.caller else "",
            started_at=calling.now,
            updated_at=calling.now,
        )
        if came.kind != START and not came.about:
            _log.warning("step of an unknown call", extra={"kind": came.kind})
        if came.about:
            turn = (
                end(call_out.placed(fresh, came), came, calling)
                if came.kind == ENDED
                else call_out.start(fresh, came, calling)
            )
        else:
            turn = _OF_UNKNOWN.get(came.kind, _begin)(fresh, calling)
    elif call.ended_at is not None:
        turn = after_end(call, came, calling)
    elif came.kind == ENDED:
        turn = end(call, came, calling)
    else:
        turn = _BRANCHES[call.step.partition(".")[0]](call, came, calling)
    now = replace(turn.call, updated_at=calling.now, turn=(call.turn if call else came.turn) + 1)
    if turn.script and isinstance(turn.script[-1], Ring):
        now = now.remembers(whisper=turn.script[-1].whisper)  # what an officer hears who picks up
    if came.recording:
        now, rows = fetched_later(now, came, calling.now)
        turn = replace(turn, messages=(*turn.messages, *rows))
    return replace(turn, call=now)


def _only_ended(call: Call, calling: Calling) -> Turn:
    """Somebody called and nothing else is known; whoever can be called is called back."""
    ended = replace(call, step="unknown", ended_at=calling.now)
    return call_back(ended, calling) if call.caller else Turn(ended, ())


def _only_recorded(call: Call, calling: Calling) -> Turn:
    """Somebody spoke, and nothing else is known: a case for the desk to hear, and to call back if it can."""
    reason = CALL_BACK if call.caller else NO_NUMBER
    made = call_back(replace(call, step="unknown", ended_at=calling.now), calling, reason=reason)
    return replace(made, script=(HangUp(),))


_OF_UNKNOWN = {ENDED: _only_ended, RECORDED: _only_recorded}


def _begin(call: Call, calling: Calling) -> Turn:
    return call_menu.start(call, calling, _ENTER)


def _done(call: Call, came: Came, calling: Calling) -> Turn:
    """Goodbye was said; whatever still comes ends the call."""
    return Turn(call, (HangUp(),))


_ENTER: dict[str, call_menu.Enter] = {
    "report": call_report.enter,
    "status": call_status.enter,
    "one_stop": call_one_stop.enter,
    "listen": call_listen.enter,
    "person": call_person.enter,
}

_BRANCHES: dict[str, Callable[[Call, Came, Calling], Turn]] = {
    "menu": lambda call, came, calling: call_menu.step(call, came, calling, _ENTER),
    "report": lambda call, came, calling: call_report.step(call, came, calling, call_person.enter),
    "status": lambda call, came, calling: call_status.step(call, came, calling, call_person.enter),
    "one_stop": lambda call, came, calling: call_one_stop.step(call, came, calling, call_person.enter),
    "listen": lambda call, came, calling: call_listen.step(call, came, calling, call_person.enter),
    "person": call_person.step,
    "out": call_out.step,
    "done": _done,
}
