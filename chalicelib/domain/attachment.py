"""Files people send along: how many, how large, of which kinds, under which names, and whose they are.

A browser puts a file straight into the store, under a key nobody can guess or choose (`upload_key`). What lies there is
never shown: it is looked at, made anew and stored under a name of ours (usecases/take_upload.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import Actor, Case, Event, Kind
from chalicelib.domain.keys import Keys, upload_mark
from chalicelib.domain.message import Message

CHANNEL = "upload"
"""Of the outbox rows that bring files in: the same mechanism as for messages that go out."""

MOST = 5
"""Files of the citizen, and as many of the agencies, with one case."""

MAX_BYTES = 10 * 1024 * 1024
"""Of one file; a phone's picture has 3 to 8 million."""

START_BYTES = 16
"""So many first bytes tell what a file is."""

UPLOAD_SECONDS = 1_800
"""How long a file may be put into the store after it was asked for: a slow line, and a person who looks for it."""

SHOWN_SECONDS = 600
"""How long an address of a file opens it."""

TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
"""What is taken."""

ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
"""What is kept → ending of its name."""

REFUSALS = ("too_large", "wrong_type", "unreadable", "locked", "too_long", "too_many", "missing", "closed")
"""Why a file is not taken; each has its sentence `upload.refused.<reason>`."""


@dataclass(frozen=True, slots=True)
class SafeFile:
    """A file made anew from what somebody sent."""

    content: bytes
    content_type: str
    """image/jpeg or application/pdf: every picture becomes a JPEG."""
    width: int = 0
    """Pixels, of a picture."""
    height: int = 0


_FORM = re.compile(r"[0-9a-f]{32,64}")


def is_form(form: str) -> bool:
    """Whether it is the random name a form gave itself: 32 to 64 hexadecimal digits."""
    return bool(_FORM.fullmatch(form))


def upload_key(form: str, number: int, keys: Keys) -> str:
    """Return where file *number* (1 to MOST) of a form is put; without our key nobody can tell it."""
    return f"uploads/{upload_mark(form, keys)}/{number}"


def upload_keys(form: str, values: Iterable[str], keys: Keys) -> tuple[str, ...]:
    """
    Return which of the keys sent with a form are its own, each once, in the order they came.

    For whoever takes the form: a key of somebody else's form, a key made up and a key too many are left out, because
    a key names a file that will be joined to the case.

    Args:
        form: The random name of the form: the same that its uploads were asked for with.
        values: Keys as they were posted.
        keys: The province's.
    """
    own = {upload_key(form, number, keys) for number in range(1, MOST + 1)}
    return tuple(dict.fromkeys(value for value in values if value in own))


def slot_form(case: Case, by: str, slot: str) -> str:
    """Return the name an upload to a case that is there goes by: of this case, by this side, for this one page."""
    return f"{case.code}|{by}|{slot}"


def file_type(start: bytes) -> str | None:
    """Return the media type of a file by its first bytes; None for any that is not taken."""
    if start[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if start[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[:5] == b"%PDF-":
        return "application/pdf"
    return None


def uploads(case: Case, keys: Iterable[str], now: datetime) -> tuple[Message, ...]:
    """Return the outbox rows that bring in what was uploaded with the form a case was filed by."""
    return tuple(
        _row(case, str(number), key, Actor.CITIZEN, "", now) for number, key in enumerate(keys, start=1)
    )


def later_upload(case: Case, slot: str, key: str, *, by: str, agency: str, now: datetime) -> Message:
    """
    Return the row that brings in one file sent to a case that is there; the same *slot* is the same row.

    Args:
        by: citizen or agency.
        agency: Its code when an agency sent it.
    """
    return _row(case, slot, key, Actor(by), agency, now)


def _row(case: Case, name: str, key: str, by: Actor, agency: str, now: datetime) -> Message:
    return Message(
        id=f"{case.code}-{CHANNEL}-{name}",
        channel=CHANNEL,
        to="",
        purpose=CHANNEL,
        created_at=now,
        due_at=now,
        params={"key": key, "name": name, "by": str(by), **({"agency": agency} if agency else {})},
        case_code=case.code,
    )


def attached(case: Case, by: Actor | None = None) -> list[Event]:
    """Return the steps that joined a file to the case, all or those of one side."""
    return [event for event in case.events if event.action == "attach" and by in (None, event.actor)]


def settled(case: Case, row: str) -> bool:
    """Whether an uploaded file was joined to the case or refused already; *row* is its outbox row."""
    return any(event.data.get("upload") == row for event in case.events)


def announced(case: Case) -> int:
    """Return how many files the citizen sent with the form: joined or on their way; refused ones do not count."""
    sent = int(case.events[0].data.get("uploads", 0)) if case.events else 0
    refused = sum("refused" in event.data and event.data.get("for") == Actor.CITIZEN for event in case.events)
    return max(len(attached(case, Actor.CITIZEN)), sent - refused)


def may_see(case: Case, event: Event, audience: str) -> bool:
    """
    Whether an audience (citizen, agency, desk) is shown an attached file.

    A denunciation's files are for the desk and whoever sent them. What an agency attaches goes with its answer.
    """
    if audience == "desk":
        return True
    if audience == "citizen":
        return event.actor is Actor.CITIZEN or bool(case.answer)
    return audience == "agency" and case.kind is not Kind.DENUNCIATION
