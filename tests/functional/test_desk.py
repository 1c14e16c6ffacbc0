"""What lands on the desk's table, why, with which proposal, and what the desk does with it."""

from dataclasses import replace

import pytest

from chalicelib.domain.case import Kind, Status
from chalicelib.errors import ActionNotAllowed, MalformedRequest
from chalicelib.usecases.message_failed import tell_desk_of_failure
from tests.hotline import PHONE, Hotline, province

DESK = province().province["desk"]["email"]
WARD = "ubnd_29869"


@pytest.fixture
def line():
    return Hotline()


@pytest.fixture
def assigned(line):
    line.text("duong o ga phuong cao lanh")
    return line


def test_what_no_rule_routes_is_with_the_desk_at_once(line):
    line.text("duong o ga can tho")
    message = line.messages(to=DESK)[0]
    assert message.params["reason"] == "unrouted" and message.due_at == line.now
    mail = line.read(message)
    assert "/a/" in mail.text and PHONE not in mail.text + mail.html


def test_a_returned_case_is_proposed_to_the_next_best_never_to_one_that_gave_it_back(assigned):
    tried = []
    for _ in range(6):
        case = assigned.case()
        if case.agency is None:
            break
        tried.append(case.agency)
        assigned.later(hours=1).agency("return", "Không thuộc thẩm quyền")
        message = assigned.messages(purpose="desk")[-1]
        proposed = message.params.get("proposed")
        assert message.params["reason"] == "returned" and proposed not in tried
        if proposed is None:
            break
        assert assigned.directory.agencies[proposed].name() in assigned.read(message).text
        assigned.desk("assign", agency=proposed)
    assert tried[0] == WARD


def test_the_citizen_hears_where_the_case_went(assigned):
    assigned.agency("return", "nhầm")
    assigned.desk("assign", "Xin xem giúp", agency="so_xay_dung")
    assert "So Xay dung" in assigned.messages(purpose="reassigned")[0].text
    assert assigned.case().assignment == 2
    assert "Xin xem giúp" in assigned.read(assigned.messages(purpose="assignment")[-1]).text


def test_a_form_sent_twice_is_done_once(assigned):
    assigned.agency("return", "nhầm")
    assigned.desk("assign", agency="so_xay_dung")
    assigned.agency("accept")
    assigned.agency("progress", "Đang làm")
    once = assigned.stores.everything()
    assert assigned.desk("assign", agency="so_xay_dung").assignment == 2
    assert assigned.agency("progress", "Đang làm").version == assigned.case().version
    assert assigned.stores.everything() == once
    assigned.agency("progress", "Sắp xong")
    assert len(assigned.messages(purpose="progress")) == 2


def test_a_denunciation_is_urgent_for_the_desk_and_cannot_be_assigned(line):
    line.text("toi to cao ong A nhan hoi lo, sdt 0900000777")
    message = line.messages(to=DESK)[0]
    mail = line.read(message)
    assert message.params["reason"] == "denunciation" and message.due_at == line.now
    assert "hoi lo" not in mail.subject + mail.text + mail.html
    with pytest.raises(ActionNotAllowed):
        line.desk("assign", agency="so_xay_dung")
    line.text("them: co nguoi lam chung ten B")
    for each in line.messages():
        assert "lam chung" not in line.read(each).text
    line.desk("answer", "Xin gửi đơn đến Thanh tra tỉnh", code=line.cases[0].code)
    assert line.cases[0].status is Status.ANSWERED


def test_the_desk_answers_on_the_spot(line):
    line.text("duong o ga")
    line.desk("answer", "Đường đang sửa, xong ngày 5/3")
    assert (line.case().status, line.case().level) == (Status.ANSWERED, 1)
    assert "dang sua" in line.messages(purpose="answer")[0].text


def test_the_desk_asks_and_has_the_case_back(line):
    line.text("duong o ga can tho")
    line.desk("ask", "Ở đường nào?")
    line.text("duong Ly Tu Trong")
    assert line.case().status is Status.RECEIVED
    assert line.desk_reasons() == ["unrouted", "citizen_replied"]
    assert "Ly Tu Trong" in line.read(line.messages(purpose="desk")[-1]).text


def test_the_desk_declines_and_says_why(line):
    line.text("duong o ga can tho")
    line.desk("decline", "Thuộc thành phố Cần Thơ, gọi 1022 Cần Thơ")
    assert line.case().status is Status.DECLINED
    assert "Can Tho" in line.messages(purpose="declined")[0].text
    assert "khong thuoc pham vi" in line.text("tra cuu")


@pytest.mark.parametrize(
    ("act", "text", "agency", "wrong"),
    [
        ("assign", "", "", "agency"),
        ("assign", "", "no_such_agency", "agency"),
        ("assign", "", "so_ldtbxh", "agency"),  # ended on 28/02/2025
        ("answer", " \n", "", "text"),
        ("decline", "", "", "text"),
        ("ask", "", "", "text"),
        ("close", "x", "", "act"),
        ("", "", "", "act"),
    ],
)
def test_a_field_that_is_wrong_is_named(line, act, text, agency, wrong):
    line.text("duong o ga")
    with pytest.raises(MalformedRequest, match=wrong):
        line.desk(act, text, agency=agency)
    assert line.case().version == 1


def test_a_question_left_open_comes_to_the_desk_after_a_quarter_of_an_hour(line):
    line.text("duong o ga")
    line.later(minutes=14).wake()
    assert line.desk_reasons() == []
    line.later(minutes=1).wake()
    assert line.desk_reasons() == ["dialogue_left"]


def test_a_reviewed_answer_waits_for_the_desk():
    directory = replace(province(), province={**province().province, "review_answers": True})
    line = Hotline(directory=directory)
    line.text("duong o ga phuong cao lanh")
    line.agency("answer", "Đã vá")
    assert line.case().status is Status.IN_PROGRESS and line.messages(purpose="answer") == []
    assert line.desk_reasons() == ["review"] and "Đã vá" in line.read(line.messages(purpose="desk")[0]).text
    line.desk("answer", "Đã vá xong")
    assert line.case().status is Status.ANSWERED and line.case().level == 2


def test_a_message_that_could_not_be_delivered_is_in_the_history_and_on_the_desk_s_table(assigned):
    assigned.agency("answer", "Đã vá")
    failed = replace(assigned.messages(purpose="answer")[0], error="30003")
    told = {"cases": assigned.stores.cases, "commit": assigned.stores.commit, "directory": assigned.directory}
    tell_desk_of_failure(failed, now=assigned.now, **told)
    assert assigned.desk_reasons() == ["message_failed"]
    assert assigned.case().events[-1].note == "30003"
    desk_mail = assigned.messages(purpose="desk")[0]
    tell_desk_of_failure(desk_mail, now=assigned.now, **told)
    assert assigned.desk_reasons() == ["message_failed"]


def test_every_mail_the_hotline_makes_can_be_written(assigned):
    """Whatever a use case queues has a letter, in the language of whom it goes to."""
    line = assigned
    line.mail("Đường ổ gà phường Cao Lãnh")
    line.agency("progress", "Đang làm")
    line.agency("extend", "Mưa")
    line.agency("ask", "Số nhà?")
    line.mail("Trước chợ", token=line.reply_token("citizen"))
    line.mail("Thêm nữa", token=line.reply_token("citizen"))
    line.agency("answer", "Đã vá")
    line.mail("Chưa xong", token=line.reply_token("citizen"))
    line.desk("assign", agency="so_xay_dung")
    line.agency("ask", "Thấy gì?")
    line.later(days=20)
    while line.wake().get("steps"):
        pass
    line.agency("return", "Không phải việc của Sở")
    line.desk("decline", "Ngoài phạm vi")
    line.text("HUY")
    mails = [message for message in line.messages() if message.channel == "email"]
    assert {message.purpose for message in mails} >= {
        "assignment", "acknowledgement", "progress", "extended", "question", "citizen_reply_received", "addition",
        "answer", "reassigned", "citizen_no_reply", "reminder", "office", "desk", "declined", "withdrawn",
    }  # fmt: skip
    for message in mails:
        written = line.read(message)
        assert written.subject and written.text and written.html, message.id
        if message.params.get("audience") in ("agency", "office"):
            assert PHONE not in written.text + written.html


def test_a_case_s_kind_decides_not_its_words(line):
    line.text("toi to cao can bo xa o ga phuong cao lanh")
    assert line.case().kind is Kind.DENUNCIATION and line.messages(purpose="assignment") == []
