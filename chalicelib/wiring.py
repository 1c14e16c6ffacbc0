"""Builds and keeps the real stores and gateways of this process. Called by entry points (and `local/`) only.

Everything is built when first needed: a webhook that sends nothing never imports a mail client.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from chalicelib import settings
from chalicelib.domain.code import new_code
from chalicelib.domain.directory import Directory
from chalicelib.domain.keys import Keys
from chalicelib.domain.message import Message
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.directory_store import DirectoryStore
from chalicelib.storage.inbox_store import InboxStore
from chalicelib.storage.limit_store import LimitStore
from chalicelib.storage.outbox_store import OutboxStore
from chalicelib.storage.stats_store import StatsStore

DIRECTORY_SECONDS = 60
"""How long a published directory is used before looking whether another one is current."""

_clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - replaced as a value by set_clock


def now() -> datetime:
    """The moment that counts; simulated on one machine."""
    return _clock()


def wall_clock() -> datetime:
    """The real time, also on one machine: what a signature on the wire is held against."""
    return datetime.now(UTC)


def set_clock(clock: Callable[[], datetime]) -> None:
    """Let another clock count (`local/`)."""
    global _clock
    _clock = clock


@cache
def case_store() -> CaseStore:
    """Cases with their history."""
    return CaseStore()


@cache
def inbox_store() -> InboxStore:
    """What came in."""
    return InboxStore()


@cache
def outbox_store() -> OutboxStore:
    """What goes out."""
    return OutboxStore()


@cache
def stats_store() -> StatsStore:
    """Daily counters."""
    return StatsStore()


@cache
def limits() -> LimitStore:
    """How often somebody did something on the public pages."""
    return LimitStore()


@cache
def directory_store() -> DirectoryStore:
    """Published province packs."""
    return DirectoryStore()


class _Current:
    """The directory in use and what is compiled from it."""

    def __init__(self) -> None:
        self.directory: Directory | None = None
        self.reader: Any = None
        self.looked_at = float("-inf")

    def refresh(self) -> Directory:
        if self.directory is None or time.monotonic() - self.looked_at > DIRECTORY_SECONDS:
            if self.directory is None or directory_store().current_version() != self.directory.version:
                self.directory = Directory.from_data(directory_store().load_current())
                self.reader = None
            self.looked_at = time.monotonic()
        return self.directory


_current = _Current()


def directory() -> Directory:
    """The province pack in force: read once, kept, looked after once a minute."""
    return _current.refresh()


def reader() -> Any:
    """Understands texts with the words and places of the pack in force."""
    from chalicelib.domain.understanding import Reader

    pack = directory()
    if _current.reader is None:
        _current.reader = Reader([pack])
    return _current.reader


def read_parameters(path: str, names: tuple[str, ...], region: str) -> Mapping[str, str]:
    """Read the stack's parameters; the settings ask for it when the first secret is needed."""
    from chalicelib.gateways import parameters

    return parameters.read_parameters(path, names, region)


settings.read_parameters_with(read_parameters)


def keys() -> Keys:
    """The province's keys as they are now."""
    return Keys(settings.signing_keys(), settings.index_key())


def forget() -> None:
    """Build everything anew: after tables or settings changed (tests, `local/`)."""
    _current.__init__()  # type: ignore[misc]
    settings.read_parameters_with(read_parameters)
    for built in (
        case_store,
        inbox_store,
        outbox_store,
        stats_store,
        directory_store,
        _json_sms,
        _twilio_sms,
        email_gateway,
        files,
        recordings,
        transcriber,
    ):
        built.cache_clear()


def fresh_code() -> str:
    """A new case code."""
    return new_code(secrets.randbelow)


def sms_gateway() -> Any:
    """The SMS provider the province chose; another one once its secrets have changed."""
    if settings.sms_provider() == "gateway":
        return _json_sms(settings.gateway_url(), settings.gateway_secrets(), settings.sms_sender())
    return _twilio_sms(
        settings.twilio_account_sid(),
        settings.twilio_auth_tokens(),
        settings.sms_sender(),
        settings.public_url(),
        settings.twilio_api_url(),
    )


@lru_cache(maxsize=1)
def _json_sms(url: str, shared: tuple[str, ...], sender: str) -> Any:
    from chalicelib.gateways.sms_json import JsonSms

    return JsonSms(url, shared, sender)


@lru_cache(maxsize=1)
def _twilio_sms(
    account: str, tokens: tuple[str, ...], sender: str, public_url: str, api_url: str | None
) -> Any:
    from chalicelib.gateways.sms_twilio import TwilioSms

    primary, *secondary = tokens
    return TwilioSms(
        account,
        primary,
        sender,
        public_url,
        api_url=api_url,
        secondary_token=secondary[0] if secondary else None,
    )


def voice_gateway() -> Any:
    """Places calls and hands over recordings; another one once its secrets have changed."""
    return _twilio_voice(
        settings.twilio_account_sid(),
        settings.twilio_auth_tokens(),
        settings.voice_number(),
        settings.public_url(),
        settings.twilio_api_url(),
    )


@lru_cache(maxsize=1)
def _twilio_voice(
    account: str, tokens: tuple[str, ...], number: str, public_url: str, api_url: str | None
) -> Any:
    from chalicelib.gateways.voice_twilio import TwilioVoice

    primary, *secondary = tokens
    return TwilioVoice(
        account,
        primary,
        number,
        public_url,
        api_url=api_url,
        secondary_token=secondary[0] if secondary else None,
    )


@cache
def email_gateway() -> Any:
    """The mail service."""
    if settings.email_provider() == "smtp":
        from chalicelib.gateways.email_smtp import SmtpEmail

        return SmtpEmail(settings.email_sender(), settings.smtp_url())
    from chalicelib.gateways.email_ses import SesEmail

    return SesEmail(
        settings.email_sender(),
        settings.email_configuration_set(),
        settings.region(),
        endpoint_url=settings.ses_endpoint(),
    )


@cache
def files() -> Any:
    """Where files are kept."""
    return _store(settings.files_bucket())


@cache
def recordings() -> Any:
    """Where recordings of calls are kept: apart from the files, and kept for another time."""
    return _store(settings.recordings_bucket(), "/recordings")


def _store(bucket: str | None, below: str = "") -> Any:
    if bucket:
        from chalicelib.gateways.files import S3Files

        return S3Files(bucket, settings.region(), settings.files_endpoint())
    from chalicelib.gateways.files_folder import FolderFiles

    door = settings.files_url()
    secret = settings.signing_keys()[0] if door else ""
    return FolderFiles(f"{settings.files_folder()}{below}", f"{door}{below}" if door else "", secret)


@cache
def transcriber() -> Any:
    """Writes recordings down; None where people listen."""
    if settings.transcriber() == "none":
        return None
    from chalicelib.gateways.transcribe_aws import AmazonTranscribe

    return AmazonTranscribe(
        settings.recordings_bucket() or "recordings",
        recordings(),
        settings.transcribe_jobs(),
        settings.region(),
        settings.transcribe_endpoint(),
    )


def taking() -> dict[str, Any]:
    """What every use case that takes a message needs."""
    return {
        "cases": case_store(),
        "inbox": inbox_store(),
        "commit": commit,
        "directory": directory(),
        "reader": reader(),
        "keys": keys(),
        "now": now(),
        "new_code": fresh_code,
    }


def showing() -> dict[str, Any]:
    """What makes a mail or a page of a case."""
    from chalicelib.web.render import mail
    from chalicelib.web.views import case_view

    return {
        "render": mail,
        "view": case_view,
        "public_url": settings.public_url(),
        "keys": keys(),
    }


def sending() -> Any:
    """What sending from the outbox needs. Noting what became of a message takes no setting of the mail service."""
    from chalicelib.usecases import notices
    from chalicelib.usecases.compose import compose
    from chalicelib.usecases.send import Sending

    return Sending(
        outbox=outbox_store(),
        sms=sms_gateway,
        email=email_gateway,
        compose=lambda message: compose(message, _composer()),
        tell_desk=tell_desk,
        civil=lambda at: notices.civil_at(directory(), at),
        recording=_work_on_recording,
        upload=_take_upload,
        voice=voice_gateway,
        placing=_whom_to_ring,
    )


def _whom_to_ring(message: Message) -> Any:
    """Whose phone rings for a call-back."""
    from chalicelib.usecases.call_out import placing

    return placing(
        message, cases=case_store(), inbox=inbox_store(), commit=commit, directory=directory(), now=now()
    )


def _work_on_recording(message: Message) -> bool:
    """Do what can be done now for a recording."""
    from chalicelib.usecases.fetch_recording import Recordings, fetch_recording
    from chalicelib.usecases.take_transcript import Hearing

    return fetch_recording(
        message,
        Recordings(
            voice=voice_gateway,
            files=recordings(),
            transcriber=transcriber(),
            hearing=lambda: Hearing(case_store(), commit, directory(), reader(), now(), fresh_code),
        ),
    )


def _take_upload(message: Message) -> bool:
    """Do what can be done now for a file somebody sent."""
    from chalicelib.gateways.safe_files import make_safe
    from chalicelib.usecases.take_upload import Uploads, take_upload

    return take_upload(
        message,
        Uploads(
            files=files(),
            make_safe=lambda content, kind: make_safe(content, kind, environment=settings.for_a_child()),
            cases=case_store(),
            commit=commit,
            directory=directory(),
            now=now(),
        ),
    )


def _composer() -> Any:
    """What a mail is made of."""
    from chalicelib.usecases.compose import Composer

    return Composer(
        cases=case_store(),
        files=files,
        directory=directory(),
        reply_domain=settings.email_reply_domain(),
        now=now(),
        **showing(),
    )


def tell_desk(message: Message) -> None:
    """Put a message that failed for good on the desk's table."""
    from chalicelib.usecases.message_failed import tell_desk_of_failure

    tell_desk_of_failure(message, cases=case_store(), commit=commit, directory=directory(), now=now())
