"""How what came in, and the conversation with a sender, lie in the `inbox` table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.inbox import Received, Talk
from chalicelib.storage.record import (
    IntegerAttribute,
    JsonAttribute,
    MomentAttribute,
    Record,
    TextAttribute,
    moment_text,
)

if TYPE_CHECKING:  # a text is stored without them
    from chalicelib.domain.call import Call
    from chalicelib.domain.waiting import Queue

RECEIVED_KEPT = timedelta(days=30)
"""Providers repeat a webhook within days; a month is safely longer, and then the text is gone."""
TALK_KEPT = timedelta(days=365)
TALK = "talk#"
CALL = "call#"
CALL_KEPT = timedelta(days=30)
QUEUE = "queue#"


class ReceivedRecord(Record):
    """A message that came in, as stored; `chalicelib.domain.inbox.Received` is what it means."""

    table = "inbox"

    id = TextAttribute(hash_key=True)
    received_at = MomentAttribute()
    channel = TextAttribute()
    reporter_id = TextAttribute()
    text = TextAttribute()
    reply = TextAttribute(null=True)
    case_code = TextAttribute(null=True)
    outcome = TextAttribute(null=True)
    expires_at = IntegerAttribute()


class TalkRecord(Record):
    """The conversation with a sender, as stored; `chalicelib.domain.inbox.Talk` is what it means."""

    table = "inbox"
    schema_record = ReceivedRecord

    id = TextAttribute(hash_key=True)
    version = IntegerAttribute()
    updated_at = MomentAttribute()
    case_code = TextAttribute(null=True)
    asked = TextAttribute(null=True)
    asked_at = MomentAttribute(null=True)
    options = JsonAttribute(null=True)
    language = TextAttribute(null=True)
    expires_at = IntegerAttribute()


class CallRecord(Record):
    """A phone call, as stored; `chalicelib.domain.call.Call` is what it means."""

    table = "inbox"
    schema_record = ReceivedRecord

    id = TextAttribute(hash_key=True)
    turn = IntegerAttribute()
    started_at = MomentAttribute()
    updated_at = MomentAttribute()
    caller = TextAttribute(null=True)
    called = TextAttribute(null=True)
    reporter_id = TextAttribute(null=True)
    language = TextAttribute()
    step = TextAttribute()
    tries = IntegerAttribute()
    case_code = TextAttribute(null=True)
    notes = JsonAttribute(null=True)
    ended_at = MomentAttribute(null=True)
    outcome = TextAttribute(null=True)
    expires_at = IntegerAttribute()


class QueueRecord(Record):
    """The officers and waiting callers of a line, as stored; `chalicelib.domain.waiting.Queue` is what it means."""

    table = "inbox"
    schema_record = ReceivedRecord

    id = TextAttribute(hash_key=True)
    version = IntegerAttribute()
    waiting = JsonAttribute(null=True)
    held = JsonAttribute(null=True)
    mean_milliseconds = IntegerAttribute()
    talks = IntegerAttribute()


def queue_key(line: str) -> str:
    """Key of a line's queue."""
    return f"{QUEUE}{line}"


def queue_to_record(queue: Queue) -> QueueRecord:
    """The item of a queue, under the version after the stored one."""
    waiting = [
        (waiter.call_id, moment_text(waiter.since), moment_text(waiter.seen)) for waiter in queue.waiting
    ]
    held = [
        (hold.call_id, hold.phones, moment_text(hold.since), moment_text(hold.until), hold.taken)
        for hold in queue.held
    ]
    return QueueRecord(
        queue_key(queue.line),
        version=queue.stored_version + 1,
        waiting=waiting or None,
        held=held or None,
        mean_milliseconds=round(queue.mean_seconds * 1000),
        talks=queue.talks,
    )


def record_to_queue(record: QueueRecord) -> Queue:
    """What the item means."""
    from chalicelib.domain.waiting import Hold, Queue, Waiter

    moment = datetime.fromisoformat
    return Queue(
        line=record.id.removeprefix(QUEUE),
        waiting=tuple(
            Waiter(call_id, moment(since), moment(seen)) for call_id, since, seen in record.waiting or ()
        ),
        held=tuple(
            Hold(call_id, tuple(phones), moment(since), moment(until), taken)
            for call_id, phones, since, until, taken in record.held or ()
        ),
        mean_seconds=record.mean_milliseconds / 1000,
        talks=record.talks,
        version=record.version,
        stored_version=record.version,
    )


def call_key(call_id: str) -> str:
    """Key of a phone call."""
    return f"{CALL}{call_id}"


def call_to_record(call: Call) -> CallRecord:
    """The item of a call."""
    return CallRecord(
        call_key(call.id),
        turn=call.turn,
        started_at=call.started_at,
        updated_at=call.updated_at,
        caller=call.caller or None,
        called=call.called or None,
        reporter_id=call.reporter_id or None,
        language=call.language,
        step=call.step,
        tries=call.tries,
        case_code=call.case_code,
        notes=call.notes or None,
        ended_at=call.ended_at,
        outcome=call.outcome or None,
        expires_at=_seconds(call.updated_at + CALL_KEPT),
    )


def record_to_call(record: CallRecord) -> Call:
    """What the item means."""
    from chalicelib.domain.call import Call

    return Call(
        id=record.id.removeprefix(CALL),
        caller=record.caller or "",
        reporter_id=record.reporter_id or "",
        started_at=record.started_at,
        updated_at=record.updated_at,
        called=record.called or "",
        language=record.language,
        step=record.step,
        turn=record.turn,
        stored_turn=record.turn,
        tries=record.tries,
        case_code=record.case_code,
        notes=dict(record.notes or {}),
        ended_at=record.ended_at,
        outcome=record.outcome or "",
    )


def talk_key(reporter_id: str) -> str:
    """Key of the conversation with a reporter."""
    return f"{TALK}{reporter_id}"


def received_to_record(received: Received) -> ReceivedRecord:
    """The item of a message that came in."""
    return ReceivedRecord(
        received.id,
        received_at=received.received_at,
        channel=received.channel,
        reporter_id=received.reporter_id,
        text=received.text,
        reply=received.reply or None,
        case_code=received.case_code,
        outcome=received.outcome or None,
        expires_at=_seconds(received.received_at + RECEIVED_KEPT),
    )


def record_to_received(record: ReceivedRecord) -> Received:
    """What the item means."""
    return Received(
        id=record.id,
        received_at=record.received_at,
        channel=record.channel,
        reporter_id=record.reporter_id,
        text=record.text,
        reply=record.reply or "",
        case_code=record.case_code,
        outcome=record.outcome or "",
    )


def talk_to_record(talk: Talk) -> TalkRecord:
    """The item of a conversation, under the version after the stored one."""
    return TalkRecord(
        talk_key(talk.reporter_id),
        version=max(talk.version, talk.stored_version + 1),
        updated_at=talk.updated_at,
        case_code=talk.case_code,
        asked=talk.asked,
        asked_at=talk.asked_at,
        options=list(talk.options) or None,
        language=talk.language,
        expires_at=_seconds(talk.updated_at + TALK_KEPT),
    )


def record_to_talk(record: TalkRecord) -> Talk:
    """What the item means."""
    return Talk(
        reporter_id=record.id.removeprefix(TALK),
        updated_at=record.updated_at,
        version=record.version,
        stored_version=record.version,
        case_code=record.case_code,
        asked=record.asked,
        asked_at=record.asked_at,
        options=tuple(record.options or ()),
        language=record.language or "vi",
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
