"""Put an earlier province pack in force again: the directory only. Code goes back by deploying the commit before."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TextIO

from chalicelib.domain.calendar import ZONE
from chalicelib.errors import HotlineError, SettingMissing
from chalicelib.storage.directory_store import DirectoryStore
from infra.commands.publish import TAKEN_UP, back, in_force
from infra.plan import Plan
from infra.stores import use


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `rollback`."""
    parser.add_argument("--version", default="", help="the version to go back to (default: the one before)")
    parser.add_argument("--list", action="store_true", help="list what was ever published and change nothing")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Go back, or list the versions; 1 = there is nothing to go back to."""
    try:
        use(plan)
        store = DirectoryStore()
        former = in_force(store, plan)
        if args.list:
            for line in lines(store, former):
                print(line, file=out)
            return 0
        version = rollback(plan, args.version)
    except HotlineError as refused:
        print(refused, file=out)
        return 1
    if version == former:
        print(f"{plan.prefix}: {version} is in force already.", file=out)
        return 0
    print(f"{plan.prefix}: {version} is in force. {TAKEN_UP}", file=out)
    print(f"Back to {former}: {back(plan, former or '')}", file=out)
    return 0


def rollback(plan: Plan, version: str = "") -> str:
    """
    Put an earlier version in force.

    Args:
        plan: The stack.
        version: Which one; by default the one published before the one in force.

    Returns:
        The version in force afterwards.

    Raises:
        SettingMissing: There is no such version, or none before; the message lists what there is.
        CaseConflict: Somebody else published or rolled back at the same moment.
        StorageUnavailable: The database did not answer.
    """
    use(plan)
    store = DirectoryStore()
    former = in_force(store, plan)
    if former is None:
        raise SettingMissing(f"{plan.prefix} has published nothing yet. Run: make publish {plan.words}")
    if not version:
        earlier = [line.version for line in store.versions()]
        earlier = earlier[earlier.index(former) + 1 :] if former in earlier else []
        if not earlier:
            raise SettingMissing(f"{former} is the first version of {plan.prefix}; there is none before it.")
        version = earlier[0]
    if version != former:
        store.rollback(version)
    return version


def lines(store: DirectoryStore, former: str | None) -> list[str]:
    """Return a line for every version ever published, newest first, the one in force marked."""
    found = [
        f"{'→' if line.version == former else ' '} {line.version}  {_local(line.published_at)}"
        for line in store.versions()
    ]
    return found or ["Nothing was published yet."]


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%d/%m/%Y %H:%M}"
