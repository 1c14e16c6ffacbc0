"""One look at a stack, against an account in memory."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.storage.directory_store import DirectoryStore
from infra.commands.status import healthy, status, table
from infra.functions import FUNCTIONS
from infra.plan import make_plan
from infra.stores import use
from tests.functional.ops_account import make_function, make_stack, make_tables, ring

EMPTY = (0, b"")


@pytest.fixture
def account(own_environment, monkeypatch):
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with mock_aws():
        yield make_plan("dong-thap", "pilot")


@pytest.fixture
def deployed_stack(account):
    """A whole stack that has run for a minute."""
    use(account)
    make_stack(account)
    make_tables(account)
    for function in FUNCTIONS:
        make_function(account, function.name)
    boto3.client("ssm").put_parameter(
        Name=f"{account.parameters}PUBLIC_URL", Value="https://pilot.example/api", Type="String"
    )
    return account


def answering(version, code=200):
    return lambda url: (code, json.dumps({"status": "ok", "directory": version}).encode())


def look(plan, now=None, fetch=None):
    return status(
        plan, now or datetime.now(UTC), fetch=fetch or answering(DirectoryStore().current_version())
    )


def publish(plan):
    return DirectoryStore().publish({"note": 1}, now=datetime.now(UTC))


def test_a_stack_that_was_never_deployed_says_so(account):
    found = status(account, datetime.now(UTC))
    assert "not deployed" in "\n".join(table(found))
    (reason,) = healthy(found)
    assert "make deploy PROVINCE=dong-thap" in reason


def test_a_whole_stack_is_healthy_and_its_table_names_versions(deployed_stack):
    version = publish(deployed_stack)
    found = look(deployed_stack)
    assert healthy(found) == []
    told = "\n".join(table(found))
    assert version in told
    for function in FUNCTIONS:
        assert f"  {function.name:<20}1 " in told


def test_a_stack_without_a_pack_is_not_healthy(deployed_stack):
    reasons = healthy(look(deployed_stack, fetch=lambda url: (500, b"")))
    assert any("make publish PROVINCE=dong-thap" in reason for reason in reasons)
    assert any("answers 500" in reason for reason in reasons)


def test_a_silent_hotline_is_not_healthy(deployed_stack):
    publish(deployed_stack)
    (reason,) = healthy(look(deployed_stack, fetch=lambda url: EMPTY))
    assert reason == "https://pilot.example/api/health answers nothing."


def test_a_province_waits_a_day_for_its_dns_records(deployed_stack):
    publish(deployed_stack)
    # The province's own domain; a pilot's address comes with its API.
    found = replace(look(deployed_stack, fetch=lambda url: EMPTY), plan=make_plan("dong-thap"))
    assert healthy(found) == []
    assert "are the DNS records entered?" in "\n".join(table(found))
    later = replace(found, created_at=found.at - timedelta(hours=25))
    assert "answers nothing" in "".join(healthy(later))
    broken = replace(found, health=replace(found.health, status=500))
    assert "answers 500" in "".join(healthy(broken))


def test_a_function_without_a_live_version_is_named(deployed_stack):
    publish(deployed_stack)
    boto3.client("lambda").delete_function(FunctionName=deployed_stack.function("send_digests"))
    (reason,) = healthy(look(deployed_stack))
    assert "without a live version: send_digests" in reason


def test_an_alarm_that_rings_is_named(deployed_stack):
    publish(deployed_stack)
    ring("outbox-too-old", deployed_stack.ops_topic)
    assert healthy(look(deployed_stack)) == ["alarm outbox-too-old rings. See docs/ops/so-tay-truc-su-co.md"]


def test_alarms_of_silence_count_once_a_stack_is_old_enough_to_be_heard_of(deployed_stack):
    publish(deployed_stack)
    ring(f"{deployed_stack.prefix}-khong-co-lien-he", deployed_stack.ops_topic)
    found = look(deployed_stack)
    assert healthy(found) == []
    later = replace(found, created_at=found.at - timedelta(hours=27))
    assert "alarm dong-thap-pilot-khong-co-lien-he rings" in healthy(later)[0]


def test_the_alarm_of_another_stack_is_not_ours(deployed_stack):
    publish(deployed_stack)
    ring("outbox-too-old", "dong-thap-ops")
    assert healthy(look(deployed_stack)) == []


def test_failed_events_are_counted_and_redriven_next(deployed_stack):
    publish(deployed_stack)
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=deployed_stack.failed_queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    found = look(deployed_stack)
    assert found.failed == 1
    assert healthy(found) == [
        "1 events failed all their tries. Run: make redrive PROVINCE=dong-thap ENV=pilot"
    ]


def test_open_cases_and_waiting_messages_are_counted(deployed_stack):
    from chalicelib.domain.message import Delivery, Message
    from chalicelib.storage.message_record import message_to_record

    now = datetime.now(UTC)
    publish(deployed_stack)
    waiting = Message(
        id="1-1-sms",
        channel="sms",
        to="+84900000001",
        purpose="x",
        created_at=now,
        due_at=now - timedelta(minutes=90),
    )
    message_to_record(waiting).save()
    message_to_record(replace(waiting, id="1-2-sms", status=Delivery.UNCERTAIN)).save()
    message_to_record(replace(waiting, id="1-3-sms", status=Delivery.FAILED)).save()
    dynamodb = boto3.client("dynamodb")
    shelves = (
        {"open_agency": {"S": "a"}, "due_at": {"S": "2026"}},
        {"open_agency": {"S": "b"}, "due_at": {"S": "2026"}},
        {"desk": {"S": "1"}, "desk_order": {"S": "0"}},
        {"day": {"S": "2026-03-02"}},
    )
    for code, shelf in enumerate(shelves):
        dynamodb.put_item(
            TableName=deployed_stack.table("cases"),
            Item={"code": {"S": str(code)}, "item": {"S": "case"}, **shelf},
        )
    found = look(deployed_stack, now)
    assert (found.open_with_agencies, found.open_with_desk) == (2, 1)
    assert (found.uncertain, found.undelivered) == (1, 1)
    (reason,) = healthy(found)
    assert reason.startswith("a message has been due for 90 minutes")
    assert "84900000001" not in "\n".join(table(found))


def test_a_job_that_stopped_running_is_missed(deployed_stack):
    publish(deployed_stack)
    cloudwatch = boto3.client("cloudwatch")
    now = datetime.now(UTC)
    for function in FUNCTIONS:
        ago = timedelta(hours=2) if function.name == "do_wake_ups" else timedelta(minutes=6)
        cloudwatch.put_metric_data(
            Namespace="AWS/Lambda",
            MetricData=[
                {
                    "MetricName": "Invocations",
                    "Dimensions": [{"Name": "FunctionName", "Value": deployed_stack.function(function.name)}],
                    "Timestamp": now - ago,
                    "Value": 1,
                }
            ],
        )
    found = replace(look(deployed_stack, now), created_at=now - timedelta(days=3))
    assert healthy(found) == ["did not run in time: do_wake_ups. Look at their log groups and schedules."]


def test_a_hotline_that_does_not_take_up_the_directory_is_not_healthy(deployed_stack):
    version = publish(deployed_stack)
    now = datetime.now(UTC)
    assert healthy(look(deployed_stack, now, answering("before"))) == []
    late = replace(look(deployed_stack, now, answering("before")), published_at=now - timedelta(minutes=10))
    assert version not in "".join(healthy(late))
    assert healthy(late) == ["the hotline works with directory before, not the one in force."]
