"""What somebody hands in through a form or another system, and what would become of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.directory import Area, StandardAnswer

BY_FORM = ("web", "open311")
"""Channels of cases whose reporter nobody has proved: who files may leave a stranger's number."""


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


def web_filing_id(form: str, *fields: str | float | None) -> str:
    """
    Return the id of what was handed in with a form.

    What stands in its fields is part of it: a form sent twice makes one case, a form taken back and changed, be it
    the phone only, makes another.
    """
    said = json.dumps(fields, ensure_ascii=True)
    return f"web#{form}#{hashlib.sha256(said.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A commune of today the reporter may mean."""

    area: Area
    before: tuple[Area, ...] = ()
    """The former units they named that went into it; empty when they named the commune itself."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would become of what is written in the form."""

    case: Case
    """As it would be opened now, with agency and due moment when the rules give one."""
    children: tuple[Case, ...] = ()
    """Further matters in the same words, each for an agency of its own."""
    unclear: bool = False
    """There is no matter in the words."""
    asks_status: bool = False
    """They ask what became of an earlier case."""
    numbers: tuple[str, ...] = ()
    """Whom to call first; empty unless it is an emergency."""
    perhaps_numbers: tuple[str, ...] = ()
    """Whom to call if the words do tell of danger; empty in an emergency."""
    service: str = ""
    """The field the hotline has understood, or the reporter chose; empty when neither."""
    guesses: tuple[str, ...] = ()
    """Fields it may be, when it was not understood clearly."""
    choices: tuple[Choice, ...] = ()
    """Communes to choose from, when the place may be several."""
    asks_place: bool = False
    """Nothing says where it is, and that decides who handles it."""
    outside: str = ""
    """The place as said, when it lies in another province."""
    said: Area | None = None
    """The former unit they named, when it is one commune today."""
    answers: tuple[StandardAnswer, ...] = ()
    """Published answers that may already settle it."""
