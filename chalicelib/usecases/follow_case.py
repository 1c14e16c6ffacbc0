"""Follow one's own case on the web: find it by code, prove it is one's own, act on it once (the *inbox*, design §4)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from chalicelib.domain.case import Case, Kind, Priority, Status
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.directory import Directory
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.keys import Keys, case_token, case_token_code, opens_case
from chalicelib.domain.own_case import decision_of, is_whole, proves
from chalicelib.errors import AlreadyReceived, CaseConflict, CaseNotFound
from chalicelib.usecases.open_case import Sender
from chalicelib.usecases.reading import Reading

MAX_TRIES = 4
"""Somebody of the agency and the reporter act at the same moment once; more than a few times is a storm."""

EVERYBODY = "all"
"""Whose wrong digits `open_all` counts."""

_log = logging.getLogger("hotline.inbox")

_NOBODYS = Case(
    code="",
    status=Status.CLOSED,
    kind=Kind.QUESTION,
    priority=Priority.NORMAL,
    received_at=datetime(2000, 1, 1, tzinfo=UTC),
    channel="web",
    reporter_id="",
    reporter_address="",
)
"""Stands in where there is no case, so that what exists and what does not take the same steps. Nothing opens it."""

_NO_CODE = "none"


def find_openly(code: str, *, cases: Any) -> Case:
    """
    Return the case a code names, for what a code alone may show.

    Raises:
        CaseNotFound: No case has it.
    """
    found = _read(code, cases)
    if found is _NOBODYS:
        raise CaseNotFound(code)
    return found


def find_with_proof(
    code: str, contact: str, network: str, *, cases: Any, limits: Any, keys: Keys, now: datetime
) -> tuple[Case, str]:
    """
    Return the case a code names and the token of its own link to somebody who knows the address the reporter left.

    A try is counted before anything is compared and given back when it was right: a thousand at the same moment are
    as few as one after the other. Once too many were wrong for a case or from a network, nothing opens until the window
    ends. Once too many were wrong anywhere, only a whole address opens: wrong digits shut nobody else out.

    Args:
        code: With a right check digit.
        contact: As `own_case.read_contact` gives it.
        network: Keyed mark of where the asker is.
        limits: Counts `open_code`, `open_network` and `open_all` of domain/limits.py.

    Raises:
        CaseNotFound: No such case, not theirs, or too many tries: all the same to whoever asks.
    """
    tries = (("open_code", code), ("open_network", network), ("open_all", EVERYBODY))
    counted = list(takewhile(lambda one: limits.take(*one, now=now), tries))
    allowed = len(counted) >= (len(tries) - 1 if is_whole(contact) else len(tries))
    found = _read(code, cases)
    right = proves(contact, found)
    if right or not allowed:  # only what was wrong stays counted
        for name, who in counted:
            limits.give_back(name, who, now=now)
    if not right or not allowed:
        raise CaseNotFound(code)
    return found, case_token(found, keys)


def open_own(token: str, *, cases: Any, keys: Keys) -> Case:
    """
    Return the case a reporter's own link opens.

    Raises:
        CaseNotFound: It opens none; nothing tells whether the case exists.
    """
    found = _read(case_token_code(token), cases)
    if not opens_case(token, found, keys) or found is _NOBODYS:
        raise CaseNotFound("link")
    return found


def children_of(case: Case, *, cases: Any, keys: Keys) -> list[tuple[Case, str]]:
    """Return the further cases made of one hand-in, each with the token of its own link."""
    if case.level != 3 and case.agency is not None:  # an agency's case counts so when it has any
        return []
    return [(child, case_token(child, keys)) for child in cases.children(case)]


def parent_token(case: Case, keys: Keys) -> str:
    """Return the token of the case this one was made out of; empty when it stands for itself."""
    return case_token(replace(case, code=case.parent), keys) if case.parent else ""


def act_on_own(
    case: Case,
    act: str,
    words: str,
    rating: str,
    form: str,
    *,
    cases: Any,
    inbox: Any,
    commit: Callable[..., None],
    directory: Directory,
    reader: Any,
    keys: Keys,
    now: datetime,
    new_code: Callable[[], str],
) -> str:
    """
    Do what a reporter posted on the page of their case, and return the name of what was done.

    The same post again does nothing more and returns the same. Somebody of the agency who is faster is no error as
    long as the case still allows the act.

    Args:
        case: As `open_own` gave it.
        act, words, rating: See `own_case.decision_of`; *words* normalised.
        form: The signed form's own name: the same form with the same content is the same post.
        cases, inbox, commit, directory, reader, keys, now, new_code: See `take_sms`.

    Raises:
        MalformedRequest, ActionNotAllowed: As `own_case.decision_of`.
        StorageUnavailable, CaseConflict: Nothing was written.
    """
    reading = Reading(cases, directory, reader, keys, now, new_code)
    post = _post_id(case.code, act, words, rating, form)
    for _ in range(MAX_TRIES):
        known, talk = inbox.read(post, case.reporter_id)
        if known is not None:
            return str(known.reply)
        decision = decision_of(case, act, words, rating, now)
        answered = reading.carry_out(
            decision,
            sender=Sender(case.reporter_id, case.reporter_address, case.channel, case.language),
            talk=talk or Talk(case.reporter_id, now),
            recent=(case,),
            understanding=reading.understand(words),
        )
        received = Received(
            id=post,
            received_at=now,
            channel="web",
            reporter_id=case.reporter_id,
            text=words,
            reply=act,
            case_code=case.code,
            outcome=decision.what,
        )
        try:
            commit(
                cases=answered.cases,
                messages=answered.messages,
                received=received,
                talk=_talk(talk, answered.talk, case, now),
            )
        except AlreadyReceived:
            return act
        except CaseConflict:
            case = cases.get(case.code)
            continue
        _log.info("contact", extra={"channel": "web", "outcome": decision.what})
        return act
    raise CaseConflict("the case kept changing")


def _read(code: str, cases: Any) -> Case:
    """One read, whatever was asked for."""
    try:
        found: Case = cases.get(code if is_valid_code(code) else _NO_CODE)
    except CaseNotFound:
        return _NOBODYS
    return found


def _talk(before: Talk | None, after: Talk, case: Case, now: datetime) -> Talk | None:
    """The conversation by text moves on with a case it is about: what was answered here is not asked there again."""
    if before is None or before.case_code != case.code:
        return None
    return replace(after, updated_at=now, version=before.version + 1)


def _post_id(code: str, act: str, words: str, rating: str, form: str) -> str:
    said = hashlib.sha256(f"{act}|{rating}|{words}".encode("utf-8", "replace")).hexdigest()[:16]
    return f"web#act#{code}#{form}#{said}"
