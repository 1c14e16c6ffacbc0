"""Report a matter by voice: the case exists from the first words; they are read back and may be corrected or added to.

A caller who never touches a key is led through by silence: what was understood counts, the code is spoken twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.call import KEYS, RECORDED, SPEECH, Call, Came, Turn
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.dialogue import Decision
from chalicelib.domain.inbox import Talk
from chalicelib.domain.script import HangUp, Listen, Prompt, Record, Script
from chalicelib.domain.text import normalise
from chalicelib.usecases import notices, replies
from chalicelib.usecases.call_back import take_number
from chalicelib.usecases.call_status import spell_slowly
from chalicelib.usecases.calling import Calling, is_mobile, not_understood, sender_of

Enter = Callable[[Call, Calling], Turn]

MAX_SECONDS = 600
"""A recording longer than ten minutes is cut."""

SPOKEN = 200
"""So many characters of what was understood are read back."""


def enter(call: Call, calling: Calling) -> Turn:
    """Ask what happened and where; words already said at the menu are taken at once."""
    said = str(call.notes.get("said", ""))
    if said:
        return _opened(call.remembers(said=""), said, calling)
    return _ask(call, calling)


def step(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    """Go on with a report."""
    return _STEPS[call.step.partition(".")[2]](call, came, calling, to_person)


def _ask(call: Call, calling: Calling, *before: Prompt) -> Turn:
    return Turn(call.goes_to("report.ask"), calling.listen(call, *before, calling.say("report_ask", call)))


def _asked(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == SPEECH and came.speech.strip():
        return _opened(call, came.speech, calling)
    if came.kind == KEYS and came.keys == "0":
        return to_person(call, calling)

    def again(counted: Call) -> Turn:
        turn = _ask(counted, calling, calling.say("not_heard", counted))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: _record(counted, calling))


def _record(call: Call, calling: Calling) -> Turn:
    """Speech recognition did not help: record what the caller says."""
    asked = Record((calling.say("report_record", call),), max_seconds=MAX_SECONDS)
    return Turn(call.goes_to("report.recorded"), (asked,))


def _recorded(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind != RECORDED or not came.recording:
        return to_person(call, calling)
    words = calling.words("recording_text", call, seconds=came.seconds)
    opened = _opened(call.remembers(recording=came.recording, seconds=came.seconds), words, calling)
    # What was recorded cannot be read back yet, nor is anything asked about it: the code, and the words follow.
    told = _code(opened.call.remembers(asked=""), calling, opened.cases[0])
    return replace(told, cases=opened.cases, messages=(*opened.messages, *told.messages))


def _opened(call: Call, said: str, calling: Calling) -> Turn:
    """Make the case of the first words, whatever follows."""
    text = normalise(said).strip()
    reading = calling.reading
    answered = reading.carry_out(
        Decision("new_matter", text=text),
        sender=sender_of(call),
        talk=Talk(call.reporter_id, calling.now),
        recent=(),
        understanding=reading.understand(text),
    )
    case = answered.cases[0]
    now = call.remembers(asked=answered.talk.asked or "")
    now = replace(now, case_code=case.code, outcome="report", language=call.language)
    return Turn(
        now.goes_to("report.confirm"),
        _read_back(now, case, calling),
        cases=answered.cases,
        messages=answered.messages,
    )


def _read_back(call: Call, case: Case, calling: Calling) -> Script:
    """What was understood, shortly; danger numbers first; one question back where the place is missing."""
    understood = calling.reading.understand(case.text)
    prompts: list[Prompt] = []
    if case.emergency:
        numbers = replies.emergency_numbers(understood, calling.directory, calling.now).replace("/", ", ")
        prompts.append(calling.say("emergency", call, numbers=numbers))
    elif case.kind == "denunciation":
        authority = replies.authority(calling.directory, call.language)
        prompts.append(calling.say("denunciation", call, authority=authority))
    service = calling.directory.services.get(case.service or "")
    area = calling.directory.areas.get(case.area or "")
    prompts.append(calling.say("read_back", call, text=case.text.replace("\n", ". ")[-SPOKEN:]))
    if service and area:
        prompts.append(
            calling.say("understood", call, service=service.name(call.language), area=area.full_name)
        )
    asks = "ask_area" if call.notes.get("asked") == "area" else "confirm"
    prompts.append(calling.say(asks, call))
    return calling.listen(call, *prompts, seconds=5)


def _confirm(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == KEYS and came.keys == "0":
        return to_person(call, calling)
    if came.kind == KEYS and came.keys == "2":
        asked = calling.listen(call, calling.say("report_add", call))
        return Turn(call.goes_to("report.add"), asked)
    if came.kind == SPEECH and came.speech.strip():
        if call.notes.get("asked"):
            return _added(call, came.speech, calling)
        if _means_no(came.speech):
            return Turn(call.goes_to("report.add"), calling.listen(call, calling.say("report_add", call)))
        if not _means_yes(came.speech):
            return _added(call, came.speech, calling)
    return _code(call, calling)


def _add(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == SPEECH and came.speech.strip():
        return _added(call, came.speech, calling)
    return _code(call, calling)


def _added(call: Call, said: str, calling: Calling) -> Turn:
    """Add words to the case and understand the whole again; it is placed anew as long as no agency has it."""
    words = normalise(said).strip()
    case = calling.cases.get(call.case_code)
    if not case.allows("add", Actor.CITIZEN):
        return _code(call, calling)
    reading = calling.reading
    asked = str(call.notes.get("asked", ""))
    decision = Decision("clarify" if asked and not case.agency else "addition", code=case.code, text=words)
    answered = reading.carry_out(
        decision,
        sender=sender_of(call),
        talk=Talk(call.reporter_id, calling.now, case_code=case.code, asked=asked or None),
        recent=(case,),
        understanding=reading.understand(f"{case.text}\n{words}"),
    )
    changed = answered.cases[0]
    now = call.remembers(asked=answered.talk.asked or "", added=int(call.notes.get("added", 0)) + 1)
    if now.notes["asked"] and now.notes["added"] < 2:
        return Turn(
            now.goes_to("report.confirm"),
            _read_back(now, changed, calling),
            answered.cases,
            answered.messages,
        )
    turn = _code(now, calling, changed)
    return replace(turn, cases=answered.cases, messages=answered.messages)


def _code(call: Call, calling: Calling, case: Case | None = None) -> Turn:
    """Say the code twice, slowly; a number that takes no SMS may leave another one."""
    case = case or calling.cases.get(call.case_code)
    spelled = spell_slowly(case.code)
    agency = calling.directory.agencies.get(case.agency or "")
    told: list[Prompt] = [calling.say("code", call, code=spelled)]
    if agency and case.due_at:
        due = notices.due_text(case)
        told.append(calling.say("agency_due", call, agency=agency.name(call.language), due=due))
    if is_mobile(call.caller):
        told.append(calling.say("sms_sent", call))
        purpose = "spoken_code" if agency and case.due_at else "spoken_code_desk"
        sms = notices.to_citizen(case, purpose, directory=calling.directory, now=calling.now)
        return Turn(call.goes_to("done"), (HangUp((*told, calling.say("goodbye", call))),), messages=sms)
    asked = Listen((*told, calling.say("number_ask", call)), keys=0, language=call.language)
    return Turn(call.goes_to("report.number"), (asked,))


def _number(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    return take_number(call, came, calling)


_STEPS = {"ask": _asked, "recorded": _recorded, "confirm": _confirm, "add": _add, "number": _number}

_YES = ("dung", "phai", "vang", "da", "u", "ok", "yes", "right", "correct", "dong y")
_NO = ("khong dung", "chua dung", "sai", "khong phai", "noi lai", "no", "wrong")


def _means_yes(said: str) -> bool:
    return _plain(said) in _YES


def _means_no(said: str) -> bool:
    return _plain(said).startswith(_NO)


def _plain(said: str) -> str:
    from chalicelib.domain.text import unaccent

    return " ".join(unaccent(said).lower().strip(" .,!").split())
