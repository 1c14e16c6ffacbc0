"""Prove that the tables can be brought back: restore all five to a new set, compare, and delete the set again."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from botocore.exceptions import ClientError

from chalicelib.domain.calendar import ZONE
from chalicelib.errors import HotlineError
from chalicelib.settings import TABLES
from infra.aws import client
from infra.plan import Plan

POLL_SECONDS = 30
LONGEST = timedelta(hours=6)
"""A restore takes 20 minutes to some hours, hardly more for more data; after that somebody has to look."""

Tell = Callable[[str], object]


class DrillFailed(HotlineError):
    """The drill could not be held; the message names the table and the remedy."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One table beside its restored copy."""

    table: str
    items: int
    restored: int
    written: int
    """Most items that can have come, gone or been replaced since the recovery point: write units and expired items."""
    other: tuple[str, ...]
    """What the copy has otherwise than the table: keys, indexes; empty = nothing."""

    @property
    def good(self) -> bool:
        """Whether the copy is the table at the recovery point, as far as counts and keys can tell."""
        return not self.other and abs(self.items - self.restored) <= self.written


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill found."""

    started_at: datetime
    point: datetime
    """The one moment all five tables were brought back to."""
    took: timedelta
    """From the first request until the last table was there."""
    tables: tuple[Compared, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `backup-drill`."""
    parser.add_argument(
        "--keep", action="store_true", help="leave the restored tables, to copy items out of them"
    )
    parser.add_argument(
        "--as-of",
        type=_moment,
        metavar="2026-03-02T08:00",
        help="the moment to go back to, Việt Nam's time (default: the latest there is)",
    )
    parser.add_argument("--clean", action="store_true", help="only delete what an earlier drill has left")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Hold the drill and print recovery point and time; 1 = a copy is not what it should be."""

    def tell(line: str) -> None:
        print(line, file=out, flush=True)

    if args.clean:
        clean(plan, tell=tell)
        return 0
    try:
        drill = backup_drill(plan, keep=args.keep, as_of=args.as_of, tell=tell)
    except DrillFailed as failed:
        tell(str(failed))
        return 1
    for line in report(drill):
        tell(line)
    return 0 if all(table.good for table in drill.tables) else 1


def drill_table(plan: Plan, table: str) -> str:
    """Return the name of the restored copy of one of the five tables."""
    return f"{_drill_prefix(plan)}{table}"


def backup_drill(
    plan: Plan,
    *,
    keep: bool = False,
    as_of: datetime | None = None,
    tell: Tell = lambda line: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], object] = time.sleep,
) -> Drill:
    """
    Restore the five tables by point-in-time recovery, all to one moment, compare them and delete the copies.

    Args:
        plan: The stack.
        keep: Leave the copies.
        as_of: The moment to go back to, aware; by default the latest that all five tables have.
        tell: Gets a line for each step.
        clock: The present moment, aware.
        sleep: Waits so many seconds.

    Raises:
        DrillFailed: A table has no point-in-time recovery or not for that moment, copies of an earlier drill are
            there, or a restore took longer than `LONGEST`.
    """
    dynamodb = client("dynamodb", plan)
    left = [drill_table(plan, table) for table in TABLES if _describe(dynamodb, drill_table(plan, table))]
    if left:
        raise DrillFailed(
            f"An earlier drill has left {', '.join(left)}. Delete them first: {_clean_command(plan)}"
        )
    started_at = clock()
    spans = [_span(dynamodb, plan, table) for table in TABLES]
    earliest, latest = max(first for first, _ in spans), min(last for _, last in spans)
    point = as_of or latest
    if as_of and not earliest <= point <= latest:
        raise DrillFailed(
            f"{_local(point)} cannot be gone back to, only what lies between {_local(earliest)} and {_local(latest)}."
        )
    tell(f"{plan.prefix}: restoring five tables as of {_local(point)} …")
    try:
        for table in TABLES:
            _restore(dynamodb, plan, table, point)
        _wait(dynamodb, plan, started_at, tell, clock, sleep)
        took = clock() - started_at
        compared = tuple(_compare(dynamodb, plan, table, point, clock()) for table in TABLES)
    finally:
        # Also after a failure: a forgotten copy of everybody's data is worse than a drill to hold again.
        if not keep:
            clean(plan, tell=tell, clock=clock, sleep=sleep)
    return Drill(started_at, point, took, compared)


def clean(
    plan: Plan,
    *,
    tell: Tell = lambda line: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], object] = time.sleep,
) -> list[str]:
    """Delete the copies a drill made, and nothing else; return the names of the deleted."""
    dynamodb, gone, until = client("dynamodb", plan), [], clock() + LONGEST
    for table in TABLES:
        name = drill_table(plan, table)
        assert name.startswith(_drill_prefix(plan)), name
        while (found := _describe(dynamodb, name)) and found["TableStatus"] == "CREATING" and clock() < until:
            sleep(POLL_SECONDS)  # a table that is being restored cannot be deleted
        if found and found["TableStatus"] == "CREATING":
            tell(f"{name} is still being restored. Delete it later: {_clean_command(plan)}")
        elif found and found["TableStatus"] != "DELETING":
            dynamodb.delete_table(TableName=name)
            gone.append(name)
            tell(f"{name} is deleted.")
    return gone


def _clean_command(plan: Plan) -> str:
    return f"make backup-drill {plan.words} ARGS=--clean"


def _drill_prefix(plan: Plan) -> str:
    return f"{plan.prefix}-drill-"


def _describe(dynamodb: Any, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    return found


def _span(dynamodb: Any, plan: Plan, table: str) -> tuple[datetime, datetime]:
    """The first and the last moment a table can be brought back to, usually 35 days and five minutes ago."""
    name = plan.table(table)
    try:
        found = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("TableNotFoundException", "ResourceNotFoundException"):
            raise
        raise DrillFailed(
            f"There is no table {name} in {plan.region}. Deploy first: make deploy {plan.words}"
        ) from error
    recovery = found.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise DrillFailed(
            f"{name} has no point-in-time recovery: its data could not be brought back. "
            f"Deploy again, which switches it on: make deploy {plan.words}"
        )
    return recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]


def _restore(dynamodb: Any, plan: Plan, table: str, point: datetime) -> None:
    source = _describe(dynamodb, plan.table(table)) or {}
    options: dict[str, Any] = {"BillingModeOverride": "PAY_PER_REQUEST"}
    if key := source.get("SSEDescription", {}).get("KMSMasterKeyArn"):
        # Said, so that the copy lies under the province's own key as well.
        options["SSESpecificationOverride"] = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=plan.table(table),
        TargetTableName=drill_table(plan, table),
        RestoreDateTime=point,
        **options,
    )


def _wait(
    dynamodb: Any,
    plan: Plan,
    started_at: datetime,
    tell: Tell,
    clock: Callable[[], datetime],
    sleep: Callable[[float], object],
) -> None:
    waiting = list(TABLES)
    while True:
        for table in list(waiting):
            found = _describe(dynamodb, drill_table(plan, table)) or {}
            if found.get("TableStatus") == "ACTIVE":
                waiting.remove(table)
                tell(f"  {table} is there after {_minutes(clock() - started_at)}")
        if not waiting:
            return
        if clock() - started_at > LONGEST:
            raise DrillFailed(f"Not restored within {_minutes(LONGEST)}: {', '.join(waiting)}.")
        sleep(POLL_SECONDS)


def _compare(dynamodb: Any, plan: Plan, table: str, point: datetime, now: datetime) -> Compared:
    name, copy = plan.table(table), drill_table(plan, table)
    return Compared(
        table=table,
        # The copy first: what comes in while it is counted is among the writes.
        restored=_count(dynamodb, copy),
        items=_count(dynamodb, name),
        written=_written(plan, name, point, now),
        other=tuple(_differences(_shape(dynamodb, name), _shape(dynamodb, copy))),
    )


def _count(dynamodb: Any, name: str) -> int:
    pages = dynamodb.get_paginator("scan").paginate(TableName=name, Select="COUNT")
    return sum(page["Count"] for page in pages)


def _written(plan: Plan, name: str, point: datetime, now: datetime) -> int:
    """Each item written or deleted costs a write unit of its table or more; what expires is counted apart."""
    cloudwatch = client("cloudwatch", plan)
    total = 0.0
    for metric in ("ConsumedWriteCapacityUnits", "TimeToLiveDeletedItemCount"):
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName=metric,
            Dimensions=[{"Name": "TableName", "Value": name}],
            StartTime=point - timedelta(minutes=1),
            EndTime=now + timedelta(minutes=1),
            Period=60 * max(1, -(-int((now - point).total_seconds()) // 60 // 1000)),
            Statistics=["Sum"],
        )
        total += sum(found["Sum"] for found in answer["Datapoints"])
    return int(total)


def _shape(dynamodb: Any, name: str) -> dict[str, Any]:
    """What makes a table usable by the hotline: its keys and its indexes with theirs."""
    found = _describe(dynamodb, name) or {}
    indexes = {
        f"index {index['IndexName']}": (index["KeySchema"], index["Projection"])
        for index in found.get("GlobalSecondaryIndexes", [])
    }
    types = sorted(found.get("AttributeDefinitions", []), key=lambda one: one["AttributeName"])
    return {"keys": found.get("KeySchema"), "attributes": types, **indexes}


def _differences(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    return (name for name in sorted({*a, *b}) if a.get(name) != b.get(name))


def report(drill: Drill) -> Iterator[str]:
    """Yield the lines for the terminal; numbers of items only."""
    yield f"  {'table':<12}{'items now':>12}{'restored':>12}{'writes since':>14}"
    for table in drill.tables:
        verdict = "good" if table.good else "NOT GOOD"
        differs = f": differs in {', '.join(table.other)}" if table.other else ""
        yield f"  {table.table:<12}{table.items:>12}{table.restored:>12}{table.written:>14}  {verdict}{differs}"
    if any(not table.good and not table.other for table in drill.tables):
        yield (
            "A difference is larger than what was written since. The counts of writes come some minutes late: "
            "hold the drill again in a quiet hour. If it stays, open a support case with AWS before you rely on it."
        )
    yield f"recovery point: {_local(drill.point)}, {_minutes(drill.started_at - drill.point)} before the drill began"
    yield f"recovery time: {_minutes(drill.took)}"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _minutes(span: timedelta) -> str:
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    return f"{minutes} min {seconds:02d} s"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%d/%m/%Y %H:%M:%S}"
