"""File a case handed in by form or by another system: once, whole (the *inbox*, docs/design.md §4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.attachment import uploads
from chalicelib.domain.case import Case
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.filing import Filing
from chalicelib.domain.inbox import Received
from chalicelib.domain.keys import Keys, reporter_id
from chalicelib.domain.nearest import commune_at
from chalicelib.domain.routing import units_on
from chalicelib.domain.text import normalise
from chalicelib.errors import AlreadyReceived, CaseConflict
from chalicelib.usecases import notices, replies
from chalicelib.usecases.answer_citizen import day_of
from chalicelib.usecases.open_case import Opened, Sender, open_from_text

if TYPE_CHECKING:
    from chalicelib.domain.understanding import AreaGuess, Understanding

MAX_TRIES = 4
"""Two hand-ins of one sender at the same moment collide once; more than a few collisions are a storm."""

_log = logging.getLogger("hotline.inbox")


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of it."""

    code: str
    reporter_id: str
    """Whose case it is: with the code it makes the reporter's own link (`keys.filed_token`)."""
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
    acknowledged: bool = True,
) -> Filed:
    """
    File what was handed in, and return the case's code; the same hand-in again gets the same code.

    Args:
        filing: As the entry point read and checked it.
        cases, inbox, commit, directory, reader, keys, now, new_code: See `take_sms`.
        acknowledged: Whether the code is sent to the address left; the page or system that filed it has it anyway.

    Raises:
        StorageUnavailable, CaseConflict: Nothing was written; the form is shown again, filled in.
    """
    # Without an address each hand-in is a reporter of its own, known by the link of its case only.
    reporter = reporter_id(filing.address or filing.id, keys)
    sender = Sender(reporter, filing.address, filing.channel, filing.language)
    for _ in range(MAX_TRIES):
        known = inbox.received(filing.id)
        if known is not None:
            return Filed(str(known.case_code), known.reporter_id, repeated=True)
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
        told = notices.acknowledgement(case, reply, directory=directory, now=now) if acknowledged else ()
        messages = (*opened.messages, *told, *uploads(case, filing.uploads, now))
        try:
            # No conversation begins: nobody has proved that the phone is theirs (`dialogue.may_be_about`).
            commit(cases=opened.cases, messages=messages, received=received)
        except AlreadyReceived:
            again = inbox.received(filing.id)
            return Filed(str(again.case_code), again.reporter_id, repeated=True)
        except CaseConflict:
            continue
        _log.info("contact", extra={"channel": filing.channel, "outcome": "new_matter"})
        return Filed(case.code, reporter)
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
    if filing.place:
        place = reader.read(filing.place, on=today)
        found = replace(found, area=place.area or found.area, address=place.address or found.address)
    if filing.lat is not None and filing.long is not None:
        pinned = commune_at(directory, filing.lat, filing.long, today)
        if pinned is not None and (_open(found.area) or _narrows(pinned, found.area, directory, today)):
            found = _with_unit(found, pinned, directory, today)
    chosen = directory.areas.get(filing.area or "")
    # a place written down later than the choice was made, which names another unit, is what they mean
    if chosen is not None and (not filing.place or _narrows(chosen, place.area, directory, today)):
        found = _with_unit(found, chosen, directory, today)
    if filing.service is not None and filing.service in directory.services:
        first = next((guess for guess in found.services if guess.code == filing.service), None)
        guess = ServiceGuess(filing.service, 1.0, filing.topic or (first.topic if first else None))
        others = tuple(other for other in found.services if other.code != filing.service)
        found = replace(found, services=(guess, *others), confident=True, empty=False, matters=())
    if filing.channel == "open311":
        found = replace(found, spam=False)  # a system with a key is known, and its users chose the field
    return replace(found, language=filing.language)


def _open(area: AreaGuess | None) -> bool:
    """Nothing nearer than the province was named."""
    return area is None or area.tier == "province"


def _narrows(unit: Area, area: AreaGuess | None, directory: Directory, on: date) -> bool:
    """Whether a unit says more closely, or as closely, what was read; never where another place was read."""
    if area is None or _open(area):
        return True
    units = {own.id for own in units_on(directory, unit.id, on)}
    agrees = unit.id in area.units or bool(units & set(area.today))
    return agrees and len(units) <= max(1, len(area.today))


def _with_unit(found: Understanding, unit: Area, directory: Directory, on: date) -> Understanding:
    from chalicelib.domain.understanding import AreaGuess

    today = tuple(one.id for one in units_on(directory, unit.id, on))
    guess = AreaGuess(unit.full_name, (unit.id,), today, unit.tier, ambiguous=len(today) > 1)
    return replace(found, area=guess)


def _with_facts(case: Case, filing: Filing, *, words: bool = False) -> Case:
    first, *others = case.events
    sent = {"uploads": len(filing.uploads)} if words and filing.uploads else {}
    if words and (filing.data or sent):
        first = replace(first, data={**first.data, **filing.data, **sent})
    return replace(
        case,
        place=normalise(filing.place) or case.place,
        lat=filing.lat,
        long=filing.long,
        reporter_name=filing.name,
        identity_shown=filing.identity_shown,
        events=(first, *others),
    )
