"""Calls by Twilio: placed, and their recordings fetched and deleted. What is said in them is made in `voice_twiml`.

Decisions, with their reasons:

- Recordings are fetched by their id from our own account's address, never from an address in a webhook: nobody can
  send us elsewhere.
- WAV, not MP3: every speech recognition and every player reads it, and ten minutes are 10 MB.
- No machine detection: an officer's phone is screened by key, which a voicemail cannot press.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from chalicelib.domain.recording import MAX_BYTES, sound_type
from chalicelib.errors import RecordingUnavailable, SendUncertain
from chalicelib.gateways.sms_twilio import CLOCKS_APART
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS
from chalicelib.gateways.twilio_account import TwilioAccount, kind_of, raise_what_it_means
from chalicelib.gateways.twilio_errors import describe, verdict
from chalicelib.gateways.twilio_voice_webhooks import call_out_url, call_status_url

RING_SECONDS = 20
"""Below the half minute after which most voicemails answer."""
API_URL = "https://api.twilio.com"
LISTED = 50
"""How many of a number's latest calls `find` looks at."""
CHUNK = 64 * 1024

_RECORDING = re.compile(r"RE[0-9a-fA-F]{32}")


class TwilioVoice:
    """A `VoiceGateway` on Twilio's REST API."""

    name = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        caller_id: str,
        public_url: str,
        api_url: str | None = None,
        secondary_token: str | None = None,
        timeout_seconds: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        """
        Remember the account; nothing is opened before the first call.

        Args:
            account_sid: `AC…`.
            auth_token: Primary token; also signs the webhooks.
            caller_id: Number that phones show: one of the account, in E.164.
            public_url: Where the hotline is reached; webhook addresses are built on it.
            api_url: Another address for the API, plain http allowed on this machine (the simulator).
            secondary_token: Taken when the primary one is refused, during a rotation.
            timeout_seconds: To connect, to be answered.

        Raises:
            ValueError: *api_url* is neither Twilio's nor on this machine: credentials and recordings would go there.
        """
        _check_host(api_url or API_URL)
        self._account = TwilioAccount(account_sid, auth_token, api_url, secondary_token, timeout_seconds)
        self._caller_id = caller_id
        self._public_url = public_url
        self._timeout = timeout_seconds

    def call(self, *, to: str, message_id: str) -> str:
        """
        Ring a phone; return the call's SID. What is said in it is asked for at `call_out_url`.

        Raises:
            SendFailed: Twilio refused it, or was never reached.
            SendUncertain: No answer, or none that tells; it may be ringing.
        """
        fields: dict[str, Any] = {
            "to": to,
            "from_": self._caller_id,
            "url": call_out_url(self._public_url, message_id),
            "method": "POST",
            "timeout": RING_SECONDS,
            "status_callback": call_status_url(self._public_url, message_id),
            "status_callback_event": ["completed"],
            "status_callback_method": "POST",
        }
        try:
            sid = self._account.ask(lambda client: client.calls.create(**fields).sid)
        except Exception as problem:
            raise_what_it_means(problem)
        if not sid:
            raise SendUncertain("twilio answered without a call SID")
        return str(sid)

    def find(self, *, to: str, message_id: str, since: datetime) -> str | None:
        """
        Return None when no call to *to* has been placed since; Twilio tells no more, as calls carry no id of ours.

        Raises:
            SendUncertain: There was one, which may be this one; its status callback will tell. Or it cannot be asked.
        """
        try:
            # not narrowed by StartTime: a call that is queued has none and would be missed
            calls = self._account.ask(lambda client: client.calls.list(to=to, limit=LISTED))
        except Exception as problem:
            raise SendUncertain(f"twilio cannot be asked about {message_id}: {kind_of(problem)}") from problem
        reaches_back = len(calls) < LISTED or not _is_since(calls[-1], since)
        if reaches_back and not any(_is_since(one, since) and _is_ours(one) for one in calls):
            return None
        raise SendUncertain(f"a call to the same number was placed; {message_id} may be it")

    def fetch_recording(self, recording: str) -> tuple[bytes, str]:
        """
        Return a recording and its content type.

        Raises:
            RecordingUnavailable: It is not there (yet), too large, no sound, or Twilio could not be asked.
        """
        from urllib3.exceptions import HTTPError

        status = 0
        for token in self._account.tokens:
            try:
                status, content = self._get(self._address(recording), token)
            except (HTTPError, OSError) as problem:
                raise RecordingUnavailable(
                    f"twilio did not answer: {kind_of(problem)}", retry=True
                ) from problem
            if status == 200:
                if len(content) > MAX_BYTES:
                    raise RecordingUnavailable(f"recording has more than {MAX_BYTES} bytes", retry=False)
                kind = sound_type(content)
                if kind is None:
                    raise RecordingUnavailable("recording is no sound", retry=False, alarm=True)
                return content, kind
            if status != 401:
                break
        raise _unavailable(status)

    def delete_recording(self, recording: str) -> None:
        """Delete a recording; one that is gone is deleted. Raises RecordingUnavailable."""
        from twilio.base.exceptions import TwilioRestException

        _check_id(recording)
        try:
            self._account.ask(lambda client: client.recordings(recording).delete())
        except TwilioRestException as problem:
            if problem.status != 404:
                raise _unavailable(int(problem.status or 0), problem.code) from problem
        except Exception as problem:
            raise RecordingUnavailable(f"twilio did not answer: {kind_of(problem)}", retry=True) from problem

    def _address(self, recording: str) -> str:
        _check_id(recording)
        base = self._account.api_url or API_URL
        return f"{base}/2010-04-01/Accounts/{self._account.sid}/Recordings/{recording}.wav"

    def _get(self, address: str, token: str) -> tuple[int, bytes]:
        """GET with the account's credentials, following nobody elsewhere, one byte more than may be at most."""
        import urllib3

        connect, read = self._timeout
        with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=connect, read=read)) as pool:
            answer = pool.request(
                "GET",
                address,
                headers=urllib3.make_headers(basic_auth=f"{self._account.sid}:{token}"),
                redirect=False,
                preload_content=False,
            )
            try:
                content = b"" if answer.status != 200 else _at_most(answer)
                return answer.status, content
            finally:
                answer.close()


def _at_most(answer: Any) -> bytes:
    parts, size = [], 0
    for part in answer.stream(CHUNK):
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            break
    return b"".join(parts)


def _is_since(call: Any, since: datetime) -> bool:
    created = call.date_created
    return created is None or bool(created.replace(tzinfo=created.tzinfo or UTC) >= since - CLOCKS_APART)


def _is_ours(call: Any) -> bool:
    """Placed by API; not a call that came in, nor an officer's phone that a Dial rang."""
    return str(call.direction or "") == "outbound-api"


def _unavailable(status: int, code: Any = None) -> RecordingUnavailable:
    known = code if isinstance(code, int) and code >= 1000 else None
    if status == 404:
        return RecordingUnavailable("twilio has no such recording, or not yet", retry=True)
    if status >= 500:
        return RecordingUnavailable(f"twilio answered {status}", retry=True)
    found = verdict(known, status)
    return RecordingUnavailable(describe(known, found), retry=found.retry, alarm=found.alarm)


def _check_id(recording: str) -> None:
    if not _RECORDING.fullmatch(recording):
        raise RecordingUnavailable("not the id of a recording", retry=False)


def _check_host(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    twilio = parts.scheme == "https" and (host == "twilio.com" or host.endswith(".twilio.com"))
    here = host in ("127.0.0.1", "localhost")
    if not (twilio or here):
        raise ValueError("TWILIO_API_URL is neither an https address of twilio.com nor on this machine.")
