"""The backup drill, on tables in memory. moto restores at once and always the present state; waiting is simulated."""

import argparse
import io
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.settings import TABLES
from infra.commands import backup_drill as command
from infra.commands.backup_drill import Compared, DrillFailed, backup_drill, clean, drill_table, report
from infra.plan import make_plan
from tests.functional.ops_account import make_tables


@pytest.fixture
def plan(own_environment, monkeypatch):
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with mock_aws():
        yield make_plan("dong-thap", "pilot")


@pytest.fixture
def dynamodb(plan):
    make_tables(plan)
    return boto3.client("dynamodb")


class Clock:
    """Time passes only by waiting."""

    def __init__(self, slept=1):
        self.now = datetime.now(UTC) + timedelta(minutes=5)
        self.slept = slept
        """How many times longer a sleep is than asked."""

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += timedelta(seconds=seconds * self.slept)


def drill(plan, **given):
    clock = Clock()
    return backup_drill(plan, clock=clock, sleep=clock.sleep, **given)


def names(dynamodb):
    return set(dynamodb.list_tables()["TableNames"])


def put_cases(dynamodb, plan, number):
    for code in range(number):
        dynamodb.put_item(
            TableName=plan.table("cases"), Item={"code": {"S": str(code)}, "item": {"S": "case"}}
        )


def test_all_five_tables_come_back_whole_and_the_copies_go(plan, dynamodb):
    put_cases(dynamodb, plan, 3)
    before, told = names(dynamodb), []
    found = drill(plan, tell=told.append)
    assert [table.table for table in found.tables] == list(TABLES)
    assert all(table.good for table in found.tables)
    assert (found.tables[0].items, found.tables[0].restored) == (3, 3)
    assert found.point < found.started_at
    assert names(dynamodb) == before
    assert sum("is deleted" in line for line in told) == 5
    assert any(line.startswith("recovery point: ") and "5 min" in line for line in report(found))


def test_copies_can_be_kept_and_cleaned_later(plan, dynamodb):
    before = names(dynamodb)
    drill(plan, keep=True)
    assert names(dynamodb) - before == {f"dong-thap-pilot-drill-{table}" for table in TABLES}
    with pytest.raises(DrillFailed, match="ARGS=--clean"):
        drill(plan)
    out = io.StringIO()
    assert command.run(plan, argparse.Namespace(clean=True), out) == 0
    assert out.getvalue().count("is deleted") == 5
    assert names(dynamodb) == before


def test_cleaning_touches_no_table_of_the_stack_nor_of_another_one(plan, dynamodb):
    production = make_plan("dong-thap")
    make_tables(production)
    drill(production, keep=True)
    before = names(dynamodb)
    assert clean(plan) == []
    assert names(dynamodb) == before


def test_a_table_without_recovery_is_named_before_anything_is_made(plan, dynamodb):
    dynamodb.update_continuous_backups(
        TableName=plan.table("inbox"), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    before = names(dynamodb)
    with pytest.raises(DrillFailed, match="dong-thap-pilot-inbox has no point-in-time recovery"):
        drill(plan)
    assert names(dynamodb) == before


def test_a_moment_before_the_first_backup_is_refused_with_those_there_are(plan, dynamodb):
    before = names(dynamodb)
    parser, out = argparse.ArgumentParser(), io.StringIO()
    command.add_arguments(parser)
    args = parser.parse_args(["--as-of", "2020-03-02T08:00"])
    assert command.run(plan, args, out) == 1
    assert "02/03/2020 08:00:00 cannot be gone back to" in out.getvalue()
    assert names(dynamodb) == before


def test_without_a_stack_the_drill_says_to_deploy(plan):
    with pytest.raises(DrillFailed, match="make deploy PROVINCE=dong-thap"):
        drill(plan)


def test_a_copy_with_another_index_or_fewer_items_is_not_good(plan, dynamodb, monkeypatch):
    assert not Compared("cases", 10, 10, 5, ("index by_day",)).good
    assert not Compared("cases", 10, 4, 5, ()).good
    assert Compared("cases", 10, 5, 5, ()).good
    assert Compared("inbox", 5, 10, 5, ()).good  # more in the copy: expired since


def test_writes_since_the_point_are_read_from_the_tables_own_counter(plan, dynamodb):
    for metric, number in (("ConsumedWriteCapacityUnits", 7.0), ("TimeToLiveDeletedItemCount", 2.0)):
        boto3.client("cloudwatch").put_metric_data(
            Namespace="AWS/DynamoDB",
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": [{"Name": "TableName", "Value": plan.table("cases")}],
                    "Timestamp": datetime.now(UTC),
                    "Value": number,
                }
            ],
        )
    written = {table.table: table.written for table in drill(plan).tables}
    assert written == {"cases": 9, "outbox": 0, "inbox": 0, "directory": 0, "stats": 0}


def test_a_restore_that_takes_its_time_is_waited_for_and_measured(plan, dynamodb, monkeypatch):
    slow_tables(monkeypatch, dynamodb, looks=4)
    clock, told = Clock(), []
    found = backup_drill(plan, clock=clock, sleep=clock.sleep, tell=told.append)
    assert found.took == timedelta(seconds=command.POLL_SECONDS)
    assert "  inbox is there after 0 min 30 s" in told
    assert "recovery time: 0 min 30 s" in list(report(found))


def test_a_restore_that_never_ends_is_given_up_and_says_how_to_clean(plan, dynamodb, monkeypatch):
    slow_tables(monkeypatch, dynamodb, looks=10_000)
    clock, told = Clock(slept=120), []
    with pytest.raises(DrillFailed, match="Not restored within 360 min 00 s"):
        backup_drill(plan, clock=clock, sleep=clock.sleep, tell=told.append)
    assert any("make backup-drill PROVINCE=dong-thap ENV=pilot ARGS=--clean" in line for line in told)


def slow_tables(monkeypatch, dynamodb, looks):
    slow = SlowTables(dynamodb, looks)
    monkeypatch.setattr(
        command,
        "client",
        lambda service, plan: slow if service == "dynamodb" else boto3.client(service),
    )


class SlowTables:
    """The database, but a copy is CREATING the first so many times it is looked at."""

    def __init__(self, real, looks):
        self._real, self._left = real, looks

    def __getattr__(self, name):
        return getattr(self._real, name)

    def describe_table(self, *, TableName):
        found = self._real.describe_table(TableName=TableName)
        if "-drill-" in TableName and self._left > 0:
            self._left -= 1
            found["Table"]["TableStatus"] = "CREATING"
        return found


def test_copies_are_named_after_the_stack_alone(plan):
    assert drill_table(plan, "cases") == "dong-thap-pilot-drill-cases"
