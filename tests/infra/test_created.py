"""The synthesized stack is created, and the main loop runs on it, each function with its own role and variables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import wiring
from chalicelib.settings import TABLES
from chalicelib.storage.directory_store import DirectoryStore
from chalicelib.storage.tables import STREAMS, create_table_arguments
from infra.functions import FUNCTIONS
from local.client_system import with_client
from packs import read_data
from tests.functional.gateway_server import running_provider
from tests.infra.created import ACCOUNT, Created, Process, create
from tests.infra.forbidden import MAY_NOT, NOBODY_MAY, in_a_transaction, mail, read, secret, write
from tests.infra.lived import CITIZEN, DESK, NEIGHBOUR, OFFICE, SECRETS, TAKEN, WARD, Province, live
from tests.unit.worktime import at


@pytest.fixture(scope="module")
def province(template: Any) -> Iterator[Province]:
    """Đồng Tháp's stack as created, its pack published and its secrets put there by ops."""
    made = template("dong-thap")
    moto = mock_aws(config={"lambda": {"use_docker": False}})
    with running_provider() as provider, pytest.MonkeyPatch.context() as patch:
        provider.answers = [TAKEN]
        patch.delenv("DYNAMODB_ENDPOINT")
        patch.setattr(wiring, "_clock", wiring._clock)  # put back at the end
        moto.start()
        try:
            stack = create(made, extra={"TWILIO_API_URL": provider.url}, now=datetime.now(UTC), patch=patch)
            prepare(stack)
            yield Province(stack, provider)
        finally:
            moto.stop()
            Process().wake()


def prepare(stack: Created) -> None:
    """What ops do after the first deploy."""
    ssm = stack.client("ssm")
    for name, value in SECRETS.items():
        ssm.put_parameter(Name=f"{stack.plan.parameters}{name}", Value=value, Type="SecureString")
    stack.client("ses").verify_domain_identity(Domain=stack.plan.email_domain)
    with pytest.MonkeyPatch.context() as ops:
        ops.setenv("PROVINCE", stack.plan.slug)
        ops.setenv("DIRECTORY_TABLE", stack.plan.table("directory"))
        Process().wake()
        DirectoryStore().publish(with_client(read_data(stack.plan.slug)), now=at("Mon 02/03/2026 07:00"))


@pytest.fixture(scope="module")
def lived(province: Province) -> Province:
    """The province after its first weeks: matters answered, given back, late, mailed; counted and reported."""
    live(province)
    province.refused_in_the_loop = list(province.stack.guard.refused)
    return province


def test_what_the_loop_needs_is_created(province):
    """And nothing of it was left out because something moto cannot make points at it."""
    kinds = ("DynamoDB::Table", "S3::Bucket", "SQS::Queue", "Lambda::Function", "IAM::Role", "Logs::LogGroup")
    kinds += ("Lambda::EventSourceMapping", "Events::Rule")
    assert {kind for kind in province.stack.left_out.values() if kind.removeprefix("AWS::") in kinds} == set()
    assert {province.stack.plan.function(one.name) for one in FUNCTIONS} == {
        one["FunctionName"] for one in province.stack.client("lambda").list_functions()["Functions"]
    }


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_created_with_its_keys_indexes_and_stream(province, name):
    """Expiry and recovery moto does not take from a template: test_tables.py holds them."""
    made = province.stack.client("dynamodb").describe_table(TableName=province.stack.plan.table(name))[
        "Table"
    ]
    wanted = create_table_arguments(name, province.stack.plan.table(name))
    assert made["KeySchema"] == wanted["KeySchema"]
    assert [index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])] == [
        index["IndexName"] for index in wanted.get("GlobalSecondaryIndexes", [])
    ]
    assert made.get("StreamSpecification", {}).get("StreamViewType") == STREAMS.get(name)
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["DeletionProtectionEnabled"]


def test_both_streams_start_their_functions_and_what_cannot_be_done_goes_to_the_queue(province):
    plan = province.stack.plan
    mappings = province.stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert {
        (one["EventSourceArn"].split("/")[1], one["FunctionArn"].rsplit(":", 1)[1]) for one in mappings
    } == {
        (plan.table("outbox"), plan.function("send_outbox")),
        (plan.table("cases"), plan.function("count_cases")),
    }
    for one in mappings:
        assert one["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert one["BisectBatchOnFunctionError"] and one["MaximumRetryAttempts"] > 0
        assert one["DestinationConfig"]["OnFailure"]["Destination"].endswith(f":{plan.failed_queue}")


def test_each_schedule_starts_its_job(province):
    events = province.stack.client("events")
    started = {
        target["Arn"].rsplit(":", 1)[1]: rule["ScheduleExpression"]
        for rule in events.list_rules()["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    }
    jobs = {one.name for one in FUNCTIONS if one.trigger == "schedule"}
    assert set(started) == {province.stack.plan.function(job) for job in jobs}
    assert started[province.stack.plan.function("send_digests")] == "cron(30 0 * * ? *)"


def test_every_function_has_a_log_that_is_kept_and_a_role_only_lambda_takes(province):
    stack = province.stack
    kept = {
        one["logGroupName"]: one["retentionInDays"]
        for one in stack.client("logs").describe_log_groups()["logGroups"]
    }
    for one in FUNCTIONS:
        assert kept[stack.plan.log_group(one.name)] >= stack.plan.logs_days
        role = stack.client("iam").get_role(RoleName=stack.role(one.name))["Role"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == (
            {"Service": "lambda.amazonaws.com"},
            "sts:AssumeRole",
        )
    assert len({stack.role(one.name) for one in FUNCTIONS}) == len(FUNCTIONS)


def test_a_matter_is_answered_from_the_link_in_the_mail_and_rated(lived):
    assert "Sa Dec" in lived.said
    (answer,) = lived.texts(CITIZEN)
    assert "Da va o ga sang nay." in answer
    rated = [row for row in lived.rows("cases") if "rating" in row]
    assert [row["rating"]["N"] for row in rated] == ["3"]


def test_a_matter_given_back_is_sent_on_and_answered_by_mail(lived):
    assert any("da chuyen So Xay dung" in text for text in lived.texts(NEIGHBOUR))
    assert {"answer": 1} in lived.did["receive_email"]


def test_what_did_not_arrive_is_on_the_desk_s_table(lived):
    """Told by Twilio later, by Twilio at once, by the mail service, and by Twilio in the sweep."""
    told = [mail for mail in lived.mails(DESK) if "Không gửi được tin" in mail["subject"]]
    assert len(told) == lived.statuses()["failed"] == 4


def test_who_is_late_is_reminded_listed_and_reported_to_the_office(lived):
    assert any("Nhắc hạn" in mail["subject"] for mail in lived.mails(WARD))
    assert any("Việc hôm nay" in mail["subject"] for mail in lived.mails(WARD))
    assert any("quá hạn" in mail["subject"] for mail in lived.mails(OFFICE))


def test_the_month_s_report_is_a_file_in_the_bucket_and_an_attachment(lived):
    (month,) = [mail for mail in lived.mails(OFFICE) if "tháng 3 năm 2026" in mail["subject"]]
    assert month["attachments"] == ["report-province-2026-03.xlsx"]
    bucket = lived.stack.plan.bucket("files", ACCOUNT)
    sheet = lived.stack.client("s3").get_object(Bucket=bucket, Key=f"reports/{month['attachments'][0]}")
    assert sheet["Body"].read(2) == b"PK"


def test_every_message_was_sent_or_is_with_the_desk(lived):
    assert set(lived.statuses()) == {"sent", "delivered", "failed"}


def test_no_call_of_the_loop_was_refused(lived):
    assert lived.refused_in_the_loop == []
    assert {one.name for one in FUNCTIONS} == {
        lived.stack.function_of(used.role) for used in lived.stack.guard.used
    }


BY_LAMBDA = {
    ("logs:CreateLogStream", "log-group"): "Lambda writes the function's log",
    ("logs:PutLogEvents", "log-group"): "Lambda writes the function's log",
    ("sqs:SendMessage", "dong-thap-failed"): "Lambda reports what no try could do",
}
_CALLS = {
    ("s3:GetObject", "recordings"): "recordings of calls become text",
    ("s3:PutObject", "recordings"): "recordings of calls become text",
    ("transcribe:StartTranscriptionJob", "transcription-job"): "recordings of calls become text",
    ("transcribe:GetTranscriptionJob", "transcription-job"): "recordings of calls become text",
}
_PLACES = {
    ("dynamodb:BatchGetItem", "table inbox"): "an officer's phone is kept for a call-back",
    ("dynamodb:PutItem", "table inbox"): "an officer's phone is kept for a call-back",
}
NOT_IN_THE_LOOP: dict[str, dict[tuple[str, str], str]] = {
    "api_handler": {
        ("s3:GetObject", "recordings calls"): "the desk hears a recording",
        ("dynamodb:GetItem", "table stats"): "one reading right for all who read the counters",
        ("s3:GetObject", "files posters"): "a poster is opened by its signed address",
        ("s3:GetObject", "files attachments"): "an attached file likewise",
        ("s3:PutObject", "files uploads"): "a browser puts a file there by a signed form",
    },
    "send_outbox": _CALLS
    | _PLACES
    | {
        ("s3:GetObject", "files reports"): "reports; in the loop the sweep was faster",
        ("dynamodb:ListStreams", "stream of outbox"): "Lambda looks for the stream",
    },
    "sweep_outbox": _CALLS
    | _PLACES
    | {
        ("s3:DeleteObject", "files attachments"): "a file stored for a case that then took no more",
    },
    "count_cases": {
        ("dynamodb:Query", "table stats"): "one reading right for all who read the counters",
        ("dynamodb:ListStreams", "stream of cases"): "Lambda looks for the stream",
    },
    "take_mail_event": {("dynamodb:GetItem", "table directory"): "a new version after a minute"},
    "do_wake_ups": {
        ("dynamodb:UpdateItem", "table cases"): "a step that failed is put off",
        ("dynamodb:BatchGetItem", "table cases"): "one reading right for all who go through a list",
    },
    "send_digests": {
        ("dynamodb:GetItem", "table directory"): "a new version after a minute",
        ("dynamodb:Query", "table cases"): "one reading right for all who read cases",
    },
    "send_reports": {
        ("dynamodb:GetItem", "table directory"): "a new version after a minute",
        ("dynamodb:GetItem", "table stats"): "one reading right for all who read the counters",
    },
}
"""Function → rights it has that the loop does not need, and what they are for. Any other right must be in use."""


@pytest.mark.parametrize("function", [one.name for one in FUNCTIONS])
def test_no_function_has_a_right_nobody_can_give_a_reason_for(lived, function):
    unused = lived.stack.granted(function) - lived.stack.used(function)
    by_lambda = {
        right: why
        for right, why in BY_LAMBDA.items()
        if function != "api_handler" or right[0] != "sqs:SendMessage"
    }
    assert unused == set(by_lambda | NOT_IN_THE_LOOP.get(function, {}))


@pytest.mark.parametrize("function", [one.name for one in FUNCTIONS])
def test_what_is_not_its_business_is_refused(province, function):
    plan = province.stack.plan
    with province.stack.acting(function) as process:
        for what, call in (NOBODY_MAY | MAY_NOT[function]).items():
            assert (what, province.stack.outcome(partial(call, process.client, plan))) == (what, "refused")


def test_a_call_that_is_allowed_is_not_refused(province):
    """Else the tests above would show nothing."""
    plan = province.stack.plan
    with province.stack.acting("send_outbox") as process:
        for allowed in (read("cases"), write("cases"), mail(), secret("SECRET_KEY"), in_a_transaction):
            assert province.stack.outcome(partial(allowed, process.client, plan)) == "done"


@pytest.mark.parametrize("function", [one.name for one in FUNCTIONS])
def test_no_secret_and_no_variable_of_another_is_in_the_environment(province, function):
    variables = province.stack.environment(function)
    for value in variables.values():
        assert not any(secret in value for secret in SECRETS.values())
    tables = {f"{table.upper()}_TABLE" for table in TABLES}
    assert {name for name in variables if name in tables} == {
        f"{table.upper()}_TABLE" for table in _tables(function)
    }


def _tables(function: str) -> set[str]:
    return set(next(one.tables for one in FUNCTIONS if one.name == function))
