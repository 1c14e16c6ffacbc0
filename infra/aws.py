"""The account a stack lives in: clients in the province's region, who is asking, and what is deployed there.

Another engine than Amazon's is named the SDK's own way: AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_<SERVICE>.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.plan import Plan


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the credentials of this terminal belong to."""

    account: str
    """12 digits."""
    arn: str


NEVER_WAS = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
"""States of a stack whose first deploy ended before there was anything; the CDK's tool makes it anew."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it is deployed."""

    name: str
    status: str
    """CloudFormation's word, e.g. UPDATE_COMPLETE."""
    outputs: dict[str, str]
    resources: tuple[tuple[str, str, str], ...]
    """Logical id, type and physical id of each."""
    tags: dict[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    """When the last change of it began; its birth before the first."""

    def of_type(self, kind: str) -> list[str]:
        """Return the physical ids of the resources of a type, e.g. `AWS::DynamoDB::Table`."""
        return [physical for _, found, physical in self.resources if found == kind]


def client(service: str, plan: Plan, *, region: str | None = None) -> Any:
    """Return a client of *service* with the credentials of the terminal, in the province's region unless named."""
    import boto3

    return boto3.client(service, region_name=region or plan.region)


def identity(plan: Plan) -> Identity:
    """Return whose account this is."""
    found = client("sts", plan).get_caller_identity()
    return Identity(found["Account"], found["Arn"])


def find_stack(plan: Plan, name: str | None = None) -> Stack | None:
    """Return the deployed stack of *plan*, or the one called *name* in its region; None = there is none."""
    from botocore.exceptions import ClientError

    cloudformation, name = client("cloudformation", plan), name or plan.stack_name
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # the service's word for "does not exist"
            return None
        raise
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    return Stack(
        name,
        found["StackStatus"],
        {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
        tuple(
            (one["LogicalResourceId"], one["ResourceType"], one.get("PhysicalResourceId", ""))
            for page in pages
            for one in page["StackResourceSummaries"]
        ),
        {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
        found.get("LastUpdatedTime") or found["CreationTime"],
    )


def serving_stack(plan: Plan) -> Stack | None:
    """Return the deployed stack of *plan*, or None where there is none or its first deploy failed."""
    stack = find_stack(plan)
    return None if stack and stack.status in NEVER_WAS else stack
