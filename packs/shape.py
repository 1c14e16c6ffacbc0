"""What a file may hold, as data: small shapes that check a value and name what is wrong with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from packs.marked import MarkedDict, MarkedList, Where
from packs.problem import Problem, did_you_mean

Shape = Callable[[Any, Where, str], Iterator[Problem]]
"""Takes a value, where it stands and what it is called; yields what is wrong."""


def _wrong(where: Where, name: str, found: Any, wanted: str, remedy: str = "") -> Problem:
    shown = (
        "nothing" if found is None else f"'{found}'" if isinstance(found, str | int | float) else _kind(found)
    )
    return Problem(*where, f"{name} has to be {wanted}, found {shown}.", remedy)


def _kind(value: Any) -> str:
    return (
        "keys with values"
        if isinstance(value, dict)
        else "a list"
        if isinstance(value, list)
        else f"'{value}'"
    )


def words(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """Text that is not empty."""
    if isinstance(value, int | float):
        yield _wrong(where, name, str(value).lower(), "text", f'Put it in quotes: "{value}".')
    elif not isinstance(value, str) or not value.strip():
        yield _wrong(where, name, value, "text")


def matching(pattern: str, wanted: str, remedy: str = "") -> Shape:
    """Text of a certain form."""

    def check(value: Any, where: Where, name: str) -> Iterator[Problem]:
        if problems := list(words(value, where, name)):
            yield from problems
        elif not re.fullmatch(pattern, value):
            yield _wrong(where, name, value, wanted, remedy)

    return check


def one_of(*choices: str) -> Shape:
    """One of a few words."""

    def check(value: Any, where: Where, name: str) -> Iterator[Problem]:
        if value not in choices:
            yield _wrong(where, name, value, f"one of {', '.join(choices)}", did_you_mean(value, choices))

    return check


def day(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """A day as YYYY-MM-DD."""
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise ValueError
    except ValueError:
        yield _wrong(where, name, value, "a day written YYYY-MM-DD that exists")


def number(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _wrong(where, name, value, "a number without quotes")


def positive(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """A number above 0."""
    if problems := list(number(value, where, name)):
        yield from problems
    elif value <= 0:
        yield _wrong(where, name, value, "above 0")


def whole(least: int, most: int) -> Shape:
    """A whole number from *least* to *most*."""

    def check(value: Any, where: Where, name: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield _wrong(where, name, value, f"a whole number from {least} to {most}, without quotes")

    return check


def flag(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """true or false; yes and no are words."""
    if not isinstance(value, bool):
        yield _wrong(where, name, value, "true or false", "Write true or false, without quotes.")


def anything(value: Any, where: Where, name: str) -> Iterator[Problem]:
    """Whatever another file's reader makes of it."""
    yield from ()


def list_of(item: Shape, *, empty: bool = True) -> Shape:
    """A list whose items all have one shape."""

    def check(value: Any, where: Where, name: str) -> Iterator[Problem]:
        if not isinstance(value, MarkedList):
            yield _wrong(where, name, value, "a list")
            return
        if not value and not empty:
            yield Problem(*where, f"{name} is empty.")
        for part, at in zip(value, value.marks, strict=True):
            yield from item(part, at, f"an item of {name}")

    return check


def map_of(item: Shape, *, keys: tuple[str, ...] = (), key: Shape = anything) -> Shape:
    """Keys of one sort with values of one shape; *keys* must all be there."""

    def check(value: Any, where: Where, name: str) -> Iterator[Problem]:
        if not isinstance(value, MarkedDict):
            yield _wrong(where, name, value, "keys with values")
            return
        for missing in (needed for needed in keys if needed not in value):
            yield Problem(*value.where, f"{name} lacks '{missing}'.")
        for label, part in value.items():
            yield from key(label, value.at(label), f"a key of {name}")
            yield from item(part, value.at(label), f"{name} '{label}'")

    return check


@dataclass(frozen=True)
class Record:
    """Keys with a shape each; a key it does not know is an error."""

    needed: Mapping[str, Shape] = field(default_factory=dict)
    allowed: Mapping[str, Shape] = field(default_factory=dict)
    label: str = ""
    """Key whose value names the item in messages (`code`, `id`)."""

    def __call__(self, value: Any, where: Where, name: str) -> Iterator[Problem]:
        """Check one mapping."""
        if not isinstance(value, MarkedDict):
            yield _wrong(where, name, value, "keys with values")
            return
        shapes = {**self.needed, **self.allowed}
        called = f"{value[self.label]}" if self.label and value.get(self.label) else name
        for missing in (key for key in self.needed if key not in value):
            yield Problem(*value.where, f"{called} lacks '{missing}'.")
        for key, part in value.items():
            if key in shapes:
                yield from shapes[key](part, value.at(key), f"'{key}' of {called}")
            else:
                yield Problem(*value.at(key), f"{called} has no key '{key}'.", did_you_mean(key, shapes))
