"""Reads the tables' streams and calls the handlers with what a Lambda event source mapping would give them."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger("streams")

BATCH_SIZE = 100  # records a call; what a mapping has when nobody says otherwise
SHARDS_SECONDS = 30  # a list of shards is good for that long
MAX_TRIES = 5  # of a batch that fails, as the deployed mapping allows; the sweep takes over what was given up

Event = dict[str, Any]
Handler = Callable[[Event], Any]


@dataclass
class StreamReader:
    """One table's stream, read in order, with its place kept so that a restart goes on where it stopped."""

    table: str
    handler: Handler
    client: Any
    """A boto3 `dynamodbstreams` client."""
    arn: str
    places: dict[str, str] = field(default_factory=dict)
    """Shard → sequence number of the last record that is dealt with."""
    region: str = "local"
    _failures: dict[str, int] = field(default_factory=dict)
    _finished: set[str] = field(default_factory=set)
    _shards: list[dict[str, Any]] = field(default_factory=list)
    _listed_at: float = float("-inf")

    def read(self) -> int:
        """Hand on what is new, one batch a shard; return how many records were dealt with."""
        return sum(self._read_shard(shard) for shard in self._open_shards())

    def _open_shards(self) -> list[dict[str, Any]]:
        if time.monotonic() - self._listed_at > SHARDS_SECONDS:
            self._shards, self._listed_at = self._list_shards(), time.monotonic()
        # A shard's parent comes first in the list and is read to its end before its children.
        waiting = {shard["ShardId"] for shard in self._shards} - self._finished
        return [s for s in self._shards if s["ShardId"] in waiting and s.get("ParentShardId") not in waiting]

    def _list_shards(self) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            page = self.client.describe_stream(StreamArn=self.arn, **more)["StreamDescription"]
            shards += page["Shards"]
            if "LastEvaluatedShardId" not in page:
                return shards
            more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def _read_shard(self, shard: dict[str, Any]) -> int:
        name = shard["ShardId"]
        page = self.client.get_records(ShardIterator=self._iterator(name), Limit=BATCH_SIZE)
        records = [self._as_lambda_sees_it(record) for record in page["Records"]]
        if not records:
            if page.get("NextShardIterator") is None:
                self._finished.add(name)
                self._listed_at = float("-inf")
            return 0
        done = self._hand_on(name, records)
        if done:
            self.places[name] = records[done - 1]["dynamodb"]["SequenceNumber"]
        return done

    def _iterator(self, shard: str) -> str:
        # A new iterator each time: one that is kept expires after 15 minutes, and moto's points at a table's
        # state before the last transaction that was rolled back.
        place: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self.places:
            place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.places[shard]}
        try:
            found = self.client.get_shard_iterator(StreamArn=self.arn, ShardId=shard, **place)
        except self.client.exceptions.TrimmedDataAccessException:
            found = self.client.get_shard_iterator(
                StreamArn=self.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )
        return str(found["ShardIterator"])

    def _hand_on(self, shard: str, records: list[dict[str, Any]]) -> int:
        """Call the handler; return how many records from the front need not be seen again."""
        try:
            answer = self.handler({"Records": records})
        except Exception as error:  # the mapping retries whatever the handler raised
            log.warning("%s: a batch of %d failed (%s)", self.table, len(records), type(error).__name__)
            return self._given_up(shard, len(records))
        failed = {item["itemIdentifier"] for item in (answer or {}).get("batchItemFailures", [])}
        for at, record in enumerate(records):
            if record["dynamodb"]["SequenceNumber"] in failed:
                return at or self._given_up(shard, 1)  # the lowest failed record is the checkpoint
        self._failures.pop(shard, None)
        return len(records)

    def _given_up(self, shard: str, count: int) -> int:
        self._failures[shard] = self._failures.get(shard, 0) + 1
        if self._failures[shard] < MAX_TRIES:
            return 0
        log.error("%s: %d records given up after %d tries", self.table, count, MAX_TRIES)
        del self._failures[shard]
        return count

    def _as_lambda_sees_it(self, record: dict[str, Any]) -> dict[str, Any]:
        change = {key: _wire(value) for key, value in record["dynamodb"].items() if key in _IMAGES}
        when = record["dynamodb"].get("ApproximateCreationDateTime")
        return {
            "eventID": record["eventID"],
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": record.get("awsRegion") or self.region,
            "dynamodb": {
                "ApproximateCreationDateTime": when.timestamp() if hasattr(when, "timestamp") else when,
                "SizeBytes": record["dynamodb"].get("SizeBytes", 0),
                "StreamViewType": record["dynamodb"].get("StreamViewType", "NEW_AND_OLD_IMAGES"),
                "SequenceNumber": str(record["dynamodb"]["SequenceNumber"]),
                **change,
            },
            "eventSourceARN": self.arn,
            **({"userIdentity": record["userIdentity"]} if record.get("userIdentity") else {}),
        }


_IMAGES = ("Keys", "NewImage", "OldImage")


def _wire(value: Any) -> Any:
    """Binary values travel as base64 text in a Lambda event; boto3 has decoded them."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {key: _wire(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_wire(inner) for inner in value]
    return value


def reader_of(
    table: str, handler: Handler, *, endpoint: str | None, region: str, places: dict[str, str]
) -> StreamReader:
    """Open the stream of *table* at *endpoint* (None = Amazon's). Raises LookupError when the table has none."""
    import boto3

    database = boto3.client("dynamodb", endpoint_url=endpoint, region_name=region)
    arn = database.describe_table(TableName=table)["Table"].get("LatestStreamArn")
    if not arn:
        raise LookupError(f"The table {table} has no stream.")
    client = boto3.client("dynamodbstreams", endpoint_url=endpoint, region_name=region)
    return StreamReader(table, handler, client, arn, places, region)
