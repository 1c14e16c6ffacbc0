"""What of a stack is there before it: data that an earlier one has left, and names that somebody else has taken.

CloudFormation cannot make a resource again under its name; a deploy would find that out after minutes, half-way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.settings import TABLES
from infra import aws
from infra.plan import BUCKETS, Plan
from packs import Problem

NOT_THERE = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "NotFoundException",
        "RuleDoesNotExist",
        "RuleSetDoesNotExist",
        "RuleDoesNotExistException",
        "RuleSetDoesNotExistException",
    }
)
"""How the services say that a name is free."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A name a stack needs, of a thing without data that a person may have made before."""

    what: str
    service: str
    name: str
    ask: Callable[[Any], object]
    """Asks a client of the service for it; fails where it is not there."""
    delete: str
    """The command that frees the name."""


def names(plan: Plan) -> Iterator[Taken]:
    """Yield the names of *plan* that a person may have taken by hand, or that stay when a removal is broken off."""
    domain, through, queue = plan.email_domain, plan.stack_name, plan.failed_queue
    yield Taken(
        "identity of SES",
        "sesv2",
        domain,
        lambda client: client.get_email_identity(EmailIdentity=domain),
        f"aws sesv2 delete-email-identity --email-identity {domain}",
    )
    yield Taken(
        "configuration set of SES",
        "sesv2",
        through,
        lambda client: client.get_configuration_set(ConfigurationSetName=through),
        f"aws sesv2 delete-configuration-set --configuration-set-name {through}",
    )
    yield Taken(
        "queue",
        "sqs",
        queue,
        lambda client: client.get_queue_url(QueueName=queue),
        f"aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name {queue} --output text "
        f"--region {plan.region})",
    )
    if plan.receives_mail:
        yield Taken(
            "receipt rule of SES",
            "ses",
            through,
            lambda client: client.describe_receipt_rule(RuleSetName=plan.rule_set, RuleName=through),
            f"aws ses delete-receipt-rule --rule-set-name {plan.rule_set} --rule-name {through}",
        )
    if plan.is_production and not plan.cdn:
        yield Taken(
            "domain name of API Gateway",
            "apigateway",
            plan.domain,
            lambda client: client.get_domain_name(domainName=plan.domain),
            f"aws apigateway delete-domain-name --domain-name {plan.domain}",
        )


def problems(plan: Plan, account: str, *, failed: bool) -> Iterator[Problem]:
    """
    Yield what stands in the way of a stack that is not there.

    Args:
        plan: The stack.
        account: 12 digits, part of the names of buckets.
        failed: Whether a first deploy left what is there.
    """
    there = [*_tables(plan), *_buckets(plan, account), *_log_groups(plan)]
    if there and failed:
        also = " ALSO_PRODUCTION=1" if plan.is_production else ""
        yield Problem(
            f"stack {plan.stack_name}",
            0,
            f"its first deploy failed, and of it have stayed: {', '.join(there)}.",
            f"Run: make destroy {plan.words} CONFIRM={plan.stack_name}{also}; it names the command that deletes each.",
        )
    elif there:
        yield Problem(
            f"account, {plan.region}",
            0,
            f"there is no stack {plan.stack_name}, but of an earlier one have stayed: {', '.join(there)}.",
            "Take them into the new stack or delete them: docs/ops/first-province.md, 'When a stack was removed'.",
        )
    yield from _taken(plan)


def _tables(plan: Plan) -> Iterator[str]:
    dynamodb = aws.client("dynamodb", plan)
    for table in map(plan.table, TABLES):
        with suppress(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.describe_table(TableName=table)
            yield table


def _buckets(plan: Plan, account: str) -> Iterator[str]:
    mine = {one["Name"] for one in aws.client("s3", plan).list_buckets()["Buckets"]}
    return (name for name in (plan.bucket(bucket, account) for bucket in BUCKETS) if name in mine)


def _log_groups(plan: Plan) -> Iterator[str]:
    pages = aws.client("logs", plan).get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=plan.log_group("")):
        yield from (group["logGroupName"] for group in page["logGroups"])


def _taken(plan: Plan) -> Iterator[Problem]:
    for one in names(plan):
        try:
            one.ask(aws.client(one.service, plan))
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_THERE:
                raise
            continue
        what = f"the {one.what} is there already; {plan.stack_name} makes its own."
        yield Problem(one.name, 0, what, f"If nothing else uses it: {one.delete} --region {plan.region}")
