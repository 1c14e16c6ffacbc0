"""The state of a case by keypad: nine digits, checked on the spot, read back, told without anything personal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.call import KEYS, SPEECH, Call, Came, Turn
from chalicelib.domain.case import Case, Status
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.script import HangUp, Listen, Prompt
from chalicelib.errors import CaseNotFound
from chalicelib.texts import text
from chalicelib.usecases import notices
from chalicelib.usecases.calling import Calling, not_understood

DIGITS = 9


def enter(call: Call, calling: Calling, before: tuple[Prompt, ...] = ()) -> Turn:
    """Ask for the nine digits."""
    asked = Listen(
        (*before, calling.say("status_ask", call)), keys=DIGITS, speech=True, language=call.language
    )
    return Turn(call.goes_to("status.ask"), (asked,))


def step(call: Call, came: Came, calling: Calling, to_person: Callable[[Call, Calling], Turn]) -> Turn:
    """Take the digits, or what comes after the state was told."""
    if call.step == "status.told":
        return _after(call, came, calling, to_person)
    digits = came.keys if came.kind == KEYS else "".join(c for c in came.speech if c.isdigit())
    if digits == "0":
        return to_person(call, calling)
    if came.kind in (KEYS, SPEECH) and is_valid_code(digits):
        return _tell(call, digits, calling)
    wrong = "status_wrong" if digits else "not_heard"

    def again(counted: Call) -> Turn:
        turn = enter(counted, calling, (calling.say(wrong, counted),))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: to_person(counted, calling))


def _tell(call: Call, code: str, calling: Calling) -> Turn:
    found: Case | None
    try:
        found = calling.cases.get(code)
    except CaseNotFound:
        found = None
    spelled = spell_slowly(code)
    if found is None:
        told = calling.say("status_unknown", call, code=spelled)
    else:
        told = calling.say("status_told", call, code=spelled, state=_state(found, call, calling))
    asked = Listen((told, calling.say("status_more", call)), keys=1, language=call.language)
    known = call if found is None else replace(call, case_code=found.code, outcome="status")
    return Turn(known.goes_to("status.told"), (asked,))


def _state(case: Case, call: Call, calling: Calling) -> str:
    """Status, agency and due moment; the answer itself only to the number that asked."""
    language = call.language
    status = text(f"names.status.{case.status}", language).lower()
    agency = calling.directory.agencies.get(case.agency or "")
    due = notices.due_text(case) if case.status in (Status.ASSIGNED, Status.IN_PROGRESS) else ""
    said = [
        status,
        agency.name(language) if agency else "",
        calling.words("due", call, due=due) if due else "",
    ]
    if (
        case.status in (Status.ANSWERED, Status.CLOSED)
        and case.answer
        and case.reporter_id == call.reporter_id
    ):
        said.append(calling.words("answer", call, answer=case.answer[:600]))
    return ". ".join(part for part in said if part)


def _after(call: Call, came: Came, calling: Calling, to_person: Callable[[Call, Calling], Turn]) -> Turn:
    if came.kind == KEYS and came.keys == "1":
        return enter(call, calling)
    if came.kind == KEYS and came.keys == "0":
        return to_person(call, calling)
    if came.kind in (KEYS, SPEECH):  # a key that means nothing here: asked once more, then a person

        def again(counted: Call) -> Turn:
            asked = Listen(
                (calling.say("not_heard", counted), calling.say("status_more", counted)),
                keys=1,
                language=call.language,
            )
            return Turn(counted, (asked,))

        return not_understood(call, came, again, lambda counted: to_person(counted, calling))
    return Turn(call.goes_to("done"), (HangUp((calling.say("goodbye", call),)),))


def spell_slowly(code: str) -> str:
    """A code as it is read aloud: digit by digit, a pause after each group of three."""
    groups = (code[at : at + 3] for at in range(0, len(code), 3))
    return ", ".join(" ".join(group) for group in groups)
