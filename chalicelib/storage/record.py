"""What all records share: the lazy table, and attributes that keep text and times as we need them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model

from chalicelib.storage.connection import table_connection


class Record(Model):
    """An item of one of the five tables; which table and where is asked of the settings at each use."""

    table: ClassVar[str]
    """cases, outbox, inbox, directory or stats."""
    schema_record: ClassVar[type[Record] | None] = None
    """The record that describes the table where several share it; None = this one."""

    class Meta:
        """Only names what pynamodb insists on; the real values come from `storage.connection`."""

        table_name = "asked of the settings"
        billing_mode = "PAY_PER_REQUEST"

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return table_connection(cls)

    @classmethod
    def table_schema(cls) -> dict[str, Any]:
        """Keys, attributes and indexes of the table in the words of CreateTable."""
        schema = (cls.schema_record or cls)._get_schema()
        described: dict[str, Any] = {
            "KeySchema": _hash_first(schema["key_schema"]),
            "AttributeDefinitions": sorted(
                schema["attribute_definitions"], key=lambda item: item["AttributeName"]
            ),
        }
        indexes = [
            {
                "IndexName": index["index_name"],
                "KeySchema": _hash_first(index["key_schema"]),
                "Projection": index["projection"],
            }
            for index in sorted(schema["global_secondary_indexes"], key=lambda index: index["index_name"])
        ]
        if indexes:
            described["GlobalSecondaryIndexes"] = indexes
        return described


def _hash_first(keys: Any) -> list[dict[str, str]]:
    return sorted((dict(key) for key in keys), key=lambda key: key["KeyType"])


def clean_text(text: str) -> str:
    """Return *text* as it can be stored: paired surrogates joined, lone ones replaced, the rest as it is."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class TextAttribute(UnicodeAttribute):
    """Text of people: whatever came in can be stored."""

    def serialize(self, value: Any) -> Any:
        """Make the text storable (see `clean_text`)."""
        return clean_text(str(value))


class IntegerAttribute(Attribute[int]):
    """A whole number."""

    attr_type = "N"

    def serialize(self, value: int) -> str:
        """Write its digits."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """Read the stored digits."""
        return int(value)


class MomentAttribute(Attribute[datetime]):
    """A moment in UTC, sortable as text: `2026-03-02T04:05:06.000007Z`. Refuses a time without a zone."""

    attr_type = "S"

    def serialize(self, value: datetime) -> str:
        """Write the moment in UTC."""
        return moment_text(value)

    def deserialize(self, value: str) -> datetime:
        """Read a stored moment; aware, UTC."""
        return datetime.fromisoformat(value)


def moment_text(moment: datetime) -> str:
    """
    Return *moment* as it is stored and sorted.

    Raises:
        ValueError: *moment* is naive; taken as UTC it would be seven hours wrong in Việt Nam.
    """
    if moment.tzinfo is None:
        raise ValueError(f"A stored time must have a zone: {moment!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


class JsonAttribute(Attribute[Any]):
    """Small structured facts as compact JSON text; Vietnamese letters stay letters, which is a third of the bytes."""

    attr_type = "S"

    def serialize(self, value: Any) -> str:
        """Write compact JSON."""
        return clean_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def deserialize(self, value: str) -> Any:
        """Read it back."""
        return json.loads(value)
