"""Bring a recording in: fetch, store, look at what was stored, delete at the provider, have it written down.

One pass of an outbox row does what can be done now. Where the last pass stopped is told by the facts, never by a mark
of our own: a transcription that exists was begun after the file was stored; what the provider no longer has, we have.
So a pass that died anywhere is simply done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.message import Message
from chalicelib.domain.recording import LEAST_BYTES, Transcript, file_key
from chalicelib.errors import RecordingUnavailable, SendFailed, StorageUnavailable
from chalicelib.usecases.take_transcript import Hearing, ask_to_listen, keep_note, take_words

_log = logging.getLogger("hotline.recordings")

TOO_LITTLE = "empty recording"


@dataclass(frozen=True, slots=True)
class Recordings:
    """What a recording goes through."""

    voice: Callable[[], Any]
    """The provider that made it: `VoiceGateway`."""
    files: Any
    """Where recordings are kept: `FileStore`."""
    transcriber: Any | None
    """Writes them down: `Transcriber`; None where people listen."""
    hearing: Callable[[], Hearing]
    """What a transcript is understood with."""


def fetch_recording(message: Message, recordings: Recordings) -> bool:
    """
    Do what can be done now for the recording of an outbox row.

    Args:
        message: Its params name the provider's id of the recording and its length in seconds.
        recordings: The provider, the store, the transcriber, the cases.

    Returns:
        Whether all is done; else another pass is due in a minute.

    Raises:
        SendFailed: The provider or the transcriber said no; or the file is no recording.
        StorageUnavailable, CaseConflict: Of the cases; to be tried again.
    """
    recording = str(message.params["recording"])
    written = Transcript("unknown")
    if recordings.transcriber is not None:
        written = recordings.transcriber.result(recording)
    if written.state == "running":
        return False
    if written.state == "unknown":
        heard = _brought_in(message, recording, recordings)
        if not heard or message.case_code is None:
            return True
        if recordings.transcriber is None:
            ask_to_listen(message, recordings.hearing(), why="")
            return True
        recordings.transcriber.start(recording, file_key(recording), message.language)
        return False
    if written.state == "done" and written.text.strip():
        take_words(message, written.text, recordings.hearing())
        return True
    why = written.reason or "no words were understood"
    _log.warning("recording not written down", extra={"message_id": message.id, "reason": why})
    ask_to_listen(message, recordings.hearing(), why=why)
    return True


def _brought_in(message: Message, recording: str, recordings: Recordings) -> bool:
    """Store a recording and delete it at the provider; False when there is nothing in it to hear."""
    key = file_key(recording)
    voice = recordings.voice()
    try:
        content, kind = voice.fetch_recording(recording)
    except RecordingUnavailable as problem:  # deleted by a pass that died, or not ready yet
        if not _is_stored(recordings.files, key):
            raise SendFailed(problem.reason, retry=problem.retry, alarm=problem.alarm) from problem
        keep_note(message, key, recordings.hearing())
        return True
    if len(content) < LEAST_BYTES:
        ask_to_listen(message, recordings.hearing(), why=TOO_LITTLE)
        _delete(voice, recording)
        return False
    recordings.files.put(key, content, kind)
    if recordings.files.get(key) != content:
        raise SendFailed("recording was not stored whole", retry=True, alarm=True)
    keep_note(message, key, recordings.hearing())
    _delete(voice, recording)
    return True


def _delete(voice: Any, recording: str) -> None:
    try:
        voice.delete_recording(recording)
    except RecordingUnavailable as problem:
        reason = f"not deleted at the provider: {problem.reason}"
        raise SendFailed(reason, retry=problem.retry, alarm=problem.alarm) from problem


def _is_stored(files: Any, key: str) -> bool:
    """Whether we have it; a bucket that may not be listed refuses what it does not have instead of missing it."""
    try:
        files.get(key)
    except (KeyError, StorageUnavailable):
        return False
    return True
