"""Handled cases everybody may read: which may be published, and the words the desk has confirmed for it.

Nothing is published by itself. The machine masks what it knows (domain/masking.py); what is personal beyond that
only a person sees, so the desk reads, edits and confirms. Everything else the page shows is the case's own: field,
area, agency, dates, rating. The public list shows no code because nobody needs it there; Open311 shows the same words
under the code. A code is no secret: what is one citizen's own opens by their link or six digits, and tries are limited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import WITH_ANSWER, Case, Event, Kind


@dataclass(frozen=True, slots=True)
class Published:
    """The words of one case for everybody."""

    code: str
    matter: str = ""
    """What the citizen wrote, without identity."""
    answer: str = ""
    published_at: datetime | None = None
    """None = taken off."""


def may_be_published(case: Case) -> bool:
    """
    Tell whether the desk may publish a case: it has an answer that stands, and is neither a denunciation nor spam.

    A denunciation stays secret, whatever became of it (Law on Denunciations 2018).
    """
    return (
        case.status in WITH_ANSWER
        and case.answered_at is not None
        and case.kind is not Kind.DENUNCIATION
        and not case.spam
        and case.merged_into is None
    )


def is_published(case: Case) -> bool:
    """Tell whether everybody may read a case; what may not be published (any more) is not, whatever was stored."""
    return case.published_at is not None and may_be_published(case)


def matter_of(case: Case) -> str:
    """Return what a published case is about: the citizen's words but those against the answer."""
    return "\n".join(event.note for event in case.events if _tells_matter(event) and event.note)


def _tells_matter(event: Event) -> bool:
    return event.actor == "citizen" and event.action in ("open", "add", "reply")
