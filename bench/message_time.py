"""CPU that one text message costs in our process: understanding, routing, transaction, reply; not the web framework."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from chalicelib import wiring
from chalicelib.gateways.ports import InboundSms
from chalicelib.usecases.take_sms import take_sms

MESSAGES = (
    "Duong vao cho Sa Dec o ga nhieu qua, xe hay te",
    "Cho hoi thu tuc lam giay khai sinh o phuong Cao Lanh can giay to gi",
    "Den duong xa Tan Phu huyen Thanh Binh hu het ca thang nay chua ai sua",
    "cup nuoc 3 ngay roi o khom 2 phuong My Tho, de nghi xu ly",
    "Toi muon hoi tro cap that nghiep nop o dau, bao lau co tien",
)
ROUNDS = 20


def milliseconds_of_cpu() -> tuple[float, float]:
    """Return the mean CPU of a message handled whole, and of its understanding alone; both warm, in ms."""
    wiring.set_clock(lambda: datetime(2026, 11, 18, 4, 0, tzinfo=UTC))
    number = 0
    _take(number, MESSAGES[0])
    began = time.process_time()
    for _ in range(ROUNDS):
        for text in MESSAGES:
            number += 1
            _take(number, text)
    handled = (time.process_time() - began) / number
    reader, day = wiring.reader(), wiring.now().date()
    began = time.process_time()
    for _ in range(ROUNDS):
        for text in MESSAGES:
            reader.read(text, on=day)
    understood = (time.process_time() - began) / (ROUNDS * len(MESSAGES))
    wiring.set_clock(lambda: datetime.now(UTC))
    return handled * 1000, understood * 1000


def _take(number: int, text: str) -> None:
    sender = f"+8490001{number:04d}"
    take_sms(InboundSms(f"twilio#BENCH{number}", sender, "1022", text), **wiring.taking())
