"""Doing failed events again, against queue and functions in memory."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.errors import HotlineError
from infra.commands.redrive import redrive, report
from infra.plan import make_plan
from infra.state import queued
from tests.functional.ops_account import make_function, make_stack

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MAIL = {"Records": [{"ses": {"mail": {"messageId": "m1"}}}]}
SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@pytest.fixture
def plan(own_environment, monkeypatch):
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        plan = make_plan("dong-thap", "pilot")
        make_stack(plan)
        yield plan


@pytest.fixture
def put(plan):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=plan.failed_queue)["QueueUrl"]

    def put(body, **attributes):
        text = body if isinstance(body, str) else json.dumps(body)
        named = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=named)

    return put


class Started:
    def __init__(self, refused=()):
        self.events, self.refused = [], refused

    def __call__(self, name, event):
        if name in self.refused:
            raise ClientError(
                {"Error": {"Code": "TooManyRequestsException", "Message": "0900000001"}}, "Invoke"
            )
        self.events.append((name, event))

    @property
    def names(self):
        return [name for name, _ in self.events]


def arn(plan, name, stack=""):
    return f"arn:aws:lambda:ap-southeast-1:123456789012:function:{stack or plan.prefix}-{name}:live"


def failed(plan, name, event, stack=""):
    """As Lambda's destination on failure writes it."""
    return {
        "version": "1.0",
        "timestamp": "2026-03-02T01:00:00.000Z",
        "requestContext": {
            "requestId": "r1",
            "functionArn": arn(plan, name, stack),
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "…"},
    }


def lost(plan, name):
    """As the event source mapping of a stream writes it."""
    body = failed(plan, name, None)
    del body["requestPayload"], body["responsePayload"]
    return body | {"DDBStreamBatchInfo": {"shardId": "shardId-1", "startSequenceNumber": "1", "batchSize": 3}}


def do(plan, **given):
    return redrive(plan, now=NOW, **{"wait_seconds": 0, "invoke": Started(), **given})


def said(plan, found, dry_run=False):
    return "\n".join(report(plan, found, dry_run=dry_run))


def test_a_failed_mail_goes_to_its_function_as_it_was(plan, put):
    put(failed(plan, "receive_email", MAIL))
    started = Started()
    found = do(plan, invoke=started)
    assert started.events == [("receive_email", MAIL)]
    assert (found.again, queued(plan)) == ({"receive_email": 1}, 0)


def test_every_mail_is_done_again_but_a_job_only_once(plan, put):
    put(failed(plan, "receive_email", MAIL))
    put(failed(plan, "receive_email", MAIL))
    put(failed(plan, "send_digests", SCHEDULED))
    put(SCHEDULED, TARGET_ARN=arn(plan, "send_digests"), RULE_ARN="arn:aws:events:::rule/x", ERROR_CODE="x")
    started = Started()
    found = do(plan, invoke=started)
    assert sorted(started.names) == ["receive_email", "receive_email", "send_digests"]
    assert found.again == {"receive_email": 2, "send_digests": 2}
    assert queued(plan) == 0


def test_the_cases_a_stream_lost_are_counted_by_one_recount(plan, put):
    for _ in range(3):
        put(lost(plan, "count_cases"))
    started = Started()
    found = do(plan, invoke=started)
    ((name, event),) = started.events
    assert (name, event["time"]) == ("recount_stats", "2026-03-02T01:30:00Z")
    assert found.healed == {"count_cases": 3}
    assert queued(plan) == 0


def test_the_messages_a_stream_lost_are_left_to_the_sweep(plan, put):
    put(lost(plan, "send_outbox"))
    started = Started()
    found = do(plan, invoke=started)
    assert started.events == []
    assert "sweep_outbox sends what the stream lost" in said(plan, found)
    assert queued(plan) == 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("no json", id="no JSON"),
        pytest.param("[1]", id="no object"),
        pytest.param({"hello": "0900000001"}, id="of nobody"),
        pytest.param({"requestContext": {"functionArn": "arn"}}, id="no function"),
    ],
)
def test_a_message_nobody_understands_stays_and_is_told(plan, put, body):
    put(body)
    found = do(plan)
    assert sum(found.kept.values()) == queued(plan) == 1
    assert "not understood" in said(plan, found)
    assert "0900000001" not in said(plan, found)


def test_an_event_of_another_stack_stays(plan, put):
    put(failed(plan, "receive_email", MAIL, stack="dong-nai"))
    started = Started()
    assert sum(do(plan, invoke=started).kept.values()) == queued(plan) == 1
    assert started.events == []


def test_a_function_that_cannot_be_started_keeps_its_message_and_holds_up_no_other(plan, put):
    put(failed(plan, "receive_email", MAIL))
    put(failed(plan, "take_mail_event", MAIL))
    started = Started(refused=("receive_email",))
    found = do(plan, invoke=started)
    assert started.names == ["take_mail_event"]
    assert queued(plan) == 1
    assert "receive_email could not be started (TooManyRequestsException)" in said(plan, found)
    assert "0900000001" not in said(plan, found)


def test_a_dry_run_counts_and_puts_everything_back(plan, put):
    put(failed(plan, "receive_email", {"secret": "0900000001"}))
    put(lost(plan, "count_cases"))
    started = Started()
    found = do(plan, invoke=started, dry_run=True)
    assert started.events == []
    assert (found.again, found.healed) == ({"receive_email": 1}, {"count_cases": 1})
    assert "receive_email: 1 would be done again" in said(plan, found, dry_run=True)
    assert do(plan).again == {"receive_email": 1}  # at once: nothing was left hidden


def test_an_empty_queue_says_so(plan):
    assert said(plan, do(plan)) == "dong-thap-pilot-failed is empty."


def test_without_a_stack_there_is_nothing_to_redrive(own_environment):
    with mock_aws():
        plan = make_plan("dong-nai", "pilot")
        with pytest.raises(HotlineError, match="make deploy PROVINCE=dong-nai ENV=pilot"):
            do(plan)


def test_the_deployed_function_takes_the_event(plan, put):
    make_function(plan, "receive_email")
    put(failed(plan, "receive_email", MAIL))
    assert do(plan, invoke=None).again == {"receive_email": 1}
    assert queued(plan) == 0
