"""Let every function serve its version before; the directory stays as it is."""

from __future__ import annotations

import argparse
from typing import TextIO

from infra import aws
from infra.functions import FUNCTIONS
from infra.plan import ALIAS, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rollback-code` has no options of its own."""


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Point the alias of every function to the version before; 1 = there is none, and nothing was changed."""
    client = aws.client("lambda", plan)
    steps: list[tuple[str, int, int]] = []
    for function in FUNCTIONS:
        name = plan.function(function.name)
        try:
            now = int(client.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])
        except client.exceptions.ResourceNotFoundException:
            print(f"There is no function {name} with an alias '{ALIAS}' in {plan.region}.", file=out)
            return 1
        earlier = [version for version in _versions(client, name) if version < now]
        if not earlier:
            print(f"{name} has no version before {now}; nothing was changed.", file=out)
            return 1
        steps.append((name, now, max(earlier)))
    for name, now, before in steps:
        client.update_alias(
            FunctionName=name,
            Name=ALIAS,
            FunctionVersion=str(before),
            RoutingConfig={"AdditionalVersionWeights": {}},  # a gradual change that was under way ends, too
        )
        print(f"{name}: {now} → {before}", file=out)
    print(
        f"{plan.stack_name} serves the versions before. Only code went back: tables, roles and settings of the stack "
        "are as deployed last. The next make deploy with other code goes forward again.",
        file=out,
    )
    return 0


def _versions(client: object, name: str) -> list[int]:
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)  # type: ignore[attr-defined]
    found = [one["Version"] for page in pages for one in page["Versions"]]
    return [int(version) for version in found if version.isdigit()]
