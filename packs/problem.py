"""What is wrong with a pack, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place. An error stops a publication, a warning does not."""

    file: str
    """Path below the root, e.g. `provinces/dong-thap/routing.yaml`."""
    line: int
    """Counted from 1; 0 = the file as a whole."""
    what: str
    remedy: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        mark = "" if self.severity == "error" else "warning: "
        return f"{place}: {mark}{self.what}" + (f" {self.remedy}" if self.remedy else "")


class PackError(Exception):
    """A pack that cannot be read at all; carries the problems found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `Did you mean x?` for the nearest of *known*, or nothing when none is near."""
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""
