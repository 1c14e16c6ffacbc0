"""Run one handler in a process of its own: `python -m local.invoke send_outbox ISO-TIME < event.json`.

The fault `die_after_send` needs a sender that can be killed for good between the provider's call and the write-back.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from importlib import import_module

from infra.container.gateway import Context


def main() -> None:
    """Call the handler with the event on stdin at the given time; print what it returns."""
    name, moment = sys.argv[1:3]
    event = json.load(sys.stdin)
    now = datetime.fromisoformat(moment)
    hotline = import_module("app")
    wiring = import_module("chalicelib.wiring")
    wiring.set_clock(lambda: now)
    print(json.dumps(getattr(hotline, name)(event, Context(name)), default=str))


if __name__ == "__main__":
    main()
