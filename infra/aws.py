"""Clients of the account a stack lives in."""

from __future__ import annotations

from typing import Any

from infra.plan import Plan


def client(service: str, plan: Plan) -> Any:
    """Return a client of *service* in the province's region, with the credentials of the terminal."""
    import boto3

    return boto3.client(service, region_name=plan.region)
