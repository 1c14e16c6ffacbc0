"""One leg of a call on the simulated telephone: who, where it stands, what was said, what it waits for."""

from __future__ import annotations

import math
import struct
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import settings

Given = dict[str, Any]
Wants = dict[str, Any]
Playing = Generator[Wants, Given, Any]
"""Plays documents until something is wanted; takes what was given."""

RINGING, TALKING, ENDED = "ringing", "in-progress", "ended"

HIDDEN = "+266696687"
"""What Twilio writes for a caller who hides the number."""
SAMPLES_A_SECOND = 8000


@dataclass
class PhoneCall:
    """A leg: a citizen who calls, a phone that a Dial rings, or a call placed by API."""

    sid: str
    caller: str
    to: str
    direction: str
    """inbound, outbound-dial, outbound-api."""
    started_at: datetime
    state: str = RINGING
    status: str = "ringing"
    """Twilio's word; how it ended once it has."""
    connected: bool = False
    """Whether two people talk."""
    parent: str = ""
    address: str = ""
    """Asked when it is picked up."""
    callback: str = ""
    events: frozenset[str] = frozenset({"completed"})
    ring_seconds: int = 60
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    said: list[dict[str, str]] = field(default_factory=list)
    """What this leg heard, and what was given by it: `who`, `text`, `language`."""
    answered_with: int = 0
    """How much of `said` the API has told."""
    faults: list[str] = field(default_factory=list)
    faults_told: int = 0
    wants: Wants | None = None
    playing: Playing | None = None
    documents: int = 0
    """Fetched since something was given; too many are a loop."""
    copies: int = 1
    """How often each webhook is posted."""

    def fields(self, now: datetime) -> dict[str, str]:
        """What Twilio posts with every webhook of this leg."""
        found = {
            "AccountSid": settings.twilio_account_sid(),
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Called": self.to,
            "CalledCity": "",
            "Caller": self.caller,
            "Direction": self.direction,
            "From": self.caller,
            "FromCity": "",
            "FromCountry": "VN",
            "To": self.to,
            "ToCity": "",
        }
        if self.parent:
            found["ParentCallSid"] = self.parent
        if self.state == ENDED:
            found["CallDuration"] = str(self.seconds(now))
        return found

    def seconds(self, now: datetime) -> int:
        """How long it has been talked."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or now) - self.answered_at).total_seconds())

    def hear(self, text: str, language: str = "", who: str = "hotline") -> None:
        """Note what is heard on this leg, or given by it."""
        if text:
            self.said.append({"who": who, "text": text, "language": language})

    def transcript(self) -> str:
        """What the hotline said on it."""
        return "\n".join(line["text"] for line in self.said if line["who"] == "hotline")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording kept by the provider."""

    sid: str
    call: str
    seconds: int
    sound: bytes
    created_at: datetime


def tone(seconds: int) -> bytes:
    """Return a WAV file of a soft tone, as long as asked: something to fetch, store and play."""
    wave = b"".join(
        struct.pack("<h", int(3000 * math.sin(2 * math.pi * 440 * n / SAMPLES_A_SECOND)))
        for n in range(SAMPLES_A_SECOND // 20)  # 22 whole swings: copies join without a click
    )
    data = wave * (20 * seconds)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1,
                       SAMPLES_A_SECOND, 2 * SAMPLES_A_SECOND, 2, 16, b"data", len(data))  # fmt: skip
    return head + data
