"""One phone call as far as it went: where it stands, what was said, what it has become. Written at every step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.domain.script import Script

START, KEYS, SPEECH, SILENCE, RECORDED, RUNG, WAITING, LEFT, ENDED = (
    "start",
    "keys",
    "speech",
    "silence",
    "recorded",
    "rung",
    "waiting",
    "left",
    "ended",
)
"""Kinds of what comes in during a call."""


@dataclass(frozen=True, slots=True)
class Came:
    """One thing that came in during a call; the same again is known by call and turn."""

    call_id: str
    """Provider and its call id, e.g. `twilio#CA…`."""
    turn: int
    """Which answer of ours it follows: 0 for the first."""
    kind: str
    caller: str = ""
    """E.164; empty when the caller hides it."""
    called: str = ""
    keys: str = ""
    speech: str = ""
    confidence: float | None = None
    recording: str = ""
    """The provider's id of a recording."""
    seconds: int = 0
    """Length of a recording, or of a talk."""
    result: str = ""
    """How ringing or waiting ended: completed, no-answer, busy, failed; hangup, leave."""
    about: str = ""
    """Our id of the message a call was placed for; empty for a call that came in."""

    @property
    def id(self) -> str:
        """Id of this step in the inbox. Leaving the queue answers the turn that entered it, as the first news did."""
        if self.kind == ENDED:
            return f"{self.call_id}#{ENDED}"
        return f"{self.call_id}#{LEFT}#{self.turn}" if self.kind == LEFT else f"{self.call_id}#{self.turn}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its dialogue. `turn` is its version: two webhooks of one turn cannot both write."""

    id: str
    caller: str
    reporter_id: str
    started_at: datetime
    updated_at: datetime
    called: str = ""
    language: str = "vi"
    step: str = "menu"
    """Branch, a dot, and the step in it: `menu.welcome`, `report.confirm`, `person.wait`."""
    turn: int = 0
    stored_turn: int = -1
    """As it lies in the table; -1 = not stored yet."""
    tries: int = 0
    """Inputs at this step that made no sense, silence included."""
    case_code: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    """What a branch has to remember; JSON values."""
    ended_at: datetime | None = None
    outcome: str = ""
    """What it was: report, status, one_stop, listen, talked, call_back …"""

    def goes_to(self, step: str, **changes: Any) -> Call:
        """The call at another step, its tries counted anew."""
        return replace(self, step=step, tries=0, **changes)

    def remembers(self, **notes: Any) -> Call:
        """The call with more in its memory."""
        return replace(self, notes={**self.notes, **notes})


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer: where the call stands after it, what is said, and what is written with it."""

    call: Call
    script: Script
    cases: tuple[Any, ...] = ()
    messages: tuple[Any, ...] = ()
    queue: Any = None
    """The line's queue, where the step changed it."""
