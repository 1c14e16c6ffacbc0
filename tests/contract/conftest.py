"""The engines every store must behave the same on, and the little makers the contract needs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.domain.case import Actor, Case, Kind, Priority, open_case
from chalicelib.domain.message import Message

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # a Monday, 08:30 in Việt Nam


@pytest.fixture(scope="session")
def dynamodb_local_endpoint() -> Iterator[str]:
    """Amazon's DynamoDB Local in memory; without Java its part is skipped, in CI it must run."""
    from local.database import EngineMissing, start_dynamodb_local

    try:
        endpoint, stop = start_dynamodb_local()
    except EngineMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run the contract on DynamoDB Local: {missing}")
        warnings.warn(f"HALF OF THE STORE CONTRACT WAS SKIPPED: {missing}", stacklevel=1)
        pytest.skip(str(missing))
    yield endpoint
    stop()


@pytest.fixture(scope="session")
def other_endpoint() -> str:
    """An engine of another maker (docs/ops/leaving-aws.md), where one is named; no run has to have it."""
    endpoint = os.environ.get("ALTERNATOR_ENDPOINT", "").strip()
    if not endpoint:
        pytest.skip("ALTERNATOR_ENDPOINT names no other engine that speaks DynamoDB's API")
    return endpoint


@pytest.fixture(
    params=[
        pytest.param("moto_endpoint", id="moto"),
        pytest.param(
            "dynamodb_local_endpoint",
            id="dynamodb-local",
            marks=[pytest.mark.dynamodb_local, pytest.mark.xdist_group("dynamodb-local")],
        ),
        pytest.param("other_endpoint", id="other-engine"),
    ]
)
def engine(
    request: pytest.FixtureRequest,
    use_tables: Callable[[str, dict[str, str]], None],
    made: dict[str, dict[str, str]],
) -> Iterator[dict[str, str]]:
    """Five empty tables on each engine in turn: table → its full name."""
    from local.database import create_tables

    endpoint = request.getfixturevalue(request.param)
    if endpoint not in made:
        made[endpoint] = create_tables(endpoint, f"contract-{uuid4().hex[:12]}")
    use_tables(endpoint, made[endpoint])
    yield made[endpoint]
    for table, name in made[endpoint].items():
        _empty(endpoint, table, name)


@pytest.fixture(scope="session")
def made() -> dict[str, dict[str, str]]:
    """Engine → its tables. They are emptied between tests: making them anew takes DynamoDB Local far longer."""
    return {}


def _empty(endpoint: str, table: str, name: str) -> None:
    from chalicelib.storage.tables import create_table_arguments
    from local.database import client

    keys = [key["AttributeName"] for key in create_table_arguments(table, name)["KeySchema"]]
    database = client(endpoint)
    while items := database.scan(TableName=name, Limit=25)["Items"]:
        gone = [{"DeleteRequest": {"Key": {key: item[key] for key in keys}}} for item in items]
        database.batch_write_item(RequestItems={name: gone})


@pytest.fixture
def now() -> datetime:
    """Monday 2 March 2026, 08:30 in Việt Nam."""
    return NOW


@pytest.fixture
def make_case() -> Callable[..., Case]:
    """A case fresh from a message, with the desk; override only what the test is about."""

    def make(code: str = "482177306", **fields: Any) -> Case:
        ready = {
            "text": "Duong vao cho o ga nhieu qua",
            "kind": Kind.COMPLAINT,
            "priority": Priority.NORMAL,
            "at": NOW,
            "channel": "sms",
            "reporter_id": "reporter-1",
            "reporter_address": "+84900000123",
        }
        return open_case(code, **(ready | fields))

    return make


@pytest.fixture
def make_assigned(make_case: Callable[..., Case]) -> Callable[..., Case]:
    """A case that went straight to an agency, due `due_in` hours after now."""

    def make(
        code: str = "482177306", *, agency: str = "so-xay-dung", due_in: float = 40, **fields: Any
    ) -> Case:
        return make_case(code, **fields).act(
            "assign",
            actor=Actor.SYSTEM,
            at=NOW,
            agency=agency,
            assignment=1,
            due_at=NOW + timedelta(hours=due_in),
            wake_at=NOW + timedelta(hours=due_in / 2),
        )

    return make


@pytest.fixture
def make_message() -> Callable[..., Message]:
    """A text message that is due now; override only what the test is about."""

    def make(message_id: str = "482177306-2-assignment", **fields: Any) -> Message:
        ready = {
            "channel": "sms",
            "to": "+84900000456",
            "purpose": "assignment",
            "created_at": NOW,
            "due_at": NOW,
            "text": "Ho so 482 177 306",
        }
        return Message(message_id, **(ready | fields))

    return make
