"""What a region has to have for a province's stack, and which regions have it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from infra.plan import Plan
from packs.problem import did_you_mean

SERVICES = {
    "dynamodb": "the tables",
    "lambda": "the functions",
    "apigateway": "the API",
    "s3": "files and recordings",
    "kms": "encryption",
    "sqs": "the queue of failures",
    "sns": "alarms",
    "events": "schedules",
    "logs": "logs",
    "cloudwatch": "alarms and the dashboard",
    "ssm": "secrets",
    "cloudformation": "the stack itself",
    "sesv2": "mail",
}
"""Service, by the SDK's name, and what it is for."""

INBOUND_MAIL = (
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)
"""Regions in which SES receives mail (AWS General Reference, Amazon SES endpoints, "Email receiving endpoints").

The SDK does not know them. The list grows: whoever finds another region there adds it here.
"""


def problems(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what the plan's region lacks, each with its remedy."""
    needed = dict(SERVICES)
    if plan.firewall:
        needed["wafv2"] = "the firewall"
    if plan.is_production:
        needed |= {"codedeploy": "the gradual change of versions", "acm": "the certificate"}
    known = regions_of("dynamodb")
    if plan.region not in known:
        guess = did_you_mean(plan.region, known)
        yield f"there is no region '{plan.region}'.", guess or "Singapore is ap-southeast-1."
        return
    lacking = [
        f"{service} ({use})" for service, use in needed.items() if plan.region not in regions_of(service)
    ]
    if lacking:
        yield f"{plan.region} has no {', '.join(lacking)}.", "Choose another region, e.g. ap-southeast-1."
    if plan.receives_mail and plan.region not in INBOUND_MAIL:
        yield (
            f"{plan.region} is not known to receive mail.",
            f"Choose one of {', '.join(INBOUND_MAIL)}, or set mail: {{receive: false}} in deploy.yaml. "
            "If AWS lists it by now, add it to infra/regions.py.",
        )


def regions_of(service: str) -> list[str]:
    """Return the regions of a service that the SDK knows, without China's and the US government's own."""
    found: list[str] = _session().get_available_regions(service)
    return found


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()  # reads its list of endpoints once, which takes a while
