"""When the database is slow, busy or gone, the hotline says so in its own words and promises nothing."""

import json
import time

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import PutError

from chalicelib.domain.inbox import Received
from chalicelib.errors import AlreadyReceived, CaseConflict, SettingMissing, StorageUnavailable
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.connection import connection
from chalicelib.storage.directory_store import DirectoryStore
from chalicelib.storage.inbox_store import InboxStore
from chalicelib.storage.outbox_store import OutboxStore
from chalicelib.storage.stats_store import StatsStore


class _Body:
    """A body as urllib3 hands it over."""

    def __init__(self, content):
        self.content = content

    def stream(self, **_):
        yield self.content


@pytest.fixture
def engine_says(tables):
    """Let the engine answer every call with an error, or let the calls break."""
    events = connection().client.meta.events
    hooks = []

    def say(code, reasons=(), status=400):
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}
        if reasons:
            body["CancellationReasons"] = [{"Code": reason} for reason in reasons]

        def answer(request, **_):
            return AWSResponse(request.url, status, {}, _Body(json.dumps(body).encode()))

        hooks.append(answer)
        events.register("before-send.dynamodb", answer)

    def fall_silent():
        def break_off(request, **_):
            raise ReadTimeoutError(endpoint_url=request.url)

        hooks.append(break_off)
        events.register("before-send.dynamodb", break_off)

    say.silence = fall_silent
    yield say
    for hook in hooks:
        events.unregister("before-send.dynamodb", hook)


@pytest.fixture
def received(moment):
    return Received("twilio#SM1", moment, "sms", "reporter-1", "o ga")


@pytest.fixture
def moment():
    from datetime import UTC, datetime

    return datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def test_a_dead_endpoint_is_noticed_quickly(monkeypatch, received, moment):
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(StorageUnavailable) as caught:
        InboxStore().read("twilio#SM1", "reporter-1")
    assert time.monotonic() - started < 10
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda at: CaseStore().get("482177306"), id="a case"),
        pytest.param(lambda at: CaseStore().desk_queue(), id="a list"),
        pytest.param(lambda at: CaseStore().heads(["482177306"]), id="cases by code"),
        pytest.param(lambda at: CaseStore().wake_due(at), id="what is due"),
        pytest.param(lambda at: InboxStore().read("m", "r"), id="the inbox"),
        pytest.param(lambda at: OutboxStore().due(at), id="the outbox"),
        pytest.param(lambda at: OutboxStore().lease("m", now=at, until=at), id="a lease"),
        pytest.param(lambda at: DirectoryStore().load_current(), id="the directory"),
        pytest.param(lambda at: DirectoryStore().publish({}, now=at), id="publishing"),
        pytest.param(lambda at: StatsStore().apply("1", 1, {}), id="counting"),
        pytest.param(lambda at: StatsStore().read("province", at.date(), at.date()), id="a report"),
        pytest.param(lambda at: commit(received=Received("m", at, "sms", "r", "o ga")), id="a change"),
    ],
)
def test_every_store_says_when_the_database_does_not_work(engine_says, moment, call):
    engine_says("AccessDeniedException")  # of all refusals the one that is not tried again
    with pytest.raises(StorageUnavailable) as caught:
        call(moment)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "code, status",
    [
        pytest.param("ProvisionedThroughputExceededException", 400, id="throttled"),
        pytest.param("InternalServerError", 500, id="internal error"),
    ],
)
def test_a_busy_engine_is_asked_again_and_then_given_up(engine_says, code, status):
    engine_says(code, status=status)
    with pytest.raises(StorageUnavailable):
        InboxStore().received("m")


def test_an_engine_that_never_answers_is_given_up(engine_says):
    engine_says.silence()
    with pytest.raises(StorageUnavailable):
        InboxStore().received("m")


@pytest.mark.parametrize(
    "reasons, error",
    [
        pytest.param(["ThrottlingError", "None"], StorageUnavailable, id="throttled"),
        pytest.param(["None", "ProvisionedThroughputExceeded"], StorageUnavailable, id="over its units"),
        pytest.param(["None", "TransactionConflict"], CaseConflict, id="another transaction holds an item"),
        pytest.param(["ConditionalCheckFailed", "TransactionConflict"], AlreadyReceived, id="taken before"),
        pytest.param(
            ["ConditionalCheckFailed", "ConditionalCheckFailed"], AlreadyReceived, id="taken before, wholly"
        ),
        pytest.param(["None", "ConditionalCheckFailed"], CaseConflict, id="message made before"),
    ],
)
def test_a_refused_transaction_says_why(engine_says, received, make_message, reasons, error):
    engine_says("TransactionCanceledException", reasons)
    with pytest.raises(error):
        commit(received=received, messages=[make_message()])


def test_a_transaction_still_under_way_is_a_conflict(engine_says, received, make_message):
    engine_says("TransactionConflictException")
    with pytest.raises(CaseConflict):
        commit(received=received, messages=[make_message()])


def test_a_request_that_is_wrong_in_itself_is_not_hidden(engine_says, received):
    engine_says("ValidationException")
    with pytest.raises(PutError):
        commit(received=received)


def test_a_table_name_that_is_not_known_names_the_setting(monkeypatch):
    for table in ("CASES_TABLE", "PROVINCE"):
        monkeypatch.delenv(table, raising=False)
    with pytest.raises(SettingMissing, match="PROVINCE"):
        CaseStore().get("482177306")


@pytest.fixture
def make_message(moment):
    from chalicelib.domain.message import Message

    def make(message_id="m", **fields):
        return Message(message_id, "sms", "+84900000123", "answer", moment, moment, **fields)

    return make
