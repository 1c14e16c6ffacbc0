"""How a message to a person lies in the `outbox` table."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.message import Delivery, Message
from chalicelib.storage.record import IntegerAttribute, JsonAttribute, MomentAttribute, Record, TextAttribute

ONE_SHELF = "1"
KEPT = timedelta(days=90)
"""How long a message stays after it was made; its effect is kept in the case's history."""

WAITING = frozenset({Delivery.PENDING, Delivery.SENDING, Delivery.UNCERTAIN})
"""States the sweep still has something to do for."""
TROUBLE = frozenset({Delivery.UNCERTAIN, Delivery.FAILED})
"""States the desk has to see."""


class MessagesByDue(GlobalSecondaryIndex["MessageRecord"]):
    """Messages whose fate is open, by the time the sweep must look: the sender's every-minute job.

    A lease does not move its row here (that would be two more writes a message): the row keeps its place, and
    whoever reads the list compares the item's own `due_at`.
    """

    class Meta:
        """Index settings."""

        index_name = "by_due"
        projection = KeysOnlyProjection()

    waiting = TextAttribute(hash_key=True)
    sweep_at = MomentAttribute(range_key=True)


class MessagesInTrouble(GlobalSecondaryIndex["MessageRecord"]):
    """Uncertain and failed messages: what the desk has to look at. Empty when all is well."""

    class Meta:
        """Index settings."""

        index_name = "in_trouble"
        projection = KeysOnlyProjection()

    trouble = TextAttribute(hash_key=True)
    created_at = MomentAttribute(range_key=True)


class MessageRecord(Record):
    """A message as stored; `chalicelib.domain.message.Message` is what it means. Defaults are left out."""

    table = "outbox"

    id = TextAttribute(hash_key=True)
    channel = TextAttribute()
    to = TextAttribute()
    purpose = TextAttribute()
    created_at = MomentAttribute()
    due_at = MomentAttribute()
    text = TextAttribute(null=True)
    subject = TextAttribute(null=True)
    html = TextAttribute(null=True)
    params = JsonAttribute(null=True)
    case_code = TextAttribute(null=True)
    cc = JsonAttribute(null=True)
    reply_to = TextAttribute(null=True)
    attachments = JsonAttribute(null=True)
    language = TextAttribute(null=True)
    civil_hours = BooleanAttribute(null=True)
    status = TextAttribute()
    attempts = IntegerAttribute(null=True)
    provider_id = TextAttribute(null=True)
    error = TextAttribute(null=True)
    was_uncertain = BooleanAttribute(null=True)
    sent_at = MomentAttribute(null=True)

    expires_at = IntegerAttribute()
    """Unix seconds; the table's time to live."""
    waiting = TextAttribute(null=True)
    sweep_at = MomentAttribute(null=True)
    trouble = TextAttribute(null=True)

    by_due = MessagesByDue()
    in_trouble = MessagesInTrouble()


_FIELDS = tuple(field.name for field in fields(Message))
_DEFAULTS = {field.name: field.default for field in fields(Message) if field.default is not MISSING}
_READ_AS: dict[str, Any] = {"status": Delivery, "cc": tuple, "attachments": tuple}


def message_to_record(message: Message) -> MessageRecord:
    """The item of *message*, with the keys of the lists it belongs in."""
    record = MessageRecord(message.id)
    for name in _FIELDS:
        value = getattr(message, name)
        if value is not None and value not in ("", {}, ()) and value != _DEFAULTS.get(name):
            setattr(record, name, list(value) if isinstance(value, tuple) else value)
    record.status = message.status
    record.to = message.to
    record.expires_at = int((message.created_at + KEPT).timestamp())
    if message.status in WAITING:
        record.waiting = ONE_SHELF
        record.sweep_at = message.due_at
    if message.status in TROUBLE:
        record.trouble = message.status
    return record


def record_to_message(record: MessageRecord) -> Message:
    """What the item means."""
    found: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(record, name)
        if value is not None:
            read_as = _READ_AS.get(name)
            found[name] = read_as(value) if read_as else value
    return Message(**found)
