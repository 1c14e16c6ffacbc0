"""
Score the understanding of labelled messages: `python -m bench.understand [--province SLUG] FILE.tsv`.

What the columns mean and how each share is counted stands in docs/understanding.md. The last line printed is one line
of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import packs
from chalicelib.domain.understanding import KINDS, AreaGuess, Reader, Understanding

REQUIRED = ("text", "kind", "field", "area_text")
COLUMNS = ("id", "channel", *REQUIRED, "source")
ASKED_ON = date(2026, 7, 1)
"""The day the messages are read on, unless --on says otherwise: former names count, today's units are known."""


class WrongShape(Exception):
    """The file is not a table of labelled messages; the text says where and what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of the file."""

    line: int
    id: str
    text: str
    kind: str
    fields: tuple[str, ...]
    """Any of them is right; none = the field is not scored."""
    area_text: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A message with what was understood and which parts are right; None = not scored."""

    labelled: Labelled
    understood: Understanding
    kind: bool
    top1: bool | None
    top3: bool | None
    area: bool


def read_messages(path: Path) -> list[Labelled]:
    """
    Read a TSV of labelled messages.

    Raises:
        WrongShape: It cannot be read as one.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongShape(
            f"{path}: cannot be read ({error.strerror}). Give the path of a .tsv file."
        ) from error
    except UnicodeDecodeError as error:
        at = path.read_bytes()[: error.start].count(b"\n") + 1
        raise WrongShape(f"{path}:{at}: not UTF-8. Save the file as UTF-8 (Unicode) text.") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header: list[str] | None = None
    messages = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if header is None:
            header = [cell.lower() for cell in cells]
            if missing := [column for column in REQUIRED if column not in header]:
                raise WrongShape(
                    f"{path}:{number}: the header lacks {', '.join(missing)}. "
                    f"The first line has to be, with tabs between: {' '.join(COLUMNS)}"
                )
            continue
        messages.append(_labelled(path, number, dict(zip(header, cells, strict=False)), len(cells)))
    if header is None:
        raise WrongShape(f"{path}:1: empty. The first line has to be, with tabs between: {' '.join(COLUMNS)}")
    if not messages:
        raise WrongShape(f"{path}:1: only a header. Put one message on each line below it.")
    return messages


def _labelled(path: Path, line: int, cells: dict[str, str], count: int) -> Labelled:
    if "kind" not in cells:
        raise WrongShape(
            f"{path}:{line}: {count} columns, too few. Put tabs between the columns: {' '.join(COLUMNS)}"
        )
    kind = cells["kind"].lower()
    if kind not in KINDS:
        raise WrongShape(f"{path}:{line}: unknown kind {cells['kind']!r}. Use one of {', '.join(KINDS)}.")
    fields = tuple(
        part.strip() for part in cells.get("field", "").split(";") if part.strip() not in ("", "-")
    )
    return Labelled(line, cells.get("id", str(line)), cells["text"], kind, fields, cells.get("area_text", ""))


def score(messages: Sequence[Labelled], reader: Reader, on: date) -> tuple[list[Scored], float]:
    """Read all messages; return what came of each and the milliseconds of processor time a message took."""
    started = time.process_time()
    understood = [reader.read(message.text, on=on) for message in messages]
    spent = (time.process_time() - started) * 1000 / len(messages)
    return [
        _scored(message, result, reader, on) for message, result in zip(messages, understood, strict=True)
    ], spent


def _scored(message: Labelled, result: Understanding, reader: Reader, on: date) -> Scored:
    codes = [guess.code for guess in result.services]
    top1 = top3 = None
    if message.fields:
        top1 = bool(codes) and codes[0] in message.fields
        top3 = any(code in message.fields for code in codes[:3])
    wanted = reader.resolve(message.area_text, on=on) if message.area_text else None
    return Scored(
        message,
        result,
        result.kind == message.kind,
        top1,
        top3,
        same_area(wanted, result.area),
    )


def same_area(wanted: AreaGuess | None, found: AreaGuess | None) -> bool:
    """Tell whether *found* is the place the label names; see docs/understanding.md, "How the place is scored"."""
    if wanted is None or found is None:
        # A label that names no unit ("nhà tôi") asks for none.
        return wanted is found
    if wanted.outside or found.outside:
        return wanted.outside == found.outside
    if found.units[0] == wanted.units[0] or (wanted.ambiguous and found.units[0] in wanted.units):
        return True
    if found.ambiguous and wanted.units[0] in found.units:
        return True  # the citizen is asked, and the right place is among those offered
    return len(wanted.today) == 1 and wanted.today == found.today and wanted.tier == found.tier


def summary(results: Sequence[Scored], spent: float) -> dict[str, float | int | None]:
    """Return the shares, 0 to 1, rounded to four places; None where nothing was there to score."""

    def recall(kind: str) -> float | None:
        of_kind = [result for result in results if result.labelled.kind == kind]
        return _share(_raised(result, kind) for result in of_kind)

    def false(kind: str) -> float | None:
        others = [result for result in results if result.labelled.kind != kind]
        return _share(_raised(result, kind) for result in others)

    return {
        "messages": len(results),
        "kind": _share(result.kind for result in results),
        "field_top1": _share(result.top1 for result in results if result.top1 is not None),
        "field_top3": _share(result.top3 for result in results if result.top3 is not None),
        "area": _share(result.area for result in results),
        "emergency_recall": recall("emergency"),
        "emergency_false": false("emergency"),
        "denunciation_recall": recall("denunciation"),
        "denunciation_false": false("denunciation"),
        "ms_per_message": round(spent, 3),
    }


def _raised(result: Scored, kind: str) -> bool:
    if kind == "denunciation":
        return result.understood.denunciation
    return result.understood.kind == kind


def _share(values: Iterable[bool | None]) -> float | None:
    known = list(values)
    return round(sum(bool(value) for value in known) / len(known), 4) if known else None


def report(results: Sequence[Scored], totals: dict[str, float | int | None]) -> str:
    """Return the tables and the misses as text."""
    lines = ["", "share of messages understood", ""]
    lines += [f"  {name:<22}{'-' if value is None else value}" for name, value in totals.items()]
    lines += ["", "kinds: label in the row, understood in the column", ""]
    counted = Counter((result.labelled.kind, result.understood.kind) for result in results)
    lines.append("  " + " " * 14 + "".join(f"{kind[:9]:>11}" for kind in KINDS))
    for kind in KINDS:
        if any(counted[kind, other] for other in KINDS):
            lines.append(f"  {kind:<14}" + "".join(f"{counted[kind, other] or '.':>11}" for other in KINDS))
    lines += ["", "misses", ""]
    lines += [line for result in results for line in _miss(result)]
    return "\n".join(lines)


def _miss(result: Scored) -> list[str]:
    label, got = result.labelled, result.understood
    wrong = []
    if not result.kind:
        wrong.append(f"kind {got.kind} for {label.kind}")
    if result.top1 is False:
        found = ", ".join(f"{guess.code} {guess.score}" for guess in got.services[:3]) or "none"
        wrong.append(
            f"field {found} for {';'.join(label.fields)}" + ("" if result.top3 else " (not in three)")
        )
    if not result.area:
        found = (
            "none" if got.area is None else "outside" if got.area.outside else " ".join(got.area.units[:4])
        )
        wrong.append(f"area {found} for {label.area_text!r}")
    return [f"  {label.id:<6} {label.text[:100]}", *(f"         {part}" for part in wrong)] if wrong else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Score a file; 0 when it was scored, 2 when it or the province cannot be read."""
    parser = argparse.ArgumentParser(
        prog="bench.understand", description="Score the understanding of labelled messages."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--province", default="", help="slug of one province; without it all packs together")
    parser.add_argument("--on", type=date.fromisoformat, default=ASKED_ON, help="day the messages came in")
    options = parser.parse_args(arguments)
    slugs = [options.province] if options.province else list(packs.slugs())
    try:
        messages = read_messages(options.file)
        print(f"reading the packs {', '.join(slugs)} …", flush=True)
        directories = [packs.read_directory(slug) for slug in slugs]
    except (WrongShape, packs.PackError) as error:
        print(error, file=sys.stderr)
        return 2
    started = time.perf_counter()
    reader = Reader(directories)
    print(
        f"compiled in {(time.perf_counter() - started) * 1000:.0f} ms; reading {len(messages)} messages …",
        flush=True,
    )
    results, spent = score(messages, reader, options.on)
    totals = summary(results, spent)
    print(report(results, totals))
    print(json.dumps(totals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
