"""services.yaml, answers.yaml, texts.yaml: is everything people read there, in both languages, and sendable?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from chalicelib import texts
from chalicelib.domain.sms import segments
from chalicelib.domain.text import unaccent
from packs.marked import MarkedDict
from packs.problem import Problem, did_you_mean
from packs.reading import Sources

SAMPLE_VALUES = {
    "code": "482177306",
    "agency": "UBND huyen Trang Bom",
    "due": "17:00 27/11",
    "number": "1022",
    "numbers": "113, 114, 115, 112",
    "authority": "Thanh tra tinh",
    "count": "2",
    "codes": "482177306, 482177314",
}
"""What an SMS is filled with to see whether it fits; other placeholders count ten characters."""


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with fields, standard answers and sentences."""
    services = sources.items("services", "services")
    yield from _twice(services, "service")
    for service in services:
        yield from _twice(
            [topic for topic in service.get("topics") or () if isinstance(topic, MarkedDict)], "topic"
        )
        if not service.get("words") and service.get("code") != "khac":
            what = f"service '{service.get('code')}' has no words: no message will be understood as it."
            yield Problem(*service.where, what, "Add the words people use.", "warning")
    codes = [str(service.get("code")) for service in services]
    answers = sources.items("answers", "answers")
    yield from _twice(answers, "answer")
    yield from _numbers(answers)
    yield from _dialled(answers, sources.files["province"])
    for answer in answers:
        name = answer.get("code")
        if answer.get("service") not in codes:
            what = (
                f"answer {name} is for service '{answer.get('service')}', which services.yaml does not have."
            )
            yield Problem(*answer.at("service"), what, did_you_mean(answer.get("service"), codes))
        if not answer.get("source"):
            what = f"answer {name} names no source, so nobody can check it."
            yield Problem(*answer.where, what, "Add source: the law, or the unit that answers for it.")
    for language, sentences in sources.files["texts"].items():
        if isinstance(sentences, MarkedDict):
            yield from _sentences(language, sentences)


def _twice(items: list[MarkedDict], what: str) -> Iterator[Problem]:
    seen: dict[str, MarkedDict] = {}
    for item in items:
        code = str(item.get("code"))
        if code in seen:
            line = seen[code].where[1]
            yield Problem(
                *item.at("code"), f"{what} '{code}' stands twice (first in line {line}).", "Keep one."
            )
        seen[code] = item


DIALLED = range(111, 120)
"""Short numbers of emergency and information services."""

FIRST_OWN = 501
"""Where a province's own answers begin, out of the way of the common ones."""


def _numbers(answers: list[MarkedDict]) -> Iterator[Problem]:
    """A number that people have noted must lead to one answer, whatever came first in the file."""
    taken = {answer.get("number") for answer in answers}
    seen: dict[int, MarkedDict] = {}
    for answer in answers:
        number = answer.get("number")
        if not isinstance(number, int):
            continue
        if first := seen.get(number):
            what = f"answer {answer.get('code')} has number {number}, like {first.get('code')} ({_place(first)})."
            begins = max(number + 1, FIRST_OWN) if answer.where[0] != first.where[0] else number + 1
            free = next(one for one in count(begins) if one not in taken and one not in DIALLED)
            yield Problem(*answer.at("number"), what, f"Give it one that is free, such as {free}.")
        seen.setdefault(number, answer)


def _dialled(answers: list[MarkedDict], province: MarkedDict) -> Iterator[Problem]:
    """Whoever texts "hoi 114" must not get the answer number 114 (domain/commands.py takes no such number)."""
    emergency = [one for one in province.get("emergency") or () if isinstance(one, MarkedDict)]
    dialled = {str(province.get("number")), *(str(one.get("number")) for one in emergency)}
    dialled |= {str(number) for number in DIALLED}
    for answer in answers:
        if str(answer.get("number")) in dialled:
            what = f"answer {answer.get('code')} has number {answer['number']}, which people dial."
            yield Problem(*answer.at("number"), what, "Give it another one.")


def _place(item: MarkedDict) -> str:
    file, line = item.at("number")
    return f"{file}, line {line}"


def _sentences(language: str, sentences: MarkedDict) -> Iterator[Problem]:
    house = {**texts.templates(), **texts.templates(language)}
    for key, sentence in sentences.items():
        where = sentences.at(key)
        if key not in house:
            yield Problem(*where, f"text '{key}' replaces nothing.", did_you_mean(key, house))
            continue
        known = texts.placeholders(house[key])
        try:
            used = texts.placeholders(str(sentence))
        except ValueError as error:
            yield Problem(*where, f"text '{key}' has a broken placeholder: {error}.", "Write {code}.")
            continue
        for name in sorted(used - known):
            remedy = did_you_mean(name, known) or f"It may use: {', '.join(sorted(known)) or 'none'}."
            yield Problem(*where, f"text '{key}' has an unknown placeholder {{{name}}}.", remedy)
        if key.startswith("sms.") and not used - known:
            parts = _parts(str(sentence), used)
            if parts > max(1, _parts(house[key], known)):
                what = f"text '{key}' takes {parts} SMS parts where the house's own takes {_parts(house[key], known)}."
                yield Problem(*where, what, "Shorten it: every part is paid for.")


def _parts(sentence: str, names: frozenset[str]) -> int:
    values = {name: SAMPLE_VALUES.get(name, "x" * 10) for name in names}
    return segments(unaccent(sentence.format_map(values))).segments
