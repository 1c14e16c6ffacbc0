"""The signed page: a GET changes nothing, every act from a form, mistakes beside the field, two people at once."""

import re
from dataclasses import replace

import pytest

from chalicelib import wiring
from chalicelib.domain.case import Status
from tests.hotline import province
from tests.unit.worktime import at

POTHOLE = "duong o ga truoc nha so 45 Nguyen Hue, phuong Cao Lanh. Toi ten Tran Van Binh, sdt 0900000777"
REPORTER = "+84900000001"


@pytest.fixture
def assigned(deployed):
    deployed.text(POTHOLE)
    return deployed


@pytest.fixture
def with_desk(deployed):
    deployed.text("toi muon phan anh mot viec o Can Tho: duong o ga")
    case = deployed.case()
    assert case.agency is None
    return deployed


def test_opening_the_page_changes_nothing(assigned):
    token = assigned.link()
    before = assigned.everything()
    for _ in range(3):
        answer = assigned.page(token)
        assert answer["statusCode"] == 200
    assert assigned.everything() == before


def test_the_page_keeps_to_itself(assigned):
    headers = {name.lower(): value for name, value in assigned.page(assigned.link())["headers"].items()}
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex" and headers["content-type"] == "text/html; charset=utf-8"


def test_the_agency_sees_the_matter_and_never_the_reporter(assigned):
    body = assigned.page(assigned.link())["body"]
    assert "Nguyen Hue" in body
    for secret in (REPORTER, REPORTER.removeprefix("+84"), "0900000777", "Tran Van Binh"):
        assert secret not in body


def test_the_page_is_one_request_without_scripts_below_100_kb(assigned):
    body = assigned.page(assigned.link())["body"]
    assert len(body.encode()) < 100_000
    assert "<script" not in body and not re.findall(r'(?:src|href)="https?://', body)


@pytest.mark.parametrize(
    ("act", "text", "status", "told"),
    [
        ("accept", "", Status.IN_PROGRESS, ""),
        ("return", "Không thuộc thẩm quyền", Status.RECEIVED, "desk-returned"),
        ("ask", "Trước số nhà mấy?", Status.WAITING_CITIZEN, "question"),
        ("extend", "Chờ vật tư", Status.IN_PROGRESS, "extended"),
        ("progress", "Đang làm", Status.IN_PROGRESS, "progress"),
        ("answer", "Đã vá xong", Status.ANSWERED, "answer"),
    ],
)
def test_an_agency_does_each_act(assigned, act, text, status, told):
    answer = assigned.page(assigned.link(), {"act": act, "text": text})
    assert answer["statusCode"] == 200 and 'role="status"' in answer["body"]
    case = assigned.case()
    assert case.status is status and case.events[-1].note == text
    assert [event.number for event in case.events] == list(range(1, case.version + 1))
    assert not told or any(each.endswith(f"-{told}") for each in assigned.messages())


@pytest.mark.parametrize(
    ("act", "text", "agency", "status"),
    [
        ("assign", "Xin xem giúp", "so_xay_dung", Status.ASSIGNED),
        ("answer", "Xin gọi 1022 Cần Thơ", "", Status.ANSWERED),
        ("ask", "Ở đường nào?", "", Status.WAITING_CITIZEN),
        ("decline", "Thuộc Cần Thơ", "", Status.DECLINED),
    ],
)
def test_the_desk_does_each_act(with_desk, act, text, agency, status):
    answer = with_desk.page(with_desk.link("desk"), {"act": act, "text": text, "agency": agency})
    assert answer["statusCode"] == 200
    assert with_desk.case().status is status


def test_the_desk_sees_the_reporter_and_every_agency_of_the_day(with_desk):
    body = with_desk.page(with_desk.link("desk"))["body"]
    assert REPORTER in body and 'value="so_xay_dung"' in body
    assert 'value="so_ldtbxh"' not in body, "it ended on 28/02/2025"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "null"}, 200),
    ],
    ids=str,
)
def test_a_form_of_another_site_is_not_taken_and_our_own_without_a_referrer_is(assigned, headers, status):
    before = assigned.everything()
    answer = assigned.page(assigned.link(), {"act": "accept"}, sent=headers)
    assert answer["statusCode"] == status
    assert (assigned.everything() == before) is (status == 403)
    assert ("đến từ một trang web khác" in answer["body"]) is (status == 403)


@pytest.mark.parametrize("act", ["return", "ask", "extend", "progress", "answer"])
def test_a_form_without_words_comes_back_with_the_message_beside_the_field(assigned, act):
    before = assigned.everything()
    answer = assigned.page(assigned.link(), {"act": act, "text": " \r\n "})
    assert answer["statusCode"] == 400
    assert f'id="wrong-{act}"' in answer["body"] and 'role="alert"' in answer["body"]
    assert assigned.everything() == before


def test_a_form_that_is_too_long_comes_back_as_it_was_typed(assigned):
    typed = "vá đường " * 500
    answer = assigned.page(assigned.link(), {"act": "answer", "text": typed})
    assert answer["statusCode"] == 400 and re.search(r"4[.,]?000", answer["body"])
    assert typed.strip() in answer["body"] and assigned.case().status is Status.ASSIGNED


def test_the_desk_must_choose_an_agency(with_desk):
    answer = with_desk.page(
        with_desk.link("desk"), {"act": "assign", "text": "ghi chú của tôi", "agency": ""}
    )
    assert answer["statusCode"] == 400
    assert 'id="wrong-assign"' in answer["body"] and "ghi chú của tôi" in answer["body"]


@pytest.mark.parametrize(
    "form", [{}, {"act": ""}, {"act": "delete"}, {"act": "assign", "agency": "x"}, {"x": "y"}]
)
def test_an_act_nobody_offered_changes_nothing(assigned, form):
    before = assigned.everything()
    assert assigned.page(assigned.link(), form)["statusCode"] in (400, 409)
    assert assigned.everything() == before


@pytest.mark.parametrize("body", ["\xff\xfe", "a" * 110_000, "act=%ff%fe&text=%00%ed%a0%80", "&" * 1000])
def test_a_body_that_is_no_form_is_answered_with_the_page(assigned, body):
    where = {"resource": "/a/{token}", "path_parameters": {"token": assigned.link()}}
    before = assigned.everything()
    answer = assigned.call(
        "POST", "/a/x", body=body, headers={"content-type": "multipart/form-data"}, **where
    )
    assert answer["statusCode"] == 400
    assert assigned.everything() == before


@pytest.mark.parametrize(
    "token", ["x", "a.b", "%00", "%F0%9F%98%80", "..%2F..", "WyIx.YQ", "a" * 5000, "%ED%A0%80"], ids=range(8)
)
def test_a_link_that_is_none_says_what_to_do(deployed, token):
    for form in (None, {"act": "accept"}):
        answer = deployed.page(token, form)
        assert answer["statusCode"] == 404 and "sai" in answer["body"]


def test_an_altered_link_opens_nothing(assigned):
    token = assigned.link()
    altered = ("A" if token[0] != "A" else "B") + token[1:]
    assert assigned.page(altered, {"act": "accept"})["statusCode"] == 404
    assert assigned.case().status is Status.ASSIGNED


def test_an_expired_link_says_so(assigned):
    token = assigned.link(now=at("Thu 01/01/2026 08:30"))
    assert assigned.page(token, {"act": "accept"})["statusCode"] == 410
    assert assigned.case().status is Status.ASSIGNED


def test_a_link_of_a_case_that_is_gone_opens_nothing(assigned):
    from chalicelib.domain.keys import Link, link_token

    token = link_token(Link("000000000", "desk"), keys=wiring.keys(), now=assigned.now)
    assert assigned.page(token)["statusCode"] == 404


def test_a_link_of_a_former_assignment_is_superseded(assigned):
    first = assigned.link()
    assigned.page(first, {"act": "return", "text": "nhầm đơn vị"})
    assert assigned.page(first)["statusCode"] == 409
    assigned.page(assigned.link("desk"), {"act": "assign", "agency": "so_xay_dung"})
    assert assigned.page(first, {"act": "accept"})["statusCode"] == 409
    assert assigned.case().status is Status.ASSIGNED
    assert assigned.page(assigned.link(), {"act": "accept"})["statusCode"] == 200


def test_an_agency_s_link_does_none_of_the_desk_s_acts(assigned):
    assert assigned.page(assigned.link(), {"act": "decline", "text": "x"})["statusCode"] == 400
    assert assigned.page(assigned.link(), {"act": "assign", "agency": "so_xay_dung"})["statusCode"] == 400
    assert assigned.case().agency == "ubnd_29869"


def test_the_same_form_sent_twice_acts_once(assigned):
    token = assigned.link()
    assert assigned.page(token, {"act": "answer", "text": "Đã vá"})["statusCode"] == 200
    again = assigned.page(token, {"act": "answer", "text": "Đã vá"})
    assert again["statusCode"] == 409 and "Đã vá" in again["body"]
    assert sum(each.endswith("-answer") for each in assigned.messages()) == 1


def test_two_people_at_once_are_one_success_and_one_clear_conflict(assigned, monkeypatch):
    """The second opened the page before the first had written, and sends the form afterwards."""
    from chalicelib.entrypoints import links

    token = assigned.link()
    as_first_seen = links._open(token)
    assert assigned.page(token, {"act": "progress", "text": "Đang làm"})["statusCode"] == 200
    monkeypatch.setattr(links, "_open", lambda opened: as_first_seen)
    answer = assigned.page(token, {"act": "return", "text": "Không phải việc của tôi"})
    assert answer["statusCode"] == 409
    assert "vừa cập nhật" in answer["body"] and "Không phải việc của tôi" in answer["body"]
    assert assigned.case().status is Status.IN_PROGRESS
    assert [event.action for event in assigned.case().events] == ["open", "assign", "accept", "progress"]


def test_a_database_that_is_gone_keeps_what_was_typed(assigned, monkeypatch):
    from chalicelib.entrypoints import links
    from chalicelib.errors import StorageUnavailable

    def gone(**_: object) -> None:
        raise StorageUnavailable("The database did not do it.")

    monkeypatch.setattr(links, "commit", gone)
    answer = assigned.page(assigned.link(), {"act": "answer", "text": "Đã vá xong rồi"})
    assert answer["statusCode"] == 503 and "Đã vá xong rồi" in answer["body"]
    assert assigned.case().status is Status.ASSIGNED


def test_a_year_without_holidays_keeps_what_was_typed_and_says_what_is_missing(assigned, monkeypatch, log):
    token = assigned.link()
    assigned.page(token, {"act": "accept"})
    nothing_entered = replace(province(), calendar={**province().calendar, "years": {}})
    monkeypatch.setattr(wiring._current, "directory", nothing_entered)
    answer = assigned.page(token, {"act": "extend", "text": "Chờ vật tư vì mưa lớn"})
    assert answer["statusCode"] == 503
    assert "Chờ vật tư vì mưa lớn" in answer["body"] and "ngày nghỉ" in answer["body"]
    assert assigned.case().status is Status.IN_PROGRESS and not assigned.case().extended
    assert [record.reason for record in log.records if record.levelname == "ERROR"] == ["CalendarGap"]


def test_whatever_else_the_hotline_expects_to_go_wrong_keeps_what_was_typed(assigned, monkeypatch):
    from chalicelib.entrypoints import links
    from chalicelib.errors import HotlineError

    def broken(**_: object) -> None:
        raise HotlineError("something new")

    monkeypatch.setattr(links, "commit", broken)
    answer = assigned.page(assigned.link(), {"act": "answer", "text": "Đã vá xong rồi"})
    assert answer["statusCode"] == 503 and "Đã vá xong rồi" in answer["body"]
    assert "something new" not in answer["body"]


def test_a_database_that_is_gone_is_a_page_not_a_stack_trace(assigned, monkeypatch):
    token = assigned.link()
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    answer = assigned.page(token)
    assert answer["statusCode"] == 503 and "Traceback" not in answer["body"] and "<html" in answer["body"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script> o ga phuong Cao Lanh",
        "\u202eo ga\u202c phuong Cao Lanh \u200fمرحبا",
        '"><img src=x onerror=alert(1)> {{7*7}} {agency} %s o ga phuong Cao Lanh',
        "o ga phuong Cao Lanh " + "😭" * 700,
    ],
    ids=["script", "right to left", "markup", "emoji"],
)
def test_hostile_text_is_shown_safely(deployed, hostile):
    deployed.text(hostile)
    body = deployed.page(deployed.link("desk"))["body"]
    assert "<script>alert" not in body and "<img src=x" not in body and "\u202e" not in body
    assert "49" not in body.split('class="said"')[1].split("</p>")[0]


def test_hostile_words_of_an_agency_reach_nobody_unescaped(assigned):
    assigned.page(assigned.link(), {"act": "answer", "text": "<b>Đã vá</b> <script>x</script>"})
    assert "<script>x" not in assigned.page(assigned.link("desk"))["body"]
    assert wiring.case_store().get(assigned.case().code).answer == "<b>Đã vá</b> <script>x</script>"


def test_an_extension_asked_twice_is_refused_in_plain_words(assigned):
    assigned.page(assigned.link(), {"act": "extend", "text": "Mưa"})
    answer = assigned.page(assigned.link(), {"act": "extend", "text": "Vẫn mưa"})
    assert answer["statusCode"] == 409 and "một lần" in answer["body"] and "Vẫn mưa" in answer["body"]
