"""Choices of a pack that a test makes for a stack; few sets, because each costs a synthesis."""

from __future__ import annotations

from typing import Any

REGIONAL = "arn:aws:acm:ap-southeast-1:123456789012:certificate/0b5cad00-0000-4000-8000-000000000000"
"""A certificate as API Gateway takes it."""

OF_THE_CDN = REGIONAL.replace("ap-southeast-1", "us-east-1")
"""A certificate as CloudFront takes it."""

EVERYTHING: dict[str, Any] = {"own_key": True, "firewall": True, "cdn": True, "certificate": OF_THE_CDN}
"""All that costs extra."""

OWN_DOMAIN: dict[str, Any] = {
    "certificate": REGIONAL,
    "firewall": True,
    "requests_per_5_minutes": 300,
    "requests_per_second": 7,
    "requests_burst": 9,
    "rule_set": "chung",
}
"""API Gateway under the province's name, in an account that receives mail already."""
