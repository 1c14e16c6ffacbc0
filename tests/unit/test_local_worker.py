"""Jobs run at their simulated times, in order; idle minutes are skipped."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.container.streams import StreamReader
from local.clock import ZONE, ClockGoesForward, SimulatedClock
from local.worker import Worker

START = datetime(2026, 3, 2, 8, 0, tzinfo=ZONE)  # a Monday
SCHEDULES = {"sweep": "rate(1 minute)", "digest": "cron(30 0 * * ? *)", "report": "cron(0 0 * * ? *)"}


class Province:
    """Rows that fall due, a sweep that takes them, and a diary of what ran when."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(START, ticks=lambda: 0.0)
        self.due: list[datetime] = []
        self.takes = True
        self.diary: list[tuple[str, str]] = []
        self.worker = Worker(
            clock=self.clock,
            schedules=SCHEDULES,
            invoke=self.invoke,
            streams=[],
            post_reports=lambda: 0,
            earliest_due=lambda: min(self.due, default=None),
        )

    def invoke(self, name: str, event: dict[str, Any]) -> dict[str, int]:
        now = self.clock.now()
        self.diary.append((name, now.strftime("%d %H:%M")))
        taken = [at for at in self.due if at <= now] if name == "sweep" and self.takes else []
        self.due = [at for at in self.due if at not in taken]
        return {"taken": len(taken)}


@pytest.fixture
def province() -> Province:
    return Province()


def test_a_jump_runs_each_daily_job_at_its_time_and_no_idle_minute(province: Province) -> None:
    ran = province.worker.jump(START + timedelta(days=2))
    assert province.diary == [
        ("report", "03 07:00"),
        ("digest", "03 07:30"),
        ("report", "04 07:00"),
        ("digest", "04 07:30"),
    ]
    assert ran == {"digest": 2, "report": 2}


def test_a_minute_job_runs_at_the_minute_something_is_due(province: Province) -> None:
    province.due = [START + timedelta(minutes=41, seconds=30), START + timedelta(hours=5)]
    province.worker.jump(START + timedelta(hours=6))
    assert province.diary == [("sweep", "02 08:42"), ("sweep", "02 13:00")]


def test_what_stays_due_is_not_tried_every_minute_for_months(province: Province) -> None:
    province.takes = False
    province.due = [START]
    ran = province.worker.jump(START + timedelta(days=180))
    assert ran["sweep"] < 180 * 24 + 100
    assert ran["digest"] == 180


def test_what_is_due_in_weeks_is_done_to_the_minute(province: Province) -> None:
    province.due = [START + timedelta(days=20, minutes=50)]
    province.worker.jump(START + timedelta(days=21))
    assert ("sweep", "22 08:50") in province.diary


def test_the_clock_stands_where_it_was_sent(province: Province) -> None:
    province.worker.jump(START + timedelta(hours=1))
    assert province.clock.now() == START + timedelta(hours=1)
    with pytest.raises(ClockGoesForward):
        province.worker.jump(START)


def test_in_real_time_the_minute_job_runs_each_minute(province: Province) -> None:
    for minute in (1, 2, 2):
        province.clock.set(START + timedelta(minutes=minute))
        province.worker.tick()
    assert province.diary == [("sweep", "02 08:01"), ("sweep", "02 08:02")]


def test_a_job_that_fails_is_shown_and_runs_again(province: Province) -> None:
    def fail(name: str, event: dict[str, Any]) -> None:
        raise RuntimeError("no")

    province.worker._invoke = fail
    province.worker.jump(START + timedelta(days=2))
    job = province.worker.jobs["digest"]
    assert (job.runs, job.failures, job.last_result) == (2, 2, {"error": "RuntimeError"})


class FakeStream:
    """A dynamodbstreams client with one shard."""

    class exceptions:
        class TrimmedDataAccessException(Exception):
            """As boto3 has it."""

    def __init__(self, count: int) -> None:
        self.records = [
            {
                "eventID": str(number),
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"id": {"S": str(number)}},
                    "NewImage": {"id": {"S": str(number)}, "raw": {"B": b"\x00"}},
                    "SequenceNumber": str(1000 + number),
                    "StreamViewType": "NEW_IMAGE",
                },
            }
            for number in range(count)
        ]

    def describe_stream(self, StreamArn: str) -> dict[str, Any]:
        return {"StreamDescription": {"Shards": [{"ShardId": "shard"}]}}

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        return {"ShardIterator": str(int(asked.get("SequenceNumber", 999)) - 999)}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:
        at = int(ShardIterator)
        return {"Records": self.records[at : at + Limit], "NextShardIterator": "more"}


def read_all(reader: StreamReader) -> list[int]:
    counts = []
    while count := reader.read():
        counts.append(count)
    return counts


def test_a_stream_is_handed_on_in_batches_as_lambda_sees_them() -> None:
    seen: list[dict[str, Any]] = []
    reader = StreamReader(
        "outbox", lambda event: seen.extend(event["Records"]), FakeStream(230), "arn:stream"
    )
    assert read_all(reader) == [100, 100, 30]
    assert [record["eventID"] for record in seen] == [str(number) for number in range(230)]
    assert seen[0]["eventSource"] == "aws:dynamodb"
    assert seen[0]["eventSourceARN"] == "arn:stream"
    assert seen[0]["dynamodb"]["NewImage"]["raw"] == {"B": "AA=="}


def test_a_failed_record_is_the_checkpoint_from_which_the_rest_comes_again() -> None:
    seen: list[list[str]] = []

    def handler(event: dict[str, Any]) -> dict[str, Any]:
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        seen.append(numbers)
        failed = [{"itemIdentifier": "1003"}] if len(seen) == 1 else []
        return {"batchItemFailures": failed}

    reader = StreamReader("outbox", handler, FakeStream(5), "arn:stream")
    assert read_all(reader) == [3, 2]
    assert seen[1] == ["1003", "1004"]


def test_a_batch_that_always_fails_is_given_up_after_five_tries() -> None:
    tries: list[int] = []

    def handler(event: dict[str, Any]) -> None:
        tries.append(len(event["Records"]))
        raise RuntimeError("no")

    reader = StreamReader("outbox", handler, FakeStream(3), "arn:stream")
    assert [reader.read() for _ in range(6)] == [0, 0, 0, 0, 3, 0]
    assert len(tries) == 5
