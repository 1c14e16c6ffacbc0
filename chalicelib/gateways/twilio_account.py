"""A Twilio account's REST client: opened late, renewed when idle, and what its failures mean."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS, never_left
from chalicelib.gateways.twilio_errors import CODES, describe, verdict

if TYPE_CHECKING:
    from twilio.rest import Client

Answer = TypeVar("Answer")

REFUSED = 20003
"""Twilio's code for a token that is not, or no longer, the account's."""

IDLE_SECONDS = 20
"""A connection idle for longer is opened anew: a Lambda that slept wakes up with dead ones, and a request written
into one of those is an uncertain send."""

_quiet = logging.getLogger("chalicelib.gateways.twilio_http")
# Twilio's client logs every address at INFO: phone numbers have no place in a log
_quiet.setLevel(logging.WARNING)


class TwilioAccount:
    """One account with the tokens that count; a client each."""

    def __init__(
        self,
        sid: str,
        auth_token: str,
        api_url: str | None = None,
        secondary_token: str | None = None,
        timeout_seconds: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        self.sid = sid
        self.tokens: tuple[str, ...] = (auth_token, secondary_token) if secondary_token else (auth_token,)
        self.api_url = api_url.rstrip("/") if api_url else None
        self._timeout = timeout_seconds
        self._clients: dict[str, Client] = {}
        self._used_at = 0.0

    def client(self, token: str) -> Client:
        """Return the client that signs in with *token*."""
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
            client = Client(self.sid, token, http_client=http, environment={"TWILIO_EDGE": ""})
            if self.api_url:
                client.api.base_url = self.api_url
            self._clients[token] = client
        return self._clients[token]

    def ask(self, question: Callable[[Client], Answer]) -> Answer:
        """Ask with the primary token, and with the secondary one where Twilio refuses that; errors pass through."""
        for token in self.tokens[:-1]:
            try:
                return question(self.client(token))
            except Exception as problem:
                if getattr(problem, "code", None) != REFUSED:
                    raise
        return question(self.client(self.tokens[-1]))


def raise_what_it_means(problem: Exception) -> NoReturn:
    """
    Say in the outbox's words what an error of Twilio's client means.

    Raises:
        SendFailed: Twilio refused, or was never reached.
        SendUncertain: It may have been done.
    """
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
        raise SendFailed(f"twilio not reached: {kind_of(problem)}", retry=True) from problem
    raise SendUncertain(f"twilio did not answer: {kind_of(problem)}") from problem


def kind_of(problem: Exception) -> str:
    """The error's name only: its text can hold the recipient's number."""
    return type(problem).__name__
