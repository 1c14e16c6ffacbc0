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

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS
from chalicelib.gateways.twilio_account import TwilioAccount, kind_of, raise_what_it_means
from chalicelib.gateways.twilio_errors import CODES, describe
from chalicelib.gateways.twilio_webhooks import status_callback_url

MAX_CHARACTERS = 1600
VALIDITY_SECONDS = 4 * 60 * 60
LISTED = 200
"""How many of a number's latest messages `find` looks at before it says that it cannot tell."""
FAILED = frozenset({"failed", "undelivered", "canceled"})
"""A message that ended so did not go out: the one we ask about may be its second try."""
CLOCKS_APART = timedelta(seconds=10)
"""Our clock and Twilio's may differ by that much; Twilio's times have whole seconds."""
TRIAL_PREFIX = "Sent from your Twilio trial account - "


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
        self._account = TwilioAccount(account_sid, auth_token, api_url, secondary_token, timeout_seconds)
        self.tokens = self._account.tokens
        self._sender = sender
        self._public_url = public_url

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
        try:
            sid = self._account.ask(lambda client: client.messages.create(**fields).sid)
        except Exception as problem:
            raise_what_it_means(problem)
        if not sid:
            raise SendUncertain("twilio answered without a message SID")
        return sid

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
        try:
            return self._account.ask(
                lambda client: _match(
                    client.messages.stream(to=to, limit=LISTED, page_size=50), text, message_id, oldest
                )
            )
        except SendUncertain:
            raise
        except Exception as problem:
            raise SendUncertain(f"twilio cannot be asked about {message_id}: {kind_of(problem)}") from problem


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
