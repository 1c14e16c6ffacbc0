"""One change, all or nothing: cases with their events, the messages they cause, the inbox row, the conversation."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.case import Case
from chalicelib.domain.inbox import Received, Talk
from chalicelib.domain.message import Message
from chalicelib.domain.published import Published
from chalicelib.errors import AlreadyReceived, CaseConflict, HotlineError
from chalicelib.storage.case_record import (
    CaseRecord,
    EventRecord,
    case_to_record,
    event_to_record,
    published_to_record,
)
from chalicelib.storage.connection import connection
from chalicelib.storage.failures import CANCELED, code_of, condition_failed, in_hotline_words, reason_codes
from chalicelib.storage.inbox_record import (
    CallRecord,
    QueueRecord,
    ReceivedRecord,
    TalkRecord,
    call_to_record,
    queue_to_record,
    received_to_record,
    talk_to_record,
)
from chalicelib.storage.message_record import MessageRecord, message_to_record
from chalicelib.storage.record import Record

if TYPE_CHECKING:  # a text is stored without them
    from chalicelib.domain.call import Call
    from chalicelib.domain.waiting import Queue

TRIES = 4
"""How often a commit is tried while another transaction holds one of its items."""
WAIT_SECONDS = 0.03
"""Longest wait before the first further try; doubles each time."""
MOST_ACTIONS = 100
"""DynamoDB's limit for one transaction."""


@dataclass(frozen=True, slots=True)
class _Put:
    """One item to write, the condition it is written under, and what it means when that fails."""

    record: Record
    condition: Condition | None
    refused: Callable[[], HotlineError]


def commit(
    *,
    cases: Iterable[Case] = (),
    messages: Iterable[Message] = (),
    received: Received | None = None,
    talk: Talk | None = None,
    call: Call | None = None,
    queue: Queue | None = None,
    published: Published | None = None,
) -> None:
    """
    Store one change, all of it or nothing.

    Args:
        cases: Cases as they are now; each with the events after its `stored_version`. A case that was never
            stored must not exist yet, any other must still be at its `stored_version`.
        messages: New messages to people; their ids must not exist yet.
        received: What came in; must not have come in before.
        talk: The conversation with the sender; must still be at its `stored_version`.
        call: A phone call; must still be at its `stored_turn`.
        queue: Officers and waiting callers of a line; must still be at its `stored_version`.
        published: Words of one of *cases* for everybody. A case whose change takes it off (`Case.taken_off`) loses
            its words in the same transaction, whoever made the change.

    Raises:
        AlreadyReceived: *received* is stored already; its stored reply is the answer.
        CaseConflict: A case, message or conversation was changed or made by somebody else first, or another
            transaction kept its items busy; load again and try again.
        StorageUnavailable: The database is slow, throttled or gone. After a time-out the change may have been
            stored all the same; the same *received* again tells.
    """
    cases = tuple(cases)
    puts = [
        *_puts(cases, messages, received, talk),
        *_call_put(call),
        *_queue_put(queue),
        *_published_puts(cases, published),
    ]
    if not puts:
        return
    if len(puts) > MOST_ACTIONS:
        raise ValueError(
            f"A change of {len(puts)} items does not fit one transaction (at most {MOST_ACTIONS})."
        )
    if len(puts) == 1:
        _put(puts[0])
    else:
        _put_together(puts)


def _puts(
    cases: Iterable[Case], messages: Iterable[Message], received: Received | None, talk: Talk | None
) -> list[_Put]:
    puts: list[_Put] = []
    if received is not None:
        puts.append(_Put(received_to_record(received), ReceivedRecord.id.does_not_exist(), _taken_before))
    for case in cases:
        at_stored_version = (
            CaseRecord.version == case.stored_version
            if case.stored_version
            else CaseRecord.code.does_not_exist()
        )
        puts.append(_Put(case_to_record(case), at_stored_version, _case_changed))
        puts += [
            _Put(event_to_record(case.code, event), EventRecord.code.does_not_exist(), _case_changed)
            for event in case.new_events
        ]
    if talk is not None:
        unchanged = (
            TalkRecord.version == talk.stored_version
            if talk.stored_version
            else TalkRecord.id.does_not_exist()
        )
        puts.append(_Put(talk_to_record(talk), unchanged, _talk_changed))
    puts += [
        _Put(message_to_record(message), MessageRecord.id.does_not_exist(), _message_made)
        for message in messages
    ]
    return puts


def _published_puts(cases: Iterable[Case], published: Published | None) -> list[_Put]:
    """Words that are published, and nothing in the place of those taken off; the case's version guards both."""
    told = [*([published] if published is not None else ())]
    told += [Published(case.code) for case in cases if case.taken_off]
    return [_Put(published_to_record(one), None, _case_changed) for one in told]


def _call_put(call: Call | None) -> list[_Put]:
    if call is None:
        return []
    unchanged = (
        CallRecord.turn == call.stored_turn if call.stored_turn >= 0 else CallRecord.id.does_not_exist()
    )
    return [_Put(call_to_record(call), unchanged, _call_changed)]


def _queue_put(queue: Queue | None) -> list[_Put]:
    if queue is None:
        return []
    unchanged = (
        QueueRecord.version == queue.stored_version
        if queue.stored_version
        else QueueRecord.id.does_not_exist()
    )
    return [_Put(queue_to_record(queue), unchanged, _queue_changed)]


def _queue_changed() -> HotlineError:
    return CaseConflict("Another caller or officer of the line was faster.")


def _call_changed() -> HotlineError:
    return CaseConflict("Another step of the same call was taken first.")


def _taken_before() -> HotlineError:
    return AlreadyReceived("This message was taken before.")


def _case_changed() -> HotlineError:
    return CaseConflict("Somebody else changed the case first.")


def _talk_changed() -> HotlineError:
    return CaseConflict("Another message of the same sender was taken first.")


def _message_made() -> HotlineError:
    return CaseConflict("The message to send was made before.")


def _put(put: _Put) -> None:
    """A single item needs no transaction, which would cost twice as much."""
    with in_hotline_words():
        try:
            put.record.save(put.condition)
        except PutError as error:
            if condition_failed(error):
                raise put.refused() from error
            raise


def _put_together(puts: list[_Put]) -> None:
    with in_hotline_words("Another change held the same items."):
        for attempt in range(1, TRIES + 1):
            try:
                # The records are saved in the order of `puts`, and the reasons of a refusal come in that order.
                with TransactWrite(connection=connection()) as transaction:
                    for put in puts:
                        transaction.save(put.record, condition=put.condition)
                return
            except TransactWriteError as error:
                if code_of(error) != CANCELED:
                    raise
                reasons = reason_codes(error)
                for put, reason in zip(puts, reasons, strict=False):
                    if reason == "ConditionalCheckFailed":
                        raise put.refused() from error
                # Two commits of the same webhook at the same moment: once the other is through, ours is told
                # by its condition that there is nothing left to do.
                if attempt == TRIES or "TransactionConflict" not in reasons:
                    raise
                time.sleep(random.uniform(0, WAIT_SECONDS) * 2**attempt)
