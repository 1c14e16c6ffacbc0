"""The tables as they are created, what their streams say, and what a case's life costs."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.write_units import counted, item_bytes
from chalicelib.domain.case import Actor, Kind, Priority, open_case
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.message import Delivery, Message
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.outbox_store import OutboxStore
from chalicelib.storage.stats_store import StatsStore
from chalicelib.storage.tables import (
    RECORDS,
    STREAMS,
    TIME_TO_LIVE,
    create_table_arguments,
    from_stream_image,
)
from local.database import client, create_tables

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(moto_endpoint):
    return client(moto_endpoint)


@pytest.fixture
def case():
    opened = open_case(
        "482177306",
        text="Duong vao cho Sa Dec o ga nhieu qua, xe hay te",
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        at=NOW,
        channel="sms",
        reporter_id="a" * 32,
        reporter_address="+84900000123",
        service="giao-thong",
        topic="duong-hu",
        area="29905",
        place="cho Sa Dec, phuong Sa Dec",
        data={"service": ["giao-thong", 0.8], "area": ["29905", 0.7]},
    )
    return opened.act(
        "assign",
        actor=Actor.SYSTEM,
        at=NOW,
        data={"rule": "giao-thong-1"},
        agency="ubnd-phuong-sa-dec",
        assignment=1,
        assigned_at=NOW,
        accept_due_at=NOW + 8 * HOUR,
        due_at=NOW + 120 * HOUR,
        deadline_table="2026-1",
        wake_at=NOW + 4 * HOUR,
    )


@pytest.mark.parametrize("table", RECORDS)
def test_a_created_table_is_what_its_records_describe(tables, database, table):
    made = database.describe_table(TableName=tables[table])["Table"]
    wanted = create_table_arguments(table)

    assert wanted["TableName"] == tables[table]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["KeySchema"] == wanted["KeySchema"]
    assert {index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])} == {
        index["IndexName"] for index in wanted.get("GlobalSecondaryIndexes", [])
    }
    assert made.get("StreamSpecification", {}).get("StreamViewType") == STREAMS.get(table)


def test_creating_the_tables_again_leaves_what_they_hold(tables, moto_endpoint, case):
    commit(cases=[case])
    create_tables(moto_endpoint, tables["cases"].removesuffix("-cases"))
    assert CaseStore().get(case.code).version == 2


def test_time_to_live_is_never_switched_on_on_this_machine(tables, database):
    for table in TIME_TO_LIVE:
        described = database.describe_time_to_live(TableName=tables[table])["TimeToLiveDescription"]
        assert described["TimeToLiveStatus"] == "DISABLED"


@pytest.mark.parametrize(
    "table, days",
    [
        pytest.param("outbox", 90, id="a message to somebody"),
        pytest.param("inbox", 30, id="a message that came in"),
    ],
)
def test_what_is_not_kept_says_when_it_may_go(tables, database, table, days):
    commit(
        messages=[Message("m", "sms", "+84900000123", "answer", NOW, NOW)],
        received=Received("twilio#SM1", NOW, "sms", "r", "o ga"),
    )
    (item,) = database.scan(TableName=tables[table])["Items"]
    assert int(item[TIME_TO_LIVE[table]]["N"]) == (NOW + timedelta(days=days)).timestamp()


def test_streams_tell_cases_and_messages_and_pass_over_the_rest(tables, database, moto_endpoint, case):
    message = Message("m", "sms", "+84900000123", "answer", NOW, NOW, text="Đã trả lời", params={"a": [1]})
    commit(cases=[case], messages=[message])

    def told(table):
        arn = database.describe_table(TableName=tables[table])["Table"]["LatestStreamArn"]
        streams = client(moto_endpoint, "dynamodbstreams")
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
        return [from_stream_image(record["dynamodb"]["NewImage"]) for record in records]

    assert told("outbox") == [message]
    assert told("cases") == [replace(case, stored_version=2, events=()), None, None]


def test_a_refused_transaction_leaves_no_trace_in_the_streams(tables, database, moto_endpoint, case):
    commit(messages=[Message("m", "sms", "+84900000123", "answer", NOW, NOW)])
    with pytest.raises(Exception, match="made before"):
        commit(
            messages=[
                Message("n", "sms", "+84900000123", "answer", NOW, NOW),
                Message("m", "sms", "+84900000123", "answer", NOW, NOW),
            ]
        )
    arn = database.describe_table(TableName=tables["outbox"])["Table"]["LatestStreamArn"]
    streams = client(moto_endpoint, "dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    assert len(streams.get_records(ShardIterator=start["ShardIterator"])["Records"]) == 1


def test_an_ordinary_case_stays_below_one_write_unit(tables, database, case):
    commit(cases=[case])
    closed = case
    for action, actor in (("accept", Actor.AGENCY), ("answer", Actor.AGENCY), ("rate", Actor.CITIZEN)):
        closed = closed.act(action, actor=actor, at=NOW)
    closed = replace(
        closed,
        stored_version=2,
        answered_at=NOW,
        objection_until=NOW,
        closed_at=NOW,
        rating=3,
        level=2,
        wake_at=NOW,
    )
    commit(cases=[replace(closed, steps_done=("accept_50", "accept_80", "accept_due"))])

    key = {"code": {"S": case.code}, "item": {"S": "case"}}
    assert item_bytes(database.get_item(TableName=tables["cases"], Key=key)["Item"]) < 800


def test_a_whole_ordinary_life_costs_at_most_90_write_units(tables, case):
    received = Received(
        "twilio#SM1", NOW, "sms", "a" * 32, case.text, "Ma 482 177 306. " * 9, case.code, "new_matter"
    )
    told = Message(
        f"{case.code}-2-assignment", "email", "a@b.example", "assignment", NOW, NOW, case_code=case.code
    )
    answer = Message(
        f"{case.code}-4-answer", "sms", case.reporter_address, "answer", NOW, NOW, text="a" * 300
    )
    day, agency = date(2026, 3, 2), f"agency#{case.agency}"
    in_ = {
        "received": 1,
        "received.kind.complaint": 1,
        "received.service.giao-thong": 1,
        "received.channel.sms": 1,
    }
    out = in_ | {"handled": 1, "handled.on_time": 1, "handled.kind.complaint": 1, "handled.level.2": 1}
    rated = out | {"rated": 1, "rated.3": 1}

    def send(message):
        OutboxStore().lease(message.id, now=NOW, until=NOW + HOUR)
        OutboxStore().settle(message.id, expected={Delivery.SENDING}, status=Delivery.SENT, sent_at=NOW)
        OutboxStore().settle(message.id, expected={Delivery.SENT}, status=Delivery.DELIVERED)

    def count(version, counters):
        StatsStore().apply(case.code, version, {("province", day): counters, (agency, day): counters})

    with counted() as ledger:
        talk = Talk("a" * 32, NOW, 1, case_code=case.code)
        commit(cases=[case], messages=[told], received=received, talk=talk)
        send(told)
        count(2, in_)
        accepted = (
            CaseStore().get(case.code).act("accept", actor=Actor.AGENCY, at=NOW, wake_at=NOW + 9 * HOUR)
        )
        commit(cases=[accepted])
        count(3, in_)
        answered = (
            CaseStore()
            .get(case.code)
            .act(
                "answer",
                actor=Actor.AGENCY,
                at=NOW,
                note="Da va xong. " * 30,
                wake_at=NOW + 99 * HOUR,
                answered_at=NOW,
            )
        )
        commit(cases=[answered], messages=[answer])
        send(answer)
        count(4, out)
        closed = CaseStore().get(case.code).act("rate", actor=Actor.CITIZEN, at=NOW, rating=3, wake_at=None)
        commit(
            cases=[closed],
            received=replace(received, id="twilio#SM2", text="3"),
            talk=replace(talk, version=2, stored_version=1),
        )
        count(5, rated)

    assert ledger.units <= 90, ledger.units_by_table()


def test_records_can_be_imported_without_any_setting():
    program = "import chalicelib.storage.commit, chalicelib.storage.tables"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
