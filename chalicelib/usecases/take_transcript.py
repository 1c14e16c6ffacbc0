"""What a recording said joins its case, and is understood like a text: what is missing is filled in, the case placed.

A call-back stays with the desk, because somebody was promised a call. What no machine could write down is for the desk
to hear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Actor, Case, Kind, Status
from chalicelib.domain.directory import Directory
from chalicelib.domain.ladder import schedule
from chalicelib.domain.message import Message
from chalicelib.domain.text import MAX_CHARACTERS, normalise
from chalicelib.errors import CalendarGap, CaseConflict, CaseNotFound
from chalicelib.usecases import notices
from chalicelib.usecases.answer_citizen import day_of
from chalicelib.usecases.open_case import Sender, describe, place_matters

MAX_TRIES = 3

Change = tuple[tuple[Case, ...], tuple[Message, ...]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """The cases, the province and what understands it."""

    cases: Any
    commit: Callable[..., None]
    directory: Directory
    reader: Any
    now: datetime
    new_code: Callable[[], str]


def keep_note(message: Message, key: str, hearing: Hearing) -> None:
    """Write into the case that there is a recording, and where it lies; once. Raises like `take_words`."""
    facts = {"file": key, "seconds": message.params.get("seconds", 0)}
    _change(message, "file", key, hearing, lambda case: ((_noted(case, hearing, "", facts),), ()))


def ask_to_listen(message: Message, hearing: Hearing, *, why: str) -> None:
    """Ask the desk to hear a recording itself; once. Raises like `take_words`."""

    def change(case: Case) -> Change:
        noted = _noted(case, hearing, why, {"listen": recording})
        return (noted,), (notices.to_desk(noted, "recording", directory=hearing.directory, now=hearing.now),)

    recording = message.params["recording"]
    _change(message, "listen", recording, hearing, change)


def take_words(message: Message, words: str, hearing: Hearing) -> None:
    """
    Add what a recording said to its case, once, and do what the words of a text would do.

    Raises:
        CaseConflict: The case kept changing; to be tried again.
        StorageUnavailable: Nothing was written.
    """
    said = normalise(words).strip()[:MAX_CHARACTERS]
    recording = message.params["recording"]
    _change(
        message,
        "transcript",
        recording,
        hearing,
        lambda case: _with_words(case, said, {"transcript": recording}, hearing),
    )


def _change(
    message: Message, mark: str, value: str, hearing: Hearing, change: Callable[[Case], Change]
) -> None:
    """Change the case of a row unless its history bears the mark already; a case that was erased is let be."""
    if message.case_code is None:
        return
    for _ in range(MAX_TRIES):
        try:
            case: Case = hearing.cases.get(message.case_code)
        except CaseNotFound:
            return
        if any(event.data.get(mark) == value for event in case.events):
            return
        cases, messages = change(case)
        try:
            hearing.commit(cases=cases, messages=messages)
        except CaseConflict:
            continue
        return
    raise CaseConflict("the case kept changing: a recording waits")


def _with_words(case: Case, said: str, facts: dict[str, Any], hearing: Hearing) -> Change:
    if not case.allows("add", Actor.CITIZEN):
        # The case waits for an answer to a question asked since, or is done: the words may be of use all the same.
        noted = _noted(case, hearing, said, facts)
        return (noted,), (_desk(noted, hearing),)
    added = case.act("add", actor=Actor.CITIZEN, at=hearing.now, note=said, data=facts)
    if case.status is not Status.RECEIVED:
        told = notices.to_agency(added, "addition", directory=hearing.directory, now=hearing.now)
        return (_scheduled(added, hearing),), told or (_desk(added, hearing),)
    understanding = _read(said, hearing)
    described = describe(replace(added, asked_at=None), understanding)
    if _stays_with_desk(case):
        waiting = _scheduled(replace(described, spam=False), hearing)
        urgent = "urgent" if waiting.emergency else "recording_text"
        return (waiting,), (_desk(waiting, hearing, urgent),)
    if described.spam:
        return (_scheduled(described, hearing),), ()
    if understanding.empty and described.kind is not Kind.DENUNCIATION and not described.emergency:
        waiting = _scheduled(described, hearing)
        return (waiting,), (_desk(waiting, hearing, "recording"),)
    return _placed(described, understanding, hearing)


def _placed(case: Case, understanding: Any, hearing: Hearing) -> Change:
    sender = Sender(case.reporter_id, case.reporter_address, case.channel, case.language)
    placed = place_matters(
        case,
        understanding,
        sender,
        hearing.directory,
        hearing.now,
        hearing.new_code,
        lambda words: _read(words, hearing),
    )
    if placed.asked is not None:  # nobody is on the line any more to be asked
        waiting = _scheduled(replace(placed.case, asked_at=None), hearing)
        return (waiting,), (_desk(waiting, hearing, "unrouted"),)
    told: tuple[Message, ...] = ()
    if placed.case.agency:
        told = notices.to_citizen(placed.case, "spoken_code", directory=hearing.directory, now=hearing.now)
    return placed.cases, (*placed.messages, *told)


def _read(words: str, hearing: Hearing) -> Any:
    return hearing.reader.read(words, on=day_of(hearing.now))


def _noted(case: Case, hearing: Hearing, note: str, facts: dict[str, Any]) -> Case:
    return case.act("note", actor=Actor.SYSTEM, at=hearing.now, note=note, data=facts)


def _desk(case: Case, hearing: Hearing, reason: str = "recording_text") -> Message:
    return notices.to_desk(case, reason, directory=hearing.directory, now=hearing.now)


def _stays_with_desk(case: Case) -> bool:
    return any(event.data.get("call_back") or event.data.get("no_number") for event in case.events)


def _scheduled(case: Case, hearing: Hearing) -> Case:
    try:
        return schedule(case, hearing.directory)
    except CalendarGap:
        return replace(case, wake_at=hearing.now)
