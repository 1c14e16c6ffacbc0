"""ivr.yaml: does every key lead somewhere, is every sentence there and short, and is a person always one key away?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.domain.ivr import VOICES
from chalicelib.domain.spoken import spoken_seconds
from chalicelib.texts import placeholders
from packs.files import LANGUAGES
from packs.marked import MarkedDict, Where
from packs.problem import Problem, did_you_mean
from packs.reading import Sources

MOST_SECONDS = 30
"""Who has listened for so long has forgotten the first key."""

PERSON = "0"
"""The key that leads to a person in every menu."""

SPEAKS = {
    "vi": re.compile(
        r"Google\.vi-VN-(Standard-[A-D]|Wavenet-[A-D]|Neural2-[AD]"
        r"|Chirp3-HD-(Aoede|Charon|Fenrir|Kore|Leda|Orus|Puck|Zephyr))"
    ),
    "en": re.compile(
        r"Google\.en-(US|GB|AU|IN)-(Standard|Wavenet|Neural2)-[A-Z]|Google\.en-US-Chirp3-HD-[A-Z][a-z]+"
    ),
}
"""Voices by language (Twilio, SayVoice)."""


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with the tree of a call."""
    ivr = sources.files["ivr"]
    steps = ivr.get("steps")
    if not isinstance(steps, MarkedDict) or not steps:
        return
    tree = {name: step for name, step in steps.items() if isinstance(step, MarkedDict)}
    languages = [one for one in sources.files["province"].get("languages") or () if one in LANGUAGES]
    names = sources.files["province"].get("names") or {}
    province = str(names.get("vi", "")) if isinstance(names, dict) else ""
    yield from _targets(str(ivr.get("first")), ivr.at("first"), tree)
    for name, step in tree.items():
        yield from _step(name, step, steps.at(name), tree)
        yield from _sentences(name, step, province)
    yield from _answers(sources, tree)
    yield from _voices(ivr.get("voices"))
    yield from _announcement(ivr, languages)


def _exits(step: MarkedDict) -> Iterator[tuple[str, Where]]:
    for key in ("then", "speech"):
        if step.get(key):
            yield str(step[key]), step.at(key)
    keys = step.get("keys")
    if isinstance(keys, MarkedDict):
        for key, target in keys.items():
            yield str(target), keys.at(key)


def _targets(first: str, where: Where, tree: dict[str, MarkedDict]) -> Iterator[Problem]:
    """Where steps lead, and whether a call ever comes by."""
    if first not in tree:
        yield Problem(
            *where, f"a call begins with step '{first}', which there is not.", did_you_mean(first, tree)
        )
        return
    for name, step in tree.items():
        for target, at in _exits(step):
            if target not in tree:
                yield Problem(
                    *at, f"step {name} leads to '{target}', which there is not.", did_you_mean(target, tree)
                )
    reached, pending = {first}, [first]
    while pending:
        found = {target for target, _ in _exits(tree[pending.pop()]) if target in tree}
        pending += found - reached
        reached |= found
    for name, step in tree.items():
        if name not in reached:
            yield Problem(
                *step.where, f"no key leads to step {name}.", "Give it a key in a menu, or drop it."
            )


def _step(name: str, step: MarkedDict, where: Where, tree: dict[str, MarkedDict]) -> Iterator[Problem]:
    sets_language = step.get("do") == "language"
    if sets_language and not (step.get("language") and step.get("then")):
        what = f"step {name} sets no language or leads nowhere."
        yield Problem(*where, what, "Write language: en and then: menu.")
    elif step.get("do"):
        lost = sorted(step.keys() & ({"keys", "say", "speech"} | (set() if sets_language else {"then"})))
        if lost:
            what = f"step {name} hands over by do; its {', '.join(lost)} is never heard."
            yield Problem(*step.at(lost[0]), what, "Put it into a step before.")
    elif not step.get("keys") and not step.get("then"):
        what = f"step {name} ends in silence."
        yield Problem(*where, what, "Give it keys, or then: the step that follows.")
    goes_on = step.get("then") and not step.get("keys") and (sets_language or not step.get("do"))
    if goes_on and name in _following(name, tree):
        what = f"step {name} leads back to itself, and no key leads out."
        yield Problem(*step.at("then"), what, "Let then lead to a menu.")
    if step.get("keys"):
        yield from _menu(name, step, tree)


def _following(name: str, tree: dict[str, MarkedDict]) -> list[str]:
    """The steps that follow without a key; ends with the one seen before when they go round."""
    seen: list[str] = []
    at = str(tree[name].get("then"))
    while at in tree and at not in seen:
        seen.append(at)
        step = tree[at]
        if step.get("keys") or (step.get("do") and step["do"] != "language"):
            return seen
        at = str(step.get("then"))
    return seen


def _menu(name: str, step: MarkedDict, tree: dict[str, MarkedDict]) -> Iterator[Problem]:
    keys = step["keys"]
    target = str(keys.get(PERSON, "")) if isinstance(keys, MarkedDict) else ""
    if target not in tree or _ends_with(target, tree) != "person":
        where = keys.at(PERSON) if isinstance(keys, MarkedDict) and PERSON in keys else step.at("keys")
        yield Problem(*where, f"key 0 of step {name} does not reach a person.", 'Write "0": person.')
    said = str(step.get("speech", ""))
    if said in tree and tree[said].get("do") in (None, "language"):
        what = f"words said at step {name} lead to '{said}', which does nothing with them."
        yield Problem(*step.at("speech"), what, "Let speech lead to a step with do, such as report.")
    if not step.get("say"):
        yield Problem(*step.where, f"menu {name} says nothing.", "Add say, vi and en.")


def _ends_with(name: str, tree: dict[str, MarkedDict]) -> str:
    """What a step comes to in the end: the branch it hands over to."""
    last = [name, *_following(name, tree)][-1] if tree[name].get("then") else name
    return str(tree[last].get("do", ""))


def _sentences(name: str, step: MarkedDict, province: str) -> Iterator[Problem]:
    say = step.get("say")
    if not isinstance(say, MarkedDict):
        return
    for language, words in say.items():
        try:
            unknown = placeholders(str(words)) - {"province"}
        except ValueError:
            unknown = frozenset({"{"})
        if unknown:
            what = f"step {name} says {{{', '.join(sorted(unknown))}}} aloud."
            yield Problem(*say.at(language), what, "The only placeholder is {province}.")
        yield from _length(
            f"step {name}", str(words).replace("{province}", province), language, say.at(language)
        )


def _length(what: str, words: str, language: str, where: Where) -> Iterator[Problem]:
    seconds = spoken_seconds(words, language)
    if seconds > MOST_SECONDS:
        yield Problem(
            *where,
            f"{what} speaks for about {seconds:.0f} seconds ({language}).",
            f"Shorten it to {MOST_SECONDS}, or spread it over two steps.",
        )


def _answers(sources: Sources, tree: dict[str, MarkedDict]) -> Iterator[Problem]:
    known = [str(answer.get("code")) for answer in sources.items("answers", "answers")]
    for name, step in tree.items():
        for code in step.get("answers") or ():
            if code not in known:
                what = f"step {name} offers answer '{code}', which answers.yaml does not have."
                yield Problem(*step.at("answers"), what, did_you_mean(code, known))


def _voices(voices: object) -> Iterator[Problem]:
    if not isinstance(voices, MarkedDict):
        return
    for language, voice in voices.items():
        if language in SPEAKS and not SPEAKS[language].fullmatch(str(voice)):
            yield Problem(
                *voices.at(language),
                f"voice '{voice}' does not speak {language}.",
                f"For example {VOICES[language]}.",
            )


def _announcement(ivr: MarkedDict, languages: list[str]) -> Iterator[Problem]:
    news = ivr.get("announcement")
    if not isinstance(news, MarkedDict):
        return
    for language in LANGUAGES:
        if language in news:
            yield from _length("the announcement", str(news[language]), language, news.at(language))
        elif language in languages:
            what = f"the announcement is missing in {language}; it is read in Vietnamese."
            yield Problem(*ivr.at("announcement"), what, f"Add {language}.", "warning")
