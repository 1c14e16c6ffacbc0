"""Softmax regression over sparse features in plain Python: the same rows and seed give the same weights."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt


@dataclass(frozen=True, slots=True)
class Row:
    """One message to learn from."""

    features: Sequence[tuple[str, float]]
    right: frozenset[str]
    """Any of these classes is right."""
    shared: Mapping[str, tuple[float, ...]]
    """What is said about each class from outside; weighed by numbers that all classes share."""
    weight: float = 1.0


@dataclass(slots=True)
class Fitted:
    """Weights by feature and class, and the shared ones."""

    classes: tuple[str, ...]
    weights: dict[str, list[float]]
    shared: list[float]

    def sums(self, row: Row) -> dict[str, float]:
        """Return the sum for each class."""
        totals = _sums(self.classes, self.weights, self.shared, row)
        return dict(zip(self.classes, totals, strict=True))


def _sums(
    classes: Sequence[str], weights: dict[str, list[float]], shared: Sequence[float], row: Row
) -> list[float]:
    totals = [0.0] * len(classes)
    for feature, value in row.features:
        known = weights.get(feature)
        if known is not None:
            totals = [total + weight * value for total, weight in zip(totals, known, strict=True)]
    if row.shared:
        for at, label in enumerate(classes):
            said = row.shared.get(label)
            if said is not None:
                totals[at] += sum(weight * value for weight, value in zip(shared, said, strict=True))
    return totals


def fit(
    rows: Sequence[Row],
    classes: Sequence[str],
    *,
    epochs: int = 14,
    rate: float = 0.1,
    decay: float = 0.004,
    at_least: int = 2,
    seed: int = 1022,
) -> Fitted:
    """
    Fit weights by stochastic gradient descent with a step of its own for each weight (AdaGrad).

    Args:
        rows: Messages; the loss of one is minus the log of the summed probability of its right classes.
        classes: All classes, in the order the weights are kept.
        epochs: Passes over all rows.
        rate: First step.
        decay: Pull to zero at each step (L2).
        at_least: Features of fewer rows are left out.
        seed: Of the order in which rows come.
    """
    counts: dict[str, int] = {}
    for row in rows:
        for feature, _ in row.features:
            counts[feature] = counts.get(feature, 0) + 1
    size = len(classes)
    weights = {feature: [0.0] * size for feature, count in sorted(counts.items()) if count >= at_least}
    squares = {feature: [1e-3] * size for feature in weights}
    width = max((len(said) for row in rows for said in row.shared.values()), default=0)
    shared, shared_squares = [0.5] * width, [1e-1] * width
    kept = [
        Row([pair for pair in row.features if pair[0] in weights], row.right, row.shared, row.weight)
        for row in rows
    ]
    places = [[label in row.right for label in classes] for row in kept]
    order = list(range(len(kept)))
    chance = random.Random(seed)
    for _ in range(epochs):
        chance.shuffle(order)
        for number in order:
            row, right = kept[number], places[number]
            totals = _sums(classes, weights, shared, row)
            top = max(totals)
            raised = [exp(value - top) for value in totals]
            whole = sum(raised)
            wanted = sum(value for value, good in zip(raised, right, strict=True) if good) or 1e-12
            steps = []
            for at in range(size):
                slope = raised[at] / whole - (raised[at] / wanted if right[at] else 0.0)
                if abs(slope) > 0.01:
                    steps.append((at, slope * row.weight))
            for feature, value in row.features:
                own, squared = weights[feature], squares[feature]
                for at, slope in steps:
                    gradient = slope * value + decay * own[at]
                    squared[at] += gradient * gradient
                    own[at] -= rate * gradient / sqrt(squared[at])
            for at, slope in steps:
                said = row.shared.get(classes[at])
                if said is not None:
                    for number_of, value in enumerate(said):
                        gradient = slope * value
                        shared_squares[number_of] += gradient * gradient
                        shared[number_of] -= 0.1 * gradient / sqrt(shared_squares[number_of])
    return Fitted(tuple(classes), weights, shared)
