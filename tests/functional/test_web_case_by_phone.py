"""A case that came in by form is gone on with by text or mail: the reporter needs no website for it."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.case import Status
from chalicelib.domain.keys import case_token
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


def test_more_is_added_and_an_answer_objected_to_by_text(line):
    case = line.file(POTHOLE)
    line.text("ngay truoc cho")
    assert line.case(case.code).events[-1].action == "add" and len(line.cases) == 1
    line.later(hours=2).agency("answer", "Da va xong", code=case.code)
    line.text(f"MO LAI {case.code} van con ho")
    assert line.case(case.code).status is Status.ASSIGNED


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
