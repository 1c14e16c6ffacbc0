"""What no function of the hotline may do, and what each may not that others may: calls to be refused, as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.storage.tables import create_table_arguments
from tests.infra.created import ACCOUNT

Call = Callable[[Any, Any], Any]
"""Does something with `client`, for a plan."""


def write(table: str) -> Call:
    return lambda client, plan: client("dynamodb").put_item(
        TableName=plan.table(table), Item={"code": {"S": "1"}, "item": {"S": "case"}, "id": {"S": "1"}}
    )


def read(table: str) -> Call:
    return lambda client, plan: client("dynamodb").query(
        TableName=table if "-" in table else plan.table(table),
        KeyConditionExpression="code = :c",
        ExpressionAttributeValues={":c": {"S": "1"}},
    )


def _on_table(name: str, table: str = "cases") -> Call:
    return lambda client, plan: getattr(client("dynamodb"), name)(TableName=plan.table(table))


def secret(name: str) -> Call:
    return lambda client, plan: client("ssm").get_parameters(
        Names=[name if "/" in name else plan.parameters + name], WithDecryption=True
    )


def mail(sender: str = "") -> Call:
    return lambda client, plan: client("sesv2").send_email(
        FromEmailAddress=sender or plan.email_sender,
        Destination={"ToAddresses": ["a@b.example"]},
        Content={"Raw": {"Data": b"Subject: x\r\n\r\nx"}},
    )


def _file(name: str, key: str, bucket: str = "files") -> Call:
    more = {"Body": b"x"} if name == "put_object" else {}
    return lambda client, plan: getattr(client("s3"), name)(
        Bucket=plan.bucket(bucket, ACCOUNT), Key=key, **more
    )


def _publish_a_pack(client: Any, plan: Any) -> Any:
    item = {"version": {"S": "current"}, "part": {"S": "head"}}
    return client("dynamodb").put_item(TableName=plan.table("directory"), Item=item)


def _delete_a_case(client: Any, plan: Any) -> Any:
    return client("dynamodb").delete_item(
        TableName=plan.table("cases"), Key={"code": {"S": "1"}, "item": {"S": "case"}}
    )


def _write_a_counter(client: Any, plan: Any) -> Any:
    item = {"scope": {"S": "province"}, "day": {"S": "2026-03-02"}}
    return client("dynamodb").put_item(TableName=plan.table("stats"), Item=item)


def in_a_transaction(client: Any, plan: Any) -> Any:
    """The single writes of a transaction are held against the rights, not the transaction as such."""
    item = {"code": {"S": "1"}, "item": {"S": "case"}}
    return client("dynamodb").transact_write_items(
        TransactItems=[{"Put": {"TableName": plan.table("cases"), "Item": item}}]
    )


def _log_of(function: str) -> Call:
    return lambda client, plan: client("logs").put_log_events(
        logGroupName=plan.log_group(function), logStreamName="x", logEvents=[{"timestamp": 1, "message": "x"}]
    )


def _create_a_table(client: Any, plan: Any) -> Any:
    return client("dynamodb").create_table(**create_table_arguments("cases", plan.table("cases") + "2"))


NOBODY_MAY: dict[str, Call] = {
    "read a whole table": _on_table("scan"),
    "read the whole outbox": _on_table("scan", "outbox"),
    "delete a table": _on_table("delete_table"),
    "make a table": _create_a_table,
    "delete a case": _delete_a_case,
    "publish a pack": _publish_a_pack,
    "read another province's cases": read("dong-nai-cases"),
    "read the pilot's cases": read("dong-thap-pilot-cases"),
    "read another province's secret": secret("/hotline/dong-nai/SECRET_KEY"),
    "read any other parameter": secret("/cdk-bootstrap/hnb659fds/version"),
    "list secrets": lambda client, plan: client("ssm").get_parameters_by_path(Path=plan.parameters),
    "change a secret": lambda client, plan: client("ssm").put_parameter(
        Name=plan.parameters + "SECRET_KEY", Value="x", Type="SecureString", Overwrite=True
    ),
    "delete a file": _file("delete_object", "reports/x.xlsx"),
    "see which files there are": lambda client, plan: client("s3").list_objects_v2(
        Bucket=plan.bucket("files", ACCOUNT)
    ),
    "delete a recording": _file("delete_object", "x.wav", "recordings"),
    "send mail in another's name": mail("a@another.example"),
    "make a role": lambda client, plan: client("iam").create_role(
        RoleName="x", AssumeRolePolicyDocument="{}"
    ),
    "take another role": lambda client, plan: client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/x", RoleSessionName="session"
    ),
    "change a function": lambda client, plan: client("lambda").update_function_configuration(
        FunctionName=plan.function("api_handler"), Timeout=1
    ),
    "start a function": lambda client, plan: client("lambda").invoke(
        FunctionName=plan.function("send_digests")
    ),
    "read a function's code": lambda client, plan: client("lambda").get_function(
        FunctionName=plan.function("api_handler")
    ),
    "ring the alarm itself": lambda client, plan: client("sns").publish(
        TopicArn=f"arn:aws:sns:{plan.region}:{ACCOUNT}:{plan.ops_topic}", Message="x"
    ),
    "read what could not be done": lambda client, plan: client("sqs").receive_message(
        QueueUrl=f"https://sqs.{plan.region}.amazonaws.com/{ACCOUNT}/{plan.failed_queue}"
    ),
    "change the stack": lambda client, plan: client("cloudformation").delete_stack(StackName=plan.stack_name),
}
"""What no function of the hotline may do, whoever calls it."""

MAY_NOT: dict[str, dict[str, Call]] = {
    "api_handler": {
        "send mail": mail(),
        "write a counter": _write_a_counter,
        "read mails as they came": _file("get_object", "inbound/x"),
        "read a report": _file("get_object", "reports/x.xlsx"),
        "change a recording": _file("put_object", "calls/x", "recordings"),
        "read a transcript": _file("get_object", "transcripts/x.json", "recordings"),
        "put a message on the failed queue": lambda client, plan: client("sqs").send_message(
            QueueUrl=f"https://sqs.{plan.region}.amazonaws.com/{ACCOUNT}/{plan.failed_queue}", MessageBody="x"
        ),
        "write another function's log": _log_of("send_outbox"),
    },
    "send_outbox": {
        "read a file as it was sent": _file("get_object", "uploads/x/1"),
        "store a file of a case": _file("put_object", "attachments/x/1.jpg"),
        "delete a file of a case": _file("delete_object", "attachments/x/1.jpg"),
        "list what came in": read("inbox"),
        "read mails as they came": _file("get_object", "inbound/x"),
        "write a file": _file("put_object", "reports/x.xlsx"),
        "write another function's log": _log_of("api_handler"),
    },
    "count_cases": {
        "write a case": write("cases"),
        "write a case within a transaction": in_a_transaction,
        "write a message": write("outbox"),
        "send mail": mail(),
        "read a secret": secret("SECRET_KEY"),
        "read a file": _file("get_object", "reports/x.xlsx"),
    },
    "receive_email": {
        "send mail": mail(),
        "read the SMS provider's token": secret("TWILIO_AUTH_TOKEN"),
        "write a file": _file("put_object", "inbound/x"),
        "read a recording": _file("get_object", "x.wav", "recordings"),
    },
    "take_mail_event": {
        "send mail": mail(),
        "read a secret": secret("SECRET_KEY"),
        "read what came in": read("inbox"),
    },
    "sweep_outbox": {
        "list what came in": read("inbox"),
        "write a file": _file("put_object", "reports/x.xlsx"),
    },
    "do_wake_ups": {
        "read the SMS provider's token": secret("TWILIO_AUTH_TOKEN"),
        "read the key of the links": secret("SECRET_KEY"),
        "send mail": mail(),
        "read messages": read("outbox"),
    },
    "send_digests": {
        "write a case": write("cases"),
        "write a case within a transaction": in_a_transaction,
        "read the SMS provider's token": secret("TWILIO_AUTH_TOKEN"),
        "send mail": mail(),
    },
    "recount_stats": {
        "write a case": write("cases"),
        "read a secret": secret("SECRET_KEY"),
        "send mail": mail(),
    },
    "send_reports": {
        "read a case": read("cases"),
        "write a counter": _write_a_counter,
        "send mail": mail(),
        "read a secret": secret("SECRET_KEY"),
        "write among the mails that came": _file("put_object", "inbound/x"),
    },
}
"""Function → what others may and it may not."""
