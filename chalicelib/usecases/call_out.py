"""Call a citizen back: the officer's phone rings first, then the citizen's; not reached, it is tried again by a ladder.

A try is a message of the channel `call` in the outbox, whose sender has the officer rung. Each try ends in a contact
in the case's history; the next try is written in the same transaction. Steps: `accept` (the officer hears who it is
about and presses 1), `rung` (the citizen's phone rings, or they talk).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.call import KEYS, Call, Came, Turn
from chalicelib.domain.case import OPEN, Actor, Case
from chalicelib.domain.contact import (
    CHANNEL,
    TALKED,
    Placing,
    contact,
    number_of,
    phones_to_ring,
    talked_since,
)
from chalicelib.domain.directory import Directory
from chalicelib.domain.duty import CENTRE, on_duty
from chalicelib.domain.message import Message
from chalicelib.domain.script import HangUp, Listen, Ring
from chalicelib.errors import CaseConflict, CaseNotFound
from chalicelib.texts import text
from chalicelib.usecases import notices
from chalicelib.usecases.call_back import next_morning, scheduled
from chalicelib.usecases.call_status import spell_slowly
from chalicelib.usecases.calling import Calling, not_understood

ASKED = "call_asked"
"""In the data of the event by which the desk asks for a call; tries are counted from it."""

OFFICER = "officer"
"""Result of a try that our own side did not take."""

TRY_AGAIN: tuple[Callable[[Directory, datetime], datetime], ...] = (
    lambda directory, now: notices.civil_at(directory, now + timedelta(minutes=15)),
    lambda directory, now: notices.civil_at(directory, now + timedelta(hours=2)),
    next_morning,
)
"""When a call that reached nobody is tried again, after the first, second and third try; then the desk decides."""

PRESSED_TWICE = timedelta(minutes=2)
"""A form sent again within this time asks for the same call."""

OFFICER_WINDOW = timedelta(minutes=2)
"""How long an officer's phone is kept for a call that is being placed."""

BUSY_WAIT = timedelta(minutes=1)
"""All officers talk: looked at again."""

MAX_TRIES = 4


def ask(case: Case, to: str, *, directory: Directory, now: datetime) -> tuple[Case, tuple[Message, ...]]:
    """
    Return the case with the desk's wish to call its citizen now, and the try that carries it out.

    Args:
        case: With its whole history.
        to: The officer's phone; empty = whoever is free.
    """
    last = _asked(case)
    if last is not None and now - last < PRESSED_TWICE:
        return case, ()
    words = text("voice.contact_asked", "vi", directory)
    wished = case.act("note", actor=Actor.DESK, at=now, note=words, data={ASKED: True})
    wished = scheduled(wished, directory, now)
    return wished, (_try(wished, to, now, due_at=now, number=1),)


def placing(
    message: Message,
    *,
    cases: Any,
    inbox: Any,
    commit: Callable[..., None],
    directory: Directory,
    now: datetime,
) -> Placing:
    """
    Decide what becomes of a due try, and keep the officer's phone for it. Doing it again decides the same.

    Raises:
        StorageUnavailable: Nothing was kept.
        CaseConflict: Officers were taken too fast; look again.
    """
    try:
        case: Case = cases.get(message.case_code)
    except CaseNotFound:
        return Placing()
    if not number_of(case) or talked_since(case, message.created_at):
        return Placing()
    again = int(message.params.get("try", 1)) > 1
    if again and case.status not in OPEN:
        return Placing()
    for tries_left in reversed(range(MAX_TRIES)):
        queue = inbox.queue(CENTRE)
        hold = queue.hold_of(message.id)
        if hold is not None and hold.until > now:
            return Placing(hold.phones[0])
        phones = phones_to_ring(directory, now)
        wanted = (message.to,) if message.to in phones else phones
        free = queue.free(wanted, now)
        if not phones:
            opens = on_duty(directory, CENTRE, now).opens_at
            return Placing(later=opens or next_morning(directory, now))
        if not free:
            return Placing(later=now + BUSY_WAIT)
        kept = queue.holding(message.id, free[:1], now, OFFICER_WINDOW, rings=False)
        try:
            commit(queue=kept)
        except CaseConflict:
            if tries_left == 0:
                raise
            continue
        return Placing(free[0])
    raise AssertionError("unreachable")


def placed(call: Call, came: Came) -> Call:
    """The call with what it is about: the case stands in the id of its message."""
    officer = came.called or call.called
    code = came.about.partition("-")[0]
    kept = replace(call, case_code=code, called=officer, reporter_id="", outcome="call_back")
    return kept.goes_to("out.accept").remembers(message=came.about)


def start(call: Call, came: Came, calling: Calling) -> Turn:
    """The officer has picked up: tell them who it is about and wait for the key."""
    about = placed(call, came)
    try:
        case = calling.cases.get(about.case_code)
    except CaseNotFound:
        return Turn(about.goes_to("done"), (HangUp(),))
    if not number_of(case) or talked_since(case, call.started_at - timedelta(minutes=1)):
        return replace(
            _freed(about.goes_to("done"), calling),
            script=(HangUp((_say("out_not_needed", about, calling),)),),
        )
    held = calling.inbox.queue(CENTRE)
    longer = held.accepted(came.about, about.called, calling.now) if about.called else None
    return replace(_ask_key(about, case, calling), queue=longer)


def step(call: Call, came: Came, calling: Calling) -> Turn:
    """Go on with a call that was placed."""
    if call.step == "out.rung":
        return _rung(call, came, calling)
    case = calling.cases.get(call.case_code)
    if came.kind == KEYS and came.keys == "1":
        ring = Ring(
            (number_of(case),), screened=False, prompts=(_say("out_connecting", call, calling),), seconds=40
        )
        return Turn(call.goes_to("out.rung"), (ring,))
    return not_understood(
        call,
        came,
        lambda counted: _counted(_ask_key(counted, case, calling), counted),
        lambda counted: replace(_settled(counted.goes_to("done"), OFFICER, 0, calling), script=(HangUp(),)),
    )


def hung_up(call: Call, came: Came, calling: Calling) -> Turn:
    """The officer's side has ended. Taken by them, how the citizen's phone rang is told by itself, before or after."""
    if call.step == "out.rung":
        return (
            _settled(call, came.result, 0, calling) if came.result in _NOT_REACHED else _freed(call, calling)
        )
    return _settled(call, OFFICER, 0, calling)


def told_late(call: Call, came: Came, calling: Calling) -> Turn:
    """How the citizen's phone rang, told after the end: a talk counts whatever was written before it."""
    result = _result(came)
    case = calling.cases.get(call.case_code)
    if result != TALKED or not any(event.data.get("call") == call.id for event in case.events):
        return _settled(call, result, came.seconds, calling)
    noted = contact(
        case,
        f"{call.id}#late",
        outgoing=True,
        result=TALKED,
        now=calling.now,
        words=_words(TALKED, came.seconds, calling),
        by=call.called,
        seconds=came.seconds,
    )
    return Turn(call, (), cases=() if noted is case else (scheduled(noted, calling.directory, calling.now),))


_NOT_REACHED = ("no-answer", "busy", "failed", "canceled")


def _result(came: Came) -> str:
    """How the citizen's phone rang."""
    if came.result in ("completed", "answered"):
        return TALKED
    return came.result if came.result in _NOT_REACHED else "failed"


def _rung(call: Call, came: Came, calling: Calling) -> Turn:
    result = _result(came)
    turn = _settled(call.goes_to("done"), result, came.seconds, calling)
    said = () if result == TALKED else (_say("out_not_reached", call, calling),)
    return replace(turn, script=(HangUp(said),))


def _settled(call: Call, result: str, seconds: int, calling: Calling) -> Turn:
    """Write the contact; with it the next try or the desk's mail. The officer is free. Settled before: nothing more."""
    turn = _freed(call, calling)
    try:
        case = calling.cases.get(call.case_code)
    except CaseNotFound:
        return turn
    words = _words(result, seconds, calling)
    noted = contact(
        case,
        call.id,
        outgoing=True,
        result=result,
        now=calling.now,
        words=words,
        by=call.called,
        seconds=seconds,
    )
    if noted is case:
        return turn
    messages: tuple[Message, ...] = ()
    if result != TALKED:
        messages = (_next_try(noted, call, calling),)
    settled = scheduled(noted, calling.directory, calling.now)
    return replace(turn, call=replace(turn.call, outcome=result), cases=(settled,), messages=messages)


def _next_try(case: Case, call: Call, calling: Calling) -> Message:
    asked = _asked(case)
    tried = sum(
        event.data.get("contact") == "out" and (asked is None or event.at >= asked) for event in case.events
    )
    if tried > len(TRY_AGAIN):
        return notices.to_desk(case, "call_back_failed", directory=calling.directory, now=calling.now)
    due_at = TRY_AGAIN[tried - 1](calling.directory, calling.now)
    return _try(case, call.called, calling.now, due_at=due_at, number=tried + 1)


def _try(case: Case, to: str, now: datetime, *, due_at: datetime, number: int) -> Message:
    return Message(
        id=f"{case.code}-{case.version}-{CHANNEL}",
        channel=CHANNEL,
        to=to,
        purpose="call_back",
        created_at=now,
        due_at=due_at,
        params={"try": number},
        case_code=case.code,
        civil_hours=number > 1,  # the desk's own press of the button is a person's decision
    )


def _freed(call: Call, calling: Calling) -> Turn:
    """The officer's phone is free again."""
    queue = calling.inbox.queue(CENTRE)
    return Turn(call, (), queue=queue.released(str(call.notes.get("message", "")), calling.now))


def _ask_key(call: Call, case: Case, calling: Calling) -> Turn:
    service = calling.directory.services.get(case.service or "")
    what = service.name() if service else text("voice.whisper_nothing", "vi", calling.directory)
    asked = Listen(
        (_say("out_whisper", call, calling, code=spell_slowly(case.code), what=what),), keys=1, seconds=10
    )
    return Turn(call.goes_to("out.accept"), (asked,))


def _counted(turn: Turn, counted: Call) -> Turn:
    return replace(turn, call=replace(turn.call, tries=counted.tries))


def _say(key: str, call: Call, calling: Calling, **values: Any) -> Any:
    return calling.say(key, replace(call, language="vi"), **values)


def _words(result: str, seconds: int, calling: Calling) -> str:
    key = "contact_talked_out" if result == TALKED else f"contact_{result.replace('-', '_')}"
    return text(f"voice.{key}", "vi", calling.directory, minutes=seconds // 60, seconds=seconds % 60)


def _asked(case: Case) -> datetime | None:
    return next((event.at for event in reversed(case.events) if event.data.get(ASKED)), None)
