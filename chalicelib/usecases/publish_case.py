"""The desk lets everybody read a handled case, in words it has checked, and takes it off again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Actor, Case
from chalicelib.domain.published import Published, may_be_published
from chalicelib.domain.text import normalise
from chalicelib.errors import ActionNotAllowed, CaseConflict, MalformedRequest

Commit = Callable[..., None]


def publish_case(case: Case, matter: str, answer: str, *, commit: Commit, cases: Any, now: datetime) -> Case:
    """
    Publish a case in these words; a form sent twice changes nothing.

    Nobody is told: the citizen wrote to the hotline, not to the public, and is not named. The event says who and when;
    the words stand in the published item alone, so that taking them off leaves none behind.

    Args:
        case: With its whole history.
        matter: What it is about, without identity: the desk has read and confirmed it.
        answer: What was answered, likewise.
        commit: Stores event and words together.
        cases: Knows what is published.
        now: The moment of publication.

    Raises:
        MalformedRequest: Names the field that is empty: text (the matter) or answer.
        ActionNotAllowed: No answer stands, or it is a denunciation or spam.
        CaseConflict: Somebody else has just published it in other words, or changed the case.
    """
    matter, answer = normalise(matter).strip(), normalise(answer).strip()
    if not may_be_published(case):
        raise ActionNotAllowed("only a case with an answer that stands, no denunciation and no spam")
    if not matter or not answer:
        raise MalformedRequest("text" if not matter else "answer")
    if case.published_at is not None:
        known = cases.published([case.code]).get(case.code)
        if known is not None and (known.matter, known.answer) == (matter, answer):
            return case
        raise CaseConflict("Somebody else has published it in other words.")
    published = case.act("publish", actor=Actor.DESK, at=now, published_at=now)
    commit(cases=(published,), published=Published(case.code, matter, answer, now))
    return published


def take_off(case: Case, *, commit: Commit, now: datetime) -> Case:
    """
    Take a case off the public list, words and all; one that is not on it is left alone.

    Raises:
        CaseConflict: Somebody else changed the case first.
    """
    if case.published_at is None:
        return case
    taken_off = case.act("unpublish", actor=Actor.DESK, at=now, published_at=None)
    commit(cases=(taken_off,))
    return taken_off
