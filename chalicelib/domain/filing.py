"""What somebody hands in through a form or another system: the words, and what they already chose themselves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Filing:
    """One matter handed in. Everything but the words may be missing."""

    id: str
    """Name of the hand-in: the same again is the same case (`web#…`, `open311#…`)."""
    channel: str
    """web or open311."""
    text: str
    """Normalised."""
    service: str | None = None
    """Chosen field; None = to be understood from the words."""
    topic: str | None = None
    area: str | None = None
    """Chosen unit; None = to be understood from the words and *place*."""
    place: str = ""
    lat: float | None = None
    long: float | None = None
    address: str = ""
    """Phone in E.164 or email address to answer to; empty when none was left."""
    name: str = ""
    identity_shown: bool = False
    language: str = "vi"
    uploads: tuple[str, ...] = ()
    """Keys of files as they were uploaded, not looked at yet."""
    data: dict[str, Any] = field(default_factory=dict)
    """Further small facts for the first event: attributes, the client system."""


def web_filing_id(form: str, text: str) -> str:
    """
    Return the id of what was handed in with a form.

    The words are part of it: a form sent twice makes one case, a form taken back and filled in anew makes another.
    """
    return f"web#{form}#{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
