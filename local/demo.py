"""DEMO=1: some weeks of sample cases, through the front door: texts, accepted and returned cases, answers, ratings.

Two are filed by form and three published by the desk. What somebody else files meanwhile is let alone.
Everything is decided by a seeded generator: the same province shows the same weeks every time.
"""

from __future__ import annotations

import heapq
import http.client
import logging
import random
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from local.demo_texts import ANSWERS, QUESTION, REPLY, RETURN, texts_for
from local.simulator.delivered import Item, same
from local.simulator.phones import e164, text_the_hotline

if TYPE_CHECKING:
    from local.machine import Machine

log = logging.getLogger("local.demo")

DAYS = 21
CASES = 32
SEED = 1022
BY_FORM = (4, 17)
"""Which of the cases come by the web form."""
PUBLISHED = 3
"""So many handled cases the desk publishes."""

_LINK = re.compile(r"https?://\S+/a/[^\s\"<>]+")
_CODE = re.compile(r"\b(\d{3}) ?(\d{3}) ?(\d{3})\b")
_PROPOSED = re.compile(r'<option[^>]*value="([^"]+)"[^>]*selected')


def fill(machine: Machine, is_ending: Callable[[], bool]) -> None:
    """Live through the weeks before the start; stop early when somebody wants to end."""
    if machine.resumed:
        log.info("an earlier run is kept here; no sample cases are added")
        return
    from chalicelib import wiring

    Weeks(machine, wiring.case_store()).live(is_ending)


class Weeks:
    """The people of a province for some weeks."""

    def __init__(self, machine: Machine, cases: Any) -> None:
        self._machine = machine
        self._cases = cases
        self._dice = random.Random(SEED)
        self._plan: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0
        self._read = 0
        self._known: set[tuple[str, str]] = set()
        self._phones: dict[str, str] = {}
        """Code of a sample case → its phone. Nothing else is acted on."""
        self._unpublished = PUBLISHED

    def live(self, is_ending: Callable[[], bool]) -> None:
        """Do what is planned, in order, until the start."""
        end = self._machine.begins_at
        self._plan_texts(self._machine.clock.now())
        while self._plan and not is_ending():
            moment, _, act = heapq.heappop(self._plan)
            if moment >= end:
                break
            self._machine.worker.jump(max(moment, self._machine.clock.now()))
            act()
            self._machine.worker.settle()
            self._read_mail()
        if not is_ending():
            self._machine.worker.jump(max(end, self._machine.clock.now()))

    def _plan_texts(self, start: datetime) -> None:
        texts = texts_for(self._machine.options.province)
        for number in range(CASES):
            day = start + timedelta(days=number * (DAYS - 1) / CASES)
            moment = day.replace(hour=self._dice.randint(7, 20), minute=self._dice.randint(0, 59))
            phone = f"09000006{number:02}"
            text = texts[number % len(texts)]
            opening = (
                self._filing(phone, text) if number in BY_FORM else self._texting(phone, text, opens=True)
            )
            self._at(max(moment, start), opening)

    def _at(self, moment: datetime, act: Callable[[], None]) -> None:
        self._planned += 1
        heapq.heappush(self._plan, (moment, self._planned, act))

    def _later(self, hours: float, act: Callable[[], None]) -> None:
        """Plan something for office hours."""
        moment = self._machine.clock.now() + timedelta(hours=hours)
        if not time(8) <= moment.time() <= time(16, 30):
            moment = (moment + timedelta(hours=12)).replace(hour=8, minute=self._dice.randint(0, 59))
        while moment.weekday() > 4:
            moment += timedelta(days=1)
        self._at(moment, act)

    # -- citizens ---------------------------------------------------------------------------------------

    def _texting(self, phone: str, text: str, *, opens: bool = False) -> Callable[[], None]:
        def act() -> None:
            sent = text_the_hotline(self._machine.delivered, sender=phone, text=text)
            found = _CODE.findall(" ".join(sent.replies))
            if opens and found:
                self._phones.update(dict.fromkeys(("".join(groups) for groups in found), phone))
                log.info("%s  %s", self._machine.clock.now().strftime("%d/%m %H:%M"), text[:60])

        return act

    def _filing(self, phone: str, text: str) -> Callable[[], None]:
        def act() -> None:
            from chalicelib import wiring
            from chalicelib.domain.filing import Filing, web_filing_id
            from chalicelib.usecases.file_case import file_case

            filing = Filing(web_filing_id(f"demo-{phone}", text), "web", text, address=e164(phone))
            self._phones[file_case(filing, **wiring.taking()).code] = phone

        return act

    def _rating(self, code: str) -> None:
        phone = self._phones.get(code)
        mark = self._dice.choices(["3", "2", "1", ""], [60, 15, 7, 18])[0]
        if phone and mark:
            self._later(self._dice.uniform(1, 9), self._texting(phone, mark))

    # -- agencies and the desk --------------------------------------------------------------------------

    def _read_mail(self) -> None:
        mails = self._machine.delivered.items(channel="email")
        for mail in mails[self._read :]:
            link, code = _LINK.search(mail.text), _CODE.search(mail.subject)
            if not link or not code:
                continue
            key = (same(mail.to), "".join(code.groups()))
            if key not in self._known:
                self._known.add(key)
                if self._is_ours(key[1]):
                    self._decide(mail, link[0], key[1])
        self._read = len(mails)

    def _decide(self, mail: Item, link: str, code: str) -> None:
        if same(mail.to) == same(self._machine.desk):
            self._later(self._dice.uniform(0.1, 0.6), lambda: self._desk(link, code))
            return
        way = self._dice.choices(["usual", "at once", "return", "ask", "nothing"], [66, 14, 7, 6, 7])[0]
        if way == "usual":
            self._later(self._dice.uniform(0.5, 5), self._acting(link, "accept"))
            self._later(self._dice.uniform(20, 70), self._answering(link, code))
        elif way == "at once":
            self._later(self._dice.uniform(1, 4), self._answering(link, code))
        elif way == "return":
            self._later(self._dice.uniform(1, 5), self._acting(link, "return", RETURN))
        elif way == "ask":
            self._later(self._dice.uniform(1, 5), self._asking(link, code))

    def _is_ours(self, code: str) -> bool:
        """Whether it is a sample case; a denunciation is for people alone, also one of ours."""
        return code in self._phones and self._cases.get(code).kind != "denunciation"

    def _desk(self, link: str, code: str) -> None:
        page = _http(link)
        proposed = _PROPOSED.search(page)
        if 'value="assign"' in page and proposed:
            _http(link, {"act": "assign", "text": "", "agency": proposed[1]})
        else:
            self._answering(link, code)()

    def _acting(self, link: str, act: str, text: str = "") -> Callable[[], None]:
        def do() -> None:
            _http(link, {"act": act, "text": text})

        return do

    def _answering(self, link: str, code: str) -> Callable[[], None]:
        def act() -> None:
            _http(link, {"act": "answer", "text": self._dice.choice(ANSWERS)})
            self._rating(code)
            if self._unpublished:
                self._unpublished -= 1
                self._later(self._dice.uniform(10, 20), self._publishing(code))

        return act

    def _publishing(self, code: str) -> Callable[[], None]:
        def act() -> None:
            from chalicelib import wiring
            from chalicelib.domain.masking import mask
            from chalicelib.domain.published import matter_of, may_be_published
            from chalicelib.storage.commit import commit
            from chalicelib.usecases.publish_case import publish_case

            case = self._cases.get(code)
            if may_be_published(case):
                words = mask(matter_of(case)), mask(case.answer)
                publish_case(case, *words, commit=commit, cases=self._cases, now=wiring.now())
            else:
                self._unpublished += 1

        return act

    def _asking(self, link: str, code: str) -> Callable[[], None]:
        def act() -> None:
            _http(link, {"act": "ask", "text": QUESTION})
            phone = self._phones.get(code)
            if phone:
                self._later(3, self._texting(phone, REPLY))
                self._later(30, self._answering(link, code))

        return act


def _http(address: str, form: dict[str, str] | None = None) -> str:
    """GET a page, or POST a form to it; return what comes back. What is refused stays as it is."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        if form is None:
            connection.request("GET", parts.path)
        else:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, urlencode(form), kind)
        return connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()
