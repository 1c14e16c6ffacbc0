"""Do again what failed all its tries, and empty the queue of failures. Every job may run twice: that harms nobody."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

from botocore.exceptions import ClientError

from chalicelib.errors import HotlineError
from infra.aws import client
from infra.container.schedule import scheduled_event
from infra.functions import FUNCTIONS, Function, named
from infra.plan import ALIAS, Plan
from infra.state import NOT_THERE, code_of

HOLD_SECONDS = 600
"""How long a message taken is hidden from others; one not deleted comes back then."""
WAIT_SECONDS = 2
"""How long the queue is asked before it counts as empty; asking all its servers takes a moment."""
MOST = 1000
"""Messages of one run; the next one takes the next."""

Invoke = Callable[[str, Mapping[str, Any]], None]
"""Starts a function of app.py with an event and does not wait for it."""

HEALED_BY = {
    "send_outbox": "sweep_outbox sends what the stream lost, within a minute",
    "count_cases": "recount_stats counts what the stream lost",
}
"""Function of a stream → why its records need not be fetched again (they are gone after 24 hours anyway)."""


class NoQueue(HotlineError):
    """The stack is not there; the message names the remedy."""


@dataclass(slots=True)
class Redriven:
    """What became of the messages; counts by function, nothing of their content."""

    again: Counter[str] = field(default_factory=Counter)
    """Events that were (in a dry run: would be) handed to their function again, or stand for one run of a job."""
    healed: Counter[str] = field(default_factory=Counter)
    """Pieces of a stream that another job makes good."""
    kept: Counter[str] = field(default_factory=Counter)
    """Why → messages that stay in the queue."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a message in the queue stands for."""

    function: Function
    event: Mapping[str, Any] | None
    """What the function was to do; None = records of a stream, which are not in the message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `redrive`."""
    parser.add_argument("--dry-run", action="store_true", help="count by function and change nothing")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Redrive and print the counts; 1 = some messages stay."""
    found = redrive(plan, now=datetime.now(UTC), dry_run=args.dry_run)
    for line in report(plan, found, dry_run=args.dry_run):
        print(line, file=out)
    return 1 if found.kept else 0


def redrive(
    plan: Plan,
    *,
    now: datetime,
    dry_run: bool = False,
    invoke: Invoke | None = None,
    wait_seconds: int = WAIT_SECONDS,
) -> Redriven:
    """
    Do again what lies in the queue of failures.

    An event goes to its function as it was. A schedule's job runs once, however many of its runs failed. Records of
    a stream are left to the job that makes them good. A message is deleted when its work has been handed over; what
    is not understood stays.

    Args:
        plan: The stack.
        now: The present moment, aware; the time of a job started for a stream.
        dry_run: Only count; every message is put back.
        invoke: Starts a function; by default the deployed one.
        wait_seconds: How long to wait for a message that is slow to come.

    Raises:
        NoQueue: The stack is not deployed.
    """
    sqs, found = client("sqs", plan), Redriven()
    invoke = invoke or _invoker(plan)
    try:
        url = sqs.get_queue_url(QueueName=plan.failed_queue)["QueueUrl"]
    except ClientError as error:
        if code_of(error) not in NOT_THERE:
            raise
        what = (
            f"There is no queue {plan.failed_queue} in {plan.region}. Deploy first: make deploy {plan.words}"
        )
        raise NoQueue(what) from error
    put_back: list[str] = []
    started: set[str] = set()
    for message in _messages(sqs, url, wait_seconds):
        why = _do(plan, message, found, started, now, invoke=None if dry_run else invoke)
        if why:
            found.kept[why] += 1
        if why or dry_run:
            put_back.append(message["ReceiptHandle"])
        else:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    for receipt in put_back:  # at the end, else the same ones would come again
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    return found


def _messages(sqs: Any, url: str, wait_seconds: int) -> Iterator[Mapping[str, Any]]:
    taken = 0
    while taken < MOST:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=wait_seconds,
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        yield from messages
        taken += len(messages)


def _do(
    plan: Plan,
    message: Mapping[str, Any],
    found: Redriven,
    started: set[str],
    now: datetime,
    *,
    invoke: Invoke | None,
) -> str:
    """Hand one message over and count it; return why it has to stay, or nothing."""
    failure = understand(plan, message)
    if failure is None:
        return "not understood; look at it in the console of SQS"
    name = failure.function.name
    counted = found.again if failure.event is not None else found.healed
    job, event = name, failure.event
    if event is None:
        job = "recount_stats" if name == "count_cases" else ""
        event = scheduled_event("redrive", now, region=plan.region)
    once = named(job).trigger == "schedule" if job else False
    if job and not (once and job in started):
        try:
            if invoke:
                invoke(job, event)
        except ClientError as error:
            return f"{job} could not be started ({code_of(error)})"
        started.add(job)
    counted[name] += 1
    return ""


def understand(plan: Plan, message: Mapping[str, Any]) -> Failure | None:
    """
    Return what a message of the queue stands for; None where it is of no kind we know, or of another stack.

    Three kinds come: what Lambda could not do for an asynchronous caller (the event is in it), records of a stream
    (only their place is in it), and what a schedule could not even start (the event is the message, the target an
    attribute of it).
    """
    try:
        body = json.loads(message["Body"])
    except (ValueError, TypeError):
        return None
    if not isinstance(body, dict):
        return None
    context = body.get("requestContext")
    if isinstance(context, dict):
        function = _function(plan, context.get("functionArn"))
        if function and "DDBStreamBatchInfo" in body and function.name in HEALED_BY:
            return Failure(function, None)
        event = body.get("requestPayload")
        return Failure(function, event) if function and isinstance(event, dict) else None
    target = message.get("MessageAttributes", {}).get("TARGET_ARN", {}).get("StringValue")
    function = _function(plan, target)
    return Failure(function, body) if function else None


def _function(plan: Plan, arn: Any) -> Function | None:
    """The function of ours behind an ARN, with or without a version or alias at its end."""
    parts = str(arn).split(":")
    if len(parts) < 7 or parts[5] != "function":
        return None
    return next((one for one in FUNCTIONS if plan.function(one.name) == parts[6]), None)


def _invoker(plan: Plan) -> Invoke:
    lambdas = client("lambda", plan)

    def invoke(name: str, event: Mapping[str, Any]) -> None:
        lambdas.invoke(
            FunctionName=plan.function(name),
            Qualifier=ALIAS,
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )

    return invoke


def report(plan: Plan, found: Redriven, *, dry_run: bool) -> Iterator[str]:
    """Yield the lines for the terminal."""
    verb = "would be done again" if dry_run else "done again"
    for name, number in sorted(found.again.items()):
        once = " by one run" if named(name).trigger == "schedule" else ""
        yield f"  {name}: {number} {verb}{once}"
    for name, number in sorted(found.healed.items()):
        yield f"  {name}: {number} pieces of its stream; {HEALED_BY[name]}"
    for why, number in sorted(found.kept.items()):
        yield f"  stays: {number}: {why}"
    if not (found.again or found.healed or found.kept):
        yield f"{plan.failed_queue} is empty."
