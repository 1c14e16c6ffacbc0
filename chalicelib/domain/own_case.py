"""What reporters may see and do with their own case on its page, and how they prove that it is theirs. Pure.

A code stands in lists and is read aloud, so it opens nothing personal. The reporter's own link does, and so do the
last digits of the phone or the mail address they left; six digits, because four could be tried out, and the whole of it
when too many were wrong of late.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.case import Actor, Case, Kind, Status
from chalicelib.domain.contact import number_of
from chalicelib.errors import ActionNotAllowed, MalformedRequest

if TYPE_CHECKING:  # lists of cases are shown without it
    from chalicelib.domain.dialogue import Decision

PROOF_DIGITS = 6
"""Of the phone's end; more may be typed, and then all of them have to fit."""

WHOLE_DIGITS = 9
"""Digits of the shortest number in Việt Nam without its leading 0."""

MAX_CONTACT = 254
"""Characters of a mail address (RFC 5321 §4.5.3.1.3)."""

_RATINGS = ("1", "2", "3")

NEEDS_WORDS = frozenset({"reply", "object", "add"})
"""Acts that are nothing without words."""

ACTS = ("reply", "rate", "object", "add", "withdraw")
"""In the order the page offers them."""


def read_contact(said: str) -> str:
    """
    Return what somebody says of the address they left, in the spelling `proves` compares.

    Args:
        said: Six or more last digits of a phone, however grouped, or a mail address.

    Raises:
        MalformedRequest: It is neither; says nothing about any case.
    """
    said = said.strip()
    if "@" in said and len(said) <= MAX_CONTACT:
        return said.lower()
    digits = re.sub(r"[\s.()+-]", "", said)
    if not (digits.isascii() and digits.isdigit() and PROOF_DIGITS <= len(digits) <= 15):
        raise MalformedRequest("contact")
    return (
        digits.lstrip("0") if len(digits) > WHOLE_DIGITS else digits
    )  # 0900… and 0084900… both end as +84900…


def is_whole(contact: str) -> bool:
    """Tell whether a contact as `read_contact` gives it is all of an address, not its end: nobody tries those out."""
    return "@" in contact or len(contact) >= WHOLE_DIGITS


def proves(contact: str, case: Case) -> bool:
    """Tell, in the same time whatever fits, whether a contact as `read_contact` gives it is the reporter's."""
    known = (_proof(case.reporter_address, contact), _proof(number_of(case), contact))
    fits = [hmac.compare_digest(contact.encode("utf-8", "replace"), one.encode()) for one in known]
    return any(right and one != "" for right, one in zip(fits, known, strict=True))


def _proof(address: str, contact: str) -> str:
    """What a contact has to be for this address: a mail address whole, of a number as much of its end as was typed."""
    if "@" in address:
        return address.strip().lower()
    return address[-len(contact) :] if min(len(address), len(contact)) >= PROOF_DIGITS else ""


def told_openly(case: Case) -> Status:
    """
    Return the status a code alone shows, on the case's page and by Open311.

    A denunciation is with the desk for whoever has nothing but its code, whatever became of it (Law on Denunciations
    2018); an ordinary case that is with the desk looks the same.
    """
    return Status.RECEIVED if case.kind is Kind.DENUNCIATION else case.status


def own_acts(case: Case, now: datetime) -> tuple[str, ...]:
    """Return what reporters may do with their case now."""
    return tuple(act for act in ACTS if _may(case, act, now))


def _may(case: Case, act: str, now: datetime) -> bool:
    if act == "reply":
        return case.status is Status.WAITING_CITIZEN or _was_asked(case)
    if act == "rate":
        from chalicelib.domain.dialogue import can_rate

        return can_rate(case, now) and case.allows("rate", Actor.CITIZEN)
    if act == "object":
        return case.allows("object", Actor.CITIZEN) and (
            case.objection_until is None or now <= case.objection_until
        )
    if act == "add":  # after the answer, more is an objection or a matter of its own
        return case.is_open and case.allows("add", Actor.CITIZEN) and not _was_asked(case)
    return case.allows("withdraw", Actor.CITIZEN)


def _was_asked(case: Case) -> bool:
    """Whether the hotline still waits for the place or the matter of a case it could not place."""
    return case.status is Status.RECEIVED and case.asked_at is not None


def decision_of(case: Case, act: str, words: str, rating: str, now: datetime) -> Decision:
    """
    Return what an act on the case's own page is, in the terms of every other way in.

    Args:
        case: As it is now.
        act: One of `ACTS`.
        words: Normalised.
        rating: "1", "2" or "3" to rate.
        now: Aware.

    Raises:
        MalformedRequest: No such act ("act"), or its words ("text") or number ("rating") are missing.
        ActionNotAllowed: The case does not allow it (any more).
    """
    from chalicelib.domain.dialogue import Decision

    if act not in ACTS:
        raise MalformedRequest("act")
    if act in NEEDS_WORDS and not words:
        raise MalformedRequest("text")
    if act == "rate" and rating not in _RATINGS:
        raise MalformedRequest("rating")
    if not _may(case, act, now):
        raise ActionNotAllowed(f"{act} on a case that is {case.status}")
    if act == "rate":
        return Decision("rate", case.code, rating=int(rating))
    if act == "reply" and case.status is Status.RECEIVED:
        return Decision("clarify", case.code, text=words)
    return Decision({"add": "addition"}.get(act, act), case.code, text=words)
