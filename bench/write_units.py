"""Counts write units by DynamoDB's own published rules, item by item, on any engine.

moto makes its figures up, and DynamoDB Local counts only one item per table of a transaction, so neither can say
what the life of a case costs. The rules: an item costs one unit per begun 1,024 bytes of its larger state; every
index row written or deleted costs likewise, a moved one twice, an unchanged one nothing; in a transaction
everything costs double (for index rows that is the upper bound; DynamoDB Local counts them so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

KB = 1024  # bytes
Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """One item that was written."""

    operation: str
    table: str
    """Full name."""
    key: str
    item_units: int
    index_units: int
    size: int
    """Bytes of its larger state."""


@dataclass(slots=True)
class Ledger:
    """Everything that was written while it was open."""

    written: list[Written] = field(default_factory=list)

    @property
    def units(self) -> int:
        """Write units of all items with their index rows."""
        return sum(line.item_units + line.index_units for line in self.written)

    def units_by_table(self) -> dict[str, int]:
        """Table → write units."""
        units: dict[str, int] = {}
        for line in self.written:
            units[line.table] = units.get(line.table, 0) + line.item_units + line.index_units
        return units


@contextmanager
def counted() -> Iterator[Ledger]:
    """
    Keep a ledger of all writes of this process to the database the settings name now.

    Each item is read before and after its write, by a client of our own whose reads nobody counts; so this is for
    the bench and for tests. A refused write is not in the ledger (it costs one unit of each condition's item).
    """
    from chalicelib import settings
    from chalicelib.storage.connection import connection
    from chalicelib.storage.tables import RECORDS
    from local.database import client

    ledger = Ledger()
    reader = client(settings.dynamodb_endpoint() or "")
    schemas = {settings.table_name(table): record.table_schema() for table, record in RECORDS.items()}
    hooks = connection().client.meta.events
    mark = uuid4().hex

    def read(table: str, key: Item) -> Item | None:
        found: Item | None = reader.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def before(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context[mark] = [
            (table, key, read(table, key)) for table, key in _writes(model.name, params, schemas)
        ]

    def after(model: Any, http_response: Any, context: dict[str, Any], **_: Any) -> None:
        if http_response.status_code >= 300:
            return
        factor = 2 if model.name == "TransactWriteItems" else 1
        for table, key, old in context.get(mark, ()):
            new = read(table, key)
            ledger.written.append(
                Written(
                    model.name,
                    table,
                    "/".join(str(next(iter(value.values()))) for value in key.values()),
                    factor * _units(max(item_bytes(old), item_bytes(new))),
                    factor
                    * sum(
                        _index_units(index, schemas[table], old, new) for index in _indexes(schemas[table])
                    ),
                    max(item_bytes(old), item_bytes(new)),
                )
            )

    hooks.register("provide-client-params.dynamodb", before, unique_id=f"{mark}-before")
    hooks.register("after-call.dynamodb", after, unique_id=f"{mark}-after")
    try:
        yield ledger
    finally:
        hooks.unregister("provide-client-params.dynamodb", before, unique_id=f"{mark}-before")
        hooks.unregister("after-call.dynamodb", after, unique_id=f"{mark}-after")


def item_bytes(item: Item | None) -> int:
    """Size of an item as DynamoDB counts it: names and values, UTF-8."""
    if item is None:
        return 0
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content.strip("-0").replace(".", "")) // 2 + 2
    if kind == "B":
        return len(content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_bytes(inner) for name, inner in content.items())
    if kind == "L":
        return 3 + sum(1 + _value_bytes(inner) for inner in content)
    return 1


def _units(size: int) -> int:
    return max(1, -(-size // KB))


def _writes(operation: str, params: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[tuple[str, Item]]:
    if operation == "TransactWriteItems":
        actions = [next(iter(action.values())) for action in params["TransactItems"]]
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        actions = [params]
    else:
        return []
    found: list[tuple[str, Item]] = []
    for action in actions:
        table = action["TableName"]
        names = [key["AttributeName"] for key in schemas[table]["KeySchema"]]
        source = action.get("Key") or action["Item"]
        found.append((table, {name: source[name] for name in names}))
    return found


def _indexes(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(schema.get("GlobalSecondaryIndexes", ()))


def _index_units(
    index: Mapping[str, Any], schema: Mapping[str, Any], old: Item | None, new: Item | None
) -> int:
    keys = [key["AttributeName"] for key in index["KeySchema"]]
    before, after = _row(index, schema, keys, old), _row(index, schema, keys, new)
    if before == after:
        return 0
    if before is None or after is None:
        return _units(item_bytes(before or after))
    if any(before[name] != after[name] for name in keys):
        return _units(item_bytes(before)) + _units(item_bytes(after))
    return _units(max(item_bytes(before), item_bytes(after)))


def _row(
    index: Mapping[str, Any], schema: Mapping[str, Any], keys: list[str], item: Item | None
) -> Item | None:
    """What of an item lies in an index; None when it is not in it."""
    if item is None or any(name not in item for name in keys):
        return None
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return item
    names = {
        *keys,
        *(key["AttributeName"] for key in schema["KeySchema"]),
        *projection.get("NonKeyAttributes", ()),
    }
    return {name: value for name, value in item.items() if name in names}
