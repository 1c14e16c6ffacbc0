"""Hear the announcements of today and the answers most asked for."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.domain.call import Call, Came, Turn
from chalicelib.usecases import call_person
from chalicelib.usecases.calling import Calling


def enter(call: Call, calling: Calling) -> Turn:
    """A person answers what the machine cannot."""
    return call_person.enter(call, calling)


def step(call: Call, came: Came, calling: Calling, to_person: Callable[[Call, Calling], Turn]) -> Turn:
    """Nothing is asked yet."""
    return to_person(call, calling)
