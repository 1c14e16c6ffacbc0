"""A recording was made in a call: the outbox row that brings it in is written with the step, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.call import Call, Came
from chalicelib.domain.message import Message
from chalicelib.domain.recording import CHANNEL, PURPOSE, is_id, message_id

READY_SECONDS = 60
"""When a recording is fetched that nobody said was ready; the provider's callback mostly comes within seconds."""


def fetched_later(call: Call, came: Came, now: datetime) -> tuple[Call, tuple[Message, ...]]:
    """Return the call that remembers a recording, and the row that brings it in; none for one it remembers."""
    held = list(call.notes.get("recordings", ()))
    if not is_id(came.recording) or came.recording in held:
        return call, ()
    row = Message(
        id=message_id(came.recording),
        channel=CHANNEL,
        to=call.id,
        purpose=PURPOSE,
        created_at=now,
        due_at=now + timedelta(seconds=READY_SECONDS),
        params={"recording": came.recording, "call": call.id, "seconds": came.seconds},
        case_code=call.case_code,
        language=call.language,
    )
    return call.remembers(recordings=[*held, came.recording]), (row,)
