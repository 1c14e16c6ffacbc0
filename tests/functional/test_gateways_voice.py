"""Calls and recordings by Twilio, through Twilio's own SDK over plain http to a provider on this machine."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from chalicelib.domain.recording import MAX_BYTES
from chalicelib.errors import RecordingUnavailable, SendFailed, SendUncertain
from chalicelib.gateways.voice_twilio import TwilioVoice
from tests.functional.gateway_server import closed_port_url, running_provider

ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "0" * 31 + "1"
RECORDING = "RE" + "0" * 31 + "1"
NOW = datetime(2026, 2, 12, 9, 30, tzinfo=timezone(timedelta(hours=7)))
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 2000
OFFICER = {"to": "+84900000301", "message_id": "482177306-2-call_back"}


@pytest.fixture
def provider():
    with running_provider() as running:
        yield running


@pytest.fixture
def make_voice(provider):
    def make(**changes):
        settings = {
            "account_sid": ACCOUNT,
            "auth_token": "primary",
            "caller_id": "+842770001022",
            "public_url": "https://1022.dongthap.example",
            "api_url": provider.url,
            "timeout_seconds": (1.0, 5.0),
        }
        return TwilioVoice(**{**settings, **changes})

    return make


def created(at):
    return format_datetime(at.astimezone(UTC))


def listed(*calls):
    return (200, {"calls": list(calls), "next_page_uri": None, "uri": "/", "page": 0, "page_size": 50})


def test_a_call_is_placed_with_our_id_in_its_addresses(provider, make_voice):
    provider.answers = [(201, {"sid": CALL, "status": "queued"})]
    assert make_voice().call(**OFFICER) == CALL
    (asked,) = provider.asked
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert asked.form == {
        "To": "+84900000301",
        "From": "+842770001022",
        "Url": "https://1022.dongthap.example/twilio/call/482177306-2-call_back",
        "Method": "POST",
        "Timeout": "20",
        "StatusCallback": "https://1022.dongthap.example/twilio/voice-status?id=482177306-2-call_back",
        "StatusCallbackEvent": "completed",
        "StatusCallbackMethod": "POST",
    }


def test_a_refused_call_was_not_placed(provider, make_voice):
    provider.answers = [(400, {"code": 21211, "message": "no", "status": 400})]
    with pytest.raises(SendFailed, match="21211"):
        make_voice().call(**OFFICER)
    with pytest.raises(SendFailed) as refused:
        make_voice(api_url=closed_port_url()).call(**OFFICER)
    assert refused.value.retry


def test_a_lost_answer_may_be_a_phone_that_rings(provider, make_voice):
    provider.answers = ["cut"]
    with pytest.raises(SendUncertain):
        make_voice().call(**OFFICER)
    assert len(provider.asked) == 1


def test_the_secondary_token_is_tried_during_a_rotation(provider, make_voice):
    provider.answers = [(401, {"code": 20003, "message": "who?", "status": 401}), (201, {"sid": CALL})]
    assert make_voice(secondary_token="second").call(**OFFICER) == CALL
    assert len(provider.asked) == 2


def test_a_call_nobody_placed_may_be_placed(provider, make_voice):
    early = {
        "sid": CALL,
        "direction": "outbound-api",
        "date_created": created(NOW - timedelta(hours=1)),
    }
    inbound = {"sid": CALL, "direction": "inbound", "date_created": created(NOW)}
    provider.answers = [listed(early, inbound)]
    assert make_voice().find(**OFFICER, since=NOW) is None
    provider.answers = [listed({**early, "date_created": created(NOW + timedelta(seconds=1))})]
    with pytest.raises(SendUncertain):
        make_voice().find(**OFFICER, since=NOW)


def test_a_recording_is_fetched_with_the_accounts_credentials(provider, make_voice):
    provider.answers = [(200, WAV)]
    assert make_voice().fetch_recording(RECORDING) == (WAV, "audio/wav")
    (asked,) = provider.asked
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.wav"
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "answer, retry, alarm",
    [
        pytest.param((404, b""), True, False, id="not ready yet"),
        pytest.param((503, b""), True, False, id="unavailable"),
        pytest.param((401, b""), True, True, id="wrong token"),
        pytest.param((302, b""), False, True, id="sent elsewhere"),
        pytest.param((200, b"<html>"), False, True, id="no sound"),
        pytest.param((200, WAV + b"\0" * MAX_BYTES), False, False, id="too large"),
        pytest.param("cut", True, False, id="cut"),
    ],
)
def test_a_recording_that_cannot_be_had_says_whether_to_try_again(provider, make_voice, answer, retry, alarm):
    provider.answers = [answer]
    with pytest.raises(RecordingUnavailable) as refused:
        make_voice().fetch_recording(RECORDING)
    assert (refused.value.retry, refused.value.alarm) == (retry, alarm)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("recording", ["", "../Accounts", "RE1", "https://elsewhere.example/x"])
def test_what_is_no_id_is_never_asked_for(provider, make_voice, recording):
    with pytest.raises(RecordingUnavailable):
        make_voice().fetch_recording(recording)
    with pytest.raises(RecordingUnavailable):
        make_voice().delete_recording(recording)
    assert provider.asked == []


def test_a_recording_that_is_gone_is_deleted(provider, make_voice):
    provider.answers = [(204, b""), (404, {"code": 20404, "message": "gone", "status": 404})]
    voice = make_voice()
    voice.delete_recording(RECORDING)
    voice.delete_recording(RECORDING)
    assert [asked.method for asked in provider.asked] == ["DELETE", "DELETE"]


def test_a_deletion_that_failed_says_so(provider, make_voice):
    provider.answers = [(503, {"code": 20503, "message": "down", "status": 503})]
    with pytest.raises(RecordingUnavailable) as refused:
        make_voice().delete_recording(RECORDING)
    assert refused.value.retry


@pytest.mark.parametrize(
    "url", ["https://api.twilio.com.evil.example", "http://api.twilio.com", "https://evil.example"]
)
def test_credentials_go_to_twilio_alone(make_voice, url):
    with pytest.raises(ValueError, match="TWILIO_API_URL"):
        make_voice(api_url=url)
    make_voice(api_url="https://api.dublin.ie1.twilio.com")
