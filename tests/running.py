"""A whole province, started as `make run` starts it and driven over HTTP alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
CALL_SECONDS = 300  # a jump over half a year is one call


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.text)


def http(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """GET *url*, or POST *body* to it."""
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return Answer(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode())


@dataclass
class Province:
    """A running province, seen from outside."""

    hotline: str
    simulator: str
    process: subprocess.Popen[str]
    log: Path
    """What the process has said."""

    def call(self, path: str, body: Any = None) -> Any:
        """Ask the simulator's JSON API; an answer that is not 200 fails the test."""
        data = None if body is None else json.dumps(body).encode()
        answer = http(f"{self.simulator}/api/{path}", data, {"Content-Type": "application/json"})
        assert answer.status == 200, answer
        return answer.json

    def text(self, sender: str, body: str, sid: str = "") -> list[str]:
        """A phone texts the hotline; return the replies."""
        sent = self.call("sms", {"from": sender, "body": body} | ({"sid": sid} if sid else {}))
        assert sent["status"] == 200, sent
        return list(sent["replies"])

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        """Everything the hotline sent, oldest first."""
        return list(self.call("messages?" + urllib.parse.urlencode(filters)))

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """Mail the hotline sent."""
        return self.messages(channel="email", to=to)

    def texts(self, to: str) -> list[str]:
        """What one phone was sent, oldest first."""
        return [message["text"] for message in self.messages(channel="sms", to=to)]

    def move(self, to: str) -> dict[str, int]:
        """Move the clock; return how often each job ran."""
        return dict(self.call("clock", {"to": to})["ran"])

    def advance(self, **spans: float) -> dict[str, int]:
        """Move the clock by days, hours, minutes."""
        seconds = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
        total = sum(seconds[name] * count for name, count in spans.items())
        return dict(self.call("clock", {"advance_seconds": total})["ran"])

    def link(self, mail: dict[str, Any]) -> str:
        """The signed page a mail points at."""
        found = re.search(re.escape(self.hotline) + r"/a/[^\s\"<>]+", mail["text"])
        assert found, mail["text"]
        return found[0]

    def act(self, link: str, act: str, text: str = "", **fields: str) -> Answer:
        """Post a form of the signed page."""
        form = urllib.parse.urlencode({"act": act, "text": text, **fields}).encode()
        return http(link, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def faults(self, **wanted: str) -> None:
        """Break something, or mend it."""
        self.call("faults", wanted)

    def end(self) -> int:
        """Send what Ctrl-C sends; return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def code_in(reply: str) -> str:
    """The case code in a text, as digits."""
    found = re.search(r"\b(\d{3}) ?(\d{3}) ?(\d{3})\b", reply)
    assert found, reply
    return "".join(found.groups())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def start_province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Province]]:
    """Start provinces; they end with the module, in good order."""
    running: list[Province] = []

    def start(
        *, wait: Callable[[subprocess.Popen[str], Path], None] | None = None, **wanted: str
    ) -> Province:
        port, sim_port = free_port(), free_port()
        log = tmp_path_factory.mktemp("run") / "log.txt"
        settings = {
            "PROVINCE": "dong-thap",
            "START": "2026-03-02T08:00",
            "PORT": str(port),
            "SIM_PORT": str(sim_port),
            "DYNAMODB": "moto",
            **wanted,
        }
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "local.run"],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name in KEPT} | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        province = Province(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sim_port}", process, log)
        running.append(province)
        if wait is None:
            wait_until_up(province, log)
        else:
            wait(process, log)
        return province

    yield start
    for province in running:
        if province.process.poll() is None:
            assert province.end() == 0


KEPT = (
    "PATH",
    "HOME",
    "JAVA_HOME",
    "LANG",
    "MAVEN_OPTS",
    "SSL_CERT_FILE",
    "https_proxy",
    "HTTPS_PROXY",
    "no_proxy",
)


def wait_until_up(province: Province, log: Path) -> None:
    """Wait for both doors; what the process said is shown when they stay shut."""
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at and province.process.poll() is None:
        try:
            if all(http(f"{door}/health").status == 200 for door in (province.hotline, province.simulator)):
                return
        except OSError:
            time.sleep(0.05)
    province.process.kill()
    pytest.fail(f"The province did not start:\n{log.read_text()}")
