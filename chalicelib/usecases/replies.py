"""The words that go straight back to a citizen: one SMS, unaccented, one segment wherever the reply is ours alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case, Kind, Status
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.sms import segments
from chalicelib.domain.text import unaccent
from chalicelib.texts import text
from chalicelib.usecases import notices

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Understanding
    from chalicelib.usecases.open_case import Opened

MOST_OPTIONS = 5
"""Choices that fit one glance; fewer where they do not fit one segment."""


def sms(key: str, language: str, directory: Directory, **values: Any) -> str:
    """Return the sentence `sms.<key>` as it is sent."""
    return notices.shorten(unaccent(text(f"sms.{key}", language, directory, **values)), directory, language)


def opened(made: Opened, understanding: Understanding, directory: Directory, now: datetime) -> str:
    """The first reply: danger numbers first, else code, agency and due moment, else one question; then whom to call."""
    case = made.case
    facts = notices.citizen_facts(case, directory)
    if case.emergency:
        numbers = emergency_numbers(understanding, directory, now)
        key = "opened_emergency" if case.agency else "opened_emergency_desk"
        return _one_segment(key, case, directory, numbers=numbers, **facts)
    told = perhaps_numbers(understanding, directory, now)
    tail = f" {sms('perhaps_danger', case.language, directory, numbers=told)}" if told else ""
    if case.kind is Kind.DENUNCIATION:
        return _one_segment(
            "opened_denunciation", case, directory, authority=authority(directory, case.language), **facts
        )
    if made.asked is not None:
        return question(made, directory, tail)[0]
    if case.spam:
        return sms("opened_spam", case.language, directory, **facts)
    if case.agency is None:
        return _one_segment("opened_desk", case, directory, tail, **facts)
    if made.children:
        codes = ", ".join(each.code for each in made.cases)
        return _one_segment("opened_two", case, directory, tail, count=len(made.cases), codes=codes, **facts)
    return _one_segment("opened", case, directory, tail, **facts)


def question(made: Opened, directory: Directory, tail: str = "") -> tuple[str, tuple[str, ...]]:
    """The one question that goes back, and the unit ids behind its numbers; none where it names no choices."""
    facts = notices.citizen_facts(made.case, directory)
    language = made.case.language
    if made.asked == "area" and 1 < len(made.options) <= MOST_OPTIONS:
        numbered = enumerate(made.options, start=1)
        options = ", ".join(f"{number} {_told_apart(unit, directory)}" for number, unit in numbered)
        reply = sms("ask_area_options", language, directory, options=options, **facts) + tail
        if segments(reply).segments == 1:
            return reply, made.options
    return sms(f"ask_{made.asked}", language, directory, **facts) + tail, ()


def question_in_full(asked: str, case: Case, directory: Directory) -> str:
    """The question as a mail asks it: with its marks, and without numbers to choose from."""
    return text(f"sms.ask_{asked}", case.language, directory, **notices.citizen_facts(case, directory))


SHORT_TYPES = {
    "phường": "P.",
    "xã": "X.",
    "thị trấn": "TT.",
    "thành phố": "TP ",
    "thị xã": "TX ",
    "huyện": "H.",
}


def short_unit(area: Area) -> str:
    """A unit as an SMS names it: "P.Cao Lãnh"."""
    return f"{SHORT_TYPES.get(area.type, f'{area.type} ')}{area.name}"


def _told_apart(unit: str, directory: Directory) -> str:
    """A unit with the unit above it, so that two wards of one number can be told apart."""
    units = list(directory.lineage(unit))[:2]
    return " ".join(short_unit(area) for area in units if area.type != "tỉnh")


def state(case: Case, directory: Directory, now: datetime) -> str:
    """What `TRA CUU` answers: the state in plain words, never personal data."""
    facts = notices.citizen_facts(case, directory)
    if case.agency and case.is_overdue(now) and case.status in (Status.ASSIGNED, Status.IN_PROGRESS):
        above = "office" in case.steps_done
        return sms("state_overdue_office" if above else "state_overdue", case.language, directory, **facts)
    if case.status in (Status.ASSIGNED, Status.IN_PROGRESS):
        return sms("state", case.language, directory, status=status_name(case), **facts)
    asked = next((event.note for event in reversed(case.events) if event.action == "ask"), "")
    told = case.answer
    if case.status is Status.DECLINED:
        told = next((event.note for event in reversed(case.events) if event.action == "decline"), "")
    key = "state_withdrawn" if was_withdrawn(case) else f"state_{case.status}"
    said = {"question": notices.ended(asked), "answer": notices.ended(told)}
    return sms(key, case.language, directory, **said, **facts).strip()


def was_withdrawn(case: Case) -> bool:
    """Whether the citizen ended the case."""
    return case.status is Status.CLOSED and any(event.action == "withdraw" for event in case.events[-2:])


def status_name(case: Case) -> str:
    """The status as people call it."""
    return text(f"names.status.{case.status}", case.language).lower()


def emergency_numbers(understanding: Understanding, directory: Directory, now: datetime) -> str:
    """The numbers to call, as told: those of what happened, else all that are in force on the day."""
    in_force = _in_force(directory, now)
    wanted = [number for number in understanding.emergency_numbers if number in in_force]
    return "/".join(wanted or [number for number in in_force if number in ("113", "114", "115")])


def perhaps_numbers(understanding: Understanding, directory: Directory, now: datetime) -> str:
    """The numbers to call if the words do tell of danger; empty where none of them may."""
    in_force = _in_force(directory, now)
    return "/".join(number for number in understanding.perhaps_numbers if number in in_force)


def _in_force(directory: Directory, now: datetime) -> list[str]:
    return [str(entry["number"]) for entry in directory.emergency_on(local(now).date())]


def authority(directory: Directory, language: str) -> str:
    """Where a signed denunciation goes."""
    told = directory.province["denunciation"]["authority"]
    return str(told.get(language) or told["vi"])


def _one_segment(key: str, case: Case, directory: Directory, tail: str = "", **values: Any) -> str:
    """A reply that must fit one segment with its tail: the agency's name gives way first."""
    reply = sms(key, case.language, directory, **values) + tail
    agency = str(values.get("agency", ""))
    while segments(reply).segments > 1 and len(agency) > 6:
        agency = agency[:-1].rstrip()
        reply = sms(key, case.language, directory, **{**values, "agency": agency}) + tail
    return reply
