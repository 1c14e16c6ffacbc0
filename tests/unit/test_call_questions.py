"""Questions asked by phone: the One-Stop unit of a place, announcements and the answers asked for most."""

from dataclasses import replace
from functools import cache

import pytest

from chalicelib.domain.call import Came
from chalicelib.domain.script import HangUp, Listen, Record, Ring
from chalicelib.domain.understanding import Reader
from chalicelib.usecases.take_call import take_call
from tests.hotline import PHONE, Hotline, province

MONDAY, NIGHT = "Mon 02/03/2026 08:30", "Mon 02/03/2026 21:30"
LANDLINE = "+842773851234"


@cache
def reader(slug):
    return Reader([province(slug)])


class Phone:
    """One call to the hotline, in memory."""

    def __init__(self, slug="dong-thap", *, now=MONDAY, caller=PHONE, directory=None):
        self.hotline = Hotline(now, reader=reader(slug), directory=directory or province(slug))
        self.caller, self.turn, self.script = caller, 0, ()
        self.did("start")

    def did(self, kind, *, after=5, **what):
        self.hotline.later(seconds=after)
        came = Came("twilio#CA1", self.turn, kind, caller=self.caller, called="1022", **what)
        self.script, self.turn = take_call(came, **self.hotline._taking())
        return self.said

    def key(self, key, **given):
        return self.did("keys", keys=key, **given)

    def says(self, words):
        return self.did("speech", speech=words)

    @property
    def said(self):
        return " ".join(
            one.text for verb in self.script for one in getattr(verb, "prompts", ()) if hasattr(one, "text")
        )

    @property
    def last(self):
        return self.script[-1]

    @property
    def case(self):
        (only,) = self.hotline.cases
        return only

    def sms(self):
        return [message.text for message in self.hotline.messages() if message.channel == "sms"]


def asked(**given):
    phone = Phone(**given)
    assert "xã, phường nào" in phone.key("2")
    return phone


def test_the_unit_of_a_place_of_today_is_told_sent_and_rung():
    phone = asked()
    said = phone.says("phường Sa Đéc")
    assert "phường Sa Đéc" in said and "Hiện có người trực đến 11:30" in said
    (sms,) = phone.sms()
    assert unit_of("29905").hotline.replace("+84", "0") in sms
    phone.did("silence")  # never a key
    assert isinstance(phone.last, Ring)
    assert "Hỏi thủ tục" in phone.last.whisper
    phone.did("rung", result="completed", seconds=90)
    assert isinstance(phone.last, HangUp)
    phone.did("ended")
    case = phone.case
    assert (case.kind, case.status, case.level, case.service) == ("question", "closed", 1, "hanh_chinh")
    assert case.area == "29905" and case.agency is None
    assert any(event.data.get("contact") for event in case.events)


def test_a_caller_who_hangs_up_with_the_number_was_answered():
    phone = asked()
    phone.says("phường Sa Đéc")
    phone.did("ended", after=1)  # the number is in the SMS
    assert (phone.case.status, phone.case.level) == ("closed", 1)
    assert "Sa Đéc" in phone.case.text and phone.case.answer


@pytest.mark.parametrize(("heard", "status"), [(60, "closed"), (2, "received")])
def test_from_a_landline_only_who_heard_the_number_was_answered(heard, status):
    phone = asked(caller=LANDLINE)
    phone.says("phường Sa Đéc")
    phone.did("ended", after=heard)
    assert phone.case.status == status
    assert phone.sms() == []


def test_a_former_district_is_told_apart_by_key():
    phone = asked()
    said = phone.says("huyện Lấp Vò")
    assert "bấm phím 1" in said and "bấm phím 2" in said
    assert "trực" in phone.key("2")
    phone.did("ended")
    assert phone.case.status == "closed"


def test_out_of_hours_the_unit_gets_a_case_to_call_back():
    phone = asked(now=NIGHT)
    said = phone.says("phường Sa Đéc")
    assert "mở lại lúc 07:30 thứ Ba 03/03" in said
    phone.key("1")
    assert isinstance(phone.last, Record)
    phone.did("recorded", recording="RE0000000000000000000000000000000b", seconds=12)
    assert isinstance(phone.last, HangUp)
    phone.did("ended")
    case = phone.case
    assert case.status == "assigned" and case.agency == unit_of("29905").code
    assert "assignment" in [message.purpose for message in phone.hotline.messages()]


def unit_of(area):
    return next(
        agency
        for agency in province().agencies.values()
        if agency.area == area and agency.level == "one_stop"
    )


def test_a_place_nobody_knows_is_asked_for_twice_then_a_person_is_rung():
    phone = asked()
    assert "chưa biết nơi này" in phone.says("xứ sở thần tiên")
    phone.says("hành tinh xanh")
    assert isinstance(phone.last, Ring)


def test_who_asks_for_a_person_after_the_number_was_not_answered():
    phone = asked(now=NIGHT)
    phone.says("phường Sa Đéc")
    phone.key("0")
    phone.did("ended")
    assert phone.case.status == "received" and phone.case.agency is None


def test_an_answer_heard_to_the_end_counts_as_a_question_answered():
    phone = Phone()
    assert "Hôm nay không có thông báo" in phone.key("4")
    said = phone.key("2")
    assert "dichvucong.gov.vn" in said
    assert isinstance(phone.last, Listen)
    phone.did("silence", after=60)
    assert isinstance(phone.last, HangUp)
    phone.did("ended")
    assert (phone.case.status, phone.case.level, phone.case.service) == ("closed", 1, "hanh_chinh")
    assert phone.case.text == "Nộp hồ sơ trực tuyến như thế nào?"


def test_who_breaks_an_answer_off_and_goes_is_called_back():
    phone = Phone()
    phone.key("4")
    phone.key("2")
    phone.did("ended", after=3)
    assert phone.case.status == "received"


def test_the_announcement_of_the_day_comes_first_and_the_list_goes_on_by_pages():
    news = {"vi": "Bão số 5 vào bờ tối nay.", "en": "The storm comes tonight."}
    directory = replace(province(), ivr={**province().ivr, "announcement": news})
    phone = Phone(directory=directory)
    assert phone.said.startswith("Bão số 5")
    assert "Thông báo hôm nay. Bão số 5" in phone.key("4")
    first = phone.key("*")
    second = phone.key("5")
    assert "bấm phím 5" in first.lower() and first != second
    assert phone.key("5") == first  # after the last page comes the first
    assert "Announcements of today. The storm" in phone.key("9")


def test_keys_that_mean_nothing_in_the_list_lead_to_a_person():
    phone = Phone()
    phone.key("4")
    assert "chưa nghe rõ" in phone.key("7")
    phone.key("7")
    assert isinstance(phone.last, Ring)
