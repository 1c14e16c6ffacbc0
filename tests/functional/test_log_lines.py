"""The lines alarms and the dashboard read (docs/ops/logs.md): their exact shape, and nobody in them."""

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.domain.message import Delivery
from chalicelib.entrypoints import _JsonLines, jobs
from tests.functional.test_send import Post

DOC = (Path(__file__).resolve().parents[2] / "docs" / "ops" / "logs.md").read_text(encoding="utf-8")


def lines(log, message: str) -> list[dict]:
    """What the log service gets to read, as JSON."""
    log_format = _JsonLines()
    return [json.loads(log_format.format(r)) for r in log.records if r.getMessage() == message]


@pytest.fixture(autouse=True)
def everything_is_logged(log):
    log.set_level(logging.INFO, logger="hotline")


def test_a_call_is_one_line_with_its_route_and_never_the_link(deployed, log):
    deployed.text("duong o ga phuong cao lanh")
    token = deployed.link()
    deployed.page(token)
    deployed.page(token[:-3] + "AAA")
    texted, opened, altered = lines(log, "call")
    assert texted == {
        "level": "INFO",
        "logger": "hotline.http",
        "message": "call",
        "method": "POST",
        "route": "/twilio/sms",
        "status": 200,
        "ms": texted["ms"],
    }
    assert (opened["method"], opened["route"], opened["status"]) == ("GET", "/a/{token}", 200)
    assert altered["status"] == 404 and isinstance(altered["ms"], int)
    assert token not in log.text and "900000001" not in log.text and "127.0.0.1" not in json.dumps(opened)


def test_a_text_is_one_contact_though_it_comes_twice(deployed, log):
    deployed.text("duong o ga phuong cao lanh")
    deployed.text("duong o ga phuong cao lanh")
    (contact,) = lines(log, "contact")
    assert contact == {
        "level": "INFO",
        "logger": "hotline.inbox",
        "message": "contact",
        "channel": "sms",
        "outcome": "new_matter",
    }


@pytest.mark.parametrize(
    ("came", "outcomes"),
    [
        pytest.param({"text": "Ổ gà ở phường Cao Lãnh"}, ["new_matter"], id="a new matter"),
        pytest.param({"text": "Vắng mặt", "automatic": True}, [], id="out of office"),
        pytest.param({"text": "Ổ gà", "trusted": False}, ["untrusted"], id="a sender nobody verified"),
    ],
)
def test_a_mail_is_a_contact_with_what_it_was_taken_for(log, came, outcomes):
    Post().line.mail(**came)
    assert [line["outcome"] for line in lines(log, "contact") if line["channel"] == "email"] == outcomes


def test_the_sweep_says_how_long_the_oldest_message_had_waited(deployed, log):
    jobs.sweep_outbox()
    deployed.text("duong o ga phuong cao lanh")
    deployed.now += timedelta(minutes=7)
    wiring._current.looked_at = float("inf")
    assert jobs.sweep_outbox()["oldest_seconds"] == 420
    idle, late = lines(log, "job")
    assert idle == {
        "level": "INFO",
        "logger": "hotline.jobs",
        "message": "job",
        "job": "sweep_outbox",
        "province": "test-province",
        **dict.fromkeys((f"n_{name}" for name in jobs.COUNTS["sweep_outbox"]), 0),
    }
    assert late["n_oldest_seconds"] == 420 and late.keys() == idle.keys()


@pytest.mark.parametrize(
    "job", ["do_wake_ups", "send_digests", "recount_stats", "send_reports", "sweep_outbox"]
)
def test_a_job_with_nothing_to_do_logs_one_line_of_zeros(deployed, log, job, monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
    getattr(jobs, job)()
    (line,) = lines(log, "job")
    assert line["job"] == job
    numbers = {name: value for name, value in line.items() if name.startswith("n_")}
    assert set(numbers) == {f"n_{name}" for name in jobs.COUNTS[job]}
    assert all(isinstance(value, int) for value in numbers.values())


@pytest.mark.parametrize("job", ["send_outbox", "count_cases", "receive_email", "take_mail_event"])
def test_a_job_that_is_handed_nothing_logs_its_line_all_the_same(deployed, log, job):
    getattr(jobs, job)({"Records": []} if job != "take_mail_event" else {"detail": {}})
    (line,) = lines(log, "job")
    assert line["job"] == job and {value for name, value in line.items() if name.startswith("n_")} == {0}


def test_a_stream_record_that_breaks_is_counted(deployed, log):
    record = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "7", "NewImage": {"id": {"S": "x"}, "purpose": {"S": "x"}}},
    }
    assert jobs.send_outbox({"Records": [record]})["batchItemFailures"] == [{"itemIdentifier": "7"}]
    (line,) = lines(log, "job")
    assert (line["job"], line["n_records"], line["n_broken"]) == ("send_outbox", 0, 1)


def test_a_message_refused_for_good_by_the_provider_is_one_line(log):
    post = Post()
    post.sms.refuse(retry=False)
    post.sweep()
    assert [line["message_id"] for line in lines(log, "message given up")] == [post.id]


def test_a_message_the_carrier_gave_up_is_one_line_though_told_twice(log):
    post = Post()
    post.sweep()
    for _ in range(2):
        post.report("failed", provider_id=post.message.provider_id, error="30006")
    (line,) = lines(log, "message given up")
    assert line == {
        "level": "ERROR",
        "logger": "hotline.send",
        "message": "message given up",
        "message_id": post.id,
        "purpose": "answer",
        "channel": "sms",
    }


def test_a_message_whose_lease_ran_out_is_one_uncertain_line(log):
    post = Post()
    outbox = post.line.stores.outbox
    outbox.lease(post.id, now=post.line.now, until=post.line.now + timedelta(minutes=2))
    post.later(minutes=3)
    (line,) = lines(log, "message uncertain")
    assert line == {
        "level": "WARNING",
        "logger": "hotline.send",
        "message": "message uncertain",
        "message_id": post.id,
        "purpose": "answer",
        "channel": "sms",
    }
    assert outbox.get(post.id).status is Delivery.UNCERTAIN


@pytest.mark.parametrize("job", sorted(jobs.COUNTS))
def test_the_table_of_lines_names_every_number_of_a_job(job):
    row = next(line for line in DOC.splitlines() if line.startswith(f"| `{job}` |"))
    assert re.findall(r"`n_(\w+)`", row) == [name.replace(" ", "_") for name in jobs.COUNTS[job]]


def test_every_job_of_the_page_has_its_counts():
    from app import app

    named = [entry.name for entry in (*app.pure_lambda_functions, *app.event_sources)]
    assert sorted(set(named)) == sorted(jobs.COUNTS)
