"""The desk acts on a case from its signed page: assign, answer on the spot, decline, ask, have the citizen called."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import handling
from chalicelib.domain.calendar import local
from chalicelib.domain.case import WITH_AGENCY, Actor, Case
from chalicelib.domain.contact import may_ask
from chalicelib.domain.directory import Directory
from chalicelib.domain.text import normalise
from chalicelib.errors import ActionNotAllowed, MalformedRequest
from chalicelib.usecases import notices
from chalicelib.usecases.agency_action import Commit, Outcome


def act_for_desk(
    case: Case, act: str, text: str, agency: str, *, commit: Commit, directory: Directory, now: datetime
) -> Case:
    """
    Do the desk's action and store it with everything it makes us tell people.

    Args:
        case: With its whole history.
        act: assign (needs *agency*), answer, decline or ask (need *text*), or call.
        text: Note, answer, reason or question; for call the officer's phone, empty = whoever is free.
        agency: Code of the agency to assign to; the one that has the case already changes nothing.

    Raises:
        MalformedRequest: Names the field that is wrong: act, text, agency or phone.
        ActionNotAllowed: The case's status or kind forbids it.
        CaseConflict: Somebody else acted on the case first.
    """
    outcome = desk_action(case, act, normalise(text).strip(), agency, directory=directory, now=now)
    commit(cases=(outcome.case,), messages=outcome.messages)
    return outcome.case


def desk_action(
    case: Case, act: str, words: str, agency: str, *, directory: Directory, now: datetime
) -> Outcome:
    """Return what the desk's action makes of a case; writes nothing. Errors as `act_for_desk`."""
    if act == "assign":
        return _assign(case, words, agency, directory, now)
    if act == "call":
        return _call(case, words, directory, now)
    if act not in ("answer", "decline", "ask"):
        raise MalformedRequest("act")
    if not words:
        raise MalformedRequest("text")
    if act == "answer":
        answered = handling.answer(case, directory, at=now, words=words, actor=Actor.DESK)
        return Outcome(
            answered, notices.to_citizen(answered, "answer", directory=directory, now=now, answer=words)
        )
    if act == "decline":
        declined = handling.close(case, directory, at=now, actor=Actor.DESK, action="decline", note=words)
        return Outcome(
            declined, notices.to_citizen(declined, "declined", directory=directory, now=now, reason=words)
        )
    if not may_ask(case):
        raise ActionNotAllowed("nobody could answer a question")
    asked = handling.ask_citizen(case, directory, at=now, question=words, actor=Actor.DESK)
    return Outcome(asked, notices.to_citizen(asked, "question", directory=directory, now=now, question=words))


def _call(case: Case, phone: str, directory: Directory, now: datetime) -> Outcome:
    """Have the citizen called; only phones of the pack may ring, whoever holds the link."""
    from chalicelib.domain.contact import may_call, phones_to_ring
    from chalicelib.usecases import call_out  # a page that calls nobody does without

    if not may_call(case):
        raise ActionNotAllowed("there is no number to call, or the case has ended")
    if phone and phone not in phones_to_ring(directory, now):
        raise MalformedRequest("phone")
    return Outcome(*call_out.ask(case, phone, directory=directory, now=now))


def _assign(case: Case, note: str, code: str, directory: Directory, now: datetime) -> Outcome:
    agency = directory.agencies.get(code)
    if agency is None or not agency.valid.covers(local(now).date()):
        raise MalformedRequest("agency")
    if case.agency == agency.code and case.status in WITH_AGENCY:
        return Outcome(case)  # a form sent twice: its links and deadlines stand, nobody is told again
    assigned = handling.assign(
        case, agency, directory, at=now, actor=Actor.DESK, reason={"rule": "desk"}, note=note
    )
    return Outcome(
        assigned,
        (
            *notices.assignment(assigned, directory=directory, now=now),
            *notices.to_citizen(assigned, "reassigned", directory=directory, now=now),
        ),
    )
