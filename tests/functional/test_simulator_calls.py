"""The simulator's calls over HTTP: signed webhooks, the JSON API, Twilio's REST API as the gateway uses it."""

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from chalicelib.errors import RecordingUnavailable, SendFailed, SendUncertain
from chalicelib.gateways.voice_twilio import TwilioVoice
from local.simulator.calls_api import CallsApi
from local.simulator.delivered import Delivered, Faults
from local.simulator.phone_line import PhoneLine
from local.simulator.twilio_api import TwilioApi
from local.simulator.voice_api import VoiceApi
from tests.functional.gateway_server import running_provider

ACCOUNT = "AC" + "0" * 32
TOKEN = "test-twilio-token"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SAY = '<Say language="vi-VN" voice="Google.vi-VN-Wavenet-A">Xin chào.</Say>'


@pytest.fixture
def hotline():
    with running_provider() as provider:
        provider.content_type = "text/xml"
        yield provider


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def simulator(hotline, faults, tmp_path, monkeypatch):
    app = Flask("simulator")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["address"] = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "PROVINCE": "dong-thap",
        "PUBLIC_URL": hotline.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": app.config["address"],
        "SMS_SENDER": "1022",
    }.items():
        monkeypatch.setenv(name, value)
    delivered = Delivered(lambda: NOW, tmp_path, lasting=False)
    line = PhoneLine(delivered)
    twilio = TwilioApi(delivered, faults)
    VoiceApi(line, faults).join(twilio.routes)
    app.register_blueprint(twilio.routes)
    app.register_blueprint(CallsApi(line, lambda: None).blueprint())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def voice(simulator, hotline):
    return TwilioVoice(ACCOUNT, TOKEN, "1022", hotline.url, api_url=simulator.config["address"])


@pytest.fixture
def ask(simulator):
    def post(path, body, status=200):
        answer = simulator.test_client().post(f"/api/calls{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json

    return post


def answering(hotline, *documents):
    """Answer documents one after the other, the last one for ever: also to the end of the call."""
    hotline.answers = [(200, f"<Response>{one}</Response>".encode()) for one in documents]


def test_webhooks_are_signed_as_twilio_signs(hotline, ask):
    answering(hotline, SAY)
    begun = ask("", {"from": "0900000123"})
    assert (begun["said"], begun["wants"], begun["state"]) == (["Xin chào."], {"kind": "ended"}, "ended")
    for asked in hotline.asked:
        signature = asked.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(hotline.url + asked.path, asked.form, signature)
    assert [asked.path for asked in hotline.asked] == ["/twilio/voice", "/twilio/voice-status"]


def test_a_recording_goes_from_the_phone_to_the_hotline_and_is_deleted(hotline, ask, voice):
    answering(hotline, f'<Record action="{hotline.url}/twilio/voice/1" maxLength="600"/>', "")
    begun = ask("", {"from": "0900000123"})
    assert begun["wants"]["kind"] == "record"
    ask(f"/{begun['sid']}", {"record_seconds": 3})
    recording = hotline.asked[1].form["RecordingSid"]
    content, kind = voice.fetch_recording(recording)
    assert (len(content), kind) == (44 + 3 * 16000, "audio/wav")
    voice.delete_recording(recording)
    voice.delete_recording(recording)
    with pytest.raises(RecordingUnavailable):
        voice.fetch_recording(recording)


def test_a_call_placed_by_the_gateway_rings_until_somebody_answers(simulator, hotline, ask, voice):
    answering(hotline, SAY)
    sid = voice.call(to="+84900000301", message_id="482177306-2-call_back")
    (ringing,) = simulator.test_client().get("/api/calls?state=ringing&to=0900000301").json
    assert ringing["sid"] == sid
    assert ask(f"/{sid}", {"digits": "1"}, 400)["error"].startswith("This phone rings")
    assert ask(f"/{sid}", {"answer": True})["said"] == ["Xin chào."]
    assert [asked.path for asked in hotline.asked] == [
        "/twilio/call/482177306-2-call_back",
        "/twilio/voice-status",
    ]
    assert hotline.asked[1].query == {"id": ["482177306-2-call_back"]}
    assert ask(f"/{sid}", {"answer": True}, 409)["error"] == "The call is over."


def test_what_twilio_would_refuse_is_an_error_of_the_api(hotline, ask):
    answering(hotline, "<Say>Đã tiếp nhận</Say>")
    assert "without language" in ask("", {"from": "0900000123"}, 502)["error"]


def test_faults_of_the_provider_reach_the_gateway(faults, voice):
    faults.voice = "down"
    with pytest.raises(SendFailed) as refused:
        voice.call(to="+84900000301", message_id="m-1")
    assert refused.value.retry
    faults.voice = "timeout"
    with pytest.raises(SendUncertain):
        voice.call(to="+84900000301", message_id="m-1")
    faults.voice = "ok"
    with pytest.raises(SendUncertain):
        voice.find(to="+84900000301", message_id="m-1", since=NOW)
    assert voice.find(to="+84900000302", message_id="m-2", since=NOW) is None
    with pytest.raises(SendFailed):
        voice.call(to="nobody", message_id="m-3")


@pytest.mark.parametrize(
    "body, told",
    [
        ({}, "Give"),
        ({"from": 1}, "Give"),
        ({"from": "0900000123", "digit": "1"}, "is nothing a call takes"),
        ({"from": "0900000123", "copies": -1}, "must be a number"),
    ],
)
def test_a_call_that_cannot_be_made_says_why(ask, body, told):
    assert told in ask("", body, 400)["error"]


@pytest.mark.parametrize(
    "given, told",
    [
        ({"digits": 1}, "must be str"),
        ({"record_seconds": "3"}, "must be a number"),
        ({"dial_status": "maybe"}, "is one of"),
        ({"sound": "???"}, "base64"),
    ],
)
def test_a_step_that_cannot_be_done_says_why(hotline, ask, given, told):
    answering(hotline, f'<Record action="{hotline.url}/twilio/voice/1"/>')
    sid = ask("", {"from": "0900000123"})["sid"]
    assert told in ask(f"/{sid}", given, 400)["error"]
    assert ask("/CAnone", {}, 404)
