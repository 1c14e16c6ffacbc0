"""Sending by the signed-JSON gateway, over plain http to a provider on this machine."""

from datetime import UTC, datetime

import pytest

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.sms_json import JsonSms, check_gateway_signature
from tests.functional.gateway_server import closed_port_url, running_provider

SECRET = "test-gateway-secret"
MESSAGE = {"to": "+84900000123", "text": "Mã hồ sơ 482 177 306", "message_id": "482177306-2-assignment"}
QUESTION = {**MESSAGE, "since": datetime(2026, 2, 12, 2, 30, tzinfo=UTC)}


@pytest.fixture
def provider():
    with running_provider() as running:
        yield running


@pytest.fixture
def make_sms(provider):
    def make(url=provider.url + "/v1/", secrets=(SECRET, "old"), timeout_seconds=(1.0, 5.0)):
        return JsonSms(url, secrets, "1022", timeout_seconds=timeout_seconds)

    return make


def test_a_message_goes_out_signed_with_our_id_as_its_key(provider, make_sms):
    provider.answers = [(202, {"id": "gw-1"})]
    assert make_sms().send(**MESSAGE) == "gw-1"
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v1/messages")
    assert asked.json == {
        "id": "482177306-2-assignment",
        "from": "1022",
        "to": "+84900000123",
        "text": "Mã hồ sơ 482 177 306",
    }
    assert asked.headers["Idempotency-Key"] == "482177306-2-assignment"
    check_gateway_signature(body=asked.body, headers=asked.headers, secrets=[SECRET], now=datetime.now(UTC))


@pytest.mark.parametrize(
    "status, content, retry, alarm",
    [
        pytest.param(400, {"error": "template not registered"}, False, False, id="refused for good"),
        pytest.param(400, {"error": "template", "alarm": True}, False, True, id="refused, and ops must look"),
        pytest.param(422, {"error": "number off", "retry": True}, True, False, id="refused for now"),
        pytest.param(409, {}, False, False, id="our id with another text"),
        pytest.param(429, {}, True, False, id="throttled"),
        pytest.param(503, b"<html>", True, False, id="unavailable"),
        pytest.param(401, {}, True, True, id="wrong secret"),
        pytest.param(302, {}, True, True, id="moved"),
    ],
)
def test_a_refusal_is_a_failure(provider, make_sms, status, content, retry, alarm):
    provider.answers = [(status, content)]
    with pytest.raises(SendFailed, match=f"gateway {status}") as refused:
        make_sms().send(**MESSAGE)
    assert (refused.value.retry, refused.value.alarm) == (retry, alarm)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "cut",
        (500, b""),
        (502, b"<html>"),
        (200, b"not json"),
        (200, {}),
        (200, ["gw-1"]),
        (200, b"[" * 60_000),
    ],
)
def test_an_outcome_nobody_knows_is_uncertain(provider, make_sms, answer):
    provider.answers = [answer]
    with pytest.raises(SendUncertain):
        make_sms().send(**MESSAGE)
    assert len(provider.asked) == 1


def test_an_answer_that_comes_too_late_is_uncertain(provider, make_sms):
    provider.answers = ["silence"]
    with pytest.raises(SendUncertain):
        make_sms(timeout_seconds=(1.0, 0.05)).send(**MESSAGE)


def test_a_gateway_that_was_never_reached_may_be_tried_again(make_sms):
    with pytest.raises(SendFailed, match="not reached") as failed:
        make_sms(url=closed_port_url()).send(**MESSAGE)
    assert failed.value.retry is True


def test_the_gateway_is_asked_for_our_id(provider, make_sms):
    provider.answers = [(200, {"id": "gw-1", "status": "sent"})]
    assert make_sms().find(**QUESTION) == "gw-1"
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("GET", "/v1/messages/482177306-2-assignment")
    check_gateway_signature(
        body=b"/messages/482177306-2-assignment",
        headers=asked.headers,
        secrets=[SECRET],
        now=datetime.now(UTC),
    )


@pytest.mark.parametrize("answer", [(404, {}), (200, {"id": "gw-1", "status": "failed"})])
def test_a_message_the_gateway_never_took_or_that_failed_is_not_found(provider, make_sms, answer):
    provider.answers = [answer]
    assert make_sms().find(**QUESTION) is None


@pytest.mark.parametrize("answer", ["cut", (500, b""), (401, {}), (200, {}), (301, {})])
def test_a_gateway_that_cannot_tell_leaves_it_uncertain(provider, make_sms, answer):
    provider.answers = [answer]
    with pytest.raises(SendUncertain):
        make_sms().find(**QUESTION)


def test_a_gateway_out_of_reach_leaves_it_uncertain(make_sms):
    with pytest.raises(SendUncertain):
        make_sms(url=closed_port_url()).find(**QUESTION)


@pytest.mark.parametrize(
    "url", ["http://sms.example", "ftp://127.0.0.1", "http://127.0.0.1.evil.example", ""]
)
def test_a_gateway_elsewhere_must_speak_https(make_sms, url):
    with pytest.raises(ValueError, match="https"):
        make_sms(url=url)


def test_a_gateway_without_a_secret_is_a_mistake(make_sms):
    with pytest.raises(ValueError, match="secret"):
        make_sms(secrets=["", ""])
