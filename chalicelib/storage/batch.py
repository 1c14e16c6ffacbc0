"""Reading many items of a table by key, in as few calls as the database allows."""

from __future__ import annotations

import random
import time
from typing import Any

from chalicelib.errors import StorageUnavailable
from chalicelib.storage.failures import in_hotline_words
from chalicelib.storage.record import Record

MOST_KEYS = 100
"""DynamoDB's limit for one call."""
TRIES = 4
WAIT_SECONDS = 0.05


def items_by_key(
    record: type[Record], keys: list[dict[str, Any]], *, fresh: bool = True
) -> list[dict[str, Any]]:
    """
    Return the raw items with these keys in no order; unknown keys are left out.

    Args:
        record: Of which table.
        keys: Full keys.
        fresh: Strongly consistent; otherwise half the price, and up to a second behind.

    Raises:
        StorageUnavailable: The database did not answer, or kept handing keys back as too much.
    """
    items: list[dict[str, Any]] = []
    for first in range(0, len(keys), MOST_KEYS):
        items += _read(record, keys[first : first + MOST_KEYS], fresh)
    return items


def _read(record: type[Record], keys: list[dict[str, Any]], fresh: bool) -> list[dict[str, Any]]:
    table = record._get_connection()
    items: list[dict[str, Any]] = []
    for attempt in range(TRIES):
        with in_hotline_words():
            answer = table.batch_get_item(keys, consistent_read=fresh)  # type: ignore[arg-type]  # full keys are passed on
        items += answer.get("Responses", {}).get(table.table_name, [])
        keys = answer.get("UnprocessedKeys", {}).get(table.table_name, {}).get("Keys", [])
        if not keys:
            return items
        time.sleep(random.uniform(0, WAIT_SECONDS) * 2**attempt)
    raise StorageUnavailable("The database asked to slow down.")
