"""`python -m infra.container.copy`: carry the tables of a hotline that stands still to the engine of the settings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from chalicelib import settings
from chalicelib.errors import SettingMissing
from infra.container.tables import EngineUnfit, check_engine, database

ORDER = ("directory", "inbox", "stats", "cases", "outbox")
"""The outbox last: where senders run already, its rows wake them."""

BATCH = 25
"""Most items BatchWriteItem takes."""

TRIES = 10
"""How often what the engine left over of a batch is offered again."""


def copy_table(source: Any, target: Any, name: str) -> int:
    """
    Copy every item of table *name*; return how many.

    Raises:
        EngineUnfit: The target holds items already, or did not take all.
    """
    if target.scan(TableName=name, Limit=1)["Items"]:
        raise EngineUnfit(f"{name} is not empty where it should be copied to. Delete it and make it anew.")
    pages = source.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    items = (item for page in pages for item in page["Items"])
    copied = 0
    while batch := list(islice(items, BATCH)):
        _write(target, name, batch)
        copied += len(batch)
    there = sum(_counts(target, name))
    if there != copied:
        raise EngineUnfit(
            f"{name}: {copied} items were read and {there} are there. Is the old hotline still at work?"
        )
    return copied


def _write(target: Any, name: str, items: list[dict[str, Any]]) -> None:
    left: Any = {name: [{"PutRequest": {"Item": item}} for item in items]}
    for _ in range(TRIES):
        left = target.batch_write_item(RequestItems=left).get("UnprocessedItems")
        if not left:
            return
    raise EngineUnfit(f"{name}: the engine keeps refusing some items; it may be throttled.")


def _counts(client: Any, name: str) -> Iterator[int]:
    for page in client.get_paginator("scan").paginate(TableName=name, Select="COUNT", ConsistentRead=True):
        yield page["Count"]


def main() -> int:
    """Copy; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Copy a standing hotline's tables to the engine of DYNAMODB_ENDPOINT."
    )
    parser.add_argument("--from-endpoint", help="address of the old engine; without it, Amazon's own")
    parser.add_argument(
        "--from-profile", help="profile of the AWS configuration with the keys of the old engine"
    )
    options = parser.parse_args()
    import boto3

    try:
        source = boto3.Session(profile_name=options.from_profile).client(
            "dynamodb", region_name=settings.region(), endpoint_url=options.from_endpoint
        )
        target = database()
        if options.from_endpoint == settings.dynamodb_endpoint():
            raise EngineUnfit(
                "The tables would be copied onto themselves. Set DYNAMODB_ENDPOINT to the new engine."
            )
        check_engine(target)
        for table in ORDER:
            name = settings.table_name(table)
            print(f"{name}: {copy_table(source, target, name)} items", flush=True)
    except (EngineUnfit, SettingMissing) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
