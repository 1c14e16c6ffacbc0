"""The tree of a call: greeting, menu, language. Branches take over at its leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.calendar import local
from chalicelib.domain.call import KEYS, SPEECH, Call, Came, Turn
from chalicelib.domain.script import Listen, Prompt, Say
from chalicelib.usecases.calling import Calling, not_understood

Enter = Callable[[Call, Calling], Turn]


def start(call: Call, calling: Calling, branches: dict[str, Enter]) -> Turn:
    """Greet the caller: announcement of the day, welcome, menu, all in one that any key or word interrupts."""
    news = calling.tree.announced(local(calling.now).date(), call.language)
    before = (Say(*news),) if news else ()
    return go(calling.tree.first, call, calling, branches, before)


def go(
    target: str, call: Call, calling: Calling, branches: dict[str, Enter], before: tuple[Prompt, ...] = ()
) -> Turn:
    """Go to a step of the tree: say what it says, and wait, or hand over to its branch."""
    said, step = calling.tree.to_menu(target, call.language)
    if step.do == "language":
        return go(step.then, replace(call, language=step.language), calling, branches)
    if step.do:
        return branches[step.do](call, calling)
    province = calling.directory.province["names"]
    name = province.get(call.language) or province["vi"]
    prompts = (*before, *(Say(words.replace("{province}", name), call.language) for words in said))
    heard = Listen(
        prompts,
        keys=1,
        speech=bool(step.speech),
        language=call.language,
        hints=calling.hints() if step.speech else (),
    )
    return Turn(call.goes_to(f"menu.{step.id}"), (heard,))


def step(call: Call, came: Came, calling: Calling, branches: dict[str, Enter]) -> Turn:
    """Take a key or words at a menu."""
    here = calling.tree.steps.get(call.step.partition(".")[2]) or calling.tree.steps[calling.tree.first]
    if came.kind == KEYS and came.keys in here.keys:
        return go(here.keys[came.keys], call, calling, branches)
    if came.kind == SPEECH and here.speech:
        target = calling.tree.steps[here.speech]
        return branches[target.do](call.remembers(said=came.speech), calling)

    def again(counted: Call) -> Turn:
        turn = go(here.id, counted, calling, branches, (calling.say("not_heard", counted),))
        return replace(turn, call=replace(turn.call, tries=counted.tries))

    return not_understood(call, came, again, lambda counted: branches["person"](counted, calling))
