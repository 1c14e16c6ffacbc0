"""The province pack as published: immutable versions, and a pointer that holds a copy of the one in force.

Lies in the `directory` table as
- `<version>` + `pack`, `pack#2` …: the data, gzip-compressed JSON, in parts of at most 380 kB;
- `current` + `head`, `pack` …: the version in force and a copy of its parts, so that loading is one read;
- `versions` + `<version>`: the list of what was ever published.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.errors import NothingPublished, SettingMissing
from chalicelib.storage.connection import connection
from chalicelib.storage.failures import in_hotline_words
from chalicelib.storage.record import IntegerAttribute, MomentAttribute, Record, TextAttribute

PART_BYTES = 380_000
"""An item may hold 400 kB, names included."""
CURRENT, HEAD, PACK, VERSIONS = "current", "head", "pack", "versions"


class DirectoryRecord(Record):
    """A part of a published pack, the pointer, or a line of the list of versions."""

    table = "directory"

    version = TextAttribute(hash_key=True)
    part = TextAttribute(range_key=True)
    release = TextAttribute(null=True)
    """The version a pointer or its copy belongs to."""
    content = TextAttribute(null=True)
    """Hash of the data, to tell whether anything changed."""
    parts = IntegerAttribute(null=True)
    data = BinaryAttribute(legacy_encoding=False, null=True)
    published_at = MomentAttribute(null=True)


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A line of the list of versions."""

    version: str
    published_at: datetime


class DirectoryStore:
    """Published packs of the province."""

    def publish(self, data: Mapping[str, Any], *, now: datetime) -> str:
        """
        Publish a pack and put it in force, both at once.

        Args:
            data: What `Directory.from_data` takes; a `version` in it is replaced by the one made here.
            now: The present moment; becomes part of the version's name.

        Returns:
            The version in force afterwards: the present one when the content is the same.

        Raises:
            CaseConflict: Somebody else published or rolled back at the same moment.
            StorageUnavailable: The database did not answer.
        """
        content = _content_hash(data)
        head = self._head()
        if head is not None and head.content == content and head.release:
            return head.release
        version = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:8]}"
        parts = _pack({**data, "version": version})
        listed = DirectoryRecord(VERSIONS, version, content=content, parts=len(parts), published_at=now)
        with (
            in_hotline_words("Somebody else published at the same moment."),
            TransactWrite(connection=connection()) as transaction,
        ):
            for number, part in enumerate(parts, start=1):
                transaction.save(DirectoryRecord(version, _part(number), data=part, parts=len(parts)))
            transaction.save(listed)
            _point_to(transaction, version, content, parts, former=head)
        return version

    def rollback(self, version: str) -> None:
        """
        Put an earlier version in force again.

        Raises:
            SettingMissing: It was never published; the message lists what was.
            CaseConflict: Somebody else published or rolled back at the same moment.
            StorageUnavailable: The database did not answer.
        """
        head = self._head()
        with in_hotline_words():
            listed = (
                next(DirectoryRecord.query(VERSIONS, DirectoryRecord.part == version), None)
                if version
                else None
            )
            parts = _joinable(DirectoryRecord.query(version, consistent_read=True)) if listed else []
        if listed is None or listed.content is None or len(parts) != listed.parts:
            known = ", ".join(line.version for line in self.versions()) or "none"
            raise SettingMissing(f"Version {version!r} was never published. Published: {known}.")
        with (
            in_hotline_words("Somebody else published at the same moment."),
            TransactWrite(connection=connection()) as transaction,
        ):
            _point_to(transaction, version, listed.content, parts, former=head)

    def load_current(self) -> dict[str, Any]:
        """
        Return the data of the version in force, in one read.

        Raises:
            NothingPublished: Nothing was published yet.
            StorageUnavailable: The database did not answer.
        """
        with in_hotline_words():
            records = list(DirectoryRecord.query(CURRENT, consistent_read=True))
        head = next((record for record in records if record.part == HEAD), None)
        if head is None:
            raise NothingPublished("No province pack is published. Publish one before the hotline starts.")
        loaded: dict[str, Any] = json.loads(gzip.decompress(b"".join(_joinable(records))))
        return loaded

    def current_version(self) -> str | None:
        """Return the version in force; None = nothing published. Costs half a read unit, so it may be asked often."""
        head = self._head(consistent=False)
        return head.release if head else None

    def versions(self) -> list[PublishedVersion]:
        """Return every version that was ever published, newest first."""
        with in_hotline_words():
            lines = list(DirectoryRecord.query(VERSIONS, consistent_read=True, scan_index_forward=False))
        return [PublishedVersion(line.part, line.published_at) for line in lines if line.published_at]

    def _head(self, *, consistent: bool = True) -> DirectoryRecord | None:
        with in_hotline_words():
            try:
                return DirectoryRecord.get(CURRENT, HEAD, consistent_read=consistent)
            except DirectoryRecord.DoesNotExist:
                return None


def _point_to(
    transaction: TransactWrite,
    version: str,
    content: str,
    parts: list[bytes],
    *,
    former: DirectoryRecord | None,
) -> None:
    """Copy *parts* under the pointer, if it still points to *former*."""
    former_parts = (former.parts if former else None) or 0
    unmoved = (
        DirectoryRecord.release == former.release if former else DirectoryRecord.version.does_not_exist()
    )
    transaction.save(
        DirectoryRecord(CURRENT, HEAD, release=version, content=content, parts=len(parts)), condition=unmoved
    )
    for number, part in enumerate(parts, start=1):
        transaction.save(DirectoryRecord(CURRENT, _part(number), data=part))
    for number in range(len(parts) + 1, former_parts + 1):
        transaction.delete(DirectoryRecord(CURRENT, _part(number)))


def _part(number: int) -> str:
    return PACK if number == 1 else f"{PACK}#{number:02d}"


def _joinable(records: Iterable[DirectoryRecord]) -> list[bytes]:
    """The parts of a pack in their order."""
    ordered = sorted(records, key=lambda record: record.part)
    return [record.data for record in ordered if record.part.startswith(PACK) and record.data is not None]


def _pack(data: Mapping[str, Any]) -> list[bytes]:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    # mtime=0: the same data gives the same bytes.
    packed = gzip.compress(text, mtime=0)
    return [packed[first : first + PART_BYTES] for first in range(0, len(packed), PART_BYTES)]


def _content_hash(data: Mapping[str, Any]) -> str:
    content = {name: value for name, value in data.items() if name != "version"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
