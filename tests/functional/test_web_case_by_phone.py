"""A case that came in by form is gone on with by text or mail: the reporter needs no website for it."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.case import Status
from chalicelib.domain.keys import case_token
from chalicelib.usecases.follow_case import act_on_own
from chalicelib.web.views import case_view
from tests.hotline import KEYS, MAIL, OTHER_PHONE, PHONE, URL, Hotline

POTHOLE = "duong o ga phuong cao lanh"


@pytest.fixture
def line():
    return Hotline()


def test_a_phone_that_filed_by_form_looks_its_case_up_by_text(line):
    case = line.file(POTHOLE)
    for asked in (f"TRA CUU {case.code}", "TRA CUU"):
        assert line.text(asked).startswith(f"Ma {case.code}: da chuyen xu ly")
    assert "Khong tim thay" in line.text(f"TRA CUU {case.code}", sender=OTHER_PHONE)


def test_an_answer_goes_out_by_text_and_is_rated_by_text(line):
    case = line.file(POTHOLE)
    line.later(hours=2).agency("answer", "Da va xong")
    (told,) = line.messages(purpose="answer")
    assert (told.channel, told.to) == ("sms", PHONE) and "Da va xong" in told.text
    assert line.text("1", sender=OTHER_PHONE) != line.text("3")
    after = line.case(case.code)
    assert (after.rating, after.status) == (3, Status.CLOSED)


def test_a_question_is_answered_by_text(line):
    case = line.file(POTHOLE)
    line.agency("ask", "Truoc so nha nao?")
    line.text("truoc so 45")
    after = line.case(case.code)
    assert after.status is Status.IN_PROGRESS and after.events[-1].note == "truoc so 45"


def test_more_is_added_and_an_answer_objected_to_by_text_that_names_the_code(line):
    case = line.file(POTHOLE)
    line.text(f"{case.code} ngay truoc cho dau moi")
    assert line.case(case.code).events[-1].action == "add" and len(line.cases) == 1
    line.later(hours=2).agency("answer", "Da va xong", code=case.code)
    line.text(f"MO LAI {case.code} van con ho")
    assert line.case(case.code).status is Status.ASSIGNED


SECRET = "con gi nua khong a, toi la Tran Van Mau CCCD 079100000001"


@pytest.mark.parametrize("answered", [False, True], ids=["open", "answered"])
@pytest.mark.parametrize("said", [SECRET, "chua hai long, van con nhu cu", "huy", "mo lai", "da cam on"])
@pytest.mark.parametrize("channel", ["web", "open311"])
def test_what_a_phone_texts_does_nothing_to_a_case_a_stranger_filed_with_its_number(
    line, channel, said, answered
):
    case = line.file(POTHOLE, channel=channel)
    if answered:
        line.later(hours=1).agency("answer", "Da va xong", code=case.code)
    before = line.case(case.code)
    line.text(said)
    assert line.case(case.code) == before


def test_cases_a_stranger_files_do_not_push_ones_own_out_of_reach(line):
    own = line.text(POTHOLE) and line.case().code
    line.later(minutes=10)
    for number in range(12):
        line.file(f"mat dien phuong cao lanh, to {number}")
    line.text("ngay truoc cho dau moi")
    assert line.case(own).events[-1].note == "ngay truoc cho dau moi"
    assert line.text("TRA CUU").startswith(f"Ma {own}:")
    line.later(hours=1).agency("answer", "Da va xong", code=own)
    line.text("3")
    assert line.case(own).rating == 3


def test_a_digit_rates_the_answer_that_came_last(line):
    line.text(POTHOLE)
    own = line.case().code
    filed = line.file("mat dien phuong cao lanh").code
    line.later(hours=1).agency("answer", "Da va xong", code=own)
    line.later(hours=1).agency("answer", "Da co dien", code=filed)
    line.text("3")
    assert (line.case(filed).rating, line.case(own).rating) == (3, None)


@pytest.mark.parametrize("said", ["truoc so 45", "{code} toi la chu nha so 45"], ids=["answer", "by code"])
def test_words_by_text_reach_the_agency_and_not_the_page_of_whoever_filed(line, said):
    case = line.file(POTHOLE)
    line.agency("ask", "Truoc so nha nao?")
    line.text(said.format(code=case.code))
    act_on_own(line.case(), "add", "them o ga nua", "", "form", **line._taking())
    shown = {
        audience: str(case_view(line.case(), line.directory, audience=audience, language="vi", now=line.now))
        for audience in ("agency", "desk", "citizen")
    }
    assert "so 45" in shown["desk"] and "so 45" in shown["agency"]
    assert "so 45" not in shown["citizen"]
    assert "them o ga nua" in shown["citizen"] and POTHOLE in shown["citizen"]


def test_a_case_that_came_by_text_shows_all_its_words(line):
    line.text(POTHOLE)
    line.text("truoc so 45")
    shown = case_view(line.case(), line.directory, audience="citizen", language="vi", now=line.now)
    assert "truoc so 45" in str(shown)


def test_a_case_of_a_mail_address_is_told_by_mail_with_the_link_of_its_own_page(line):
    case = line.file(POTHOLE, address=MAIL)
    line.agency("answer", "Đã vá xong")
    page = f"{URL}/case/{case_token(case, KEYS)}"
    mails = {message.purpose: line.read(message) for message in line.messages(to=MAIL)}
    assert set(mails) == {"acknowledgement", "answer"}
    for mail in mails.values():
        assert re.findall(r"https?://\S+", mail.text) == [page]
    assert f"{page}#rate" in mails["answer"].html
    assert "Ủy ban nhân dân phường Cao Lãnh trả lời hồ sơ" in mails["answer"].text


def test_a_mail_in_english_leads_to_the_page_in_english(line):
    line.file("pothole in cao lanh ward", address=MAIL, language="en")
    (mail,) = (line.read(message) for message in line.messages(to=MAIL))
    assert re.search(r"/case/\d{9}-[0-9a-f]{26}\?lang=en\s", mail.text)


def test_a_text_message_names_no_link(line):
    line.file(POTHOLE)
    line.agency("answer", "Da va xong")
    assert not [message.text for message in line.messages(to=PHONE) if "http" in message.text]


def test_whoever_left_a_landline_is_promised_no_text_and_sent_none(line):
    case = line.file(POTHOLE, address="+842773851022")
    line.later(hours=1).agency("answer", "Da va xong", code=case.code)
    assert not line.messages(to="+842773851022")
    shown = case_view(line.case(), line.directory, audience="citizen", language="vi", now=line.now)
    assert shown["told_by"] == "landline"
