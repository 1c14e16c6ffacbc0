"""Store the secrets a stack needs, encrypted, without ever showing one."""

from __future__ import annotations

import argparse
import re
import secrets as random
import sys
from collections.abc import Callable
from getpass import getpass
from typing import Any, TextIO

from chalicelib.settings import INDEX_MARK
from infra import aws
from infra.plan import Plan

SECRET_KEY = "SECRET_KEY"

KEYS_KEPT = 3
"""The newest signs, those before still open links that are out, the oldest also makes the index of reporters."""

SECOND_TOKEN = "TWILIO_AUTH_TOKEN_SECONDARY"
"""Only during a change of Twilio's token, when both are valid."""

TAKEN_UP = "Functions take it up within five minutes (docs/ops/key-rotation.md)."

SHAPES = {
    "TWILIO_ACCOUNT_SID": (r"AC[0-9a-fA-F]{32}", "AC and 32 hex digits"),
    "TWILIO_AUTH_TOKEN": (r"[0-9a-fA-F]{32}", "32 hex digits"),
    SECOND_TOKEN: (r"[0-9a-fA-F]{32}", "32 hex digits"),
    "GATEWAY_URL": (r"https://\S+", "an address that begins with https://"),
    "GATEWAY_SECRET": (r"\S{16,}", "at least 16 characters without a space"),
}
"""Name → what its value looks like."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `secrets`."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--rotate", metavar="NAME", default="", help="put a new value in place of this one")
    one.add_argument(
        "--retire",
        action="store_true",
        help="after a rotation of SECRET_KEY: only the newest opens links from now on",
    )


def run(
    plan: Plan,
    args: argparse.Namespace,
    out: TextIO,
    *,
    typed: TextIO | None = None,
    ask: Callable[[str], str] = getpass,
) -> int:
    """
    Store what is missing, or one value anew; 1 = a value was not given or looks wrong, and nothing was stored.

    SECRET_KEY is made here. The others are asked for, or read from *typed* (standard input) as lines `NAME=value` when
    nobody sits at the terminal.
    """
    client = aws.client("ssm", plan)
    known = (*plan.secrets, *((SECOND_TOKEN,) if plan.sms_provider == "twilio" else ()))
    if args.rotate and args.rotate not in known:
        print(f"There is no secret {args.rotate!r}. There are: {', '.join(known)}.", file=out)
        return 1
    stored = _stored(client, plan, known)
    if args.retire:
        return _retire(client, plan, stored.get(SECRET_KEY, ""), out)
    wanted = [args.rotate] if args.rotate else [name for name in plan.secrets if name not in stored]
    if not wanted:
        print(f"All secrets are there, below {plan.parameters}: {', '.join(plan.secrets)}.", file=out)
        return 0
    given = _given(typed or sys.stdin, ask, [name for name in wanted if name != SECRET_KEY])
    if SECRET_KEY in wanted:
        given[SECRET_KEY] = ",".join(with_new_key(stored.get(SECRET_KEY, "")))
    wrong = [sentence for name in wanted if (sentence := _wrong(name, given.get(name, "")))]
    for sentence in wrong:
        print(sentence, file=out)
    if wrong:
        print("Nothing was stored.", file=out)
        return 1
    for name in wanted:
        _store(client, plan, name, given[name], out)
    if args.rotate:
        print(TAKEN_UP, file=out)
    return 0


def with_new_key(stored: str) -> list[str]:
    """Return the keys of SECRET_KEY, newest first, with a fresh one in front and at most KEYS_KEPT in all."""
    before = [key for key in stored.split(",") if key]
    kept = before if len(before) < KEYS_KEPT else [*before[: KEYS_KEPT - 2], before[-1]]
    return [random.token_hex(32), *kept]


def _retire(client: Any, plan: Plan, stored: str, out: TextIO) -> int:
    newest, *older = stored.split(",")
    if not older:
        print(f"{SECRET_KEY} has one key only. First: --rotate {SECRET_KEY}.", file=out)
        return 1
    last = INDEX_MARK + older[-1].removeprefix(INDEX_MARK)
    _store(client, plan, SECRET_KEY, f"{newest},{last}", out)
    print(TAKEN_UP, file=out)
    return 0


def _store(client: Any, plan: Plan, name: str, value: str, out: TextIO) -> None:
    # Under Amazon's key for parameters, not the province's own: the stack makes that one, and needs these first.
    client.put_parameter(Name=plan.parameters + name, Value=value, Type="SecureString", Overwrite=True)
    print(f"Stored {plan.parameters}{name}", file=out)


def _stored(client: Any, plan: Plan, names: tuple[str, ...]) -> dict[str, str]:
    paths = [plan.parameters + name for name in names]
    found = client.get_parameters(Names=paths, WithDecryption=True)["Parameters"]
    return {one["Name"].removeprefix(plan.parameters): one["Value"] for one in found}


def _given(typed: TextIO, ask: Callable[[str], str], names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    if typed.isatty():
        return {name: ask(f"{name}: ").strip() for name in names}
    lines = (line.partition("=") for line in typed.read().splitlines())
    return {name.strip(): value.strip() for name, equals, value in lines if equals}


def _wrong(name: str, value: str) -> str:
    """What is wrong with a value, without it; nothing when it is right."""
    if not value:
        return f"{name}: no value was given. Type it, or hand it in as a line {name}=…"
    shape, words = SHAPES.get(name, (".+", ""))
    return "" if re.fullmatch(shape, value) else f"{name}: what was given is not {words}."
