"""`make validate`: check packs and say what is wrong, where, and what to do (docs/province-pack.md)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from packs.checks import check
from packs.problem import Problem
from packs.reading import read_directory, slugs


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the packs named, or all; return 1 when one has an error."""
    parser = argparse.ArgumentParser(prog="python -m packs validate", description=__doc__)
    parser.add_argument(
        "provinces", nargs="*", metavar="PROVINCE", help="folder names below provinces/ (default: all)"
    )
    parser.add_argument("--province", action="append", default=[], help="the same, as an option")
    parser.add_argument("--root", type=Path, help="another folder of packs")
    parser.add_argument("--for-deploy", action="store_true", help="also refuse invented contacts")
    parser.add_argument("--today", type=date.fromisoformat, help="the day to be ready for (default: today)")
    chosen = parser.parse_args(arguments)
    failed = False
    for slug in [*chosen.provinces, *chosen.province] or slugs(chosen.root):
        problems = check(slug, chosen.root, for_deploy=chosen.for_deploy, today=chosen.today)
        failed |= any(problem.severity == "error" for problem in problems)
        report(slug, problems, chosen.root)
    return 1 if failed else 0


def report(slug: str, problems: Sequence[Problem], root: Path | None = None) -> None:
    """Print the problems of a pack and one line about the whole."""
    for problem in problems:
        print(problem)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    counted = f"{errors} errors, {warnings} warnings"
    if errors:
        print(f"{slug}: {counted}. Nothing is published until the errors are gone.")
        return
    pack = read_directory(slug, root)
    today = [area for area in pack.areas.values() if area.valid.ends_on is None]
    print(
        f"{slug}: version {pack.version}, {counted}. {len(pack.agencies)} agencies, {len(pack.services)} fields, "
        f"{len(today)} units of today and {len(pack.areas) - len(today)} former ones, {len(pack.routing)} rules, "
        f"{len(pack.answers)} answers. Every field is covered everywhere."
    )


if __name__ == "__main__":
    sys.exit(main())
