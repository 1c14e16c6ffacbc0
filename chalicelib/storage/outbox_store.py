"""Messages to people after the change that made them: whose turn it is, who sends, what became of it.

New messages are written by `storage.commit`, in the transaction of their cause.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.domain.message import Delivery, Message
from chalicelib.storage.batch import items_by_key
from chalicelib.storage.failures import condition_failed, in_hotline_words
from chalicelib.storage.message_record import (
    ONE_SHELF,
    TROUBLE,
    WAITING,
    MessageRecord,
    record_to_message,
)

_log = logging.getLogger("hotline.outbox")

FINAL = frozenset({Delivery.DELIVERED, Delivery.FAILED})
"""Never left again, whatever callback comes late."""


class OutboxStore:
    """The outbox."""

    def get(self, message_id: str) -> Message | None:
        """Return a message as it is now, or None."""
        return next((record_to_message(record) for record in _records([message_id])), None)

    def due(self, now: datetime, limit: int = 100) -> list[Message]:
        """
        Return messages the sweep has to look at, longest due first.

        They are pending and due, or their lease or their time to be settled has run out (`due_at` <= *now*). A
        message that somebody is sending just now is not among them.

        Raises:
            StorageUnavailable: The database did not answer.
        """
        found: list[Message] = []
        start: dict[str, Any] | None = None
        while len(found) < limit:
            with in_hotline_words():
                page = MessageRecord.by_due.query(
                    ONE_SHELF,
                    MessageRecord.sweep_at <= now,
                    limit=limit,
                    last_evaluated_key=start,
                )
                ids = [record.id for record in page]
                start = page.last_evaluated_key
            found += [
                message for message in _readable(ids) if message.status in WAITING and message.due_at <= now
            ]
            if not start:
                break
        return found[:limit]

    def lease(self, message_id: str, *, now: datetime, until: datetime) -> Message | None:
        """
        Take a message for sending; only one caller gets it.

        Args:
            message_id: Which one.
            now: The present moment; the message must be pending and due.
            until: When the lease runs out. A message still `sending` then has an unknown outcome.

        Returns:
            The message, now `sending` with one attempt more; None when somebody else has it, it is not due or gone.
        """
        record = MessageRecord(message_id)
        free = (MessageRecord.status == Delivery.PENDING) & (MessageRecord.due_at <= now)
        actions: list[Action] = [
            MessageRecord.status.set(Delivery.SENDING),
            MessageRecord.due_at.set(until),
            MessageRecord.attempts.add(1),
        ]
        return record_to_message(record) if self._update(record, actions, free) else None

    def settle(
        self,
        message_id: str,
        *,
        expected: Iterable[Delivery],
        status: Delivery,
        due_at: datetime | None = None,
        provider_id: str = "",
        error: str = "",
        was_uncertain: bool | None = None,
        sent_at: datetime | None = None,
        attempts: int | None = None,
    ) -> bool:
        """
        Write down what became of a message.

        Args:
            message_id: Which one.
            expected: States it may be in now. `delivered` and `failed` are never left, even if named here.
            status: The state it goes to.
            due_at: When the sweep shall look again, for a state that is not final.
            provider_id: The provider's id of it, if just learnt.
            error: Why, in a word for the desk.
            was_uncertain: Set once an outcome was unknown.
            sent_at: When the provider took it.
            attempts: How many are counted from now on, where this one is not to count.

        Returns:
            Whether it was written; False when the message is in another state or gone.
        """
        allowed = sorted(set(expected) - FINAL)
        if not allowed:
            return False
        actions: list[Action] = [MessageRecord.status.set(status)]
        if status in WAITING:
            if due_at is not None:
                actions += [
                    MessageRecord.due_at.set(due_at),
                    MessageRecord.sweep_at.set(due_at),
                    MessageRecord.waiting.set(ONE_SHELF),
                ]
        else:
            actions += [MessageRecord.waiting.remove(), MessageRecord.sweep_at.remove()]
        actions.append(
            MessageRecord.trouble.set(status) if status in TROUBLE else MessageRecord.trouble.remove()
        )
        learnt: tuple[tuple[Any, Any], ...] = (
            (MessageRecord.provider_id, provider_id or None),
            (MessageRecord.error, error or None),
            (MessageRecord.was_uncertain, was_uncertain),
            (MessageRecord.sent_at, sent_at),
            (MessageRecord.attempts, attempts),
        )
        actions += [attribute.set(value) for attribute, value in learnt if value is not None]
        return self._update(MessageRecord(message_id), actions, MessageRecord.status.is_in(*allowed))

    def _update(self, record: MessageRecord, actions: list[Action], condition: Any) -> bool:
        with in_hotline_words():
            try:
                record.update(actions, condition)
            except UpdateError as error:
                if condition_failed(error):
                    return False
                raise
        return True


def _readable(ids: list[str]) -> Iterator[Message]:
    """The messages with these ids; one that no code of today can read is an error in the log and no more."""
    for record in _records(ids):
        try:
            message = record_to_message(record)
        except (ValueError, TypeError):
            _log.exception("message cannot be read", extra={"message_id": record.id})
        else:
            yield message


def _records(ids: list[str]) -> list[MessageRecord]:
    keys = [{"id": {"S": key}} for key in ids]
    items = {item["id"]["S"]: item for item in items_by_key(MessageRecord, keys)}
    return [MessageRecord.from_raw_data(items[key]) for key in ids if key in items]
