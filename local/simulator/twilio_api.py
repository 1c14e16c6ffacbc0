"""Twilio's REST API as the SDK calls it for text messages, and its delivery reports."""

from __future__ import annotations

import base64
import hmac
import logging
import re
from collections import deque
from datetime import date, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from chalicelib import settings
from chalicelib.domain import sms
from local.simulator.delivered import Delivered, Faults, Item, same
from local.simulator.webhooks import post_signed
from local.simulator.wire import NoAnswer, new_sid, rfc2822

log = logging.getLogger("local.twilio")

_AFTER = {"queued": "sent", "sent": "delivered"}
UNREACHABLE = 30003


class TwilioApi:
    """The messages part of an account."""

    def __init__(self, delivered: Delivered, faults: Faults) -> None:
        self._delivered = delivered
        self._faults = faults
        self._due: deque[tuple[str, str]] = deque()
        self._lock = Lock()
        self.routes = Blueprint("twilio", __name__, url_prefix="/2010-04-01/Accounts/<account>")
        self.routes.before_request(self._check_account)
        self.routes.add_url_rule("/Messages.json", view_func=self.create, methods=["POST"])
        self.routes.add_url_rule("/Messages.json", view_func=self.index, methods=["GET"])
        self.routes.add_url_rule("/Messages/<sid>.json", view_func=self.show, methods=["GET"])
        self.routes.add_url_rule("/Messages/<sid>.json", view_func=self.redact, methods=["POST"])
        self.routes.add_url_rule("/Messages/<sid>.json", view_func=self.delete, methods=["DELETE"])

    def post_reports(self) -> int:
        """Post the delivery reports that are due, in order; return how many."""
        posted = 0
        while True:
            with self._lock:
                if not self._due:
                    return posted
                sid, status = self._due.popleft()
            if self._report(sid, status):
                posted += 1

    def _report(self, sid: str, status: str) -> bool:
        item = self._delivered.change(sid, status=status)
        if item is None or not item.callback or self._faults.callbacks == "off":
            return False
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": item.to,
            "From": item.sender,
            "AccountSid": settings.twilio_account_sid(),
            "ApiVersion": "2010-04-01",
        }
        if item.error_code:
            fields["ErrorCode"] = str(item.error_code)
        answer = post_signed(item.callback, fields)
        if answer.status >= 400:
            log.warning("the delivery report was answered with %s", answer.status)
        return True

    def _check_account(self) -> Any:
        account = (request.view_args or {}).pop("account", "")
        if account != settings.twilio_account_sid():
            return refuse(404, 20404, "The requested resource was not found")
        given = request.headers.get("Authorization", "").partition(" ")[2]
        expected = [
            base64.b64encode(f"{account}:{token}".encode()).decode()
            for token in settings.twilio_auth_tokens()
        ]
        if not any(hmac.compare_digest(given, one) for one in expected):
            return refuse(401, 20003, "Authenticate")
        fault = self._faults.sms if "/Messages" in request.path else self._faults.voice
        if fault == "down":
            return refuse(503, 20503, "Service unavailable")
        return None

    def create(self) -> Response:
        """POST Messages.json: take a message."""
        to, text = request.form.get("To", ""), request.form.get("Body", "")
        if not re.fullmatch(r"\+\d{8,15}", to):
            return refuse(400, 21211, "Invalid 'To' Phone Number")
        if not text:
            return refuse(400, 21602, "Message body is required.")
        if len(text) > 1600:
            return refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if self._faults.sms == "lost":
            raise NoAnswer
        failing = self._faults.sms == "undelivered"
        item = Item(
            id=new_sid("SM"),
            channel="sms",
            direction="out",
            to=to,
            sender=request.form.get("From") or request.form.get("MessagingServiceSid", ""),
            text=text,
            sent_at=self._delivered.now().isoformat(timespec="seconds"),
            status="queued",
            callback=request.form.get("StatusCallback", ""),
            error_code=UNREACHABLE if failing else None,
            segments=segments(text),
        )
        self._delivered.add(item)
        with self._lock:
            self._due += [(item.id, "sent"), (item.id, "undelivered" if failing else "delivered")]
        if self._faults.sms == "die_after_send":
            self._faults.kill()
            raise NoAnswer
        if self._faults.sms == "timeout":
            raise NoAnswer
        return as_json(self._shape(item), 201)

    def index(self) -> Response:
        """GET Messages.json: list, newest first, narrowed by To, From and DateSent."""
        items = [item for item in self._delivered.items(channel="sms", direction=None) if self._wanted(item)]
        items.reverse()
        size = min(max(request.args.get("PageSize", 50, type=int), 1), 1000)
        page = max(request.args.get("Page", 0, type=int), 0)
        shown = items[page * size : (page + 1) * size]
        more = len(items) > (page + 1) * size

        def address(number: int) -> str:
            query = {**request.args.to_dict(), "PageSize": str(size), "Page": str(number)}
            return f"{request.path}?{urlencode(query)}"

        return as_json(
            {
                "messages": [self._shape(item) for item in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": address(page),
                "first_page_uri": address(0),
                "next_page_uri": address(page + 1) if more else None,
                "previous_page_uri": address(page - 1) if page else None,
            }
        )

    def show(self, sid: str) -> Response:
        """GET Messages/<sid>.json."""
        item = self._delivered.get(sid)
        return (
            as_json(self._shape(item)) if item else refuse(404, 20404, "The requested resource was not found")
        )

    def redact(self, sid: str) -> Response:
        """POST Messages/<sid>.json with an empty Body: blank the text out."""
        if request.form.get("Body") != "":
            return refuse(400, 20001, "Only an empty Body is taken")
        item = self._delivered.change(sid, text="")
        return (
            as_json(self._shape(item)) if item else refuse(404, 20404, "The requested resource was not found")
        )

    def delete(self, sid: str) -> Response:
        """DELETE Messages/<sid>.json."""
        found = self._delivered.remove(sid)
        return Response(status=204) if found else refuse(404, 20404, "The requested resource was not found")

    def _wanted(self, item: Item) -> bool:
        args = request.args
        day = datetime.fromisoformat(item.sent_at)
        return (
            (not args.get("To") or same(item.to) == same(args["To"]))
            and (not args.get("From") or same(item.sender) == same(args["From"]))
            and all(
                _in_range(name.removeprefix("DateSent"), value, day)
                for name, value in args.items()
                if name.startswith("DateSent") and value
            )
        )

    def _shape(self, item: Item) -> dict[str, Any]:
        account = settings.twilio_account_sid()
        at = rfc2822(datetime.fromisoformat(item.sent_at))
        uri = f"/2010-04-01/Accounts/{account}/Messages/{item.id}"
        return {
            "sid": item.id,
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": item.text,
            "date_created": at,
            "date_sent": None if item.status == "queued" else at,
            "date_updated": at,
            "direction": "inbound" if item.direction == "in" else "outbound-api",
            "error_code": item.error_code,
            "error_message": None,
            "from": item.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(item.segments),
            "price": None,
            "price_unit": "USD",
            "status": item.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": item.to,
            "uri": f"{uri}.json",
        }


def _in_range(sign: str, value: str, at: datetime) -> bool:
    """`DateSent=`, `DateSent>=`, `DateSent<=`: the sign is part of the parameter's name, days are UTC days."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if "T" not in value:
        day: date = at.astimezone(moment.tzinfo).date()
        return {"": day == moment.date(), ">": day >= moment.date(), "<": day <= moment.date()}[sign]
    return {"": at == moment, ">": at >= moment, "<": at <= moment}[sign]


def segments(text: str) -> int:
    """Return how many parts a text has on the air, as the hotline counts them."""
    return sms.segments(text).segments


def as_json(value: dict[str, Any], status: int = 200) -> Response:
    """An answer of the API."""
    answer = jsonify(value)
    answer.status_code = status
    return answer


def refuse(status: int, code: int, message: str) -> Response:
    """An error as Twilio's API words it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return as_json({"code": code, "message": message, "more_info": more, "status": status}, status)
