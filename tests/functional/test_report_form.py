"""The report form, without a script and for one: proposed, checked, filed once, and nothing entered is lost."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib import wiring
from chalicelib.domain.attachment import upload_key
from chalicelib.domain.case import Kind
from chalicelib.domain.keys import form_token, opens_case
from chalicelib.domain.limits import LIMITS
from chalicelib.errors import StorageUnavailable
from tests.functional.conftest import PUBLIC_URL

POTHOLE = "Đường Nguyễn Huệ, phường Cao Lãnh có ổ gà lớn, xe té hoài"
OWN = "0123456789abcdef" * 2
PHONE = "0900000123"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {**FORM, "accept": "application/json"}


class Browser:
    """A reader with the form open; the clock goes on while they fill it in."""

    def __init__(self, deployed) -> None:
        self.deployed = deployed
        page = deployed.call("GET", "/report")
        assert page["statusCode"] == 200
        self.token = hidden(page, "token")
        deployed.now += timedelta(seconds=20)

    def post(self, *, headers=FORM, path="/report", query=None, **fields):
        form = {"token": self.token, "step": "send", "text": POTHOLE, **fields}
        pairs = [
            (name, value)
            for name, given in form.items()
            for value in ([given] if isinstance(given, str) else given)
        ]
        return self.deployed.call("POST", path, body=urlencode(pairs), headers=headers, query=query)


def hidden(page, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page["body"])
    assert found, name
    return found[1]


def said(page) -> str:
    """The page as its reader reads it."""
    return html.unescape(page["body"])


@pytest.fixture
def browser(deployed) -> Browser:
    return Browser(deployed)


@pytest.fixture
def reader(without_tables) -> Browser:
    """One for whom nothing is read and nothing written: any table asked for would be an error."""
    return Browser(without_tables)


def filed(answer) -> str:
    """The token of the case page a form led to."""
    assert answer["statusCode"] == 303, answer["body"][:2000]
    return re.fullmatch(r"/case/([\w-]+)\?new=1", answer["headers"]["Location"])[1]


# The page


def test_the_form_is_nobody_elses_and_opening_it_writes_nothing(without_tables):
    page = without_tables.call("GET", "/report")
    headers = {name.lower(): value for name, value in page["headers"].items()}
    assert (
        headers["cache-control"] == "no-store" and "script-src 'self'" in headers["content-security-policy"]
    )
    assert without_tables.call("HEAD", "/report")["statusCode"] == 200


def test_each_form_has_a_name_of_its_own(without_tables):
    tokens = {hidden(without_tables.call("GET", "/report"), "token") for _ in range(3)}
    assert len(tokens) == 3


def test_words_and_place_may_be_handed_over_by_another_page(without_tables):
    page = without_tables.call("GET", "/report", query={"text": "<b>ổ gà", "area": "old-29905", "lang": "en"})
    assert "&lt;b&gt;ổ gà" in page["body"] and 'value="phường 1, thành phố Sa Đéc"' in page["body"]
    assert hidden(page, "area") == "old-29905" and "Report a problem" in page["body"]
    assert "ổ gà" not in re.search(r'class="language" href="([^"]*)"', page["body"])[1]
    assert hidden(without_tables.call("GET", "/report", query={"area": "nowhere"}), "area") == ""


def test_a_page_is_small(reader):
    for page in (
        reader.deployed.call("GET", "/report"),
        reader.post(step="check", text="cup dien 3 ngay roi"),
    ):
        assert len(page["body"].encode()) < 40_000


# Checking


def test_what_would_become_of_it_is_shown_and_nothing_written(reader):
    page = reader.post(step="check")
    words = said(page)
    assert page["statusCode"] == 200 and 'id="checked"' in words
    assert '<option value="giao_thong" selected>' in words
    assert "Ủy ban nhân dân phường Cao Lãnh" in words and "17:00 thứ Hai 09/03/2026" in words
    assert hidden(page, "step") == "send" and hidden(page, "token") == reader.token
    assert POTHOLE in words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nha toi dang chay lon o phuong cao lanh", 'href="tel:114"'),
        ("to cao chu tich xa nhan hoi lo 50 trieu", "Ban Tiếp công dân tỉnh"),
        ("duong o ga o phuong 1", "trước đây là phường 1, thành phố Sa Đéc"),
        ("duong o ga truoc cho", "Việc xảy ra ở xã, phường nào?"),
        ("duong o ga o phuong 2 tp sa dec", "phường 2, thành phố Sa Đéc nay là phường Sa Đéc"),
        ("ho so 482177306 den dau roi", 'href="/case"'),
        ("duong o ga o quan ninh kieu can tho", "không thuộc Đồng Tháp"),
        ("lam can cuoc can giay to gi", "Khi nào phải đổi thẻ căn cước"),
    ],
)
def test_the_proposal_says_what_matters_first(reader, text, shown):
    page = reader.post(step="check", text=text)
    assert page["statusCode"] == 200 and shown in said(page)


@pytest.mark.parametrize("step", ["", "SEND", "x"])
def test_nothing_is_filed_that_was_not_sent(reader, step):
    assert reader.post(step=step)["statusCode"] == 200


def test_whom_to_call_stands_before_what_is_wrong(reader):
    page = reader.post(step="send", text="nha toi dang chay lon o phuong cao lanh", contact="x")
    assert page["statusCode"] == 400
    assert page["body"].index('<a href="tel:114"><strong>') < page["body"].index('role="alert"')


def test_the_part_shown_while_one_types_is_the_same_and_reads_no_table(reader):
    page = reader.post(step="check", text="duong o ga o phuong 1")
    part = reader.post(path="/report/proposal", text="duong o ga o phuong 1", lang="vi")
    assert part["statusCode"] == 200 and part["headers"]["Cache-Control"] == "no-store"
    assert part["body"].strip() and part["body"].strip() in page["body"] and "<html" not in part["body"]
    english = reader.post(path="/report/proposal", text="duong o ga o phuong 1", lang="en")
    assert "Which commune or ward" in english["body"]
    assert reader.post(path="/report/proposal", text="a")["body"] == ""


# Filing


def test_a_report_becomes_a_case_and_the_browser_goes_on_to_it(browser):
    token = filed(browser.post(contact=PHONE, name="Nguyễn Thị Lan"))
    case = browser.deployed.case()
    assert opens_case(token, case, wiring.keys())
    assert (case.channel, case.kind, case.service, case.area) == (
        "web",
        Kind.COMPLAINT,
        "giao_thong",
        "29869",
    )
    assert case.agency == "ubnd_29869" and case.reporter_address == "+84900000123"
    assert case.reporter_name == "Nguyễn Thị Lan" and case.identity_shown is False
    assert case.text == POTHOLE
    assert {row["channel"]["S"] for row in browser.deployed.rows("outbox")} >= {"email", "sms"}


def test_the_other_language_is_kept_all_the_way(browser):
    answer = browser.post(text="Big pothole in front of the market, Cao Lanh ward", query={"lang": "en"})
    assert answer["headers"]["Location"].endswith("?new=1&lang=en")
    assert browser.deployed.case().language == "en"


def test_a_pilot_below_a_path_keeps_to_it(browser, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", f"{PUBLIC_URL}/pilot")
    page = browser.post(step="check")
    assert 'action="/pilot/report#checked"' in page["body"] and 'href="/report' not in page["body"]
    assert browser.post()["headers"]["Location"].startswith("/pilot/case/")


def test_who_leaves_no_contact_is_a_reporter_of_their_own(browser):
    first = filed(browser.post())
    second = filed(Browser(browser.deployed).post())
    assert first != second
    cases = [browser.deployed.case(code) for code in browser.deployed.codes()]
    assert len({case.reporter_id for case in cases}) == 2 and not any(case.reporter_address for case in cases)


def test_name_and_contact_reach_the_agency_only_when_ticked(browser):
    filed(browser.post(contact=PHONE, name="Nguyễn Thị Lan"))
    assert "Nguyễn Thị Lan" not in browser.deployed.page(browser.deployed.link())["body"]
    filed(
        Browser(browser.deployed).post(
            contact=PHONE, name="Nguyễn Thị Lan", show_identity="1", text=f"{POTHOLE}!"
        )
    )
    seen = [
        browser.deployed.page(browser.deployed.link(code=code))["body"] for code in browser.deployed.codes()
    ]
    assert sorted("Nguyễn Thị Lan, +84900000123" in page for page in seen) == [False, True]


def test_a_tick_without_name_or_contact_shows_nobody(browser):
    filed(browser.post(show_identity="1"))
    assert browser.deployed.case().identity_shown is False


@pytest.mark.parametrize(
    ("fields", "service", "area"),
    [
        ({"service": "moi_truong", "proposed": "giao_thong"}, "moi_truong", "29869"),
        ({"service": "dien", "proposed": "dien"}, "giao_thong", "29869"),
        ({"service": ["", "moi_truong"], "area": ["29869", "29905"]}, "moi_truong", "29905"),
        ({"place": "phường 2 TP Sa Đéc"}, "giao_thong", "29905"),
        ({"service": "<b>", "area": "nowhere", "lat": "x", "long": "1"}, "giao_thong", "29869"),
    ],
)
def test_what_the_reporter_chose_counts(browser, fields, service, area):
    filed(browser.post(**fields))
    case = browser.deployed.case()
    assert (case.service, case.area) == (service, area)


def test_a_place_that_stays_open_is_for_the_desk(browser):
    filed(browser.post(text="duong o ga o phuong 1"))
    case = browser.deployed.case()
    assert case.agency is None and case.asked_at is None
    assert any(name.endswith("-desk-unrouted") for name in browser.deployed.messages())


@pytest.mark.parametrize(
    ("text", "kind", "emergency", "spam", "told"),
    [
        ("nha toi dang chay lon o phuong cao lanh", Kind.COMPLAINT, True, False, "desk-urgent"),
        ("to cao chu tich xa nhan hoi lo 50 trieu", Kind.DENUNCIATION, False, False, "desk-denunciation"),
        (
            "vay tien nhanh lai suat thap lien he zalo 0900000999 khong the chap",
            Kind.COMPLAINT,
            False,
            True,
            "",
        ),
    ],
)
def test_danger_denunciations_and_adverts_go_the_same_way_as_texts(
    browser, text, kind, emergency, spam, told
):
    filed(browser.post(text=text))
    case = browser.deployed.case()
    assert (case.kind, case.emergency, case.spam) == (kind, emergency, spam)
    assert any(name.endswith(told) for name in browser.deployed.messages()) or spam
    if kind is Kind.DENUNCIATION:
        assert case.agency is None


def test_files_are_joined_when_they_are_this_forms_own(browser):
    own, other = (upload_key(form, 1, wiring.keys()) for form in (OWN, "f" * 32))
    filed(browser.post(form=OWN, uploads=[f"{own},{other}", "uploads/x/1", own]))
    rows = [row for row in browser.deployed.rows("outbox") if row["channel"]["S"] == "upload"]
    assert len(rows) == 1 and own in json.dumps(rows[0]) and other not in json.dumps(rows[0])


# Once


def test_the_same_form_again_is_the_same_case(browser):
    first = browser.post(contact=PHONE)
    before = browser.deployed.everything()
    browser.deployed.now += timedelta(hours=30)
    again = browser.post(contact=PHONE)
    assert filed(again) == filed(first) and browser.deployed.everything() == before


def test_a_form_taken_back_and_filled_in_anew_is_another_case(browser):
    assert filed(browser.post()) != filed(browser.post(text=f"{POTHOLE}. Thêm nữa: đèn đường hư"))


@pytest.mark.parametrize(
    "corrected",
    [
        pytest.param({"contact": "0900000124"}, id="a wrong phone"),
        pytest.param({"place": "tổ 11, phường Cao Lãnh"}, id="a wrong place"),
        pytest.param({"area": "29905"}, id="another unit"),
        pytest.param({"service": "dien"}, id="another field"),
        pytest.param({"lat": "10.46", "long": "105.63"}, id="a pin"),
        pytest.param({"name": "Trần Văn Mẫu"}, id="a name"),
        pytest.param({"show_identity": "yes"}, id="named after all"),
    ],
)
def test_a_form_taken_back_and_corrected_is_not_the_old_one_again(browser, corrected):
    sent = {"contact": PHONE, "place": "tổ 10, phường Cao Lãnh"}
    first = filed(browser.post(**sent))
    again = filed(browser.post(**{**sent, **corrected}))
    assert first != again == filed(browser.post(**{**sent, **corrected}))


def test_a_form_kept_on_the_device_is_one_case_whatever_token_it_is_sent_with(browser):
    first = browser.post(headers=JSON, form=OWN, contact=PHONE)
    browser.token = json.loads(browser.deployed.call("GET", "/report/token")["body"])["token"]
    again = browser.post(headers=JSON, form=OWN, contact=PHONE)
    told = [json.loads(answer["body"]) for answer in (first, again)]
    assert [answer["statusCode"] for answer in (first, again)] == [201, 201]
    assert [one.pop("repeated") for one in told] == [False, True] and told[0] == told[1]
    assert told[0]["code"] == browser.deployed.codes()[0]


@pytest.mark.parametrize("contact", ["", PHONE], ids=["no contact", "a phone"])
def test_a_form_sent_twice_at_the_same_moment_is_one_case(browser, at_once, contact):
    browser.deployed.call("GET", "/report")  # everything is loaded
    answers = at_once(*[lambda: browser.post(contact=contact)] * 4)
    assert len({filed(answer) for answer in answers}) == 1
    assert len(browser.deployed.codes()) == 1
    assert len([name for name in browser.deployed.messages() if name.endswith("-assignment")]) == 1


# Not taken, and nothing lost


ENTERED = {
    "text": "Đường ổ gà <b>&\"'",
    "place": "tổ 10, phường Cao Lãnh",
    "contact": PHONE,
    "name": "Nguyễn Thị Lan",
    "show_identity": "1",
    "lat": "10.44",
    "long": "105.624",
    "form": OWN,
}


def kept(page) -> None:
    """Everything entered is there again, ready to be sent once more."""
    body = said(page)
    assert 'role="alert"' in body and f"\n{ENTERED['text']}</textarea>" in body
    for name in ("place", "contact", "name"):
        assert re.search(rf'name="{name}" value="{ENTERED[name]}"', body), name
    assert re.search(r'name="show_identity" value="1" checked', body)
    assert [hidden(page, name) for name in ("lat", "long", "form")] == ["10.44", "105.624", OWN]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"text": ""}, "text", "Xin viết việc gì, ở đâu"),
        ({"text": "!!!"}, "text", "Xin viết rõ hơn"),
        ({"text": "ổ gà " * 1000}, "text", "4000 ký tự"),
        ({"contact": "09000"}, "contact", "Xin xem lại số điện thoại"),
        ({"contact": "lan@"}, "contact", "Xin xem lại địa chỉ email"),
        ({"place": "x" * 301}, "place", "300 ký tự"),
        ({"name": "x" * 101}, "name", "100 ký tự"),
    ],
)
@pytest.mark.parametrize("step", ["check", "send"])
def test_a_mistake_is_told_beside_its_field_and_at_the_top(reader, wrong, field, sentence, step):
    page = reader.post(**{**ENTERED, "step": step, **wrong})
    body = said(page)
    assert page["statusCode"] == 400
    assert body.count(sentence) == 2 and f'<a href="#{field}">' in body
    assert re.search(rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-wrong"[^>]*aria-invalid=true', body)
    assert "<title>Lỗi: " in body and hidden(page, "token") == reader.token
    value = wrong[field].strip()
    assert f"\n{value}</textarea>" in body if field == "text" else f'name="{field}" value="{value}"' in body


CRIES = ("cuu toi voi", "giúp tôi với", "xin chao nha")


@pytest.mark.parametrize("text", CRIES)
def test_words_that_name_no_matter_stop_the_form_once_only(browser, text):
    """A text message with the same words becomes a case: the form may ask once, it may not refuse."""
    page = browser.post(text=text)
    if page["statusCode"] == 400:
        assert said(page).count("Chưa rõ việc gì") == 2
        assert all(number in said(page).split("<h1>")[0] for number in ("113", "114", "115"))
        page = browser.post(text=text, asked=hidden(page, "asked"))
    assert filed(page)


@pytest.mark.parametrize(
    "more", [{"place": "ấp 3, xã Tân Phú"}, {"contact": PHONE}, {"lat": "10.46", "long": "105.63"}]
)
def test_words_that_name_no_matter_are_taken_with_a_place_or_a_contact(browser, more):
    assert filed(browser.post(text="giúp tôi với", **more))


def test_a_script_is_told_the_numbers_and_taken_the_second_time(browser):
    asked = browser.post(text="giúp tôi với", headers=JSON)
    sentence = json.loads(asked["body"])["errors"]["text"]
    assert asked["statusCode"] == 400 and all(number in sentence for number in ("113", "114", "115"))
    assert browser.post(text="giúp tôi với", asked="1", headers=JSON)["statusCode"] == 201


def test_a_form_that_was_asked_stays_so_through_the_check(reader):
    page = reader.post(text="giúp tôi với", step="check")
    again = reader.post(text="giúp tôi với", step="check", asked=hidden(page, "asked"))
    assert (page["statusCode"], again["statusCode"]) == (400, 200) and hidden(again, "asked") == "1"


def test_a_script_is_told_the_same_by_field(reader):
    answer = reader.post(headers=JSON, text="", contact="x")
    assert answer["statusCode"] == 400
    assert set(json.loads(answer["body"])["errors"]) == {"text", "contact"}


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(timedelta(seconds=1), False), (timedelta(days=8), True), (None, True)],
    ids=["at once", "old", "foreign"],
)
def test_a_form_sent_too_fast_or_too_late_comes_back_whole_and_is_taken_then(browser, age, fresh):
    if age is None:
        browser.token = "x.y"
    else:
        browser.token = form_token("n" * 32, keys=wiring.keys(), now=browser.deployed.now - age)
    before = browser.deployed.everything()
    page = browser.post(**ENTERED)
    assert page["statusCode"] == 400 and browser.deployed.everything() == before
    kept(page)
    assert (hidden(page, "token") != browser.token) is fresh
    told = browser.post(**ENTERED, headers=JSON)
    assert set(json.loads(told["body"])["errors"]) == {"token"}
    browser.token = hidden(page, "token")
    browser.deployed.now += timedelta(seconds=5)
    filed(browser.post(**ENTERED))


def test_a_token_fetched_for_a_waiting_report_may_be_used_at_once(browser):
    answer = browser.deployed.call("GET", "/report/token")
    assert answer["headers"]["Cache-Control"] == "no-store"
    browser.token = json.loads(answer["body"])["token"]
    assert browser.post(headers=JSON, form=OWN)["statusCode"] == 201


def test_tokens_that_may_be_used_at_once_are_not_given_without_end(browser, monkeypatch):
    monkeypatch.setitem(LIMITS, "token_network", LIMITS["token_network"].__class__(2, 3600))
    answers = [browser.deployed.call("GET", "/report/token")["statusCode"] for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_trap_that_is_filled_gives_another_way_in_and_loses_nothing(browser):
    before = browser.deployed.everything()
    page = browser.post(**ENTERED, website="https://spam.example")
    assert page["statusCode"] == 400 and browser.deployed.everything() == before
    kept(page)
    assert "0277 1022" in page["body"] and "spam.example" not in page["body"]
    assert set(json.loads(browser.post(website="x", headers=JSON)["body"])["errors"]) == {"website"}
    filed(browser.post(**ENTERED))


@pytest.mark.parametrize(
    ("name", "contact"), [("file_network", ""), ("file_sender", PHONE), ("file_sender_day", PHONE)]
)
def test_a_limit_keeps_what_was_written_and_gives_another_way_in(browser, monkeypatch, name, contact):
    monkeypatch.setitem(LIMITS, name, LIMITS[name].__class__(2, 3600))
    first = browser.post(contact=contact)
    filed(Browser(browser.deployed).post(contact=contact))
    page = Browser(browser.deployed).post(**{**ENTERED, "contact": contact or PHONE})
    assert page["statusCode"] == 429 and len(browser.deployed.codes()) == 2
    kept({**page, "body": page["body"].replace('name="contact" value=""', f'name="contact" value="{PHONE}"')})
    assert "0277 1022" in page["body"]
    told = Browser(browser.deployed).post(headers=JSON, contact=contact)
    assert told["statusCode"] == 429 and "0277 1022" in json.loads(told["body"])["problem"]
    assert filed(browser.post(contact=contact)) == filed(first), (
        "what got through already counts for no limit"
    )
    browser.deployed.now += timedelta(hours=1)
    filed(Browser(browser.deployed).post(contact=contact))


def texted(deployed):
    rows = deployed.rows("outbox")
    return sorted(row["to"]["S"] for row in rows if row["purpose"]["S"] == "acknowledgement")


def test_a_stranger_is_texted_ten_times_a_day_at_most_whatever_is_filed_with_their_number(browser):
    taken = 0
    for _ in range(30):
        taken += Browser(browser.deployed).post(contact=PHONE)["statusCode"] == 303
        browser.deployed.now += timedelta(minutes=20)
    assert taken == len(texted(browser.deployed)) == 10


def test_above_the_ceiling_for_all_a_case_is_filed_and_no_code_texted(browser, monkeypatch):
    monkeypatch.setitem(LIMITS, "ack_all", LIMITS["ack_all"].__class__(1, 3600))
    filed(browser.post(contact=PHONE))
    filed(Browser(browser.deployed).post(contact="0900000124"))
    filed(Browser(browser.deployed).post(contact="ai.do@thu.example"))
    assert len(browser.deployed.codes()) == 3
    assert texted(browser.deployed) == ["+84900000123", "ai.do@thu.example"]


def test_a_landline_gets_no_text_and_uses_up_none(browser, monkeypatch):
    monkeypatch.setitem(LIMITS, "ack_all", LIMITS["ack_all"].__class__(1, 3600))
    filed(browser.post(contact="0277 3851 022"))
    assert texted(browser.deployed) == []
    filed(Browser(browser.deployed).post(contact=PHONE))
    assert len(texted(browser.deployed)) == 1


def test_a_database_that_is_gone_loses_nothing(browser, monkeypatch):
    def fails(*_, **__):
        raise StorageUnavailable("gone")

    monkeypatch.setattr(type(wiring.inbox_store()), "received", fails)
    page = browser.post(**ENTERED)
    assert page["statusCode"] == 503 and not browser.deployed.rows("cases")
    kept(page)
    told = browser.post(headers=JSON, form=OWN)
    assert told["statusCode"] == 503 and "1022" in json.loads(told["body"])["problem"]


def test_a_province_that_cannot_be_loaded_loses_nothing(browser, monkeypatch):
    def fails():
        raise StorageUnavailable("gone")

    monkeypatch.setattr(wiring, "directory", fails)
    page = browser.post(**ENTERED)
    assert page["statusCode"] == 503
    kept(page)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/report", "/report/proposal"])
def test_a_form_from_another_site_is_refused(reader, headers, path):
    assert reader.post(path=path, headers={**FORM, **headers})["statusCode"] == 403
    told = reader.post(headers={**JSON, **headers})
    assert told["statusCode"] == 403 and json.loads(told["body"])["problem"]
    own = {**FORM, "sec-fetch-site": "same-origin", "origin": PUBLIC_URL}
    assert reader.post(path=path, headers=own, step="check")["statusCode"] == 200


@pytest.mark.parametrize(
    "body", ["\xff\xfe", "a" * 110_000, "text=%ff%fe&text=%00%ed%a0%80", "&" * 1000, "{}"]
)
def test_a_body_that_is_no_form_is_answered_with_a_page(without_tables, body):
    for headers in (FORM, JSON):
        for path in ("/report", "/report/proposal"):
            answer = without_tables.call("POST", path, body=body, headers=headers)
            assert answer["statusCode"] in (200, 400)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> đường ổ gà phường Cao Lãnh",
        '=HYPERLINK("http://x.example") đường ổ gà phường Cao Lãnh',
        "{{ 7*7 }} {number} đường ổ gà phường Cao Lãnh",
        "\u202eđường ổ gà\x00 phường Cao Lãnh",
    ],
)
def test_scripts_formulas_and_templates_are_text(browser, text):
    page = browser.post(step="check", text=text, place=text, name=text)
    assert page["statusCode"] == 200
    assert (
        "<script>alert" not in page["body"]
        and "49" not in re.search(r"<textarea[^>]*>([^<]*)", page["body"])[1]
    )
    filed(browser.post(text=text, place=text, name=text, contact="lan@thu.example"))
    assert browser.deployed.case().text == re.sub("[\u202e\x00]", "", text)
    assert "<script>alert" not in browser.deployed.page(browser.deployed.link())["body"]


# Units while one types


def test_units_are_offered_with_what_former_ones_are_today(without_tables):
    answer = without_tables.call("GET", "/report/areas", query={"q": "p1 sa dec"})
    assert json.loads(answer["body"]) == [
        {"id": "old-29905", "name": "phường 1, thành phố Sa Đéc", "note": "nay là phường Sa Đéc"}
    ]
    assert answer["headers"]["Cache-Control"] == "public, max-age=3600"
    assert len(json.loads(without_tables.call("GET", "/report/areas", query={"q": "xa"})["body"])) == 8


@pytest.mark.parametrize("typed", ["", "x", "\ud800", "<b>", "a" * 5000, "%00", "zzzz zzzz"])
def test_what_names_no_unit_is_an_empty_list(without_tables, typed):
    answer = without_tables.call("GET", "/report/areas", query={"q": typed})
    assert answer["statusCode"] == 200 and json.loads(answer["body"]) == []


def test_a_slip_is_understood_as_in_a_text_message(without_tables):
    found = json.loads(without_tables.call("GET", "/report/areas", query={"q": "phuong cao lanhh"})["body"])
    assert "phường Cao Lãnh" in [one["name"] for one in found]


# Logs


def test_no_log_line_names_the_person_or_the_matter(browser, log):
    filed(browser.post(**ENTERED))
    browser.post(**{**ENTERED, "contact": "x"})
    written = " ".join(str(vars(record)) for record in log.records)
    for private in ("Nguyễn Thị Lan", "0900000123", "84900000123", "ổ gà", "tổ 10"):
        assert private not in written


def new_case(browser: Browser, token: str):
    """The page a browser is led to when the form was taken."""
    where = {"resource": "/case/{token}", "path_parameters": {"token": token}}
    return browser.deployed.call("GET", f"/case/{token}", query={"new": "1"}, **where)


def test_words_that_may_tell_of_danger_show_whom_to_call_before_and_after(browser):
    checked = said(browser.post(text="nha chay o cho cao lanh", step="check"))
    assert "Nếu đang nguy hiểm" in checked and "Nguy hiểm: xin gọi ngay" not in checked
    token = filed(browser.post(text="nha chay o cho cao lanh"))
    case = said(new_case(browser, token))
    assert "Nếu đang nguy hiểm" in case and "tel:114" in case


def test_the_page_after_sending_names_the_numbers_that_were_told(browser):
    token = filed(browser.post(text="co nguoi chet duoi o cau Hoa An"))
    page = said(new_case(browser, token))
    box = page.split('<ul class="numbers">')[1].split("</ul>")[0]
    assert re.findall(r'href="tel:(\d+)"', box) == ["112", "114"]
