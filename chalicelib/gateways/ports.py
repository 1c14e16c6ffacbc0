"""The doors to the outside: one port each, providers behind it. Use cases know only these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.recording import Transcript

MAX_BODY_BYTES = 64 * 1024
"""Longest body of a webhook or form. A text has at most 1,600 characters: ten times that, percent-encoded, fits."""


@dataclass(frozen=True, slots=True)
class InboundSms:
    """A text message as any provider delivers it."""

    id: str
    """Provider and its message id, e.g. `twilio#SM…`: the same again is the same message."""
    sender: str
    """E.164, or as it came when it is no phone number (a sender name)."""
    recipient: str
    text: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A provider's word on a message we sent."""

    message_id: str
    """Our own id."""
    provider_id: str
    status: str
    """sent, delivered or failed; anything else is no news."""
    error: str = ""
    retry: bool = False
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """An email ready to go."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundMail:
    """An email that came in, reduced to what counts."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    """The new part only: quotes and signature cut off."""
    token: str
    """The token of the recipient address (`case+TOKEN@…`), or empty."""
    automatic: bool
    """Out-of-office, bounce or list mail: to be ignored."""
    trusted: bool
    """SPF, DKIM, DMARC, spam and virus verdicts passed."""


class SmsGateway(Protocol):
    """Sends text messages."""

    name: str

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """
        Hand one message to the provider; return its id.

        Raises:
            SendFailed: The provider refused it; carries whether to try again.
            SendUncertain: No answer; it may have gone out.
        """

    def find(self, *, to: str, text: str, message_id: str, since: datetime) -> str | None:
        """
        Return the provider's id of a message that did go out, None when it did not.

        Raises:
            SendUncertain: It cannot tell.
        """


class EmailGateway(Protocol):
    """Sends email."""

    name: str

    def send(self, mail: Mail) -> str:
        """Hand one mail to the provider; return its id. Raises like `SmsGateway.send`."""

    def find(self, *, message_id: str, since: datetime) -> str | None:
        """Like `SmsGateway.find`; providers that cannot list raise SendUncertain."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What a browser posts one file with (multipart): the fields first, the file last as `file`."""

    url: str
    fields: dict[str, str]


class FileStore(Protocol):
    """Keeps files: report sheets, inbound mail, recordings, what people send along."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file under *key*."""

    def get(self, key: str) -> bytes:
        """Return a file's content. Raises KeyError when there is none."""

    def size(self, key: str) -> int:
        """Return its bytes, without reading it. Raises KeyError when there is none."""

    def get_start(self, key: str, most: int) -> bytes:
        """Return its first *most* bytes. Raises KeyError when there is none."""

    def delete(self, key: str) -> None:
        """Delete a file; one that is gone is deleted."""

    def address(self, key: str, *, seconds: int, name: str) -> str:
        """Return an address under which the file can be opened for a while."""

    def upload_form(
        self, key: str, *, content_type: str, max_bytes: int, seconds: int, redirect: str = ""
    ) -> UploadForm:
        """Return what a browser posts one file with, to be stored under *key*; anything else the store refuses."""


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """A provider's word on a recording of a call."""

    call_id: str
    """As `Came.call_id`."""
    recording: str
    """The provider's id of it."""
    seconds: int
    ready: bool
    """It can be fetched; else nothing was recorded."""


class VoiceGateway(Protocol):
    """Places calls and hands over recordings. What a caller hears is answered to its webhooks (`domain/script.py`)."""

    name: str

    def call(self, *, to: str, message_id: str) -> str:
        """
        Ring a phone; return the provider's id. What is said when it is answered is asked for by webhook.

        Raises:
            SendFailed: The provider refused it; carries whether to try again.
            SendUncertain: No answer; it may be ringing.
        """

    def find(self, *, to: str, message_id: str, since: datetime) -> str | None:
        """Like `SmsGateway.find`."""

    def fetch_recording(self, recording: str) -> tuple[bytes, str]:
        """
        Return a recording and its content type.

        Raises:
            RecordingUnavailable: It cannot be had; carries whether to try again.
        """

    def delete_recording(self, recording: str) -> None:
        """Delete a recording at the provider; one that is gone is deleted. Raises RecordingUnavailable."""


class Transcriber(Protocol):
    """Writes recordings down. A recording is known by the provider's id of it: begun twice is begun once."""

    name: str

    def start(self, recording: str, key: str, language: str) -> None:
        """Begin with the file *key* of the store of recordings. Raises SendFailed."""

    def result(self, recording: str) -> Transcript:
        """Return how far it has come. Raises SendFailed when it cannot be asked."""
