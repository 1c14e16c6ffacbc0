"""The provider says that a recording is ready: it is fetched at once, even where the call's own steps were lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.domain.call import RECORDED, Came
from chalicelib.domain.message import Delivery
from chalicelib.domain.recording import is_id, message_id
from chalicelib.errors import CaseConflict, MalformedRequest
from chalicelib.usecases.recorded import fetched_later
from chalicelib.usecases.take_call import take_call

MAX_TRIES = 4


def take_recording(
    recording: str, call_id: str, *, seconds: int, outbox: Any, inbox: Any, **taking: Any
) -> str:
    """
    Take the provider's word that a recording is ready: its row is due at once. Returns what was done.

    The word may be faster than the step that follows the recording, or come for a call whose steps were lost: then it
    counts as that step, and the step that comes late is answered as before. No address in it is ever fetched.

    Args:
        recording: The provider's id.
        call_id: Provider and its call id.
        seconds: Length.
        outbox, inbox: Stores.
        taking: As for `take_call`.

    Raises:
        MalformedRequest: The id is none.
        StorageUnavailable, CaseConflict: Nothing was written.
    """
    if not is_id(recording):
        raise MalformedRequest("RecordingSid")
    done = "known"
    if outbox.get(message_id(recording)) is None:
        done = _take(recording, call_id, seconds, inbox, taking)
    outbox.settle(
        message_id(recording), expected={Delivery.PENDING}, status=Delivery.PENDING, due_at=taking["now"]
    )
    return done


def _take(recording: str, call_id: str, seconds: int, inbox: Any, taking: dict[str, Any]) -> str:
    for _ in range(MAX_TRIES):
        _, call = inbox.read_call(f"{call_id}#{recording}", call_id)
        caller, turn = (call.caller, call.turn) if call else ("", 0)
        came = Came(call_id, turn, RECORDED, caller=caller, recording=recording, seconds=seconds)
        if call is None or call.step.endswith(".recorded"):
            take_call(came, inbox=inbox, **taking)
            return "stepped" if call else "unknown_call"
        # The call has gone on, or is a talk that was recorded: nothing but the row is added.
        noted, rows = fetched_later(call, came, taking["now"])
        if not rows:
            return "known"
        try:
            taking["commit"](call=replace(noted, turn=call.turn + 1), messages=rows)
        except CaseConflict:
            continue
        return "added"
    raise CaseConflict("steps of one call kept colliding")
