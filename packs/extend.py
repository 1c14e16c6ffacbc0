"""`make extend-hours`: add longer hours to a pack's duty.yaml; published, they hold from the next call on."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from chalicelib.domain.calendar import ZONE
from packs.checks import check
from packs.reading import PROVINCES

DAYS_OFF = (
    "These hours hold on days off too, weekends and public holidays. Not on weekends: write days: mon-fri into the "
    "entry. Not on a public holiday: let the entry end before it, and add another one from the day after."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the entry; return 1, and leave the file as it was, when the pack would not be right with it."""
    parser = argparse.ArgumentParser(prog="python -m packs extend", description=__doc__)
    parser.add_argument("province", help="folder name below provinces/")
    parser.add_argument("--line", required=True, help="centre, an agency's code, or a level such as one_stop")
    parser.add_argument("--hours", required=True, nargs="+", help="17:00-20:00, several with spaces between")
    parser.add_argument("--until", required=True, type=date.fromisoformat, help="the last day, YYYY-MM-DD")
    parser.add_argument(
        "--from", dest="first", type=date.fromisoformat, help="the first day (default: today)"
    )
    parser.add_argument("--phones", nargs="+", default=[], help="E.164; the usual ones when left out")
    parser.add_argument("--root", type=Path, default=PROVINCES, help="another folder of packs")
    chosen = parser.parse_args(arguments)
    first = chosen.first or datetime.now(ZONE).date()
    if not (chosen.root / chosen.province / "province.yaml").exists():
        parser.error(f"there is no pack '{chosen.province}'; make validate lists them")
    if chosen.until < first:
        parser.error(f"--until {chosen.until} lies before the first day, {first}")
    file = chosen.root / chosen.province / "duty.yaml"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    entry = entry_of(chosen.line, chosen.hours, first, chosen.until, chosen.phones)
    file.write_text(with_entry(before, entry), encoding="utf-8")
    errors = [
        problem for problem in check(chosen.province, chosen.root, today=first) if problem.severity == "error"
    ]
    if not errors:
        print(f"{file.name} of {chosen.province}: {entry}")
        print(DAYS_OFF)
        return 0
    if before:
        file.write_text(before, encoding="utf-8")
    else:
        file.unlink()
    for problem in errors:
        print(problem, file=sys.stderr)
    print("Nothing was changed.", file=sys.stderr)
    return 1


def entry_of(line: str, hours: Sequence[str], first: date, last: date, phones: Sequence[str] = ()) -> str:
    """Return longer hours as one line of duty.yaml; the same line and first day have the same id."""
    spans = json.dumps(list(hours))
    rung = f", phones: {json.dumps(list(phones))}" if phones else ""
    name = f"{line.replace('_', '-')}-{first:%Y%m%d}"
    return f"{{id: {name}, line: {line}, hours: {spans}{rung}, valid_from: {first}, valid_to: {last}}}"


def with_entry(yaml: str, entry: str) -> str:
    """Return the file with one more item at the top of `extended`, comments and order untouched."""
    head = re.search(r"^extended:[ \t]*(\[\])?[ \t]*(#.*)?$", yaml, re.MULTILINE)
    if head is None:
        return f"{yaml.rstrip()}\n\nextended:\n  - {entry}\n".lstrip()
    return (
        f"{yaml[: head.start()]}extended:{f'  {head[2]}' if head[2] else ''}\n  - {entry}{yaml[head.end() :]}"
    )


if __name__ == "__main__":
    sys.exit(main())
