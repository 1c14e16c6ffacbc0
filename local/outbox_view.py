"""The outbox as it is stored, for people who watch: newest first, at most some hundred rows."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from local.clock import ZONE
from local.database import client

MOST = 300
_UTC = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")  # as the tables keep it
_SHOWN = (
    "id channel purpose to case_code status due_at attempts error was_uncertain provider_id "
    "created_at sent_at"
).split()


def outbox_rows(endpoint: str, table: str) -> list[dict[str, Any]]:
    """Return the latest rows of the outbox table."""
    read = TypeDeserializer().deserialize
    rows = []
    for page in client(endpoint).get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            row = {name: read(value) for name, value in item.items() if name in _SHOWN}
            rows.append({name: _plain(row.get(name)) for name in _SHOWN})
    rows.sort(key=lambda row: str(row["created_at"]), reverse=True)
    return rows[:MOST]


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _UTC.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(ZONE).isoformat(timespec="seconds")
    return int(value) if value is not None and not isinstance(value, str | bool) else value
