"""What a caller is to hear and what is waited for, in plain words; a voice gateway turns it into its provider's.

A script is verbs in their order. The last one decides how the call goes on: `Listen` and `Record` wait for the caller,
`Ring` for an officer, `Wait` keeps the place in the queue, `HangUp` ends the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken in a language of the province (vi, en)."""

    text: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Play:
    """A recorded prompt, by its https address."""

    url: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: int = 1


Prompt = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Listen:
    """Speak, and take keys or speech meanwhile: nobody has to wait for the end of a sentence."""

    prompts: tuple[Prompt, ...]
    keys: int = 1
    """How many keys end the input; 0 = as many as come, ended by # or silence."""
    speech: bool = False
    language: str = "vi"
    hints: tuple[str, ...] = ()
    """Words likely to be said: names of places and fields. At most 500 of 100 characters (Twilio, Gather)."""
    seconds: int = 6
    """Silence after which nothing came."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says; # or silence ends it."""

    prompts: tuple[Prompt, ...]
    max_seconds: int = 600
    silence_seconds: int = 5


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring officers, together or one after the other; the first who accepts by key 1 is connected."""

    numbers: tuple[str, ...]
    """E.164, or SIP addresses (`sip:…`)."""
    whisper: str = ""
    """What the officer is told before the key: who calls about what."""
    screened: bool = True
    """Whether whoever answers has to press the key; only a citizen who is called back is connected without."""
    in_order: bool = False
    seconds: int = 20
    prompts: tuple[Prompt, ...] = ()
    """Said to the caller before it rings."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Keep the place in the queue; the gateway asks for news while the caller waits."""

    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue: it is this caller's turn, or they chose something else."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say goodbye."""

    prompts: tuple[Prompt, ...] = ()


Verb = Say | Play | Pause | Listen | Record | Ring | Wait | Leave | HangUp
Script = tuple[Verb, ...]

_VERBS = {one.__name__: one for one in (Say, Play, Pause, Listen, Record, Ring, Wait, Leave, HangUp)}


def script_to_data(script: Script) -> list[dict[str, Any]]:
    """Return a script as JSON values, to be stored with the step it answered."""
    return [_to_data(verb) for verb in script]


def script_from_data(data: list[dict[str, Any]]) -> Script:
    """Return the script that `script_to_data` made these of."""
    return tuple(_from_data(verb) for verb in data)


def _to_data(verb: Verb) -> dict[str, Any]:
    data: dict[str, Any] = {"verb": type(verb).__name__, **asdict(verb)}
    if "prompts" in data:
        data["prompts"] = [_to_data(prompt) for prompt in verb.prompts]  # type: ignore[union-attr]
    return data


def _from_data(data: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    kind: Any = _VERBS[values.pop("verb")]
    if "prompts" in values:
        values["prompts"] = tuple(_from_data(prompt) for prompt in values["prompts"])
    return kind(**values)
