"""The database of one machine: an engine to talk to, and the five tables on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalicelib.storage.tables import RECORDS, create_table_arguments
from local import dynamodb_local, moto_engine
from local.dynamodb_local import EngineMissing

__all__ = [
    "EngineMissing",
    "client",
    "create_tables",
    "delete_tables",
    "start_dynamodb_local",
    "start_moto_server",
]

REGION = "ap-southeast-1"
"""A region has to be named; local engines keep no data apart by it."""


def start_moto_server() -> tuple[str, Callable[[], None]]:
    """Start the engine in memory; return its address and a function that ends it."""
    return moto_engine.start()


def start_dynamodb_local(data_dir: Path | None = None) -> tuple[str, Callable[[], None]]:
    """
    Start Amazon's DynamoDB Local; return its address and a function that ends it.

    Args:
        data_dir: Where it keeps its tables; None = in memory.

    Raises:
        EngineMissing: Java or Maven is missing; the message says what to install.
    """
    return dynamodb_local.start(data_dir)


@lru_cache(maxsize=16)
def client(endpoint: str, service: str = "dynamodb") -> Any:
    """A plain client for an engine on this machine; *service* may be `dynamodbstreams`."""
    import boto3

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def create_tables(endpoint: str, prefix: str) -> dict[str, str]:
    """
    Create the five tables where they are missing; what they hold is left alone.

    Time to live is never switched on here: the simulated clock may stand years back, where everything would
    expire at once.

    Args:
        endpoint: The engine.
        prefix: Usually the province; the tables are named `<prefix>-<table>`.

    Returns:
        Table → its full name.
    """
    database = client(endpoint)
    names = {table: f"{prefix}-{table}" for table in RECORDS}
    for table, name in names.items():
        try:
            database.create_table(**create_table_arguments(table, name))
        except database.exceptions.ResourceInUseException:
            pass  # it is there already
    return names


def delete_tables(endpoint: str, prefix: str) -> None:
    """Delete the five tables with all they hold, as far as they are there."""
    database = client(endpoint)
    for table in RECORDS:
        try:
            database.delete_table(TableName=f"{prefix}-{table}")
        except database.exceptions.ResourceNotFoundException:
            pass  # never made
