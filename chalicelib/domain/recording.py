"""What a caller left on tape: its name in the store, what kind of file it is, and what is too little or too much."""

from __future__ import annotations

import re
from dataclasses import dataclass

CHANNEL = "recording"
"""Of the outbox rows that bring recordings in: the same mechanism as for messages that go out."""

PURPOSE = "fetch_recording"

MAX_BYTES = 24 * 1024 * 1024
"""Recordings are cut at ten minutes; of telephone sound, 8,000 times a second 16 bits in two channels, those are
19.2 million bytes."""

LEAST_BYTES = 1_000
"""Less than a tenth of a second of sound; whoever hung up at once leaves such a file."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Transcript:
    """How far the writing down of a recording has come."""

    state: str
    """unknown (not begun), running, done, failed."""
    text: str = ""
    reason: str = ""


def is_id(recording: str) -> bool:
    """Whether it is a provider's id of a recording, fit to name a file, a job and an outbox row."""
    return bool(_ID.fullmatch(recording))


def message_id(recording: str) -> str:
    """Return the id of the outbox row that brings *recording* in."""
    return f"recording-{recording}"


def file_key(recording: str) -> str:
    """Return where *recording* lies in the store of recordings."""
    return f"calls/{recording}"


def sound_type(content: bytes) -> str | None:
    """Return the media type of a sound file by its first bytes; None for anything that is neither WAV nor MP3."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    # An MP3 begins with a tag, or with a frame: eleven bits set (ISO/IEC 11172-3).
    if content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    return None
