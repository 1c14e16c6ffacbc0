"""Text messages by Twilio: the reference provider. Webhooks are read in `twilio_webhooks`.

Decisions, with their reasons:

- `StatusCallback` carries our message id, because Twilio takes no idempotency key: the report is what settles a send
  whose answer was lost.
- `ValidityPeriod` is four hours, not Twilio's ten: what waited longer comes back to the outbox, which knows the
  civil hours, instead of ringing a phone in the middle of the night.
- `SmartEncoded` is off: our texts are unaccented already, and a text that Twilio rewrote could not be found again
  by `find`, which compares texts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS, never_left
from chalicelib.gateways.twilio_errors import CODES, describe, verdict
from chalicelib.gateways.twilio_webhooks import status_callback_url

if TYPE_CHECKING:
    from twilio.rest import Client

MAX_CHARACTERS = 1600
VALIDITY_SECONDS = 4 * 60 * 60
IDLE_SECONDS = 20
"""A connection idle for longer is opened anew: a Lambda that slept wakes up with dead ones, and a request written
into one of those is an uncertain send."""

LISTED = 200
"""How many of a number's latest messages `find` looks at before it says that it cannot tell."""
FAILED = frozenset({"failed", "undelivered", "canceled"})
"""A message that ended so did not go out: the one we ask about may be its second try."""
CLOCKS_APART = timedelta(seconds=10)
"""Our clock and Twilio's may differ by that much; Twilio's times have whole seconds."""
TRIAL_PREFIX = "Sent from your Twilio trial account - "

_quiet = logging.getLogger("chalicelib.gateways.twilio_http")
_quiet.setLevel(
    logging.WARNING
)  # Twilio's client logs every address at INFO: phone numbers have no place in a log


class TwilioSms:
    """An `SmsGateway` on Twilio's REST API."""

    name = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        api_url: str | None = None,
        secondary_token: str | None = None,
        timeout_seconds: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        """
        Remember the account; nothing is opened before the first message.

        Args:
            account_sid: `AC…`.
            auth_token: Primary token; also signs the webhooks.
            sender: Number in E.164, sender name, or a Messaging Service (`MG…`).
            public_url: Where the hotline is reached; the status callback is built on it.
            api_url: Another address for the API, plain http allowed (an edge, the simulator).
            secondary_token: Taken when the primary one is refused, during a rotation.
            timeout_seconds: To connect, to be answered.
        """
        self.tokens: tuple[str, ...] = (auth_token, secondary_token) if secondary_token else (auth_token,)
        self._account_sid = account_sid
        self._sender = sender
        self._public_url = public_url
        self._api_url = api_url
        self._timeout = timeout_seconds
        self._clients: dict[str, Client] = {}
        self._used_at = 0.0

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """
        Hand one message to Twilio; return its SID.

        Raises:
            SendFailed: Twilio refused it, or was never reached.
            SendUncertain: No answer, or none that tells; it may have gone out.
        """
        if len(text) > MAX_CHARACTERS:
            refused = CODES[21617]
            raise SendFailed(describe(21617, refused), retry=refused.retry, alarm=refused.alarm)
        origin = (
            "messaging_service_sid" if self._sender.startswith("MG") and len(self._sender) == 34 else "from_"
        )
        fields: dict[str, Any] = {
            origin: self._sender,
            "to": to,
            "body": text,
            "status_callback": status_callback_url(self._public_url, message_id),
            "validity_period": VALIDITY_SECONDS,
            "smart_encoded": False,
        }
        for token in self.tokens:
            try:
                sid = self._client(token).messages.create(**fields).sid
            except Exception as problem:
                if token != self.tokens[-1] and getattr(problem, "code", None) == 20003:
                    continue
                _raise_what_it_means(problem)
            if not sid:
                raise SendUncertain("twilio answered without a message SID")
            return sid
        raise AssertionError("at least one token")  # pragma: no cover

    def find(self, *, to: str, text: str, message_id: str, since: datetime) -> str | None:
        """
        Return the SID of a message that did reach Twilio, None when it certainly did not.

        Twilio lists neither our id nor the callback address, so a message is known by recipient, text and time.
        One that failed on its way counts as not sent: a second try after a failure must not find the first.
        The list is not narrowed by `DateSent`: a message still queued has none and would be missed, and sent twice.

        Args:
            to: As given to `send`.
            text: As given to `send`.
            message_id: Our id; only for the error.
            since: When the send was tried first, aware.

        Raises:
            SendUncertain: The list could not be read, or is longer than `LISTED` without reaching back to *since*.
        """
        oldest = since.astimezone(UTC) - CLOCKS_APART
        for token in self.tokens:
            try:
                messages = self._client(token).messages.stream(to=to, limit=LISTED, page_size=50)
                return _match(messages, text, message_id, oldest)
            except SendUncertain:
                raise
            except Exception as problem:
                if token == self.tokens[-1]:
                    raise SendUncertain(
                        f"twilio cannot be asked about {message_id}: {_kind(problem)}"
                    ) from problem
        raise AssertionError("at least one token")  # pragma: no cover

    def _client(self, token: str) -> Client:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._clients.clear()
        self._used_at = time.monotonic()
        if token not in self._clients:
            from twilio.http.http_client import TwilioHttpClient
            from twilio.rest import Client  # 90 ms: only where messages are sent

            # requests, below it, takes the pair (connect, read); without retries of its own, which could send twice
            http = TwilioHttpClient(timeout=None, max_retries=0, logger=_quiet)
            http.timeout = self._timeout
            # the environment is given, so that Twilio's client does not read TWILIO_EDGE and others past settings.py
            client = Client(self._account_sid, token, http_client=http, environment={"TWILIO_EDGE": ""})
            if self._api_url:
                client.api.base_url = self._api_url.rstrip("/")
            self._clients[token] = client
        return self._clients[token]


def _match(messages: Iterable[Any], text: str, message_id: str, oldest: datetime) -> str | None:
    seen = 0
    for message in messages:  # newest first
        seen += 1
        created_at = message.date_created
        if created_at is not None and created_at.replace(tzinfo=created_at.tzinfo or UTC) < oldest:
            return None
        if message.direction == "inbound" or message.status in FAILED:
            continue
        body = (message.body or "").removeprefix(TRIAL_PREFIX)
        if body.strip() == text.strip():
            return str(message.sid)
    if seen >= LISTED:
        raise SendUncertain(f"{message_id} is not among the last {LISTED} messages to its recipient")
    return None


def _raise_what_it_means(problem: Exception) -> NoReturn:
    from twilio.base.exceptions import TwilioRestException, TwilioServiceException

    if isinstance(problem, TwilioRestException | TwilioServiceException):
        status = int(problem.status or 0)
        code = problem.code if isinstance(problem.code, int) and problem.code >= 1000 else None
        if status < 200 or 300 <= status < 500 or status == 503 or code in CODES:
            found = verdict(code, status)
            raise SendFailed(describe(code, found), retry=found.retry, alarm=found.alarm) from problem
        # A proxy's 500, 502 or 504 can hide a message that was taken: look before it is sent again.
        raise SendUncertain(f"twilio answered {status}") from problem
    if never_left(problem):
        raise SendFailed(f"twilio not reached: {_kind(problem)}", retry=True) from problem
    raise SendUncertain(f"twilio did not answer: {_kind(problem)}") from problem


def _kind(problem: Exception) -> str:
    """The error's name only: its text can hold the recipient's number."""
    return type(problem).__name__
