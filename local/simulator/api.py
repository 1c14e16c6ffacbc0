"""The simulator's JSON API (docs/design.md §7), and what its page needs besides."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file

from chalicelib import settings
from local.clock import ClockGoesForward, read_moment
from local.simulator.delivered import Delivered, Faults, Item, same
from local.simulator.phones import text_the_hotline
from local.simulator.ses_api import raw_mail, received_event
from local.worker import Worker

SETTLE_SECONDS = 5
FOREVER_DAYS = 366 * 20


@dataclass
class Api:
    """Routes over what reached people, the clock and the jobs."""

    delivered: Delivered
    faults: Faults
    worker: Worker
    address: str
    """Of the simulator itself; attachments are fetched from it."""
    put_file: Callable[[str, bytes, str], None]
    receive_email: Callable[[dict[str, Any]], Any]
    read_outbox: Callable[[], list[dict[str, Any]]]
    about: dict[str, Any]
    """Province, number, hotline address: what the page shows."""

    def blueprint(self) -> Blueprint:
        """The routes, below `/api`."""
        routes = Blueprint("api", __name__, url_prefix="/api")
        for rule, view, method in (
            ("/sms", self.send_sms, "POST"),
            ("/messages", self.messages, "GET"),
            ("/messages/<id>", self.message, "GET"),
            ("/messages/<id>/html", self.html, "GET"),
            ("/messages/<id>/files/<int:number>/<path:name>", self.file, "GET"),
            ("/email", self.send_email, "POST"),
            ("/clock", self.clock, "GET"),
            ("/clock", self.move_clock, "POST"),
            ("/people", self.people, "GET"),
            ("/people/<path:address>", self.person, "GET"),
            ("/outbox", self.outbox, "GET"),
            ("/jobs", self.jobs, "GET"),
            ("/jobs/<name>", self.run_job, "POST"),
            ("/faults", self.show_faults, "GET"),
            ("/faults", self.set_faults, "POST"),
            ("/about", self.show_about, "GET"),
        ):
            routes.add_url_rule(
                rule, endpoint=f"{method} {rule}".replace(".", ""), view_func=view, methods=[method]
            )
        routes.register_error_handler(BadRequest, lambda error: answer_json({"error": str(error)}, 400))
        return routes

    # -- phones and mailboxes ---------------------------------------------------------------------------

    def send_sms(self) -> Response:
        """A phone texts the hotline."""
        asked = body_of_request()
        sent = text_the_hotline(
            self.delivered,
            sender=_text(asked, "from"),
            text=_text(asked, "body", empty=True),
            to=_text(asked, "to", optional=True),
            sid=_text(asked, "sid", optional=True),
        )
        return answer_json({"sid": sent.sid, "replies": sent.replies, "status": sent.status})

    def messages(self) -> Response:
        """Everything the hotline sent, oldest first; looked at when what is under way has arrived."""
        self.worker.settle(SETTLE_SECONDS)
        found = self.delivered.items(
            to=_address(request.args.get("to")), channel=request.args.get("channel") or None
        )
        return answer_json([self._shape(item) for item in found])

    def message(self, id: str) -> Response:
        """One message."""
        item = self.delivered.get(id)
        return (
            answer_json(self._shape(item))
            if item
            else answer_json({"error": "There is no such message."}, 404)
        )

    def html(self, id: str) -> Response:
        """A mail as its reader sees it; nothing in it may run here."""
        item = self.delivered.get(id)
        if item is None or item.channel != "email":
            return answer_json({"error": "There is no such mail."}, 404)
        page = item.html or f"<pre>{_escape(item.text)}</pre>"
        # Links leave the frame the mail is shown in.
        page, heads = re.subn(r"(?i)<head[^>]*>", r'\g<0><base target="_blank">', page, count=1)
        page = page if heads else f'<base target="_blank">{page}'
        answer = Response(page, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = (
            "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'; connect-src 'none'"
        )
        return answer

    def file(self, id: str, number: int, name: str) -> Response:
        """An attachment."""
        item = self.delivered.get(id)
        if item is None or not 0 <= number < len(item.attachments):
            return answer_json({"error": "There is no such file."}, 404)
        found = item.attachments[number]
        return send_file(
            found.path, mimetype=found.content_type, as_attachment=True, download_name=found.name
        )

    def send_email(self) -> Response:
        """A mail arrives at the hotline."""
        asked = body_of_request()
        replied = self.delivered.get(_text(asked, "in_reply_to", optional=True).strip("<>").split("@")[0])
        sender = _text(asked, "from")
        to = _text(asked, "to", optional=replied is not None) or (
            replied.reply_to or replied.sender if replied else ""
        )
        subject = _text(asked, "subject", optional=True) or (f"Re: {replied.subject}" if replied else "")
        in_reply_to = _text(asked, "in_reply_to", optional=True)
        if replied is not None:
            in_reply_to = f"<{replied.id}@{settings.region()}.amazonses.com>"
        id = secrets.token_hex(20)
        now = self.delivered.now()
        raw = raw_mail(
            id=id,
            sender=sender,
            to=to,
            subject=subject,
            text=_text(asked, "text", empty=True, optional="html" in asked),
            html=_text(asked, "html", optional=True),
            now=now,
            in_reply_to=in_reply_to,
            headers=asked.get("headers"),
        )
        self.put_file(f"inbound/{id}", raw, "message/rfc822")
        at = now.isoformat(timespec="seconds")
        self.delivered.add(
            Item(
                id,
                "email",
                "in",
                to,
                sender,
                _text(asked, "text", optional=True),
                at,
                "received",
                subject=subject,
            )
        )
        event = received_event(
            id=id, sender=sender, to=to, subject=subject, now=now, verdicts=asked.get("verdicts")
        )
        return answer_json({"id": id, "result": self.receive_email(event)})

    def people(self) -> Response:
        """Every phone and mailbox that sent or got something, the latest first."""
        found: dict[str, dict[str, Any]] = {}
        for item in self.delivered.items(direction=None):
            addresses = (item.sender,) if item.direction == "in" else (*item.to.split(", "), *item.cc)
            for address in addresses:
                person = found.pop(same(address), None) or {
                    "address": parseaddr(address)[1] or address if item.channel == "email" else address,
                    "channel": item.channel,
                    "count": 0,
                }
                found[same(address)] = person | {
                    "count": person["count"] + 1,
                    "latest_at": item.sent_at,
                    "latest": item.subject or item.text[:80],
                }
        return answer_json(list(reversed(found.values())))

    def person(self, address: str) -> Response:
        """What went to and came from one phone or mailbox, oldest first."""
        return answer_json(
            [self._shape(item) for item in self.delivered.with_person(_address(address) or "")]
        )

    # -- the clock, the jobs, what goes wrong -----------------------------------------------------------

    def clock(self) -> Response:
        """The simulated time."""
        return answer_json({"now": self.worker.clock.now().isoformat(timespec="seconds")})

    def move_clock(self) -> Response:
        """Move the clock; every job due in between runs, in order."""
        asked = body_of_request()
        try:
            if "to" in asked:
                to = read_moment(_text(asked, "to"))
            else:
                seconds = asked.get("advance_seconds")
                if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds != seconds:
                    raise BadRequest('Give {"to": "2026-02-13T16:50"} or {"advance_seconds": 3600}.')
                if abs(seconds) > FOREVER_DAYS * 86400:
                    raise BadRequest("That is more than 20 years.")
                to = self.worker.clock.now() + timedelta(seconds=seconds)
            if to - self.worker.clock.now() > timedelta(days=FOREVER_DAYS):
                raise BadRequest("That is more than 20 years ahead.")
            ran = self.worker.jump(to)
        except ClockGoesForward as error:
            raise BadRequest(str(error)) from error
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return answer_json({"now": self.worker.clock.now().isoformat(timespec="seconds"), "ran": ran})

    def outbox(self) -> Response:
        """The outbox as it is stored."""
        return answer_json(self.read_outbox())

    def jobs(self) -> Response:
        """The scheduled handlers and how they fared."""
        return answer_json(
            [
                {
                    "name": job.name,
                    "schedule": job.expression,
                    "next_at": job.next_at.isoformat(timespec="seconds"),
                    "last_at": job.last_at.isoformat(timespec="seconds") if job.last_at else None,
                    "last_result": job.last_result,
                    "runs": job.runs,
                    "failures": job.failures,
                }
                for job in self.worker.jobs.values()
            ]
        )

    def run_job(self, name: str) -> Response:
        """Run a job now."""
        if name not in self.worker.jobs:
            return answer_json({"error": f"There is no job {name}.", "jobs": list(self.worker.jobs)}, 404)
        return answer_json({"name": name, "result": self.worker.run_job(name)})

    def show_faults(self) -> Response:
        """What goes wrong on purpose, with the choices."""
        return answer_json({"now": self.faults.as_dict(), "choices": self.faults.CHOICES})

    def set_faults(self) -> Response:
        """Switch faults."""
        try:
            self.faults.set(body_of_request())
        except ValueError as error:
            raise BadRequest(str(error)) from error
        self.worker.nudge()
        return answer_json({"now": self.faults.as_dict(), "choices": self.faults.CHOICES})

    def show_about(self) -> Response:
        """What province this is."""
        return answer_json(self.about)

    def _shape(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.id,
            "channel": item.channel,
            "direction": item.direction,
            "to": item.to,
            "cc": list(item.cc),
            "from": item.sender,
            "reply_to": item.reply_to,
            "in_reply_to": item.in_reply_to,
            "subject": item.subject,
            "text": item.text,
            "html": item.html,
            "sent_at": item.sent_at,
            "status": item.status,
            "error_code": item.error_code,
            "segments": item.segments if item.channel == "sms" else None,
            "attachments": [
                {
                    "name": file.name,
                    "content_type": file.content_type,
                    "url": f"{self.address}/api/messages/{item.id}/files/{number}/{file.name}",
                }
                for number, file in enumerate(item.attachments)
            ],
        }


class BadRequest(ValueError):
    """What was asked cannot be done; the message tells how to ask."""


def body_of_request() -> dict[str, Any]:
    """The JSON object of the request. Raises BadRequest."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _text(body: dict[str, Any], name: str, *, optional: bool = False, empty: bool = False) -> str:
    value = body.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or (not value and not empty and not optional):
        raise BadRequest(f"“{name}” is missing.")
    return value


def _address(value: str | None) -> str | None:
    # a "+" that was not encoded arrives as a blank
    return ("+" + value.strip() if value.startswith(" ") else value) if value else None


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def answer_json(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    answer = jsonify(value)
    answer.status_code = status
    return answer
