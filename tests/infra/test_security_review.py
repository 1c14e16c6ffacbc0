"""The fifty questions of docs/ops/security.md, each answered by a fact of the template."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.infra import security_facts as facts
from tests.infra.security_facts import BUCKET, FUNCTION, KEY, LOGS, QUEUE, TABLE, every, nobody, none, only

DOC = Path(__file__).resolve().parents[2] / "docs" / "ops" / "security.md"

EVERYTHING = {
    "own_key": True,
    "firewall": True,
    "certificate": "arn:aws:acm:ap-southeast-1:123456789012:certificate/0b5cad00-0000-4000-8000-000000000000",
}
"""What a pack may choose on top; questions about it are asked of a stack that has it."""


def private(bucket: dict[str, Any]) -> bool:
    blocked = bucket["PublicAccessBlockConfiguration"]
    return len(blocked) == 4 and all(blocked.values())


def own_key(resource: dict[str, Any]) -> bool:
    return "DataKey" in str(resource)


def stage_setting(name: str) -> Any:
    return every(
        "AWS::ApiGateway::Stage",
        lambda one: any(setting.get(name) for setting in one.get("MethodSettings", ())),
    )


def default(fact: Any) -> tuple[Any, dict[str, Any]]:
    return fact, {}


def chosen(fact: Any) -> tuple[Any, dict[str, Any]]:
    return fact, EVERYTHING


QUESTIONS: list[tuple[str, tuple[Any, dict[str, Any]]]] = [
    # What holds data
    (
        "Can every table be restored to any second of the last 35 days?",
        default(
            every(TABLE, lambda one: one["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
        ),
    ),
    (
        "Is every table protected against deletion by hand?",
        default(every(TABLE, lambda one: one["DeletionProtectionEnabled"])),
    ),
    (
        "Can a province encrypt its tables under a key of its own?",
        chosen(every(TABLE, lambda one: own_key(one["SSESpecification"]))),
    ),
    ("Is every bucket closed to the public in all four ways?", default(every(BUCKET, private))),
    (
        "Is every bucket encrypted at rest?",
        default(every(BUCKET, lambda one: one["BucketEncryption"]["ServerSideEncryptionConfiguration"])),
    ),
    (
        "Can a province encrypt its files and recordings under a key of its own?",
        chosen(every(BUCKET, lambda one: own_key(one["BucketEncryption"]))),
    ),
    (
        "Are access lists of single objects switched off?",
        default(
            every(
                BUCKET,
                lambda one: one["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}],
            )
        ),
    ),
    (
        "Can an overwritten file be brought back?",
        default(every(BUCKET, lambda one: one["VersioningConfiguration"]["Status"] == "Enabled")),
    ),
    ("Do buckets answer over TLS only?", default(facts.only_over_tls("AWS::S3::BucketPolicy"))),
    (
        "Are raw mails forgotten after their time?",
        default(facts.lifecycle("inbound/", lambda plan: plan.inbound_mail_days)),
    ),
    (
        "Are report sheets forgotten after their time?",
        default(facts.lifecycle("reports/", lambda plan: plan.reports_days)),
    ),
    (
        "Are recordings forgotten after their time?",
        default(facts.lifecycle("", lambda plan: plan.recordings_days)),
    ),
    (
        "Do messages expire by themselves?",
        default(
            lambda template: [
                name
                for name in ("OutboxTable", "InboxTable")
                if not template.resources[name]["Properties"]["TimeToLiveSpecification"]["Enabled"]
            ]
        ),
    ),
    (
        "Does the province's own key turn every year?",
        chosen(every(KEY, lambda one: one["EnableKeyRotation"])),
    ),
    (
        "Does a key that somebody deletes wait the longest time there is?",
        chosen(every(KEY, lambda one: one["PendingWindowInDays"] == 30)),
    ),
    # Who may do what
    ("Has each function a role of its own?", default(facts.one_role_each)),
    ("May Lambda alone take on these roles?", default(facts.only_lambda_takes_the_roles)),
    ("Is every action allowed by its name, none by a star?", default(facts.no_starred_action)),
    ("Is every right of a function tied to named resources?", default(facts.no_starred_resource)),
    ("Does no function have a ready-made policy?", default(facts.no_ready_made_policy)),
    (
        "May no function create, delete or empty a table, or read one as a whole?",
        default(
            nobody(
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:UpdateTable",
                "dynamodb:Scan",
                "dynamodb:PartiQLDelete",
            )
        ),
    ),
    (
        "May no function list a bucket, or delete a file but the sweep what people sent?",
        default(
            lambda template: nobody("s3:ListBucket")(template) + facts.deletes_only_what_people_sent(template)
        ),
    ),
    (
        "May no function change rights?",
        default(nobody("iam:PassRole", "iam:PutRolePolicy", "sts:AssumeRole")),
    ),
    ("May only the senders send mail?", default(only("ses:SendEmail", "send_outbox", "sweep_outbox"))),
    (
        "May only the senders fetch recordings and have them written down?",
        default(only("transcribe:StartTranscriptionJob", "send_outbox", "sweep_outbox")),
    ),
    ("May what counts cases not change them?", default(facts.cannot_write("count_cases", "cases"))),
    ("May what recounts not change cases?", default(facts.cannot_write("recount_stats", "cases"))),
    (
        "May what a citizen reaches not change the directory?",
        default(facts.cannot_write("api_handler", "directory")),
    ),
    ("Does each function write to its own log only?", default(facts.writes_only_its_own_log)),
    (
        "Is no user, group or access key made?",
        default(lambda t: none("AWS::IAM::User")(t) + none("AWS::IAM::AccessKey")(t)),
    ),
    ("Does a stack name no other province?", default(facts.nowhere("dong-nai"))),
    # Secrets
    ("Does no function carry a secret in its environment?", default(facts.no_secret_in_the_environment)),
    ("Does each function read only the secrets it needs?", default(facts.secrets_only_where_needed)),
    ("Is no secret resolved into the template?", default(facts.nowhere(r"\{\{resolve:|NoEcho|SecretString"))),
    (
        "Is no parameter that the stack makes a secret?",
        default(
            lambda template: [
                name
                for name, one in template.of_type("AWS::SSM::Parameter").items()
                if not one["Properties"]["Name"].endswith("/PUBLIC_URL")
            ]
        ),
    ),
    # Ways in
    (
        "Is the API regional, so that the province's choice of region holds?",
        default(
            every(
                "AWS::ApiGateway::RestApi", lambda one: one["EndpointConfiguration"]["Types"] == ["REGIONAL"]
            )
        ),
    ),
    ("Is there a limit on requests to the whole?", default(stage_setting("ThrottlingRateLimit"))),
    ("Is there an access log without anything personal?", default(facts.access_log_without_people)),
    (
        "Does the province's domain refuse old TLS?",
        chosen(
            every(
                "AWS::ApiGateway::DomainName",
                lambda one: str(one["SecurityPolicy"]).startswith(
                    ("TLS_1_2", "TLS_1_3", "SecurityPolicy_TLS")
                ),
            )
        ),
    ),
    (
        "Can one address be stopped when it asks too often?",
        chosen(
            every(
                "AWS::WAFv2::WebACL",
                lambda one: any("RateBasedStatement" in rule["Statement"] for rule in one["Rules"]),
            )
        ),
    ),
    ("Does no function have an address of its own?", default(none("AWS::Lambda::Url"))),
    (
        "May only services call a function, and only for our own resources?",
        default(facts.services_only_with_a_source),
    ),
    # Mail
    (
        "Is mail signed by the province's domain?",
        default(every("AWS::SES::EmailIdentity", lambda one: one["DkimAttributes"]["SigningEnabled"])),
    ),
    (
        "Does mail leave over TLS or not at all?",
        default(
            every("AWS::SES::ConfigurationSet", lambda one: one["DeliveryOptions"]["TlsPolicy"] == "REQUIRE")
        ),
    ),
    (
        "Is mail that comes in searched for viruses and spam?",
        default(every("AWS::SES::ReceiptRule", lambda one: one["Rule"]["ScanEnabled"])),
    ),
    # Keeping watch
    ("Is whatever fails for good kept, and never tried for ever?", default(facts.failures_are_kept)),
    (
        "Is the queue of failures encrypted, kept for 14 days and reached over TLS only?",
        default(
            lambda template: (
                every(
                    QUEUE,
                    lambda one: one["SqsManagedSseEnabled"] and one["MessageRetentionPeriod"] == 1209600,
                )(template)
                + facts.only_over_tls("AWS::SQS::QueuePolicy")(template)
            )
        ),
    ),
    (
        "Does every alarm reach a person?",
        default(every("AWS::CloudWatch::Alarm", lambda one: "OpsTopic" in str(one["AlarmActions"]))),
    ),
    (
        "Do logs have an end?",
        default(every(LOGS, lambda one: one["RetentionInDays"] > 0)),
    ),
    (
        "Is every caller sent to a published version, so that a deploy can be taken back?",
        default(facts.calls_only_the_alias),
    ),
]


def test_there_are_fifty_questions_and_the_document_asks_the_same():
    asked = re.findall(r"^\| (\d+) \| (.+?) \|", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert [question for _, question in asked] == [question for question, _ in QUESTIONS]
    assert [int(number) for number, _ in asked] == list(range(1, 51))


def test_the_document_names_every_role_that_belongs_to_no_function(template):
    made = template("dong-thap", **EVERYTHING)
    others = {
        name
        for name, role in made.of_type(facts.ROLE).items()
        if role not in facts.function_roles(made).values()
    }
    text = DOC.read_text(encoding="utf-8")
    assert others == {name for name in ("ApiLogRole", "DeployRole") if f"`{name}`" in text}


@pytest.mark.parametrize(("question", "answer"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_the_template_says_yes(template, question, answer):
    fact, choices = answer
    assert fact(template("dong-thap", **choices)) == []


@pytest.mark.parametrize("function", ["api_handler", "send_outbox", "count_cases"])
def test_the_facts_notice_a_right_too_many(template, function):
    """Each check can fail: a role that may do everything contradicts several of them."""
    import copy

    made = template("dong-thap")
    role = copy.deepcopy(facts.function_roles(made)[function])
    role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    )

    class Widened:
        plan = made.plan

        @staticmethod
        def of_type(kind: str) -> dict[str, Any]:
            found = dict(made.of_type(kind))
            if kind == facts.ROLE:
                found = {
                    name: role if one == facts.function_roles(made)[function] else one
                    for name, one in found.items()
                }
            return found

    assert facts.no_starred_action(Widened) and facts.no_starred_resource(Widened)
    assert every(FUNCTION, lambda one: one["Timeout"] > 10_000)(made)
