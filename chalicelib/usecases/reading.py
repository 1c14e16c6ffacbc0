"""What it takes to make something of what a citizen wrote, whatever way it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.dialogue import Decision
from chalicelib.domain.directory import Directory
from chalicelib.domain.keys import Keys
from chalicelib.usecases import answer_citizen


@dataclass(frozen=True, slots=True)
class Reading:
    """The stores read, the understanding, the province and the moment."""

    cases: Any
    directory: Directory
    reader: Any
    keys: Keys
    now: datetime
    new_code: Callable[[], str]

    def understand(self, text: str) -> Any:
        """Return what a citizen's text is about."""
        return self.reader.read(text, on=answer_citizen.day_of(self.now))

    def carry_out(self, decision: Decision, **about: Any) -> answer_citizen.Answered:
        """Do what a message is decided to be; *about* says whose and of what."""
        return answer_citizen.carry_out(
            decision,
            **about,
            directory=self.directory,
            reader=self.reader,
            now=self.now,
            new_code=self.new_code,
        )
