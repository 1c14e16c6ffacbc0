"""Rules of the reviewers' tools that the stack breaks on purpose, each with its reason.

`cdk_nag` (AWS Solutions rules) and the CDK's own validation ask; tests/infra/test_review_tools.py holds that nothing
else is found and that no line here is idle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import aws_cdk as cdk

from infra.plan import Plan


@dataclass(frozen=True, slots=True)
class Accepted:
    """One rule broken by some resources."""

    rule: str
    """Id as the tool prints it."""
    where: str
    """Pattern of the paths of the constructs, below the stack."""
    reason: str


STREAMS = "A table has one stream; its address holds the moment it was switched on, and changes when it is restored."

PEOPLES_FILES = (
    "One folder of people's files, each under a key nobody can guess: the API lends addresses of them for minutes, "
    "the sweep makes them safe and deletes the originals."
)

EXCEPTIONS = (
    Accepted(
        "AwsSolutions::AwsSolutions-S1",
        r"(Files|Recordings)Bucket",
        "Access logs would hold the keys of personal files in one more place; CloudTrail can record who reads.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-SQS3",
        "FailedQueue",
        "It is the dead-letter queue of everything else; an alarm rings at the first message in it.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<FilesBucket.Arn>/inbound/*]",
        "App/ReceiveEmailRole",
        "One folder of mails, each under an id that the mail service makes up; nothing else in the bucket.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<FilesBucket.Arn>/reports/*]",
        "App/(SendOutbox|SweepOutbox|SendReports)Role",
        "One folder of report sheets, each named after its period; nothing else in the bucket.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<FilesBucket.Arn>/uploads/*]",
        "App/(APIHandler|SweepOutbox)Role",
        PEOPLES_FILES,
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<FilesBucket.Arn>/attachments/*]",
        "App/(APIHandler|SweepOutbox)Role",
        PEOPLES_FILES,
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<FilesBucket.Arn>/posters/*]",
        "App/APIHandlerRole",
        "One folder of posters, public by nature, named after their units; nothing else in the bucket.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<RecordingsBucket.Arn>/*]",
        "App/(SendOutbox|SweepOutbox)Role",
        "Recordings are named after their calls; only what fetches and transcribes them may touch them.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<RecordingsBucket.Arn>/calls/*]",
        "App/APIHandlerRole",
        "The desk's page lends an address of a case's recording for minutes; the API reads and changes none itself.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5"
        "[Resource::arn:<AWS::Partition>:transcribe:{region}:<AWS::AccountId>:transcription-job/{prefix}-*]",
        "App/(SendOutbox|SweepOutbox)Role",
        "Jobs are named after their recordings, below the province's own prefix.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<OutboxTable.Arn>/stream/*]",
        "App/SendOutboxRole",
        STREAMS,
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::<CasesTable.Arn>/stream/*]",
        "App/CountCasesRole",
        STREAMS,
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
        "DeployRole",
        "DescribeAlarms lists and takes no single resource; it tells names and states, no data.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-IAM4"
        "[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        "ApiLogRole",
        "The role is the whole account's; API Gateway takes none that may do less than Amazon's own policy for it.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-CFR1",
        "Distribution",
        "Citizens travel and live abroad; whoever may not ask is told by the hotline, not by the border.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-CFR2",
        "Distribution",
        "The firewall stands on the API behind it, in the stack's region; CloudFront's own would stand in us-east-1.",
    ),
    Accepted(
        "AwsSolutions::AwsSolutions-CFR3",
        "Distribution",
        "Its log would hold addresses of people and signed links; the API writes a log without them.",
    ),
    Accepted(
        "CloudFormation-Validate::E0001",
        r"Hotline/ChaliceApp/(SweepOutbox|DoWakeUps|SendDigests|RecountStats|SendReports)",
        "The validator cannot read a schedule with a dead-letter queue; the SAM translator and its tests can.",
    ),
)


def rule_of(one: Accepted, plan: Plan) -> str:
    """Return the rule's id as the tool prints it for the stack of *plan*."""
    return one.rule.replace("{region}", plan.region).replace("{prefix}", plan.prefix)


def acknowledge(stack: cdk.Stack, plan: Plan) -> None:
    """Tell the tools of each exception, on the resource it is for."""
    prefix = f"{stack.node.path}/"
    for construct in stack.node.find_all():
        path = construct.node.path.removeprefix(prefix)
        for one in EXCEPTIONS:
            if re.fullmatch(one.where, path):
                accepted = cdk.Acknowledgment(id=rule_of(one, plan), reason=one.reason)
                cdk.Validations.of(construct).acknowledge(accepted)
