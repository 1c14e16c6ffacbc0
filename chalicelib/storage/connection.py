"""Where the tables are: one database client per endpoint, made at first use and shared by every record.

Nothing is read from the settings when this module is imported, so that a process may be pointed at another
table or another engine while it runs (tests do), and an import costs no network and no secret.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection

from chalicelib import settings

if TYPE_CHECKING:
    from chalicelib.storage.record import Record

# A webhook has 15 seconds with Twilio, all attempts included (pynamodb's own defaults are 15 s and 30 s a try).
CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 3
RETRIES = 2
POOL_SIZE = 20

_lock = Lock()
_connections: dict[tuple[str, str | None], Connection] = {}
_tables: dict[tuple[str, str | None, str], TableConnection] = {}


def connection() -> Connection:
    """The client for the endpoint the settings name now; safe to share between threads."""
    key = (settings.region(), settings.dynamodb_endpoint())
    found = _connections.get(key)
    if found is None:
        with _lock:
            found = _connections.get(key) or _open(*key)
            _connections[key] = found
    return found


def table_connection(record: type[Record]) -> TableConnection:
    """The connection to the table that *record* lives in."""
    name = settings.table_name(record.table)
    key = (settings.region(), settings.dynamodb_endpoint(), name)
    found = _tables.get(key)
    if found is None:
        shared = connection()
        with _lock:
            found = _tables.get(key) or _attach(record, name, shared)
            _tables[key] = found
    return found


def _open(region: str, endpoint: str | None) -> Connection:
    opened = Connection(
        region=region,
        host=endpoint,
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        read_timeout_seconds=READ_TIMEOUT_SECONDS,
        max_retry_attempts=RETRIES,
        max_pool_connections=POOL_SIZE,
    )
    # pynamodb makes its botocore client at the first call, and making two at once is not thread-safe.
    _ = opened.client
    return opened


def _attach(record: type[Record], name: str, shared: Connection) -> TableConnection:
    schema = record.table_schema()
    shared.add_meta_table(
        MetaTable(
            {
                "TableName": name,
                "KeySchema": schema["KeySchema"],
                "AttributeDefinitions": schema["AttributeDefinitions"],
                "GlobalSecondaryIndexes": schema.get("GlobalSecondaryIndexes", []),
            }
        )
    )
    attached = TableConnection(name)
    # One client for all tables: each further one would cost a cold start some 30 ms and its own sockets.
    attached.connection = shared
    return attached
