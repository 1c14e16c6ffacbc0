"""File a case handed in by form or by another system: once, whole (the *inbox*, docs/design.md §4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.case import Case
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.filing import Filing
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.keys import Keys, reporter_id
from chalicelib.domain.message import Message
from chalicelib.domain.nearest import commune_at
from chalicelib.domain.routing import units_on
from chalicelib.domain.text import normalise
from chalicelib.errors import AlreadyReceived, CaseConflict
from chalicelib.usecases import notices, replies
from chalicelib.usecases.answer_citizen import day_of
from chalicelib.usecases.open_case import Opened, Sender, open_from_text

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Understanding

MAX_TRIES = 4
"""Two hand-ins of one sender at the same moment collide once; more than a few collisions are a storm."""

UPLOAD = "upload"
"""Channel of the outbox rows that bring an uploaded file in (usecases/take_upload.py)."""

_log = logging.getLogger("hotline.inbox")


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of it."""

    code: str
    repeated: bool = False
    """It had been handed in before; nothing was changed."""


def file_case(
    filing: Filing,
    *,
    cases: Any,
    inbox: Any,
    commit: Callable[..., None],
    directory: Directory,
    reader: Any,
    keys: Keys,
    now: datetime,
    new_code: Callable[[], str],
) -> Filed:
    """
    File what was handed in, and return the case's code; the same hand-in again gets the same code.

    Args:
        filing: As the entry point read and checked it.
        cases, inbox, commit, directory, reader, keys, now, new_code: See `take_sms`.

    Raises:
        StorageUnavailable, CaseConflict: Nothing was written; the form is shown again, filled in.
    """
    # Without an address each hand-in is a reporter of its own, known by the link of its case only.
    reporter = reporter_id(filing.address or filing.id, keys)
    sender = Sender(reporter, filing.address, filing.channel, filing.language)
    for _ in range(MAX_TRIES):
        known, talk = inbox.read(filing.id, reporter)
        if known is not None:
            return Filed(str(known.case_code), repeated=True)
        understanding = understood(filing, directory=directory, reader=reader, now=now)
        opened = open_filed(
            filing, sender, understanding, directory=directory, reader=reader, now=now, new_code=new_code
        )
        case = opened.case
        received = Received(
            id=filing.id,
            received_at=now,
            channel=filing.channel,
            reporter_id=reporter,
            text=filing.text,
            case_code=case.code,
            outcome="new_matter",
        )
        reply = replies.opened(opened, understanding, directory, now)
        told = notices.acknowledgement(case, reply, directory=directory, now=now)
        messages = (*opened.messages, *told, *_uploads(case, filing, now))
        try:
            commit(
                cases=opened.cases,
                messages=messages,
                received=received,
                talk=_talk(filing, reporter, talk, case, now),
            )
        except AlreadyReceived:
            again = inbox.received(filing.id)
            return Filed(str(again.case_code), repeated=True)
        except CaseConflict:
            continue
        _log.info("contact", extra={"channel": filing.channel, "outcome": "new_matter"})
        return Filed(case.code)
    raise CaseConflict("what one sender handed in kept colliding")


def open_filed(
    filing: Filing,
    sender: Sender,
    understanding: Understanding,
    *,
    directory: Directory,
    reader: Any,
    now: datetime,
    new_code: Callable[[], str],
) -> Opened:
    """Return the case (and child cases) a hand-in becomes; writes nothing. Also what a form shows before it is sent."""

    def read(words: str) -> Understanding:
        found: Understanding = reader.read(words, on=day_of(now))
        return found

    opened = open_from_text(
        filing.text,
        sender=sender,
        understanding=understanding,
        directory=directory,
        now=now,
        new_code=new_code,
        read=read,
    )
    return replace(
        opened,
        case=_with_facts(opened.case, filing, words=True),
        children=tuple(_with_facts(child, filing) for child in opened.children),
    )


def understood(filing: Filing, *, directory: Directory, reader: Any, now: datetime) -> Understanding:
    """
    Return what is understood of a hand-in: the reporter's own choices count before what was read from the words.

    The place they wrote is read with the words, and before them: it is where they say it is.
    """
    from chalicelib.domain.understanding import ServiceGuess

    today = day_of(now)
    found: Understanding = reader.read(filing.text, on=today)
    if filing.lat is not None and filing.long is not None and found.area is None:
        found = _with_unit(found, commune_at(directory, filing.lat, filing.long, today), directory, today)
    if filing.place:
        place = reader.read(filing.place, on=today)
        found = replace(found, area=place.area or found.area, address=place.address or found.address)
    found = _with_unit(found, directory.areas.get(filing.area or ""), directory, today)
    if filing.service is not None and filing.service in directory.services:
        first = next((guess for guess in found.services if guess.code == filing.service), None)
        guess = ServiceGuess(filing.service, 1.0, filing.topic or (first.topic if first else None))
        others = tuple(other for other in found.services if other.code != filing.service)
        found = replace(found, services=(guess, *others), confident=True, empty=False, matters=())
    return replace(found, language=filing.language)


def _with_unit(found: Understanding, area: Area | None, directory: Directory, on: date) -> Understanding:
    from chalicelib.domain.understanding import AreaGuess

    if area is None:
        return found
    units = tuple(unit.id for unit in units_on(directory, area.id, on))
    return replace(
        found, area=AreaGuess(area.full_name, (area.id,), units, area.tier, ambiguous=len(units) > 1)
    )


def _with_facts(case: Case, filing: Filing, *, words: bool = False) -> Case:
    first, *others = case.events
    if words and filing.data:
        first = replace(first, data={**first.data, **filing.data})
    return replace(
        case,
        place=normalise(filing.place) or case.place,
        lat=filing.lat,
        long=filing.long,
        reporter_name=filing.name,
        identity_shown=filing.identity_shown,
        events=(first, *others),
    )


def _uploads(case: Case, filing: Filing, now: datetime) -> tuple[Message, ...]:
    """One outbox row a file: the sender looks at it, makes it safe and joins it to the case."""
    return tuple(
        Message(
            id=f"{case.code}-upload-{number}",
            channel=UPLOAD,
            to="",
            purpose=UPLOAD,
            created_at=now,
            due_at=now,
            params={"key": key, "number": number, "by": "citizen"},
            case_code=case.code,
        )
        for number, key in enumerate(filing.uploads, start=1)
    )


def _talk(filing: Filing, reporter: str, talk: Talk | None, case: Case, now: datetime) -> Talk | None:
    """A phone that filed a case may answer by text: the conversation is about this case, unless a question is open."""
    if not filing.address or "@" in filing.address or (talk is not None and talk.asked):
        return None
    before = talk or Talk(reporter, now)
    return replace(
        before,
        case_code=case.code,
        updated_at=now,
        version=before.version + 1,
        language=filing.language,
    )
