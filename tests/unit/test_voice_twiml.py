"""Scripts as TwiML: whatever is said, Twilio takes it; what is waited for is asked for at the next step."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.script import HangUp, Leave, Listen, Pause, Play, Record, Ring, Say, Wait
from chalicelib.gateways.voice_twiml import accepted_twiml, screen_twiml, to_twiml
from local.simulator.twiml_check import IN_QUEUE, ON_SCREEN, check_twiml

PUBLIC_URL = "https://1022.dongthap.example"
VOICES = {"vi": "Google.vi-VN-Wavenet-A", "en": "Google.en-US-Wavenet-F"}
ADDRESS = f"{PUBLIC_URL}/twilio/voice/6"


def render(*script, turn=7, waiting=False, caller_id=""):
    return to_twiml(
        script, turn=turn, public_url=PUBLIC_URL, voices=VOICES, waiting=waiting, caller_id=caller_id
    )


def root(*script, **choices):
    return ElementTree.fromstring(render(*script, **choices))


def shape(*script, **choices):
    return [verb.tag for verb in root(*script, **choices)]


any_text = st.text(st.characters(codec=None), max_size=120) | st.sampled_from(
    ["\x00\x0b]]>&<Say>", "\ud800", "x" * 20_000, "Ổ gà, đường hỏng " * 900, "\u202eđảo", ""]
)
prompts = st.one_of(
    st.builds(Say, any_text, st.sampled_from(["vi", "en", "fr", ""])),
    st.builds(
        Play, st.sampled_from(["https://prompts.dongthap.example/chao.mp3", "https://a.example/?x=1&y=2"])
    ),
    st.builds(Pause, st.integers(-5, 9999)),
)
several = st.lists(prompts, max_size=6).map(tuple)
numbers = st.lists(
    st.sampled_from(["+84900000301", "+84900000302", "sip:ban1@1022.dongthap.example", "<Hangup/>", ""]),
    max_size=14,
).map(tuple)
listens = st.builds(
    Listen,
    several,
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from(["vi", "en", "fr"]),
    st.lists(any_text, max_size=30).map(tuple) | st.just(tuple(f"xã số {n}" for n in range(700))),
    st.integers(-1, 999),
)
in_queue = st.one_of(listens, st.builds(Wait, several), st.builds(Leave), st.builds(HangUp, several))
anywhere = st.one_of(
    in_queue,
    st.builds(Record, several, st.integers(-1, 700), st.integers(-1, 60)),
    st.builds(
        Ring,
        numbers,
        any_text,
        in_order=st.booleans(),
        screened=st.booleans(),
        seconds=st.integers(0, 999),
        prompts=several,
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.tuples(several, st.lists(anywhere, max_size=2)))
def test_twilio_takes_every_script(script):
    before, after = script
    assert check_twiml(render(*before, *after), address=ADDRESS).faults == []


@settings(max_examples=100, deadline=None)
@given(st.tuples(several, st.lists(in_queue, max_size=2)))
def test_twilio_takes_every_script_heard_in_the_queue(script):
    before, after = script
    document = render(*before, *after, waiting=True)
    assert check_twiml(document, address=f"{ADDRESS}/wait", allowed=IN_QUEUE).faults == []


@given(any_text)
def test_twilio_takes_every_whisper(whisper):
    document = screen_twiml(
        Ring(("+84900000301",), whisper), language="vi", turn=7, public_url=PUBLIC_URL, voices=VOICES
    )
    assert check_twiml(document, address=ADDRESS, allowed=ON_SCREEN).faults == []


def test_keys_and_speech_are_taken_while_it_speaks_and_silence_is_a_step_too():
    (gather,) = root(Listen((Say("Bấm 1."),), speech=True, hints=("Sa Đéc", "đèn, đường"), seconds=5))
    assert gather.attrib == {
        "input": "dtmf speech",
        "action": f"{PUBLIC_URL}/twilio/voice/7",
        "method": "POST",
        "timeout": "5",
        "speechTimeout": "2",
        "numDigits": "1",
        "finishOnKey": "",
        "language": "vi-VN",
        "hints": "Sa Đéc,đèn đường",
        "profanityFilter": "false",
        "actionOnEmptyResult": "true",
    }
    assert [(one.tag, one.text, one.get("voice")) for one in gather] == [
        ("Say", "Bấm 1.", "Google.vi-VN-Wavenet-A")
    ]


def test_nine_keys_may_be_ended_by_the_hash_key():
    (gather,) = root(Listen((), keys=9))
    assert (gather.get("numDigits"), gather.get("finishOnKey"), gather.get("input")) == ("9", "#", "dtmf")
    (endless,) = root(Listen((), keys=0))
    assert (endless.get("numDigits"), endless.get("finishOnKey")) == (None, "#")


def test_who_says_nothing_after_the_beep_comes_to_the_next_step_too():
    record, redirect = root(Record((), max_seconds=90))
    assert (record.get("action"), redirect.text) == (f"{PUBLIC_URL}/twilio/voice/7",) * 2
    assert record.get("recordingStatusCallback") == f"{PUBLIC_URL}/twilio/recording"
    assert (record.get("maxLength"), record.get("playBeep")) == ("90", "true")


def test_officers_are_screened_and_a_citizen_called_back_is_not():
    (dial,) = root(Ring(("+84900000301", "sip:ban1@a.example"), "Sa Đéc", in_order=True, seconds=15))
    assert [(one.tag, one.get("url")) for one in dial] == [
        ("Number", f"{PUBLIC_URL}/twilio/voice/7/screen"),
        ("Sip", f"{PUBLIC_URL}/twilio/voice/7/screen"),
    ]
    assert (dial.get("sequential"), dial.get("timeout"), dial.get("callerId")) == ("true", "15", None)
    (dial,) = root(Ring(("+84900000001",), screened=False), caller_id="+842771022")
    assert (dial[0].get("url"), dial.get("callerId")) == (None, "+842771022")


def test_nobody_to_ring_goes_on_to_the_next_step():
    assert shape(Ring((), "x")) == ["Redirect"]


def test_an_officer_has_to_press_a_key():
    document = ElementTree.fromstring(
        screen_twiml(Ring((), "Sa Đéc"), language="vi", turn=7, public_url=PUBLIC_URL, voices=VOICES)
    )
    assert [verb.tag for verb in document] == ["Gather", "Hangup"], "no key, no call"
    assert document[0].get("action") == f"{PUBLIC_URL}/twilio/voice/7/accept"
    assert "<Hangup" in accepted_twiml(False)
    assert "<Hangup" not in accepted_twiml(True)


def test_the_queue_asks_for_news_and_for_the_step_after_it():
    (enqueue,) = root(Wait())
    assert enqueue.get("waitUrl") == f"{PUBLIC_URL}/twilio/voice/7/wait"
    assert enqueue.get("action") == f"{PUBLIC_URL}/twilio/voice/7/left"
    pause, redirect = root(Wait(), waiting=True)
    assert (pause.tag, redirect.text) == ("Pause", f"{PUBLIC_URL}/twilio/voice/7/wait")
    assert root(Listen(()), waiting=True)[0].get("action") == f"{PUBLIC_URL}/twilio/voice/7/wait"
    assert shape(Leave(), waiting=True) == ["Leave"]


@pytest.mark.parametrize("verb", [Record(()), Ring(("+84900000301",))], ids=["recording", "ringing"])
def test_what_may_not_stand_in_the_queue_is_a_fault_of_ours(verb):
    with pytest.raises(ValueError, match="may not stand in the queue"):
        render(verb, waiting=True)


def test_what_stands_behind_the_last_verb_is_not_said():
    assert shape(Say("a"), HangUp((Say("b"),)), Say("c")) == ["Say", "Say", "Hangup"]


def test_a_long_text_is_cut_at_the_end_of_sentences():
    says = root(HangUp((Say("Một câu vừa phải. " * 400),)))[:-1]
    assert len(says) == 3
    assert all(say.text.endswith(".") for say in says)
