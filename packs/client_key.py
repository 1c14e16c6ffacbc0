"""`make open311-key NAME=…`: a fresh key for another city system, shown once, and the line of province.yaml for it."""

from __future__ import annotations

import argparse
import hashlib
import re
import secrets
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a key and its line; nothing is kept."""
    parser = argparse.ArgumentParser(prog="python -m packs open311-key", description=__doc__)
    parser.add_argument("name", help="the system: a-z, 0-9 and -")
    parser.add_argument("--email", default="", help="who is told when something is wrong with it")
    chosen = parser.parse_args(arguments)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", chosen.name):
        parser.error("NAME is a short name of a-z, 0-9 and -, such as NAME=fixmystreet")
    key = secrets.token_urlsafe(32)
    email = f", email: {chosen.email}" if chosen.email else ""
    mark = hashlib.sha256(key.encode()).hexdigest()
    print(
        f"Key of {chosen.name}, shown this once. Hand it over by a safe way, and keep no copy:\n\n  {key}\n"
    )
    print("In provinces/<slug>/province.yaml, then make publish:\n")
    print("open311:\n  clients:")
    print(f"    - {{name: {chosen.name}, key_sha256: {mark}{email}}}")
    return 0
