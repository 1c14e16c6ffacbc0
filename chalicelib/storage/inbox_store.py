"""What came in before, and where the conversation with a sender stands. Writing both is `storage.commit`'s."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.inbox import Received, Talk
from chalicelib.storage.batch import items_by_key
from chalicelib.storage.inbox_record import (
    RECEIVED_KEPT,
    CallRecord,
    QueueRecord,
    ReceivedRecord,
    TalkRecord,
    call_key,
    queue_key,
    record_to_call,
    record_to_queue,
    record_to_received,
    record_to_talk,
    talk_key,
)

if TYPE_CHECKING:  # a text is read without them
    from chalicelib.domain.call import Call
    from chalicelib.domain.waiting import Queue


class InboxStore:
    """Messages that came in with the reply given, and conversations."""

    def read(self, message_id: str, reporter_id: str) -> tuple[Received | None, Talk | None]:
        """
        Return what is known of a message and of the conversation with its sender, in one round trip.

        Args:
            message_id: Provider and its message id.
            reporter_id: The sender; empty where there is no address to talk to.

        Raises:
            StorageUnavailable: The database did not answer.
        """
        wanted = [message_id, *([talk_key(reporter_id)] if reporter_id else [])]
        found = {
            item["id"]["S"]: item
            for item in items_by_key(ReceivedRecord, [{"id": {"S": key}} for key in wanted])
        }
        came, talk = found.get(message_id), found.get(talk_key(reporter_id))
        return (
            record_to_received(ReceivedRecord.from_raw_data(came)) if came else None,
            record_to_talk(TalkRecord.from_raw_data(talk)) if talk else None,
        )

    def read_call(self, step_id: str, call_id: str) -> tuple[Received | None, Call | None]:
        """
        Return what is known of one step of a call and of the call, in one round trip.

        Raises:
            StorageUnavailable: The database did not answer.
        """
        wanted = (step_id, call_key(call_id))
        found = {
            item["id"]["S"]: item
            for item in items_by_key(ReceivedRecord, [{"id": {"S": key}} for key in wanted])
        }
        came, call = found.get(step_id), found.get(call_key(call_id))
        return (
            record_to_received(ReceivedRecord.from_raw_data(came)) if came else None,
            record_to_call(CallRecord.from_raw_data(call)) if call else None,
        )

    def queue(self, line: str) -> Queue:
        """
        Return the officers and waiting callers of a line (`centre` or an agency's code); nobody yet is an empty one.

        Raises:
            StorageUnavailable: The database did not answer.
        """
        from chalicelib.domain.waiting import Queue

        found = items_by_key(ReceivedRecord, [{"id": {"S": queue_key(line)}}])
        return next((record_to_queue(QueueRecord.from_raw_data(item)) for item in found), Queue(line))

    def received(self, message_id: str, *, now: datetime | None = None) -> Received | None:
        """Return a message that came in, or None; with *now*, also None once its time is over (30 days)."""
        found, _ = self.read(message_id, "")
        if found is not None and now is not None and found.received_at + RECEIVED_KEPT <= now:
            return None
        return found
