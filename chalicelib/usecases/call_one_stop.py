"""Ask about a procedure: which One-Stop unit serves the caller's place, its number and hours, and put through to it.

The area is said, by its name of today or of former days; several that fit are told apart by key. Out of hours, or when
nobody answers, the caller may leave word for that unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.call import KEYS, SILENCE, SPEECH, Call, Came, Turn
from chalicelib.domain.directory import Area
from chalicelib.domain.duty import on_duty
from chalicelib.domain.hotlines import Hotline, hotlines_of
from chalicelib.domain.message import Message
from chalicelib.domain.routing import units_on
from chalicelib.domain.script import Listen, Prompt, Say
from chalicelib.domain.text import normalise
from chalicelib.domain.understanding.result import AreaGuess
from chalicelib.usecases import call_answered, call_person, hotlines, replies
from chalicelib.usecases.calling import Calling, is_mobile, not_understood

Enter = Callable[[Call, Calling], Turn]

SERVICE = "hanh_chinh"
"""Field under which questions about procedures are counted."""

MOST_CHOICES = 7
"""Places told apart by keys 1 to 7; of more the caller says which commune."""

MOST_HINTS = 300
"""All units of today and all former districts of a large province; Twilio takes 500."""


def enter(call: Call, calling: Calling) -> Turn:
    """Ask for the place."""
    return _ask(call, calling)


def step(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    """Go on with a question about a procedure."""

    def person(asking: Call, calling: Calling) -> Turn:
        return to_person(call_answered.not_content(asking), calling)

    if came.kind == KEYS and came.keys == "0":
        return person(call, calling)
    return _STEPS[call.step.partition(".")[2]](call, came, calling, person)


def _ask(call: Call, calling: Calling, *before: Prompt) -> Turn:
    asked = Listen(
        (*before, calling.say("one_stop_ask", call)),
        speech=True,
        language=call.language,
        hints=tuple(_hints(calling)),
    )
    return Turn(call.goes_to("one_stop.ask"), (asked,))


def _again(why: str, call: Call, came: Came, calling: Calling, person: Enter) -> Turn:
    """Say why it did not help, and ask once more; then a person."""

    def again(counted: Call) -> Turn:
        turn = _ask(counted, calling, calling.say(why, counted))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: person(counted, calling))


def _asked(call: Call, came: Came, calling: Calling, person: Enter) -> Turn:
    said = normalise(came.speech).strip() if came.kind == SPEECH else ""
    if not said:
        return _again("not_heard", call, came, calling, person)
    read = calling.reading.understand
    return _found(call, came, hotlines.area_named(said, read(said), read), calling, person)


def _found(call: Call, came: Came, area: AreaGuess | None, calling: Calling, person: Enter) -> Turn:
    found = hotlines_of(calling.directory, area, calling.now)
    if len(found.hotlines) == 1:
        return _tell(call, found.hotlines[0], calling)
    choices = found.choices or tuple(line.area for line in found.hotlines)
    if not choices:
        return _again("one_stop_unknown", call, came, calling, person)
    if len(choices) > MOST_CHOICES:
        return _again("one_stop_many", call, came, calling, person)
    return _choose(call.remembers(options=[choice.id for choice in choices]), calling)


def _choose(call: Call, calling: Calling, *before: Prompt) -> Turn:
    areas = [calling.directory.areas[unit] for unit in call.notes["options"]]
    places = " ".join(
        calling.words("one_stop_place", call, press=key, place=place)
        for key, place in enumerate(_told_apart(areas, calling), start=1)
    )
    asked = calling.listen(call, *before, calling.say("one_stop_choose", call, places=places))
    return Turn(call.goes_to("one_stop.choose"), asked)


def _chosen(call: Call, came: Came, calling: Calling, person: Enter) -> Turn:
    options: list[str] = call.notes["options"]
    if came.kind == KEYS and came.keys.isdigit() and 1 <= int(came.keys) <= len(options):
        return _found(call, came, _exactly(options[int(came.keys) - 1], calling), calling, person)
    said = normalise(came.speech).strip() if came.kind == SPEECH else ""
    if said:
        read = calling.reading.understand
        area = hotlines.area_named(said, read(said), read)
        named = {*area.units, *area.today} & set(options) if area else set()
        if len(named) == 1:
            area = _exactly(named.pop(), calling)
        return _found(call, came, area, calling, person)

    def again(counted: Call) -> Turn:
        turn = _choose(counted, calling, calling.say("not_heard", counted))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: person(counted, calling))


def _exactly(unit: str, calling: Calling) -> AreaGuess:
    """A unit that was chosen, and no other."""
    today = tuple(area.id for area in units_on(calling.directory, unit, local(calling.now).date()))
    return AreaGuess(calling.directory.areas[unit].full_name, (unit,), today)


def _tell(call: Call, line: Hotline, calling: Calling, *before: Prompt) -> Turn:
    """Number, whether somebody answers, and what can be done now; a mobile gets the number as an SMS."""
    unit, duty = line.agency.name(call.language), line.duty
    told = [calling.words("one_stop_number", call, unit=unit, number=line.number)]
    if duty.open and duty.until is not None:
        told.append(calling.words("one_stop_open", call, until=_moment(duty.until, call, calling)))
    elif duty.opens_at is not None:
        told.append(calling.words("one_stop_closed", call, opens=_moment(duty.opens_at, call, calling)))
    mobile = is_mobile(call.caller)
    now = call_answered.telling(
        call.remembers(unit=line.agency.code, area=line.area.id, options=None),
        calling,
        question=calling.words("one_stop_question", call, unit=unit),
        answer=" ".join(told),
        service=SERVICE if SERVICE in calling.directory.services else "",
        area=line.area.id,
        sent=mobile,
    )
    messages: tuple[Message, ...] = ()
    if mobile and call.notes.get("sent") != line.agency.code:
        now, messages = now.remembers(sent=line.agency.code), (_sms(call, line, calling),)
    prompts = [*before, Say(" ".join(told), call.language)]
    if mobile:
        prompts.append(calling.say("one_stop_sent", call))
    prompts.append(calling.say("one_stop_connect" if duty.open else "one_stop_leave", call))
    asked = Listen(tuple(prompts), keys=1, language=call.language)
    return Turn(now.goes_to("one_stop.told"), (asked,), messages=messages)


def _sms(call: Call, line: Hotline, calling: Calling) -> Message:
    dial = hotlines.dial(calling.directory)
    text = replies.sms(
        "hotline_number",
        call.language,
        calling.directory,
        unit=line.agency.short_name,
        number=line.number,
        dial=dial,
    )
    return Message(
        id=f"{call.id.replace('#', '-')}-{call.turn}-hotline",
        channel="sms",
        to=call.caller,
        purpose="hotline",
        created_at=calling.now,
        due_at=calling.now,
        text=text,
        language=call.language,
    )


def _told(call: Call, came: Came, calling: Calling, person: Enter) -> Turn:
    duty = on_duty(calling.directory, call.notes["unit"], calling.now)
    if came.kind == KEYS and came.keys == "*":
        return _found(call, came, _exactly(call.notes["area"], calling), calling, person)
    if came.keys == "1" or (duty.open and came.kind == SILENCE):
        return _to_unit(call, calling)
    if came.kind == SILENCE:
        return call_answered.finish(call_answered.after(call, came, calling), calling, outcome="one_stop")

    def again(counted: Call) -> Turn:
        asked = calling.say("one_stop_connect" if duty.open else "one_stop_leave", counted)
        heard = Listen((calling.say("not_heard", counted), asked), keys=1, language=counted.language)
        return Turn(counted, (heard,))

    return not_understood(call, came, again, lambda counted: person(counted, calling))


def _to_unit(call: Call, calling: Calling) -> Turn:
    """Ring the unit, wait for it, or leave word for it out of hours; an officer is told what it is about."""
    unit = calling.directory.agencies[call.notes["unit"]]
    about = calling.words("one_stop_question", replace(call, language=texts.HOME), unit=unit.name())
    return call_person.enter(
        call_answered.content(call).remembers(said=about, about=about), calling, unit.code
    )


_STEPS: dict[str, Callable[[Call, Came, Calling, Enter], Turn]] = {
    "ask": _asked,
    "choose": _chosen,
    "told": _told,
}


def _hints(calling: Calling) -> Iterator[str]:
    """Units that have a hotline, then every name of former days that fits into what a gateway takes."""
    today = local(calling.now).date()
    names = [
        *(area.full_name for area in calling.directory.areas.values() if area.valid.covers(today)),
        *(area.full_name for area in calling.directory.areas.values() if area.tier == "district"),
    ]
    yield from list(dict.fromkeys(names))[:MOST_HINTS]


def _told_apart(areas: Sequence[Area], calling: Calling) -> Iterator[str]:
    """Names, with the unit above where two are alike."""
    names = [area.full_name for area in areas]
    for area, name in zip(areas, names, strict=True):
        above = calling.directory.areas.get(area.parent or "")
        yield f"{name}, {above.full_name}" if names.count(name) > 1 and above else name


def _moment(moment: datetime, call: Call, calling: Calling) -> str:
    """17:00, with the day when it is another one."""
    if local(moment).date() == local(calling.now).date():
        return texts.time_text(moment, call.language)
    weekday = texts.name("weekday", local(moment).isoweekday(), call.language)
    return f"{texts.time_text(moment, call.language)} {weekday} {local(moment):%d/%m}"
