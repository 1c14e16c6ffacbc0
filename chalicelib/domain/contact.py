"""Contacts by telephone: which number a case's citizen is called on, whose phone may ring for it, what is written down.

A contact stands in the history as the data of a note: `contact` in or out, `call`, `result`, `seconds`, `by`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import OPEN, Actor, Case, Status
from chalicelib.domain.directory import Directory

CHANNEL = "call"
"""Of outbox messages that place a call."""

TALKED = "talked"
"""The result of a contact in which somebody talked with the citizen."""


@dataclass(frozen=True, slots=True)
class Placing:
    """What becomes of a due call: the phone to ring now, or when to look again, or neither when nobody needs it."""

    to: str = ""
    later: datetime | None = None


def number_of(case: Case) -> str:
    """
    Return the number a case's citizen is called on, in E.164; empty for none.

    The one they left last to be called back on, else the one they called from, else the one they write from.
    """
    for event in reversed(case.events):
        if left := str(event.data.get("call_back_number", "")):
            return f"+{left}" if left.startswith("84") and len(left) == 11 else f"+84{left.removeprefix('0')}"
        if event.data.get("caller"):
            return str(event.data["caller"])
    return case.reporter_address if case.reporter_address.startswith("+") else ""


def takes_sms(number: str) -> bool:
    """Whether a text message reaches a number: not a landline of Việt Nam (area codes 02…, numbering plan of 2014)."""
    return not number.startswith("+842")


def way_back(case: Case) -> str:
    """
    Return how what is written to the citizen gets to them: `message`, `page` (their own, if they look) or empty.

    Who left no address with a form has the link of their case; who filed through another city system has nothing.
    """
    if case.reporter_address and takes_sms(case.reporter_address):
        return "message"
    return "page" if case.channel == "web" else ""


def may_ask(case: Case) -> bool:
    """Whether anybody could answer a question; nobody behind another city system who left no address."""
    return bool(case.reporter_address) or case.channel != "open311"


def may_call(case: Case) -> bool:
    """Whether the desk may have its citizen called: while the case is open, or they still wait for a call."""
    still_waits = case.status is Status.ANSWERED and waits_for_call(case)
    return (case.status in OPEN or still_waits) and bool(number_of(case))


def waits_for_call(case: Case) -> bool:
    """Whether somebody was promised a call and nobody has talked to them since."""
    promised = [event.at for event in case.events if event.data.get("call_back")]
    return bool(promised) and not talked_since(case, promised[-1])


def phones_to_ring(directory: Directory, now: datetime) -> tuple[str, ...]:
    """Whose phone may ring for a call-back: the centre's officers on duty, and the desk's own."""
    from chalicelib.domain.duty import CENTRE, on_duty

    desk = str(directory.province.get("desk", {}).get("phone") or "")
    return tuple(dict.fromkeys((*on_duty(directory, CENTRE, now).phones, *((desk,) if desk else ()))))


def talked_since(case: Case, since: datetime) -> bool:
    """Whether a talk with the citizen was written down since."""
    return any(
        event.data.get("contact") and event.data.get("result") == TALKED and event.at >= since
        for event in case.events
    )


def contact(
    case: Case,
    call_id: str,
    *,
    outgoing: bool,
    result: str,
    now: datetime,
    words: str,
    by: str = "",
    seconds: int = 0,
) -> Case:
    """
    Return the case with a contact in its history: who, when, how long, result. One known already: the case as it is.

    Args:
        result: talked, or how it failed: no-answer, busy, failed, canceled, officer (our own side did not pick up).
        words: The same for people to read.
        by: The officer's phone, where it is known.
    """
    if any(event.data.get("call") == call_id and event.data.get("contact") for event in case.events):
        return case
    data = {
        "contact": "out" if outgoing else "in",
        "call": call_id,
        "result": result,
        "seconds": seconds,
        "by": by,
    }
    return case.act("note", actor=Actor.SYSTEM, at=now, note=words, data=data)
