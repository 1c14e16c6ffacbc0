"""Settle kind and field: what the rules found and the learned weights, added up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from chalicelib.domain.understanding.evidence import Evidence, field_scores, rule_features
from chalicelib.domain.understanding.learned import Features, Learned, shares
from chalicelib.domain.understanding.result import ServiceGuess

ALARMS = ("emergency", "denunciation")
"""Kinds that must not be missed; each is raised from a share of its own on, the first before the second."""
LEAST = 0.02
"""Fields with a smaller share, and no word of the pack, are not worth naming."""
SHARED = ("weight", "share", "lead")
"""What the pack's words say about a field, in the order of evidence.field_scores."""


def kind_shares(evidence: Evidence, features: Features, learned: Learned) -> dict[str, float]:
    """Return how probable each kind is; *features* are those of the text."""
    return shares(learned.kind.sums(features, rule_features(evidence)))


def kind_of(evidence: Evidence, features: Features, learned: Learned) -> str:
    """Return the kind; *features* are those of the text."""
    if evidence.settled:
        return evidence.kind
    return settle(evidence, kind_shares(evidence, features, learned), learned)


def settle(evidence: Evidence, probable: dict[str, float], learned: Learned) -> str:
    """Return the kind that follows from the shares: alarms from their thresholds on, else the most probable."""
    for kind in ALARMS:
        beside = "beside" if evidence.kind == kind else "alone"
        if probable.get(kind, 0.0) >= learned.numbers[f"{kind} {beside}"]:
            return kind
    return max((kind for kind in probable if kind not in ALARMS), key=lambda kind: probable[kind])


def fields_of(
    evidence: Evidence, features: Features, learned: Learned, in_force: Collection[str]
) -> tuple[tuple[ServiceGuess, ...], bool]:
    """
    Return the fields in force by probability, best first, and whether the first is sure.

    A field the weights do not know, because a province added it, stands by the words of its pack alone.
    """
    said = field_scores(evidence)
    sums = learned.field.sums(features)
    factors = [learned.numbers[f"field {name}"] for name in SHARED]
    totals = {
        code: sums.get(code, 0.0)
        + sum(factor * value for factor, value in zip(factors, said.get(code, ()), strict=False))
        for code in in_force
    }
    probable = shares(totals)
    known = {guess.code: guess for guess in evidence.services}
    guesses = [
        replace(known.get(code, ServiceGuess(code, 0.0)), score=round(share, 4))
        for code, share in probable.items()
        if share >= LEAST or code in known
    ]
    guesses.sort(key=lambda guess: (-guess.score, guess.code))
    sure = guesses[0].score >= learned.numbers["field sure"] and agree(evidence, guesses[0].code)
    return tuple(guesses), sure


def agree(evidence: Evidence, code: str) -> bool:
    """Tell whether the pack's words put the same field first: only what two see alike is sure."""
    return bool(evidence.services) and evidence.services[0].code == code
