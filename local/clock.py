"""The simulated clock: runs on with real time from where it was set, stands still while a jump works through jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class ClockGoesForward(ValueError):
    """Somebody asked for a time that has passed; what has happened cannot be undone."""


class SimulatedClock:
    """Time as the hotline on this machine knows it. Safe to read from any thread."""

    def __init__(self, start: datetime, *, ticks: Callable[[], float] = time.monotonic) -> None:
        """
        Start running.

        Args:
            start: Simulated time at this moment; aware.
            ticks: Real seconds, for tests.
        """
        self._ticks = ticks
        self._lock = threading.Lock()
        self._base = start.astimezone(ZONE)
        self._since = ticks()
        self._frozen = False

    def now(self) -> datetime:
        """Return the simulated time, in the provinces' zone."""
        with self._lock:
            return self._now()

    def freeze(self) -> None:
        """Stand still; `set` moves it on, `run` lets it run."""
        with self._lock:
            self._base, self._frozen = self._now(), True

    def run(self) -> None:
        """Run on with real time from where it stands."""
        with self._lock:
            if self._frozen:
                self._since, self._frozen = self._ticks(), False

    def set(self, to: datetime) -> None:
        """Move to *to*. Raises ClockGoesForward when that has passed."""
        with self._lock:
            now = self._now()
            if to < now:
                raise ClockGoesForward(
                    f"The clock stands at {now.isoformat()}; it cannot go back to {to.isoformat()}."
                )
            self._base, self._since = to.astimezone(ZONE), self._ticks()

    def _now(self) -> datetime:
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=self._ticks() - self._since)


def read_moment(text: str) -> datetime:
    """
    Read a date or a date and time; without a zone it is the provinces' time.

    Raises:
        ValueError: It is neither.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write 2026-02-13 or 2026-02-13T16:50") from error
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment.astimezone(ZONE)
