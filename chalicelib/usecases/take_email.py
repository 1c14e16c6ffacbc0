"""Take one email: an agency's answer by reply, a citizen's reply, or a new matter sent to the centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Case, Status
from chalicelib.domain.dialogue import Decision
from chalicelib.domain.directory import Directory
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.keys import reply_role, reply_token_code, reporter_id
from chalicelib.domain.message import Message
from chalicelib.domain.text import normalise
from chalicelib.errors import ActionNotAllowed, AlreadyReceived, CaseConflict, CaseNotFound, LinkNotValid
from chalicelib.gateways.ports import InboundMail
from chalicelib.usecases import answer_citizen, notices
from chalicelib.usecases.agency_action import agency_action
from chalicelib.usecases.desk_action import desk_action
from chalicelib.usecases.open_case import Sender

MAX_TRIES = 3


def take_email(
    mail: InboundMail,
    *,
    cases: Any,
    inbox: Any,
    commit: Callable[..., None],
    directory: Directory,
    reader: Any,
    secret: str,
    now: datetime,
    new_code: Callable[[], str],
) -> str:
    """
    Take a mail once; return what was done with it: ignored, untrusted, new_matter, answer, reply, refused or known.

    Out-of-office notes and bounces are ignored; a mail whose sender could not be verified changes nothing by itself.

    Raises:
        StorageUnavailable: Nothing was written; the event comes again.
    """
    if mail.automatic:
        return "ignored"
    if not mail.trusted:
        return "untrusted"
    sender = Sender(reporter_id(mail.sender, secret), mail.sender, "email")
    for _ in range(MAX_TRIES):
        known, talk = inbox.read(mail.id, sender.reporter_id)
        if known is not None:
            return "known"
        outcome, changed, messages = _effect(
            mail, sender, talk, cases, directory, reader, secret, now, new_code
        )
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
        return outcome
    raise CaseConflict("the case kept changing")


_Effect = tuple[str, tuple[Case, ...], tuple[Message, ...]]


def _effect(
    mail: InboundMail,
    sender: Sender,
    talk: Talk | None,
    cases: Any,
    directory: Directory,
    reader: Any,
    secret: str,
    now: datetime,
    new_code: Callable[[], str],
) -> _Effect:
    case, role = _addressed(mail, cases, secret)
    if case is not None:
        return _reply(case, role, mail, sender, directory, reader, now, new_code)
    text = normalise(f"{mail.subject}\n{mail.text}" if mail.subject else mail.text).strip()
    if not text:
        return "ignored", (), ()
    answered = answer_citizen.carry_out(
        Decision("new_matter", text=text),
        sender=sender,
        talk=talk or Talk(sender.reporter_id, now),
        recent=(),
        understanding=reader.read(text, on=answer_citizen.day_of(now)),
        directory=directory,
        reader=reader,
        now=now,
        new_code=new_code,
    )
    opened = answered.cases[0]
    told = notices.to_citizen(opened, "acknowledgement", directory=directory, now=now, reply=answered.reply)
    return "new_matter", answered.cases, (*answered.messages, *told)


def _addressed(mail: InboundMail, cases: Any, secret: str) -> tuple[Case | None, str]:
    """The case a reply token names and who it speaks for; a wrong token is no token."""
    code = reply_token_code(mail.token)
    if not code:
        return None, ""
    try:
        case: Case = cases.get(code)
        return case, reply_role(mail.token, case, secret)
    except (CaseNotFound, LinkNotValid):
        return None, ""


def _reply(
    case: Case,
    role: str,
    mail: InboundMail,
    sender: Sender,
    directory: Directory,
    reader: Any,
    now: datetime,
    new_code: Callable[[], str],
) -> _Effect:
    words = normalise(mail.text).strip()
    if not words:
        return "ignored", (), ()
    try:
        if role == "agency":
            outcome = agency_action(case, "answer", words, directory=directory, now=now)
            return "answer", (outcome.case,), outcome.messages
        if role == "desk":
            outcome = desk_action(case, "answer", words, "", directory=directory, now=now)
            return "answer", (outcome.case,), outcome.messages
    except ActionNotAllowed:
        return (
            "refused",
            (),
            (notices.to_desk(case, "late_reply", directory=directory, now=now, said=words[:500]),),
        )
    what = (
        "reply"
        if case.status is Status.WAITING_CITIZEN
        else "object"
        if case.status is Status.ANSWERED
        else "addition"
    )
    answered = answer_citizen.carry_out(
        Decision(what, case.code, text=words),
        sender=Sender(case.reporter_id, case.reporter_address, case.channel),
        talk=Talk(case.reporter_id, now),
        recent=(case,),
        understanding=reader.read(words, on=answer_citizen.day_of(now)),
        directory=directory,
        reader=reader,
        now=now,
        new_code=new_code,
    )
    return what, answered.cases, answered.messages
