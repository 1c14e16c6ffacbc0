"""What of a stack holds data, and the stack policy that lets no update replace or delete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HOLDS_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup")
"""Types that are never replaced or deleted; whoever adds a type that holds data adds it here."""


def data_resources(template: Mapping[str, Any]) -> list[str]:
    """Return the logical ids of what holds data in a template, sorted."""
    return sorted(name for name, one in template["Resources"].items() if one["Type"] in HOLDS_DATA)


def stack_policy(template: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the policy a stack gets after its first deploy: every update but one that would replace or delete data.

    It is the second lock: the first is that no name of such a resource ever changes (tests/infra/kept.json).
    """
    return {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Action": ["Update:Replace", "Update:Delete"],
                "Principal": "*",
                "Resource": [f"LogicalResourceId/{name}" for name in data_resources(template)],
            },
        ]
    }
