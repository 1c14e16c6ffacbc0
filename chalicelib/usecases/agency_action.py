"""An agency acts on its case: accept, return, ask, extend, report progress or answer. From a link, a mail or an SMS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.domain import handling
from chalicelib.domain.calendar import local
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.contact import may_ask
from chalicelib.domain.directory import Directory
from chalicelib.domain.message import Message
from chalicelib.domain.proposal import proposed_agency
from chalicelib.domain.text import normalise
from chalicelib.errors import ActionNotAllowed, MalformedRequest
from chalicelib.usecases import notices


class Commit(Protocol):
    """Writes a change whole or not at all (storage/commit.py)."""

    def __call__(
        self, *, cases: tuple[Case, ...] = (), messages: tuple[Message, ...] = (), **rest: object
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case after an action, and the messages it makes due."""

    case: Case
    messages: tuple[Message, ...] = ()


NEEDS_TEXT = frozenset({"return", "ask", "extend", "progress", "answer"})
"""Actions that are nothing without words."""


def agency_action(case: Case, act: str, text: str, *, directory: Directory, now: datetime) -> Outcome:
    """
    Return what an agency's action makes of a case; writes nothing.

    Args:
        case: With its whole history.
        act: accept, return, ask, extend, progress or answer.
        text: Reason, question, note or answer; required but for accept.

    Raises:
        MalformedRequest: *act* is unknown, or its words are missing ("text").
        ActionNotAllowed: The case's status forbids it, or the extension was used.
    """
    action = _ACTIONS.get(act)
    if action is None:
        raise MalformedRequest("act")
    words = normalise(text).strip()
    if act in NEEDS_TEXT and not words:
        raise MalformedRequest("text")
    return action(case, words, directory, now)


def act_for_agency(
    case: Case, act: str, text: str, *, commit: Commit, directory: Directory, now: datetime
) -> Case:
    """
    Do an agency's action and store it with everything it makes us tell people.

    Raises:
        MalformedRequest, ActionNotAllowed: as `agency_action`.
        CaseConflict: Somebody else acted on the case first.
    """
    outcome = agency_action(case, act, text, directory=directory, now=now)
    commit(cases=(outcome.case,), messages=outcome.messages)
    return outcome.case


def _accept(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    return Outcome(handling.accept(case, directory, at=now))


def _return(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    returned = handling.give_back(case, directory, at=now, reason=words)
    proposal = proposed_agency(returned, directory, local(now).date())
    proposed = proposal.code if proposal else None
    return Outcome(
        returned, (notices.to_desk(returned, "returned", directory=directory, now=now, proposed=proposed),)
    )


def _ask(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    if not may_ask(case):
        raise ActionNotAllowed("nobody could answer a question")
    asked = handling.ask_citizen(case, directory, at=now, question=words, actor=Actor.AGENCY)
    return Outcome(asked, notices.to_citizen(asked, "question", directory=directory, now=now, question=words))


def _extend(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    extended = handling.extend_deadline(case, directory, at=now, reason=words)
    return Outcome(
        extended, notices.to_citizen(extended, "extended", directory=directory, now=now, reason=words)
    )


def _progress(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    if case.events[-1].action == "progress" and case.events[-1].note == words:
        return Outcome(case)  # a form sent twice: the citizen has been told
    reported = handling.report_progress(case, directory, at=now, note=words)
    return Outcome(
        reported, notices.to_citizen(reported, "progress", directory=directory, now=now, note=words)
    )


def _answer(case: Case, words: str, directory: Directory, now: datetime) -> Outcome:
    if not case.allows("answer", Actor.AGENCY):
        raise ActionNotAllowed(f"agency may not answer a case that is {case.status}")
    if directory.province.get("review_answers"):
        proposed = handling.propose_answer(case, directory, at=now, words=words)
        return Outcome(proposed, (notices.to_desk(proposed, "review", directory=directory, now=now),))
    answered = handling.answer(case, directory, at=now, words=words, actor=Actor.AGENCY)
    return Outcome(
        answered, notices.to_citizen(answered, "answer", directory=directory, now=now, answer=words)
    )


_ACTIONS: dict[str, Callable[[Case, str, Directory, datetime], Outcome]] = {
    "accept": _accept,
    "return": _return,
    "ask": _ask,
    "extend": _extend,
    "progress": _progress,
    "answer": _answer,
}
