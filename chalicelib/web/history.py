"""What the history of a case says to an audience: which events it sees, each in plain words, and the last of a kind."""

from __future__ import annotations

from chalicelib import texts
from chalicelib.domain.case import Actor, Case, Event, Status
from chalicelib.domain.directory import Directory
from chalicelib.domain.masking import mask
from chalicelib.domain.text import normalise
from chalicelib.web.province import agency_name

AGENCY, DESK, CITIZEN, OFFICE = "agency", "desk", "citizen", "office"

_KEPT_FROM_AGENCY = frozenset({"note", "remind", "describe"})
_TOLD_TO_CITIZEN = frozenset(
    {"open", "ask", "reply", "add", "extend", "progress", "answer", "object", "decline", "withdraw"}
)
"""Steps whose words are the reporter's own or were meant for them."""
_SEEN_BY_CITIZEN = _TOLD_TO_CITIZEN | {
    *("assign", "accept", "rate", "rate_low", "time_out", "end_window", "merge", "unmerge", "reopen")
}
"""These too, without words: a note to an agency is between offices."""


def last(case: Case, action: str) -> Event | None:
    """Return the last event of an action, or None."""
    return next((event for event in reversed(case.events) if event.action == action), None)


def spoken_by(case: Case, action: str, directory: Directory, language: str) -> str:
    """The agency that last did it; empty when the hotline did."""
    event = last(case, action)
    return (
        agency_name(event.by, directory, language)
        if event and event.actor == Actor.AGENCY and event.by
        else ""
    )


def last_words(case: Case) -> str:
    """What the citizen wrote last: a reply, an addition, an objection."""
    said = (event for event in reversed(case.events) if event.action in ("reply", "add", "object", "open"))
    return next((normalise(event.note) for event in said), "")


def question(case: Case) -> str:
    """What an agency or the desk has asked and waits for; empty when nothing is asked."""
    event = last(case, "ask") if case.status is Status.WAITING_CITIZEN else None
    return normalise(event.note) if event else ""


def reason(case: Case) -> str:
    """Why the hotline declined the case; empty when it did not."""
    event = last(case, "decline") if case.status is Status.DECLINED else None
    return normalise(event.note) if event else ""


def last_action(case: Case) -> str:
    """What brought the case to its status."""
    return next((event.action for event in reversed(case.events) if event.to_status != event.from_status), "")


def draft(case: Case) -> str:
    """The agency's answer that waits for the desk, if none was given since."""
    for event in reversed(case.events):
        if event.action == "propose":
            return normalise(event.note)
        if event.action in ("answer", "assign", "return"):
            return ""
    return ""


def shown(event: Event, audience: str) -> bool:
    """Tell whether an audience sees an event at all."""
    if audience == DESK:
        return True
    if audience == CITIZEN:
        return event.action in _SEEN_BY_CITIZEN
    return event.action not in _KEPT_FROM_AGENCY


def line(event: Event, directory: Directory, *, audience: str, own: str, language: str) -> dict[str, str]:
    """Return one event as plain words; *own* is the agency whose own words it may see unmasked."""
    if event.actor is Actor.AGENCY and event.by:
        who = agency_name(event.by, directory, language)
    else:
        who = texts.name("actor", event.actor, language, directory)
    what = texts.name("action", event.action, language, directory)
    if event.action == "assign" and event.by:
        what = f"{what}: {agency_name(event.by, directory, language)}"
    rating = event.data.get("rating")
    told = event.action != "open" and (audience != CITIZEN or event.action in _TOLD_TO_CITIZEN)
    note = normalise(event.note) if told else ""
    if rating in (1, 2, 3):
        note = texts.name("rating", rating, language, directory)
    # an agency's own words need no masking: they hold its own numbers, which it has to find again
    if audience in (AGENCY, OFFICE) and not (event.actor is Actor.AGENCY and event.by == own):
        note = mask(note, keep_places=True)
    return {
        "when": texts.datetime_text(event.at, language),
        "who": who,
        "what": what,
        "note": note,
        "act": event.action,
        "by": agency_name(event.by, directory, language) if event.by else "",
    }
