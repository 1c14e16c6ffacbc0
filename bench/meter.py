"""Counts what the hotline asks of the database: calls, and the units the engine says they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the database."""

    operation: str
    """DynamoDB's name of it, e.g. Query."""
    tables: tuple[str, ...]
    """Full names of the tables it touched."""
    read_units: float = 0.0
    write_units: float = 0.0
    """As the engine counts: a transaction costs twice, each changed index row as well. moto's figures are made up."""


@dataclass(slots=True)
class Meter:
    """What was asked of the database while it ran."""

    calls: list[Call] = field(default_factory=list)

    @property
    def read_units(self) -> float:
        """Read units of all calls."""
        return sum(call.read_units for call in self.calls)

    @property
    def write_units(self) -> float:
        """Write units of all calls."""
        return sum(call.write_units for call in self.calls)

    @property
    def reads(self) -> int:
        """Number of calls that read."""
        return sum(call.operation in READS for call in self.calls)

    @property
    def writes(self) -> int:
        """Number of calls that write."""
        return sum(call.operation in WRITES for call in self.calls)

    @property
    def operations(self) -> list[str]:
        """Names of the calls, in their order."""
        return [call.operation for call in self.calls]

    def write_units_by_table(self) -> dict[str, float]:
        """Table → write units, for calls to a single table; a transaction over several stands under all their names."""
        units: Counter[str] = Counter()
        for call in self.calls:
            units["+".join(call.tables)] += call.write_units  # type: ignore[assignment]  # half units exist
        return dict(units)


@contextmanager
def measured() -> Iterator[Meter]:
    """
    Count the calls of this process to the database the settings name now, of all its threads.

    Refused calls (a failed condition, a conflict) count as calls; their units are not told by the engine.
    """
    from chalicelib.storage.connection import connection

    meter = Meter()
    hooks = connection().client.meta.events
    mark = uuid4().hex

    def ask_for_units(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in READS | WRITES:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def note(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity") or []
        meter.calls.append(_call(model.name, consumed if isinstance(consumed, list) else [consumed]))

    def note_failure(model: Any = None, **_: Any) -> None:
        meter.calls.append(Call(model.name if model is not None else "?", ()))

    registered = (
        ("provide-client-params.dynamodb", ask_for_units),
        ("after-call.dynamodb", note),
        ("after-call-error.dynamodb", note_failure),
    )
    for event, hook in registered:
        hooks.register(event, hook, unique_id=f"{mark}-{event}")
    try:
        yield meter
    finally:
        for event, hook in registered:
            hooks.unregister(event, hook, unique_id=f"{mark}-{event}")


def _call(operation: str, consumed: list[dict[str, Any]]) -> Call:
    units = sum(float(part.get("CapacityUnits", 0)) for part in consumed)
    return Call(
        operation,
        tuple(sorted(part["TableName"] for part in consumed if part.get("TableName"))),
        read_units=units if operation in READS else 0.0,
        write_units=units if operation in WRITES else 0.0,
    )
