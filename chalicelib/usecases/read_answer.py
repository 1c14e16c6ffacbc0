"""Answer `HOI 105` and `HOI lam lai cccd`: a published answer by number or words, in at most three segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib import texts
from chalicelib.domain.answers import by_name, fitting
from chalicelib.domain.calendar import local
from chalicelib.domain.commands import read_citizen_command
from chalicelib.domain.dialogue import Decision
from chalicelib.domain.directory import Directory, StandardAnswer
from chalicelib.domain.sms import segments
from chalicelib.domain.text import fold
from chalicelib.usecases import replies

MOST_SEGMENTS = 3
"""The rest of a longer answer is read on its page."""

MOST_SEGMENTS_OF_SEVERAL = 2
"""Where several answers fit, their questions and numbers are told."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def answer(text: str, *, directory: Directory, now: datetime) -> str:
    """Return the reply to `HOI` and a number or words; no case comes of it. One that no longer holds is like none."""
    command = read_citizen_command(text)
    number = command.text if command else ""
    language = _language(text)
    if command is not None and command.name == "asked":
        several = _fitting(text, directory, now)
        if len(several) > 1:
            return _several(several, language, directory)
        if several:
            return next(_ever_shorter(several[0], language, directory))
    found = by_name(directory, number)
    if found is None or not found.valid.covers(local(now).date()):
        web = f"{directory.province.get('domain')}/answers"
        return replies.sms("published_unknown", language, directory, number=number, web=web)
    return next(_ever_shorter(found, language, directory))


def settled(decision: Decision, *, directory: Directory, now: datetime) -> Decision:
    """Return what a message is that asks in words: `published` when an answer fits, else what it is otherwise."""
    if decision.otherwise is None:
        return decision
    return (
        replace(decision, what="published", otherwise=None)
        if _fitting(decision.text, directory, now)
        else decision.otherwise
    )


def _fitting(text: str, directory: Directory, now: datetime) -> tuple[StandardAnswer, ...]:
    command = read_citizen_command(text)
    words = command.text if command else text
    found = fitting(directory, words, on=local(now).date(), language=_language(text))
    return tuple(one for one in found if one.number)


def _language(text: str) -> str:
    return "en" if fold(text).strip().startswith("ask") else texts.HOME


def _several(found: tuple[StandardAnswer, ...], language: str, directory: Directory) -> str:
    """Their numbers and questions, best first, as many as fit; at least the best."""
    reply = ""
    for one in found:
        line = replies.sms(
            "published_line",
            language,
            directory,
            number=one.number,
            question=one.question.get(language) or one.question[texts.HOME],
        )
        longer = f"{reply} {line}".strip()
        if reply and segments(longer).segments > MOST_SEGMENTS_OF_SEVERAL:
            break
        reply = longer
    return reply


def _ever_shorter(found: StandardAnswer, language: str, directory: Directory) -> Iterator[str]:
    """Yield what fits: the answer with its source, the answer alone, its first sentences, its first words."""
    said = found.answer.get(language) or found.answer[texts.HOME]
    web = f"{directory.province.get('domain')}/answers/{found.number}"

    def fits(key: str, words: str) -> Iterator[str]:
        reply = replies.sms(key, language, directory, answer=words, source=found.source, web=web)
        if segments(reply).segments <= MOST_SEGMENTS:
            yield reply

    yield from fits("published", said)
    yield from fits("published_more", said)
    sentences = _SENTENCE.split(said)
    for count in range(len(sentences) - 1, 0, -1):
        yield from fits("published_more", " ".join(sentences[:count]))
    words = sentences[0].split()
    for count in range(len(words) - 1, -1, -1):
        yield from fits("published_more", f"{' '.join(words[:count])} ...")
