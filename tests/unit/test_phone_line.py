"""The simulated telephone plays TwiML as Twilio does, and complains about what Twilio would refuse."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from local.simulator.delivered import Delivered
from local.simulator.phone_line import PhoneLine
from local.simulator.twiml_check import IN_QUEUE, check_twiml
from local.simulator.webhooks import Answer
from tests.unit.worktime import at

HOTLINE = "http://127.0.0.1:8022"
V = 'language="vi-VN" voice="Google.vi-VN-Wavenet-A"'
START = f"{HOTLINE}/twilio/voice"


@dataclass
class Hotline:
    """Answers each address with a document, and remembers what was posted."""

    pages: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, url, fields):
        path = url.removeprefix(HOTLINE)
        self.posted.append((path, dict(fields)))
        page = self.pages.get(path)
        if callable(page):
            page = page(fields)
        if page is None:
            return Answer(200 if path == "/twilio/voice-status" else 404, "text/xml", "<Response/>")
        return Answer(200, "text/xml", f"<Response>{page}</Response>")

    def last(self, path):
        return [fields for where, fields in self.posted if where == path][-1]

    def paths(self):
        return [path for path, _ in self.posted]


@pytest.fixture
def clock():
    return {"now": at("Mon 02/03/2026 08:30")}


@pytest.fixture
def hotline():
    return Hotline()


@pytest.fixture
def line(hotline, clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "PROVINCE": "dong-thap",
        "PUBLIC_URL": HOTLINE,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_API_URL": "http://127.0.0.1:8023",
        "SMS_SENDER": "1022",
    }.items():
        monkeypatch.setenv(name, value)
    return PhoneLine(Delivered(lambda: clock["now"], tmp_path, lasting=False), post=hotline)


@pytest.fixture
def dial(line, hotline) -> Callable:
    def call(first, pages=(), caller="0900000123"):
        hotline.pages = {
            "/twilio/voice": first,
            **{f"/twilio/voice/{n}": page for n, page in dict(pages).items()},
        }
        return line.call_in(caller)

    return call


def say(text):
    return f"<Say {V}>{text}</Say>"


def gather(inner="", turn=1, more='numDigits="1" actionOnEmptyResult="true"', kinds="dtmf speech"):
    return f'<Gather input="{kinds}" language="vi-VN" action="{START}/{turn}" {more}>{inner}</Gather>'


def heard(call):
    return [line["text"] for line in call.said if line["who"] == "hotline"]


def test_a_call_hears_the_greeting_and_a_key_goes_to_the_next_step(line, hotline, dial):
    call = dial(gather(say("Xin chào, bấm 1.")), {1: say("Đã bấm.") + "<Hangup/>"})
    assert (heard(call), call.wants["kind"], call.wants["num_digits"]) == (["Xin chào, bấm 1."], "keys", 1)
    first = hotline.last("/twilio/voice")
    assert (first["From"], first["To"], first["CallStatus"]) == ("+84900000123", "1022", "ringing")
    line.step(call, {"digits": "17"})
    assert hotline.last("/twilio/voice/1")["Digits"] == "1", "one key was asked for"
    assert (call.state, heard(call)[-1]) == ("ended", "Đã bấm.")
    assert hotline.last("/twilio/voice-status")["CallStatus"] == "completed"
    assert call.faults == []


def test_speech_comes_with_its_confidence_and_only_where_it_is_listened_for(line, hotline, dial):
    call = dial(gather(), {1: gather(turn=2, kinds="dtmf"), 2: say("hết")})
    line.step(call, {"speech": "ổ gà", "confidence": 0.4})
    assert hotline.last("/twilio/voice/1")["SpeechResult"] == "ổ gà"
    assert hotline.last("/twilio/voice/1")["Confidence"] == "0.4"
    line.step(call, {"speech": "không ai nghe"})
    assert hotline.last("/twilio/voice/2") | {"Digits": ""} == hotline.last("/twilio/voice/2")
    assert "SpeechResult" not in hotline.last("/twilio/voice/2")


def test_keys_end_by_the_hash_key_or_their_number(line, hotline, dial):
    call = dial(gather(more='numDigits="9"'), {1: gather(turn=2, more=""), 2: say("hết")})
    line.step(call, {"digits": "4821773069999"})
    assert hotline.last("/twilio/voice/1")["Digits"] == "482177306"
    line.step(call, {"digits": "0900000123#5"})
    assert hotline.last("/twilio/voice/2")["Digits"] == "0900000123"


def test_silence_goes_on_to_the_next_verb_unless_it_is_asked_for(line, hotline, dial):
    call = dial(gather(more="") + say("Không nghe thấy."))
    line.step(call, {})
    assert heard(call) == ["Không nghe thấy."]
    assert "/twilio/voice/1" not in hotline.paths()


def record(turn=1):
    return (
        f'<Record action="{START}/{turn}" maxLength="600" finishOnKey="#" '
        f'recordingStatusCallback="{HOTLINE}/twilio/recording" recordingStatusCallbackEvent="completed absent"/>'
        f"<Redirect>{START}/{turn}</Redirect>"
    )


def test_a_recording_is_a_file_at_the_provider_and_reported_afterwards(line, hotline, dial):
    call = dial(record(), {1: say("Đã ghi.")})
    line.step(call, {"record_seconds": 900})
    posted = hotline.last("/twilio/voice/1")
    assert posted["RecordingDuration"] == "600", "cut at ten minutes"
    sound = line.recordings[posted["RecordingSid"]].sound
    assert (sound[:4], sound[8:12]) == (b"RIFF", b"WAVE")
    assert len(sound) == 44 + 600 * 16000
    assert "/twilio/recording" not in hotline.paths()
    hotline.pages["/twilio/recording"] = ""
    line.tick()
    assert hotline.last("/twilio/recording")["RecordingStatus"] == "completed"
    assert hotline.last("/twilio/recording")["RecordingSid"] == posted["RecordingSid"]


def test_nothing_said_after_the_beep_is_no_recording(line, hotline, dial):
    call = dial(record(), {1: say("Không nghe thấy.")})
    line.step(call, {"record_seconds": 0})
    assert "RecordingSid" not in hotline.last("/twilio/voice/1")
    line.tick()
    assert hotline.last("/twilio/recording")["RecordingStatus"] == "absent"
    assert line.recordings == {}


def test_who_hangs_up_while_recording_leaves_the_recording(line, hotline, dial):
    call = dial(record(), {1: say("Đã ghi.")})
    line.step(call, {"record_seconds": 7, "hangup": True})
    posted = hotline.last("/twilio/voice/1")
    assert (posted["RecordingDuration"], posted["Digits"], posted["CallStatus"]) == (
        "7",
        "hangup",
        "completed",
    )
    assert call.state == "ended"
    assert hotline.paths().count("/twilio/voice-status") == 1


def ring(*numbers, more="", screened=True):
    url = f' url="{START}/1/screen"' if screened else ""
    legs = "".join(f"<Number{url}>{number}</Number>" for number in numbers)
    return f'<Dial action="{START}/1" timeout="20" {more}>{legs}</Dial>'


SCREEN = {
    "1/screen": f'<Gather action="{START}/1/accept" numDigits="1" actionOnEmptyResult="true">'
    f"{say('Bấm 1 để nhận.')}</Gather><Hangup/>",
    "1/accept": lambda fields: "" if fields["Digits"] == "1" else "<Hangup/>",
    1: say("Xong."),
}


def ringing(line):
    return [call for call in line.calls.values() if call.state == "ringing"]


def test_officers_ring_together_and_who_presses_1_is_connected(line, hotline, dial):
    call = dial(ring("+84900000301", "+84900000302"), SCREEN)
    first, second = ringing(line)
    assert [phone["to"] for phone in call.wants["phones"]] == ["+84900000301", "+84900000302"]
    line.step(second, {"answer": True})
    assert (heard(second), second.wants["kind"]) == (["Bấm 1 để nhận."], "keys")
    assert hotline.last("/twilio/voice/1/screen")["ParentCallSid"] == call.sid
    line.step(second, {"digits": "1"})
    assert (call.wants["kind"], second.connected) == ("talk", True)
    assert (first.state, first.status) == ("ended", "canceled")
    line.step(second, {"hangup": True})
    assert hotline.last("/twilio/voice/1")["DialCallStatus"] == "completed"
    assert heard(call) == ["Xong."]


def test_a_voicemail_that_picks_up_swallows_nobody(line, hotline, dial):
    call = dial(ring("+84900000301"), SCREEN)
    (phone,) = ringing(line)
    line.step(phone, {"answer": True})
    line.step(phone, {"silence": True})
    assert hotline.last("/twilio/voice/1")["DialCallStatus"] == "no-answer"
    assert heard(call) == ["Xong."]


def test_phones_in_order_ring_one_after_the_other(line, hotline, dial, clock):
    dial(ring("+84900000301", "+84900000302", more='sequential="true"'), SCREEN)
    (first,) = ringing(line)
    line.step(first, {"decline": True})
    (second,) = ringing(line)
    assert second.to == "+84900000302"
    clock["now"] += timedelta(seconds=21)
    line.tick()
    assert hotline.last("/twilio/voice/1")["DialCallStatus"] == "no-answer"


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_one_word_tells_how_ringing_ended(line, hotline, dial, status):
    call = dial(ring("+84900000301"), SCREEN)
    line.step(call, {"dial_status": status})
    assert hotline.last("/twilio/voice/1")["DialCallStatus"] == status
    assert ringing(line) == []


def test_one_word_tells_that_an_officer_took_it(line, hotline, dial):
    call = dial(ring("+84900000301"), SCREEN)
    line.step(call, {"dial_status": "completed", "seconds": 75})
    posted = hotline.last("/twilio/voice/1")
    assert (posted["DialCallStatus"], posted["DialCallDuration"]) == ("completed", "75")
    assert "/twilio/voice/1/accept" in hotline.paths()


def test_who_hangs_up_while_it_rings_stops_the_ringing(line, hotline, dial):
    call = dial(ring("+84900000301"), SCREEN)
    line.step(call, {"hangup": True})
    assert ringing(line) == []
    assert hotline.last("/twilio/voice/1")["DialCallStatus"] == "canceled"
    assert call.state == "ended"


def queue(news):
    return {
        "": f'<Enqueue action="{START}/1/left" waitUrl="{START}/1/wait">hotline</Enqueue>',
        "1/wait": news,
        "1/left": lambda fields: say(fields["QueueResult"]),
    }


def enter(dial, news):
    pages = queue(news)
    return dial(pages.pop(""), pages)


def test_news_is_asked_for_while_waiting_and_leaving_comes_to_its_own_step(line, hotline, dial, clock):
    call = enter(dial, say("Còn 1 người.") + f"<Redirect>{START}/1/wait</Redirect>")
    assert (heard(call), call.wants) == (["Còn 1 người."], {"kind": "wait", "queue": "hotline"})
    assert hotline.last("/twilio/voice/1/wait")["QueuePosition"] == "1"
    clock["now"] += timedelta(seconds=30)
    hotline.pages["/twilio/voice/1/wait"] = "<Leave/>"
    line.step(call, {})
    assert heard(call) == ["Còn 1 người.", "leave"]
    assert hotline.last("/twilio/voice/1/left")["QueueTime"] == "30"


def test_a_key_in_the_queue_is_answered_at_once(line, hotline, dial):
    call = enter(dial, gather(turn="2/wait"))
    hotline.pages["/twilio/voice/2/wait"] = "<Leave/>"
    line.step(call, {"digits": "1"})
    assert heard(call) == ["leave"]


def test_who_hangs_up_in_the_queue_is_told_of(line, hotline, dial):
    call = enter(dial, say("Xin chờ."))
    line.step(call, {"hangup": True})
    assert hotline.last("/twilio/voice/1/left")["QueueResult"] == "hangup"
    assert hotline.last("/twilio/voice-status")["CallStatus"] == "completed"


def test_an_officer_takes_the_first_of_a_queue(line, hotline, dial):
    waiting = enter(dial, say("Xin chờ."))
    hotline.pages["/twilio/call/m-1"] = "<Dial><Queue>hotline</Queue></Dial>"
    form = {"To": "+84900000301", "From": "1022", "Url": f"{HOTLINE}/twilio/call/m-1"}
    officer = line.place(form, [])
    line.step(officer, {"answer": True})
    assert (waiting.connected, officer.wants["with"]) == (True, "+84900000123")
    line.step(officer, {"dial_status": "completed"})
    assert heard(waiting)[-1] == "bridged"


def test_recordings_and_ringing_cannot_stand_in_the_queue(dial):
    call = enter(dial, record())
    assert any("<Record> may not stand here" in fault for fault in call.faults)


def test_a_placed_call_rings_and_is_reported(line, hotline):
    hotline.pages["/twilio/call/m-1"] = say("Bấm 1.")
    form = {
        "To": "+84900000301",
        "From": "1022",
        "Url": f"{HOTLINE}/twilio/call/m-1",
        "StatusCallback": f"{HOTLINE}/twilio/voice-status",
    }
    line.step(line.place(form, ["completed"]), {"answer": True})
    assert hotline.last("/twilio/voice-status")["CallStatus"] == "completed"
    line.step(line.place(form, ["completed"]), {"no_answer": True})
    assert hotline.last("/twilio/voice-status")["CallStatus"] == "no-answer"
    assert [item.channel for item in line._delivered.items(to="+84900000301")] == ["call", "call"]


def test_hidden_callers_come_as_twilio_hides_them(hotline, dial):
    dial(say("a"), caller="anonymous")
    assert hotline.last("/twilio/voice")["From"] == "+266696687"


def test_a_webhook_posted_three_times_must_be_answered_alike(line, hotline, dial):
    answers = iter("abcdef")
    call = dial(gather(), {1: lambda fields: say(next(answers))})
    line.step(call, {"digits": "1", "copies": 3})
    assert hotline.paths().count("/twilio/voice/1") == 3
    assert any("differently" in fault for fault in call.faults)


def test_a_relative_address_is_followed_and_complained_about(line, hotline, dial):
    call = dial(f'<Gather numDigits="1" action="voice/1">{say("a")}</Gather>', {1: say("b")})
    line.step(call, {"digits": "1"})
    assert heard(call) == ["a", "b"]
    assert any("relative" in fault for fault in call.faults)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(500), id="500"),
        pytest.param(Answer(0), id="not reached"),
        pytest.param(Answer(200, "text/xml", ""), id="empty"),
        pytest.param(Answer(200, "text/xml", "<Response><Say>"), id="no XML"),
        pytest.param(Answer(200, "application/json", "{}"), id="JSON"),
        pytest.param(Answer(200, "text/xml", "<Response>" + " " * 65536 + "</Response>"), id="64 kB"),
    ],
)
def test_what_cannot_be_played_ends_the_call_with_an_error(line, hotline, answer, monkeypatch):
    posted = []

    def post(url, fields):
        posted.append(url)
        return answer if url == START else Answer(200, "text/xml", "")

    line._post = post
    call = line.call_in("0900000123")
    assert (call.state, len(call.faults)) == ("ended", 1)
    assert heard(call) == ["We are sorry, an application error has occurred. Goodbye."]
    assert posted[-1].endswith("/twilio/voice-status")


def test_a_loop_is_found(dial):
    call = dial(f"<Redirect>{START}/1</Redirect>", {1: f"<Redirect>{START}</Redirect>"})
    assert call.state == "ended"
    assert any("loop" in fault for fault in call.faults)


S = f"<Say {V}>a</Say>"


@pytest.mark.parametrize(
    "document, complaint",
    [
        ("<Speak>a</Speak>", "no verb"),
        (f"<Gather action='{START}/1'><Record action='{START}/2'/></Gather>", "may not stand in <Gather>"),
        (f"<Gather>{S}</Gather>", "fetched again"),
        ("<Record/>", "in a loop"),
        (f"<Redirect>{START}</Redirect>", "a loop"),
        ("<Redirect></Redirect>", "relative"),
        (f"<Record action='{START}/1' transcribe='true'/>", "English only"),
        ("<Say language='vi-VN' voice='Polly.Joanna'>a</Say>", "does not speak vi-VN"),
        ("<Say language='vi-VN'>a</Say>", "does not speak vi-VN"),
        ("<Say language='en-US' voice='Google.vi-VN-Wavenet-A'>a</Say>", "does not speak en-US"),
        ("<Say voice='Google.vi-VN-Wavenet-Z'>a</Say>", "does not speak vi-VN"),
        ("<Say>Đã tiếp nhận</Say>", "without language"),
        (f"<Say {V}></Say>", "nothing to say"),
        (f"<Say {V} colour='red'>a</Say>", "no attribute colour"),
        ("<Play>http://elsewhere.example/a.mp3</Play>", "plain http"),
        (f"<Gather action='{START}/1' hints='{'a,' * 501}'/>", "501 hints"),
        (f"<Gather action='{START}/1' hints='{'a' * 101}'/>", "101 characters"),
        (f"<Gather action='{START}/1' input='voice'/>", "dtmf, speech or both"),
        (f"<Gather action='{START}/1' input='speech' speechTimeout='auto'/>", "set seconds"),
        (f"<Gather action='{START}/1' numDigits='0'/>", "numDigits"),
        (f"<Dial action='{START}/1'></Dial>", "rings nobody"),
        (f"<Dial action='{START}/1'><Number>desk</Number></Dial>", "is no number"),
        (f"<Dial action='{START}/1'><Sip>desk</Sip></Dial>", "no SIP address"),
        (f"<Dial action='{START}/1'>{'<Number>+84900000301</Number>' * 11}</Dial>", "10 are the most"),
        ("text", "outside any verb"),
    ],
)
def test_it_complains_about_what_twilio_would_refuse(document, complaint):
    faults = check_twiml(f"<Response>{document}</Response>", address=START).faults
    assert any(complaint in fault for fault in faults), faults


def test_it_has_nothing_against_a_good_document():
    good = f"<Response>{S}<Pause length='2'/>{gather(S)}</Response>"
    assert check_twiml(good, address=START, allowed=IN_QUEUE).faults == []
