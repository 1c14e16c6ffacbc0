"""The messages a change makes us send: who is told what, by which way. They join the outbox with the change itself.

A message's id is made from the case, its version and the purpose: the same change can never tell a thing twice.
Emails to agencies and the desk name a template (`purpose`) and small parameters; they are composed when they are sent
(usecases/compose.py), so that an outbox row stays under a kilobyte.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import civil_time, local
from chalicelib.domain.case import Case
from chalicelib.domain.code import spell_code
from chalicelib.domain.contact import takes_sms
from chalicelib.domain.directory import Agency, Contact, Directory
from chalicelib.domain.message import Message
from chalicelib.domain.text import unaccent
from chalicelib.texts import text

JUST_WRITTEN_MINUTES = 15
"""Someone who wrote this recently is awake: civil hours do not hold an SMS to them back."""

MAX_SMS_CHARACTERS = 1_530
"""Ten GSM-7 parts, under the providers' limit of 1,600."""


def to_citizen(
    case: Case, purpose: str, *, directory: Directory, now: datetime, **values: Any
) -> tuple[Message, ...]:
    """
    Return the message that tells the reporter something, by the way they came; nothing when none would reach them.

    Args:
        case: The case after the change.
        purpose: answer, question, extended, progress, reassigned, declined …; names the text `sms.<purpose>`.
        values: What the text needs beside code, agency and due day.
    """
    if not case.reporter_address or not takes_sms(case.reporter_address):
        return ()
    identity = f"{case.code}-{case.version}-{purpose}"
    if "@" in case.reporter_address:
        return (
            Message(
                id=identity,
                channel="email",
                to=case.reporter_address,
                purpose=purpose,
                created_at=now,
                due_at=now,
                params={**values, "audience": "citizen"},
                case_code=case.code,
                language=case.language,
            ),
        )
    facts = {**citizen_facts(case, directory), **{name: ended(value) for name, value in values.items()}}
    return (
        Message(
            id=identity,
            channel="sms",
            to=case.reporter_address,
            purpose=purpose,
            created_at=now,
            due_at=_civil(case, directory, now),
            text=shorten(
                unaccent(text(f"sms.{purpose}", case.language, directory, **facts)), directory, case.language
            ),
            case_code=case.code,
            language=case.language,
            civil_hours=True,
        ),
    )


def acknowledgement(case: Case, reply: str, *, directory: Directory, now: datetime) -> tuple[Message, ...]:
    """
    Return the message with the code to somebody who did not get it as a reply: by mail, or *reply* as an SMS.

    It goes at once: they have just handed it in.
    """
    if not case.reporter_address or "@" in case.reporter_address:
        return to_citizen(case, "acknowledgement", directory=directory, now=now, reply="")
    if not takes_sms(case.reporter_address):
        return ()
    return (
        Message(
            id=f"{case.code}-{case.version}-acknowledgement",
            channel="sms",
            to=case.reporter_address,
            purpose="acknowledgement",
            created_at=now,
            due_at=now,
            text=reply,
            case_code=case.code,
            language=case.language,
        ),
    )


def ended(words: Any) -> Any:
    """Words of a person as a sentence, so that ours does not run into theirs."""
    if not isinstance(words, str) or not words.strip():
        return words
    words = words.strip()
    return f"{words}." if words[-1].isalnum() or words[-1] == ")" else words


def citizen_facts(case: Case, directory: Directory) -> dict[str, str]:
    """What a sentence to the citizen may name: code, agency and due day."""
    agency = directory.agencies.get(case.agency or "")
    return {
        "code": case.code,
        "code_spelled": spell_code(case.code),
        "agency": agency.short_name if agency else text("sms.the_desk", case.language, directory),
        "due": due_text(case),
        "number": str(directory.province.get("number", "1022")),
    }


def due_text(case: Case) -> str:
    """The due moment as an SMS says it: `17:00 27/11`; empty when there is none."""
    if case.due_at is None:
        return ""
    return f"{local(case.due_at):%H:%M %d/%m}"


def shorten(sms: str, directory: Directory, language: str) -> str:
    """Return an SMS of at most MAX_SMS_CHARACTERS, cut at a word, saying so and where the rest is told."""
    if len(sms) <= MAX_SMS_CHARACTERS:
        return sms
    tail = unaccent(text("sms.cut_short", language, directory))
    return sms[: MAX_SMS_CHARACTERS - len(tail)].rsplit(" ", 1)[0] + tail


def assignment(case: Case, *, directory: Directory, now: datetime) -> tuple[Message, ...]:
    """Tell the agency's focal point of its new case: by mail, and by SMS when the agency takes SMS or it is urgent."""
    agency = directory.agencies[case.agency or ""]
    messages = [_mail(case, "assignment", agency.focal_point, now, audience="agency")]
    if agency.focal_point.phone and ("sms" in agency.channels or case.priority == "urgent"):
        messages.append(agency_sms(case, "assignment", agency, directory=directory, now=now))
    return tuple(messages)


def agency_sms(case: Case, purpose: str, agency: Agency, *, directory: Directory, now: datetime) -> Message:
    """An SMS to the focal point: code, field, place without house number, due moment, and how to answer."""
    area = directory.areas.get(case.area or "")
    service = directory.services.get(case.service or "")
    body = text(
        f"sms.agency_{purpose}",
        "vi",
        directory,
        code=case.code,
        what=", ".join(name for name in (service and service.name(), area and area.full_name) if name)
        or "1022",
        due=due_text(case),
    )
    urgent = case.priority == "urgent"
    return Message(
        id=f"{case.code}-{case.version}-{purpose}-sms",
        channel="sms",
        to=agency.focal_point.phone,
        purpose=f"agency_{purpose}",
        created_at=now,
        due_at=now if urgent else civil_at(directory, now),
        text=unaccent(body),
        case_code=case.code,
        civil_hours=not urgent,  # a second try may not wait for the morning either
    )


def to_agency(
    case: Case, purpose: str, *, directory: Directory, now: datetime, leader: bool = False, **params: Any
) -> tuple[Message, ...]:
    """A mail to the agency's focal point, its leader in copy when asked; nothing when no agency has the case."""
    agency = directory.agencies.get(case.agency or "")
    if agency is None:
        return ()
    copies = (agency.leader.email,) if leader and agency.leader.email else ()
    return (_mail(case, purpose, agency.focal_point, now, cc=copies, audience="agency", **params),)


def to_desk(case: Case, reason: str, *, directory: Directory, now: datetime, **params: Any) -> Message:
    """The mail that puts a case on the desk's table, with its signed desk page (reason: unrouted, returned, …)."""
    desk = Contact(role="desk", email=directory.province["desk"]["email"])
    return _mail(case, "desk", desk, now, suffix=f"-{reason}", reason=reason, audience="desk", **params)


def to_office(case: Case, *, directory: Directory, now: datetime, **params: Any) -> Message:
    """The escalation to the provincial Office."""
    office = Contact(role="office", email=directory.province["office"]["email"])
    return _mail(case, "office", office, now, audience="office", **params)


def _mail(
    case: Case,
    purpose: str,
    contact: Contact,
    now: datetime,
    *,
    cc: tuple[str, ...] = (),
    suffix: str = "",
    **params: Any,
) -> Message:
    return Message(
        id=f"{case.code}-{case.version}-{purpose}{suffix}",
        channel="email",
        to=contact.email,
        cc=cc,
        purpose=purpose,
        created_at=now,
        due_at=now,
        params={key: value for key, value in params.items() if value is not None},
        case_code=case.code,
    )


def _civil(case: Case, directory: Directory, now: datetime) -> datetime:
    """When an SMS may go to this reporter: at once if they have just written, else in civil hours."""
    said = [event.at for event in case.events if event.actor == "citizen"]
    if said and now - max(said) <= timedelta(minutes=JUST_WRITTEN_MINUTES):
        return now
    return civil_at(directory, now)


def civil_at(directory: Directory, now: datetime) -> datetime:
    """*now*, or the next moment within the province's civil hours."""
    hours = directory.province.get("civil_hours", {"from": "07:00", "to": "21:00"})
    return civil_time(now, hours["from"], hours["to"])
