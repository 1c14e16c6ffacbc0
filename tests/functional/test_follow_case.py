"""Following a case on the web: who sees what, proof by digits, the reporter's own page and what is done there."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from bench.meter import measured
from chalicelib import wiring
from chalicelib.domain.case import Status
from chalicelib.domain.filing import Filing
from chalicelib.domain.keys import case_token
from chalicelib.domain.limits import LIMITS
from chalicelib.errors import StorageUnavailable
from chalicelib.usecases.file_case import file_case

PHONE, MAIL = "+84900000123", "Nguoi.Dan@thu.example"
SAID = "Đường Nguyễn Huệ phường Cao Lãnh có ổ gà rất lớn, xe té hoài"
ACCUSES = "Tôi tố cáo ông Nam cán bộ xã nhận hối lộ"
SEVERAL = (
    "Đường Nguyễn Sinh Sắc phường Sa Đéc ngập nước và cống nghẹt. "
    "Ngoài ra cho hỏi thủ tục làm khai sinh ở xã Tân Dương cần gì?"
)
NOBODYS = "000000000"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def file(deployed):
    """Hand a matter in by form; return the case."""
    number = iter(range(1, 100))

    def hand_in(text=SAID, address=PHONE, **facts):
        filing = Filing(id=f"web#{next(number):032x}#1", channel="web", text=text, address=address, **facts)
        return deployed.case(file_case(filing, **wiring.taking()).code)

    return hand_in


@pytest.fixture
def look(deployed):
    """Send the look-up form."""

    def look_up(code, contact="", **query):
        body = urlencode({"code": code, "contact": contact})
        return deployed.call("POST", "/case", body=body, headers=FORM, query=query)

    return look_up


@pytest.fixture
def own(deployed):
    """Open a reporter's own page, or send a form of it as the page has it."""

    def page(case, act="", *, token="", form="", **fields):
        token = token or token_of(case)
        where = {"resource": "/case/{token}", "path_parameters": {"token": quote(token)}}
        if not act:
            return deployed.call("GET", f"/case/{token}", query=fields or None, **where)
        form = form or hidden_form(page(case, token=token))
        body = urlencode({"act": act, "form": form, **fields}, errors="surrogatepass")
        return deployed.call("POST", f"/case/{token}", body=body, headers=FORM, **where)

    return page


@pytest.fixture
def agency(deployed):
    """The agency acts on a case from its own signed page."""

    def act(name, text="", code=None):
        answer = deployed.page(deployed.link(code=code), {"act": name, "text": text})
        assert answer["statusCode"] == 200
        return deployed.case(code)

    return act


def token_of(case):
    return case_token(case, wiring.keys())


def hidden_form(answer):
    return re.search(r'name="form" value="([^"]+)"', answer["body"]).group(1)


def told(answer):
    """What a person reads of a page."""
    body = re.sub(r"<(head|header|footer)\b.*?</\1>|<!--.*?-->", " ", answer["body"], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def fields_of(answer):
    """Acts the page offers."""
    return set(re.findall(r'name="act" value="(\w+)"', answer["body"])) | (
        {"withdraw"} if "ask=withdraw" in answer["body"] else set()
    )


def header(answer, name):
    values = {key.lower(): value for key, value in answer["headers"].items()}
    values |= {key.lower(): value[0] for key, value in (answer.get("multiValueHeaders") or {}).items()}
    return values.get(name, "")


def location(answer):
    assert answer["statusCode"] == 303, answer["body"][-1500:]
    return header(answer, "location")


# --- by the code alone


def test_the_code_alone_shows_how_far_it_is_and_nothing_that_was_written(file, look, agency):
    case = file(place="số 45 Nguyễn Huệ", name="Trần Văn Bình")
    agency("accept")
    agency("answer", "Đã vá ổ gà sáng nay, cảm ơn anh Bình.", case.code)
    answer = look(f" {case.code[:3]} {case.code[3:6]}.{case.code[6:]} ")
    seen = told(answer)
    assert answer["statusCode"] == 200
    for expected in ("Đã trả lời", "Phản ánh", "Giao thông", "phường Cao Lãnh", "08:30 thứ Hai 02/03/2026"):
        assert expected in seen
    for kept in ("ổ gà", "Nguyễn Huệ", "Bình", "000123", "số 45", token_of(case)):
        assert kept not in answer["body"]


@pytest.mark.parametrize("answered", [False, True], ids=["just received", "answered"])
def test_a_denunciation_is_with_the_desk_for_whoever_has_only_its_code(file, look, deployed, answered):
    ordinary, case = file("chỗ này dơ quá"), file(ACCUSES)
    assert ordinary.status is Status.RECEIVED and case.kind == "denunciation"
    if answered:
        deployed.page(deployed.link("desk", code=case.code), {"act": "answer", "text": "Đã hướng dẫn."})
        assert deployed.case(case.code).status is Status.ANSWERED
    one, other = look(ordinary.code), look(case.code)
    assert "Tố cáo" not in told(other)
    same = [
        re.sub(r"\s".join((code[:3], code[3:6], code[6:])), "", page["body"]).replace(code, "")
        for page, code in ((one, ordinary.code), (other, case.code))
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize("typed", ["Ma {}", "Mã: {}.", "#{}", "TRA CUU {}"])
def test_a_code_is_found_in_whatever_is_typed_around_it(file, look, typed):
    case = file()
    assert look(typed.format(case.code))["statusCode"] == 200


def test_a_slip_of_the_pen_is_said_beside_the_field_before_anything_is_looked_up(look):
    with measured() as asked:
        answer = look("482177307", "12")
    assert answer["statusCode"] == 400 and asked.operations == []
    assert 'id="wrong-code"' in answer["body"] and 'id="wrong-contact"' in answer["body"]
    assert 'value="482177307"' in answer["body"] and "aria-invalid=true" in answer["body"]


# --- by digits or mail address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (PHONE, "000123"),
        (PHONE, "0 00 123"),
        (PHONE, "0900 000 123"),
        (PHONE, "+84 900.000.123"),
        (MAIL, "nguoi.dan@THU.example "),
    ],
)
def test_the_right_digits_or_mail_address_lead_to_the_private_page(file, look, own, address, said):
    case = file(address=address)
    answer = look(case.code, said)
    assert location(answer) == f"/case/{token_of(case)}"
    assert "ổ gà rất lớn" in told(own(case))


def test_no_digits_or_address_ever_stand_in_an_address(file, look):
    case = file()
    for answer in (look(case.code, "000123"), look(case.code, "000124"), look(case.code)):
        assert "00012" not in header(answer, "location")
        assert not re.search(r'(href|action)="[^"]*00012[34]', answer["body"])


@pytest.mark.parametrize("said", ["000124", "123000", "nguoi.dan@thu.example"])
def test_wrong_digits_are_like_no_case_at_all(file, look, said):
    case = file()
    answers = []
    for code in (case.code, NOBODYS):
        with measured() as asked:
            answer = look(code, said)
        answers.append((answer["statusCode"], answer["body"].replace(code, ""), asked.operations))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize("address", ["", MAIL], ids=["no address", "a mail address"])
def test_a_case_without_a_phone_opens_by_no_digits(file, look, address):
    case = file(address=address)
    assert look(case.code, "000000")["statusCode"] == 404


def test_foreign_broken_and_unknown_links_are_one_page_with_the_same_work(file, own):
    case, other = file(), file("Rác đầy đường phường Sa Đéc", "+84900000456")
    mark = token_of(other).partition("-")[2]
    seen = []
    for token in (
        f"{case.code}-{mark}",
        f"{NOBODYS}-{mark}",
        "nonsense",
        f"-{mark}",
        "9" * 3000 + "-x",
        "é-\ud800",
    ):
        with measured() as asked:
            answer = own(case, token=token.encode("utf-8", "replace").decode())
        seen.append((answer["statusCode"], answer["body"], asked.operations))
    assert [one for one in seen if one != seen[0]] == []
    assert seen[0][0] == 404 and len(seen[0][2]) == 1


def test_too_many_wrong_digits_close_this_way_until_the_next_day_and_no_other(file, look, own, deployed):
    case, other = file(), file(SAID, "+84900000456")
    for wrong in range(LIMITS["open_code"].most):
        assert look(case.code, f"10000{wrong}")["statusCode"] == 404
    shut = look(case.code, "000123")
    assert shut["statusCode"] == 404 and "TRA CUU" in told(shut)
    assert look(case.code)["statusCode"] == 200 and own(case)["statusCode"] == 200
    assert location(look(other.code, "000456"))
    deployed.at("Tue 03/03/2026 08:30")
    assert location(look(case.code, "000123"))


def test_many_wrong_digits_anywhere_make_six_too_few_and_leave_the_whole_address_enough(
    file, look, monkeypatch
):
    monkeypatch.setitem(LIMITS, "open_all", type(LIMITS["own_page"])(2, 3600))
    case, by_mail = file(), file(address=MAIL)
    others = [file(f"Rác đầy đường số {number} phường Sa Đéc") for number in range(2)]
    for other in others:
        assert look(other.code, "100000")["statusCode"] == 404
    shut, tries = look(case.code, "000123"), LIMITS["open_code"].most + 1
    assert shut["statusCode"] == 404 and "cả số điện thoại" in told(shut)
    for _ in range(tries):  # what could open nothing is no try
        assert look(case.code, "000123")["statusCode"] == 404
    for whole in ("0900 000 123", "+84 900000123", "84900000123"):
        assert location(look(case.code, whole))
    assert location(look(by_mail.code, "nguoi.dan@thu.example"))
    assert look(case.code, "0900100123")["statusCode"] == 404


def test_what_is_too_little_once_many_were_wrong_does_the_same_work_whoever_asks(file, look, monkeypatch):
    monkeypatch.setitem(LIMITS, "open_all", type(LIMITS["own_page"])(1, 3600))
    case, other = file(), file(SAID, "+84900000456")
    look(other.code, "100000")
    for contacts in (("000123", "000456"), ("0900000999", "0900000456")):
        seen = []
        for code, contact in ((case.code, contacts[0]), (case.code, contacts[1]), (NOBODYS, contacts[0])):
            with measured() as asked:
                answer = look(code, contact)
            seen.append((answer["statusCode"], asked.operations))
        assert [one for one in seen if one != seen[0]] == [] and seen[0][0] == 404


def test_the_whole_number_too_can_be_tried_only_so_often(file, look, monkeypatch):
    monkeypatch.setitem(LIMITS, "open_all", type(LIMITS["own_page"])(1, 3600))
    case = file()
    for wrong in range(LIMITS["open_code"].most):
        assert look(case.code, f"090010000{wrong}")["statusCode"] == 404
    assert look(case.code, "0900000123")["statusCode"] == 404


def test_right_digits_count_for_nothing(file, look):
    case = file()
    for _ in range(LIMITS["open_code"].most + 1):
        assert location(look(case.code, "000123"))


def test_digits_cannot_be_tried_all_at_once(file, look, at_once):
    case = file()
    tries = [lambda wrong=wrong: look(case.code, f"1000{wrong:02d}") for wrong in range(12)]
    at_once(*tries)
    counted = wiring_rows(case.code)
    assert counted == [LIMITS["open_code"].most]


def wiring_rows(code):
    """How often digits for a code were counted."""
    from chalicelib.domain.limits import window
    from chalicelib.storage.batch import items_by_key
    from chalicelib.storage.limit_store import LimitRecord

    within, _ = window("open_code", wiring.now())
    found = items_by_key(LimitRecord, [{"id": {"S": f"limit#{within}#{code}"}}])
    return [int(item["times"]["N"]) for item in found]


def test_many_look_ups_from_one_network_are_told_another_way(file, look, monkeypatch):
    monkeypatch.setitem(LIMITS, "look_network", type(LIMITS["own_page"])(1, 3600))
    case = file()
    assert look(case.code)["statusCode"] == 200
    answer = look(case.code)
    assert answer["statusCode"] == 429 and case.code in answer["body"] and "gọi Tổng đài" in told(answer)


# --- the reporter's own page


def test_the_own_page_is_for_its_reader_only(file, own):
    answer = own(file())
    assert header(answer, "cache-control") == "no-store"
    assert header(answer, "referrer-policy") == "no-referrer"
    assert header(answer, "x-robots-tag") == "noindex"


def test_the_own_page_tells_what_happened_and_keeps_what_offices_say_to_each_other(
    file, own, agency, deployed
):
    case = file(place="gần chợ")
    agency("return", "Không thuộc chúng tôi, chuyển ông Tám bên kia.")
    deployed.page(
        deployed.link("desk"),
        {"act": "assign", "agency": "so_xay_dung", "text": "Nhờ bên anh xem giúp, gấp."},
    )
    agency("progress", "Đang kiểm tra tuyến.")
    seen = told(own(case))
    for expected in ("ổ gà", "gần chợ", "Chuyển đến Sở Xây dựng tỉnh Đồng Tháp", "Đang kiểm tra tuyến."):
        assert expected in seen
    for kept in ("ông Tám", "Nhờ bên anh", "+849", "000123"):
        assert kept not in own(case)["body"]


def test_a_new_case_is_told_with_its_code_its_link_and_what_comes_next(file, own):
    case = file()
    answer = own(case, new="1")
    seen = told(answer)
    assert "Đã tiếp nhận" in seen and f"{case.code[:3]} {case.code[3:6]} {case.code[6:]}" in seen
    assert f"https://1022.dongthap.example/case/{token_of(case)}" in seen
    assert "trả lời trước" in seen and f"TRA CUU {case.code}" in seen


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("Cháy nhà ở phường Cao Lãnh, có người bị kẹt", "gọi ngay 114", id="emergency"),
        pytest.param(ACCUSES, "Đã tiếp nhận", id="denunciation"),
    ],
)
def test_danger_comes_before_the_code_and_a_denunciation_gets_its_road(file, own, text, first):
    seen = told(own(file(text), new="1"))
    assert seen.index(first) < 120
    assert ("Ban Tiếp công dân" in seen) == (text == ACCUSES)


def test_whoever_left_no_contact_is_told_to_keep_the_link(file, own):
    case = file(address="")
    assert "Mất đường dẫn thì không mở lại được" in told(own(case, new="1"))
    assert "sms:" not in own(case, new="1")["body"]


def test_the_page_of_several_matters_names_each_with_its_link(file, own):
    file()  # an earlier case of the same person
    case = file(SEVERAL)
    children = wiring.case_store().children(case)
    assert len(children) == 1
    assert f"/case/{token_of(children[0])}" in own(case)["body"]
    assert f"/case/{token_of(case)}" in own(children[0])["body"]


@pytest.mark.parametrize(
    ("steps", "offered"),
    [
        ((), {"add", "withdraw"}),
        ((("accept", ""),), {"add", "withdraw"}),
        ((("accept", ""), ("ask", "Trước số nhà nào?")), {"reply", "withdraw"}),
        ((("answer", "Đã vá."),), {"rate", "object"}),
    ],
    ids=["assigned", "in progress", "asked", "answered"],
)
def test_only_what_may_be_done_is_offered(file, own, agency, steps, offered):
    case = file()
    for name, text in steps:
        agency(name, text)
    assert fields_of(own(case)) == offered


# --- what is done there


def test_a_question_is_answered_and_the_agency_hears_of_it(file, own, agency, deployed):
    case = file()
    agency("ask", "Trước số nhà nào?")
    answer = own(case, "reply", text="Trước số 45")
    assert location(answer) == f"/case/{token_of(case)}?done=reply"
    after = deployed.case(case.code)
    assert after.status is Status.IN_PROGRESS and after.events[-1].note == "Trước số 45"
    assert f"{case.code}-{after.version}-citizen_reply_received" in deployed.messages()
    assert "Đã ghi nhận" in told(own(case, done="reply"))


@pytest.mark.parametrize(
    ("rating", "status"), [("3", Status.CLOSED), ("2", Status.CLOSED), ("1", Status.ANSWERED)]
)
def test_an_answer_is_rated(file, own, agency, deployed, rating, status):
    case = file()
    agency("answer", "Đã vá.")
    assert location(own(case, "rate", rating=rating)).endswith("?done=rate")
    after = deployed.case(case.code)
    assert (after.rating, after.status) == (int(rating), status)
    assert ("object" in fields_of(own(case))) == (rating == "1")


def test_who_is_not_satisfied_is_told_so_and_sees_the_mark_they_gave(file, own, agency):
    case = file()
    agency("answer", "Đã vá.")
    own(case, "rate", rating="1")
    answer = own(case, done="rate")
    assert "Đã ghi nhận ông/bà chưa hài lòng. Muốn xem xét lại, xin bấm Yêu cầu xem lại" in told(answer)
    assert "Cảm ơn ông/bà đã đánh giá" not in told(answer)
    assert re.search(r'value="1" checked', answer["body"])
    assert "Ông/bà chưa hài lòng với câu trả lời" in told(answer)


def test_a_new_case_tells_of_the_files_that_are_being_checked(file, own):
    case = file(uploads=("uploads/x/1", "uploads/x/2"))
    assert "Đã nhận 2 tệp, đang kiểm tra" in told(own(case, new="1"))
    assert "đang kiểm tra" not in told(own(file(), new="1"))


def test_an_objection_reopens_and_only_in_its_time(file, own, agency, deployed):
    case = file()
    agency("answer", "Đã vá.")
    form = hidden_form(own(case))
    deployed.at("Mon 02/11/2026 08:30")
    late = own(case, "object", form=form, text="Vẫn còn ổ gà")
    assert late["statusCode"] == 409 and "Vẫn còn ổ gà" in told(late)
    deployed.at("Tue 03/03/2026 08:30")
    assert location(own(case, "object", text="Vẫn còn ổ gà"))
    after = deployed.case(case.code)
    assert after.status is Status.ASSIGNED and after.assignment == 2


def test_more_is_added_and_reaches_whoever_has_the_case(file, own, deployed):
    case = file()
    assert location(own(case, "add", text="Ngay trước chợ"))
    after = deployed.case(case.code)
    assert after.events[-1].note == "Ngay trước chợ"
    assert f"{case.code}-{after.version}-addition" in deployed.messages()
    assert "Ngay trước chợ" in told(own(case))


def test_a_case_is_withdrawn_only_after_being_asked_once_more(file, own, deployed):
    case = file()
    assert "Rút rồi thì" in told(own(case, ask="withdraw"))
    asked = own(case, "withdraw", text="Đã tự sửa")
    assert asked["statusCode"] == 200 and "Đã tự sửa" in asked["body"]
    assert deployed.case(case.code).status is Status.ASSIGNED
    assert location(own(case, "withdraw", form=hidden_form(asked), confirm="yes", text="Đã tự sửa"))
    assert deployed.case(case.code).status is Status.CLOSED
    assert fields_of(own(case)) == set() and "Ông/bà đã rút" in told(own(case))


def test_what_the_hotline_asked_at_the_beginning_is_answered_here(file, own, deployed):
    case = file("chào tổng đài")
    assert case.asked_at is not None
    assert location(own(case, "reply", text=SAID))
    after = deployed.case(case.code)
    assert after.status is Status.ASSIGNED and after.service == "giao_thong"


# --- once, whatever happens


@pytest.mark.parametrize("days", [0, 2], ids=["at once", "two days later"])
def test_the_same_post_again_does_it_once_and_gets_the_same_answer(file, own, deployed, days):
    case = file()
    form = hidden_form(own(case))
    first = own(case, "add", form=form, text="Ngay trước chợ")
    before = deployed.rows("cases"), deployed.messages()
    deployed.at(f"{('Mon 02', 'Wed 04')[days > 0]}/03/2026 09:30")
    again = own(case, "add", form=form, text="Ngay trước chợ")
    assert location(again) == location(first)
    assert (deployed.rows("cases"), deployed.messages()) == before


def test_the_same_post_repeated_after_the_case_moved_on_is_still_the_same(file, own, agency, deployed):
    case = file()
    form = hidden_form(own(case))
    first = own(case, "add", form=form, text="Ngay trước chợ")
    agency("answer", "Đã vá.")
    assert location(own(case, "add", form=form, text="Ngay trước chợ")) == location(first)


def test_the_same_post_at_the_same_moment_is_done_once(file, own, deployed, at_once):
    case = file()
    form = hidden_form(own(case))
    answers = at_once(*[lambda: own(case, "add", form=form, text="Ngay trước chợ") for _ in range(4)])
    assert {location(answer) for answer in answers} == {f"/case/{token_of(case)}?done=add"}
    assert [event.note for event in deployed.case(case.code).events].count("Ngay trước chợ") == 1


def test_reporter_and_agency_at_the_same_moment_both_get_through(file, own, agency, deployed, at_once):
    case = file()
    answers = at_once(
        lambda: own(case, "add", text="Ngay trước chợ"),
        lambda: deployed.page(deployed.link(), {"act": "accept"}),
    )
    assert location(answers[0])
    after = deployed.case(case.code)
    assert [event.number for event in after.events] == list(range(1, after.version + 1))
    assert "add" in {event.action for event in after.events}


# --- what goes wrong


def test_an_act_that_came_too_late_is_told_with_the_words_kept(file, own, agency):
    case = file()
    form = hidden_form(own(case))
    agency("answer", "Đã vá.")
    answer = own(case, "add", form=form, text="Ngay trước chợ")
    assert answer["statusCode"] == 409
    assert "vừa chuyển sang bước khác" in told(answer) and "Ngay trước chợ" in told(answer)


@pytest.mark.parametrize(
    ("act", "fields", "place", "kept"),
    [
        ("add", {"text": " \u200b\n"}, "wrong-add", ""),
        ("add", {"text": "dài " * 1500}, "wrong-add", "dài dài"),
        ("nonsense", {"text": "chữ"}, "", "chữ"),
    ],
    ids=["empty", "too long", "unknown act"],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(file, own, deployed, act, fields, place, kept):
    case = file()
    answer = own(case, act, **fields)
    assert answer["statusCode"] == 400 and kept in told(answer)
    assert f'id="{place}"' in answer["body"] if place else True
    assert deployed.case(case.code).version == case.version


def test_a_rating_needs_a_number_and_no_other(file, own, agency, deployed):
    case = file()
    agency("answer", "Đã vá.")
    for rating in ("", "0", "4", "-1", "²"):
        assert 'id="wrong-rate"' in own(case, "rate", rating=rating)["body"]
    assert deployed.case(case.code).rating is None


def test_a_form_nobody_signed_does_nothing_and_keeps_the_words(file, own, deployed):
    case = file()
    answer = own(case, "add", form="made-up", text="Ngay trước chợ")
    assert answer["statusCode"] == 400 and "Ngay trước chợ" in answer["body"]
    assert location(own(case, "add", form=hidden_form(answer), text="Ngay trước chợ"))


def test_a_database_that_is_away_gives_the_words_back_to_be_sent_again(file, own, deployed, monkeypatch):
    case = file()
    form = hidden_form(own(case))
    with monkeypatch.context() as patched:
        patched.setattr(wiring.case_store(), "_read", lambda code: away(), raising=True)
        answer = own(case, "add", form=form, text="Ngay <b>trước</b> chợ")
    assert answer["statusCode"] == 503 and "Ngay &lt;b&gt;trước&lt;/b&gt; chợ" in answer["body"]
    assert hidden_form(answer) == form
    assert location(own(case, "add", form=hidden_form(answer), text="Ngay trước chợ"))


def test_bytes_that_are_no_text_break_no_page(file, own, deployed, monkeypatch):
    case = file()
    where = {"resource": "/case/{token}", "path_parameters": {"token": token_of(case)}}
    body = "act=%FF%00&rating=%ED%A0%80&form=%FF&text=%FF%FE"
    assert deployed.call("POST", "/case/x", body=body, headers=FORM, **where)["statusCode"] == 400
    monkeypatch.setattr(wiring.case_store(), "_read", lambda code: away())
    assert deployed.call("POST", "/case/x", body=body, headers=FORM, **where)["statusCode"] == 503
    assert deployed.call("POST", "/case", body="code=%FF&contact=%FF", headers=FORM)["statusCode"] == 400


def away():
    raise StorageUnavailable("gone")


def test_too_much_from_one_link_is_told_with_the_words_kept(file, own, monkeypatch):
    monkeypatch.setitem(LIMITS, "own_page", type(LIMITS["own_page"])(1, 3600))
    case = file()
    assert location(own(case, "add", text="một"))
    answer = own(case, "add", text="hai")
    assert answer["statusCode"] == 429 and "hai" in answer["body"]


def test_a_form_from_another_site_is_refused_and_one_without_a_referrer_taken(file, own, deployed):
    case = file()
    form = hidden_form(own(case))
    where = {"resource": "/case/{token}", "path_parameters": {"token": token_of(case)}}
    body = urlencode({"act": "add", "form": form, "text": "Ngay trước chợ"})
    for headers, status in (
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
    ):
        answer = deployed.call("POST", "/case/x", body=body, headers={**FORM, **headers}, **where)
        assert answer["statusCode"] == status


@pytest.mark.parametrize(
    "words",
    [
        '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
        "{{ 7*7 }} {% raw %}",
        "\x00\ud800 \u202egnp.exe =1+1",
        "ă" * 3999,
    ],
    ids=["html", "template", "control characters", "no spaces"],
)
def test_hostile_words_are_only_words(file, own, agency, words):
    case = file()
    assert location(own(case, "add", text=words))
    agency("answer", words.replace("\ud800", "") or "x")
    body = own(case)["body"]
    assert "<script>alert" not in body and "<img src=x" not in body and "\u202e" not in body


def test_everything_reads_in_english_and_stays_in_english(file, look, own, agency):
    case = file()
    assert "Follow a case" in told(look("1", lang="en"))
    found = look(case.code, "000123", lang="en")
    assert location(found) == f"/case/{token_of(case)}?lang=en"
    agency("answer", "Đã vá.")
    page = own(case, lang="en")
    assert "Are you satisfied?" in told(page)
    assert not re.search(r'(?:action|href)="/case[^"?]*"(?! lang)', page["body"].partition("<main")[2])


def test_a_get_changes_nothing(file, own, look, deployed):
    case = file()
    before = deployed.everything()
    for query in ({}, {"new": "1"}, {"done": "withdraw"}, {"ask": "withdraw"}, {"done": "<b>"}):
        assert own(case, **query)["statusCode"] == 200
    assert deployed.everything() == before
