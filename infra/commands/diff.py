"""Say what a deploy would change: code, and the directory. Changes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from chalicelib.storage.directory_store import DirectoryStore
from infra import aws, preflight
from infra.cdk import Cdk, CdkFailed
from infra.changes import deployed_template, endangered, unchanged
from infra.commands.publish import differences, in_force
from infra.plan import Plan
from infra.stores import use
from packs import Problem, read_data


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`diff` has no options of its own."""


def run(
    plan: Plan,
    args: argparse.Namespace,
    out: TextIO,
    *,
    cdk: Cdk | None = None,
    check: Callable[..., list[Problem]] = preflight.local,
) -> int:
    """Print both parts; 1 = it cannot be told, or the deploy would be refused because of data."""
    cdk = cdk or Cdk()
    if not preflight.ready(plan, cdk.runner, out, check):
        return 1
    if aws.serving_stack(plan) is None:
        print(f"code: there is no stack {plan.stack_name} in {plan.region} yet; everything is new.", file=out)
        return 0
    try:
        after = cdk.synth(plan)
    except CdkFailed as failed:
        print(f"{failed}\n{plan.stack_name}: no template was made; see above.", file=out)
        return 1
    before = deployed_template(plan)
    print(directory(plan), file=out)
    if unchanged(before, after):
        print("code: no change", file=out, flush=True)
        return 0
    print("code: a new version", file=out, flush=True)  # before the tool writes on its own
    cdk.diff(plan)
    lost = list(endangered(before, after))
    for sentence in lost:
        print(sentence, file=out)
    if lost:
        print("A deploy refuses this: nothing that holds data is replaced or leaves the stack.", file=out)
    return 1 if lost else 0


def directory(plan: Plan, root: Path | None = None) -> str:
    """Return one line: whether `make publish` would make a new version, and which parts differ."""
    use(plan)
    store = DirectoryStore()
    version = in_force(store, plan)
    after = json.loads(json.dumps(read_data(plan.slug, root)))  # as it comes back from the table
    if version is None:
        return "directory: nothing is published yet; the first version"
    changed = [line.partition(":")[0] for line in differences(store.load_current(), after)]
    if not changed:
        return f"directory: no change ({version} is in force)"
    parts = len(after.keys() - {"version"})
    return f"directory: one new version ({len(changed)} of {parts} parts changed: {', '.join(changed)})"
