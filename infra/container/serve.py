"""
`python -m infra.container.serve`: the whole hotline in one process, where there is no Lambda.

It does what three services do for the deployed stack: HTTP requests become the events of API Gateway, the schedules of
app.py run by the clock, and the streams of two tables are handed to their handlers. Any number of these processes may
run side by side on the same tables: a message is leased before it is sent, a ladder's step is written under the case's
version, and what a job makes has an id of its day, so a job that runs twice changes nothing (docs/design.md §4).
"""

from __future__ import annotations

import argparse
import importlib
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from chalicelib import settings, wiring
from chalicelib.errors import SettingMissing, StorageUnavailable
from infra.container.gateway import MAX_BODY_BYTES, Context, HotlineServer
from infra.container.schedule import next_after, scheduled_event, schedules_of
from infra.container.streams import StreamReader, reader_of
from infra.container.tables import EngineUnfit, check_engine, database

THREADS = 8
"""Requests side by side; the database client keeps connections for them and the jobs."""

POLL_SECONDS = 1.0
"""How soon what another process has written is seen; what this one wrote is looked for after each request."""

LOOK_AT_CLOCK_SECONDS = 60.0
"""A sleeper looks at the clock that often: it may have been set."""

END_SECONDS = 65
"""A sender may run for a minute; one that is cut off leaves a lease, which is settled later."""

FOLLOWED = (("outbox", "send_outbox"), ("cases", "count_cases"))
"""Table with a stream, and the handler that gets it."""

log = logging.getLogger("hotline.container")

Call = Callable[[str, dict[str, Any]], Any]


class Background:
    """The jobs and the streams, each in a thread of its own: none holds up another, as on Lambda."""

    def __init__(self, call: Call, schedules: dict[str, str], streams: Iterable[StreamReader]) -> None:
        """
        Args:
            call: Calls a handler of app.py by name with an event.
            schedules: Handler name → `rate(…)` or `cron(…)`.
            streams: What to follow.
        """
        self._call = call
        self._stopped = threading.Event()
        self._nudges: list[threading.Event] = []
        self._threads = [
            threading.Thread(target=self._keep_time, args=(name, rule), name=name, daemon=True)
            for name, rule in schedules.items()
        ]
        for stream in streams:
            nudge = threading.Event()
            self._nudges.append(nudge)
            self._threads.append(
                threading.Thread(target=self._follow, args=(stream, nudge), name=stream.table, daemon=True)
            )

    def start(self) -> None:
        """Begin; a schedule's first run is at its next time."""
        for thread in self._threads:
            thread.start()

    def nudge(self) -> None:
        """Look at the streams at once: something may have been written."""
        for nudge in self._nudges:
            nudge.set()

    def stop(self) -> None:
        """End after what is in hand, at the latest after `END_SECONDS`."""
        self._stopped.set()
        self.nudge()
        ends_at = time.monotonic() + END_SECONDS
        for thread in self._threads:
            thread.join(timeout=max(0.0, ends_at - time.monotonic()))

    def _keep_time(self, name: str, expression: str) -> None:
        due = next_after(expression, wiring.now())
        while self._sleep_until(due):
            try:
                self._call(name, scheduled_event(name, due))
            except Exception:
                log.exception("job failed", extra={"job": name})
            # What fell due meanwhile is left out: a job takes everything that is due.
            due = next_after(expression, max(due, wiring.now()))

    def _sleep_until(self, due: datetime) -> bool:
        """Return True when the moment has come, False when all ends."""
        while (left := (due - wiring.now()).total_seconds()) > 0:
            if self._stopped.wait(min(left, LOOK_AT_CLOCK_SECONDS)):
                return False
        return not self._stopped.is_set()

    def _follow(self, stream: StreamReader, nudge: threading.Event) -> None:
        while True:
            try:
                moved = stream.read()
            except Exception:
                log.exception("stream not read", extra={"table": stream.table})
                moved = 0
            if not moved:
                if self._stopped.is_set():  # what was new has been handed on
                    return
                nudge.wait(POLL_SECONDS)
                nudge.clear()


def streams_of_tables(call: Call) -> list[StreamReader]:
    """
    Open the streams of the tables; one that the engine does not have is told in the log and done without.

    They are read from their oldest record: what was dealt with before counts for nothing a second time.
    """
    found = []
    for table, handler in FOLLOWED:
        try:
            found.append(
                reader_of(
                    settings.table_name(table),
                    lambda event, handler=handler: call(handler, event),  # type: ignore[misc]
                    endpoint=settings.dynamodb_endpoint(),
                    region=settings.region(),
                    places={},
                )
            )
        except LookupError as missing:
            log.warning("no stream", extra={"table": table, "reason": str(missing)})
    return found


def main() -> int:
    """Serve until a signal; return the exit status."""
    options = _options()
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("gateway").setLevel(logging.WARNING)  # app.py logs each request itself
    try:
        _check_settings()
        check_engine(database())
        hotline = importlib.import_module("app")
        wiring.taking()  # the secrets and the province's pack, ready before the first message

        def call(name: str, event: dict[str, Any]) -> Any:
            return getattr(hotline, name)(event, Context(name))

        background = Background(call, schedules_of(hotline.app), streams_of_tables(call))
    except (SettingMissing, EngineUnfit) as problem:
        print(problem, file=sys.stderr)
        return 2
    except StorageUnavailable as problem:
        print(f"{problem} If the tables are not there yet: python -m infra.container.tables", file=sys.stderr)
        return 2
    return _serve(HotlineServer(hotline.app, after_request=background.nudge), background, options)


def _serve(application: HotlineServer, background: Background, options: argparse.Namespace) -> int:
    from waitress import create_server

    server = create_server(
        application,
        host=options.host,
        port=options.port,
        threads=THREADS,
        ident=None,
        max_request_body_size=MAX_BODY_BYTES + 1,  # one byte more is refused as API Gateway refuses it
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    background.start()
    port = getattr(server, "effective_port", options.port)  # --port 0 takes a free one
    print(f"{settings.province()}: http://{options.host}:{port}", flush=True)
    server.run()  # until _end; requests in hand are answered
    background.stop()
    return 0


def _end(*_: Any) -> None:
    raise SystemExit(0)


def _check_settings() -> None:
    """Read what only a later message would need: better refused now than found out by a citizen."""
    for setting in (
        settings.province,
        settings.public_url,
        settings.sms_sender,
        settings.email_sender,
        settings.email_reply_domain,
    ):
        setting()
    wiring.sms_gateway()
    wiring.email_gateway()
    wiring.files()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The hotline on a server of the province's own.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 in a container")
    parser.add_argument("--port", type=int, default=8022)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
