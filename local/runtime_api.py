"""Runs an unzipped package as Lambda does: its own runtime client, asking a runtime API on this machine for events.

AWS Lambda Developer Guide, *Using the Lambda runtime API for custom runtimes* (version 2018-06-01).
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Self

_PATH = "/2018-06-01/runtime/"
START_SECONDS = 60
"""A first call on a busy machine; Lambda allows 10 s of start and the function's own time-out."""

CLIENT = ("awslambdaric", "snapshot-restore-py", "simplejson")


class FunctionFailed(Exception):
    """The function could not start, raised, or ended; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a function has used so far."""

    cpu_ms: float
    """Processor time of the process since its start."""
    peak_mb: float
    """The most memory it held."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a function that was ended while it waited for an event."""


class RuntimeApi:
    """Hands events to one function, one at a time, and takes its answers."""

    def __init__(self) -> None:
        events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.events, self.answers = events, answers

        class Api(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert self.path == f"{_PATH}invocation/next", self.path
                request, event = events.get()
                deadline = int((time.time() + START_SECONDS) * 1000)
                self._answer(
                    200,
                    event,
                    {
                        "Lambda-Runtime-Aws-Request-Id": request,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:here:123456789012:function:here",
                        "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
                    },
                )

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    content = self._chunks()
                # init/error, or invocation/<request>/response or error
                answers.put((self.path.removeprefix(_PATH).rpartition("/")[2], content))
                self._answer(202, b'{"status":"OK"}', {})

            def _chunks(self) -> bytes:
                content = b""
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    content += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return content

            def _answer(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Api)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="runtime api", daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._server.shutdown()
        self._server.server_close()


class Running:
    """One function in a process of its own, as one execution environment of Lambda. A context manager."""

    def __init__(
        self, handler: str, folders: Folders, variables: Mapping[str, str], now: datetime | None = None
    ) -> None:
        """
        Start it.

        Args:
            handler: `app.send_outbox`.
            folders: The unzipped package.
            variables: All of its environment; nothing of this process's goes in.
            now: The moment it takes for the present; None = the real one.
        """
        self.handler = handler
        self._api = RuntimeApi()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        path = (folders.task, folders.layer, folders.client)
        self._process = subprocess.Popen(
            # -S: nothing of this environment's libraries; -P: nothing of the current folder
            [sys.executable, "-S", "-P", *_started(handler, now)],
            cwd=folders.task,
            env={
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "TZ": ":UTC",
                "PYTHONPATH": os.pathsep.join(map(str, path)),
                "PYTHONTZPATH": "",  # Lambda has no zone database
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
                "LAMBDA_TASK_ROOT": str(folders.task),
                "_HANDLER": handler,
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )
        self._calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def call(self, event: Any) -> Any:
        """
        Hand it an event and return its answer.

        Raises:
            FunctionFailed: It raised, could not start, ended, or took longer than START_SECONDS.
        """
        self._calls += 1
        self._api.events.put((f"00000000-0000-0000-0000-{self._calls:012}", json.dumps(event).encode()))
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                kind, content = self._api.answers.get(timeout=0.5)
                break
            except queue.Empty:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise FunctionFailed(f"{self.handler} gave no answer.\n{self.said()}") from None
        if kind != "response":
            raise FunctionFailed(f"{self.handler}: {content.decode()}\n{self.said()}")
        return json.loads(content)

    def said(self) -> str:
        """What it has written to its log."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")

    def usage(self) -> Usage:
        """Return what it has used so far. Reads Linux's /proc."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])  # in it and for it
        return Usage(ticks * 1000 / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._api.close()
        self._said.close()


def _started(handler: str, now: datetime | None) -> list[str]:
    if now is None:
        return ["-m", "awslambdaric", handler]
    return [
        "-c",
        "from datetime import datetime\n"
        "from chalicelib import wiring\n"
        f"now = datetime.fromisoformat({now.isoformat()!r})\n"
        "wiring.set_clock(lambda: now)\n"
        "from awslambdaric.__main__ import main\n"
        f"main(['awslambdaric', {handler!r}])",
    ]


@dataclass(frozen=True, slots=True)
class Folders:
    """A package as it lies on Lambda's disk."""

    task: Path
    """/var/task"""
    layer: Path
    """/opt/python/lib/python3.x/site-packages"""
    client: Path
    """/var/runtime: Lambda's own runtime client."""


def unzip(app_zip: Path, layer_zip: Path, into: Path) -> Folders:
    """Unzip a package into the empty folder *into*, and put Lambda's runtime client beside it."""
    task, opt, client = into / "task", into / "opt", into / "runtime"
    shutil.unpack_archive(app_zip, task)
    shutil.unpack_archive(layer_zip, opt)
    for library in CLIENT:
        for file in distribution(library).files or ():
            if file.suffix != ".pyc" and not str(file).startswith(".."):
                target = client / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    (layer,) = (opt / "python" / "lib").glob("python3*/site-packages")
    return Folders(task, layer, client)
