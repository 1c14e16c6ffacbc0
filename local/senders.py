"""Calls the hotline's handlers: usually here, in a process that can be killed when a sender is to die."""

from __future__ import annotations

import json
import subprocess
import sys
from threading import Lock
from types import ModuleType
from typing import Any

from chalicelib.domain.attachment import CHANNEL as UPLOAD
from infra.container.gateway import Context
from infra.container.schedule import scheduled_event
from local.clock import SimulatedClock
from local.options import ROOT
from local.simulator.delivered import Faults

SENDERS = frozenset({"send_outbox", "sweep_outbox"})


def _brings_files(event: dict[str, Any]) -> bool:
    """Whether the stream tells of a file somebody sent; the sweep takes it, which comes each minute."""
    images = (record.get("dynamodb", {}).get("NewImage", {}) for record in event.get("Records", ()))
    return any(image.get("channel", {}).get("S") == UPLOAD for image in images)


class SenderKilled(RuntimeError):
    """The handler's process ended without an answer, as when a Lambda function is cut off."""


class Handlers:
    """The handlers in app.py, by name."""

    def __init__(self, hotline: ModuleType, clock: SimulatedClock, faults: Faults) -> None:
        self._hotline = hotline
        self._clock = clock
        self._faults = faults
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        faults.kill = self.kill

    def call(self, name: str, event: dict[str, Any]) -> Any:
        """
        Call a handler.

        Raises:
            SenderKilled: It ran in a process of its own and was killed.
        """
        if name in SENDERS and "die_after_send" in (self._faults.sms, self._faults.email):
            return self._call_apart(name, event)
        answer = getattr(self._hotline, name)(event, Context(name))
        if name == "send_outbox" and _brings_files(event):  # nobody at one machine waits for the next minute
            self.call("sweep_outbox", scheduled_event("sweep_outbox", self._clock.now()))
        return answer

    def kill(self) -> None:
        """Kill the sender that runs in a process of its own, if one does."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _call_apart(self, name: str, event: dict[str, Any]) -> Any:
        command = [sys.executable, "-m", "local.invoke", name, self._clock.now().isoformat()]
        with self._lock:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            answer, _ = self._process.communicate(json.dumps(event), timeout=60)
        finally:
            with self._lock:
                process, self._process = self._process, None
                process.kill()
        if process.returncode != 0:
            raise SenderKilled(f"{name} ended with {process.returncode}")
        return json.loads(answer.splitlines()[-1])
