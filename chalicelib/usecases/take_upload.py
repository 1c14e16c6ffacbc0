"""Take a file somebody sent: look at it, make it anew, store it under a name of ours, join it to the case; once.

One pass of an outbox row (usecases/send.py). The step that joins or refuses bears the row's id: a pass that died
anywhere is simply done again, and what two passes store is the same file under the same name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.domain.attachment import (
    ENDINGS,
    MAX_BYTES,
    MOST,
    START_BYTES,
    SafeFile,
    announced,
    attached,
    file_type,
    settled,
)
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.message import Message
from chalicelib.errors import CaseConflict, CaseNotFound, FileRefused, SendFailed, StorageUnavailable
from chalicelib.texts import text
from chalicelib.usecases import notices

MAX_TRIES = 4

AWAITED = timedelta(hours=24)
"""So long a file may take to come; then the case says that it did not."""

MOST_BEGUN = 5
"""So often a file is begun by a sender that does not live to tell; then it is the file."""

TOLD_TOGETHER = timedelta(minutes=15)
"""Files that come within it are told to the agency with the first of them."""

_log = logging.getLogger("hotline.uploads")


@dataclass(frozen=True, slots=True)
class Uploads:
    """What a file goes through."""

    files: Any
    """Where it was put and where it will lie: `FileStore`."""
    make_safe: Callable[[bytes, str], SafeFile]
    """Makes it anew (gateways/safe_files.py)."""
    cases: Any
    commit: Callable[..., None]
    directory: Directory
    now: datetime


def take_upload(message: Message, uploads: Uploads) -> bool:
    """
    Do what can be done now for the file of an outbox row.

    Args:
        message: Its params name where the file was put, what it will be called and who sent it.
        uploads: The store, what makes files safe, the cases.

    Returns:
        Whether all is done; False while the file is not there yet.

    Raises:
        SendFailed: To be tried again.
    """
    assert message.case_code is not None
    try:
        outcome = _outcome(message, uploads)
        if outcome == "waits":
            return False
        if outcome == "left":  # an earlier pass may have stored what the case then did not take
            for ending in ENDINGS.values():
                uploads.files.delete(_stored_key(message, ending))
        uploads.files.delete(message.params["key"])
    except (StorageUnavailable, CaseConflict) as problem:
        raise SendFailed(f"file not taken: {type(problem).__name__}", retry=True) from problem
    return True


Outcome = Literal["waits", "joined", "left"]
"""The file is not there yet; it is joined to its case; it is not, and will not be."""


def _outcome(message: Message, uploads: Uploads) -> Outcome:
    try:
        case: Case = uploads.cases.get(message.case_code)
    except CaseNotFound:  # erased: the file goes too
        return "left"
    if settled(case, message.id):
        return _told_by(case, message)
    try:
        key, safe = _made_safe(message, case, uploads)
    except KeyError:
        if uploads.now - message.created_at < AWAITED:
            return "waits"
        return _settle(message, uploads, lambda case: _refused(case, message, "missing", uploads))
    except FileRefused as refused:
        reason = str(refused)
        _log.warning("file refused", extra={"message_id": message.id, "reason": reason})
        return _settle(message, uploads, lambda case: _refused(case, message, reason, uploads))
    return _settle(message, uploads, lambda case: _attached(case, message, key, safe, uploads))


def _told_by(case: Case, message: Message) -> Outcome:
    return "joined" if any(event.data.get("upload") == message.id for event in attached(case)) else "left"


def _stored_key(message: Message, ending: str) -> str:
    return f"attachments/{message.case_code}/{message.params['name']}.{ending}"


def _made_safe(message: Message, case: Case, uploads: Uploads) -> tuple[str, SafeFile]:
    """
    Store the file made anew; return its key and what it is.

    Raises:
        KeyError: It is not there (yet).
        FileRefused: It is not taken.
    """
    if message.attempts > MOST_BEGUN:
        raise FileRefused("unreadable")
    files, raw = uploads.files, message.params["key"]
    size = files.size(raw)
    _unless_full(case, message)
    if not 0 < size <= MAX_BYTES:
        raise FileRefused("too_large" if size else "unreadable")
    content_type = file_type(files.get_start(raw, START_BYTES))
    if content_type is None:
        raise FileRefused("wrong_type")
    content = files.get_start(raw, MAX_BYTES + 1)  # another one may have been put there since
    if len(content) > MAX_BYTES:
        raise FileRefused("too_large")
    safe = uploads.make_safe(content, content_type)
    key = _stored_key(message, ENDINGS[safe.content_type])
    files.put(key, safe.content, safe.content_type)
    return key, safe


def _unless_full(case: Case, message: Message) -> None:
    if not case.allows("attach", Actor(message.params["by"])):
        raise FileRefused("closed")
    if len(attached(case, Actor(message.params["by"]))) >= MOST:
        raise FileRefused("too_many")


Change = tuple[Case, tuple[Message, ...]]


def _settle(message: Message, uploads: Uploads, change: Callable[[Case], Change]) -> Outcome:
    """Write the step unless it is written; return what it says. An erased case is let be. Raises CaseConflict."""
    for _ in range(MAX_TRIES):
        try:
            case: Case = uploads.cases.get(message.case_code)
        except CaseNotFound:
            return "left"
        if settled(case, message.id):
            return _told_by(case, message)
        changed, messages = change(case)
        try:
            uploads.commit(cases=(changed,), messages=messages)
        except CaseConflict:
            continue
        return _told_by(changed, message)
    raise CaseConflict("the case kept changing: a file waits")


def _attached(case: Case, message: Message, key: str, safe: SafeFile, uploads: Uploads) -> Change:
    try:
        _unless_full(case, message)
    except FileRefused as refused:  # somebody was faster
        return _refused(case, message, str(refused), uploads)
    by = Actor(message.params["by"])
    facts: dict[str, Any] = {
        "upload": message.id,
        "attachment": key,
        "type": safe.content_type,
        "bytes": len(safe.content),
        **({"width": safe.width, "height": safe.height} if safe.width else {}),
    }
    joined = case.act(
        "attach", actor=by, at=uploads.now, by=str(message.params.get("agency", "")), data=facts
    )
    return joined, _told(case, joined, by, uploads)


def _told(case: Case, joined: Case, by: Actor, uploads: Uploads) -> tuple[Message, ...]:
    """Tell the agency of a file it does not expect: its first mail tells of those that came with the form."""
    if by is not Actor.CITIZEN or case.status not in ("assigned", "in_progress", "waiting_citizen"):
        return ()
    if len(attached(joined, by)) <= announced(case):
        return ()
    lately = [event.at for event in attached(case, by) if uploads.now - event.at < TOLD_TOGETHER]
    if lately:
        return ()
    return notices.to_agency(joined, "attached", directory=uploads.directory, now=uploads.now)


def _refused(case: Case, message: Message, reason: str, uploads: Uploads) -> Change:
    facts = {"upload": message.id, "refused": reason, "for": message.params["by"]}
    number = str(uploads.directory.province.get("number", "1022"))
    words = text(f"upload.refused.{reason}", "vi", uploads.directory, number=number)
    return case.act("note", actor=Actor.SYSTEM, at=uploads.now, note=words, data=facts), ()
