"""What published answers are looked up in: which of them holds which word, pair or sense, and how rare that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from math import log

from chalicelib.domain.directory import Directory, StandardAnswer
from chalicelib.domain.text import normalise
from chalicelib.domain.understanding.tokens import Abbreviations, Tokens, tokenise

IN_QUESTION, IN_ANSWER = 3.0, 1.0
"""What a word weighs by where it stands; the name of the field counts like a word of the answer."""

LETTERS_OF_A_SLIP = 4
"""Shorter syllables are all one letter from another; of this length only two that changed places count."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: its first clause without the words of any question."""

    words: frozenset[str]
    senses: frozenset[str]
    pairs: frozenset[str]
    """Neighbours that say more than any matter does."""

    @property
    def length(self) -> int:
        """In words; of two answers that fit alike, the one with the shorter question is about nothing else."""
        return len(self.words) + len(self.senses)

    def share_in(self, said: Set[str], index: Index) -> float:
        """Part of it that *said* names, by rarity; 0 when the subject itself is not among it."""
        if not said & (self.senses or self.pairs):
            return 0.0
        about = self.words | self.senses
        return sum(map(index.rarity, about & said)) / sum(map(index.rarity, about))


@dataclass(frozen=True, slots=True)
class Index:
    """What is looked up instead of reading every answer."""

    answers: tuple[StandardAnswer, ...]
    postings: Mapping[str, Mapping[int, float]]
    """Word, marked word, pair of neighbours or sense (`=12`) → position in `answers` → weight."""
    words: tuple[str, ...]
    """Single words, sorted, for their beginnings."""
    slips: Mapping[str, tuple[str, ...]]
    """A word less one letter → the words it may be."""
    asked: tuple[Asked, ...]
    """What each question is about, by position."""
    ignored: frozenset[str]
    senses: Senses
    abbreviations: Abbreviations

    def rarity(self, term: str) -> float:
        """How much a word tells: of those in every answer next to nothing, of unknown ones most."""
        return log(1 + len(self.answers) / (len(self.postings.get(term, ())) or 0.5))


class Senses:
    """Phrases that mean one thing (lexicon, `answers.same`): "cccd" and "thẻ căn cước"."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for number, group in enumerate(groups):
            for phrase in group:
                words = tuple(tokenise(normalise(str(phrase))).folds)
                self._by_first.setdefault(words[0], []).append((words, f"={number}"))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda one: -len(one[0]))

    def find(self, folds: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield first word, end and sense of each phrase, the longest first where several begin."""
        at = 0
        while at < len(folds):
            for words, sense in self._by_first.get(folds[at], ()):
                if tuple(folds[at : at + len(words)]) == words:
                    yield at, at + len(words), sense
                    at += len(words) - 1
                    break
            at += 1


def index_of(directory: Directory, language: str) -> Index:
    """The index of a published version, made once for each language."""
    # kept on the directory like its cached properties, as chalicelib.domain.calendar.calendar_for does
    known: dict[str, Index] = directory.__dict__.setdefault("_answer_index", {})
    if language not in known:
        known[language] = _index(directory, language)
    return known[language]


def in_order(answers: Iterable[StandardAnswer]) -> tuple[StandardAnswer, ...]:
    """Return answers by their numbers; by their codes in a version published before they had some."""
    return tuple(sorted(answers, key=lambda answer: (answer.number, answer.code)))


def pairs_of(folds: Sequence[str]) -> Iterator[str]:
    """Neighbours as one term each."""
    return (f"{one} {other}" for one, other in pairwise(folds))


def shortened(word: str) -> Iterator[str]:
    """A word less one of its letters, in every way."""
    return (word[:gap] + word[gap + 1 :] for gap in range(len(word)))


def _index(directory: Directory, language: str) -> Index:
    lexicon = directory.lexicon.get("answers") or {}
    senses = Senses(lexicon.get("same", ()))
    ignored, everyday = (_words_of(lexicon.get(name, ()), senses) for name in ("ignored", "everyday"))
    answers = in_order(directory.answers)
    postings: dict[str, dict[int, float]] = {}
    words: set[str] = set()
    asked = []
    fields = {code: [tokenise(service.name(language))] for code, service in directory.services.items()}
    for position, answer in enumerate(answers):
        question, said = _read(answer.question, language), _read(answer.answer, language)
        # the question last: what it weighs stands
        for part, weight in (([*said, *fields.get(answer.service, ())], IN_ANSWER), (question, IN_QUESTION)):
            for tokens in part:
                words.update(tokens.folds)
                for term in _terms(tokens, senses):
                    postings.setdefault(term, {})[position] = weight
        asked.append(_about(question[-1], senses, ignored, everyday))
    return Index(
        answers,
        postings,
        tuple(sorted(words)),
        _slips(words),
        tuple(asked),
        ignored,
        senses,
        Abbreviations(directory.lexicon.get("abbreviations") or {}),
    )


def _words_of(lines: Iterable[object], senses: Senses) -> frozenset[str]:
    """Words, and senses that a line names as a whole."""
    read = [tokenise(normalise(str(line))).folds for line in lines]
    words = {word for folds in read for word in folds}
    return frozenset(
        words | {sense for folds in read for _, end, sense in senses.find(folds) if end == len(folds)}
    )


def _read(texts: Mapping[str, str], language: str) -> list[Tokens]:
    """What is searched: the reader's language, and last Vietnamese, whose words for papers everybody uses."""
    return [
        tokenise(normalise(text)) for text in dict.fromkeys((texts.get(language) or texts["vi"], texts["vi"]))
    ]


def _terms(tokens: Tokens, senses: Senses) -> set[str]:
    found = {*tokens.folds, *tokens.keys, *pairs_of(tokens.folds)}
    return found | {sense for _, _, sense in senses.find(tokens.folds)}


def _about(question: Tokens, senses: Senses, ignored: Set[str], everyday: Set[str]) -> Asked:
    end = next((at for at in range(1, len(question)) if question.breaks[at]), len(question))
    folds = question.folds[:end]
    found = list(senses.find(folds))
    covered = {at for begin, end, _ in found for at in range(begin, end)}
    words = {word for at, word in enumerate(folds) if at not in covered and word not in ignored}
    named = frozenset(sense for _, _, sense in found)
    pairs = pairwise(folds)
    return Asked(
        frozenset(words | (named & everyday)),
        named - everyday,
        frozenset(f"{one} {other}" for one, other in pairs if not {one, other} & (ignored | everyday)),
    )


def _slips(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        if len(word) >= LETTERS_OF_A_SLIP - 1 and not word.isdigit():
            for short in (word, *shortened(word)):
                found[short] = (*found.get(short, ()), word)
    return found
