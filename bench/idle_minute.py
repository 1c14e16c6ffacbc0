"""What a minute without any work asks of the database and writes to the log: the two jobs that run each minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import packs
from bench.meter import measured
from chalicelib import wiring

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Idle:
    """One run of a job with nothing to do, in a warm function whose directory is a minute old."""

    job: str
    calls: int
    read_units: float
    log_bytes: int
    """Of our own lines."""


def idle_runs() -> list[Idle]:
    """Run both jobs on tables of the settings that hold a directory and nothing else."""
    from chalicelib.entrypoints import jobs

    wiring.forget()
    wiring.directory_store().publish(packs.read_data("dong-thap"), now=NOW)
    wiring.directory()
    try:
        return [_run("sweep_outbox", jobs.sweep_outbox), _run("do_wake_ups", jobs.do_wake_ups)]
    finally:
        wiring.forget()


def _run(name: str, job: Callable[[], object]) -> Idle:
    from chalicelib.entrypoints import _JsonLines

    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    logger, keep = logging.getLogger("hotline"), Keep()
    keep.setFormatter(_JsonLines())
    level = logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    wiring._current.looked_at = float(
        "-inf"
    )  # a minute has passed: it looks whether another directory is in force
    try:
        with measured() as meter:
            job()
    finally:
        logger.removeHandler(keep)
        logger.setLevel(level)
    return Idle(name, len(meter.calls), meter.read_units, sum(len(line.encode()) for line in written))
