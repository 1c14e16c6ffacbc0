"""The tree of a call as a pack gives it: what is said at each step and which key leads where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalicelib.domain.directory import Directory

VOICES = {"vi": "Google.vi-VN-Wavenet-A", "en": "Google.en-US-Wavenet-F"}
"""Voices that speak these languages (Twilio, SayVoice; no Amazon voice speaks Vietnamese)."""

NUMBER_KEY = "6"
"""At `listen`: the key after which a caller keys the number of an answer, as its page tells."""


@dataclass(frozen=True, slots=True)
class Step:
    """One place in the tree: it says something and goes on, or waits for a key, or hands over to a branch."""

    id: str
    say: Mapping[str, str] = field(default_factory=dict)
    then: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    speech: str = ""
    """Where words without a key lead; empty = they make no sense here."""
    do: str = ""
    """Branch that takes over: report, one_stop, status, listen, person; or language."""
    language: str = ""
    answers: tuple[str, ...] = ()
    """At `listen`: codes of the standard answers offered, asked for most first; empty = all of the pack."""

    @property
    def exits(self) -> Iterator[str]:
        """Ids of the steps that can come next."""
        yield from (target for target in (self.then, self.speech, *self.keys.values()) if target)


@dataclass(frozen=True, slots=True)
class Tree:
    """All steps, and where a call begins."""

    first: str
    steps: Mapping[str, Step]
    announcement: Mapping[str, str] = field(default_factory=dict)
    """One sentence in front of everything, by language; `valid_to` its last day."""
    voices: Mapping[str, str] = field(default_factory=lambda: VOICES)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Tree:
        """Read what `ivr.yaml` holds."""
        steps = {
            name: Step(
                id=name,
                say=step.get("say", {}),
                then=step.get("then", ""),
                keys={str(key): target for key, target in step.get("keys", {}).items()},
                speech=step.get("speech", ""),
                do=step.get("do", ""),
                language=step.get("language", ""),
                answers=tuple(step.get("answers") or ()),
            )
            for name, step in data["steps"].items()
        }
        return cls(data["first"], steps, data.get("announcement") or {}, {**VOICES, **data.get("voices", {})})

    def announced(self, on: date, language: str) -> tuple[str, str] | None:
        """Return the announcement of a day and the language it is in, the caller's where there is one; None without."""
        if not self.announcement or str(self.announcement.get("valid_to") or "9999") < on.isoformat():
            return None
        spoken_in = language if self.announcement.get(language) else "vi"
        return self.announcement[spoken_in], spoken_in

    def to_menu(self, start: str, language: str) -> tuple[list[str], Step]:
        """
        Return what is said from *start* on, in order, and the step that then waits for a key or hands over.

        Raises:
            KeyError: A step leads to one that does not exist (packs.checks refuses such a pack).
        """
        said: list[str] = []
        at = self.steps[start]
        for _ in range(len(self.steps) + 1):
            if at.do:
                return said, at
            if words := at.say.get(language) or at.say.get("vi"):
                said.append(words)
            if at.keys or not at.then:
                return said, at
            at = self.steps[at.then]
        raise KeyError(f"the steps from {start} go round in a circle")

    def keys_to(self, do: str, language: str) -> tuple[str, ...]:
        """Return the keys from the greeting to a branch in the caller's language; empty when none lead there."""
        _, menu = self.to_menu(self.first, "vi")
        keys: tuple[str, ...] = ()
        if language != "vi":
            chosen = [
                (key, self.steps[to]) for key, to in menu.keys.items() if self.steps[to].language == language
            ]
            if not chosen:
                return ()
            keys, menu = (chosen[0][0],), self.to_menu(chosen[0][1].then, language)[1]
        found = [key for key, to in menu.keys.items() if self.to_menu(to, language)[1].do == do]
        return (*keys, found[0]) if found else ()


def tree_of(directory: Directory) -> Tree:
    """The tree of a published pack; read once for each version."""
    # kept on the directory like its cached properties, as chalicelib.domain.calendar.calendar_for does
    known: Tree | None = directory.__dict__.get("_ivr_tree")
    if known is None:
        known = directory.__dict__["_ivr_tree"] = Tree.from_data(directory.ivr)
    return known
