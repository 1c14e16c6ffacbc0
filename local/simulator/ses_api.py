"""The mail service's SendEmail (SES v2), and the way a mail arrives at the hotline."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.simulator.delivered import Delivered, Faults, Item
from local.simulator.wire import NoAnswer


class SesApi:
    """The part of SES that sends."""

    def __init__(self, delivered: Delivered, faults: Faults) -> None:
        self._delivered = delivered
        self._faults = faults
        self.routes = Blueprint("ses", __name__)
        self.routes.add_url_rule("/v2/email/outbound-emails", view_func=self.send, methods=["POST"])

    def send(self) -> Response:
        """POST outbound-emails: take a mail."""
        if self._faults.email == "down":
            return _refuse(503, "ServiceUnavailable", "Service unavailable")
        if self._faults.email == "lost":
            raise NoAnswer
        asked: dict[str, Any] = request.get_json(force=True, silent=True) or {}
        raw = (asked.get("Content") or {}).get("Raw", {}).get("Data")
        if not raw:
            return _refuse(400, "BadRequestException", "Only raw content is taken here")
        mail = message_from_bytes(base64.b64decode(raw), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        destination = asked.get("Destination") or {}
        to = destination.get("ToAddresses") or _addresses(mail, "To")
        if not to:
            return _refuse(400, "BadRequestException", "Missing final recipient")
        id = f"010e{secrets.token_hex(6)}-{secrets.token_hex(4)}-000000"
        self._delivered.add(
            self._item(id, mail, to, destination.get("CcAddresses") or _addresses(mail, "Cc"))
        )
        if self._faults.email == "die_after_send":
            self._faults.kill()
            raise NoAnswer
        if self._faults.email == "timeout":
            raise NoAnswer
        return jsonify({"MessageId": id})

    def _item(self, id: str, mail: EmailMessage, to: list[str], cc: list[str]) -> Item:
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        files = [
            self._delivered.store_file(
                id, part.get_filename() or "file", part.get_content_type(), _content(part)
            )
            for part in mail.iter_attachments()
        ]
        return Item(
            id=id,
            channel="email",
            direction="out",
            to=", ".join(to),
            sender=str(mail["From"] or ""),
            text=_lines(text.get_content()) if text else "",
            html=_lines(html.get_content()) if html else "",
            subject=str(mail["Subject"] or ""),
            sent_at=self._delivered.now().isoformat(timespec="seconds"),
            status="delivered",
            cc=tuple(cc),
            reply_to=str(mail["Reply-To"] or ""),
            in_reply_to=str(mail["In-Reply-To"] or ""),
            attachments=tuple(files),
        )


def _lines(text: str) -> str:
    """Lines end in CRLF on the wire only."""
    return text.replace("\r\n", "\n")


def _content(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True) or b"")


def _addresses(mail: EmailMessage, header: str) -> list[str]:
    value = mail[header]
    return [one.addr_spec for one in value.addresses] if isinstance(value, AddressHeader) else []


def _refuse(status: int, code: str, message: str) -> Response:
    answer = jsonify({"message": message})
    answer.status_code = status
    answer.headers["x-amzn-ErrorType"] = code
    return answer


def raw_mail(
    *,
    id: str,
    sender: str,
    to: str,
    subject: str,
    text: str,
    now: datetime,
    html: str = "",
    in_reply_to: str = "",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return a mail as it comes over the wire."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{id}@mail.example>"
    if in_reply_to:
        mail["In-Reply-To"] = mail["References"] = in_reply_to
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def received_event(
    *, id: str, sender: str, to: str, subject: str, now: datetime, verdicts: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what SES tells a Lambda function about a mail that came in: headers and verdicts, not the text."""
    at = now.isoformat(timespec="milliseconds")
    passed = {
        "spam": "PASS",
        "virus": "PASS",
        "spf": "PASS",
        "dkim": "PASS",
        "dmarc": "PASS",
        **(verdicts or {}),
    }
    return {
        "Records": [
            {
                "eventSource": "aws:ses",
                "eventVersion": "1.0",
                "ses": {
                    "mail": {
                        "timestamp": at,
                        "source": parseaddr(sender)[1],
                        "messageId": id,
                        "destination": [parseaddr(to)[1]],
                        "headersTruncated": False,
                        "headers": [
                            {"name": "From", "value": sender},
                            {"name": "To", "value": to},
                            {"name": "Subject", "value": subject},
                        ],
                        "commonHeaders": {"from": [sender], "to": [to], "subject": subject},
                    },
                    "receipt": {
                        "timestamp": at,
                        "processingTimeMillis": 1,
                        "recipients": [parseaddr(to)[1]],
                        **{f"{name}Verdict": {"status": status} for name, status in passed.items()},
                        "action": {"type": "Lambda", "invocationType": "Event"},
                    },
                },
            }
        ]
    }
