"""Hear the announcements of today and the answers asked for most, by keys; any answer by its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chalicelib.domain.answers import by_name
from chalicelib.domain.calendar import local
from chalicelib.domain.call import KEYS, SILENCE, Call, Came, Turn
from chalicelib.domain.directory import StandardAnswer
from chalicelib.domain.ivr import NUMBER_KEY
from chalicelib.domain.script import Listen, Prompt, Say
from chalicelib.usecases import call_answered
from chalicelib.usecases.calling import Calling, not_understood

Enter = Callable[[Call, Calling], Turn]

ON_A_PAGE = 4
"""Questions read out at once, on keys 1 to 4: more are forgotten before the last is heard."""

MORE = "5"
MOST_READ_BACK = 9
BACK = "1"
LANGUAGES = {"9": "en", "8": "vi"}


def enter(call: Call, calling: Calling) -> Turn:
    """Say today's announcement, then the first questions."""
    news = calling.tree.announced(local(calling.now).date(), call.language)
    if not news:
        return _list(call, calling, calling.say("listen_no_news", call))
    words, spoken_in = news
    said = calling.words("listen_news", replace(call, language=spoken_in), news=words)
    told = call_answered.telling(
        call, calling, question=calling.words("listen_asked", call), answer=said, service=""
    )
    return _list(told, calling, Say(said, spoken_in))


def step(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    """Read an answer out, or the list again."""
    if came.kind == KEYS and came.keys == "0":
        return to_person(call_answered.not_content(call), calling)
    heard = call_answered.after(call, came, calling)
    if came.kind == KEYS and came.keys in LANGUAGES:
        return enter(replace(heard, language=LANGUAGES[came.keys]), calling)
    if call.step == "listen.answer":
        return _after(heard, came, calling, to_person)
    if came.kind == SILENCE and heard.notes.get("answered"):
        return call_answered.finish(heard, calling, outcome="listen")
    if call.step == "listen.number":
        return _numbered(heard, came, calling, to_person)
    shown = _page(heard, calling)
    if came.kind == KEYS and came.keys == "*":
        return _list(heard, calling)
    if came.kind == KEYS and came.keys == NUMBER_KEY:
        return _ask_number(heard, calling)
    if came.kind == KEYS and came.keys == MORE and len(_answers(calling)) > ON_A_PAGE:
        return _list(heard.remembers(page=int(heard.notes.get("page") or 0) + 1), calling)
    if came.kind == KEYS and came.keys.isdigit() and 1 <= int(came.keys) <= len(shown):
        return _answer(heard, shown[int(came.keys) - 1], calling)

    def again(counted: Call) -> Turn:
        turn = _list(counted, calling, calling.say("not_heard", counted))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(heard, came, again, lambda counted: _give_up(counted, calling, to_person))


def _list(call: Call, calling: Calling, *before: Prompt) -> Turn:
    shown, more = _page(call, calling), len(_answers(calling)) > ON_A_PAGE
    questions = [
        calling.words("listen_question", call, question=_in(answer.question, call), press=key)
        for key, answer in enumerate(shown, start=1)
    ]
    if more:
        questions.append(calling.words("listen_more", call, press=MORE))
    prompts = list(before)
    if shown:
        prompts.append(calling.say("listen_ask", call, questions=" ".join(questions)))
    prompts.append(calling.say("listen_keys", call, press=NUMBER_KEY))
    asked = Listen(tuple(prompts), keys=1, language=call.language)
    return Turn(call.goes_to("listen.list"), (asked,))


def _answer(call: Call, answer: StandardAnswer, calling: Calling) -> Turn:
    words = _in(answer.answer, call)
    told = call_answered.telling(
        call, calling, question=_in(answer.question, call), answer=words, service=answer.service
    )
    heard = Listen(
        (Say(words, call.language), calling.say("listen_after", call)), keys=1, language=call.language
    )
    return Turn(told.goes_to("listen.answer", notes={**told.notes, "answer": answer.code}), (heard,))


def _ask_number(call: Call, calling: Calling, *before: Prompt) -> Turn:
    prompts = (*before, calling.say("listen_number", call))
    return Turn(call.goes_to("listen.number"), (Listen(prompts, keys=0, language=call.language),))


def _numbered(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    """Read out the answer with the number keyed in; one that no longer holds is like none."""
    if came.kind == KEYS and came.keys == "*":
        return _list(call, calling)
    keyed = came.keys if came.kind == KEYS and came.keys.isdigit() else ""
    known = by_name(calling.directory, keyed)
    if known is not None and known.valid.covers(local(calling.now).date()):
        return _answer(call, known, calling)
    wrong = calling.say("listen_no_such", call, code=" ".join(keyed[:MOST_READ_BACK])) if keyed else None

    def again(counted: Call) -> Turn:
        turn = _ask_number(counted, calling, wrong or calling.say("not_heard", counted))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: _give_up(counted, calling, to_person))


def _after(call: Call, came: Came, calling: Calling, to_person: Enter) -> Turn:
    if came.kind == SILENCE:
        return call_answered.finish(call, calling, outcome="listen")
    if came.kind == KEYS and came.keys == BACK:
        return _list(call, calling)
    known = next((one for one in calling.directory.answers if one.code == call.notes.get("answer")), None)
    if came.kind == KEYS and came.keys == "*" and known:
        return _answer(call, known, calling)
    asked = Listen(
        (calling.say("not_heard", call), calling.say("listen_after", call)), keys=1, language=call.language
    )
    return not_understood(
        call,
        came,
        lambda counted: Turn(counted, (asked,)),
        lambda counted: _give_up(counted, calling, to_person),
    )


def _give_up(call: Call, calling: Calling, to_person: Enter) -> Turn:
    return to_person(call_answered.not_content(call), calling)


def _answers(calling: Calling) -> tuple[StandardAnswer, ...]:
    """Those of the tree in its order, else all of the pack; only what holds today."""
    today = local(calling.now).date()
    valid = {answer.code: answer for answer in calling.directory.answers if answer.valid.covers(today)}
    chosen = next((step.answers for step in calling.tree.steps.values() if step.answers), tuple(valid))
    return tuple(valid[code] for code in chosen if code in valid)


def _page(call: Call, calling: Calling) -> tuple[StandardAnswer, ...]:
    """The questions of the caller's page; after the last comes the first."""
    answers = _answers(calling)
    pages = max(1, -(-len(answers) // ON_A_PAGE))
    first = int(call.notes.get("page") or 0) % pages * ON_A_PAGE
    return answers[first : first + ON_A_PAGE]


def _in(words: Mapping[str, str], call: Call) -> str:
    return words.get(call.language) or words["vi"]
