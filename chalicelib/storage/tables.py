"""The five tables as the records describe them: for creating them anywhere, and for reading their streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.domain.case import Case
from chalicelib.domain.message import Message
from chalicelib.storage.case_record import CASE, CaseRecord, record_to_case
from chalicelib.storage.directory_store import DirectoryRecord
from chalicelib.storage.inbox_record import ReceivedRecord
from chalicelib.storage.message_record import MessageRecord, record_to_message
from chalicelib.storage.record import Record
from chalicelib.storage.stats_store import StatsRecord

RECORDS: dict[str, type[Record]] = {
    "cases": CaseRecord,
    "outbox": MessageRecord,
    "inbox": ReceivedRecord,
    "directory": DirectoryRecord,
    "stats": StatsRecord,
}
"""Table → the record that describes it."""

STREAMS = {"cases": "NEW_IMAGE", "outbox": "NEW_IMAGE"}
"""Table → what its stream carries. The cases feed the statistics, the outbox starts the sender."""

TIME_TO_LIVE = {"outbox": "expires_at", "inbox": "expires_at"}
"""Table → the attribute (Unix seconds) after which an item may be deleted."""


def create_table_arguments(table: str, name: str | None = None) -> dict[str, Any]:
    """
    Return what CreateTable needs for one of the five tables: keys, indexes, on-demand billing, stream.

    Args:
        table: cases, outbox, inbox, directory or stats.
        name: Its full name; by default the one in the settings.
    """
    arguments: dict[str, Any] = {
        "TableName": name or settings.table_name(table),
        "BillingMode": "PAY_PER_REQUEST",
        **RECORDS[table].table_schema(),
    }
    if table in STREAMS:
        arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": STREAMS[table]}
    return arguments


def from_stream_image(image: Mapping[str, Any]) -> Case | Message | None:
    """
    Return what an image in a stream record means.

    Args:
        image: `NewImage` of a record of the `cases` or the `outbox` stream: attribute → typed value.

    Returns:
        The case (without its history), the message, or None for an item that is neither, such as an event.
    """
    if "purpose" in image and "id" in image:
        return record_to_message(MessageRecord.from_raw_data(dict(image)))
    if image.get("item", {}).get("S") == CASE:
        return record_to_case(CaseRecord.from_raw_data(dict(image)))
    return None
