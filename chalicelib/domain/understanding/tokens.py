"""A message as words: folded for look-up, with marks for agreement, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.text import fold

_WORD = re.compile("[a-z]+|[0-9]+")
_SENTENCE_END = re.compile(r"[.!?;\n]")
_CLAUSE_END = re.compile("[,:()–—]| - ")

# Hỏi and ngã are one tone in the South, and mixed up in writing everywhere.
_HOOK_AS_TILDE = str.maketrans("ảẳẩẻểỉỏổởủửỷ", "ãẵẫẽễĩõỗỡũữỹ")

SENTENCE, CLAUSE = 2, 1


def key_of(word: str) -> str:
    """Return *word* in the form in which marks are compared."""
    return word.lower().translate(_HOOK_AS_TILDE)


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a word; expanded abbreviations share the place of what was typed."""

    text: str
    folded: str
    folds: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    """What stands before the word: SENTENCE, CLAUSE or 0."""
    accented: bool = False
    """The writer uses marks throughout, so a word without one is meant without one."""

    def __len__(self) -> int:
        return len(self.folds)

    def said(self, first: int, last: int) -> str:
        """The text from word *first* to before word *last*."""
        return self.text[self.starts[first] : self.ends[last - 1]]


def tokenise(text: str) -> Tokens:
    """Split a clean text into words; letters and digits are apart, "kp11" is "kp" and "11"."""
    folded = fold(text)
    tokens = Tokens(text, folded)
    end = 0
    lower = key_of(text) if len(text.lower()) == len(text) else folded
    marked = letters = 0
    for found in _WORD.finditer(folded):
        start = found.start()
        gap = folded[end:start]
        word = found.group()
        key = lower[start : found.end()]
        tokens.folds.append(word)
        tokens.keys.append(key)
        tokens.starts.append(start)
        end = found.end()
        tokens.ends.append(end)
        tokens.breaks.append(_break(gap) if len(gap) > 0 and gap != " " else 0)
        if len(word) > 1 and not word.isdigit():
            letters += 1
            marked += key != word
    tokens.accented = marked >= 0.3 * letters and marked > 1
    return tokens


def _break(gap: str) -> int:
    if _SENTENCE_END.search(gap):
        return SENTENCE
    return CLAUSE if _CLAUSE_END.search(gap) else 0


class Abbreviations:
    """Short forms of the chat, spelled out; the neighbours decide where a form has several meanings."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        # By the form with marks: "hông" is "không", but "Hồng Ngự" typed without marks is not.
        self._plain = {key_of(str(short)): _words(full) for short, full in data.get("plain", {}).items()}
        self._hour = _words("giờ")
        self._context = {
            short: [
                (
                    frozenset(fold(str(word)) for word in line.get("next", ())),
                    frozenset(fold(str(word)) for word in line.get("previous", ())),
                    _words(line["to"]),
                )
                for line in lines
            ]
            for short, lines in data.get("context", {}).items()
        }

    def expand(self, tokens: Tokens) -> Tokens:
        """Return *tokens* with the short forms replaced."""
        folds = tokens.folds
        if not any(word in self._plain for word in tokens.keys) and self._context.keys().isdisjoint(folds):
            return tokens
        expanded = Tokens(tokens.text, tokens.folded, accented=tokens.accented)
        for position, word in enumerate(folds):
            words = self._meaning(tokens, position, word)
            for number, (folded, key) in enumerate(words):
                expanded.folds.append(folded)
                expanded.keys.append(key)
                expanded.starts.append(tokens.starts[position])
                expanded.ends.append(tokens.ends[position])
                expanded.breaks.append(tokens.breaks[position] if number == 0 else 0)
        return expanded

    def _meaning(self, tokens: Tokens, position: int, word: str) -> Sequence[tuple[str, str]]:
        same = ((word, tokens.keys[position]),)
        if (
            position
            and tokens.ends[position - 1] == tokens.starts[position]
            and tokens.folds[position - 1].isdigit()
        ):
            return same if word != "h" else self._hour  # "60k", "1tr5", "7h30"
        if (plain := self._plain.get(tokens.keys[position])) is not None:
            return plain
        if (lines := self._context.get(word)) is None or tokens.keys[position] != word:
            return same
        following = tokens.folds[position + 1] if position + 1 < len(tokens) else ""
        previous = tokens.folds[position - 1] if position else ""
        for next_words, previous_words, words in lines:
            if following in next_words or previous in previous_words or not (next_words or previous_words):
                return words
        return same


def _words(text: str) -> tuple[tuple[str, str], ...]:
    tokens = tokenise(text)
    return tuple(zip(tokens.folds, tokens.keys, strict=True))
