"""Text messages by a domestic gateway: signed JSON over HTTPS, both ways. The protocol is docs/sms-gateway.md.

Vietnam's carriers do not bring a citizen's text to a Twilio number; an aggregator that holds the short code does, and
its own format is mapped onto this small one. Cheap to import: urllib3 is loaded by the first message that goes out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chalicelib.errors import MalformedRequest, SendFailed, SendUncertain, SignatureNotValid
from chalicelib.gateways.phone import e164
from chalicelib.gateways.ports import MAX_BODY_BYTES, DeliveryReport, InboundSms
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS, never_left

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3.response import BaseHTTPResponse

TIMESTAMP_HEADER = "X-1022-Timestamp"
SIGNATURE_HEADER = "X-1022-Signature"
REPLAY_WINDOW = timedelta(minutes=5)

_EPOCH = re.compile(r"[0-9]{9,11}")
_PROVIDER_ID = re.compile(r"[!-~]{1,100}")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_STATUSES = ("sent", "delivered", "failed")


def sign(content: bytes, *, secret: str, now: datetime) -> dict[str, str]:
    """
    Return the two headers that sign *content*.

    Args:
        content: The body; of a request without one, its path below the gateway's address.
        secret: Shared with the other side, not empty.
        now: Aware.
    """
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: _signature(timestamp, content, secret)}


def check_gateway_signature(
    *, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> None:
    """
    Let a webhook pass only if the gateway signed it within the last five minutes.

    Args:
        body: Exactly as received.
        headers: Of the request; the case of their names does not matter.
        secrets: Secrets that count: two during a rotation.
        now: Aware. The other side's clock may be five minutes ahead or behind.

    Raises:
        SignatureNotValid: Absent, unreadable, too old or wrong.
    """
    by_name = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    timestamp = by_name.get(TIMESTAMP_HEADER.lower(), "")
    given = by_name.get(SIGNATURE_HEADER.lower(), "").lower()
    if not _EPOCH.fullmatch(timestamp) or not _HEX_DIGEST.fullmatch(given):
        raise SignatureNotValid("signature or timestamp is missing")
    if abs(now.timestamp() - int(timestamp)) > REPLAY_WINDOW.total_seconds():
        raise SignatureNotValid("timestamp is more than five minutes away")
    for secret in filter(None, secrets):
        if hmac.compare_digest(_signature(timestamp, body, secret), given):
            return
    raise SignatureNotValid("signature does not match")


def read_gateway(body: bytes) -> InboundSms | DeliveryReport | None:
    """
    Return what a signed body carries: a message, a delivery report, or None for a report that is no news.

    Raises:
        MalformedRequest: It is no such JSON; the message names the field.
    """
    if len(body) > MAX_BODY_BYTES:
        raise MalformedRequest(f"body longer than {MAX_BODY_BYTES} bytes")
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise MalformedRequest("body is no JSON in UTF-8") from problem
    if not isinstance(content, dict):
        raise MalformedRequest("body is no JSON object")
    provider_id = _text(content, "id")
    if not _PROVIDER_ID.fullmatch(provider_id):
        raise MalformedRequest("id")
    if "report" in content:
        return _report(provider_id, content["report"])
    # A message we sent, played back to us, has no sent_at: it is never taken for one that came in.
    _time(content, "sent_at")
    return InboundSms(
        id=f"gateway#{provider_id}",
        sender=e164(_text(content, "from")),
        recipient=e164(_text(content, "to")),
        text=_text(content, "text", blank=True),
    )


def reply_body(text: str) -> str:
    """Return the JSON that answers a text message; an empty reply says nothing to the sender."""
    return json.dumps({"reply": text}, ensure_ascii=False)


class JsonSms:
    """An `SmsGateway` on the signed-JSON protocol. Our id is the idempotency key, so a repeat is harmless."""

    name = "gateway"

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        sender: str,
        timeout_seconds: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        """
        Remember the gateway; nothing is opened before the first message.

        Args:
            url: Its address, to which `/messages` is added; https, or http on this machine.
            secrets: The first signs what we send; all of them count for what comes in.
            sender: Short code or sender name that texts go out under.
            timeout_seconds: To connect, to be answered.

        Raises:
            ValueError: The address is plain http elsewhere, or there is no secret.
        """
        local = re.match(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/|$)", url)
        if not url.startswith("https://") and not local:
            raise ValueError("the SMS gateway's address must begin with https://")
        self.secrets = tuple(secret for secret in secrets if secret)
        if not self.secrets:
            raise ValueError("the SMS gateway needs a secret")
        self._url = url.rstrip("/")
        self._sender = sender
        self._timeout = timeout_seconds
        self._pool: PoolManager | None = None

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """
        Hand one message to the gateway; return its id.

        Raises:
            SendFailed: The gateway refused it, or was never reached.
            SendUncertain: No answer, or none that tells; `find` settles it.
        """
        body = json.dumps(
            {"id": message_id, "from": self._sender, "to": to, "text": text}, ensure_ascii=False
        ).encode("utf-8", "replace")
        status, answer = self._call("POST", "/messages", body, message_id)
        if status in (200, 201, 202):
            provider_id = answer.get("id")
            if not isinstance(provider_id, str) or not provider_id:
                raise SendUncertain("gateway answered without an id")
            return provider_id
        error = str(answer.get("error", ""))[:100]
        reason = f"gateway {status}: {error}" if error else f"gateway {status}"
        if status in (429, 503):
            raise SendFailed(reason, retry=True)
        if status in (401, 403) or 300 <= status < 400:  # ops cures this: wrong secret, wrong address
            raise SendFailed(reason, retry=True, alarm=True)
        if status < 500:
            raise SendFailed(reason, retry=answer.get("retry") is True, alarm=answer.get("alarm") is True)
        raise SendUncertain(reason)

    def find(self, *, to: str, text: str, message_id: str, since: datetime) -> str | None:
        """
        Return the gateway's id of our message *message_id*, None when it never took it or it failed on its way.

        Raises:
            SendUncertain: It cannot be asked.
        """
        try:
            status, answer = self._call("GET", f"/messages/{quote(message_id, safe='')}", b"", message_id)
        except SendFailed as problem:
            raise SendUncertain(f"gateway cannot be asked about {message_id}") from problem
        if status == 404 or (status == 200 and answer.get("status") == "failed"):
            return None
        provider_id = answer.get("id")
        if status != 200 or not isinstance(provider_id, str) or not provider_id:
            raise SendUncertain(f"gateway answered {status} about {message_id}")
        return provider_id

    def _call(self, method: str, path: str, body: bytes, message_id: str) -> tuple[int, dict[str, Any]]:
        import urllib3  # 60 ms: only where messages are sent

        if self._pool is None:
            connect, read = self._timeout
            # no retries and no redirects of its own: what happened must be known here
            self._pool = urllib3.PoolManager(
                retries=False, timeout=urllib3.Timeout(connect=connect, read=read)
            )
        headers = sign(body or path.encode(), secret=self.secrets[0], now=datetime.now(UTC))
        headers |= {"Accept": "application/json", "Idempotency-Key": message_id}
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            answer = self._pool.request(
                method,
                self._url + path,
                body=body or None,
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            return answer.status, _answer(answer)
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            kind = type(problem).__name__
            if never_left(problem):
                raise SendFailed(f"gateway not reached: {kind}", retry=True) from problem
            raise SendUncertain(f"gateway did not answer: {kind}") from problem


def _answer(answer: BaseHTTPResponse) -> dict[str, Any]:
    """Read an answer's JSON object, at most MAX_BODY_BYTES of it; anything else is an empty one."""
    try:
        content = json.loads(answer.read(MAX_BODY_BYTES).decode("utf-8"))
    except (ValueError, RecursionError):
        content = None
    finally:
        answer.drain_conn()
        answer.release_conn()
    return content if isinstance(content, dict) else {}


def _signature(timestamp: str, content: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def _text(content: Mapping[str, Any], name: str, *, blank: bool = False) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not (blank or value.strip()):
        raise MalformedRequest(name)
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _time(content: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(content, name))
    except ValueError as problem:
        raise MalformedRequest(name) from problem
    if moment.tzinfo is None:
        raise MalformedRequest(name)
    return moment


def _report(provider_id: str, report: object) -> DeliveryReport | None:
    if not isinstance(report, dict):
        raise MalformedRequest("report")
    message_id = _text(report, "message_id")
    status = _text(report, "status")
    if status not in _STATUSES:
        return None
    failed = status == "failed"
    error = report.get("error", "")
    return DeliveryReport(
        message_id=message_id,
        provider_id=provider_id,
        status=status,
        error=f"gateway: {error}"[:200] if failed and isinstance(error, str) and error else "",
        retry=failed and report.get("retry") is True,
        alarm=failed and report.get("alarm") is True,
    )
