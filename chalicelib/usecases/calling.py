"""What the branches of a call share: the province, the stores, and how sentences are spoken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.call import Call, Came, Turn
from chalicelib.domain.directory import Directory
from chalicelib.domain.ivr import Tree
from chalicelib.domain.keys import Keys
from chalicelib.domain.script import Listen, Prompt, Say, Script
from chalicelib.texts import text
from chalicelib.usecases.open_case import Sender
from chalicelib.usecases.reading import Reading

MOST_TRIES = 2
"""Inputs that make no sense at one step; then a person or a recording takes over, never a dead end."""

MOST_HINTS = 200
"""Names of places and fields given to speech recognition; Twilio takes 500."""


@dataclass(frozen=True, slots=True)
class Calling:
    """Everything a branch may look at."""

    cases: Any
    directory: Directory
    tree: Tree
    reader: Any
    keys: Keys
    now: datetime
    new_code: Callable[[], str]
    inbox: Any
    """Queues of the lines."""

    @property
    def reading(self) -> Reading:
        """What it takes to make something of the caller's words."""
        return Reading(self.cases, self.directory, self.reader, self.keys, self.now, self.new_code)

    def words(self, key: str, call: Call, **values: Any) -> str:
        """Return the sentence `voice.<key>` in the caller's language."""
        facts = {"number": self.directory.province.get("dial_short", "1022"), **values}
        return text(f"voice.{key}", call.language, self.directory, **facts)

    def say(self, key: str, call: Call, **values: Any) -> Say:
        """Return the sentence `voice.<key>` to be spoken."""
        return Say(self.words(key, call, **values), call.language)

    def hints(self) -> tuple[str, ...]:
        """Words a caller is likely to say: today's units and the fields."""
        areas = (area.full_name for area in self.directory.areas.values() if area.valid.ends_on is None)
        fields = (service.name() for service in self.directory.services.values())
        return tuple(dict.fromkeys([*fields, *areas]))[:MOST_HINTS]

    def listen(self, call: Call, *prompts: Prompt, keys: int = 1, seconds: int = 6) -> Script:
        """Speak, and take speech or keys."""
        return (
            Listen(
                prompts, keys=keys, speech=True, language=call.language, hints=self.hints(), seconds=seconds
            ),
        )


def sender_of(call: Call) -> Sender:
    """Whoever calls, as a reporter; a number that takes no SMS is none to write to."""
    return Sender(call.reporter_id, call.caller if is_mobile(call.caller) else "", "voice", call.language)


def is_mobile(number: str) -> bool:
    """
    Tell whether a number in E.164 takes SMS: a Vietnamese mobile number has nine digits beginning with 3, 5, 7, 8 or 9.

    Source: the numbering plan of the Ministry of Information and Communications (Circular 22/2014/TT-BTTTT, prefixes
    of 2018). Numbers of other countries are left to the provider.
    """
    national = number.removeprefix("+84")
    if national == number:
        return number.startswith("+")
    return len(national) == 9 and national[0] in "35789"


def not_understood(
    call: Call, came: Came, again: Callable[[Call], Turn], give_up: Callable[[Call], Turn]
) -> Turn:
    """Count an input that made no sense: *again* at first, *give_up* after MOST_TRIES."""
    counted = replace(call, tries=call.tries + 1)
    return give_up(counted) if counted.tries >= MOST_TRIES else again(counted)
