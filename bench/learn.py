"""
Learn the weights that stand beside the rules: `python -m bench.learn [--check]`.

Reads the labelled messages of bench/corpus and those of tests/unit/data, prints what cross-validation says, and writes
chalicelib/domain/understanding/weights.tsv. Method and numbers: docs/understanding.md. The same corpus gives the same
file, bit for bit. With --check nothing is written.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase

import packs
from bench.fitting import Fitted, Row, fit
from chalicelib.domain.directory import Service
from chalicelib.domain.understanding import KINDS, Reader, decide
from chalicelib.domain.understanding.evidence import Evidence, field_scores, rule_features, text_features
from chalicelib.domain.understanding.learned import UNIT, WEIGHTS, Learned, parse
from chalicelib.domain.understanding.tokens import tokenise

CORPUS = Path(__file__).parent / "corpus"
OWN = Path(__file__).parents[1] / "tests" / "unit" / "data" / "messages-own.tsv"
ON = date(2026, 7, 1)
FOLDS = 5
HELD_OUT = 15  # per cent
SMALLEST = 20
"""Weights below so many hundredths are left out."""
CLEAR_WEIGHT, FAINT = 1.4, 0.1
"""Words of a pack from this weight on are learned from as well, as so much of a message."""
ALARM_FALSE = {"emergency": 0.015, "denunciation": 0.008}
"""How many of the other messages may raise an alarm, in cross-validation; as many as that are raised."""
BESIDE = 1 / 3
"""Where the rules raise it too, so much of the share is enough."""
STEPS = tuple(percent / 100 for percent in range(8, 100))
SURE = 0.98
"""How many of the sure first fields have to be right, in cross-validation over the file of everyday messages."""
EVERYDAY = "mixed"
"""The file of messages as they come. The others were written to be hard, and say little about how sure one may be."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message with what the rules see in it."""

    text: str
    kind: str
    fields: frozenset[str]
    evidence: Evidence
    source: str
    """Name of its file."""
    seen: bool
    """The rules were written with an eye on it, so that their findings are better here than anywhere else."""


def is_held_out(text: str) -> bool:
    """Tell whether a message is kept from learning, by its text alone: 15 of 100 are."""
    return zlib.crc32(text.encode("utf-8")) % 100 < HELD_OUT


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the lines of a table with tabs between its columns."""
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1:]]


def read_examples(reader: Reader, wanted: Callable[[str], bool] = bool) -> list[Example]:
    """Return the labelled messages whose text is *wanted*, in the order of the files; without it all of them."""
    tables = [(path.stem, line, False) for path in sorted(CORPUS.glob("*.tsv")) for line in read_table(path)]
    tables += [("own", line, True) for line in read_table(OWN) if line["id"].startswith("W")]
    examples, known = [], set()
    for source, line, seen in tables:
        text = line["text"].strip()
        if text in known or not wanted(text):
            continue
        known.add(text)
        fields = frozenset(part.strip() for part in line.get("field", "").split(";")) - {"", "-"}
        examples.append(
            Example(text, line["kind"].strip(), fields, reader.observe(text, on=ON), source, seen)
        )
    return examples


def kind_row(example: Example) -> Row:
    """What the kind is learned from."""
    features = text_features(example.evidence)
    if not example.seen:
        features |= rule_features(example.evidence)
    return Row(tuple(features.items()), frozenset({example.kind}), {})


def field_row(example: Example) -> Row:
    """What the field is learned from; the rules' words count only where nobody fitted them to the message."""
    shared = {} if example.seen else field_scores(example.evidence)
    return Row(tuple(text_features(example.evidence).items()), example.fields, shared)


def phrase_rows(services: Iterable[Service]) -> list[Row]:
    """Return the words of the pack as faint messages, so that parts of a listed phrase say something too."""
    rows = []
    for service in services:
        for phrase, weight in service.words.items():
            if weight >= CLEAR_WEIGHT:
                words = tokenise(phrase.replace("..", ".")).folds
                found = [*words, *(f"{one} {two}" for one, two in pairwise(words))]
                features = tuple((feature, 1.0) for feature in dict.fromkeys(found))
                rows.append(Row(features, frozenset({service.code}), {}, FAINT * min(weight, 3.0) / 3))
    return rows


def learn(
    examples: Sequence[Example], phrases: Sequence[Row], classes: Sequence[str], seed: int = 1022
) -> tuple[Fitted, Fitted]:
    """Fit both models."""
    kind = fit([kind_row(example) for example in examples if not example.evidence.settled], KINDS, seed=seed)
    field = fit(
        [*phrases, *(field_row(example) for example in examples if example.fields)], classes, seed=seed
    )
    return kind, field


def lines_of(kind: Fitted, field: Fitted, numbers: dict[str, float]) -> list[str]:
    """Return the weights as the lines of the file, in alphabetical order."""
    lines = [
        "# Made by `python -m bench.learn`; do not edit. Model, feature, classes by letter with weights in hundredths."
    ]
    lines += [f"number\t{name}\t{value:g}" for name, value in sorted(numbers.items())]
    for name, model in (("kind", kind), ("field", field)):
        letters = dict(zip(model.classes, ascii_lowercase, strict=False))
        lines.append(f"classes\t{name}\t{' '.join(f'{letters[label]}={label}' for label in model.classes)}")
        for feature, weights in sorted(model.weights.items()):
            rounded = [
                (letters[label], round(weight * UNIT))
                for label, weight in zip(model.classes, weights, strict=True)
            ]
            kept = [f"{letter}{weight}" for letter, weight in rounded if abs(weight) >= SMALLEST]
            if kept:
                lines.append(f"{name}\t{feature}\t{' '.join(kept)}")
    return lines


def finished(kind: Fitted, field: Fitted, numbers: dict[str, float]) -> Learned:
    """Return the weights as the program will read them, pruned and rounded."""
    shared = {
        f"field {name}": round(weight, 3) for name, weight in zip(decide.SHARED, field.shared, strict=True)
    }
    return parse(lines_of(kind, field, numbers | shared))


@dataclass(frozen=True, slots=True)
class Guess:
    """What weights that have not seen a message make of it."""

    example: Example
    kinds: dict[str, float]
    fields: tuple[tuple[str, float], ...]


NEUTRAL = {"field sure": 0.9} | {
    f"{kind} {how}": 0.5 for kind in decide.ALARMS for how in ("alone", "beside")
}


def guess(examples: Iterable[Example], weights: Learned, classes: Sequence[str]) -> list[Guess]:
    """Read *examples* with *weights*."""
    guesses = []
    for example in examples:
        features = text_features(example.evidence)
        services, _ = decide.fields_of(example.evidence, features, weights, classes)
        kinds = decide.kind_shares(example.evidence, features, weights)
        guesses.append(Guess(example, kinds, tuple((service.code, service.score) for service in services)))
    return guesses


def crossed(examples: Sequence[Example], phrases: Sequence[Row], classes: Sequence[str]) -> list[Guess]:
    """Return for each message what weights learned from the other folds make of it."""
    guesses: list[Guess] = []
    for fold in range(FOLDS):
        inside = [ex for ex in examples if zlib.crc32(ex.text.encode("utf-8")[::-1]) % FOLDS == fold]
        outside = [ex for ex in examples if zlib.crc32(ex.text.encode("utf-8")[::-1]) % FOLDS != fold]
        weights = finished(*learn(outside, phrases, classes), NEUTRAL)
        guesses += guess((ex for ex in inside if not ex.seen), weights, classes)
        print(f"  fold {fold + 1} of {FOLDS} done", flush=True)
    return guesses


def thresholds(guesses: Sequence[Guess]) -> dict[str, float]:
    """Return from which share on an alarm is raised and a field is sure."""
    numbers = {}
    for kind, limit in ALARM_FALSE.items():
        others = [one for one in guesses if one.example.kind != kind]
        allowed = [share for share in STEPS if _false_alarms(others, kind, share) <= limit * len(others)]
        share = min(allowed, default=STEPS[-1])
        numbers[f"{kind} alone"], numbers[f"{kind} beside"] = share, round(share * BESIDE, 3)
    firsts = [
        (one.fields[0], one.example.fields)
        for one in guesses
        if one.example.source == EVERYDAY
        and one.example.fields
        and decide.agree(one.example.evidence, one.fields[0][0])
    ]
    enough = []
    for share in STEPS:
        right = [first[0] in good for first, good in firsts if first[1] >= share]
        if sum(right) >= SURE * len(right):
            enough.append(share)
    numbers["field sure"] = min(enough, default=STEPS[-1])
    return numbers


def _false_alarms(others: Iterable[Guess], kind: str, share: float) -> int:
    return sum(
        one.kinds[kind] >= (share * BESIDE if one.example.evidence.kind == kind else share) for one in others
    )


def level(guesses: Sequence[Guess], weights: Learned) -> dict[str, float]:
    """Return the shares of messages understood; `…_rules` is what the rules alone reach."""
    kinds = [(one.example.kind, _kind(one, weights)) for one in guesses]
    firsts = [one for one in guesses if one.example.fields]
    right = [one.fields[0][0] in one.example.fields for one in firsts]
    sure = [
        one.fields[0][1] >= weights.numbers["field sure"]
        and decide.agree(one.example.evidence, one.fields[0][0])
        for one in firsts
    ]
    totals = {
        "messages": len(guesses),
        "kind": _share(wanted == got for wanted, got in kinds),
        "kind_rules": _share(one.example.kind == one.example.evidence.kind for one in guesses),
        "field_top1": _share(right),
        "field_rules": _share(
            any(decide.agree(one.example.evidence, code) for code in one.example.fields) for one in firsts
        ),
        "field_top3": _share(any(code in one.example.fields for code, _ in one.fields[:3]) for one in firsts),
        "sure": _share(sure),
        "sure_right": _share(good for good, is_sure in zip(right, sure, strict=True) if is_sure),
    }
    for kind in decide.ALARMS:
        totals[f"{kind}_recall"] = _share(got == kind for wanted, got in kinds if wanted == kind)
        totals[f"{kind}_false"] = _share(got == kind for wanted, got in kinds if wanted != kind)
    return totals


def _kind(one: Guess, weights: Learned) -> str:
    seen = one.example.evidence
    return seen.kind if seen.settled else decide.settle(seen, one.kinds, weights)


def _share(values: Iterable[bool]) -> float:
    known = list(values)
    return round(sum(known) / len(known), 4) if known else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, print, write."""
    parser = argparse.ArgumentParser(prog="bench.learn", description="Learn the weights beside the rules.")
    parser.add_argument("--check", action="store_true", help="print, but write nothing")
    options = parser.parse_args(arguments)
    directories = [packs.read_directory(slug) for slug in packs.slugs()]
    reader = Reader(directories)
    classes = tuple(sorted(directories[0].services))
    phrases = phrase_rows(directories[0].services.values())
    examples = read_examples(reader)
    apart = [example for example in examples if is_held_out(example.text) and not example.seen]
    learned_from = [example for example in examples if not is_held_out(example.text)]
    print(f"{len(learned_from)} messages to learn from, {len(apart)} held out", flush=True)
    guesses = crossed(learned_from, phrases, classes)
    numbers = thresholds(guesses)
    kind, field = learn(learned_from, phrases, classes)
    weights = finished(kind, field, numbers)
    numbers |= {name: value for name, value in weights.numbers.items() if name.startswith("field ")}
    print("cross-validation:", level(guesses, weights))
    for source in sorted({one.example.source for one in guesses}):
        print(f"  {source}:", level([one for one in guesses if one.example.source == source], weights))
    print("held out:", level(guess(apart, weights, classes), weights))
    print("numbers:", numbers)
    if not options.check:
        WEIGHTS.write_text("\n".join(lines_of(kind, field, numbers)) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
