"""Let every function serve the code before; the directory stays as it is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from infra import aws
from infra.functions import FUNCTIONS
from infra.plan import ALIAS, Plan

LEADS = "api_handler"
"""The function whose versions say what the code before is; it goes back last, so that a second try finishes a first."""


@dataclass(frozen=True, slots=True)
class Served:
    """What callers of one function meet, and what they could."""

    name: str
    """As in app.py."""
    now: int
    """The version behind the alias."""
    codes: dict[int, str]
    """Published version → version of the package it runs."""

    def version_of(self, code: str) -> int | None:
        """Return the version that serves *code*: the present one or the newest before it; None = there is none."""
        if self.codes[self.now] == code:
            return self.now
        return max((one for one, runs in self.codes.items() if one < self.now and runs == code), default=None)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rollback-code` has no options of its own."""


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Point the alias of every function to the code before; 1 = it cannot be done, and nothing was changed."""
    client = aws.client("lambda", plan)
    found: list[Served] = []
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
        found.append(Served(function.name, int(alias["FunctionVersion"]), _codes(client, name)))
    code = code_before(found)
    if code is None:
        print(
            f"{plan.stack_name} has no code before the present one that all its functions have; nothing was changed. "
            f"Check the code out that you want, and: make deploy {plan.words}",
            file=out,
        )
        return 1
    for one in sorted(found, key=lambda one: one.name == LEADS):
        before = one.version_of(code)
        if before == one.now:
            continue
        name = plan.function(one.name)
        client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=str(before))
        print(f"{name}: {one.now} → {before}", file=out)
    print(
        f"{plan.stack_name} serves the code before, {code}. Only code went back: tables, roles and settings of the "
        "stack are as deployed last. The next make deploy with other code goes forward again.",
        file=out,
    )
    return 0


def code_before(found: Sequence[Served]) -> str | None:
    """
    Return the newest code before the present one that every function can serve; None = there is none.

    A deploy that failed half-way, or that changed a setting, publishes versions of some functions only: going back by
    numbers, or by each function's own, would let them run different code.
    """
    (web,) = (one for one in found if one.name == LEADS)
    older = sorted((version for version in web.codes if version < web.now), reverse=True)
    codes = [web.codes[version] for version in older if web.codes[version] not in ("", web.codes[web.now])]
    return next((code for code in codes if all(one.version_of(code) for one in found)), None)


def _codes(client: Any, name: str) -> dict[int, str]:
    """Published version of a function → version of the package it runs."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    return {
        int(one["Version"]): one.get("Environment", {}).get("Variables", {}).get("CODE_VERSION", "")
        for page in pages
        for one in page["Versions"]
        if one["Version"].isdigit()
    }
