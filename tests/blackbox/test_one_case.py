"""One matter from the first text to the rating, and the same webhook again."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from stdnum import damm

from chalicelib.domain.sms import encoding_of
from tests.running import Answer, Province, code_in, http

POTHOLES = "Duong vao cho Sa Dec o ga nhieu qua, xe hay te"
WARD = "dau-moi@phuong-sa-dec.dong-thap.example"


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    return start_province(START="2026-03-02T08:00")


def test_a_text_becomes_a_case_that_is_answered_and_rated(province: Province) -> None:
    citizen = "0900000101"
    (reply,) = province.text(citizen, POTHOLES)
    code = code_in(reply)
    assert len(reply) <= 160
    assert encoding_of(reply) == "GSM-7"
    assert len(code) == 9
    assert damm.is_valid(code)

    (assigned,) = [mail for mail in province.mails(WARD) if code in mail["text"].replace(" ", "")]
    assert "0900000101" not in assigned["text"] + assigned["html"]
    assert "900000101" not in assigned["text"] + assigned["html"]
    link = province.link(assigned)

    before = province.call("outbox")
    assert [http(link).status, http(link).status] == [200, 200]
    assert province.call("outbox") == before  # a mail scanner may open the link

    assert province.act(link, "accept").status == 200
    answer = "Da va o ga doan truoc cho Sa Dec sang nay, moi ba con di lai."
    assert province.act(link, "answer", answer).status == 200
    told = province.texts(citizen)
    assert any(answer in text for text in told)

    province.text(citizen, "3")
    assert province.text(citizen, f"TRA CUU {code}")
    assert not any(message["status"] == "failed" for message in province.messages(to=citizen))


def test_the_state_is_told_by_its_code(province: Province) -> None:
    code = code_in(province.text("0900000102", POTHOLES)[0])
    (state,) = province.text("0900000102", f"TRA CUU {code}")
    assert code in state.replace(" ", "")


def test_the_same_webhook_five_times_at_once_and_after_a_day_is_one_case(
    province: Province, at_once: Callable[..., list[object]]
) -> None:
    citizen, sid = "0900000103", "SM" + "5" * 32
    replies = at_once(*[lambda: send_until_taken(province, citizen, POTHOLES, sid)] * 5)
    assert len({tuple(reply) for reply in replies}) == 1, replies  # type: ignore[arg-type]
    province.advance(days=1)
    assert send_until_taken(province, citizen, POTHOLES, sid) == replies[0]
    (text,) = province.texts(citizen)
    code = code_in(text)
    mails = [mail for mail in province.mails(WARD) if code in mail["subject"].replace(" ", "")]
    assert len([mail for mail in mails if mail["sent_at"] < "2026-03-03"]) == 1


def send_until_taken(province: Province, citizen: str, body: str, sid: str) -> list[str]:
    """As a provider does: an answer of 503 is tried again."""
    for _ in range(5):
        sent = province.call("sms", {"from": citizen, "body": body, "sid": sid})
        if sent["status"] == 200:
            return list(sent["replies"])
        assert sent["status"] == 503, sent
    raise AssertionError("never taken")


def post_webhook(province: Province, headers: dict[str, str]) -> Answer:
    body = urlencode({"MessageSid": "SM" + "6" * 32, "From": "+84900000104", "To": "1022", "Body": POTHOLES})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return http(f"{province.hotline}/twilio/sms", body.encode(), form | headers)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no signature"),
        pytest.param({"X-Twilio-Signature": "c2lnbmF0dXJl"}, id="a wrong one"),
        pytest.param({"X-Twilio-Signature": ""}, id="an empty one"),
    ],
)
def test_a_webhook_twilio_did_not_sign_is_refused_and_changes_nothing(
    province: Province, headers: dict[str, str]
) -> None:
    before = province.messages(), province.call("outbox")
    assert post_webhook(province, headers).status == 403
    assert (province.messages(), province.call("outbox")) == before


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ổ gà 🕳️ đường Nguyễn Huệ Sa Đéc", id="emoji"),
        pytest.param("o ga\x00 duong Nguyen Hue\x07 Sa Dec", id="NUL and BEL"),
        pytest.param("duong hu \ud800 Sa Dec", id="a lone surrogate"),
        pytest.param("\u202eduong hu Sa Dec\u202c", id="right to left"),
        pytest.param("duong hu Sa Dec " * 100, id="1600 characters"),
        pytest.param("<script>alert(1)</script> duong hu Sa Dec", id="markup"),
    ],
)
def test_hostile_text_becomes_a_case_all_the_same(province: Province, text: str) -> None:
    (reply,) = province.text("0900000105", text)
    assert reply
    for mail in province.mails():
        assert "<script" not in mail["html"]


def test_an_altered_link_leads_to_a_page_that_says_what_to_do(province: Province) -> None:
    province.text("0900000106", POTHOLES)
    link = province.link(province.mails(WARD)[-1])
    for address in (link[:-2], province.hotline + "/a/nothing", link + "x"):
        page = http(address)
        assert page.status in (404, 409, 410)
        assert "<html" in page.text
        assert "1022" in page.text
        assert province.act(address, "accept").status in (404, 409, 410)
