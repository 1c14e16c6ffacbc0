"""The desk publishes a handled case from its page: masked beforehand, checked by a person, taken off again."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from chalicelib import wiring
from chalicelib.domain.case import Kind, Status
from chalicelib.domain.published import Published, is_published, matter_of, may_be_published
from chalicelib.errors import ActionNotAllowed, CaseConflict, MalformedRequest
from chalicelib.storage.commit import commit
from chalicelib.usecases.digest import MOST_TO_PUBLISH, send_digests
from chalicelib.usecases.publish_case import publish_case, take_off
from chalicelib.web.render import mail
from chalicelib.web.views import case_view
from tests.hotline import KEYS, URL, Hotline, province
from tests.showcase import answered, assigned, at, make_case, rated, waiting

SAID = "duong o ga so 12 duong Nguyen Hue phuong cao lanh, goi anh Binh 0900000123, xe 66A-123.45"


@pytest.mark.parametrize(
    ("case", "may"),
    [
        pytest.param(answered(), True, id="answered"),
        pytest.param(rated(), True, id="closed by a rating"),
        pytest.param(make_case(), False, id="with the desk"),
        pytest.param(assigned(), False, id="with an agency"),
        pytest.param(waiting(), False, id="waiting for the citizen"),
        pytest.param(replace(answered(), kind=Kind.DENUNCIATION), False, id="a denunciation"),
        pytest.param(replace(answered(), spam=True), False, id="spam"),
        pytest.param(replace(answered(), status=Status.DECLINED), False, id="declined"),
        pytest.param(replace(answered(), status=Status.CLOSED, answered_at=None), False, id="withdrawn"),
    ],
)
def test_only_a_case_with_an_answer_that_stands_may_be_published(case, may):
    assert may_be_published(case) is may
    assert not is_published(case)
    assert is_published(replace(case, published_at=at(5))) is may


def test_the_matter_is_what_the_citizen_wrote_and_nothing_against_the_answer():
    line = Hotline()
    line.text("duong o ga phuong cao lanh")
    line.agency("answer", "Đã vá")
    line.text("khong dong y, can bo noi doi")
    assert matter_of(line.case()) == "duong o ga phuong cao lanh"


# the use case


@pytest.fixture
def line():
    line = Hotline()
    line.text("duong o ga phuong cao lanh")
    line.agency("answer", "Đã vá")
    return line


def publish(line, matter="Ổ gà", answer="Đã vá", case=None):
    context = {"commit": line.stores.commit, "cases": line.stores.cases, "now": line.now}
    return publish_case(case or line.case(), matter, answer, **context)


def test_published_words_and_their_event_hold_nothing_of_each_other(line):
    case = publish(line, "  Ổ gà\x00 ", "Đã vá")
    event = case.events[-1]
    assert (event.action, event.note, event.data, event.by) == ("publish", "", {}, "")
    assert line.stores.cases.published([case.code]) == {
        case.code: Published(case.code, "Ổ gà", "Đã vá", line.now)
    }
    assert len(line.messages()) == len(line.later(hours=1).messages()), "nobody is told"


def test_a_form_sent_twice_publishes_once(line):
    publish(line)
    once = line.stores.everything()
    assert publish(line).version == line.case().version
    assert line.stores.everything() == once


def test_an_officer_who_comes_second_with_other_words_is_told(line):
    publish(line)
    with pytest.raises(CaseConflict):
        publish(line, "Việc khác")
    assert line.stores.cases.published([line.case().code])[line.case().code].matter == "Ổ gà"


def test_of_two_officers_at_once_one_wins(line):
    seen = line.case()
    publish(line, "Một", case=seen)
    with pytest.raises(CaseConflict):
        publish(line, "Hai", case=seen)


@pytest.mark.parametrize(
    ("matter", "answer", "wrong"), [("", "x", "text"), ("x", " \n", "answer"), ("", "", "text")]
)
def test_an_empty_field_is_named(line, matter, answer, wrong):
    with pytest.raises(MalformedRequest, match=wrong):
        publish(line, matter, answer)
    assert line.case().published_at is None


def test_what_may_not_be_published_is_refused(line):
    with pytest.raises(ActionNotAllowed):
        publish(line, case=replace(line.case(), kind=Kind.DENUNCIATION))


def test_taken_off_twice_is_taken_off_once(line):
    publish(line)
    for _ in range(2):
        take_off(line.case(), commit=line.stores.commit, now=line.now)
    assert line.case().published_at is None
    assert [event.action for event in line.case().events][-2:] == ["publish", "unpublish"]
    assert line.stores.cases.published([line.case().code]) == {}


def test_an_objection_takes_it_off_and_says_so_in_the_history(line):
    publish(line)
    line.text("khong dong y, van con o ga")
    case = line.case()
    assert (case.status, case.published_at) == (Status.ASSIGNED, None)
    assert case.events[-1].action == "object" and case.events[-1].data["unpublished"] is True
    assert line.stores.cases.published([case.code]) == {}
    line.agency("answer", "Đã vá lại")
    assert line.case().published_at is None
    publish(line, "Ổ gà", "Đã vá lại")
    assert line.stores.cases.published([case.code])[case.code].answer == "Đã vá lại"


# the page


@pytest.fixture
def desk(deployed):
    """An answered case on the desk's page."""
    deployed.text(SAID)
    deployed.page(deployed.link(), {"act": "answer", "text": "Đã vá. Liên hệ bà Lan 0900000456."})
    return deployed


def field(body: str, name: str) -> str:
    return unescape(re.search(rf'<textarea id="{name}-publish"[^>]*>\n?(.*?)</textarea>', body, re.DOTALL)[1])


def test_the_desk_finds_matter_and_answer_masked(desk):
    body = desk.page(desk.link("desk"))["body"]
    matter, answer = field(body, "text"), field(body, "answer")
    for personal in ("0900000123", "66A", "so 12", "Binh"):
        assert personal not in matter
    assert "0900000456" not in answer and "Lan" not in answer
    assert "o ga" in matter and "Đã vá" in answer
    assert "Hồ sơ không còn chờ bộ phận trực" in body, "publishing is no task that waits"


def test_the_desk_publishes_what_it_has_checked_and_takes_it_off(desk):
    form = {"act": "publish", "text": "Ổ gà trước chợ", "answer": "Đã vá"}
    body = desk.page(desk.link("desk"), form)["body"]
    assert "Hồ sơ đã được công khai" in body and "Đang công khai từ" in body
    assert "Ổ gà trước chợ" in desk.call("GET", "/stats/cases")["body"]

    body = desk.page(desk.link("desk"), {"act": "unpublish"})["body"]
    assert "Hồ sơ đã được gỡ" in body and 'id="text-publish"' in body
    assert "Ổ gà trước chợ" not in desk.call("GET", "/stats/cases")["body"]


def test_nothing_is_published_by_opening_the_page(desk):
    before = desk.everything()
    desk.page(desk.link("desk"))
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ({"text": "", "answer": "Đã vá"}, 400, "Xin nhập nội dung."),
        ({"text": "Ổ gà", "answer": ""}, 400, "Xin nhập câu trả lời công khai."),
        ({"text": "x" * 4001, "answer": "Đã vá"}, 400, "4000"),
        ({"text": "Ổ gà", "answer": "x" * 4001}, 400, "4000"),
    ],
    ids=["no matter", "no answer", "matter too long", "answer too long"],
)
def test_a_wrong_form_comes_back_filled_in(desk, form, status, message):
    answer = desk.page(desk.link("desk"), {"act": "publish", **form})
    assert answer["statusCode"] == status and message in answer["body"]
    assert field(answer["body"], "text") == form["text"] and field(answer["body"], "answer") == form["answer"]
    assert "aria-invalid" in answer["body"]
    assert desk.case().published_at is None


def test_an_officer_who_was_second_keeps_the_words(desk):
    desk.page(desk.link("desk"), {"act": "publish", "text": "Một", "answer": "Đã vá"})
    second = desk.page(desk.link("desk"), {"act": "publish", "text": "Hai", "answer": "Khác"})
    assert second["statusCode"] == 409
    assert "Hai" in second["body"] and "Khác" in second["body"]
    assert "Hai" not in desk.call("GET", "/stats/cases")["body"]


def test_an_agency_cannot_publish(desk):
    form = {"act": "publish", "text": "Ổ gà", "answer": "Đã vá"}
    assert desk.page(desk.link("agency"), form)["statusCode"] in (400, 409)
    assert desk.case().published_at is None


def test_a_denunciation_offers_no_form_and_takes_none(desk):
    case = desk.case()
    commit(cases=[replace(case, kind=Kind.DENUNCIATION).act("note", actor="desk", at=desk.now)])
    assert 'id="text-publish"' not in desk.page(desk.link("desk"))["body"]
    form = {"act": "publish", "text": "x", "answer": "y"}
    assert desk.page(desk.link("desk"), form)["statusCode"] == 409
    assert wiring.case_store().published(desk.codes()) == {}


def test_hostile_words_on_the_page_are_text(deployed):
    deployed.text("duong o ga phuong cao lanh </textarea><script>alert(1)</script>")
    deployed.page(deployed.link(), {"act": "answer", "text": "</textarea><script>alert(2)</script>"})
    assert "<script>" not in deployed.page(deployed.link("desk"))["body"]


# the morning list


def listed(line: Hotline) -> str:
    send_digests(
        cases=line.stores.cases,
        commit=line.stores.commit,
        directory=province(),
        render=mail,
        view=case_view,
        public_url=URL,
        keys=KEYS,
        now=line.now,
    )
    lists = [message for message in line.messages() if message.id.startswith("digest-desk")]
    return lists[-1].html or "" if lists else ""


def test_the_desk_is_asked_in_the_morning_about_what_was_answered_the_day_before(line):
    line.at("Tue 03/03/2026 07:30")
    assert "chờ xem có công khai không (1)" in listed(line)
    line.at("Wed 04/03/2026 07:30")
    listed(line)
    assert [m.id for m in line.messages(purpose="desk_list")] == ["digest-desk-2026-03-03"]


def test_after_a_weekend_the_desk_is_asked_about_friday():
    line = Hotline("Fri 06/03/2026 08:30")
    line.text("duong o ga phuong cao lanh")
    line.agency("answer", "Đã vá")
    line.at("Mon 09/03/2026 07:30")
    assert "chờ xem có công khai không (1)" in listed(line)


def test_what_is_published_and_what_may_not_be_is_not_asked_about(line):
    publish(line)
    line.at("Tue 03/03/2026 07:30")
    assert "công khai" not in listed(line)


def test_the_list_of_a_morning_has_an_end():
    line = Hotline()
    for number in range(MOST_TO_PUBLISH + 3):
        line.text("duong o ga phuong cao lanh", sender=f"+849000010{number:02d}")
        line.agency("answer", "Đã vá")
    line.at("Tue 03/03/2026 07:30")
    assert f"chờ xem có công khai không ({MOST_TO_PUBLISH})" in listed(line)
