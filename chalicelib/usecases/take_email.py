"""Take one email: an agency's answer by reply, a citizen's reply, or a new matter sent to the centre."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Actor, Case, Status
from chalicelib.domain.dialogue import Decision, decide, is_mere_thanks
from chalicelib.domain.directory import Directory
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.keys import Keys, reply_role, reply_token_code, reporter_id
from chalicelib.domain.message import Message
from chalicelib.domain.text import normalise
from chalicelib.errors import ActionNotAllowed, AlreadyReceived, CaseConflict, CaseNotFound, LinkNotValid
from chalicelib.gateways.ports import InboundMail
from chalicelib.usecases import answer_citizen, notices, replies
from chalicelib.usecases.agency_action import agency_action
from chalicelib.usecases.desk_action import desk_action
from chalicelib.usecases.open_case import Sender
from chalicelib.usecases.reading import Reading

MAX_TRIES = 3

_log = logging.getLogger("hotline.inbox")

SUPERSEDED = "superseded"
"""An agency that had the case in an earlier assignment."""


def take_email(
    mail: InboundMail,
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
    Take a mail once; return what was done with it: ignored, untrusted, new_matter, answer, reply, refused or known.

    Out-of-office notes and bounces are ignored. A mail whose sender could not be verified (SPF, DKIM, DMARC) does
    nothing by itself: it is kept, and when it names a case by a true token, the desk is told to look.

    Raises:
        StorageUnavailable: Nothing was written; the event comes again.
    """
    if mail.automatic:
        return "ignored"
    sender = Sender(reporter_id(mail.sender, keys), mail.sender, "email")
    reading = Reading(cases, directory, reader, keys, now, new_code)
    for _ in range(MAX_TRIES):
        known, talk = inbox.read(mail.id, sender.reporter_id)
        if known is not None:
            return "known"
        outcome, changed, messages = _effect(mail, sender, talk, reading)
        received = Received(
            id=mail.id,
            received_at=now,
            channel="email",
            reporter_id=sender.reporter_id,
            text=normalise(mail.text),
            case_code=changed[0].code if changed else None,
            outcome=outcome,
        )
        try:
            commit(cases=changed, messages=messages, received=received)
        except AlreadyReceived:
            return "known"
        except CaseConflict:
            continue
        _log.info("contact", extra={"channel": "email", "outcome": outcome})
        return outcome
    raise CaseConflict("the case kept changing")


def _untrusted(case: Case | None, mail: InboundMail, directory: Directory, now: datetime) -> _Effect:
    """A mail anybody may have written: never an answer, never a case; with a true token it is shown to the desk."""
    words = normalise(mail.text).strip()
    if case is None or not words:
        return "untrusted", (), ()
    noted = case.act("note", actor=Actor.SYSTEM, at=now, note=words, data={"untrusted_mail": True})
    told = notices.to_desk(noted, "untrusted_mail", directory=directory, now=now, said=words[:500])
    return "untrusted", (noted,), (told,)


def _refused(case: Case, words: str, directory: Directory, now: datetime) -> _Effect:
    """An answer that comes too late, or from an agency that gave the case away: kept, and for the desk to judge."""
    noted = case.act("note", actor=Actor.SYSTEM, at=now, note=words, data={"late_reply": True})
    told = notices.to_desk(noted, "late_reply", directory=directory, now=now, said=words[:500])
    return "refused", (noted,), (told,)


def _from_citizen(case: Case, words: str, understanding: Any, now: datetime) -> Decision:
    """
    What a citizen's reply to one of our mails is. It is about its case, whatever else it may sound like.

    A reply to an answer objects to it, as that mail says, unless it rates or merely thanks. What comes when the case
    cannot be reopened any more is a matter of its own, so that somebody reads it.
    """
    decision = decide(words, talk=None, cases=(case,), understanding=understanding, now=now)
    if decision.what in ("rate", "withdraw"):
        return decision
    if case.status is Status.WAITING_CITIZEN:
        return Decision("reply", case.code, text=words)
    if is_mere_thanks(words):
        return Decision("thanks", case.code, text=words)
    if case.status is Status.ANSWERED:
        in_time = case.objection_until is None or now <= case.objection_until
        return Decision("object", case.code, text=words) if in_time else Decision("new_matter", text=words)
    if case.status is Status.RECEIVED and case.asked_at is not None:
        return Decision("clarify", case.code, text=words)
    if not case.allows("add", Actor.CITIZEN):
        return Decision("new_matter", text=words)
    return Decision("addition", case.code, text=words)


def _said_back(
    case: Case, answered: answer_citizen.Answered, directory: Directory, now: datetime
) -> tuple[Message, ...]:
    """The mail that tells a citizen what became of their reply, where nothing else will."""
    if not answered.cases:
        return ()
    after = answered.cases[0]
    if after.code != case.code:
        return notices.to_citizen(after, "acknowledgement", directory=directory, now=now)
    if after.assignment > case.assignment and after.agency:
        return notices.to_citizen(after, "reassigned", directory=directory, now=now)
    return ()


_Effect = tuple[str, tuple[Case, ...], tuple[Message, ...]]


def _effect(mail: InboundMail, sender: Sender, talk: Talk | None, reading: Reading) -> _Effect:
    directory, now = reading.directory, reading.now
    case, role = _addressed(mail, reading.cases, reading.keys)
    if not mail.trusted:
        return _untrusted(case, mail, directory, now)
    if case is not None:
        return _reply(case, role, mail, reading)
    text = normalise(f"{mail.subject}\n{mail.text}" if mail.subject else mail.text).strip()
    if not text:
        return "ignored", (), ()
    answered = reading.carry_out(
        Decision("new_matter", text=text),
        sender=sender,
        talk=talk or Talk(sender.reporter_id, now),
        recent=(),
        understanding=reading.understand(text),
    )
    opened = answered.cases[0]
    asked = answered.talk.asked
    reply = replies.question_in_full(asked, opened, directory) if asked else ""
    told = notices.to_citizen(opened, "acknowledgement", directory=directory, now=now, reply=reply)
    return "new_matter", answered.cases, (*answered.messages, *told)


def _addressed(mail: InboundMail, cases: Any, keys: Keys) -> tuple[Case | None, str]:
    """The case a reply token names and who it speaks for, a former agency included; a wrong one is no token."""
    code = reply_token_code(mail.token)
    if not code:
        return None, ""
    try:
        case: Case = cases.get(code)
    except CaseNotFound:
        return None, ""
    try:
        return case, reply_role(mail.token, case, keys)
    except LinkNotValid as problem:
        return (case, SUPERSEDED) if str(problem) == SUPERSEDED else (None, "")


def _reply(case: Case, role: str, mail: InboundMail, reading: Reading) -> _Effect:
    directory, now = reading.directory, reading.now
    words = normalise(mail.text).strip()
    if not words:
        return "ignored", (), ()
    if role == SUPERSEDED:
        return _refused(case, words, directory, now)
    try:
        if role == "agency":
            outcome = agency_action(case, "answer", words, directory=directory, now=now)
            return "answer", (outcome.case,), outcome.messages
        if role == "desk":
            outcome = desk_action(case, "answer", words, "", directory=directory, now=now)
            return "answer", (outcome.case,), outcome.messages
    except ActionNotAllowed:
        return _refused(case, words, directory, now)
    understanding = reading.understand(words)
    decision = _from_citizen(case, words, understanding, now)
    answered = reading.carry_out(
        decision,
        sender=Sender(case.reporter_id, case.reporter_address, case.channel),
        talk=Talk(case.reporter_id, now),
        recent=(case,),
        understanding=understanding,
    )
    return decision.what, answered.cases, (*answered.messages, *_said_back(case, answered, directory, now))
