"""Twilio's REST API as the SDK calls it for calls and recordings."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from chalicelib import settings
from local.simulator.delivered import Faults, same
from local.simulator.phone_call import PhoneCall
from local.simulator.phone_line import PhoneLine
from local.simulator.twilio_api import as_json, refuse
from local.simulator.wire import NoAnswer, rfc2822

NOT_FOUND = (404, 20404, "The requested resource was not found")


class VoiceApi:
    """The calls and recordings part of an account."""

    def __init__(self, line: PhoneLine, faults: Faults) -> None:
        self._line = line
        self._faults = faults

    def join(self, routes: Blueprint) -> None:
        """Add the routes to those of the account."""
        for rule, view, method in (
            ("/Calls.json", self.create, "POST"),
            ("/Calls.json", self.index, "GET"),
            ("/Calls/<sid>.json", self.show, "GET"),
            ("/Recordings/<sid>.wav", self.sound, "GET"),
            ("/Recordings/<sid>.json", self.recording, "GET"),
            ("/Recordings/<sid>.json", self.delete, "DELETE"),
        ):
            name = f"voice_{view.__name__}"
            routes.add_url_rule(rule, endpoint=name, view_func=view, methods=[method])

    def create(self) -> Response:
        """POST Calls.json: ring a phone."""
        form = request.form.to_dict()
        if not re.fullmatch(r"\+\d{8,15}|sips?:[^\s@]+@[^\s]+", form.get("To", "")):
            return refuse(400, 21211, "Invalid 'To' Phone Number")
        if not re.fullmatch(r"\+?\d{3,15}", form.get("From", "")):
            return refuse(400, 21212, "Invalid 'From' Phone Number")
        if not form.get("Url"):
            return refuse(400, 21205, "Url parameter is required.")
        for name in ("Url", "StatusCallback"):
            given = form.get(name, "")
            if given and urlsplit(given).netloc != urlsplit(settings.public_url()).netloc:
                return refuse(400, 21205 if name == "Url" else 21609, f"{name} is not the hotline: {given}")
        call = self._line.place(form, request.form.getlist("StatusCallbackEvent"))
        if self._faults.voice == "timeout":
            raise NoAnswer
        return as_json(self._shape(call), 201)

    def index(self) -> Response:
        """GET Calls.json: newest first, narrowed by To and From."""
        args = request.args
        found = [
            call
            for call in reversed(list(self._line.calls.values()))
            if (not args.get("To") or same(call.to) == same(args["To"]))
            and (not args.get("From") or same(call.caller) == same(args["From"]))
        ][: min(max(args.get("PageSize", 50, type=int), 1), 1000)]
        return as_json({"calls": [self._shape(call) for call in found], "next_page_uri": None, "page": 0})

    def show(self, sid: str) -> Response:
        """GET Calls/<sid>.json."""
        call = self._line.calls.get(sid)
        return as_json(self._shape(call)) if call else refuse(*NOT_FOUND)

    def sound(self, sid: str) -> Response:
        """GET Recordings/<sid>.wav: the sound itself."""
        found = self._line.recordings.get(sid)
        return Response(found.sound, content_type="audio/x-wav") if found else refuse(*NOT_FOUND)

    def recording(self, sid: str) -> Response:
        """GET Recordings/<sid>.json."""
        found = self._line.recordings.get(sid)
        if found is None:
            return refuse(*NOT_FOUND)
        at = rfc2822(found.created_at)
        return as_json(
            {
                "sid": found.sid,
                "account_sid": settings.twilio_account_sid(),
                "call_sid": found.call,
                "duration": str(found.seconds),
                "status": "completed",
                "channels": 1,
                "date_created": at,
                "date_updated": at,
            }
        )

    def delete(self, sid: str) -> Response:
        """DELETE Recordings/<sid>.json."""
        found = self._line.recordings.pop(sid, None)
        return Response(status=204) if found else refuse(*NOT_FOUND)

    def _shape(self, call: PhoneCall) -> dict[str, Any]:
        at = rfc2822(call.started_at)
        return {
            "sid": call.sid,
            "account_sid": settings.twilio_account_sid(),
            "api_version": "2010-04-01",
            "to": call.to,
            "from": call.caller,
            "direction": call.direction,
            "status": call.status,
            "parent_call_sid": call.parent or None,
            "date_created": at,
            "date_updated": at,
            "start_time": rfc2822(call.answered_at) if call.answered_at else None,
            "end_time": rfc2822(call.ended_at) if call.ended_at else None,
            "duration": str(call.seconds(call.ended_at)) if call.ended_at else None,
            "uri": f"/2010-04-01/Accounts/{settings.twilio_account_sid()}/Calls/{call.sid}.json",
        }
