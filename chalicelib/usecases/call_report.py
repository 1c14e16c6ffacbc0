"""Report a matter by voice: the case exists from the first words; they are read back and may be corrected or added to.

A caller who never touches a key is led through by silence: what was understood counts, the code is spoken twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.domain.call import KEYS, RECORDED, SPEECH, Call, Came, Turn
from chalicelib.domain.case import Actor, Case, Kind
from chalicelib.domain.message import Message
from chalicelib.domain.script import HangUp, Listen, Prompt, Record, Script
from chalicelib.domain.text import normalise, unaccent
from chalicelib.usecases import call_person, notices, replies
from chalicelib.usecases.call_back import take_number
from chalicelib.usecases.call_status import spell_slowly
from chalicelib.usecases.calling import MOST_TRIES, Calling, is_mobile, not_understood, sender_of
from chalicelib.usecases.open_case import Opened, describe, open_held, place_matters, to_desk

Enter = Callable[[Call, Calling], Turn]

MAX_SECONDS = 600
"""A recording longer than ten minutes is cut."""

MOST_ROUNDS = 4
"""So often words are read back; then they stand as they are."""

SPOKEN = 200
"""So many characters of what was understood are read back."""


def enter(call: Call, calling: Calling) -> Turn:
    """Ask what happened and where; words already said at the menu are taken at once."""
    said = str(call.notes.get("said", ""))
    if said:
        return _opened(call.remembers(said=""), said, calling, call_person.enter)
    return _ask(call, calling)


def step(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    """Go on with a report."""
    return _STEPS[call.step.partition(".")[2]](call, came, calling, to_person)


def _ask(call: Call, calling: Calling, *before: Prompt) -> Turn:
    return Turn(call.goes_to("report.ask"), calling.listen(call, *before, calling.say("report_ask", call)))


def _asked(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == SPEECH and came.speech.strip():
        return _opened(call, came.speech, calling, to_person)
    if came.kind == KEYS and came.keys == "0":
        return to_person(call, calling)
    # Nothing understood before: record it. A case of words nobody understands is for a person.
    give_up = to_person if call.case_code else lambda counted, calling: _record(counted, calling)
    return not_understood(
        call, came, lambda counted: _ask_again(counted, calling), lambda c: give_up(c, calling)
    )


def _ask_again(counted: Call, calling: Calling) -> Turn:
    turn = _ask(counted, calling, calling.say("not_heard", counted))
    return replace(turn, call=replace(turn.call, tries=counted.tries))


def _record(call: Call, calling: Calling) -> Turn:
    """Speech recognition did not help: record what the caller says."""
    asked = Record((calling.say("report_record", call),), max_seconds=MAX_SECONDS)
    return Turn(call.goes_to("report.recorded"), (asked,))


def _recorded(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind != RECORDED or not came.recording:
        return to_person(call, calling)
    words = calling.words("recording_text", call, seconds=came.seconds)
    case = _new_case(words, call, calling, calling.reading.understand(words))
    kept = call.remembers(recording=came.recording, seconds=came.seconds)
    # What was recorded cannot be read back yet, nor is anything asked about it: the code; the words place the case.
    return _told(replace(kept, case_code=case.code, outcome="report"), Opened(case), calling)


def _new_case(words: str, call: Call, calling: Calling, understanding: Any) -> Case:
    return open_held(
        words,
        sender=sender_of(call),
        understanding=understanding,
        directory=calling.directory,
        now=calling.now,
        new_code=calling.new_code,
    )


def _opened(call: Call, said: str, calling: Calling, to_person: Enter) -> Turn:
    """Make the case of the first words, whatever follows; no agency hears of it before the caller let them stand."""
    if call.case_code:
        return _added(call, said, calling, to_person)
    words = normalise(said).strip()
    understanding = calling.reading.understand(words)
    case = _new_case(words, call, calling, understanding)
    known = replace(call, case_code=case.code, outcome="report", language=call.language).remembers(held=True)
    return _next(known, case, understanding, calling, to_person)


def _added(call: Call, said: str, calling: Calling, to_person: Enter, *, instead: bool = False) -> Turn:
    """Take further words: added to the first, or, as a correction, before them."""
    words = normalise(said).strip()
    case = calling.cases.get(call.case_code)
    if not call.notes.get("held") or not case.allows("add", Actor.CITIZEN):
        return _goodbye(call, calling)
    added = case.act("add", actor=Actor.CITIZEN, at=calling.now, note=words)
    kept = call.remembers(correction=words) if instead else call
    understanding = _understood(added, kept, calling)
    return _next(kept, describe(added, understanding), understanding, calling, to_person)


def _understood(case: Case, call: Call, calling: Calling) -> Any:
    """What is understood of all that was said; a correction wins over what it corrects."""
    whole = calling.reading.understand(case.text)
    correction = str(call.notes.get("correction", ""))
    if not correction:
        return whole
    own = calling.reading.understand(correction)
    return replace(
        own,
        services=own.services or whole.services,
        area=own.area or whole.area,
        address=own.address or ("" if own.area else whole.address),
        confident=own.confident or whole.confident,
        kind=own.kind if own.services else whole.kind,
    )


def _next(call: Call, case: Case, understanding: Any, calling: Calling, to_person: Enter) -> Turn:
    """Danger is passed on at once; words nobody understands are asked for again; others are read back."""
    if case.emergency:
        placed = _placed(case, understanding, call, calling)
        now = call.remembers(held=False, asked="")
        heard = _read_back(now, placed.case, understanding, calling)
        return Turn(now.goes_to("report.confirm"), heard, placed.cases, placed.messages)
    if understanding.empty and case.kind is not Kind.DENUNCIATION:
        return _not_understood(call, case, calling, to_person)
    asks = _placed(case, understanding, call, calling, asking=True).asked or ""
    rounds = int(call.notes.get("rounds", 0)) + 1
    now = call.remembers(asked=asks, rounds=rounds)
    if rounds > MOST_ROUNDS:
        return _goodbye(now, calling, case)
    return Turn(now.goes_to("report.confirm"), _read_back(now, case, understanding, calling), cases=(case,))


def _not_understood(call: Call, case: Case, calling: Calling, to_person: Enter) -> Turn:
    """Ask for the words again, the case being stored with those that came; the second time a person is for it."""
    counted = replace(call, tries=call.tries + 1)
    if counted.tries < MOST_TRIES:
        return replace(_ask_again(counted, calling), cases=(case,))
    if case.stored_version:
        return to_person(counted, calling)
    return to_person(
        replace(counted, case_code=None, outcome="").remembers(said=case.text, held=False), calling
    )


def _placed(case: Case, understanding: Any, call: Call, calling: Calling, *, asking: bool = False) -> Opened:
    """Where the case goes now that its words stand; to the desk, where nobody asks any more for what is missing."""
    placed = place_matters(
        replace(case, asked_at=None),
        understanding,
        sender_of(call),
        calling.directory,
        calling.now,
        calling.new_code,
        calling.reading.understand,
    )
    if placed.asked is not None and not asking:
        return to_desk(replace(case, asked_at=None), "unrouted", calling.directory, calling.now)
    return placed


def _read_back(call: Call, case: Case, understanding: Any, calling: Calling) -> Script:
    """What was understood, shortly; danger numbers first; one question back where the place is missing."""
    prompts: list[Prompt] = []
    if case.emergency:
        numbers = replies.emergency_numbers(understanding, calling.directory, calling.now).replace("/", ", ")
        prompts.append(calling.say("emergency", call, numbers=numbers))
    elif case.kind is Kind.DENUNCIATION:
        authority = replies.authority(calling.directory, call.language)
        prompts.append(calling.say("denunciation", call, authority=authority))
    service = calling.directory.services.get(case.service or "")
    area = calling.directory.areas.get(case.area or "")
    said = str(call.notes.get("correction", "")) or case.text.replace("\n", ". ")
    prompts.append(calling.say("read_back", call, text=said[-SPOKEN:]))
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
        return _ask_more(call, calling)
    if came.kind == SPEECH and (said := came.speech.strip()):
        rest = _after_no(said)
        if rest is not None:
            return _added(call, rest, calling, to_person, instead=True) if rest else _ask_more(call, calling)
        if not _means_yes(said):
            return _added(call, said, calling, to_person)
    return _goodbye(call, calling)


def _ask_more(call: Call, calling: Calling) -> Turn:
    return Turn(call.goes_to("report.add"), calling.listen(call, calling.say("report_add", call)))


def _add(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == SPEECH and (said := came.speech.strip()):
        rest = _after_no(said)
        return _added(call, said if rest is None else rest or said, calling, to_person, instead=True)
    return _goodbye(call, calling)


def settle(call: Call, calling: Calling, case: Case | None = None) -> Opened | None:
    """
    Return where a report goes whose words stand, by silence or because the caller hung up, with the code by SMS.

    None when nothing is held any more and the code was told.
    """
    if call.step == "done" or not call.case_code or call.outcome != "report":
        return None
    case = case or calling.cases.get(call.case_code)
    opened = Opened(case)
    if call.notes.get("held"):
        opened = _placed(case, _understood(case, call, calling), call, calling)
    return replace(opened, messages=(*opened.messages, *_code_sms(call, opened, calling)))


def _goodbye(call: Call, calling: Calling, case: Case | None = None) -> Turn:
    """The words stand: place the case and tell the code."""
    case = case or calling.cases.get(call.case_code)
    opened = Opened(case)
    if call.notes.get("held"):
        opened = _placed(case, _understood(case, call, calling), call, calling)
    return _told(call, opened, calling)


def _told(call: Call, opened: Opened, calling: Calling) -> Turn:
    """Say the code twice, slowly; a number that takes no SMS may leave another one."""
    case = opened.case
    spelled = spell_slowly(case.code)
    agency = calling.directory.agencies.get(case.agency or "")
    told: list[Prompt] = [calling.say("code", call, code=spelled)]
    if agency and case.due_at:
        due = notices.due_text(case)
        told.append(calling.say("agency_due", call, agency=agency.name(call.language), due=due))
    cases = opened.cases if case.new_events else ()
    done = call.remembers(held=False)
    if is_mobile(call.caller):
        told += [calling.say("sms_sent", call), calling.say("goodbye", call)]
        messages = (*opened.messages, *_code_sms(call, opened, calling))
        return Turn(done.goes_to("done"), (HangUp(tuple(told)),), cases, messages)
    asked = Listen((*told, calling.say("number_ask", call)), keys=0, language=call.language)
    return Turn(done.goes_to("report.number"), (asked,), cases, opened.messages)


def _code_sms(call: Call, opened: Opened, calling: Calling) -> tuple[Message, ...]:
    """The same words as a text is answered with, to a phone that takes them."""
    if not is_mobile(call.caller):
        return ()
    case = opened.case
    understanding = calling.reading.understand(case.text)
    return (
        Message(
            id=f"{case.code}-{case.version}-spoken_code",
            channel="sms",
            to=call.caller,
            purpose="spoken_code",
            created_at=calling.now,
            due_at=calling.now,
            text=replies.opened(replace(opened, asked=None), understanding, calling.directory, calling.now),
            case_code=case.code,
            language=case.language,
            civil_hours=True,
        ),
    )


def _number(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    return take_number(call, came, calling)


_STEPS = {"ask": _asked, "recorded": _recorded, "confirm": _confirm, "add": _add, "number": _number}

_YES = ("dung", "dung roi", "phai", "vang", "da", "u", "ok", "yes", "right", "correct", "dong y")
_NO = re.compile(r"^(khong dung|chua dung|khong phai|sai|sai roi|no|wrong|not right)\b[\s,.:;]*")


def _means_yes(said: str) -> bool:
    return _plain(said) in _YES


def _after_no(said: str) -> str | None:
    """What follows a "no", nothing being the empty text; None when there is no "no". "Nổ" is none: marks count."""
    plain = said.lower()
    if plain.split()[0] not in ("no", "no,") and _plain(said).startswith("no"):
        return None
    found = _NO.match(" ".join(unaccent(plain).split()))
    return " ".join(said.split())[found.end() :] if found else None


def _plain(said: str) -> str:
    return " ".join(unaccent(said).lower().strip(" .,!").split())
