"""The whole life of an ordinary case, step by step, with what each asks of the database (docs/design.md §8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import packs
from bench.meter import Call, measured
from bench.write_units import counted
from chalicelib import wiring
from chalicelib.domain.message import Delivery
from chalicelib.gateways.ports import DeliveryReport, InboundSms, Mail
from chalicelib.storage.commit import commit
from chalicelib.usecases.agency_action import act_for_agency
from chalicelib.usecases.count import count_cases
from chalicelib.usecases.send import Sending, send_new
from chalicelib.usecases.take_delivery import take_delivery
from chalicelib.usecases.take_sms import take_sms

CITIZEN = "+84900000901"
TEXT = "Duong vao cho Sa Dec o ga nhieu qua, xe hay te"
ANSWER = "Đã vá xong các ổ gà trên đường vào chợ Sa Đéc."
BEGINS = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One step and its calls, one after the other."""

    name: str
    calls: tuple[Call, ...]
    units_by_rule: int = 0
    """Write units by DynamoDB's published rules, item by item (bench/write_units.py); an upper bound."""

    @property
    def write_units(self) -> float:
        """As the engine counts them."""
        return sum(call.write_units for call in self.calls)

    @property
    def read_units(self) -> float:
        """As the engine counts them."""
        return sum(call.read_units for call in self.calls)


class _Provider:
    """Takes every message and forgets it: what a provider costs is not measured here."""

    name = "none"

    def send(self, *args: Any, **kwargs: Any) -> str:
        return "SM0"

    def find(self, **kwargs: Any) -> str | None:
        return None


@contextmanager
def _clock_at(moment: Callable[[], datetime]) -> Iterator[None]:
    wiring.set_clock(moment)
    try:
        yield
    finally:
        wiring.set_clock(lambda: datetime.now(UTC))


def live_through() -> list[Step]:
    """
    Open, tell, accept, answer, tell, deliver, rate (which closes) and count one case on the tables of the settings.

    The directory is published and loaded before, as in a warm function.
    """
    now = [BEGINS]
    steps: list[Step] = []
    with _clock_at(lambda: now[0]):
        wiring.forget()
        wiring.directory_store().publish(packs.read_data("dong-thap"), now=BEGINS)
        wiring.reader()
        sending = Sending(wiring.outbox_store(), _Provider, _Provider, _no_mail, lambda message: None)

        def step(name: str, act: Callable[[], Any], minutes: int = 0) -> Any:
            now[0] += timedelta(minutes=minutes)
            with measured() as meter, counted() as ledger:
                done = act()
            steps.append(Step(name, tuple(meter.calls), ledger.units))
            return done

        def text(number: int, words: str) -> str:
            return take_sms(InboundSms(f"twilio#SM{number}", CITIZEN, "1022", words), **wiring.taking())

        def act(name: str, words: str) -> None:
            context: dict[str, Any] = {"commit": commit, "directory": wiring.directory(), "now": now[0]}
            act_for_agency(wiring.case_store().get(code), name, words, **context)

        def send() -> None:
            ids = [message.id for message in wiring.outbox_store().due(now[0])]
            send_new(ids, sending=sending, now=now[0])

        def count() -> None:
            count_cases([wiring.case_store().get(code)], stats=wiring.stats_store())

        reply = step("first text: case, agency, reply", lambda: text(1, TEXT))
        code = "".join(re.findall(r"\d{9}", reply)[:1])
        step("mail to the agency", send)
        step("count it", count)
        step("agency accepts", lambda: act("accept", ""), minutes=60)
        step("count it", count)
        step("agency answers", lambda: act("answer", ANSWER), minutes=60)
        step("text to the citizen", send)
        step(
            "delivery report",
            lambda: take_delivery(
                DeliveryReport(f"{code}-4-answer", "SM0", Delivery.DELIVERED), sending=sending, now=now[0]
            ),
        )
        step("count it", count)
        step("citizen rates, case closes", lambda: text(2, "3"), minutes=10)
        step("count it", count)
    return steps


def _no_mail(message: Any) -> Mail:
    return Mail(message.id, message.to, "", "", "")
