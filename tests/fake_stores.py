"""Every store in memory, with the promises of the real ones: versions, one inbox row a message, leases."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from threading import Lock
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.call import Call
from chalicelib.domain.case import OPEN, Case, Status
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.message import Delivery, Message
from chalicelib.domain.published import Published, is_published
from chalicelib.domain.waiting import Queue
from chalicelib.errors import AlreadyReceived, CaseConflict, CaseNotFound
from chalicelib.storage.page import Page

_WAITING = (Delivery.PENDING, Delivery.SENDING, Delivery.UNCERTAIN)


class FakeStores:
    """Cases, inbox, outbox and statistics of one test; `commit` writes all or nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cases: dict[str, Case] = {}
        self._received: dict[str, Received] = {}
        self._talks: dict[str, Talk] = {}
        self._messages: dict[str, Message] = {}
        self._calls: dict[str, Call] = {}
        self._queues: dict[str, Queue] = {}
        self._published: dict[str, Published] = {}
        self.conflicts = 0
        """How many of the next commits find that somebody was faster."""
        self.cases = _Cases(self)
        self.inbox = _Inbox(self)
        self.outbox = _Outbox(self)

    def commit(
        self,
        *,
        cases: Iterable[Case] = (),
        messages: Iterable[Message] = (),
        received: Received | None = None,
        talk: Talk | None = None,
        call: Call | None = None,
        queue: Queue | None = None,
        published: Published | None = None,
    ) -> None:
        cases, messages = tuple(cases), tuple(messages)
        with self._lock:
            if self.conflicts:
                self.conflicts -= 1
                raise CaseConflict("Somebody else was faster.")
            if received is not None and received.id in self._received:
                raise AlreadyReceived("This message was taken before.")
            for case in cases:
                known = self._cases.get(case.code)
                if (known.version if known else 0) != case.stored_version:
                    raise CaseConflict("Somebody else changed the case first.")
            if talk is not None:
                before = self._talks.get(talk.reporter_id)
                if (before.version if before else 0) != talk.stored_version:
                    raise CaseConflict("Another message of the same sender was taken first.")
            if call is not None:
                known_call = self._calls.get(call.id)
                if (known_call.turn if known_call else -1) != call.stored_turn:
                    raise CaseConflict("Another step of the same call was taken first.")
            if queue is not None:
                known_queue = self._queues.get(queue.line)
                if (known_queue.version if known_queue else 0) != queue.stored_version:
                    raise CaseConflict("Another caller or officer of the line was faster.")
            for message in messages:
                if message.id in self._messages:
                    raise CaseConflict("The message to send was made before.")
            for case in cases:
                before_events = self._cases[case.code].events if case.code in self._cases else ()
                events = (*before_events, *case.new_events)
                assert [event.number for event in events] == list(range(1, case.version + 1)), (
                    "a gap in the history"
                )
                self._cases[case.code] = replace(case, events=events, stored_version=case.version)
                if case.taken_off:
                    self._published.pop(case.code, None)
            if published is not None:
                assert published.code in {case.code for case in cases}, "words of a case that did not change"
                self._published[published.code] = published
            if received is not None:
                self._received[received.id] = received
            if talk is not None:
                self._talks[talk.reporter_id] = replace(talk, stored_version=talk.version)
            if call is not None:
                # what a table gives back is what JSON keeps
                self._calls[call.id] = replace(
                    call, stored_turn=call.turn, notes=json.loads(json.dumps(call.notes))
                )
            if queue is not None:
                version = queue.stored_version + 1
                self._queues[queue.line] = replace(queue, version=version, stored_version=version)
            self._messages.update({message.id: message for message in messages})

    def all_cases(self) -> list[Case]:
        """Every case, in the order in which they came."""
        return list(self._cases.values())

    def all_messages(self) -> list[Message]:
        """Every message, in the order in which they were made."""
        return list(self._messages.values())

    def everything(self) -> tuple[Any, ...]:
        """A picture of all that is stored, to compare with another one."""
        return tuple(dict(kept) for kept in self._kept())

    def put_back(self, picture: tuple[Any, ...]) -> None:
        """Be again as in a picture that `everything` gave."""
        for kept, was in zip(self._kept(), picture, strict=True):
            kept.clear()
            kept.update(was)

    def _kept(self) -> tuple[dict[str, Any], ...]:
        return (
            self._cases,
            self._received,
            self._talks,
            self._messages,
            self._calls,
            self._queues,
            self._published,
        )


class _Cases:
    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def get(self, code: str) -> Case:
        try:
            return self._stores._cases[code]
        except KeyError:
            raise CaseNotFound(code) from None

    def heads(self, codes: Iterable[str]) -> list[Case]:
        listed = {case.code: case for case in self._listed()}
        return [listed[code] for code in dict.fromkeys(codes) if code in listed]

    def _listed(self) -> list[Case]:
        return [replace(case, events=()) for case in self._stores._cases.values()]

    def of_reporter(self, reporter_id: str, limit: int = 20) -> list[Case]:
        mine = [case for case in self._listed() if reporter_id and case.reporter_id == reporter_id]
        return sorted(mine, key=lambda case: case.received_at, reverse=True)[:limit]

    def children(self, parent: Case) -> list[Case]:
        return [case for case in self._listed() if case.parent == parent.code]

    def open_for_agency(self, agency: str, *, limit: int = 50, after: str | None = None) -> Page[Case]:
        return Page(
            tuple(case for case in self._listed() if case.agency == agency and case.status in OPEN)[:limit]
        )

    def desk_queue(self, *, limit: int = 50, after: str | None = None) -> Page[Case]:
        return Page(tuple(case for case in self._listed() if case.status is Status.RECEIVED)[:limit])

    def received_on(self, day: date, *, limit: int = 100, after: str | None = None) -> Page[Case]:
        return Page(tuple(case for case in self._listed() if local(case.received_at).date() == day)[:limit])

    def published(self, codes: Iterable[str]) -> dict[str, Published]:
        return {code: self._stores._published[code] for code in codes if code in self._stores._published}

    def latest_published(self, *, limit: int = 20, after: str | None = None) -> Page[tuple[Case, Published]]:
        shown = [case for case in self._listed() if is_published(case)]
        shown.sort(key=lambda case: case.published_at or case.received_at, reverse=True)
        return Page(tuple((case, self._stores._published[case.code]) for case in shown)[:limit])

    def wake_due(self, now: datetime, limit: int = 100) -> list[str]:
        due = [case for case in self._listed() if case.wake_at is not None and case.wake_at <= now]
        return [case.code for case in sorted(due, key=lambda case: case.wake_at or now)][:limit]

    def put_off(self, code: str, *, now: datetime, until: datetime) -> bool:
        with self._stores._lock:
            case = self._stores._cases.get(code)
            if case is None or case.wake_at is None or case.wake_at > now:
                return False
            self._stores._cases[code] = replace(case, wake_at=until)
            return True


class _Inbox:
    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def read(self, message_id: str, reporter_id: str) -> tuple[Received | None, Talk | None]:
        return self.received(message_id), self._stores._talks.get(reporter_id)

    def received(self, message_id: str) -> Received | None:
        return self._stores._received.get(message_id)

    def read_call(self, step_id: str, call_id: str) -> tuple[Received | None, Call | None]:
        return self.received(step_id), self._stores._calls.get(call_id)

    def queue(self, line: str) -> Queue:
        return self._stores._queues.get(line) or Queue(line)


class _Outbox:
    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def get(self, message_id: str) -> Message | None:
        return self._stores._messages.get(message_id)

    def due(self, now: datetime, limit: int = 100) -> list[Message]:
        return [m for m in self._stores.all_messages() if m.status in _WAITING and m.due_at <= now][:limit]

    def lease(self, message_id: str, *, now: datetime, until: datetime) -> Message | None:
        with self._stores._lock:
            message = self.get(message_id)
            if message is None or message.status is not Delivery.PENDING or message.due_at > now:
                return None
            leased = replace(message, status=Delivery.SENDING, due_at=until, attempts=message.attempts + 1)
            self._stores._messages[message_id] = leased
            return leased

    def settle(
        self, message_id: str, *, expected: Iterable[Delivery], status: Delivery, **learnt: Any
    ) -> bool:
        final = {Delivery.DELIVERED, Delivery.FAILED}
        with self._stores._lock:
            message = self.get(message_id)
            if message is None or message.status not in set(expected) - final:
                return False
            known = {name: value for name, value in learnt.items() if value not in (None, "")}
            self._stores._messages[message_id] = replace(message, status=status, **known)
            return True
