"""The hotline without Lambda: `infra.container.serve` in processes of its own, on tables made by its own command."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from twilio.request_validator import RequestValidator

from chalicelib import settings, wiring
from infra.container.serve import Background
from infra.container.streams import reader_of
from infra.container.tables import database, make_tables
from local.clock import ZONE, SimulatedClock
from local.database import client, delete_tables
from packs.reading import read_data
from tests.functional.gateway_server import Asked, closed_port_url, running_provider

ROOT = Path(__file__).resolve().parents[2]
URL = "https://1022.dongthap.example"
TOKEN = "a-token-for-tests"
START = datetime(2026, 3, 2, 8, 30, tzinfo=ZONE)  # a Monday
POTHOLE = "Duong o ga, phuong Cao Lanh"
PATIENCE = 30  # seconds; only a test that fails waits so long

SERVE = """
import sys
from datetime import datetime
from chalicelib import wiring
from local.clock import SimulatedClock
wiring.set_clock(SimulatedClock(datetime.fromisoformat(sys.argv.pop(1))).now)
from infra.container.serve import main
sys.exit(main())
"""
"""The command, on a Monday: the sample pack's holidays end with its years."""


class Heard(list[Asked]):
    """Requests as they come; `next` waits for one."""

    def __init__(self) -> None:
        super().__init__()
        self._news: Queue[Asked] = Queue()

    def append(self, asked: Asked) -> None:
        super().append(asked)
        self._news.put(asked)

    def next(self) -> Asked:
        return self._news.get(timeout=PATIENCE)


@pytest.fixture
def mails() -> Iterator[Any]:
    """A mail service that takes everything."""
    with running_provider() as provider:
        provider.asked = Heard()
        provider.answers = [(200, {"MessageId": "taken"})]
        yield provider


@pytest.fixture
def environment(moto_endpoint: str, mails: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What `--env-file` would hold; no table is there yet."""
    prefix = f"container-{uuid4().hex[:8]}"
    tables = {f"{table.upper()}_TABLE": f"{prefix}-{table}" for table in settings.TABLES}
    yield {
        "PATH": os.environ["PATH"],
        "PROVINCE": "dong-thap",
        "PUBLIC_URL": URL,
        "SECRET_KEY": "a-secret-for-tests-that-no-province-may-use",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DYNAMODB_ENDPOINT": moto_endpoint,
        **tables,
        "FILES_FOLDER": str(tmp_path),
        "TWILIO_ACCOUNT_SID": "ACtest",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": closed_port_url(),
        "SMS_SENDER": "+840000001022",
        "EMAIL_SENDER": "1022@dongthap.example",
        "EMAIL_REPLY_DOMAIN": "dongthap.example",
        "SES_ENDPOINT": mails.url,
    }
    delete_tables(moto_endpoint, prefix)


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def published(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Tables as the command makes them, with the sample pack in force."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    make_tables(database())
    wiring.directory_store().publish(read_data("dong-thap"), now=START)
    return environment


class Server:
    """One process of the hotline."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, START.isoformat(), "--port", "0"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def wait_until_up(self) -> Server:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("dong-thap: http://127.0.0.1:"), self.log.read_text()
        self.url = line.split(": ", 1)[1].strip()
        return self

    def text(self, body: str, sid: str, sender: str = "+84900000001") -> str:
        """Post a text as Twilio does; return the reply."""
        form = {"MessageSid": sid, "From": sender, "To": "+840000001022", "Body": body, "NumMedia": "0"}
        signature = RequestValidator(TOKEN).compute_signature(f"{URL}/twilio/sms", form)
        status, answer = self.post("/twilio/sms", urlencode(form).encode(), {"X-Twilio-Signature": signature})
        assert status == 200, (answer, self.log.read_text())
        return answer

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        request = urllib.request.Request(f"{self.url}{path}", body, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def end(self) -> int:
        """What `docker stop` sends; return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def serve(published: dict[str, str], tmp_path: Path) -> Iterator[Callable[[int], list[Server]]]:
    """Start servers on the same tables."""
    running: list[Server] = []

    def start(count: int) -> list[Server]:
        running.extend(Server(published, tmp_path / f"{number}.log") for number in range(count))
        return [server.wait_until_up() for server in running]

    yield start
    for server in running:
        server.process.kill()
        server.process.communicate()


def mail_of(asked: Asked) -> Any:
    raw = base64.b64decode(asked.json["Content"]["Raw"]["Data"])
    return message_from_bytes(raw, policy=policy.default)


def test_a_signed_text_is_answered_and_the_agency_gets_its_mail(serve: Any, mails: Any) -> None:
    (server,) = serve(1)
    reply = server.text(POTHOLE, "SM1")
    assert "<Message>" in reply
    mail = mail_of(mails.asked.next())
    assert mail["From"] == "1022@dongthap.example"
    assert f"{URL}/a/" in mail.get_body(("plain",)).get_content()
    assert server.text(POTHOLE, "SM1") == reply
    assert server.end() == 0
    assert len(mails.asked) == 1
    assert wiring.outbox_store().due(START.replace(year=2027)) == []  # nothing waits or is in doubt
    log = server.log.read_text()
    assert "0900000001" not in log and "84900000001" not in log and "Traceback" not in log


def test_cases_are_counted_as_their_stream_brings_them(serve: Any, mails: Any) -> None:
    (server,) = serve(1)
    server.text(POTHOLE, "SM1")
    mails.asked.next()
    assert server.end() == 0
    assert wiring.stats_store().read("province", START.date(), START.date())[START.date()]["received"] == 1


def test_two_processes_send_nothing_twice(serve: Any, mails: Any, at_once: Any) -> None:
    servers = serve(2)
    texts = [
        lambda number=number: servers[number % 2].text(POTHOLE, f"SM{number}", f"+8490000010{number}")
        for number in range(6)
    ]
    assert all("<Message>" in str(reply) for reply in at_once(*texts))
    for _ in texts:
        mails.asked.next()
    assert [server.end() for server in servers] == [0, 0]
    sent = Counter(asked.json["EmailTags"][0]["Value"] for asked in mails.asked)
    assert len(sent) == len(texts) and set(sent.values()) == {1}


def test_a_forged_text_and_an_unknown_path_are_refused(serve: Any) -> None:
    (server,) = serve(1)
    assert server.post("/twilio/sms", b"Body=x", {"X-Twilio-Signature": "x"})[0] == 403
    assert server.post("/nowhere", b"x")[0] == 404


def test_a_job_runs_at_its_time_and_at_the_next_though_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimulatedClock(datetime(2026, 3, 2, 7, 29, 59, 900_000, tzinfo=ZONE))
    monkeypatch.setattr(wiring, "_clock", clock.now)
    ran: Queue[tuple[str, str]] = Queue()

    def call(name: str, event: dict[str, Any]) -> None:
        ran.put((name, event["time"]))
        if name == "sweep_outbox":
            clock.set(max(clock.now(), datetime(2026, 3, 2, 7, 30, 59, 900_000, tzinfo=ZONE)))
        raise RuntimeError(name)

    background = Background(
        call, {"send_digests": "cron(30 0 * * ? *)", "sweep_outbox": "rate(1 minute)"}, []
    )
    background.start()
    first = [ran.get(timeout=PATIENCE) for _ in range(3)]
    background.stop()
    assert sorted(first) == [
        ("send_digests", "2026-03-02T00:30:00Z"),
        ("sweep_outbox", "2026-03-02T00:30:00Z"),
        ("sweep_outbox", "2026-03-02T00:31:00Z"),
    ]


def test_the_tables_are_made_once_and_told(environment: dict[str, str], moto_endpoint: str) -> None:
    first, second = (run(environment, "-m", "infra.container.tables") for _ in range(2))
    assert [line.split(": ")[1] for line in first.stdout.splitlines()] == ["made"] * 5
    assert [line.split(": ")[1] for line in second.stdout.splitlines()] == ["there already"] * 5
    engine = client(moto_endpoint)
    for table, wanted in (("outbox", "ENABLED"), ("inbox", "ENABLED"), ("cases", "DISABLED")):
        found = engine.describe_time_to_live(TableName=environment[f"{table.upper()}_TABLE"])
        assert found["TimeToLiveDescription"]["TimeToLiveStatus"] == wanted
    assert reader_of(
        environment["CASES_TABLE"],
        lambda event: None,
        endpoint=moto_endpoint,
        region="ap-southeast-1",
        places={},
    )


def test_a_standing_hotline_is_carried_over_once(
    published: dict[str, str], moto_endpoint: str, other_engine: str
) -> None:
    moved = published | {"DYNAMODB_ENDPOINT": other_engine}
    assert run(moved, "-m", "infra.container.tables").returncode == 0
    copied = run(moved, "-m", "infra.container.copy", "--from-endpoint", moto_endpoint)
    assert copied.returncode == 0, copied.stderr
    name = published["DIRECTORY_TABLE"]
    old, new = (client(endpoint).scan(TableName=name)["Items"] for endpoint in (moto_endpoint, other_engine))
    assert new and all(item in old for item in new) and len(new) == len(old)
    again = run(moved, "-m", "infra.container.copy", "--from-endpoint", moto_endpoint)
    assert again.returncode == 2 and "is not empty" in again.stderr
    onto_itself = run(moved, "-m", "infra.container.copy", "--from-endpoint", other_engine)
    assert onto_itself.returncode == 2 and "onto themselves" in onto_itself.stderr


@pytest.fixture(scope="module")
def other_engine() -> Iterator[str]:
    """A second engine in memory. moto keeps one set of tables a process, so it has a process of its own."""
    program = (
        "import sys; from local.moto_engine import start; print(start()[0], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as engine:
        assert engine.stdout is not None and engine.stdin is not None
        yield engine.stdout.readline().strip()
        engine.stdin.close()


@pytest.mark.parametrize("command", ["infra.container.tables", "infra.container.serve"])
def test_an_engine_without_transactions_is_refused_before_anything_is_made(
    environment: dict[str, str], command: str
) -> None:
    with running_provider() as engine:
        unknown = "com.amazon.coral.service#UnknownOperationException"
        engine.answers = [(400, {"__type": unknown, "message": "Unsupported operation TransactWriteItems"})]
        refused = run(environment | {"DYNAMODB_ENDPOINT": engine.url}, "-m", command)
    assert refused.returncode == 2
    assert "has no transactions" in refused.stderr and "docs/ops/leaving-aws.md" in refused.stderr
    assert {asked.headers["X-Amz-Target"].rpartition(".")[2] for asked in engine.asked} == {
        "TransactWriteItems"
    }


@pytest.mark.parametrize(
    "wrong, told",
    [
        pytest.param({"SECRET_KEY": "short"}, "shorter than 32 characters", id="a secret too short"),
        pytest.param({"SMS_SENDER": ""}, "SMS_SENDER is not set", id="no sender"),
        pytest.param({"DYNAMODB_ENDPOINT": "http://127.0.0.1:9"}, "does not answer", id="no database"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_its_name(
    published: dict[str, str], wrong: dict[str, str], told: str
) -> None:
    refused = run(published | wrong, "-m", "infra.container.serve")
    assert refused.returncode == 2 and told in refused.stderr and "Traceback" not in refused.stderr


def test_nothing_starts_without_tables(environment: dict[str, str]) -> None:
    refused = run(environment, "-m", "infra.container.serve")
    assert refused.returncode == 2 and "python -m infra.container.tables" in refused.stderr


def test_the_container_takes_what_the_deployed_stack_pins() -> None:
    pins = dict(
        line.split("#")[0].strip().split("==")
        for file in ("requirements.txt", "requirements-dev.txt", "requirements-infra.txt")
        for line in (ROOT / file).read_text().splitlines()
        if "==" in line
    )
    own = [
        line.split("#")[0].strip().split("==")
        for line in (ROOT / "infra/container/requirements.txt").read_text().splitlines()
        if "==" in line
    ]
    assert {name: version for name, version in own if pins.get(name, version) != version} == {}


def test_what_the_container_copies_is_enough_to_run(environment: dict[str, str], tmp_path: Path) -> None:
    copied = [
        line.split()[1:]
        for line in (ROOT / "infra/container/Containerfile").read_text().splitlines()
        if line.startswith("COPY ")
    ]
    for *sources, target in copied:
        for source in sources:
            origin, place = ROOT / source, tmp_path / "image" / target
            if origin.is_dir():
                shutil.copytree(
                    origin, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
                )
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, place)
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import app, infra.container.serve as s, infra.container.tables; print(s.__file__)",
        ],
        cwd=tmp_path / "image",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert Path(found.stdout.strip()).is_relative_to(tmp_path)
