"""A telephone of a test: dials the hotline, and tells it what the provider would, each webhook three times."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.call import Call, Came
from chalicelib.domain.script import Script, Verb
from chalicelib.domain.waiting import Queue
from chalicelib.usecases.call_person import accepted
from chalicelib.usecases.take_call import take_call
from tests.hotline import Hotline

REPEATS = 3
"""A provider repeats what it is not sure of."""


class Telephone:
    """One call."""

    def __init__(
        self,
        line: Hotline,
        *,
        caller: str = "+84900000001",
        called: str = "1022",
        id: str = "twilio#CA1",
        about: str = "",
        repeats: int = REPEATS,
        start: bool = True,
    ) -> None:
        self.line, self.caller, self.called, self.id, self.about = line, caller, called, id, about
        self._repeats = repeats
        self.turn = 0
        self._queued_at = 0
        self.script: Script = ()
        if start:
            self.did("start")

    def did(self, kind: str, **what: Any) -> str:
        """Tell the next input; returns what is said."""
        turn = self._queued_at if kind == "left" else self.turn
        came = Came(self.id, turn, kind, caller=self.caller, called=self.called, about=self.about, **what)
        for _ in range(self._repeats):
            self.script, self.turn = take_call(came, **self.line._taking())
        if type(self.last).__name__ == "Wait":
            self._queued_at = self.turn
        return self.said

    def officer_accepts(self, phone: str) -> None:
        """An officer whose phone rang presses 1."""
        for _ in range(self._repeats):
            accepted(
                self.id,
                phone,
                inbox=self.line.stores.inbox,
                commit=self.line.stores.commit,
                now=self.line.now,
            )

    @property
    def last(self) -> Verb | None:
        """The verb on which the call goes on."""
        return self.script[-1] if self.script else None

    @property
    def said(self) -> str:
        """All that is said."""
        words: list[str] = []
        for verb in self.script:
            words += [getattr(one, "text", "") for one in (verb, *getattr(verb, "prompts", ()))]
        return " ".join(word for word in words if word)

    @property
    def state(self) -> Call:
        """The call as stored."""
        _, call = self.line.stores.inbox.read_call("", self.id)
        assert call is not None
        return call


def queue(line: Hotline, name: str = "centre") -> Queue:
    """Who waits and who is taken."""
    return line.stores.inbox.queue(name)
