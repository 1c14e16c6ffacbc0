"""An hour at the centre: callers against officers, simulated over the hotline's own steps with stores in memory.

What is random is how people behave (when they call, how patient they are, how long they talk); who is rung, who waits
and what is told is the hotline's. `python -m bench.queue` prints the hour as a table.
"""

from __future__ import annotations

import heapq
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.contact import talked_since, waits_for_call
from chalicelib.domain.message import Delivery, Message
from chalicelib.domain.script import HangUp, Leave, Listen, Record, Ring, Wait
from chalicelib.usecases.call_out import placing
from tests.hotline import Hotline, province
from tests.telephone import Telephone, queue

CALLERS, OFFICERS, HOUR = 200, 5, 3600
START = "Mon 02/03/2026 08:00"

TALK_MEAN, TALK_LEAST = 150, 20
"""Seconds of a talk, exponential beyond the least."""
PATIENCE_MEAN = 420
"""Seconds after which a waiting caller gives up: by key 1 or by hanging up, half each."""
NEWS_SPOKEN = 8
"""Seconds the waiting news takes to say."""
SILENT_OFFICER, SILENT_CITIZEN = 0.03, 0.2
"""Share of ringing that nobody answers."""
TOO_LONG = 0.25
"""Share of those told a wait beyond their patience who press 1 at once."""


@dataclass(slots=True)
class News:
    """What one caller was told at one moment."""

    at: datetime
    ahead: int
    minutes: int | None
    really_ahead: int


@dataclass(slots=True)
class Caller:
    """One person on the telephone."""

    number: int
    phone: Telephone
    patience: float
    asked_at: datetime | None = None
    connected_at: datetime | None = None
    end: str = ""
    """answered, key 1, hung up, left word."""
    news: list[News] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hour:
    """What became of everybody."""

    callers: tuple[Caller, ...]
    cases: tuple[Case, ...]
    messages: tuple[Message, ...]
    cpu_seconds: float
    steps: int
    double_talks: int
    """Times an officer was put through while talking; must be none."""

    @property
    def ends(self) -> Counter[str]:
        """How the calls ended."""
        return Counter(caller.end for caller in self.callers)

    @property
    def waits(self) -> list[float]:
        """Seconds from asking for a person to an officer's phone ringing, of those who were connected."""
        return sorted(
            (caller.connected_at - caller.asked_at).total_seconds()
            for caller in self.callers
            if caller.connected_at and caller.asked_at
        )

    @property
    def kept(self) -> list[tuple[float, float | None]]:
        """Minutes really waited after each news and minutes told, of those who were connected in the end."""
        return [
            ((caller.connected_at - news.at).total_seconds() / 60, news.minutes)
            for caller in self.callers
            if caller.connected_at
            for news in caller.news
            if news.at <= caller.connected_at
        ]

    def case_of(self, caller: Caller) -> list[Case]:
        """The cases a call left."""
        return [case for case in self.cases if case.events[0].data.get("call") == caller.phone.id]


class Simulation:
    """Events in time order; every webhook goes through the use cases."""

    def __init__(self, callers: int, officers: int, seed: int, *, repeats: int) -> None:
        self._random = random.Random(seed)
        phones = tuple(f"+8490000{n:04}" for n in range(1000, 1000 + officers))
        self.phones = phones
        shift = {
            "id": "ca-thu",
            "line": "centre",
            "takes": "calls",
            "phones": list(phones),
            "ring": "together",
            "days": "daily",
            "hours": ["06:00-21:00"],
            "holidays": "also",
        }
        known = province()
        own = {**known.province, "desk": {**known.province["desk"], "phone": ""}}
        self.line = Hotline(START, directory=replace(known, province=own, duty={"shifts": [shift]}))
        codes = iter(range(10_000_000, 99_999_999))
        self.line._codes = (str(code) for code in codes)
        self._start = self.line.now
        self._agenda: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0
        self._repeats = repeats
        self._talking: dict[str, datetime] = {}
        self.double_talks = 0
        self._waiting: dict[int, datetime] = {}
        self.callers: list[Caller] = []
        for number in range(callers):
            self._at(self._start + timedelta(seconds=self._random.uniform(0, HOUR)), self._dials(number))
        self._placed = 0

    # -- the clock ----------------------------------------------------------------------------------------

    def _at(self, when: datetime, what: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (when, self._count, what))

    def _after(self, seconds: float, what: Callable[[], object]) -> None:
        self._at(self.line.now + timedelta(seconds=seconds), what)

    def run(self, hours: float) -> None:
        """Let time pass until everybody is off the telephone, at most *hours*."""
        until = self._start + timedelta(hours=hours)
        self._at(self._start + timedelta(seconds=HOUR), self._desk)
        while self._agenda and self._agenda[0][0] <= until:
            self.line.now, _, what = heapq.heappop(self._agenda)
            what()

    # -- a caller -----------------------------------------------------------------------------------------

    def _dials(self, number: int) -> Callable[[], object]:
        def dial() -> None:
            phone = Telephone(
                self.line, caller=f"+8490001{number:04}", id=f"twilio#CA{number}", repeats=self._repeats
            )
            caller = Caller(number, phone, self._random.expovariate(1 / PATIENCE_MEAN))
            self.callers.append(caller)
            self._after(self._random.uniform(6, 15), lambda: self._asks(caller))

        return dial

    def _asks(self, caller: Caller) -> None:
        caller.asked_at = self.line.now
        caller.phone.did("keys", keys="0")
        self._goes_on(caller)

    def _goes_on(self, caller: Caller) -> None:
        """Do what the hotline's answer leads to."""
        match caller.phone.last:
            case Ring() as ring:
                self._rings(caller, ring)
            case Wait():
                self._waiting[caller.number] = datetime.fromisoformat(caller.phone.state.notes["asked_at"])
                self._after(2, lambda: self._asks_news(caller))
            case Listen():
                self._hears_news(caller)
            case Leave():
                self._waiting.pop(caller.number, None)
                self._after(1, lambda: self._leaves(caller))
            case Record():
                self._after(15, lambda: self._leaves_word(caller))
            case HangUp() | None:
                self._after(3, lambda: caller.phone.did("ended"))

    def _asks_news(self, caller: Caller) -> None:
        if not caller.end:
            caller.phone.did("waiting")
            self._goes_on(caller)

    def _hears_news(self, caller: Caller) -> None:
        told = caller.phone.state.notes["wait_told"]
        since = self._waiting[caller.number]
        really = sum((other, n) < (since, caller.number) for n, other in self._waiting.items())
        caller.news.append(News(self.line.now, told["ahead"], told["minutes"], really))
        assert caller.asked_at is not None
        waited = (self.line.now - caller.asked_at).total_seconds()
        minutes = told["minutes"] or 40
        shocked = waited + minutes * 60 > caller.patience * 2 and self._random.random() < TOO_LONG
        if not shocked and waited < caller.patience:
            self._after(NEWS_SPOKEN + 10, lambda: self._asks_news(caller))
        elif shocked or self._random.random() < 0.5:
            self._after(NEWS_SPOKEN, lambda: self._presses_1(caller))
        else:
            self._after(NEWS_SPOKEN, lambda: self._hangs_up(caller))

    def _presses_1(self, caller: Caller) -> None:
        caller.end = "key 1"
        caller.phone.did("keys", keys="1")
        self._goes_on(caller)

    def _hangs_up(self, caller: Caller) -> None:
        caller.end = "hung up"
        self._waiting.pop(caller.number, None)
        caller.phone.did("left", result="hangup")
        caller.phone.did("ended")

    def _leaves(self, caller: Caller) -> None:
        caller.phone.did("left", result="leave")
        self._goes_on(caller)

    def _leaves_word(self, caller: Caller) -> None:
        caller.end = "left word"
        caller.phone.did("recorded", recording=f"RE{caller.number}", seconds=15)
        self._goes_on(caller)

    def _rings(self, caller: Caller, ring: Ring) -> None:
        free = [phone for phone in ring.numbers if phone not in self._talking]
        self.double_talks += len(free) < len(ring.numbers)
        if not free or self._random.random() < SILENT_OFFICER:
            self._after(ring.seconds, lambda: self._rings_in_vain(caller))
            return
        officer = self._random.choice(free)
        if caller.connected_at is None:
            caller.connected_at = self.line.now
        self._talking[officer] = self.line.now
        picks_up = self._random.uniform(3, 9)
        talk = TALK_LEAST + self._random.expovariate(1 / (TALK_MEAN - TALK_LEAST))
        self._after(picks_up, lambda: caller.phone.officer_accepts(officer))
        self._after(picks_up + talk, lambda: self._has_talked(caller, officer, int(talk)))

    def _rings_in_vain(self, caller: Caller) -> None:
        caller.phone.did("rung", result="no-answer")
        self._goes_on(caller)

    def _has_talked(self, caller: Caller, officer: str, seconds: int) -> None:
        caller.end = "answered"
        del self._talking[officer]
        caller.phone.did("rung", result="completed", seconds=seconds)
        self._goes_on(caller)

    # -- the desk calls back when the rush is over --------------------------------------------------------

    def _desk(self) -> None:
        """Have the citizen called who waited longest, while nobody waits on the line and an officer is free."""
        now = self.line.now
        centre = queue(self.line)
        if not centre.waiting and centre.free(self.phones, now):
            owed = [case for case in self.line.cases if waits_for_call(case) and not _asked(case)]
            if owed:
                first = min(owed, key=lambda case: case.received_at)
                self.line.desk("call", code=first.code)
        for message in self.line.messages(purpose="call_back"):
            if message.status is Delivery.PENDING and message.due_at <= now:
                self._place(message)
        self._after(10, self._desk)

    def _place(self, message: Message) -> None:
        stores = self.line.stores
        plan = placing(
            message,
            cases=stores.cases,
            inbox=stores.inbox,
            commit=stores.commit,
            directory=self.line.directory,
            now=self.line.now,
        )
        if plan.later is not None:
            stores._messages[message.id] = replace(message, due_at=plan.later)
            return
        stores._messages[message.id] = replace(message, status=Delivery.DELIVERED)
        if not plan.to:
            return
        self._placed += 1
        id, to = f"twilio#out{self._placed}", plan.to
        self.double_talks += to in self._talking
        self._talking[to] = self.line.now
        self._after(5, lambda: self._officer_hears(message, id, to))

    def _officer_hears(self, message: Message, id: str, to: str) -> None:
        phone = Telephone(
            self.line, caller="+842771022", called=to, id=id, about=message.id, repeats=self._repeats
        )

        def presses_1() -> None:
            phone.did("keys", keys="1")
            if self._random.random() < SILENT_CITIZEN:
                self._after(25, lambda: ends("no-answer", 0))
            else:
                talk = TALK_LEAST + self._random.expovariate(1 / (TALK_MEAN - TALK_LEAST))
                self._after(8 + talk, lambda: ends("completed", int(talk)))

        def ends(result: str, seconds: int) -> None:
            del self._talking[to]
            phone.did("rung", result=result, seconds=seconds)
            phone.did("ended", result="completed")

        self._after(6, presses_1)


def _asked(case: Case) -> bool:
    return any(event.data.get("call_asked") for event in case.events)


def simulate(
    callers: int = CALLERS, officers: int = OFFICERS, *, seed: int = 1022, hours: float = 4, repeats: int = 1
) -> Hour:
    """
    Let an hour's callers ring, and time pass until *hours* after its start.

    Args:
        repeats: How often the provider tells each thing.
    """
    began = time.process_time()
    simulation = Simulation(callers, officers, seed, repeats=repeats)
    simulation.run(hours)
    stores = simulation.line.stores
    return Hour(
        tuple(simulation.callers),
        tuple(stores.all_cases()),
        tuple(stores.all_messages()),
        time.process_time() - began,
        len(stores._received),
        simulation.double_talks,
    )


def table(hour: Hour) -> list[tuple[str, str]]:
    """Return the hour as rows: what, how many."""
    ends, waits, kept = hour.ends, hour.waits, hour.kept
    news = [one for caller in hour.callers for one in caller.news]
    owed = [case for case in hour.cases if any(event.data.get("call_back") for event in case.events)]
    called = sum(talked_since(case, case.received_at) for case in owed)
    told = [(real, minutes) for real, minutes in kept if minutes is not None]
    rows: list[tuple[str, Any]] = [
        ("callers", len(hour.callers)),
        ("  talked with an officer", ends["answered"]),
        ("  pressed 1 to be called back", ends["key 1"]),
        ("  hung up while waiting: called back", ends["hung up"]),
        ("  left word: called back", ends["left word"]),
        (
            "  lost",
            len(hour.callers) - sum(ends[end] for end in ("answered", "key 1", "hung up", "left word")),
        ),
        ("called back in the hours after", called),
        ("queued to be called back", len(owed) - called),
        ("wait until an officer rang, median", f"{statistics.median(waits):.0f} s"),
        ("  longest of nine in ten", f"{waits[int(len(waits) * 0.9)]:.0f} s"),
        ("pieces of waiting news", len(news)),
        ("  place told was the place", f"{_share(n.ahead == n.really_ahead for n in news)} %"),
        ("  waited no longer than told", f"{_share(real <= minutes for real, minutes in told)} %"),
        ("  at most two minutes longer", f"{_share(real <= minutes + 2 for real, minutes in told)} %"),
        ("  told minus waited, median", f"{statistics.median(m - real for real, m in told):.1f} min"),
        ("steps taken", hour.steps),
        ("CPU", f"{hour.cpu_seconds:.1f} s"),
    ]
    return [(what, str(value)) for what, value in rows]


def _share(found: Any) -> str:
    marks = list(found)
    return f"{100 * sum(marks) / max(1, len(marks)):.0f}"


def show(hour: Hour) -> None:
    """Print the hour as a table."""
    print(f"{CALLERS} callers against {OFFICERS} officers in an hour, then three hours without callers")
    for what, value in table(hour):
        print(f"  {what:<40} {value:>8}")


def main() -> None:
    """Print the hour."""
    show(simulate())


if __name__ == "__main__":
    main()
