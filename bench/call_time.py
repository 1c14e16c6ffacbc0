"""CPU that one webhook of a call costs in our process: step, transaction and TwiML; not the web framework."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from chalicelib import settings, wiring
from chalicelib.domain.call import Came
from chalicelib.domain.ivr import tree_of
from chalicelib.gateways.voice_twiml import to_twiml
from chalicelib.usecases.take_call import take_call

BRANCHES: dict[str, tuple[dict[str, str], ...]] = {
    "report": (
        {"kind": "speech", "speech": "đèn đường hỏng trước chợ Sa Đéc phường Sa Đéc"},
        {"kind": "silence"},
    ),
    "one_stop": ({"kind": "keys", "keys": "2"}, {"kind": "speech", "speech": "phường Sa Đéc"}),
    "status": ({"kind": "keys", "keys": "3"}, {"kind": "keys", "keys": "482177306"}),
    "listen": ({"kind": "keys", "keys": "4"}, {"kind": "keys", "keys": "1"}),
    "person": ({"kind": "keys", "keys": "0"},),
}
"""Branch → what the caller does after the greeting."""
ROUNDS = 10


def milliseconds_of_cpu() -> dict[str, float]:
    """Return the dearest webhook of each branch, warm: the mean of its CPU in ms; the greeting is `start`."""
    wiring.set_clock(lambda: datetime(2026, 11, 18, 3, 0, tzinfo=UTC))
    _call("warm", BRANCHES["report"])
    spent: dict[str, list[list[float]]] = {"start": []}
    for branch, steps in BRANCHES.items():
        for number in range(ROUNDS):
            times = _call(f"{branch}{number}", steps)
            spent["start"].append(times[:1])
            spent.setdefault(branch, []).append(times[1:])
    wiring.set_clock(lambda: datetime.now(UTC))
    return {
        branch: max(sum(at) / len(at) for at in zip(*times, strict=True)) * 1000
        for branch, times in spent.items()
    }


def _call(name: str, steps: tuple[dict[str, str], ...]) -> list[float]:
    turn, times = 0, []
    for step in ({"kind": "start"}, *steps):
        began = time.process_time()
        came = Came(f"twilio#BENCH{name}", turn, caller="+84900000001", called="1022", **step)  # type: ignore[arg-type]
        script, turn = take_call(came, **wiring.taking())
        voices = tree_of(wiring.directory()).voices
        to_twiml(script, turn=turn, public_url=settings.public_url(), voices=voices)
        times.append(time.process_time() - began)
    return times
