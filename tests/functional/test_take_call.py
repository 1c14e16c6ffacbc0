"""A phone call, step by step: what is said, what is written, and the same step again."""

import pytest

from chalicelib import wiring
from chalicelib.domain.call import Came
from chalicelib.domain.script import HangUp, Listen
from chalicelib.usecases.take_call import take_call


class Phone:
    """One call to the hotline; `did` gives the next input."""

    def __init__(self, line, caller="+84900000001", sid="twilio#CA1"):
        self.line, self.caller, self.sid, self.turn, self.script = line, caller, sid, 0, ()
        self.did("start")

    def did(self, kind, **what):
        came = Came(self.sid, self.turn, kind, caller=self.caller, called="1022", **what)
        for _ in range(3):  # the provider repeats what it is not sure of
            self.script, turn = take_call(came, **wiring.taking())
        self.turn = turn
        return self.said

    @property
    def said(self):
        words = []
        for verb in self.script:
            words += [getattr(one, "text", "") for one in getattr(verb, "prompts", ())]
        return " ".join(words)


@pytest.fixture
def phone(deployed):
    return lambda **given: Phone(deployed, **given)


SPOKEN = "đèn đường hỏng trước chợ Sa Đéc phường Sa Đéc"


def test_a_report_by_speech_without_a_key_ends_with_a_code_an_sms_and_the_agencys_mail(phone, deployed):
    call = phone()
    assert "1022 Đồng Tháp xin nghe" in call.said
    assert "Chiếu sáng công cộng, tại phường Sa Đéc" in call.did("speech", speech=SPOKEN)
    assert deployed.codes()  # before anything is confirmed
    spoken = call.did("silence")
    code = deployed.codes()[0]
    assert spoken.count(", ".join(" ".join(code[at : at + 3]) for at in (0, 3, 6))) == 2
    told = {row["channel"]["S"]: row["to"]["S"] for row in deployed.rows("outbox")}
    assert told == {"email": "dau-moi@phuong-sa-dec.dong-thap.example", "sms": "+84900000001"}
    call.did("ended")
    assert deployed.codes() == [code]


def test_who_is_not_understood_twice_records_and_hears_the_code_at_once(phone, deployed):
    call = phone()
    call.did("keys", keys="1")
    call.did("silence")
    call.did("silence")
    said = call.did("recorded", recording="RE0123456789abcdef0123456789abcdef", seconds=12)
    assert "Mã số của bạn" in said and "Tôi nghe" not in said
    assert len(deployed.codes()) == 1


def test_every_step_posted_again_says_the_same_and_changes_nothing(phone, deployed):
    call = phone()
    call.did("speech", speech=SPOKEN)
    before = deployed.everything()
    step = Came("twilio#CA1", 1, "speech", caller="+84900000001", speech=SPOKEN)
    assert take_call(step, **wiring.taking()) == (call.script, 2)
    assert deployed.everything() == before


def test_what_is_said_again_is_added_to_the_same_case(phone, deployed):
    call = phone()
    call.did("speech", speech="đèn đường hỏng")
    assert "xã, phường nào" in call.said
    assert "phường Sa Đéc" in call.did("speech", speech="ở phường Sa Đéc")
    assert deployed.case().agency is None  # nobody hears of it before the words stand
    assert "Mã số" in call.did("silence")
    assert deployed.case().agency == "ubnd_29905"  # of the ward
    assert [row["to"]["S"] for row in deployed.rows("outbox") if row["channel"]["S"] == "sms"] == [
        "+84900000001"
    ]
    assert len(deployed.codes()) == 1


@pytest.mark.parametrize("caller", ["", "+842773851234"], ids=["a hidden number", "a landline"])
def test_who_cannot_take_an_sms_may_leave_a_number(phone, deployed, caller):
    call = phone(caller=caller)
    call.did("speech", speech=SPOKEN)
    assert "gọi lại" in call.did("silence")
    call.did("keys", keys="0900000002")
    assert isinstance(call.script[-1], HangUp)
    assert {row["channel"]["S"] for row in deployed.rows("outbox")} == {"email"}
    assert deployed.case().events[-1].data == {"call_back_number": "0900000002"}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        pytest.param("482177305", "không đúng", id="a wrong check digit is told at once"),
        pytest.param("12", "không đúng", id="too few digits"),
    ],
)
def test_a_wrong_code_is_told_so_at_once_without_a_look_up(phone, deployed, monkeypatch, keys, said):
    call = phone()
    call.did("keys", keys="3")
    monkeypatch.setattr(wiring.case_store(), "get", None)
    assert said in call.did("keys", keys=keys)


def test_the_state_of_a_case_is_told_by_its_code(phone, deployed):
    deployed.text("Den duong hong truoc cho Sa Dec, phuong Sa Dec")
    code = deployed.codes()[0]
    call = phone(caller="+84900000009")
    call.did("keys", keys="3")
    told = call.did("keys", keys=code)
    assert "đã chuyển xử lý" in told and "hạn" in told
    call.did("ended")
    assert deployed.codes() == [code]


def test_silence_twice_at_the_menu_leads_to_a_person(phone):
    call = phone()
    assert "chưa nghe rõ" in call.did("silence")
    assert isinstance(call.script[-1], Listen)
    call.did("silence")
    assert not isinstance(call.script[-1], HangUp)


def test_english_is_one_key_away(phone):
    call = phone()
    assert "press 1" in call.did("keys", keys="9")


def test_a_call_that_ends_before_a_case_exists_is_called_back(phone, deployed):
    call = phone()
    call.did("ended")
    case = deployed.case()
    assert (case.status, case.channel, case.reporter_address) == ("received", "voice", "+84900000001")
    assert [row["purpose"]["S"] for row in deployed.rows("outbox")] == ["desk"]


def test_the_end_of_an_unknown_call_is_a_call_to_return(deployed, log):
    ended = Came("twilio#CA404", 0, "ended", caller="+84900000001", result="completed")
    for _ in range(2):
        assert take_call(ended, **wiring.taking())[0] == ()
    case = deployed.case()
    assert (case.status, case.channel, case.reporter_address) == ("received", "voice", "+84900000001")
    assert "không có ghi chép" in case.text
    assert "step of an unknown call" in log.text


def test_the_end_of_an_unknown_call_without_a_number_is_noted_and_promises_nothing(deployed, log):
    assert take_call(Came("twilio#CA404", 0, "ended", result="completed"), **wiring.taking())[0] == ()
    assert deployed.codes() == []
    assert "step of an unknown call" in log.text


@pytest.mark.parametrize(
    "correct",
    [
        pytest.param(
            [("speech", {"speech": "không đúng, rác thải ở phường Mỹ Tho"})], id="no, and the right words"
        ),
        pytest.param(
            [("keys", {"keys": "2"}), ("speech", {"speech": "rác thải ở phường Mỹ Tho"})],
            id="key 2, then the right words",
        ),
    ],
)
def test_a_correction_wins_and_only_the_right_agency_hears_of_it(phone, deployed, correct):
    call = phone()
    call.did("speech", speech=SPOKEN)
    for kind, what in correct:
        heard = call.did(kind, **what)
    assert "Môi trường, tại phường Mỹ Tho" in heard
    call.did("silence")
    case = deployed.case()
    assert (case.service, len(deployed.messages())) == ("moi_truong", 2)
    assert "29905" not in str(case.agency)


@pytest.mark.parametrize("said", ["nổ bình gas ở phường Sa Đéc", "nóng quá, cúp điện ở phường Sa Đéc"])
def test_a_word_that_begins_like_no_is_none(phone, deployed, said):
    call = phone()
    call.did("speech", speech=SPOKEN)
    call.did("speech", speech=said)
    assert said.split()[0] in deployed.case().text


def test_hanging_up_during_the_read_back_places_the_case_and_texts_the_code(phone, deployed):
    call = phone()
    call.did("speech", speech=SPOKEN)
    call.did("ended")
    assert deployed.case().agency == "ubnd_29905"
    assert sorted(row["channel"]["S"] for row in deployed.rows("outbox")) == ["email", "sms"]


def test_danger_is_passed_on_at_once_and_texted_like_a_text(phone, deployed):
    call = phone()
    call.did("speech", speech="cháy nhà ở chợ Sa Đéc, cứu với")
    assert deployed.messages()  # before the read-back is over
    call.did("silence")
    sent = [row for row in deployed.rows("outbox") if row["purpose"]["S"] == "spoken_code"]
    assert len(sent) == 1 and "114" in sent[0]["text"]["S"]


def test_a_denunciation_by_voice_is_told_where_it_goes(phone, deployed):
    call = phone()
    call.did("speech", speech="tôi tố cáo cán bộ địa chính nhận hối lộ")
    call.did("silence")
    texts = [row["text"]["S"] for row in deployed.rows("outbox") if row["channel"]["S"] == "sms"]
    assert len(texts) == 1 and "to cao" in texts[0].lower() and "Thanh tra" in texts[0]


def test_words_nobody_understands_lead_to_a_person(phone, deployed):
    call = phone()
    call.did("speech", speech="blah blah xyz")
    assert "chưa nghe rõ" in call.said
    call.did("speech", speech="qwe")
    assert "chưa nghe rõ" not in call.said and "Mã số" not in call.said
    assert len(deployed.codes()) == 1


def test_a_wrong_key_after_the_state_is_asked_about_once_more(phone, deployed):
    deployed.text("Den duong hong truoc cho Sa Dec, phuong Sa Dec")
    call = phone(caller="+84900000009")
    call.did("keys", keys="3")
    call.did("keys", keys=deployed.codes()[0])
    call.did("keys", keys="7")
    assert isinstance(call.script[-1], Listen)


def test_a_number_to_call_back_that_is_too_short_is_asked_for_once_more(phone, deployed):
    call = phone(caller="")
    call.did("speech", speech=SPOKEN)
    call.did("silence")
    assert "không đủ chữ số" in call.did("keys", keys="123")
    call.did("keys", keys="0900000002")
    assert any(event.data.get("call_back_number") for event in deployed.case().events)
