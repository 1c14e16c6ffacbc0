"""How what came in, and the conversation with a sender, lie in the `inbox` table."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.inbox import Received, Talk
from chalicelib.storage.record import IntegerAttribute, JsonAttribute, MomentAttribute, Record, TextAttribute

RECEIVED_KEPT = timedelta(days=30)
"""Providers repeat a webhook within days; a month is safely longer, and then the text is gone."""
TALK_KEPT = timedelta(days=365)
TALK = "talk#"


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
