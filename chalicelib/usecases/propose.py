"""Say what would become of a matter before it is handed in: field, place, who and by when. Writes and reads nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.answers import suggest
from chalicelib.domain.case import Kind
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.filing import Choice, Filing, Proposal
from chalicelib.domain.nearest import nearest_communes
from chalicelib.domain.routing import units_on
from chalicelib.domain.text import fold
from chalicelib.usecases import replies
from chalicelib.usecases.answer_citizen import day_of
from chalicelib.usecases.file_case import open_filed, understood
from chalicelib.usecases.open_case import Sender

if TYPE_CHECKING:
    from chalicelib.domain.understanding import AreaGuess, Understanding

MOST_GUESSES = 3
"""Fields offered first where none stands clearly before the others."""

MOST_NEAR = 4
"""Communes offered for a pin that lies between several."""

NO_CODE = "000000000"
"""The case is never stored."""


def propose(filing: Filing, *, directory: Directory, reader: Any, now: datetime) -> Proposal:
    """
    Return what would become of a hand-in.

    Args:
        filing: As far as it is filled in.
        directory, reader, now: See `file_case`.
    """
    on = day_of(now)
    found = understood(filing, directory=directory, reader=reader, now=now)
    sender = Sender("", filing.address, filing.channel, filing.language)
    opened = open_filed(
        filing, sender, found, directory=directory, reader=reader, now=now, new_code=lambda: NO_CODE
    )
    case = opened.case
    kept_apart = case.kind is Kind.DENUNCIATION or case.spam
    # what there is to choose from does not change with the choice
    named = found.area
    if filing.area is not None:
        unchosen = replace(filing, area=None)
        named = understood(unchosen, directory=directory, reader=reader, now=now).area
    choices = () if kept_apart else _choices(named, filing, directory, on)
    sure = found.services[0].code if found.services and found.confident else ""
    return Proposal(
        case=case,
        children=opened.children,
        unclear=is_unclear(found),
        asks_status=found.kind == "status",
        numbers=tuple(replies.emergency_numbers(found, directory, now).split("/")) if case.emergency else (),
        perhaps_numbers=tuple(filter(None, replies.perhaps_numbers(found, directory, now).split("/"))),
        service=sure,
        guesses=tuple(guess.code for guess in found.services[: 0 if sure else MOST_GUESSES]),
        choices=choices,
        asks_place=not kept_apart and not choices and _nowhere(named) and _needs_place(sure, directory),
        outside=found.area.said if found.area is not None and found.area.outside else "",
        said=_former(named, directory, on),
        answers=()
        if kept_apart or case.emergency
        else suggest(directory, filing.text, service=sure or None, on=on),
    )


def is_unclear(found: Understanding) -> bool:
    """Tell whether words hold no matter anybody could work on; danger and denunciations always are one."""
    return found.empty and not found.denunciation and found.kind != "emergency"


def _nowhere(area: AreaGuess | None) -> bool:
    return area is None or area.tier == "province"


def _needs_place(service: str, directory: Directory) -> bool:
    return service not in directory.services or directory.services[service].needs_area


def _choices(area: AreaGuess | None, filing: Filing, directory: Directory, on: date) -> tuple[Choice, ...]:
    """The communes a place may be today, by name; those near the pin when only a pin tells."""
    if area is None or area.tier == "province":
        if filing.lat is None or filing.long is None:
            return ()
        near = nearest_communes(directory, filing.lat, filing.long, on)[:MOST_NEAR]
        return tuple(Choice(one) for one, _ in near)
    if area.outside or len(area.today) < 2:
        return ()
    before: dict[str, tuple[Area, ...]] = dict.fromkeys(area.today, ())
    for said in area.units:
        for unit in units_on(directory, said, on):
            if unit.id in before and unit.id != said:
                before[unit.id] = (*before[unit.id], directory.areas[said])
    found = [Choice(directory.areas[unit], former) for unit, former in before.items()]
    return tuple(sorted(found, key=lambda choice: fold(choice.area.name)))


def _former(area: AreaGuess | None, directory: Directory, on: date) -> Area | None:
    if area is None or area.outside or len(area.today) != 1 or not area.units:
        return None
    said = directory.areas.get(area.units[0])
    return said if said is not None and not said.valid.covers(on) else None
