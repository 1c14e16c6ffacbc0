"""Remove a stack; tables, buckets, keys and logs stay, and are named."""

from __future__ import annotations

import argparse
from typing import TextIO

from botocore.exceptions import WaiterError

from infra import aws
from infra.changes import deployed_template
from infra.plan import Plan

BY_HAND = {
    "AWS::DynamoDB::Table": "aws dynamodb update-table --no-deletion-protection-enabled --table-name {0} --region {1} "
    "&& aws dynamodb delete-table --table-name {0} --region {1}",
    "AWS::S3::Bucket": "empty it, every version (S3 console, Empty), then: "
    "aws s3api delete-bucket --bucket {0} --region {1}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --pending-window-in-days 30 --key-id {0} --region {1}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {0} --region {1}",
}
"""Type → how a person deletes one, once its content is no longer needed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `destroy`."""
    parser.add_argument("--confirm", default="", metavar="STACK", help="the stack's name, typed out")
    parser.add_argument("--also-production", action="store_true", help="even the one that serves people")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Remove the stack; 1 = refused or failed, and why."""
    if plan.is_production and not args.also_production:
        print(f"{plan.stack_name} serves people. To remove it all the same: ALSO_PRODUCTION=1.", file=out)
        return 1
    if args.confirm != plan.stack_name:
        print(
            f"This removes {plan.stack_name} in {plan.region}. If you mean it: CONFIRM={plan.stack_name}",
            file=out,
        )
        return 1
    stack = aws.find_stack(plan)
    if stack is None:
        print(f"There is no stack {plan.stack_name} in {plan.region}.", file=out)
        return 1
    who, kept = aws.identity(plan), _kept(plan, stack)
    print(f"Removing {plan.stack_name} of account {who.account}, {plan.region} …", file=out, flush=True)
    cloudformation = aws.client("cloudformation", plan)
    cloudformation.delete_stack(StackName=plan.stack_name)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=plan.stack_name)
    except WaiterError as failed:
        print(f"It is not removed: {failed}. CloudFormation, {plan.stack_name}, Events, says why.", file=out)
        return 1
    print(
        f"{plan.stack_name} is removed. What holds data has stayed; by hand, when it is no longer needed:",
        file=out,
    )
    for kind, name in kept:
        print(f"  {name}\n    {BY_HAND.get(kind, kind).format(name, plan.region)}", file=out)
    return 0


def _kept(plan: Plan, stack: aws.Stack) -> list[tuple[str, str]]:
    """Type and name of what the template keeps when the stack goes, or has kept when its first deploy failed."""
    resources = deployed_template(plan).get("Resources", {})
    keeping = {"Retain"} if stack.status in aws.NEVER_WAS else {"Retain", "RetainExceptOnCreate"}
    return [
        (kind, physical)
        for logical, kind, physical in stack.resources
        if physical and resources.get(logical, {}).get("DeletionPolicy") in keeping
    ]
