"""How a stack is doing: what is deployed, what is in force, what waits, what ran. Reads only, and nothing personal."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from chalicelib.settings import TABLES
from chalicelib.storage.case_record import CaseRecord
from chalicelib.storage.directory_store import DirectoryStore
from chalicelib.storage.message_record import MessageRecord
from chalicelib.storage.outbox_store import OutboxStore
from infra.aws import client
from infra.functions import FUNCTIONS, Function
from infra.plan import ALIAS, Plan
from infra.stores import use

LOOK_BACK = timedelta(hours=26)
"""How far runs are looked for: a daily job that is not among them has missed its day."""
RECENT = timedelta(hours=1)
"""Errors that are older have had their alarm."""
TROUBLE_HOURS = 24
FETCH_SECONDS = 5.0
NOT_THERE = frozenset(
    {
        "ValidationError",
        "ResourceNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    }
)
"""How CloudFormation, Lambda and SQS say that there is no such thing; seen only before the first deploy."""


@dataclass(frozen=True, slots=True)
class Running:
    """What callers of one function meet."""

    name: str
    """As in app.py."""
    version: str
    """The published version the alias `live` points to; empty = there is none."""
    code: str
    """Version of the package, the same for all functions after a whole deploy."""
    last_run_at: datetime | None
    """Start of the last period (5 minutes, for daily jobs an hour) in which it ran; None = not in `LOOK_BACK`."""
    errors: int
    """Runs that failed in the last hour."""


@dataclass(frozen=True, slots=True)
class Health:
    """What `/health` answered."""

    url: str
    status: int
    """HTTP status; 0 = no answer."""
    directory: str
    """Version of the directory the hotline works with."""


@dataclass(frozen=True, slots=True)
class Status:
    """A stack at one moment."""

    plan: Plan
    at: datetime
    stack: str
    """CloudFormation's word; empty = never deployed, and then nothing below is known."""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    functions: tuple[Running, ...] = ()
    directory: str | None = None
    published_at: datetime | None = None
    alarms: tuple[str, ...] = ()
    """Names of the alarms that ring."""
    failed: int = 0
    """Messages in the queue of failures."""
    outbox_due_at: datetime | None = None
    """Since when the longest waiting message could have gone out; None = nothing is due."""
    uncertain: int = 0
    """Messages whose fate is unknown."""
    undelivered: int = 0
    """Messages of the last 24 hours that were given up."""
    open_with_agencies: int = 0
    open_with_desk: int = 0
    health: Health | None = None
    """None where the address is not known yet."""


Fetch = Callable[[str], tuple[int, bytes]]


def fetch(url: str) -> tuple[int, bytes]:
    """Return status and body of an address; (0, nothing) when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:
            return answer.status, answer.read(10_000)
    except urllib.error.HTTPError as refused:
        return refused.code, b""
    except OSError:
        return 0, b""


def read_status(plan: Plan, now: datetime, *, fetch: Fetch = fetch) -> Status:
    """
    Return how the stack of *plan* is doing.

    Args:
        plan: The stack; need not exist.
        now: The present moment, aware.
        fetch: Asks `/health`.

    Raises:
        StorageUnavailable: The database did not answer.
        ClientError: The terminal's credentials may not read something.
    """
    use(plan)
    try:
        (stack,) = client("cloudformation", plan).describe_stacks(StackName=plan.stack_name)["Stacks"]
    except ClientError as error:
        if code_of(error) not in NOT_THERE:
            raise
        return Status(plan, now, "")
    if not _tables_exist(plan):  # a first deploy that failed, or is still at it
        return Status(plan, now, stack["StackStatus"], stack["CreationTime"], stack.get("LastUpdatedTime"))
    store = DirectoryStore()
    version = store.current_version()
    due = OutboxStore().due(now, limit=25)
    since = now - timedelta(hours=TROUBLE_HOURS)
    return Status(
        plan=plan,
        at=now,
        stack=stack["StackStatus"],
        created_at=stack["CreationTime"],
        changed_at=stack.get("LastUpdatedTime") or stack["CreationTime"],
        functions=tuple(_running(plan, now)),
        directory=version,
        published_at=next((line.published_at for line in store.versions() if line.version == version), None),
        alarms=tuple(_ringing(plan)),
        failed=queued(plan),
        outbox_due_at=min((message.due_at for message in due), default=None),
        uncertain=MessageRecord.in_trouble.count("uncertain"),
        undelivered=MessageRecord.in_trouble.count("failed", MessageRecord.created_at >= since),
        open_with_agencies=_index_size(plan, CaseRecord.by_agency.Meta.index_name),
        open_with_desk=_index_size(plan, CaseRecord.by_desk.Meta.index_name),
        health=_health(public_url(plan), fetch),
    )


def public_url(plan: Plan) -> str | None:
    """Return the address of the hotline: the plan's, a pilot's as its stack wrote it down; None = not deployed."""
    if plan.public_url:
        return plan.public_url
    ssm = client("ssm", plan)
    try:
        found = ssm.get_parameter(Name=f"{plan.parameters}PUBLIC_URL")
    except ssm.exceptions.ParameterNotFound:
        return None
    return str(found["Parameter"]["Value"]).rstrip("/")


def queued(plan: Plan) -> int:
    """Return how many messages the queue of failures holds, those somebody is working on included."""
    sqs = client("sqs", plan)
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    try:
        url = sqs.get_queue_url(QueueName=plan.failed_queue)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))["Attributes"]
    except ClientError as error:
        if code_of(error) not in NOT_THERE:
            raise
        return 0
    return sum(int(found[name]) for name in counts)


def code_of(error: ClientError) -> str:
    """The service's own name of an error; its text may repeat what was sent."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _tables_exist(plan: Plan) -> bool:
    dynamodb = client("dynamodb", plan)
    try:
        for table in TABLES:
            dynamodb.describe_table(TableName=plan.table(table))
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def _index_size(plan: Plan, index: str) -> int:
    """Count a sparse index of keys: what is open, not what ever was (a read unit for some eighty cases)."""
    pages = client("dynamodb", plan).get_paginator("scan")
    return sum(
        page["Count"]
        for page in pages.paginate(TableName=plan.table("cases"), IndexName=index, Select="COUNT")
    )


def _ringing(plan: Plan) -> Iterable[str]:
    """Names of the alarms that ring and tell the ops of this stack, whatever they are called."""
    pages = client("cloudwatch", plan).get_paginator("describe_alarms")
    for page in pages.paginate(StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]):
        for alarm in [*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())]:
            if any(action.endswith(f":{plan.ops_topic}") for action in alarm["AlarmActions"]):
                yield alarm["AlarmName"]


def _running(plan: Plan, now: datetime) -> Iterable[Running]:
    runs, errors = _metric(plan, now, "Invocations"), _metric(plan, now, "Errors")
    lambdas = client("lambda", plan)
    for function in FUNCTIONS:
        version = code = ""
        try:
            found = lambdas.get_function_configuration(
                FunctionName=plan.function(function.name), Qualifier=ALIAS
            )
            version = found["Version"]
            code = found.get("Environment", {}).get("Variables", {}).get("CODE_VERSION", "")
        except ClientError as error:
            if code_of(error) not in NOT_THERE:
                raise
        yield Running(
            name=function.name,
            version=version,
            code=code,
            last_run_at=max((at for at, number in runs[function.name] if number), default=None),
            errors=int(sum(number for at, number in errors[function.name] if at >= now - RECENT)),
        )


def _metric(plan: Plan, now: datetime, name: str) -> dict[str, list[tuple[datetime, float]]]:
    """Return when each function had how many: name in app.py → (start of a period, sum)."""
    queries = [
        {
            "Id": function.name,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": name,
                    "Dimensions": [{"Name": "FunctionName", "Value": plan.function(function.name)}],
                },
                "Period": _period(function),
                "Stat": "Sum",
            },
        }
        for function in FUNCTIONS
    ]
    found: dict[str, list[tuple[datetime, float]]] = {function.name: [] for function in FUNCTIONS}
    pages = client("cloudwatch", plan).get_paginator("get_metric_data")
    for page in pages.paginate(MetricDataQueries=queries, StartTime=now - LOOK_BACK, EndTime=now):
        for result in page["MetricDataResults"]:
            found[result["Id"]] += zip(result["Timestamps"], result["Values"], strict=True)
    return found


def _period(function: Function) -> int:
    """Seconds: fine enough to miss a minute's job soon, coarse enough for a day's."""
    return 3600 if function.trigger == "schedule" and not function.every_minutes else 300


def _health(url: str | None, fetch: Fetch) -> Health | None:
    if url is None:
        return None
    status, body = fetch(f"{url}/health")
    try:
        directory = str(json.loads(body).get("directory") or "")
    except (ValueError, AttributeError):
        directory = ""
    return Health(url, status, directory)
