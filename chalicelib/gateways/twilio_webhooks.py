"""What Twilio posts to us: its signature, a message that came in, a delivery report. Cheap to import.

Twilio's own validator raises on a missing header or an odd body and takes 11 ms to import; this one follows the same
algorithm (tests compare the two) and knows only one error.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from chalicelib.errors import MalformedRequest, SignatureNotValid
from chalicelib.gateways.form import Form, octets, readable
from chalicelib.gateways.phone import e164
from chalicelib.gateways.ports import DeliveryReport, InboundSms
from chalicelib.gateways.twilio_errors import describe, verdict

STATUS_PATH = "/twilio/sms-status"

_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_PROVIDER_ID = re.compile(r"[!-~]{1,100}")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_twilio_signature(
    *,
    url: str,
    params: Mapping[str, str],
    signature: str | None,
    tokens: Sequence[str],
    algorithm: str = "HMAC_SHA1",
) -> None:
    """
    Let a webhook pass only if Twilio signed it.

    Args:
        url: The public address Twilio was given, query included, built from configuration and never from `Host`.
        params: The form as `parse_form` returned it; empty for a GET.
        signature: Header `X-Twilio-Signature`, None when absent.
        tokens: Secrets that count: the auth token, during a rotation the secondary one too.
        algorithm: `HMAC_SHA1`, or `HMAC_SHA256` for an account with SharedKey signing. Configured, never taken
            from the request: a header must not be able to choose the weaker one.

    Raises:
        SignatureNotValid: Absent, unreadable or wrong.
    """
    try:
        given = base64.b64decode((signature or "").strip().encode("ascii"), validate=True)
    except (ValueError, AttributeError, binascii.Error) as problem:
        raise SignatureNotValid("signature is not base64") from problem
    if not given:
        raise SignatureNotValid("signature is missing")
    fields = "".join(name + value for name in sorted(params) for value in sorted(set(_values(params, name))))
    for token in filter(None, tokens):
        for address in _with_and_without_port(url):
            made = hmac.new(token.encode(), octets(address + fields), _HASHES[algorithm]).digest()
            if hmac.compare_digest(made, given):
                return
    raise SignatureNotValid("signature does not match")


def read_twilio_sms(params: Mapping[str, str]) -> InboundSms:
    """
    Return the message a signed webhook carries.

    Raises:
        MalformedRequest: A field is missing; the message names it.
    """
    provider_id = params.get("MessageSid") or params.get("SmsSid") or ""
    if not _PROVIDER_ID.fullmatch(provider_id):
        raise MalformedRequest("MessageSid")
    for name in ("From", "To"):
        if not params.get(name, "").strip():
            raise MalformedRequest(name)
    if "Body" not in params:
        raise MalformedRequest("Body")
    return InboundSms(
        id=f"twilio#{provider_id}",
        sender=e164(readable(params["From"])),
        recipient=e164(readable(params["To"])),
        text=readable(params["Body"]),
    )


# Every other status (queued, accepted, sending, scheduled) is on the way and no news.
_STATUSES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "partially_delivered": "sent",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def read_twilio_status(params: Mapping[str, str], message_id: str) -> DeliveryReport | None:
    """
    Return what a signed status callback says about our message *message_id*, None when it is no news.

    Callbacks come in any order; the caller never steps back from a final state.

    Raises:
        MalformedRequest: A field is missing; the message names it.
    """
    provider_id = params.get("MessageSid") or params.get("SmsSid") or ""
    if not _PROVIDER_ID.fullmatch(provider_id):
        raise MalformedRequest("MessageSid")
    if not _SAFE_ID.fullmatch(message_id or ""):
        raise MalformedRequest("id")
    given = params.get("MessageStatus") or params.get("SmsStatus") or ""
    if not given:
        raise MalformedRequest("MessageStatus")
    status = _STATUSES.get(given)
    if status is None:
        return None
    if status != "failed":
        return DeliveryReport(message_id=message_id, provider_id=provider_id, status=status)
    code = (
        int(params.get("ErrorCode", "")) if re.fullmatch(r"[0-9]{1,6}", params.get("ErrorCode", "")) else None
    )
    found = verdict(code, 0)
    return DeliveryReport(
        message_id=message_id,
        provider_id=provider_id,
        status=status,
        error=describe(code, found),
        retry=found.retry,
        alarm=found.alarm,
    )


def status_callback_url(public_url: str, message_id: str) -> str:
    """
    Return the address Twilio reports a message's fate to; sender and webhook build it here, so the signature fits.

    Raises:
        MalformedRequest: *message_id* has characters that a gateway on the way might decode or reorder.
    """
    if not _SAFE_ID.fullmatch(message_id or ""):
        raise MalformedRequest("id")
    return f"{public_url.rstrip('/')}{STATUS_PATH}?id={message_id}"


def twiml_reply(text: str) -> str:
    """Return the TwiML that answers a text message with *text*, or that stays silent when it is empty."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    text = NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return f"{head}<Response/>"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{head}<Response><Message>{escaped}</Message></Response>"


def _values(params: Mapping[str, str], name: str) -> list[str]:
    values = params.getall(name) if isinstance(params, Form) else params[name]
    return [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]


def _with_and_without_port(url: str) -> tuple[str, ...]:
    """Twilio signs a standard port sometimes with and sometimes without naming it; accept both, as its SDK does."""
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.hostname or "").geturl() if parts.port else url
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return (url, bare) if parts.port else (url, parts._replace(netloc=f"{parts.netloc}:{port}").geturl())
