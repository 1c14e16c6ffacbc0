"""What came in, with the reply given, and where the conversation with a sender stands (the *inbox*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Received:
    """One message that came in and its effect; the same message again gets the same reply."""

    id: str
    """Provider and its message id: `twilio#SM…`."""
    received_at: datetime
    channel: str
    reporter_id: str
    text: str
    """As it came, kept as far as it is text."""
    reply: str = ""
    case_code: str | None = None
    outcome: str = ""
    """What it was taken for: new_matter, addition, answer, rating, command, agency …"""


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation with one sender. At most one question is open at a time."""

    reporter_id: str
    updated_at: datetime
    version: int = 0
    stored_version: int = 0
    case_code: str | None = None
    """The case last spoken of."""
    asked: str | None = None
    """matter, area or service: what we asked and have no answer to; None = nothing is open."""
    asked_at: datetime | None = None
    options: tuple[str, ...] = ()
    """Ids behind the numbers 1, 2, 3 of the question."""
    language: str = "vi"
