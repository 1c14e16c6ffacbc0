"""Sending by Twilio, through Twilio's own SDK over plain http to a provider on this machine."""

import logging
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.sms_twilio import LISTED, TwilioSms
from chalicelib.gateways.twilio_errors import CODES
from tests.functional.gateway_server import closed_port_url, running_provider

ACCOUNT = "AC" + "0" * 32
SID = "SM" + "0" * 31 + "1"
NOW = datetime(2026, 2, 12, 9, 30, tzinfo=timezone(timedelta(hours=7)))
MESSAGE = {"to": "+84900000123", "text": "Ma ho so 482 177 306", "message_id": "482177306-2-assignment"}
QUESTION = {**MESSAGE, "since": NOW}


@pytest.fixture
def provider():
    with running_provider() as running:
        yield running


@pytest.fixture
def make_sms(provider):
    def make(**changes):
        settings = {
            "account_sid": ACCOUNT,
            "auth_token": "primary",
            "sender": "+84900000001",
            "public_url": "https://1022.dongthap.example",
            "api_url": provider.url,
            "timeout_seconds": (1.0, 5.0),
        }
        return TwilioSms(**{**settings, **changes})

    return make


def listed(*messages):
    return (200, {"messages": list(messages), "next_page_uri": None, "uri": "/", "page": 0, "page_size": 50})


def message(sid=SID, body=MESSAGE["text"], created_at=NOW, direction="outbound-api", status="queued"):
    created = format_datetime(created_at.astimezone(UTC))
    return {
        "sid": sid,
        "body": body,
        "date_created": created,
        "date_sent": None,
        "direction": direction,
        "status": status,
    }


def test_a_message_goes_out_once_with_our_id_in_its_callback(provider, make_sms):
    provider.answers = [(201, {"sid": SID, "status": "queued"})]
    assert make_sms().send(**MESSAGE) == SID
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.form == {
        "To": "+84900000123",
        "From": "+84900000001",
        "Body": "Ma ho so 482 177 306",
        "StatusCallback": "https://1022.dongthap.example/twilio/sms-status?id=482177306-2-assignment",
        "ValidityPeriod": "14400",
        "SmartEncoded": "false",
    }


def test_a_messaging_service_is_named_as_one(provider, make_sms):
    provider.answers = [(201, {"sid": SID})]
    make_sms(sender="MG" + "0" * 32).send(**MESSAGE)
    assert provider.asked[0].form["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in provider.asked[0].form


@pytest.mark.parametrize("code", sorted(code for code in CODES if code < 30000))
def test_each_known_refusal_says_whether_to_try_again(provider, make_sms, code):
    provider.answers = [(400, {"code": code, "message": "no", "status": 400})]
    with pytest.raises(SendFailed, match=str(code)) as refused:
        make_sms().send(**MESSAGE)
    assert (refused.value.retry, refused.value.alarm) == (CODES[code].retry, CODES[code].alarm)


@pytest.mark.parametrize(
    "status, content, retry, alarm",
    [
        pytest.param(429, {"code": 20429, "message": "slow", "status": 429}, True, False, id="throttled"),
        pytest.param(503, b"<html>", True, False, id="unavailable, and not in JSON"),
        pytest.param(401, {"code": 20003, "message": "who?", "status": 401}, True, True, id="wrong token"),
        pytest.param(403, b"", True, True, id="forbidden"),
        pytest.param(
            400, {"code": 29999, "message": "new", "status": 400}, False, True, id="a code we do not know"
        ),
        pytest.param(307, b"", False, True, id="sent elsewhere"),
        pytest.param(
            429,
            {"type": "https://x", "title": "slow", "status": 429, "code": 20429},
            True,
            False,
            id="the newer shape of errors",
        ),
    ],
)
def test_a_refusal_is_a_failure(provider, make_sms, status, content, retry, alarm):
    provider.answers = [(status, content)]
    with pytest.raises(SendFailed) as refused:
        make_sms().send(**MESSAGE)
    assert (refused.value.retry, refused.value.alarm) == (retry, alarm)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("cut", id="connection cut after the request"),
        pytest.param((500, b"oops"), id="internal error"),
        pytest.param((502, b"<html>bad gateway</html>"), id="a proxy lost the answer"),
        pytest.param((504, {"message": "late"}), id="a proxy gave up waiting"),
        pytest.param((201, b"not json"), id="accepted, unreadable"),
        pytest.param((201, {"status": "queued"}), id="accepted, no id"),
    ],
)
def test_an_outcome_nobody_knows_is_uncertain_and_never_repeated(provider, make_sms, answer):
    provider.answers = [answer]
    with pytest.raises(SendUncertain) as unknown:
        make_sms().send(**MESSAGE)
    assert len(provider.asked) == 1
    assert MESSAGE["to"] not in str(unknown.value)


def test_an_answer_that_comes_too_late_is_uncertain(provider, make_sms):
    provider.answers = ["silence"]
    with pytest.raises(SendUncertain):
        make_sms(timeout_seconds=(1.0, 0.05)).send(**MESSAGE)
    assert len(provider.asked) == 1


def test_a_provider_that_was_never_reached_may_be_tried_again(make_sms):
    with pytest.raises(SendFailed, match="not reached") as failed:
        make_sms(api_url=closed_port_url()).send(**MESSAGE)
    assert (failed.value.retry, failed.value.alarm) == (True, False)


def test_a_text_too_long_for_twilio_is_not_sent(provider, make_sms):
    with pytest.raises(SendFailed) as refused:
        make_sms().send(**{**MESSAGE, "text": "a" * 1601})
    assert (refused.value.retry, refused.value.alarm) == (False, True)
    assert provider.asked == []


def test_during_a_rotation_the_secondary_token_sends(provider, make_sms):
    provider.answers = [(401, {"code": 20003, "message": "who?", "status": 401}), (201, {"sid": SID})]
    assert make_sms(secondary_token="secondary").send(**MESSAGE) == SID
    first, second = (asked.headers["Authorization"] for asked in provider.asked)
    assert first != second


def test_no_phone_number_is_logged(provider, make_sms, caplog):
    caplog.set_level(logging.INFO)
    provider.answers = [(201, {"sid": SID}), listed()]
    sms = make_sms()
    sms.send(**MESSAGE)
    sms.find(**QUESTION)
    assert "900000123" not in caplog.text


def test_a_message_that_went_out_is_found_even_while_it_is_queued(provider, make_sms):
    provider.answers = [listed(message())]
    assert make_sms().find(**QUESTION) == SID
    assert provider.asked[0].query["To"] == ["+84900000123"]


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([], id="nothing listed"),
        pytest.param([message(body="another text")], id="another text"),
        pytest.param([message(created_at=NOW - timedelta(hours=1))], id="the same text an hour before"),
        pytest.param([message(status="undelivered")], id="a first try that failed on its way"),
        pytest.param([message(direction="inbound")], id="the citizen sent our text back"),
    ],
)
def test_a_message_that_did_not_go_out_is_not_found(provider, make_sms, messages):
    provider.answers = [listed(*messages)]
    assert make_sms().find(**QUESTION) is None


def test_a_trial_accounts_prefix_does_not_hide_a_message(provider, make_sms):
    provider.answers = [listed(message(body=f"Sent from your Twilio trial account - {MESSAGE['text']}"))]
    assert make_sms().find(**QUESTION) == SID


def test_clocks_that_differ_by_seconds_do_not_hide_a_message(provider, make_sms):
    provider.answers = [listed(message(created_at=NOW - timedelta(seconds=3)))]
    assert make_sms().find(**QUESTION) == SID


@pytest.mark.parametrize("answer", ["cut", (500, b""), (401, {"code": 20003}), (200, b"no json")])
def test_a_list_that_cannot_be_read_leaves_it_uncertain(provider, make_sms, answer):
    provider.answers = [answer]
    with pytest.raises(SendUncertain):
        make_sms().find(**QUESTION)


def test_a_list_that_does_not_reach_back_leaves_it_uncertain(provider, make_sms):
    page = [message(body="other", created_at=NOW + timedelta(minutes=1))] * LISTED
    provider.answers = [listed(*page)]
    with pytest.raises(SendUncertain):
        make_sms().find(**QUESTION)
