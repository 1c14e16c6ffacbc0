"""Reach a person: officers on duty are rung; nobody free or out of hours, the caller leaves word and is called back."""

from __future__ import annotations

from chalicelib.domain.call import RECORDED, Call, Came, Turn
from chalicelib.domain.script import HangUp, Record
from chalicelib.usecases.calling import Calling
from chalicelib.usecases.end_call import call_back

MAX_SECONDS = 600


def enter(call: Call, calling: Calling) -> Turn:
    """Ask for a word after the beep; the desk calls back."""
    asked = Record((calling.say("leave_word", call),), max_seconds=MAX_SECONDS)
    return Turn(call.goes_to("person.recorded"), (asked,))


def step(call: Call, came: Came, calling: Calling) -> Turn:
    """Open the call-back case, with the recording if there is one."""
    kept = call.remembers(recording=came.recording, seconds=came.seconds) if came.kind == RECORDED else call
    made = call_back(kept.goes_to("done"), calling)
    goodbye = HangUp((calling.say("will_call_back", call), calling.say("goodbye", call)))
    return Turn(made.call, (goodbye,), made.cases, made.messages)
