"""Posts to the hotline what a provider would post, signed as Twilio signs."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from chalicelib import settings

TIMEOUT_SECONDS = 15  # Twilio's limit, all attempts together


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hotline said."""

    status: int
    """HTTP status; 0 when it could not be reached."""
    content_type: str = ""
    body: str = ""


def post_signed(url: str, fields: dict[str, str]) -> Answer:
    """Post *fields* to *url* under Twilio's signature."""
    signature = RequestValidator(settings.twilio_auth_tokens()[0]).compute_signature(url, fields)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST",
            parts.path + (f"?{parts.query}" if parts.query else ""),
            urlencode(fields),
            {
                "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                "X-Twilio-Signature": signature,
                "User-Agent": "TwilioProxy/1.1",
                "Accept": "*/*",
            },
        )
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        return Answer(answer.status, answer.headers.get("Content-Type", ""), body)
    except (OSError, http.client.HTTPException):
        return Answer(0)
    finally:
        connection.close()
