"""Every way a call can go, walked from the tree and the code: hung up after any step it leaves one case, never two."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, lru_cache
from itertools import count
from typing import Any

import pytest

from chalicelib.domain.call import ENDED, KEYS, LEFT, RECORDED, RUNG, SILENCE, SPEECH, START, WAITING, Came
from chalicelib.domain.ivr import NUMBER_KEY, Tree
from chalicelib.domain.script import HangUp, Leave, Listen, Record, Ring, Script, Wait
from chalicelib.domain.understanding import Reader
from chalicelib.usecases import call_listen, call_one_stop, call_person, call_report
from chalicelib.usecases.take_call import take_call
from tests.hotline import OTHER_PHONE, PHONE, Hotline, province

SID = "twilio#CA0000000000000000000000000000000a"
RECORDING = "RE0000000000000000000000000000000b"

SAID = {
    "dong-thap": (
        "đèn đường hỏng trước chợ Sa Đéc phường Sa Đéc",
        "phường Sa Đéc",
        "huyện Lấp Vò",
        "xã An Bình",
    ),
    "dong-nai": ("đèn đường hỏng ở phường Trảng Dài", "phường Trảng Dài", "huyện Vĩnh Cửu", "xã An Bình"),
}
ALWAYS_SAID = ("đèn đường hỏng", "xin chào", "đúng", "sai rồi", "blah blah")

OPEN, CLOSED = "Mon 02/03/2026 08:30", "Mon 02/03/2026 23:30"
WALKS = [
    pytest.param(slug, caller, moment, id=f"{slug}, {who}, {when}")
    for slug in SAID
    for who, caller, when, moment in (
        ("a mobile", PHONE, "somebody there", OPEN),
        ("a landline", "+842773851234", "nobody there", CLOSED),
        ("a hidden number", "", "somebody there", OPEN),
    )
]

ONE_KEY = tuple("0123456789*#")
RINGING_ENDS = ("completed", "no-answer", "busy", "failed")


@dataclass
class Walk:
    """What one walk through all steps has seen."""

    steps: set[str] = field(default_factory=set)
    """Every `branch.step`, with its language."""
    wrong: list[str] = field(default_factory=list)
    hung_up: int = 0


@dataclass(frozen=True)
class Place:
    """A moment of a call: everything stored, and what was said last."""

    picture: tuple[Any, ...]
    script: Script
    turn: int
    way: tuple[str, ...]
    later: int = 0
    """Seconds waited beside ten for each turn."""


class _Remembering:
    """The real understanding; the same words are read once."""

    def __init__(self, reader: Reader) -> None:
        self.read = lru_cache(maxsize=None)(reader.read)


@cache
def reader(slug: str) -> _Remembering:
    return _Remembering(Reader([province(slug)]))


def inputs(script: Script, slug: str, known: str) -> Iterator[dict[str, Any]]:
    """Whatever may come after a script."""
    last = script[-1] if script else HangUp()
    match last:
        case Listen():
            yield {"kind": SILENCE}
            if last.keys == 1:
                yield from ({"kind": KEYS, "keys": key} for key in ONE_KEY)
            else:
                unknown, mistyped = "482177306", known[:-1] + str((int(known[-1]) + 1) % 10)
                yield from ({"kind": KEYS, "keys": keys} for keys in (known, unknown, mistyped, "0", "12"))
                yield {"kind": KEYS, "keys": "0900000002"}
                yield {"kind": KEYS, "keys": "105"}
            if last.speech:
                yield from ({"kind": SPEECH, "speech": words} for words in (*SAID[slug], *ALWAYS_SAID))
        case Record():
            yield {"kind": SILENCE}
            yield {"kind": RECORDED, "recording": RECORDING, "seconds": 7}
        case Ring():
            yield from ({"kind": RUNG, "result": result, "seconds": 30} for result in RINGING_ENDS)
        case Wait():
            yield {"kind": WAITING}
            yield {"kind": WAITING, "later": 120}  # an officer has become free
            yield {"kind": KEYS, "keys": "1"}
            yield from ({"kind": LEFT, "result": result} for result in ("hangup", "leave", "error"))
        case Leave():
            yield from ({"kind": LEFT, "result": result} for result in ("hangup", "leave"))


@cache
def walked(slug: str, caller: str, moment: str) -> Walk:
    """Go through every step breadth first, each input from each state, and hang up after each."""
    walk = Walk()
    hotline = Hotline(moment, reader=reader(slug), directory=province(slug))
    hotline._codes = (f"{number:08d}" for number in count(48217730))
    hotline.text(SAID[slug][0], sender=OTHER_PHONE)
    known, start = hotline.case().code, hotline.now
    stores = hotline.stores

    def post(came: Came, later: int = 0, *, times: int = 3) -> tuple[Script, int]:
        """Three times, as a provider does that is not sure of it."""
        hotline.now = start + timedelta(seconds=came.turn * 10 + later)
        said = take_call(came, **hotline._taking())
        after = stores.everything()
        for _ in range(times - 1):
            if take_call(came, **hotline._taking()) != said or stores.everything() != after:
                walk.wrong.append(f"{came.kind} posted again did something")
        return said

    def came(place: Place, what: dict[str, Any]) -> Came:
        return Came(SID, place.turn, caller=caller, called="1022", **what)

    def hang_up(place: Place, *, known_state: bool) -> None:
        walk.hung_up += 1
        post(came(place, {"kind": ENDED}), place.later, times=1 if known_state else 3)
        call = stores._calls[SID]
        new = [case for case in stores.all_cases() if case.code != known]
        if call.case_code is None or len(new) != (0 if call.case_code == known else 1):
            walk.wrong.append(f"{len(new)} cases after {' → '.join(place.way)}")
        if known_state:
            return
        post(came(replace(place, turn=call.turn), {"kind": SILENCE}), place.later)
        if len(stores.all_cases()) != len(new) + 1:
            walk.wrong.append(f"a case after the end of {' → '.join(place.way)}")

    def arrive(script: Script, turn: int, way: tuple[str, ...], later: int = 0) -> Place | None:
        call = stores._calls[SID]
        walk.steps.add(call.step)
        walk.steps.add(f"{call.step.partition('.')[0]} in {call.language}")
        place = Place(stores.everything(), script, turn, way, later)
        words = " ".join(getattr(one, "text", "") for verb in script for one in getattr(verb, "prompts", ()))
        last = script[-1] if script else HangUp()
        gone = way[-1] == "left hangup"
        if "{" in words or (not words and not gone and isinstance(last, Listen | Record | HangUp)):
            walk.wrong.append(f"nothing to hear after {' → '.join(way)}")
        notes = frozenset(name for name, value in call.notes.items() if value)
        told_apart = tuple(call.notes.get(name) for name in ("asked", "rings"))
        state = (call.step, call.tries, call.language, bool(call.case_code), notes, told_apart, type(last))
        hang_up(place, known_state=state in seen)
        if state in seen:
            return None
        seen.add(state)
        return place

    seen: set[Any] = set()
    waiting = deque([arrive(*post(Came(SID, 0, START, caller=caller, called="1022")), ("start",))])
    while waiting:
        place = waiting.popleft()
        if place is None:
            continue
        for what in inputs(place.script, slug, known):
            stores.put_back(place.picture)
            told = " ".join(str(value) for value in what.values())
            later = place.later + what.pop("later", 0)
            waiting.append(arrive(*post(came(place, what), later), (*place.way, told), later))
    return walk


@pytest.mark.parametrize(("slug", "caller", "moment"), WALKS)
def test_hung_up_after_any_step_a_call_leaves_one_case_and_every_webhook_counts_once(slug, caller, moment):
    walk = walked(slug, caller, moment)
    assert walk.wrong[:5] == []
    assert walk.hung_up > 500


@pytest.mark.parametrize("slug", SAID)
def test_the_walks_go_through_every_step_of_every_branch_in_both_languages(slug):
    walks = [walked(*walk.values) for walk in WALKS if walk.values[0] == slug]
    seen = set().union(*(walk.steps for walk in walks))
    tree = Tree.from_data(province(slug).ivr)
    menus = {f"menu.{step.id}" for step in tree.steps.values() if step.keys}
    branches = {
        f"{branch}.{step}"
        for branch, steps in (
            ("report", call_report._STEPS),
            ("one_stop", call_one_stop._STEPS),
            ("listen", ("list", "number", "answer")),
            ("person", call_person._STEPS),
            ("status", ("ask", "told")),
        )
        for step in steps
    }
    assert {*menus, *branches, "done"} - seen == set()
    in_both = {
        f"{step.do} in {language}" for step in tree.steps.values() for language in ("vi", "en") if step.do
    }
    assert {one for one in in_both if not one.startswith("language")} - seen == set()
    assert call_listen.ON_A_PAGE < int(call_listen.MORE) < int(NUMBER_KEY) < 8
