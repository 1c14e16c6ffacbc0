"""Published answers: by number, by the words people ask with, and those that may settle what somebody writes.

Search reads words without marks and in any order, spells out short forms, and takes the beginning of a word or one
slip of a letter where no answer has the word itself. Words that many answers share count little, a word of the question
counts more than one of the answer, and two words that stand side by side count more than the two apart.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date

from chalicelib.domain.answer_index import LETTERS_OF_A_SLIP, Index, in_order, index_of, pairs_of, shortened
from chalicelib.domain.directory import Directory, StandardAnswer
from chalicelib.domain.text import fold, normalise
from chalicelib.domain.understanding.tokens import Tokens, tokenise

SIDE_BY_SIDE = 0.5
"""Part of its own rarity that a pair of neighbours adds."""

OTHER_MARKS, BEGINNING, SLIP = 0.4, 0.7, 0.6
"""What is left of a word's weight when only its letters agree, when it was cut short, when one letter is wrong."""

LEAST_SHARE = 0.6
"""An answer has to hold at least so much of what was asked, by rarity; below, it is about something else."""

LEAST_OF_BEST = 0.3
"""Answers with less of the best one's score are not shown: they only share everyday words with the question."""

CLEAR_SHARE, CLEAR_OF_BEST = 0.75, 0.7
"""The same two for an answer that is sent at once to who asked in words: nobody sees what else there is."""

LEAST_OF_QUESTION = 0.5
"""Part of what a question is about that a text has to name before its answer is proposed."""

MOST_WORDS = 30
"""Of a search; more is no question."""

MOST_WORDS_OF_A_MATTER = 150
"""Of a text for which answers are proposed: what it is about is said by then."""

MOST_BEGINNINGS = 30

LETTERS_OF_A_BEGINNING = 3
"""A shorter word is the beginning of another one only while it is the last."""

_NUMBER = re.compile(r"(?:hoi|so|ma|#)?[\s:.#]*([0-9]{3,4})[\s.?]*")


def by_number(directory: Directory, number: int) -> StandardAnswer | None:
    """Return the answer with a number, also one that no longer holds; None when there is none."""
    return next((answer for answer in directory.answers if number and answer.number == number), None)


def by_name(directory: Directory, name: str) -> StandardAnswer | None:
    """Return the answer a page's address names: by number, or by code."""
    if name.isascii() and name.isdigit() and len(name) <= 4:
        return by_number(directory, int(name))
    return next((answer for answer in directory.answers if answer.code == name), None)


def search(
    directory: Directory,
    words: str,
    *,
    service: str | None = None,
    on: date,
    language: str = "vi",
    limit: int | None = None,
) -> tuple[StandardAnswer, ...]:
    """
    Return the answers that fit some words, best first; all in the order of their numbers when there are no words.

    Args:
        directory: The province as published.
        words: As typed; a number alone gives its answer.
        service: Only answers of this field; None = all.
        on: Only answers that hold on this day.
        language: Of the texts searched; English falls back to Vietnamese where an answer has no English.
        limit: At most so many; None = all that fit.
    """
    typed = normalise(words)
    numbered = _NUMBER.fullmatch(fold(typed))
    if not typed or numbered is not None:
        number = int(numbered.group(1)) if numbered else None
        listed = (one for one in in_order(directory.answers) if _is_wanted(one, service, on))
        return tuple(one for one in listed if number in (None, one.number))[:limit]
    index = index_of(directory, language)
    wanted = {at for at, one in enumerate(index.answers) if _is_wanted(one, service, on)}
    scores = _scores(index, typed, wanted, LEAST_SHARE)
    best = max(scores.values(), default=0.0)
    kept = [position for position, score in scores.items() if score >= LEAST_OF_BEST * best]
    kept.sort(key=lambda position: (-scores[position], index.asked[position].length, position))
    return tuple(index.answers[position] for position in kept[:limit])


def fitting(
    directory: Directory, words: str, *, on: date, language: str = "vi", limit: int = 3
) -> tuple[StandardAnswer, ...]:
    """Return the few answers that clearly fit a question put in words, best first; nothing rather than a near miss."""
    about = suggest(directory, words, on=on, limit=limit)
    if about:
        return about
    index = index_of(directory, language)
    wanted = {at for at, one in enumerate(index.answers) if _is_wanted(one, None, on)}
    scores = _scores(index, normalise(words), wanted, CLEAR_SHARE)
    best = max(scores.values(), default=0.0)
    kept = [at for at, score in scores.items() if score >= CLEAR_OF_BEST * best]
    kept.sort(key=lambda at: (-scores[at], at))
    return tuple(index.answers[at] for at in kept) if len(kept) <= limit else ()


def suggest(
    directory: Directory, text: str, *, service: str | None = None, on: date, limit: int = 3
) -> tuple[StandardAnswer, ...]:
    """
    Return the few answers that may already settle what somebody writes, best first; nothing rather than a near miss.

    Args:
        directory: The province as published.
        text: What they want to report or ask.
        service: The field it was understood as, when it was: answers of another one are then not proposed.
        on: Only answers that hold on this day.
        limit: At most so many.
    """
    index = index_of(directory, "vi")
    tokens = index.abbreviations.expand(tokenise(normalise(text)))
    folds = tokens.folds[:MOST_WORDS_OF_A_MATTER]
    said = {*folds, *pairs_of(folds), *(sense for _, _, sense in index.senses.find(folds))}
    found = []
    for position, answer in enumerate(index.answers):
        if _is_wanted(answer, service, on):
            share = index.asked[position].share_in(said, index)
            if share >= LEAST_OF_QUESTION:
                found.append((-share, position))
    return tuple(index.answers[position] for _, position in sorted(found)[:limit])


def _is_wanted(answer: StandardAnswer, service: str | None, on: date) -> bool:
    return answer.valid.covers(on) and service in (None, answer.service)


def _scores(index: Index, typed: str, wanted: set[int], least: float) -> dict[int, float]:
    """Position → score of the wanted answers that hold enough of what was typed, of 1."""
    tokens = index.abbreviations.expand(tokenise(typed))
    units = _units(index, tokens, MOST_WORDS)
    held: dict[int, float] = {}
    scores: dict[int, float] = {}
    whole = 0.0
    for number, (term, marked) in enumerate(units, start=1):
        readings = _readings(index, term, marked, typing=number == len(units))
        rarity = max((index.rarity(read) for read, _ in readings), default=index.rarity(term))
        whole += rarity
        best: dict[int, float] = {}
        for read, part in readings:
            for position, weight in index.postings[read].items():
                if position in wanted and part * weight > best.get(position, 0.0):
                    best[position] = part * weight
        for position, weight in best.items():
            held[position] = held.get(position, 0.0) + rarity * min(1.0, weight)
            scores[position] = scores.get(position, 0.0) + rarity * weight
    for pair in pairs_of(tokens.folds[:MOST_WORDS]):
        for position, weight in index.postings.get(pair, {}).items():
            if position in scores:
                scores[position] += SIDE_BY_SIDE * index.rarity(pair) * weight
    return {
        position: score * held[position] / whole
        for position, score in scores.items()
        if held[position] >= least * whole
    }


def _units(index: Index, tokens: Tokens, most: int) -> list[tuple[str, str]]:
    """What was typed as senses and words with their marks, each once and without the words of any question."""
    folds = tokens.folds[:most]
    covered: dict[int, str] = {}
    units: dict[str, str] = {}
    for first, end, sense in index.senses.find(folds):
        if sense in index.postings:
            covered.update(dict.fromkeys(range(first, end), sense))
    for position, word in enumerate(folds):
        if position in covered:
            units[covered[position]] = covered[position]
        elif word not in index.ignored:
            units[word] = tokens.keys[position]
    return list(units.items())


def _readings(index: Index, term: str, marked: str, *, typing: bool) -> list[tuple[str, float]]:
    """The indexed words a typed one may be, each with what is left of its weight; *typing*: it may go on."""
    if marked != term and marked in index.postings:
        return [(marked, 1.0), (term, OTHER_MARKS)] if term in index.postings else [(marked, 1.0)]
    if term in index.postings:
        return [(term, OTHER_MARKS if marked != term else 1.0)]
    # "ba" before another word is three, not the beginning of a dozen others
    if (typing or len(term) >= LETTERS_OF_A_BEGINNING) and (begun := _begun(index, term)):
        return [(word, BEGINNING) for word in begun]
    return [(word, SLIP) for word in _slipped(index, term)]


def _begun(index: Index, word: str) -> list[str]:
    if len(word) < 2:
        return []
    first = bisect_left(index.words, word)
    found = []
    for known in index.words[first : first + MOST_BEGINNINGS]:
        if not known.startswith(word):
            break
        found.append(known)
    return found


def _slipped(index: Index, word: str) -> list[str]:
    if len(word) < LETTERS_OF_A_SLIP or word.isdigit():
        return []
    found = {known for short in (word, *shortened(word)) for known in index.slips.get(short, ())}
    if len(word) == LETTERS_OF_A_SLIP:
        return sorted(known for known in found if sorted(known) == sorted(word))
    return sorted(known for known in found if abs(len(known) - len(word)) <= 1)
