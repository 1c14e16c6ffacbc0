"""What Twilio posts during a call: anything may be missing or absurd, and the caller is on the line all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.call import ENDED, KEYS, LEFT, RECORDED, RUNG, SILENCE, SPEECH, START, WAITING
from chalicelib.errors import MalformedRequest
from chalicelib.gateways.twilio_voice_webhooks import (
    accepts,
    call_out_url,
    call_status_url,
    read_turn,
    read_twilio_call,
    read_twilio_call_end,
    read_twilio_call_report,
    read_twilio_leg,
    read_twilio_recording,
    step_path,
)

CALL = {"CallSid": "CA" + "0" * 32, "From": "+84900000123", "To": "1022", "CallStatus": "in-progress"}
RECORDING = "RE" + "1" * 32


def came(turn=3, where="", **fields):
    return read_twilio_call(CALL | fields, turn, where)


@pytest.mark.parametrize(
    "turn, where, fields, kind",
    [
        pytest.param(0, "", {}, START, id="the phone rings"),
        pytest.param(3, "", {"Digits": "1"}, KEYS, id="a key"),
        pytest.param(3, "", {"SpeechResult": "ổ gà", "Confidence": "0.9"}, SPEECH, id="words"),
        pytest.param(3, "", {"Digits": "", "SpeechResult": ""}, SILENCE, id="nothing"),
        pytest.param(
            3, "", {"RecordingSid": RECORDING, "Digits": "hangup"}, RECORDED, id="recorded, then hung up"
        ),
        pytest.param(3, "", {"DialCallStatus": "no-answer"}, RUNG, id="nobody picked up"),
        pytest.param(3, "wait", {"QueueTime": "30"}, WAITING, id="news while waiting"),
        pytest.param(3, "wait", {"Digits": "1"}, KEYS, id="a key while waiting"),
        pytest.param(3, "left", {"QueueResult": "leave", "QueueTime": "31"}, LEFT, id="the queue left"),
    ],
)
def test_each_webhook_is_what_it_is(turn, where, fields, kind):
    assert came(turn, where, **fields).kind == kind


def test_a_step_carries_what_came_in():
    pressed = came(Digits="482#177*306x")
    assert (pressed.keys, pressed.id, pressed.caller) == (
        "482#177*306",
        f"twilio#{CALL['CallSid']}#3",
        "+84900000123",
    )
    assert came(SpeechResult=" ổ gà ", Confidence="0.93").confidence == 0.93
    rung = came(DialCallStatus="completed", DialCallDuration="75")
    assert (rung.result, rung.seconds) == ("completed", 75)
    recorded = came(RecordingSid=RECORDING, RecordingDuration="12")
    assert (recorded.recording, recorded.seconds) == (RECORDING, 12)


@pytest.mark.parametrize(
    "sender",
    ["", "anonymous", "Anonymous", "+266696687", "+86282452253", "sip:ban1@a.example", "client:x", "1022"],
)
def test_who_hides_the_number_has_none(sender):
    assert came(From=sender).caller == ""


def test_a_number_is_spelt_one_way():
    assert came(From="0900 000 123").caller == "+84900000123"
    assert came(From="+842773851234").caller == "+842773851234"


@pytest.mark.parametrize("confidence", ["", "nan", "inf", "-1", "7", "much", "\x00"])
def test_an_absurd_confidence_is_none(confidence):
    assert came(SpeechResult="a", Confidence=confidence).confidence is None


NAMES = (
    "From To Digits SpeechResult Confidence RecordingSid RecordingDuration DialCallStatus DialCallDuration"
)


@given(
    st.dictionaries(
        st.sampled_from([*NAMES.split(), "QueueResult", "QueueTime", "CallStatus", "CallDuration"]),
        st.text(st.characters(codec=None), max_size=40)
        | st.sampled_from(["-5", "9" * 30, "٣", "²", "completed"]),
    ),
    st.sampled_from(["", "wait", "left"]),
)
def test_nothing_in_the_fields_can_stop_a_call(fields, where):
    step = read_twilio_call(CALL | fields, 3, where)
    assert 0 <= step.seconds <= 86400
    step.speech.encode()
    read_twilio_call_end(CALL | fields)
    read_twilio_call_report(CALL | fields, "m-1")
    assert accepts(fields) in (True, False)


@pytest.mark.parametrize("sid", ["", "CA 1", "CA#1", "C" * 65])
def test_a_call_without_id_is_malformed(sid):
    with pytest.raises(MalformedRequest, match="CallSid"):
        read_twilio_call(CALL | {"CallSid": sid}, 0)


@pytest.mark.parametrize("turn", ["", "-1", "1.5", "٣", "1234567", "x"])
def test_a_turn_is_a_number(turn):
    with pytest.raises(MalformedRequest, match="turn"):
        read_turn(turn)


def test_the_end_of_a_call_is_known_by_its_status():
    ended = read_twilio_call_end(CALL | {"CallStatus": "completed", "CallDuration": "61"})
    assert (ended.kind, ended.seconds, ended.result) == (ENDED, 61, "completed")
    assert read_twilio_call_end(CALL | {"CallStatus": "ringing"}) is None


@pytest.mark.parametrize(
    "status, delivered",
    [("completed", "delivered"), ("no-answer", "failed"), ("busy", "failed"), ("canceled", "failed")],
)
def test_a_call_we_placed_is_reported(status, delivered):
    report = read_twilio_call_report(CALL | {"CallStatus": status}, "m-1")
    assert (report.message_id, report.status, report.retry) == ("m-1", delivered, delivered == "failed")
    assert read_twilio_call_report(CALL | {"CallStatus": "ringing"}, "m-1") is None


def test_a_recording_is_known_by_its_id_and_never_by_an_address():
    fields = {
        "RecordingSid": RECORDING,
        "RecordingDuration": "12",
        "RecordingUrl": "https://elsewhere.example/x",
    }
    report = read_twilio_recording(CALL | fields)
    assert (report.recording, report.seconds, report.ready) == (RECORDING, 12, True)
    assert not read_twilio_recording(CALL | fields | {"RecordingStatus": "absent"}).ready
    with pytest.raises(MalformedRequest, match="RecordingSid"):
        read_twilio_recording(CALL)


def test_an_officers_phone_names_the_call_it_rings_for():
    assert read_twilio_leg({"CallSid": "CA2", "ParentCallSid": "CA1"}) == "twilio#CA1"
    with pytest.raises(MalformedRequest, match="ParentCallSid"):
        read_twilio_leg({"CallSid": "CA2"})
    assert accepts({"Digits": "1"})
    assert not accepts({"Digits": ""})


def test_addresses_are_built_in_one_place():
    assert [step_path(0), step_path(4), step_path(4, "wait")] == [
        "/twilio/voice",
        "/twilio/voice/4",
        "/twilio/voice/4/wait",
    ]
    assert call_out_url("https://a.example/", "m-1") == "https://a.example/twilio/call/m-1"
    assert call_status_url("https://a.example", "m-1") == "https://a.example/twilio/voice-status?id=m-1"
    with pytest.raises(MalformedRequest):
        call_out_url("https://a.example", "m/1?x")
