"""What is seen in a message before it is settled what it means: the rules' findings and the features learned from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p

from chalicelib.domain.understanding import kinds
from chalicelib.domain.understanding.phrases import Hit
from chalicelib.domain.understanding.result import ServiceGuess
from chalicelib.domain.understanding.tokens import SENTENCE, Tokens

_STRETCHED = re.compile(r"(.)\1{2,}")
_FAMILIES = (
    *("asking", "asking:ending", "asking:rhetorical", "reporting:faults", "reporting:distress"),
    *(
        "reporting:fixing",
        "proposing:asks",
        "proposing:deeds",
        "proposing:lacks",
        "danger",
        "pleas",
        "greeting",
    ),
    *("emergency:now", "emergency:just", "emergency:doubt", "emergency:past", "emergency:papers"),
    *("denunciation:corruption", "denunciation:officials", "denunciation:evidence"),
    *("status", "status:code", "spam:advert", "spam:chat", "spam:not"),
)
"""Families of phrases whose weight is told to the learned weights."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One message as the rules see it."""

    tokens: Tokens
    hits: Mapping[str, Sequence[Hit]]
    names: Sequence[tuple[int, int]]
    """Words that are names of units, first and after last."""
    services: tuple[ServiceGuess, ...]
    """Fields by the words of the pack."""
    kind: str
    alarm: kinds.Alarm | None
    empty: bool
    settled: bool
    """The rules leave no doubt about the kind: a rating, a greeting, nothing at all."""


def words_of(evidence: Evidence) -> list[str]:
    """
    Return the words the features are made of, "" where a sentence ends.

    Names of places, other names, numbers and codes become one word each, so that nothing is learned about a
    place or a person: "<place>", "<name>", "<number>", "<code>".
    """
    tokens = evidence.tokens
    name_at = dict(evidence.names)
    words: list[str] = []
    position, count = 0, len(tokens)
    shouting = tokens.text.isupper()
    while position < count:
        if words and tokens.breaks[position] == SENTENCE:
            words.append("")
        if position in name_at:
            words.append("<place>")
            position = max(name_at[position], position + 1)
            continue
        if not shouting and (last := _name_end(tokens, position)) > position + 1:
            words.append("<name>")
            position = last
            continue
        word = tokens.folds[position]
        if word.isdigit():
            word = "<number>" if len(word) < 5 else "<code>"
        elif len(word) > 2 and word[-1] == word[-2]:
            word = _STRETCHED.sub(r"\1", word)
        words.append(word)
        position += 1
    return words


def _name_end(tokens: Tokens, first: int) -> int:
    """Return where a run of capitalised words inside a sentence ends."""
    if first == 0 or tokens.breaks[first] == SENTENCE:
        return first
    last = first
    while (
        last < len(tokens)
        and tokens.text[tokens.starts[last]].isupper()
        and not tokens.text[tokens.starts[last] : tokens.ends[last]].isupper()
        and (last == first or not tokens.breaks[last])
    ):
        last += 1
    return last


def text_features(evidence: Evidence) -> dict[str, float]:
    """Return what the words themselves say: words, pairs, how it begins and ends, and the fields the pack sees."""
    words = words_of(evidence)
    found: dict[str, float] = {}
    for word in words:
        if word:
            found[word] = 1.0
    for one, two in pairwise(words):
        if one and two:
            found[f"{one} {two}"] = 1.0
    said = [word for word in words if word]
    found["^" + " ".join(said[:1])] = 1.0
    found["^" + " ".join(said[:2])] = 1.0
    found["$" + " ".join(said[-1:])] = 1.0
    found["$" + " ".join(said[-2:])] = 1.0
    for guess in evidence.services:
        found[f"@{guess.code}"] = log1p(guess.score)
    return found


def rule_features(evidence: Evidence) -> dict[str, float]:
    """Return what the rules found, for deciding the kind."""
    hits, tokens = evidence.hits, evidence.tokens
    found = {"=": 1.0, f"=kind {evidence.kind}": 1.0}
    if evidence.services:
        found[f"=field {evidence.services[0].code}"] = 1.0
    for family in _FAMILIES:
        if family in hits:
            found[f"={family}"] = log1p(max(kinds.total(hits, family), 0.0))
    for hit in (*hits.get("emergency", ()), *hits.get("denunciation", ())):
        label = hit.label.split(":", 1)[0]
        found[f"={label}"] = max(found.get(f"={label}", 0.0), min(hit.weight, 1.0))
    if evidence.alarm is not None:
        found["=alarm"] = 1.0
    _, weights = kinds.question_complaint_petition(hits, tokens)
    for kind, weight in weights.items():
        found[f"=weight {kind}"] = log1p(max(weight, 0.0))
    if "?" in tokens.text:
        found["=?"] = 1.0
    if kinds.has_case_code(tokens):
        found["=code"] = 1.0
    if not evidence.names:
        found["=no place"] = 1.0
    found["=length"] = log1p(len(tokens)) / 4
    if len(tokens) <= 6:
        found["=short"] = 1.0
    return found


def field_scores(evidence: Evidence) -> dict[str, tuple[float, float, float]]:
    """Return for each field what the pack's words say: weight, share of all weight, lead over the next."""
    guesses = evidence.services
    whole = sum(guess.score for guess in guesses) or 1.0
    scores = {}
    for number, guess in enumerate(guesses):
        lead = (
            log1p(guess.score) - log1p(guesses[1].score if len(guesses) > 1 else 0.0) if not number else 0.0
        )
        scores[guess.code] = (log1p(guess.score), guess.score / whole, lead)
    return scores
