"""What a developer relies on when a province runs on one machine."""

from __future__ import annotations

import contextlib
import http.client as http_client
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import Province, http


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    return start_province(START="2026-03-02T08:00", PROVINCE="dong-nai")


def test_the_clock_begins_where_it_was_told_and_goes_only_forward(province: Province) -> None:
    assert province.call("clock")["now"] >= "2026-03-02T08:00"
    province.move("2026-03-02T09:00")
    assert province.call("clock")["now"].startswith("2026-03-02T09:00")
    back = http(f"{province.simulator}/api/clock", b'{"to": "2026-03-01"}')
    assert back.status == 400
    assert "only goes forward" in back.json["error"]


@pytest.mark.parametrize(
    "path, body",
    [
        pytest.param("sms", b"{}", id="a text without a sender"),
        pytest.param("sms", b"not json", id="no JSON"),
        pytest.param("email", b'{"from": "a@b.example"}', id="a mail without a recipient"),
        pytest.param("clock", b'{"to": "soon"}', id="no date"),
        pytest.param("clock", b'{"advance_seconds": "1"}', id="seconds as text"),
        pytest.param("faults", b'{"sms": "on fire"}', id="an unknown fault"),
    ],
)
def test_a_wrong_question_is_answered_with_how_to_ask(province: Province, path: str, body: bytes) -> None:
    answer = http(f"{province.simulator}/api/{path}", body)
    assert answer.status == 400
    assert answer.json["error"]


def test_a_phone_calls_and_twilio_would_not_complain(province: Province) -> None:
    call = province.call("calls", {"from": "0900000123"})
    assert "1 0 2 2" in " ".join(call["said"])
    assert call["wants"]["kind"] == "keys"
    ended = province.call(f"calls/{call['sid']}", {"hangup": True})
    assert (ended["wants"], ended["faults"]) == ({"kind": "ended"}, [])


def test_the_jobs_are_those_of_the_app(province: Province) -> None:
    jobs = {job["name"]: job["schedule"] for job in province.call("jobs")}
    assert jobs["sweep_outbox"] == "rate(1 minute)"
    assert jobs["send_digests"] == "cron(30 0 * * ? *)"
    assert province.call("jobs/sweep_outbox", {})["result"] == {}


def test_another_sites_page_cannot_use_the_simulator(province: Province) -> None:
    answer = http(
        f"{province.simulator}/api/clock", b'{"advance_seconds": 60}', {"Origin": "https://evil.example"}
    )
    assert answer.status == 403


def test_a_taken_port_is_said_plainly(province: Province, start_province: Callable[..., Province]) -> None:
    port = province.hotline.rpartition(":")[2]
    with pytest.raises(pytest.fail.Exception, match=f"Port {port} is taken"):
        start_province(PORT=port)


def test_an_unknown_province_lists_those_there_are(start_province: Callable[..., Province]) -> None:
    with pytest.raises(pytest.fail.Exception, match="dong-nai, dong-thap"):
        start_province(PROVINCE="atlantis")


def test_two_signals_at_once_end_it_all_the_same(start_province: Callable[..., Province]) -> None:
    """A terminal and make may both pass the same signal on."""
    province = start_province()
    for _ in range(50):
        if province.process.poll() is None:
            province.process.send_signal(signal.SIGTERM)
    assert province.process.wait(timeout=30) == 0


def test_a_signal_during_a_long_jump_breaks_it_off(start_province: Callable[..., Province]) -> None:
    province = start_province(START="2026-01-01")
    province.text("0900000123", "Duong vao cho Sa Dec o ga nhieu qua, xe hay te")
    jump = threading.Thread(target=_jump_until_cut_off, args=(province,), daemon=True)
    jump.start()
    while province.call("clock")["now"] < "2026-01-02":
        pass  # until it is under way
    province.process.send_signal(signal.SIGTERM)
    assert province.process.wait(timeout=15) == 0
    jump.join(timeout=15)
    assert not jump.is_alive()


def test_a_signal_during_the_start_ends_it(start_province: Callable[..., Province]) -> None:
    def signalled(process: subprocess.Popen[str], log: Path) -> None:
        while "published" not in log.read_text():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)

    province = start_province(START="2010-01-01", wait=signalled)
    assert province.process.wait(timeout=15) == 0


def _jump_until_cut_off(province: Province) -> None:
    with contextlib.suppress(OSError, http_client.HTTPException, AssertionError):
        province.move("2045-12-01")
