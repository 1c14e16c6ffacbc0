"""Runs the jobs at their simulated times and hands on the streams: what EventBridge and the stream mappings do."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.container.schedule import next_after, period_seconds, scheduled_event
from infra.container.streams import StreamReader
from local.clock import ClockGoesForward, SimulatedClock

log = logging.getLogger("local.worker")

FREQUENT_SECONDS = 15 * 60
"""A rate this short is skipped in a jump while nothing is due: six months have 260,000 minutes."""
LONGEST_SKIP = timedelta(hours=1)
PATIENT_STEPS = 15
JUST_NOW = timedelta(seconds=1)
SETTLE_ROUNDS = 10_000
IDLE_SECONDS = 0.5
STOP_SECONDS = 5

Invoke = Callable[[str, dict[str, Any]], Any]


@dataclass
class Job:
    """A scheduled handler and how it has fared."""

    name: str
    expression: str
    next_at: datetime
    runs: int = 0
    failures: int = 0
    last_at: datetime | None = None
    last_result: Any = None

    @property
    def frequent(self) -> bool:
        """Whether it only looks for what is due, every few minutes."""
        period = period_seconds(self.expression)
        return period is not None and period <= FREQUENT_SECONDS


class Worker:
    """The only one that calls job and stream handlers; one step at a time, in order."""

    def __init__(
        self,
        *,
        clock: SimulatedClock,
        schedules: dict[str, str],
        invoke: Invoke,
        streams: Iterable[StreamReader],
        post_reports: Callable[[], int],
        earliest_due: Callable[[], datetime | None],
        streams_on: Callable[[], bool] = lambda: True,
        written: Callable[[], bool] = lambda: True,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            clock: The simulated clock.
            schedules: Handler name → `rate(…)` or `cron(…)`, in the order to run at the same moment.
            invoke: Calls a handler by name with an event.
            streams: The tables' streams.
            post_reports: Posts the provider's delivery reports that are due; returns how many.
            earliest_due: When the next row of the outbox or the next case's wake-up is due.
            streams_on: Whether the streams are read.
            written: Whether this process has written to the database since this was asked last.
            is_ending: Whether somebody wants everything to end; a long jump then breaks off where it is.
        """
        now = clock.now()
        self.clock = clock
        self.jobs = {name: Job(name, rule, next_after(rule, now)) for name, rule in schedules.items()}
        self._invoke = invoke
        self._streams = list(streams)
        self._post_reports = post_reports
        self._earliest_due = earliest_due
        self._streams_on = streams_on
        self._written = written
        self._is_ending = is_ending
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    # -- in real time ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Run in a thread until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=STOP_SECONDS)

    @property
    def _ends(self) -> bool:
        return self._stopped.is_set() or self._is_ending()

    def nudge(self) -> None:
        """Look at the streams at once: something may have been written."""
        self._wake.set()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(IDLE_SECONDS)
            self._wake.clear()
            if self._stopped.is_set():
                return
            try:
                self.tick()
            except Exception:
                log.exception("a step failed")

    def tick(self) -> None:
        """Do what is due now."""
        with self._lock:
            self._run_due(self.clock.now())
            self.settle()

    # -- steps ----------------------------------------------------------------------------------------

    def settle(self, wait_seconds: float = -1, *, only_after_writes: bool = False) -> bool:
        """
        Hand on the streams and post delivery reports until nothing is left.

        Args:
            wait_seconds: How long to wait for a step in hand; -1 = for ever.
            only_after_writes: Leave the streams alone while this process has written nothing.

        Returns:
            Whether it came to rest; False when the step in hand took longer than *wait_seconds*.
        """
        if not self._lock.acquire(timeout=wait_seconds):
            return False
        try:
            look = not only_after_writes
            for _ in range(SETTLE_ROUNDS):
                if self._ends:
                    return False
                moved = self._post_reports()
                look |= self._written()
                if look and self._streams_on():
                    moved += sum(stream.read() for stream in self._streams)
                    look = moved > 0
                if not moved:
                    return True
            log.warning("the streams do not come to rest")
            return False
        finally:
            self._lock.release()

    def run_job(self, name: str) -> Any:
        """Run a job now, besides its schedule. Raises KeyError when there is none of that name."""
        with self._lock:
            result = self._run(self.jobs[name], self.clock.now())
            self.settle()
            return result

    def _run_due(self, now: datetime) -> None:
        for job in self.jobs.values():
            if job.next_at <= now and not self._ends:
                self._run(job, now)
                job.next_at = next_after(job.expression, now)
                self.settle(only_after_writes=True)

    def _run(self, job: Job, at: datetime) -> Any:
        job.runs += 1
        job.last_at = at
        try:
            job.last_result = self._invoke(job.name, scheduled_event(job.name, at))
        except Exception as error:
            job.failures += 1
            job.last_result = {"error": type(error).__name__}
            log.exception("%s failed", job.name)
        return job.last_result

    # -- a jump ---------------------------------------------------------------------------------------

    def jump(self, to: datetime) -> dict[str, int]:
        """
        Move the clock to *to*; every job due in between runs at its time, in order.

        Returns:
            Job name → how often it ran.

        Raises:
            ClockGoesForward: *to* has passed.
        """
        with self._lock:
            # Answers tell the time to the second: to be sent to that second is not to be sent back.
            if to <= self.clock.now() - JUST_NOW:
                raise ClockGoesForward(
                    f"The clock stands at {self.clock.now().isoformat(timespec='seconds')}; it only goes forward."
                )
            before = Counter({name: job.runs for name, job in self.jobs.items()})
            self.clock.freeze()
            to = max(to, self.clock.now())
            try:
                self.settle()
                self._walk(to)
                if not self._ends:
                    self.clock.set(to)
                    self.settle()
            finally:
                self.clock.run()
            return dict(Counter({name: job.runs for name, job in self.jobs.items()}) - before)

    def _walk(self, to: datetime) -> None:
        last_due: datetime | None = None
        same = 0  # how often what is overdue has stayed so
        while not self._ends:
            now = self.clock.now()
            due = self._earliest_due()
            overdue = due is not None and due <= now
            same = same + 1 if overdue and due == last_due else 0
            idle = timedelta(0)
            if same > PATIENT_STEPS:  # a provider is down, say: looking every minute changes nothing
                idle = min(timedelta(minutes=2 ** min(same - PATIENT_STEPS, 6)), LONGEST_SKIP)
            last_due = due
            rare = [job.next_at for job in self.jobs.values() if not job.frequent]
            frequent = [
                next_after(job.expression, max(now + idle, due - timedelta(microseconds=1)))
                for job in self.jobs.values()
                if job.frequent and due is not None
            ]
            step = min([*rare, *frequent], default=to)
            if step > to:
                break
            self.clock.set(max(step, now))
            for job in self.jobs.values():
                if job.frequent:
                    # not earlier than this step: the minutes before had nothing to do
                    job.next_at = step if step in frequent else next_after(job.expression, step)
            self._run_due(step)
        for job in self.jobs.values():
            if job.next_at <= to:
                job.next_at = next_after(job.expression, to)


def first_of(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest moment, None when there is none."""
    return min((moment for moment in moments if moment is not None), default=None)
