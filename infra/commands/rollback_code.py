"""Let every function serve the code before; the directory stays as it is."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, TextIO

from infra import aws
from infra.functions import FUNCTIONS
from infra.plan import ALIAS, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rollback-code` has no options of its own."""


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Point the alias of every function to the code before; 1 = it cannot be done, and nothing was changed."""
    client = aws.client("lambda", plan)
    steps: list[tuple[str, int, int]] = []
    for function in FUNCTIONS:
        name = plan.function(function.name)
        try:
            alias = client.get_alias(FunctionName=name, Name=ALIAS)
        except client.exceptions.ResourceNotFoundException:
            print(f"There is no function {name} with an alias '{ALIAS}' in {plan.region}.", file=out)
            return 1
        if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
            # CodeDeploy would finish what it began, over whatever is set here.
            print(
                f"{plan.stack_name} is being deployed; nothing was changed. Stop that, and it goes back by itself: "
                f"aws cloudformation cancel-update-stack --stack-name {plan.stack_name} --region {plan.region}",
                file=out,
            )
            return 1
        now = int(alias["FunctionVersion"])
        before = _before(_codes(client, name), now)
        if before is None:
            print(f"{name} has no other code before version {now}; nothing was changed.", file=out)
            return 1
        steps.append((name, now, before))
    for name, now, before in steps:
        client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=str(before))
        print(f"{name}: {now} → {before}", file=out)
    print(
        f"{plan.stack_name} serves the code before. Only code went back: tables, roles and settings of the stack "
        "are as deployed last. The next make deploy with other code goes forward again.",
        file=out,
    )
    return 0


def _before(codes: Mapping[int, str], now: int) -> int | None:
    """
    Return the newest version with other code than *now*; None = there is none.

    A changed setting publishes a version of one function alone: the number before would be other code for some
    functions and the same for others.
    """
    return max(
        (version for version, code in codes.items() if version < now and code != codes[now]), default=None
    )


def _codes(client: Any, name: str) -> dict[int, str]:
    """Published version of a function → version of the package it runs."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    return {
        int(one["Version"]): one.get("Environment", {}).get("Variables", {}).get("CODE_VERSION", "")
        for page in pages
        for one in page["Versions"]
        if one["Version"].isdigit()
    }
