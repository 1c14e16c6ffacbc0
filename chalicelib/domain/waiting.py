"""Who of a line's officers is taken and who waits for one: turns, places, and waiting news that is true.

Pure. One `Queue` stands for a line (`centre` or an agency) and is written under its version: two callers who see the
same officer free cannot both get that officer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

RING_SECONDS = 20
"""How long an officer's phone rings; below the half minute after which most voicemails answer."""

SCREEN_SECONDS = 25
"""Whisper and key of the officer who picked up."""

MOST_TALK = timedelta(hours=1)
"""A hold whose end was never told runs out then."""

REST = timedelta(minutes=1)
"""An officer who did not pick up is left alone for so long: the next caller rings somebody else first."""

GONE = timedelta(minutes=3)
"""A waiting caller the provider has not asked news for since is gone; their end was lost."""

SEEN_EVERY = timedelta(seconds=45)
"""How often it is written down that a waiting caller is still there."""

FIRST_MEAN_SECONDS = 180.0
"""Length of a talk before any was measured."""

TALKS_REMEMBERED = 20
"""So many talks back the mean looks: a storm's short calls count within the hour."""

MINUTES_TOLD = (1, 2, 3, 5, 7, 10, 15, 20, 30)
"""Waits told, rounded up. Beyond the last it is only said that it takes longer."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """A caller who waits."""

    call_id: str
    since: datetime
    """When they asked for a person; the order of the queue."""
    seen: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Phones kept for one call: all that ring, and then the one that was picked up."""

    call_id: str
    """Empty for an officer who is left alone."""
    phones: tuple[str, ...]
    since: datetime
    until: datetime
    taken: bool = False
    """An officer has accepted; the hold is one phone's."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One line's officers and callers."""

    line: str
    waiting: tuple[Waiter, ...] = ()
    held: tuple[Hold, ...] = ()
    mean_seconds: float = FIRST_MEAN_SECONDS
    """How long a call keeps an officer, ringing included."""
    talks: int = 0
    version: int = 0
    stored_version: int = 0

    def free(self, phones: Iterable[str], now: datetime) -> tuple[str, ...]:
        """Those of *phones* no call keeps now."""
        busy = {phone for hold in self.held if hold.until > now for phone in hold.phones}
        return tuple(phone for phone in phones if phone not in busy)

    def hold_of(self, call_id: str) -> Hold | None:
        """What is kept for a call."""
        return next((hold for hold in self.held if call_id and hold.call_id == call_id), None)

    def ahead(self, call_id: str, now: datetime) -> int:
        """How many callers come before this one; all of them for who does not wait yet."""
        there = self._there(now)
        return next((n for n, waiter in enumerate(there) if waiter.call_id == call_id), len(there))

    def turn(self, call_id: str, phones: Iterable[str], now: datetime) -> tuple[str, ...]:
        """
        Return whom this caller may ring now, in the roster's order; none while it is not their turn.

        First come, first served: each caller ahead is left one free officer, and each behind one where there are
        several, so that two who come together are not kept apart by one ringing everybody.
        """
        free = self.free(phones, now)
        if len(free) <= self.ahead(call_id, now):
            return ()
        others = sum(waiter.call_id != call_id for waiter in self._there(now))
        return free[: max(1, len(free) - others)]

    def joined(self, call_id: str, now: datetime, since: datetime) -> Queue:
        """With this caller waiting; their place is that of the moment they first asked."""
        rest = tuple(waiter for waiter in self.waiting if waiter.call_id != call_id)
        return self._changed(now, waiting=(*rest, Waiter(call_id, since, now)))

    def noticed(self, call_id: str, now: datetime) -> Queue | None:
        """With this caller seen to be there; None when that was written a moment ago."""
        known = next((waiter for waiter in self.waiting if waiter.call_id == call_id), None)
        if known is None or now - known.seen < SEEN_EVERY:
            return None
        return self.joined(call_id, now, known.since)

    def holding(
        self, call_id: str, phones: tuple[str, ...], now: datetime, window: timedelta, *, rings: bool = True
    ) -> Queue:
        """With phones kept for a call that no longer waits: for *window*, or one that rings until its talk ends."""
        until = now + (MOST_TALK if rings and len(phones) == 1 else window)
        kept = tuple(hold for hold in self.held if hold.call_id != call_id)
        return self._changed(
            now, waiting=self._without(call_id), held=(*kept, Hold(call_id, phones, now, until))
        )

    def accepted(self, call_id: str, phone: str, now: datetime) -> Queue | None:
        """With one officer talking and the others who rang free again; None when that is known or nothing is kept."""
        hold = self.hold_of(call_id)
        if hold is None or hold.taken:
            return None
        one = replace(hold, phones=(phone,), until=now + MOST_TALK, taken=True)
        return self._changed(now, held=tuple(one if kept.call_id == call_id else kept for kept in self.held))

    def released(self, call_id: str, now: datetime, *, talked: bool = False) -> Queue | None:
        """Without this call, its officers free; None when it had no part here. A talk counts for the mean."""
        hold = self.hold_of(call_id)
        if hold is None and all(waiter.call_id != call_id for waiter in self.waiting):
            return None
        left = self._changed(
            now,
            waiting=self._without(call_id),
            held=tuple(kept for kept in self.held if kept.call_id != call_id),
        )
        if hold is None or not talked:
            return left
        talks = left.talks + 1
        share = 1 / min(talks + 1, TALKS_REMEMBERED)  # the first guess counts as one talk
        lasted = (now - hold.since).total_seconds()
        return replace(
            left, talks=talks, mean_seconds=left.mean_seconds + share * (lasted - left.mean_seconds)
        )

    def resting(self, phones: tuple[str, ...], now: datetime) -> Queue:
        """With officers who did not pick up left alone for a while."""
        return self._changed(now, held=(*self.held, Hold("", phones, now, now + REST)))

    def minutes(self, ahead: int, officers: int) -> int | None:
        """
        Estimate the wait of a caller with *ahead* others before them, as it is told; None = longer than we can tell.

        An officer comes free every mean/officers seconds, and it takes one more of them than there are callers ahead.
        """
        seconds = (ahead + 1) * self.mean_seconds / max(1, officers)
        needed = math.ceil(seconds / 60)
        return next((minutes for minutes in MINUTES_TOLD if minutes >= needed), None)

    def _there(self, now: datetime) -> tuple[Waiter, ...]:
        return tuple(waiter for waiter in self.waiting if now - waiter.seen < GONE)

    def _without(self, call_id: str) -> tuple[Waiter, ...]:
        return tuple(waiter for waiter in self.waiting if waiter.call_id != call_id)

    def _changed(
        self,
        now: datetime,
        *,
        waiting: tuple[Waiter, ...] | None = None,
        held: tuple[Hold, ...] | None = None,
    ) -> Queue:
        """With these parts, callers who are gone and holds that ran out left behind, one version on."""
        waiting = self.waiting if waiting is None else waiting
        held = self.held if held is None else held
        there = (waiter for waiter in waiting if now - waiter.seen < GONE)
        return replace(
            self,
            waiting=tuple(sorted(there, key=lambda waiter: (waiter.since, waiter.call_id))),
            held=tuple(hold for hold in held if hold.until > now),
            version=self.stored_version + 1,
        )


def ring_window(phones: int, *, in_order: bool) -> timedelta:
    """How long phones are kept while they ring: together, or one after the other; then the screening."""
    return timedelta(seconds=RING_SECONDS * (phones if in_order else 1) + SCREEN_SECONDS)
