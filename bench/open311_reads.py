"""A page of Open311's list must cost the same among 100 cases and among 100,000 (docs/open311.md)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bench.meter import measured
from chalicelib import settings, wiring
from chalicelib.domain.open311 import OTHER
from chalicelib.domain.open311_query import read_query
from chalicelib.storage.case_store import CaseStore
from chalicelib.usecases.open311_list import find_requests
from local.database import client

NOW = datetime(2030, 1, 10, 3, 0, tzinfo=UTC)
"""Far from what other measurements store in the same tables."""
SERVICES = 15
AT_ONCE = 25  # DynamoDB's limit of one batch
RARE = "y_te"

QUERIES: dict[str, dict[str, str]] = {
    "the newest 100": {"page": "1", "page_size": "100"},
    "100 further on": {"page": "8", "page_size": "100"},
    "100 of a field": {"service_code": "giao_thong", "page": "1", "page_size": "100"},
    "the few of a rare field": {"service_code": RARE, "page": "1", "page_size": "100"},
    "100 that are open": {"status": "open", "page": "1", "page_size": "100"},
    "one by its id": {"service_request_id": "000000000"},
}

_stored = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What one query cost."""

    found: int
    calls: int
    units: float


def reads_among(cases: int) -> dict[str, Read]:
    """Return what each query costs with *cases* listed in all (stores what is missing)."""
    global _stored
    _store(islice(_rows(), _stored, cases))
    _stored = cases
    found = {}
    for name, asked in QUERIES.items():
        query = read_query(asked, wiring.directory(), NOW)
        with measured() as meter:
            shown = find_requests(query, cases=CaseStore(), directory=wiring.directory())
        found[name] = Read(len(shown), meter.reads, meter.read_units)
    return found


def _store(rows: Iterator[dict[str, Any]]) -> None:
    """Put rows straight into the table: only how they are found is measured."""
    table = settings.table_name("cases")
    database = client(settings.dynamodb_endpoint() or "")
    while batch := list(islice(rows, AT_ONCE)):
        left = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        while left:
            left = database.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
            time.sleep(0.01 if left else 0)


def _rows() -> Iterator[dict[str, Any]]:
    """Cases as they are stored, the newest first, so that those stored later lie behind."""
    codes = [code for code in wiring.directory().services if code not in (OTHER, RARE)]
    number = 0
    while True:
        service = RARE if number < 3 else codes[number % len(codes)]
        at = (NOW - timedelta(seconds=60 * number + 60)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        words = {
            "code": f"{number:08d}{number % 10}",
            "item": "case",
            "status": "assigned" if number % 4 == 0 else "closed",
            "kind": "complaint",
            "priority": "normal",
            "received_at": at,
            "updated_at": at,
            "channel": "sms",
            "service": service,
            "listed": service,
            "day": at[:10],
        }
        yield {"version": {"N": "3"}, **{name: {"S": word} for name, word in words.items()}}
        number += 1
