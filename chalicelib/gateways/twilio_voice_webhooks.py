"""What Twilio posts during a call: its steps, its end, its recordings, an officer's key. Cheap to import.

Twilio adds fields without notice and leaves others out: only the call's id must be there. Anything else that is
missing or absurd counts as not given; a caller is on the line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from chalicelib.domain.call import ENDED, KEYS, LEFT, RECORDED, RUNG, SILENCE, SPEECH, START, WAITING, Came
from chalicelib.errors import MalformedRequest
from chalicelib.gateways.form import readable
from chalicelib.gateways.phone import e164
from chalicelib.gateways.ports import DeliveryReport, RecordingReport

VOICE_PATH = "/twilio/voice"
CALL_OUT_PATH = "/twilio/call"
VOICE_STATUS_PATH = "/twilio/voice-status"
RECORDING_PATH = "/twilio/recording"

WAIT, QUIT, SCREEN, ACCEPT = "wait", "left", "screen", "accept"
"""Last part of a step's path: news for one who waits, the queue left, an officer's phone, the key pressed on it."""

ACCEPTING_KEY = "1"
MOST_KEYS = 64
MOST_SPEECH = 4000
MOST_SECONDS = 24 * 60 * 60

_CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RECORDING_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TURN = re.compile(r"[0-9]{1,5}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_RESULT = re.compile(r"[a-z-]{1,30}")

_HIDDEN = frozenset({"+266696687", "+7378742833", "+86282452253", "+2562533", "+8656696"})
"""What Twilio writes for a caller who hides the number: words typed on a keypad (anonymous, unavailable, …)."""


def step_path(turn: int, where: str = "") -> str:
    """Return the path of a step; path and signature are built here, so that they fit."""
    path = f"{VOICE_PATH}/{turn}" if turn else VOICE_PATH
    return f"{path}/{where}" if where else path


def call_out_url(public_url: str, message_id: str) -> str:
    """
    Return where Twilio asks what to say when a phone we ring is picked up.

    Raises:
        MalformedRequest: *message_id* has characters that a gateway on the way might decode or reorder.
    """
    return f"{public_url.rstrip('/')}{CALL_OUT_PATH}/{_safe(message_id)}"


def call_status_url(public_url: str, message_id: str) -> str:
    """Return where Twilio reports what became of a call we placed. Raises as `call_out_url`."""
    return f"{public_url.rstrip('/')}{VOICE_STATUS_PATH}?id={_safe(message_id)}"


def read_turn(given: str) -> int:
    """
    Return the turn of a path.

    Raises:
        MalformedRequest: It is no number of a turn.
    """
    if not _TURN.fullmatch(given or ""):
        raise MalformedRequest("turn")
    return int(given)


def read_twilio_call(params: Mapping[str, str], turn: int, where: str = "") -> Came:
    """
    Return what came in with a signed webhook of a call.

    Args:
        params: The form.
        turn: Of the path; 0 for the first webhook of a call.
        where: Last part of the path: empty, `WAIT` or `QUIT`.

    Raises:
        MalformedRequest: The call has no id.
    """
    keys = _keys(params)
    speech = readable(params.get("SpeechResult", ""))[:MOST_SPEECH].strip()
    recording = _id(params.get("RecordingSid", ""))
    result, seconds = "", 0
    if where == QUIT:
        kind, result = LEFT, _result(params, "QueueResult")
        seconds = _seconds(params, "QueueTime")
    elif recording:
        kind, seconds = RECORDED, _seconds(params, "RecordingDuration")
    elif params.get("DialCallStatus"):
        kind, result = RUNG, _result(params, "DialCallStatus")
        seconds = _seconds(params, "DialCallDuration")
    elif keys:
        kind = KEYS
    elif speech:
        kind = SPEECH
    elif where == WAIT:
        kind, seconds = WAITING, _seconds(params, "QueueTime")
    else:
        kind = START if turn == 0 else SILENCE
    return Came(
        call_id=_call_id(params, "CallSid"),
        turn=turn,
        kind=kind,
        caller=caller_number(params.get("From", "")),
        called=_called(params),
        keys=keys if kind == KEYS else "",
        speech=speech if kind == SPEECH else "",
        confidence=_confidence(params) if kind == SPEECH else None,
        recording=recording,
        seconds=seconds,
        result=result,
    )


def read_twilio_call_end(params: Mapping[str, str]) -> Came | None:
    """
    Return the end of a call, None when the status callback tells of something else.

    Raises:
        MalformedRequest: The call has no id.
    """
    call_id = _call_id(params, "CallSid")
    result = _result(params, "CallStatus")
    if result not in _ENDS:
        return None
    return Came(
        call_id=call_id,
        turn=0,
        kind=ENDED,
        caller=caller_number(params.get("From", "")),
        called=_called(params),
        seconds=_seconds(params, "CallDuration"),
        result=result,
    )


# A call that was answered is delivered: whether somebody took it shows in its steps.
_ENDS = {
    "completed": "delivered",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def read_twilio_call_report(params: Mapping[str, str], message_id: str) -> DeliveryReport | None:
    """
    Return what became of a call that we placed, None when it is no news.

    Raises:
        MalformedRequest: The call has no id.
    """
    provider_id = _call_id(params, "CallSid").removeprefix("twilio#")
    given = _result(params, "CallStatus")
    status = _ENDS.get(given)
    if status is None:
        return None
    if status == "delivered":
        return DeliveryReport(message_id, provider_id, status)
    return DeliveryReport(message_id, provider_id, status, error=f"twilio: {given}", retry=True)


def read_twilio_recording(params: Mapping[str, str]) -> RecordingReport:
    """
    Return what a recording callback tells. The address in it is not taken over: recordings are fetched by their id.

    Raises:
        MalformedRequest: Call or recording have no id.
    """
    recording = _id(params.get("RecordingSid", ""))
    if not recording:
        raise MalformedRequest("RecordingSid")
    return RecordingReport(
        call_id=_call_id(params, "CallSid"),
        recording=recording,
        seconds=_seconds(params, "RecordingDuration"),
        ready=params.get("RecordingStatus", "completed") == "completed",
    )


def read_twilio_leg(params: Mapping[str, str]) -> str:
    """
    Return the id of the call for which an officer's phone was rung.

    Raises:
        MalformedRequest: It is missing: this phone was not rung for anybody.
    """
    return _call_id(params, "ParentCallSid")


def accepts(params: Mapping[str, str]) -> bool:
    """Tell whether an officer took the call by key; a voicemail presses none."""
    return _keys(params) == ACCEPTING_KEY


def caller_number(given: str) -> str:
    """Return a caller's number in E.164; empty when it is hidden, or no number (SIP, a client)."""
    number = e164(readable(given)[:64])
    return number if _NUMBER.fullmatch(number) and number not in _HIDDEN else ""


def _safe(message_id: str) -> str:
    if not _SAFE_ID.fullmatch(message_id or ""):
        raise MalformedRequest("id")
    return message_id


def _called(params: Mapping[str, str]) -> str:
    return e164(readable(params.get("To", ""))[:64])


def _call_id(params: Mapping[str, str], name: str) -> str:
    given = params.get(name, "")
    if not _CALL_ID.fullmatch(given):
        raise MalformedRequest(name)
    return f"twilio#{given}"


def _id(given: str) -> str:
    return given if _RECORDING_ID.fullmatch(given) else ""


def _keys(params: Mapping[str, str]) -> str:
    """Keys as pressed; the word `hangup`, which Record gives when the caller hung up, is none."""
    return "".join(re.findall(r"[0-9*#]", params.get("Digits", "")[:MOST_KEYS]))


def _result(params: Mapping[str, str], name: str) -> str:
    given = params.get(name, "")
    return given if _RESULT.fullmatch(given) else ""


def _seconds(params: Mapping[str, str], name: str) -> int:
    given = params.get(name, "")
    return min(int(given), MOST_SECONDS) if re.fullmatch(r"[0-9]{1,9}", given) else 0


def _confidence(params: Mapping[str, str]) -> float | None:
    try:
        value = float(params.get("Confidence", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1 else None
