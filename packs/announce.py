"""`make announce`: put one sentence in front of every call; published, it is heard from the next call on."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from chalicelib.domain.calendar import ZONE
from packs.checks import check
from packs.reading import PROVINCES

_LINE = re.compile(r"^announcement:.*\n?(?:[ \t]+\S.*\n?)*", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sentence, or take it away; return 1, and leave the file as it was, when it is refused."""
    parser = argparse.ArgumentParser(prog="python -m packs announce", description=__doc__)
    parser.add_argument("province", help="folder name below provinces/")
    parser.add_argument(
        "--text", default="", help="the sentence in Vietnamese; left out: no announcement any more"
    )
    parser.add_argument("--english", default="", help="the same for who has chosen English")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="the last day, YYYY-MM-DD; left out: until taken away"
    )
    parser.add_argument("--then", default="", help="a command that publishes; refused, the file is put back")
    parser.add_argument("--root", type=Path, default=PROVINCES, help="another folder of packs")
    chosen = parser.parse_args(arguments)
    today = datetime.now(ZONE).date()
    if not (chosen.root / chosen.province / "province.yaml").exists():
        parser.error(f"there is no pack '{chosen.province}'; make validate lists them")
    if chosen.until and chosen.until < today:
        parser.error(f"--until {chosen.until} has passed; today is {today}")
    file = chosen.root / chosen.province / "ivr.yaml"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    entry = entry_of(chosen.text, chosen.english, chosen.until) if chosen.text.strip() else ""
    _write(file, with_announcement(before, entry))
    problems = check(chosen.province, chosen.root, today=today)
    for problem in problems:
        if problem.severity == "error" or "announcement" in problem.what:
            print(problem, file=sys.stderr)
    if any(problem.severity == "error" for problem in problems):
        _write(file, before)
        print("Nothing was changed.", file=sys.stderr)
        return 1
    print(f"{file.name} of {chosen.province}: {entry or 'no announcement'}", flush=True)
    if chosen.then and subprocess.run(shlex.split(chosen.then), check=False).returncode:
        _write(file, before)
        print(f"Not published: {file.name} is as it was.", file=sys.stderr)
        return 1
    return 0


def entry_of(text: str, english: str = "", until: date | None = None) -> str:
    """Return the announcement as one line of ivr.yaml."""
    said = {"vi": " ".join(text.split()), "en": " ".join(english.split())}
    parts = [
        f"{language}: {json.dumps(words, ensure_ascii=False)}" for language, words in said.items() if words
    ]
    if until:
        parts.append(f"valid_to: {until}")
    return f"announcement: {{{', '.join(parts)}}}"


def with_announcement(yaml: str, entry: str) -> str:
    """Return the file with this announcement and no other, the rest untouched."""
    rest = _LINE.sub("", yaml)
    return f"{entry}\n{rest}" if entry else rest


def _write(file: Path, text: str) -> None:
    """A file that would hold nothing is none."""
    if text.strip():
        file.write_text(text, encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
