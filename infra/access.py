"""What each function may do, statement by statement; whatever is not here is refused.

A transaction needs the rights of its single actions (DynamoDB has none of its own for it).
"""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from infra.functions import PUT, READ, UPDATE, Function, secret_names
from infra.plan import Plan

READING = {
    "cases": ("dynamodb:Query",),
    "outbox": ("dynamodb:BatchGetItem",),
    "inbox": ("dynamodb:BatchGetItem",),
    "directory": ("dynamodb:Query", "dynamodb:GetItem"),
    "stats": ("dynamodb:Query", "dynamodb:GetItem"),
}
"""Table → the calls its store reads with. No function scans or deletes, and none writes the directory: ops publish."""

LISTING = ("dynamodb:BatchGetItem",)
"""A list finds keys in an index and reads the items from the table."""

STREAMING = (
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)
"""On all streams of the table, as in Lambda's own example policy: a restored table has a stream of another address."""

SENDING = ("ses:SendEmail", "ses:SendRawEmail")
"""SendEmail (v2) of a mail we built ourselves is checked as SendRawEmail, the action it had in v1."""


def statements(
    function: Function,
    plan: Plan,
    *,
    tables: Mapping[str, cdk.CfnResource],
    buckets: Mapping[str, cdk.CfnResource],
    log_group: cdk.CfnResource,
    failed_queue: cdk.CfnResource,
    key: cdk.CfnResource | None,
) -> list[iam.PolicyStatement]:
    """Return the statements of the role of *function*; resources are the stack's own, never a bare star."""
    stack = cdk.Stack.of(log_group)
    found = [
        _allow("WriteItsLog", ("logs:CreateLogStream", "logs:PutLogEvents"), f"{arn(log_group)}"),
    ]
    if function.trigger != "http":  # what nobody waits for must not get lost
        found.append(_allow("ReportFailures", ("sqs:SendMessage",), arn(failed_queue)))
    for table, access in function.tables.items():
        actions = [
            *(READING[table] if READ in access else ()),
            *(LISTING if any(table == listed for listed, _ in function.lists) else ()),
            *(("dynamodb:PutItem",) if PUT in access else ()),
            *(("dynamodb:UpdateItem",) if UPDATE in access else ()),
        ]
        found.append(_allow(f"Table{table.capitalize()}", tuple(dict.fromkeys(actions)), arn(tables[table])))
    if function.lists:
        indexes = [f"{arn(tables[table])}/index/{index}" for table, index in function.lists]
        found.append(_allow("Lists", ("dynamodb:Query",), *indexes))
    if function.stream_of:
        found.append(_allow("ReadItsStream", STREAMING, f"{arn(tables[function.stream_of])}/stream/*"))
    if names := secret_names(function, plan):
        path = f"parameter{plan.parameters}"
        found.append(
            _allow(
                "ReadItsSecrets",
                ("ssm:GetParameters",),
                *(stack.format_arn(service="ssm", resource=f"{path}{name}") for name in names),
            )
        )
    files = arn(buckets["files"])
    if function.reads_files:
        found.append(
            _allow("ReadFiles", ("s3:GetObject",), *(f"{files}/{at}/*" for at in function.reads_files))
        )
    if function.writes_files:
        found.append(
            _allow("WriteFiles", ("s3:PutObject",), *(f"{files}/{at}/*" for at in function.writes_files))
        )
    if function.deletes_files:
        found.append(
            _allow("DeleteFiles", ("s3:DeleteObject",), *(f"{files}/{at}/*" for at in function.deletes_files))
        )
    if function.sends_mail:
        identity = stack.format_arn(service="ses", resource="identity", resource_name=plan.email_domain)
        through = stack.format_arn(service="ses", resource="configuration-set", resource_name=plan.stack_name)
        found.append(_allow("SendMail", SENDING, identity, through))
    if function.transcribes:
        jobs = stack.format_arn(
            service="transcribe", resource="transcription-job", resource_name=f"{plan.prefix}-*"
        )
        found.append(
            _allow("Transcribe", ("transcribe:StartTranscriptionJob", "transcribe:GetTranscriptionJob"), jobs)
        )
        recordings = arn(buckets["recordings"])
        found.append(_allow("Recordings", ("s3:GetObject", "s3:PutObject"), f"{recordings}/*"))
    if function.plays_recordings:
        found.append(_allow("PlayRecordings", ("s3:GetObject",), f"{arn(buckets['recordings'])}/calls/*"))
    if key is not None:
        found.append(_allow("UseTheKey", ("kms:Decrypt", "kms:GenerateDataKey"), arn(key)))
    return found


def arn(resource: cdk.CfnResource) -> str:
    """Return the ARN of *resource*, resolved when the stack is made."""
    return resource.get_att("Arn").to_string()


def cdn_mark() -> str:
    """
    Return what CloudFront shows the API that it is the stack's own: the random part of the stack's id.

    It stands in nothing the public sees, and stays the same as long as the stack does.
    """
    return cdk.Fn.select(2, cdk.Fn.split("/", cdk.Aws.STACK_ID))


def _allow(sid: str, actions: tuple[str, ...], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))
