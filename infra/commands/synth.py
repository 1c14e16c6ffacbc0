"""Make the template of a province's stack; needs no account."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TextIO

from infra import preflight
from infra.cdk import Cdk, CdkFailed
from infra.plan import Plan
from packs import Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`synth` has no options of its own."""


def run(
    plan: Plan,
    args: argparse.Namespace,
    out: TextIO,
    *,
    cdk: Cdk | None = None,
    check: Callable[..., list[Problem]] = preflight.local,
) -> int:
    """Make the template and say where it is; 1 = refused or failed, and why."""
    cdk = cdk or Cdk()
    if not preflight.ready(plan, cdk.runner, out, check):
        return 1
    try:
        template = cdk.synth(plan)
    except CdkFailed as failed:
        print(f"{failed}\n{plan.stack_name}: no template was made; see above.", file=out)
        return 1
    print(f"{plan.stack_name}: {len(template['Resources'])} resources in {cdk.template_of(plan)}", file=out)
    return 0
