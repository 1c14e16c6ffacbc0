"""Other programs: how they are called, and whether this machine's Python and Node will do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packs import Problem

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "infra/package.json"

LAMBDA_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Runtimes of Lambda that the hotline's code runs on; Chalice deploys to the one that packages it."""

SUPPORTED_NODE = 22
"""Older ones still run the CDK's tool, which complains: their maintainers have stopped."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    """Exit code; 127 = there is no such program."""
    output: str = ""
    """What it printed; empty where it was shown to the terminal at once."""


class Runner(Protocol):
    """Runs a program in the root of the checkout; tests pass one that remembers."""

    def __call__(
        self, command: Sequence[str], *, shown: bool = False, env: Mapping[str, str] | None = None
    ) -> Ended:
        """Run *command*, with *env* over the terminal's; *shown*: its lines go to the terminal as they come."""


def run(command: Sequence[str], *, shown: bool = False, env: Mapping[str, str] | None = None) -> Ended:
    """Run a program for real; see Runner."""
    try:
        done = subprocess.run(
            list(command),
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        return Ended(127, str(missing))
    return Ended(done.returncode, done.stdout or "")


def python_problems(version: tuple[int, int] | None = None) -> Iterator[Problem]:
    """Yield a problem where Lambda has no such Python as this one."""
    major, minor = version or sys.version_info[:2]
    if f"{major}.{minor}" not in LAMBDA_PYTHONS:
        yield Problem(
            sys.executable,
            0,
            f"this is Python {major}.{minor}, which Lambda does not offer to the hotline "
            f"({', '.join(LAMBDA_PYTHONS)}).",
            "Make the environment anew with one of them: make clean, then make synth PYTHON=python3.13 …",
        )


def node_problems(runner: Runner = run) -> Iterator[Problem]:
    """Yield a problem where Node is missing or older than the CDK's tool takes."""
    needed = json.loads((ROOT / PACKAGE).read_text(encoding="utf-8"))["engines"]["node"]
    least = int(re.sub(r"\D", "", needed.split(".")[0]))
    remedy = (
        f"Install Node {SUPPORTED_NODE} or newer (https://nodejs.org) and see that `node` is on the PATH."
    )
    asked = runner(["node", "--version"])
    found = re.match(r"v(\d+)\.", asked.output.strip())
    if asked.code or not found:
        yield Problem(PACKAGE, 0, f"the CDK needs Node {needed}, and there is none here.", remedy)
    elif int(found[1]) < least:
        yield Problem(PACKAGE, 0, f"the CDK needs Node {needed}; here is {asked.output.strip()}.", remedy)
    elif int(found[1]) < SUPPORTED_NODE:
        what = f"Node {found[1]} is past its end of life; it still works."
        yield Problem(PACKAGE, 0, what, remedy, severity="warning")
