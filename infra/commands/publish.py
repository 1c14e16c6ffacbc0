"""Put the province pack of this checkout in force: the directory only, no code. Taken up within a minute."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from chalicelib import settings
from chalicelib.domain.calendar import ZONE
from chalicelib.errors import HotlineError, SettingMissing
from chalicelib.storage.directory_store import DirectoryStore
from infra.plan import Plan
from infra.stores import use
from packs import PackError, check, read_data

TAKEN_UP = "The hotline takes it up within a minute."
SHOWN = 20
"""Problems of a pack shown at once; a sample pack has hundreds of invented contacts."""
KEYS = ("id", "code", "name")
"""What an entry of a list is known by: the first that all have, each another."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `publish`."""
    parser.add_argument(
        "--allow-invented",
        action="store_true",
        help="take invented contacts; only on an engine that is not Amazon's (DYNAMODB_ENDPOINT)",
    )


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Publish and say what changed; 1 = nothing was published, and why."""
    try:
        publish(
            plan,
            now=datetime.now(UTC),
            allow_invented=args.allow_invented,
            tell=lambda line: print(line, file=out),
        )
    except (PackError, HotlineError) as refused:
        first, rest = (lines := str(refused).splitlines())[:SHOWN], len(lines) - SHOWN
        print("\n".join(first), file=out)
        if rest > 0:
            print(f"… and {rest} more: python -m packs validate --for-deploy {plan.slug}", file=out)
        print(f"Nothing is published; {plan.prefix} goes on with what it has.", file=out)
        return 1
    return 0


def publish(
    plan: Plan,
    *,
    now: datetime,
    root: Path | None = None,
    allow_invented: bool = False,
    tell: Callable[[str], object] = lambda line: None,
) -> str:
    """
    Publish the pack of *plan* and put it in force.

    Args:
        plan: The stack.
        now: The present moment; becomes part of the version's name, and its day is the one the pack must be ready for.
        root: Another folder of packs.
        allow_invented: Take invented contacts. Refused on Amazon's own engine, where real people are written to.
        tell: Gets each line for the terminal.

    Returns:
        The version in force afterwards; the present one when the content is the same.

    Raises:
        PackError: The pack has errors, each with file, line and remedy.
        SettingMissing: *allow_invented* where it must not be.
        StorageUnavailable: There are no tables, or the database did not answer.
        CaseConflict: Somebody else published at the same moment.
    """
    use(plan)
    if allow_invented and settings.dynamodb_endpoint() is None:
        raise SettingMissing(
            "Invented contacts are taken only where DYNAMODB_ENDPOINT names an engine that is not Amazon's. "
            "Put real ones into the pack."
        )
    today = now.astimezone(ZONE).date()
    problems = check(plan.slug, root, for_deploy=not allow_invented, today=today)
    if any(problem.severity == "error" for problem in problems):
        raise PackError(problem for problem in problems if problem.severity == "error")
    for warning in problems:
        tell(str(warning))
    store, data = DirectoryStore(), read_data(plan.slug, root)
    former = in_force(store, plan)
    before = store.load_current() if former else None
    version = store.publish(data, now=now)
    if version == former:
        tell(f"{plan.prefix}: nothing has changed; {version} stays in force.")
        return version
    for line in differences(before, data):
        tell(f"  {line}")
    tell(f"{plan.prefix}: {version} is in force. {TAKEN_UP}")
    if former:
        tell(f"Back to {former}: {back(plan, former)}")
    return version


def back(plan: Plan, version: str) -> str:
    """Return the command that puts *version* in force."""
    return f"make rollback {plan.words} VERSION={version}"


def in_force(store: DirectoryStore, plan: Plan) -> str | None:
    """
    Return the version in force, None before the first.

    Raises:
        SettingMissing: The table is not there; the message says what to do first.
        StorageUnavailable: The database did not answer.
    """
    try:
        return store.current_version()
    except HotlineError as problem:
        if "ResourceNotFoundException" not in str(problem):
            raise
        raise SettingMissing(
            f"There is no table {plan.table('directory')} in {plan.region}. "
            f"Deploy the stack first: make deploy {plan.words}"
        ) from problem


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each part of the pack that differs: how many entries came, went and changed."""
    if before is None:
        yield "first version: everything is new"
        return
    for part in sorted({*before, *after} - {"version"}):
        old, new = before.get(part), after.get(part)
        if old != new:
            yield f"{part}: {_counted(old, new)}"


def _counted(old: Any, new: Any) -> str:
    a, b = _entries(old), _entries(new)
    if a is None or b is None:
        return "changed"
    counts = {
        "new": len(b.keys() - a.keys()),
        "gone": len(a.keys() - b.keys()),
        "changed": sum(a[key] != b[key] for key in a.keys() & b.keys()),
    }
    return ", ".join(f"{number} {what}" for what, number in counts.items() if number) or "order changed"


def _entries(part: Any) -> dict[str, Any] | None:
    """The entries of a part under what they are known by; None where they have no such name."""
    if isinstance(part, Mapping):
        return dict(part)
    if not isinstance(part, list):
        return None
    for key in KEYS:
        names = {str(entry[key]): entry for entry in part if isinstance(entry, dict) and key in entry}
        if len(names) == len(part):
            return names
    # Entries without a name: a changed one counts as one gone and one new.
    return {repr(entry): entry for entry in part}
