"""`python -m infra.container.tables`: make the five tables on the engine the settings name, where they are missing."""

from __future__ import annotations

import sys
from typing import Any

from chalicelib import settings
from chalicelib.errors import SettingMissing
from chalicelib.storage.tables import STREAMS, TIME_TO_LIVE, create_table_arguments

ACTIVE_SECONDS = 120
"""How long a new table may take; engines on one's own servers make one within seconds."""


class EngineUnfit(Exception):
    """The engine does not answer, or cannot do what the hotline's promises rest on; names the remedy."""


def database(service: str = "dynamodb") -> Any:
    """A client for the engine the settings name; *service* may be `dynamodbstreams`."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        region_name=settings.region(),
        endpoint_url=settings.dynamodb_endpoint(),
        config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2}),
    )


def check_engine(client: Any) -> None:
    """
    Ask for a transaction that writes nothing: every change of a case is one (docs/design.md §4).

    Raises:
        EngineUnfit: The engine has no transactions, refuses the keys, or does not answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    where = settings.dynamodb_endpoint() or f"DynamoDB in {settings.region()}"
    nothing = {
        "TableName": settings.table_name("outbox"),
        "Key": {"id": {"S": "no such message"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        client.transact_write_items(TransactItems=[{"ConditionCheck": nothing}])
    except ClientError as refusal:
        code = refusal.response.get("Error", {}).get("Code", "")
        if code == "UnknownOperationException":
            raise EngineUnfit(
                f"The engine at {where} has no transactions (TransactWriteItems). A case and the messages it causes "
                "would no longer be stored together. Set DYNAMODB_ENDPOINT to an engine that has them: "
                "docs/ops/leaving-aws.md"
            ) from refusal
        if code in KEYS_REFUSED:
            raise EngineUnfit(
                f"The engine at {where} refuses the keys ({code}). "
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a pair it knows."
            ) from refusal
        # Anything else, such as a table that is not there yet, was said by an engine that knows transactions.
    except BotoCoreError as problem:
        raise EngineUnfit(
            f"The engine at {where} does not answer ({type(problem).__name__}). "
            "Set DYNAMODB_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from problem


KEYS_REFUSED = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "AccessDeniedException",
        "MissingAuthenticationTokenException",
    }
)


def make_tables(client: Any) -> dict[str, str]:
    """
    Make each table that is missing; what is there is left as it is.

    Returns:
        Full name of a table → what to tell of it: `made`, `there already`, and what the engine would not do.
    """
    told = {}
    for table in settings.TABLES:
        name = settings.table_name(table)
        told[name] = _make(client, create_table_arguments(table))
        if table in STREAMS and not _description(client, name).get("LatestStreamArn"):
            told[name] += (
                "; no stream: messages leave with the sweep each minute, counters are right in the morning"
            )
        if table in TIME_TO_LIVE:
            told[name] += _expire(client, name, TIME_TO_LIVE[table])
    return told


def _make(client: Any, arguments: dict[str, Any]) -> str:
    try:
        client.create_table(**arguments)
    except client.exceptions.ResourceInUseException:
        return "there already"
    waiter = client.get_waiter("table_exists")
    waiter.wait(TableName=arguments["TableName"], WaiterConfig={"Delay": 1, "MaxAttempts": ACTIVE_SECONDS})
    return "made"


def _description(client: Any, name: str) -> dict[str, Any]:
    return dict(client.describe_table(TableName=name)["Table"])


def _expire(client: Any, name: str, attribute: str) -> str:
    """Switch time to live on; return what to tell where the engine refuses."""
    from botocore.exceptions import ClientError

    try:
        now = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            wanted = {"Enabled": True, "AttributeName": attribute}
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    except ClientError as refusal:
        code = refusal.response.get("Error", {}).get("Code", "")
        return f"; no time to live ({code}): what has expired ({attribute}) is for ops to delete"
    return ""


def main() -> int:
    """Make the tables; return the exit status."""
    try:
        client = database()
        check_engine(client)
        for name, what in make_tables(client).items():
            print(f"{name}: {what}")
    except (EngineUnfit, SettingMissing) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
