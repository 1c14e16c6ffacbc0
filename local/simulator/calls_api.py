"""The simulator's JSON API for calls (docs/design.md §7): step by step, for callers and for phones that ring."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from local.simulator.api import BadRequest, answer_json, body_of_request
from local.simulator.delivered import same
from local.simulator.phone_call import ENDED, RINGING, Given, PhoneCall
from local.simulator.phone_line import UNANSWERED, PhoneLine

MOST_SOUND = 30 * 1024 * 1024
MOST_COPIES = 10
LISTED = 200

DIAL_STATUSES = ("completed", "answered", *UNANSWERED)
_KINDS: dict[str, type] = {
    "digits": str,
    "speech": str,
    "confidence": float,
    "record_seconds": int,
    "sound": str,
    "hangup": bool,
    "dial_status": str,
    "seconds": int,
    "answer": bool,
    "decline": bool,
    "no_answer": bool,
    "silence": bool,
    "copies": int,
}
"""What a step may give, and of what kind."""


@dataclass
class CallsApi:
    """Routes over the telephone line."""

    line: PhoneLine
    nudge: Callable[[], None]
    """Wakes the worker: something may have to be sent."""

    def blueprint(self) -> Blueprint:
        """The routes, below `/api/calls`."""
        routes = Blueprint("calls", __name__, url_prefix="/api/calls")
        routes.add_url_rule("", view_func=self.index, methods=["GET"])
        routes.add_url_rule("", view_func=self.begin, methods=["POST"])
        routes.add_url_rule("/<sid>", view_func=self.show, methods=["GET"])
        routes.add_url_rule("/<sid>", view_func=self.step, methods=["POST"])
        routes.register_error_handler(BadRequest, lambda error: answer_json({"error": str(error)}, 400))
        return routes

    def begin(self) -> Response:
        """A phone calls the hotline."""
        asked = body_of_request()
        caller, to = asked.get("from"), asked.get("to") or ""
        if not isinstance(caller, str) or not isinstance(to, str):
            raise BadRequest("Give {“from”: “0900000123”}; “anonymous” hides the number.")
        given = _given({name: value for name, value in asked.items() if name not in ("from", "to")})
        return self._told(self.line.call_in(caller, to, copies=given.get("copies", 1)))

    def step(self, sid: str) -> Response:
        """Somebody does something."""
        call = self.line.calls.get(sid)
        if call is None:
            return answer_json({"error": "There is no such call."}, 404)
        given = _given(body_of_request())
        if call.state == ENDED and not given.get("hangup"):
            return answer_json({"error": "The call is over.", "sid": sid, "status": call.status}, 409)
        if call.state == RINGING and not any(
            given.get(one) for one in ("answer", "decline", "no_answer", "hangup")
        ):
            raise BadRequest(
                "This phone rings: give {“answer”: true}, {“decline”: true} or {“no_answer”: true}."
            )
        return self._told(self.line.step(call, given))

    def show(self, sid: str) -> Response:
        """One call, with all that was said in it."""
        call = self.line.calls.get(sid)
        if call is None:
            return answer_json({"error": "There is no such call."}, 404)
        return answer_json(_shape(call) | {"history": call.said, "faults": call.faults})

    def index(self) -> Response:
        """Calls and ringing phones, the latest first, narrowed by `state`, `to` and `from`."""
        args = request.args
        found = [
            _shape(call) | {"faults": call.faults}
            for call in reversed(list(self.line.calls.values()))
            if (not args.get("state") or call.state == args["state"])
            and (not args.get("to") or same(call.to) == same(args["to"]))
            and (not args.get("from") or same(call.caller) == same(args["from"]))
        ]
        return answer_json(found[:LISTED])

    def _told(self, call: PhoneCall) -> Response:
        """The call with what is new on it; a fault that Twilio would complain about is an error."""
        self.nudge()
        new = [line for line in call.said[call.answered_with :] if line["who"] == "hotline"]
        faults = call.faults[call.faults_told :]
        call.answered_with, call.faults_told = len(call.said), len(call.faults)
        answer = _shape(call) | {
            "said": [line["text"] for line in new],
            "spoken": [{"text": line["text"], "language": line["language"]} for line in new],
            "faults": faults,
        }
        if faults:
            return answer_json(answer | {"error": "Twilio would complain: " + " ".join(faults)}, 502)
        return answer_json(answer)


def _shape(call: PhoneCall) -> dict[str, Any]:
    wants = {"kind": "ended"} if call.state == ENDED else call.wants or {"kind": call.state}
    return {
        "sid": call.sid,
        "direction": call.direction,
        "from": call.caller,
        "to": call.to,
        "parent": call.parent or None,
        "state": call.state,
        "status": call.status,
        "connected": call.connected and call.state != ENDED,
        "started_at": call.started_at.isoformat(timespec="seconds"),
        "wants": wants,
    }


def _given(asked: dict[str, Any]) -> Given:
    given: Given = {}
    for name, value in asked.items():
        kind = _KINDS.get(name)
        if kind is None:
            raise BadRequest(f"“{name}” is nothing a call takes. Known are {', '.join(_KINDS)}.")
        fits = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if name == "confidence" and value is None:
            fits = True
        if not fits or (kind is int and (isinstance(value, bool) or value < 0)):
            raise BadRequest(f"“{name}” must be {'a number' if kind in (int, float) else kind.__name__}.")
        given[name] = value
    if given.get("dial_status", DIAL_STATUSES[0]) not in DIAL_STATUSES:
        raise BadRequest(f"“dial_status” is one of {', '.join(DIAL_STATUSES)}.")
    given["copies"] = min(max(given.get("copies", 1), 1), MOST_COPIES)
    if "sound" in given:
        try:
            given["sound"] = base64.b64decode(given["sound"], validate=True)
        except (ValueError, binascii.Error) as problem:
            raise BadRequest("“sound” is a file in base64.") from problem
        if not given["sound"] or len(given["sound"]) > MOST_SOUND:
            raise BadRequest(f"“sound” has {len(given['sound'])} bytes; 1 to {MOST_SOUND} are taken.")
    return given
