"""Learned weights beside the rules: two small linear models, one for the kind and one for the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights.tsv"
"""Made by `python -m bench.learn`; docs/understanding.md says how."""
UNIT = 100
"""Weights are written in hundredths."""

Features = Mapping[str, float]
"""Feature → value, mostly 1."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature and class."""

    classes: tuple[str, ...]
    weights: Mapping[str, tuple[tuple[str, float], ...]]

    def sums(self, *features: Features) -> dict[str, float]:
        """Return the sum of the weights of all *features* for each class."""
        totals = dict.fromkeys(self.classes, 0.0)
        weights = self.weights
        for some in features:
            for feature in weights.keys() & some.keys():
                value = some[feature]
                for label, weight in weights[feature]:
                    totals[label] += weight * value
        return totals


@dataclass(frozen=True, slots=True)
class Learned:
    """Both models and the numbers found with them."""

    kind: Model
    field: Model
    numbers: Mapping[str, float]
    """Thresholds, and how the pack's words and the learned weights are added."""


def shares(sums: Mapping[str, float]) -> dict[str, float]:
    """Return the probabilities that belong to *sums* (softmax)."""
    if not sums:
        return {}
    top = max(sums.values())
    raised = {label: exp(value - top) for label, value in sums.items()}
    whole = sum(raised.values())
    return {label: value / whole for label, value in raised.items()}


@lru_cache(maxsize=1)
def shipped() -> Learned:
    """Return the weights that ship with the code, read at the first call."""
    return parse(WEIGHTS.read_text("utf-8").splitlines())


def parse(lines: Iterable[str]) -> Learned:
    """
    Read the lines of the file of weights, columns apart by tabs; one that begins with "#" is a remark.

    `number NAME VALUE`; `classes MODEL a=CLASS b=CLASS …`; `MODEL FEATURE a31 b-8 …`, weights in hundredths.
    """
    classes: dict[str, dict[str, str]] = {}
    weights: dict[str, dict[str, tuple[tuple[str, float], ...]]] = {"kind": {}, "field": {}}
    numbers: dict[str, float] = {}
    for line in lines:
        if not line or line[0] == "#":
            continue
        what, name, rest = line.split("\t")
        if what == "number":
            numbers[name] = float(rest)
        elif what == "classes":
            classes[name] = dict(part.split("=") for part in rest.split(" "))
        else:
            labels = classes[what]
            weights[what][name] = tuple([(labels[part[0]], int(part[1:]) / UNIT) for part in rest.split(" ")])
    return Learned(
        Model(tuple(classes["kind"].values()), weights["kind"]),
        Model(tuple(classes["field"].values()), weights["field"]),
        numbers,
    )
