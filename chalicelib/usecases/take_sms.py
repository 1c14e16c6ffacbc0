"""Take one text message, whatever carried it: once, whole, with a reply (the *inbox*, docs/design.md §4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.code import find_codes, is_valid_code
from chalicelib.domain.dialogue import decide, is_plainly_new, may_be_about
from chalicelib.domain.directory import Directory
from chalicelib.domain.filing import BY_FORM
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.keys import Keys, reporter_id
from chalicelib.domain.message import Message
from chalicelib.domain.text import normalise
from chalicelib.errors import AlreadyReceived, CaseConflict, CaseNotFound
from chalicelib.gateways.ports import InboundSms
from chalicelib.usecases import read_answer
from chalicelib.usecases.agency_sms import agency_of, take_agency_sms
from chalicelib.usecases.open_case import Sender
from chalicelib.usecases.reading import Reading

MAX_TRIES = 4
"""Two messages of one sender at the same moment collide once; more than a few collisions are a storm."""

RECENT_CASES = 5
"""How many of a sender's latest cases a message may be about that names none by its code."""

LOOKED_AT = 100
"""So many lines of the list of a sender's cases are looked through for them: ten days of all that may be filed."""


_log = logging.getLogger("hotline.inbox")


@dataclass(frozen=True, slots=True)
class Effect:
    """What one message does: all of it is written together."""

    reply: str
    outcome: str
    cases: tuple[Case, ...] = ()
    messages: tuple[Message, ...] = ()
    talk: Talk | None = None
    case_code: str | None = None


def take_sms(
    sms: InboundSms,
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
    Take a message and return the reply; the same message again gets the same reply and changes nothing.

    Args:
        sms: As the gateway read it; the sender may be a citizen or an agency's registered number.
        cases, inbox: Stores.
        commit: Writes case, outbox, inbox and conversation in one transaction.
        reader: Understands a text (`read(text, on=day)`).
        keys: The province's, for the sender's index key.
        now: Aware.
        new_code: Gives a fresh case code.

    Raises:
        StorageUnavailable: Nothing was written; the provider may try again.
        CaseConflict: The sender's messages kept colliding; nothing of this one was written.
    """
    sender = Sender(reporter_id(sms.sender, keys), sms.sender, "sms")
    reading = Reading(cases, directory, reader, keys, now, new_code)
    for tries_left in reversed(range(MAX_TRIES)):
        known, talk = inbox.read(sms.id, sender.reporter_id)
        if known is not None:
            return str(known.reply)
        effect = _effect(sms, sender, talk, reading)
        received = Received(
            id=sms.id,
            received_at=now,
            channel="sms",
            reporter_id=sender.reporter_id,
            text=normalise(sms.text),
            reply=effect.reply,
            case_code=effect.case_code,
            outcome=effect.outcome,
        )
        try:
            commit(cases=effect.cases, messages=effect.messages, received=received, talk=effect.talk)
        except (AlreadyReceived, CaseConflict) as collision:
            # Another copy of this webhook, or another message of this sender, was faster: look again.
            if tries_left == 0:
                again = inbox.received(sms.id)
                if again is None:
                    raise CaseConflict("messages of one sender kept colliding") from collision
                return str(again.reply)
            continue
        _log.info("contact", extra={"channel": "sms", "outcome": effect.outcome})
        return effect.reply
    raise AssertionError("unreachable")


def _effect(sms: InboundSms, sender: Sender, talk: Talk | None, reading: Reading) -> Effect:
    cases, now = reading.cases, reading.now
    text = normalise(sms.text).strip()
    agency = agency_of(sms.sender, reading.directory, now)
    if agency is not None:
        done = take_agency_sms(text, agency, cases=cases, directory=reading.directory, now=now)
        if done is not None:
            return Effect(done.reply, "agency", done.cases, done.messages, case_code=done.code)
    understanding = reading.understand(text)
    # A stranger with a new matter has no cases: not looking saves the first message a round trip (docs/design.md §8).
    known = talk is not None or not is_plainly_new(text, understanding)
    recent = recent_cases(sender.reporter_id, cases, text, now) if known else ()
    if known:
        recent = (*recent, *_older_case_named(text, sender.reporter_id, recent, cases))
    decision = decide(text, talk=talk, cases=recent, understanding=understanding, now=now)
    decision = read_answer.settled(decision, directory=reading.directory, now=now)
    answered = reading.carry_out(
        decision,
        sender=sender,
        talk=talk or Talk(sender.reporter_id, now),
        recent=recent,
        understanding=understanding,
    )
    return Effect(
        answered.reply,
        decision.what,
        answered.cases,
        answered.messages,
        talk=replace(answered.talk, updated_at=now, version=answered.talk.version + 1),
        case_code=answered.case_code,
    )


def recent_cases(reporter: str, cases: Any, text: str, now: datetime) -> tuple[Case, ...]:
    """
    The sender's latest cases a text may be about, with their history; one that vanished meanwhile is left out.

    Newest first, those that came by form last and counted apart: however many a stranger files with a phone's number,
    its owner's own stay within reach.
    """
    about = [case for case in cases.of_reporter(reporter, LOOKED_AT) if may_be_about(text, case, now)]
    own = [case for case in about if case.channel not in BY_FORM]
    by_form = [case for case in about if case.channel in BY_FORM]
    found = []
    for summary in (*own[:RECENT_CASES], *by_form[:RECENT_CASES]):
        try:
            found.append(cases.get(summary.code))
        except CaseNotFound:
            continue
    return tuple(found)


def _older_case_named(text: str, reporter: str, recent: tuple[Case, ...], cases: Any) -> tuple[Case, ...]:
    """The sender's own case of longer ago that the text names by its code; somebody else's is like none at all."""
    codes = [code for code in find_codes(text) if is_valid_code(code)]
    if not codes or any(case.code in codes for case in recent):
        return ()
    try:
        case: Case = cases.get(codes[0])
    except CaseNotFound:
        return ()
    return (case,) if case.reporter_id == reporter else ()
