"""Make a case of a citizen's words: understood, routed, with its deadline; or with the desk, and then why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain import handling
from chalicelib.domain.calendar import local
from chalicelib.domain.case import Actor, Case, Kind, Priority, open_case
from chalicelib.domain.directory import Directory
from chalicelib.domain.ladder import schedule
from chalicelib.domain.message import Message
from chalicelib.domain.routing import Routing, route
from chalicelib.errors import CalendarGap
from chalicelib.usecases import notices, replies

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Matter, Understanding

MAX_MATTERS = 3
"""More matters than this in one message are for a person to take apart."""

_log = logging.getLogger("hotline.open_case")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, and by which way."""

    reporter_id: str
    address: str
    channel: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Opened:
    """The case (and child cases) made of one message, what is told to whom, and what we ask back."""

    case: Case
    children: tuple[Case, ...] = ()
    messages: tuple[Message, ...] = ()
    asked: str | None = None
    """matter, area or service when one question goes back with the reply."""
    options: tuple[str, ...] = ()
    """Unit ids to choose from by number."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases to store."""
        return (self.case, *self.children)


def open_from_text(
    text: str,
    *,
    sender: Sender,
    understanding: Understanding,
    directory: Directory,
    now: datetime,
    new_code: Callable[[], str],
    read: Callable[[str], Understanding],
) -> Opened:
    """
    Return what one message becomes; writes nothing.

    Args:
        text: The citizen's words, normalised.
        understanding: What the reader made of them.
        new_code: Gives a fresh case code.
        read: Understands a part of the message, when it holds several matters.
    """
    case = _new_case(text, sender, understanding, directory, now, new_code())
    if case.spam:
        # Nobody is told of an advertisement; it waits in the desk's queue without an alarm.
        return Opened(case)
    if understanding.empty and case.kind is not Kind.DENUNCIATION and not case.emergency:
        return _asking(case, "matter", (), directory, now)
    return place_matters(case, understanding, sender, directory, now, new_code, read)


def open_held(
    text: str,
    *,
    sender: Sender,
    understanding: Understanding,
    directory: Directory,
    now: datetime,
    new_code: Callable[[], str],
) -> Case:
    """
    Return the case of words that are still being spoken: no agency hears of it before the caller has let them stand.

    It waits as a case that was asked something does: when nothing more comes, the ladder brings it to the desk.
    """
    case = _new_case(text, sender, understanding, directory, now, new_code())
    return _scheduled(replace(case, asked_at=now), directory, now)


def to_desk(case: Case, reason: str, directory: Directory, now: datetime) -> Opened:
    """Give a case that nobody can be asked about any more to the desk."""
    return _with_desk(case, reason, directory, now)


def place_matters(
    case: Case,
    understanding: Understanding,
    sender: Sender,
    directory: Directory,
    now: datetime,
    new_code: Callable[[], str],
    read: Callable[[str], Understanding],
) -> Opened:
    """Route a case that is with the desk, and give each further matter in it a child case once nothing is asked."""
    if not understanding.matters or case.emergency or case.kind is Kind.DENUNCIATION:
        return place_case(case, understanding, directory, now)
    parts = [_of_matter(understanding, matter, read) for matter in understanding.matters[:MAX_MATTERS]]
    opened = place_case(describe(case, parts[0]), parts[0], directory, now)
    if opened.asked is not None:
        return opened
    return _with_children(
        opened, understanding.matters[1:MAX_MATTERS], parts[1:], sender, directory, now, new_code
    )


def _of_matter(whole: Understanding, matter: Matter, read: Callable[[str], Understanding]) -> Understanding:
    """What is understood of one matter: its own kind and place, the message's where it names none."""
    own = read(matter.text)
    guesses = (*own.services, *whole.services)
    first = next((guess for guess in guesses if guess.code == matter.service), None)
    return replace(
        whole,
        kind=own.kind if own.kind in _MATTERS_KINDS else whole.kind,
        services=(replace(first, topic=matter.topic),) if first else whole.services,
        confident=True,
        area=own.area or whole.area,
        address=own.address or ("" if own.area else whole.address),
        clean=own.clean,
    )


_MATTERS_KINDS = frozenset({Kind.QUESTION, Kind.COMPLAINT, Kind.PETITION})


def place_case(case: Case, understanding: Understanding, directory: Directory, now: datetime) -> Opened:
    """Route a case that is with the desk: to its agency, to one question back, or to the desk with the reason why."""
    if case.kind is Kind.DENUNCIATION:
        return _with_desk(case, "denunciation", directory, now)
    area = understanding.area
    if area is not None and area.outside:
        return _with_desk(case, "unrouted", directory, now)
    units = area.units if area is not None else ()
    sure = understanding.confident or case.emergency  # danger is not asked what it is about
    routing = route(
        directory,
        service=case.service if sure else None,
        topic=case.topic,
        area_ids=units,
        kind=case.kind,
        on=local(now).date(),
    )
    if routing.agency is not None:
        return _assigned(case, routing, directory, now)
    if case.emergency:
        return _with_desk(case, "urgent", directory, now, routing)
    if routing.asks in ("area", "service") and case.channel in ("sms", "email", "voice"):
        options = units if routing.asks == "area" and area is not None and area.ambiguous else ()
        return _asking(case, routing.asks, options, directory, now)
    return _with_desk(case, "unrouted", directory, now, routing)


def describe(case: Case, understanding: Understanding) -> Case:
    """Set kind, field and place from what was understood; what is already known and not contradicted stays."""
    guess = understanding.services[0] if understanding.services else None
    kind = Kind(understanding.kind) if understanding.kind in set(Kind) else case.kind
    # Once it may be a denunciation it stays with the desk, whatever later words sound like.
    private = understanding.denunciation or case.kind is Kind.DENUNCIATION
    return replace(
        case,
        kind=Kind.DENUNCIATION if private else kind,
        priority=_priority(case, understanding),
        service=guess.code if guess else case.service,
        topic=guess.topic if guess else case.topic,
        area=_placed(understanding) or case.area,
        place=_place_words(understanding) or case.place,
        emergency=case.emergency or understanding.kind == "emergency",
        spam=understanding.spam and not (understanding.empty or private or understanding.kind == "emergency"),
    )


def _priority(case: Case, understanding: Understanding) -> Priority:
    """What was urgent stays urgent, whatever calmer words follow."""
    if understanding.kind == "emergency" or case.emergency:
        return Priority.URGENT
    if understanding.matters and understanding.priority == Priority.COMPLEX:
        return Priority.NORMAL  # several simple matters are taken apart, each with its own ordinary time
    return Priority(understanding.priority)


def _new_case(
    text: str, sender: Sender, understanding: Understanding, directory: Directory, now: datetime, code: str
) -> Case:
    case = open_case(
        code,
        text=text,
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        at=now,
        channel=sender.channel,
        reporter_id=sender.reporter_id,
        reporter_address=sender.address,
        language=understanding.language,
        deadline_table=handling.table_in_force(directory, now),
        data=numbers_told(understanding, directory, now),
    )
    return describe(case, understanding)


def numbers_told(understanding: Understanding, directory: Directory, now: datetime) -> dict[str, str]:
    """Return the fact of an event whose words tell of danger, or may: whom the reporter was told to call."""
    if understanding.kind == "emergency":
        return {"numbers": replies.emergency_numbers(understanding, directory, now)}
    perhaps = replies.perhaps_numbers(understanding, directory, now)
    return {"perhaps_numbers": perhaps} if perhaps else {}


def _placed(understanding: Understanding) -> str | None:
    """The unit to file the case under: the one of today it surely lies in, else the unit as said."""
    area = understanding.area
    if area is None or area.outside or not area.units:
        return None
    if len(area.today) == 1:
        return area.today[0]
    return None if area.ambiguous and len(area.units) > 1 else area.units[0]


def _place_words(understanding: Understanding) -> str:
    """Where, in the citizen's words: house or road, then the unit as said."""
    said = understanding.area.said if understanding.area is not None else ""
    return ", ".join(dict.fromkeys(part for part in (understanding.address, said) if part))


def _assigned(case: Case, routing: Routing, directory: Directory, now: datetime) -> Opened:
    assert routing.agency is not None
    reason = {"rule": routing.rule_id or "", "because": routing.reason}
    try:
        assigned = handling.assign(case, routing.agency, directory, at=now, actor=Actor.SYSTEM, reason=reason)
    except CalendarGap as gap:
        # A deadline is never guessed, and no text is lost for it: the desk has the case until the year is entered.
        _log.error("no deadline", extra={"case": case.code, "detail": str(gap)})
        return _with_desk(case, "unrouted", directory, now, replace(routing, alternatives=(routing.agency,)))
    messages = notices.assignment(assigned, directory=directory, now=now)
    if assigned.emergency:
        messages = (*messages, notices.to_desk(assigned, "urgent", directory=directory, now=now))
    return Opened(assigned, messages=messages)


def _with_desk(
    case: Case, reason: str, directory: Directory, now: datetime, routing: Routing | None = None
) -> Opened:
    scheduled = _scheduled(replace(case, asked_at=None), directory, now)
    proposed = routing.alternatives[0].code if routing is not None and routing.alternatives else None
    message = notices.to_desk(scheduled, reason, directory=directory, now=now, proposed=proposed)
    return Opened(scheduled, messages=(message,))


def _asking(case: Case, asked: str, options: tuple[str, ...], directory: Directory, now: datetime) -> Opened:
    asking = _scheduled(replace(case, asked_at=now), directory, now)
    return Opened(asking, asked=asked, options=options)


def _scheduled(case: Case, directory: Directory, now: datetime) -> Case:
    try:
        return schedule(case, directory)
    except CalendarGap:
        return replace(
            case, wake_at=now
        )  # the job names the file in the log until somebody fills it, then goes on


def _with_children(
    opened: Opened,
    matters: tuple[Matter, ...],
    parts: list[Understanding],
    sender: Sender,
    directory: Directory,
    now: datetime,
    new_code: Callable[[], str],
) -> Opened:
    """Give each further matter its own child case; the parent then counts as level 3."""
    children: list[Case] = []
    messages: list[Message] = list(opened.messages)
    parent = opened.case
    for matter, part in zip(matters, parts, strict=True):
        child = open_case(
            new_code(),
            text=matter.text,
            kind=parent.kind,
            priority=Priority.NORMAL,
            at=now,
            channel=sender.channel,
            reporter_id=sender.reporter_id,
            reporter_address=sender.address,
            language=parent.language,
            deadline_table=parent.deadline_table,
            parent=parent.code,
            data={"parent": parent.code},
        )
        child = describe(child, part)
        if (child.service, child.area) == (parent.service, parent.area):
            continue
        placed = place_case(child, part, directory, now)
        if placed.asked is not None:  # one question at a time is for the parent; the child is for the desk
            placed = _with_desk(child, "unrouted", directory, now)
        children.append(placed.case)
        messages.extend(placed.messages)
    if not children:
        return opened
    return replace(opened, case=replace(parent, level=3), children=tuple(children), messages=tuple(messages))
