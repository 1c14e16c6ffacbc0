"""`python -m packs COMMAND …`: what can be done with a pack from a terminal."""

from __future__ import annotations

import sys

from packs import announce, client_key, extend, validate

COMMANDS = {
    "announce": announce.main,
    "extend": extend.main,
    "open311-key": client_key.main,
    "validate": validate.main,
}


def main() -> int:
    """Run the command named first."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        print(f"Name a command: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    return COMMANDS[name](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
