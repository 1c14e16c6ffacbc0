"""Deploy many provinces, one after the other; stops at the first that is not well afterwards."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import HotlineError
from infra.commands.deploy import deploy
from infra.commands.status import healthy, status
from infra.plan import Plan, make_plan
from infra.state import Status
from packs import PackError, Problem, slugs

WELL = "healthy"


@dataclass(frozen=True, slots=True)
class Row:
    """One province of the table of results, as words."""

    province: str
    before: str
    after: str
    seconds: str
    result: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `deploy-all`."""
    parser.add_argument("provinces", nargs="*", metavar="PROVINCE", help="default: every pack there is")
    parser.add_argument(
        "--list", type=Path, metavar="FILE", help="a file with one province a line; # begins a remark"
    )
    parser.add_argument("--numbers", choices=["later"], help="as of deploy")


def run(
    plan: None,
    args: argparse.Namespace,
    out: TextIO,
    *,
    deploy: Callable[..., bool] = deploy,
    look: Callable[[Plan, datetime], Status] = status,
    well: Callable[[Status], list[str]] = healthy,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Deploy each and print a table of results; 1 = one was refused, failed or is not well, and the rest left alone."""
    # All plans first: a slip in the last name is found before the first stack changes.
    plans = [make_plan(name, args.environment) for name in _named(args)]
    shell: Mapping[str, str] = dict(os.environ)  # each province sets its own region in this process
    rows: list[Row] = []
    for one in plans:
        print(f"── {one.prefix}", file=out, flush=True)
        begun = clock()
        before = after = Status(one, begun, "")
        try:
            before = after = look(one, begun)
            done = deploy(
                one,
                tell=lambda line: print(line, file=out, flush=True),
                shell=shell,
                numbers_later=args.numbers == "later",
            )
            after = look(one, clock())
        except (PackError, HotlineError, BotoCoreError, ClientError) as problem:
            # The table has to come all the same: it says what has changed so far.
            print(problem, file=out)
            done = False
        reasons = well(after) if done else []
        for reason in reasons:
            print(f"NOT HEALTHY: {reason}", file=out)
        result = "refused or failed" if not done else "not healthy" if reasons else WELL
        seconds = int((clock() - begun).total_seconds())
        rows.append(Row(one.prefix, versions(before), versions(after), str(seconds), result))
        if result != WELL:
            break
    rows += [Row(one.prefix, "", "", "", "left alone") for one in plans[len(rows) :]]
    print(table(rows), file=out)
    return 0 if all(row.result == WELL for row in rows) else 1


def versions(found: Status) -> str:
    """Return what a province serves, code and directory in one word; `-` before the first deploy."""
    codes = sorted({function.code[:12] for function in found.functions if function.code})
    return " ".join([*codes, found.directory or ""]).strip() or "-"


def table(rows: Sequence[Row]) -> str:
    """Return the results, a line for each province."""
    cells = [Row("province", "before", "after", "seconds", "result"), *rows]
    widths = [max(map(len, column)) for column in zip(*map(astuple, cells), strict=True)]
    return "\n".join("  ".join(map(str.ljust, astuple(row), widths)).rstrip() for row in cells)


def _named(args: argparse.Namespace) -> list[str]:
    if args.list is None:
        return args.provinces or slugs()
    try:
        text = args.list.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "FILE= names a text file with one province a line."
        raise PackError([Problem(str(args.list), 0, f"it cannot be read ({error}).", remedy)]) from error
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [*args.provinces, *filter(None, lines)]
