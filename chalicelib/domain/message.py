"""A message to a person, from the moment a change makes it due until its fate is known (the *outbox*)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Delivery(StrEnum):
    """Where a message stands. A message never goes back from a final state."""

    PENDING = "pending"
    """Waits for its time or its turn."""
    SENDING = "sending"
    """Leased by a sender; a lease that runs out means the outcome is unknown."""
    UNCERTAIN = "uncertain"
    """May have gone out; to be settled by a callback or by listing before any further send."""
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up; the desk sees it and may redirect it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SMS, email or call-back. An email may be a template with small parameters, rendered when it is sent."""

    id: str
    """Made from the change that caused it (`482177306-2-assignment`), so that writing it twice is writing it once."""
    channel: str
    """sms, email or call."""
    to: str
    purpose: str
    """assignment, answer, reminder, …: what it is for; also names its template."""
    created_at: datetime
    due_at: datetime
    """Not before; also when the sweep looks at it again."""
    text: str = ""
    subject: str = ""
    html: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    """What the template `purpose` needs beside the case; JSON values."""
    case_code: str | None = None
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    attachments: tuple[str, ...] = ()
    """Keys in the file store."""
    language: str = "vi"
    civil_hours: bool = False
    """Whether it must wait for civil hours (SMS to people who have not just written)."""
    status: Delivery = Delivery.PENDING
    attempts: int = 0
    provider_id: str = ""
    error: str = ""
    was_uncertain: bool = False
    """Set once an outcome was unknown; a later send may then be a second one."""
    sent_at: datetime | None = None
