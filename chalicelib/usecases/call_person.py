"""Reach a person: officers on duty are rung, nobody free waits in turn; out of hours the caller leaves word.

Steps: `rung` (officers ring or talk), `wait` (in the queue), `turn` (leaves the queue to be connected), `called`
(leaves it to be called back), `recorded` (leaves word), `number` (says where to call). The line's queue is written in
the transaction of each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain.call import LEFT, RECORDED, RUNG, WAITING, Call, Came, Turn
from chalicelib.domain.case import Case
from chalicelib.domain.contact import TALKED, contact
from chalicelib.domain.duty import CENTRE, Duty, on_duty
from chalicelib.domain.script import HangUp, Leave, Listen, Prompt, Record, Ring, Wait
from chalicelib.domain.waiting import RING_SECONDS, SCREEN_SECONDS, Hold, Queue, ring_window
from chalicelib.errors import CaseConflict
from chalicelib.texts import datetime_text
from chalicelib.usecases import call_answered
from chalicelib.usecases.call_back import ask_number, call_back, promised_at, scheduled, take_number
from chalicelib.usecases.calling import Calling

MAX_SECONDS = 600
"""A recording longer than ten minutes is cut."""

MOST_RINGS = 3
"""After so many rounds in which nobody picked up the caller leaves word: waiting on would be no use."""

TALKED_RESULTS = ("completed", "answered")

NEWS_SECONDS = 10
"""Silence between two pieces of waiting news; so long an officer who comes free may stay idle."""

_NEWS = ("wait_1", "wait_2", "wait_3")
"""Waiting news in turn."""

MAX_TRIES = 4


def enter(call: Call, calling: Calling, line: str = CENTRE) -> Turn:
    """
    Take the caller to a person of a line.

    Args:
        line: `centre` or an agency's code.
    """
    asked = call.remembers(line=line, asked_at=calling.now.isoformat(), rings=0, news=0)
    return _seek(asked, calling, calling.inbox.queue(line))


def step(call: Call, came: Came, calling: Calling) -> Turn:
    """Go on with a caller who asked for a person."""
    here = call.step.partition(".")[2]
    if came.kind in (WAITING, LEFT) and here not in ("wait", "turn", "called"):
        # late news of a queue that was left
        return Turn(call, (Leave(),) if came.kind == WAITING else (HangUp(),))
    return _STEPS[here](call, came, calling)


def accepted(call_id: str, phone: str, *, inbox: Any, commit: Callable[..., None], now: datetime) -> None:
    """
    Note that an officer pressed 1: the others who rang are free again. Told twice or late it changes nothing.

    Args:
        call_id: Of the caller's call, as in `Came.call_id`.
        phone: The officer's, E.164 or SIP, as it was rung.

    Raises:
        StorageUnavailable: Not noted; the others come free when their ringing time is over.
    """
    for _ in range(MAX_TRIES):
        _, call = inbox.read_call("", call_id)
        if call is None or call.ended_at is not None:
            return
        changed = inbox.queue(_line(call)).accepted(call_id, phone, now)
        if changed is None:
            return
        try:
            commit(queue=changed)
        except CaseConflict:
            continue
        return


def hung_up(call: Call, calling: Calling) -> Turn:
    """The caller has gone: off the queue; somebody who had reached nobody is called back."""
    queue = calling.inbox.queue(_line(call))
    hold = queue.hold_of(call.id)
    reached = hold is not None and hold.taken
    left = queue.released(call.id, calling.now, talked=reached)
    if call.step == "person.rung" and hold is not None and reached:
        seconds = int((calling.now - hold.since).total_seconds())
        return replace(_talked(call, calling, hold.phones[0], seconds), queue=left)
    return replace(call_back(call, calling, at=_promise(call)), queue=left)


def told_late(call: Call, came: Came, calling: Calling) -> Turn:
    """How ringing ended, told after the call's end: a talk nobody knew of joins the history."""
    if not _has_talked(came, None) or not call.case_code:
        return Turn(call, ())
    case = calling.cases.get(call.case_code)
    noted = _contact(case, call, calling, "", came.seconds)
    return Turn(call, (), cases=() if noted is case else (scheduled(noted, calling.directory, calling.now),))


def _seek(call: Call, calling: Calling, queue: Queue, *before: Prompt) -> Turn:
    """Ring whoever may be rung now, or wait, or leave word."""
    duty = on_duty(calling.directory, queue.line, calling.now)
    if not duty.open:
        return _leave_word(call, calling, queue, duty)
    phones = queue.turn(call.id, duty.phones, calling.now)
    if not phones:
        return _wait(call, calling, queue, *before)
    window = ring_window(len(phones), in_order=duty.in_order)
    rung = _will_ring(call, phones, duty)
    turn = _ring(rung, calling, *before)
    return replace(turn, queue=queue.holding(call.id, phones, calling.now, window))


def _will_ring(call: Call, phones: tuple[str, ...], duty: Duty) -> Call:
    return call.remembers(
        rung=list(phones), in_order=duty.in_order, rings=int(call.notes.get("rings", 0)) + 1
    )


def _ring(call: Call, calling: Calling, *before: Prompt) -> Turn:
    phones = tuple(call.notes["rung"])
    ring = Ring(
        phones,
        whisper=whisper(call, calling),
        in_order=bool(call.notes["in_order"]),
        seconds=RING_SECONDS,
        prompts=(*before, calling.say("connecting", call)),
    )
    return Turn(call.goes_to("person.rung"), (ring,))


def whisper(call: Call, calling: Calling) -> str:
    """What the officer is told before they accept: who calls about what; of the number only its end."""
    home = replace(call, language="vi")
    who = " ".join(call.caller[-3:]) if call.caller else ""
    about = calling.words("whisper_nothing", home)
    if call.case_code:
        case: Case = calling.cases.get(call.case_code)
        service = calling.directory.services.get(case.service or "")
        area = calling.directory.areas.get(case.area or "")
        named = [name for name in (service and service.name(), area and area.full_name) if name]
        about = calling.words("whisper_case", home, what=", ".join(named) or about)
    elif said := str(call.notes.get("said", "")):
        about = calling.words("whisper_said", home, said=said[:80])
    key = "whisper" if who else "whisper_hidden"
    return calling.words(key, home, who=who, about=about)


def _rung(call: Call, came: Came, calling: Calling) -> Turn:
    """An officer talked, or nobody picked up: then the next, or the queue at the place they had."""
    queue = calling.inbox.queue(_line(call))
    hold = queue.hold_of(call.id)
    if _has_talked(came, hold):
        by = hold.phones[0] if hold and len(hold.phones) == 1 else ""
        turn = _talked(call.goes_to("done"), calling, by, came.seconds)
        left = queue.released(call.id, calling.now, talked=True)
        return replace(turn, script=(HangUp((calling.say("goodbye", call),)),), queue=left)
    # an officer who is not there is left alone for a moment; a caller is never rung through to the same one at once
    rested = (queue.released(call.id, calling.now) or queue).resting(tuple(call.notes["rung"]), calling.now)
    if int(call.notes["rings"]) >= MOST_RINGS:
        return _leave_word(call, calling, rested, on_duty(calling.directory, queue.line, calling.now))
    return _seek(call, calling, rested, calling.say("nobody_yet", call))


def _has_talked(came: Came, hold: Hold | None) -> bool:
    """An officer who picked up and never pressed the key is a call completed too, but a short one: a voicemail."""
    taken = hold is not None and hold.taken
    return came.kind == RUNG and came.result in TALKED_RESULTS and (taken or came.seconds > SCREEN_SECONDS)


def _talked(call: Call, calling: Calling, by: str, seconds: int) -> Turn:
    """Record the talk on the call's case; without one the desk has a case to fill in."""
    made = call_answered.settle(call, calling)
    if not made.call.case_code:
        made = call_back(call, calling, reason=TALKED)
    case = made.cases[0] if made.cases else calling.cases.get(call.case_code)
    noted = _contact(case, call, calling, by, seconds)
    kept = replace(made.call, outcome=TALKED).remembers(on_desk=True)
    return replace(made, call=kept, cases=(scheduled(noted, calling.directory, calling.now),))


def _contact(case: Case, call: Call, calling: Calling, by: str, seconds: int) -> Case:
    words = calling.words(
        "contact_talked", replace(call, language="vi"), minutes=seconds // 60, seconds=seconds % 60
    )
    return contact(
        case, call.id, outgoing=False, result=TALKED, now=calling.now, words=words, by=by, seconds=seconds
    )


def _wait(call: Call, calling: Calling, queue: Queue, *before: Prompt) -> Turn:
    """Into the queue; the first news is asked for at once."""
    joined = queue.joined(call.id, calling.now, datetime.fromisoformat(call.notes["asked_at"]))
    said = (*before, calling.say("all_busy", call))
    return Turn(call.goes_to("person.wait"), (Wait(said),), queue=joined)


def _news(call: Call, calling: Calling, queue: Queue, duty: Duty) -> Turn:
    """Tell the place and the time it will take, in other words than the last time; key 1 is taken meanwhile."""
    ahead = queue.ahead(call.id, calling.now)
    minutes = queue.minutes(ahead, len(duty.phones))
    told = int(call.notes.get("news", 0))
    place = calling.words("wait_next" if ahead == 0 else "wait_place", call, ahead=ahead)
    time = calling.words("wait_minutes" if minutes else "wait_long", call, minutes=minutes)
    news = calling.say(_NEWS[told % len(_NEWS)], call, place=place, time=time)
    kept = call.remembers(news=told + 1, wait_told={"ahead": ahead, "minutes": minutes})
    asked = Listen((news,), keys=1, language=call.language, seconds=NEWS_SECONDS)
    return Turn(kept.goes_to("person.wait"), (asked,), queue=queue.noticed(call.id, calling.now))


def _waiting(call: Call, came: Came, calling: Calling) -> Turn:
    """News is asked for, a key was pressed, or the queue was left."""
    queue = calling.inbox.queue(_line(call))
    if came.kind == LEFT:
        return _left(call, came, calling)
    if came.keys == "1":
        made = call_back(call, calling)
        left = queue.released(call.id, calling.now)
        said = calling.say("will_call_back_place", call)
        return replace(made, call=made.call.goes_to("person.called"), script=(said, Leave()), queue=left)
    duty = on_duty(calling.directory, queue.line, calling.now)
    phones = queue.turn(call.id, duty.phones, calling.now)
    if phones or not duty.open:
        if not phones:
            return Turn(call.goes_to("person.turn"), (Leave(),), queue=queue.released(call.id, calling.now))
        window = ring_window(len(phones), in_order=duty.in_order)
        held = queue.holding(call.id, phones, calling.now, window)
        return Turn(_will_ring(call, phones, duty).goes_to("person.turn"), (Leave(),), queue=held)
    return _news(call, calling, queue, duty)


def _left(call: Call, came: Came, calling: Calling) -> Turn:
    """The caller is out of the queue: rung through, called back, or gone."""
    if came.kind != LEFT:
        return Turn(call, (Leave(),))  # the provider had asked for news before it heard that there is none
    if call.step == "person.called":
        return _goodbye(Turn(call, ()), calling)
    queue = calling.inbox.queue(_line(call))
    hold = queue.hold_of(call.id)
    if came.result == "hangup":
        made = call_back(call.goes_to("done"), calling, at=_promise(call))
        return replace(made, queue=queue.released(call.id, calling.now))
    if call.step == "person.turn" and hold is not None:
        return _ring(call, calling)
    # The line closed meanwhile, what was kept ran out, or the provider's own queue failed.
    return _seek(call, calling, queue)


def _leave_word(call: Call, calling: Calling, queue: Queue, duty: Duty) -> Turn:
    """Ask for a word after the beep; out of hours with the moment at which somebody calls back."""
    if duty.open:
        key, at = "leave_word", None
    else:
        key, at = "leave_word_closed", promised_at(calling.directory, duty, calling.now)
    when = datetime_text(at, call.language) if at else ""
    kept = call.remembers(call_back_at=at.isoformat() if at else "")
    asked = Record((calling.say(key, call, when=when),), max_seconds=MAX_SECONDS)
    left = queue.released(call.id, calling.now)
    # one that is not stored yet and has nothing to say is not stored
    changed = left or (queue if queue.version > queue.stored_version else None)
    return Turn(kept.goes_to("person.recorded"), (asked,), queue=changed)


def _recorded(call: Call, came: Came, calling: Calling) -> Turn:
    """Put the call on the desk's table, with the recording if there is one."""
    kept = call.remembers(recording=came.recording, seconds=came.seconds) if came.kind == RECORDED else call
    at = _promise(kept)
    made = call_back(kept, calling, at=at)
    said = (
        calling.say("will_call_back_at", call, when=datetime_text(at, call.language))
        if at
        else calling.say("will_call_back", call)
    )
    return _goodbye(made, calling, said)


def _goodbye(turn: Turn, calling: Calling, *before: Prompt) -> Turn:
    """Goodbye; who hides the number is asked for one first."""
    if not turn.call.caller:
        asked = ask_number(turn.call, calling, "person.number", *before)
        return replace(turn, call=asked.call, script=asked.script)
    said = HangUp((*before, calling.say("goodbye", turn.call)))
    return replace(turn, call=turn.call.goes_to("done"), script=(said,))


def _promise(call: Call) -> datetime | None:
    told = str(call.notes.get("call_back_at", ""))
    return datetime.fromisoformat(told) if told else None


def _line(call: Call) -> str:
    return str(call.notes.get("line", CENTRE))


_STEPS: dict[str, Callable[[Call, Came, Calling], Turn]] = {
    "rung": _rung,
    "wait": _waiting,
    "turn": _left,
    "called": _left,
    "recorded": _recorded,
    "number": take_number,
}
