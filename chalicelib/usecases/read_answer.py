"""Answer `HOI 105`: a published answer by its number, in at most three segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from chalicelib import texts
from chalicelib.domain.answers import by_name
from chalicelib.domain.calendar import local
from chalicelib.domain.commands import read_citizen_command
from chalicelib.domain.directory import Directory, StandardAnswer
from chalicelib.domain.sms import segments
from chalicelib.domain.text import fold
from chalicelib.usecases import replies

MOST_SEGMENTS = 3
"""The rest of a longer answer is read on its page."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def answer(text: str, *, directory: Directory, now: datetime) -> str:
    """Return the reply to `HOI` and a number; no case comes of it. One that no longer holds is like none."""
    command = read_citizen_command(text)
    number = command.text if command else ""
    language = "en" if fold(text).strip().startswith("ask") else texts.HOME
    found = by_name(directory, number)
    if found is None or not found.valid.covers(local(now).date()):
        web = f"{directory.province.get('domain')}/answers"
        return replies.sms("published_unknown", language, directory, number=number, web=web)
    return next(_ever_shorter(found, language, directory))


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
