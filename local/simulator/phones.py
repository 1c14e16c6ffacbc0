"""A phone texts the hotline: the signed webhook, and the answer that comes back with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from chalicelib import settings
from local.simulator.delivered import Delivered, Item
from local.simulator.twilio_api import segments
from local.simulator.webhooks import post_signed
from local.simulator.wire import new_sid


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a text."""

    sid: str
    replies: list[str]
    status: int
    """HTTP status of the webhook; 0 when the hotline could not be reached."""


def e164(number: str) -> str:
    """Return a number as Twilio hands it on: `0900000123` → `+84900000123`; what is no number stays as it is."""
    plain = re.sub(r"[\s().-]", "", number)
    if re.fullmatch(r"0\d{8,10}", plain):
        return "+84" + plain[1:]
    if re.fullmatch(r"84\d{8,10}", plain):
        return "+" + plain
    return plain or number


def text_the_hotline(delivered: Delivered, *, sender: str, text: str, to: str = "", sid: str = "") -> Sent:
    """
    Post the webhook of an inbound text.

    Args:
        delivered: Keeps the text and the reply, so that both show on the phone.
        sender: The phone's number.
        text: As typed. What cannot be encoded becomes U+FFFD, as on its way through a real network.
        to: By default the province's number.
        sid: The provider's id; one that was used before is the same webhook again.
    """
    sid = sid or new_sid("SM")
    sender, to = e164(sender), to or settings.sms_sender()
    text = text.encode("utf-8", "replace").decode() if _has_surrogates(text) else text
    at = delivered.now().isoformat(timespec="seconds")
    parts = segments(text)
    delivered.add(Item(sid, "sms", "in", to, sender, text, at, "received", segments=parts))
    fields = {
        "ToCountry": "VN",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "VN",
        "To": to,
        "ToZip": "",
        "NumSegments": str(parts),
        "MessageSid": sid,
        "AccountSid": settings.twilio_account_sid(),
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    answer = post_signed(f"{settings.public_url()}/twilio/sms", fields)
    delivered.change(sid, status="received" if answer.status == 200 else "failed")
    replies = _messages(answer.content_type, answer.body) if answer.status == 200 else []
    answered_at = delivered.now().isoformat(timespec="seconds")
    for number, reply in enumerate(replies, 1):
        # Named after the text it answers: the same webhook again shows one reply on the phone, as Twilio does.
        name = f"{sid}-reply-{number}"
        delivered.add(
            Item(name, "sms", "out", sender, to, reply, answered_at, "delivered", segments=segments(reply))
        )
    return Sent(sid, replies, answer.status)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _messages(content_type: str, body: str) -> list[str]:
    """Return the texts of a TwiML answer; plain text is one message."""
    if content_type.split(";")[0].strip() == "text/plain":
        return [body] if body.strip() else []
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return []
    found = []
    for message in root.iter("Message"):
        inner = message.findall("Body")
        found.append(
            "".join("".join(one.itertext()) for one in inner) if inner else "".join(message.itertext())
        )
    return [text for text in found if text]
