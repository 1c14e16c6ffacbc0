"""People call a running province: each way through the tree, as a caller, an officer and the desk live it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Province

CALLER = "0900000123"


class Telephone:
    """One phone calling the hotline of a running province."""

    def __init__(self, province: Province, number: str = CALLER) -> None:
        self.province = province
        first = province.call("calls", {"from": number})
        self.sid, self.wants, self.said = first["sid"], first["wants"], " ".join(first["said"])

    def does(self, **what: Any) -> str:
        """Press keys, speak, be silent, hang up; returns what is heard next. A fault fails the test."""
        answer = self.province.call(f"calls/{self.sid}", what)
        self.wants, self.said = answer["wants"], " ".join(answer["said"])
        return self.said


@pytest.fixture(scope="module")
def dong_thap(start_province: Callable[..., Province]) -> Province:
    """Đồng Tháp on Monday 2 March 2026, 08:30."""
    return start_province(START="2026-03-02T08:30")


@pytest.fixture(scope="module")
def dong_nai(start_province: Callable[..., Province]) -> Province:
    """Đồng Nai before two tiers, with eleven One-Stop units of district level."""
    return start_province(PROVINCE="dong-nai", START="2025-01-02T08:00")


def test_a_report_by_speech_alone_ends_with_a_spoken_code_an_sms_and_the_agencys_mail(dong_thap):
    phone = Telephone(dong_thap)
    heard = phone.does(speech="đường vô chợ Sa Đéc ổ gà nhiều quá, xe hay té")
    assert "Giao thông, tại phường Sa Đéc" in heard
    told = phone.does()
    assert phone.wants == {"kind": "ended"}
    sms = dong_thap.texts(CALLER)[-1]
    code = next(word for word in sms.replace(".", " ").split() if word.isdigit() and len(word) == 9)
    assert told.count(", ".join(" ".join(code[at : at + 3]) for at in (0, 3, 6))) == 2
    mail = dong_thap.mails("dau-moi@phuong-sa-dec.dong-thap.example")[-1]
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in mail["subject"]


def test_danger_is_answered_with_the_number_to_call_before_anything_else(dong_thap):
    phone = Telephone(dong_thap, "0900000124")
    assert phone.does(speech="cháy nhà ở chợ Sa Đéc, cứu với").startswith(
        "Nếu đang nguy hiểm, xin gọi ngay 1 1 4."
    )


def test_what_is_recorded_is_written_down_and_goes_to_its_agency(dong_thap):
    phone = Telephone(dong_thap, "0900000125")
    phone.does(digits="1")
    phone.does()
    phone.does()
    assert phone.wants["kind"] == "record"
    phone.does(record_seconds=12, speech="đèn đường trước chợ Sa Đéc hỏng phường Sa Đéc")
    dong_thap.advance(minutes=5)
    mails = dong_thap.mails("dau-moi@phuong-sa-dec.dong-thap.example")
    assert any("Chiếu sáng" in mail["subject"] for mail in mails)


def test_hanging_up_at_once_is_called_back(dong_thap):
    before = len(dong_thap.mails("ban-truc@1022.dong-thap.example"))
    Telephone(dong_thap, "0900000126").does(hangup=True)
    desk = dong_thap.mails("ban-truc@1022.dong-thap.example")
    assert len(desk) == before + 1
    assert "Cần gọi lại" in desk[-1]["subject"]


def test_an_officer_takes_the_call_by_key_one_and_a_voicemail_never_does(dong_thap):
    phone = Telephone(dong_thap, "0900000127")
    phone.does(digits="0")
    ringing = phone.wants["phones"]
    voicemail = dong_thap.call(f"calls/{ringing[0]['sid']}", {"answer": True})
    assert "Bấm phím 1" in " ".join(voicemail["said"])
    dong_thap.call(f"calls/{ringing[0]['sid']}", {})
    officer = dong_thap.call(f"calls/{ringing[1]['sid']}", {"answer": True})
    assert officer["faults"] == []
    dong_thap.call(f"calls/{ringing[1]['sid']}", {"digits": "1"})
    talked = dong_thap.call(f"calls/{phone.sid}")
    assert talked["connected"]
    phone.does(hangup=True)


@pytest.mark.parametrize(
    ("moment", "rings"),
    [
        pytest.param("2025-01-02T16:59:00+07:00", True, id="Thursday 16:59"),
        pytest.param("2025-01-02T17:01:00+07:00", False, id="Thursday 17:01"),
        pytest.param("2025-01-29T09:00:00+07:00", False, id="the first day of Tết"),
    ],
)
def test_the_one_stop_unit_of_a_former_district_rings_in_its_hours(dong_nai, moment, rings):
    dong_nai.move(moment)
    phone = Telephone(dong_nai, "0900000128")
    phone.does(digits="2")
    heard = phone.does(speech="huyện Vĩnh Cửu")
    assert "Vĩnh Cửu" in heard
    phone.does(digits="1")
    assert (phone.wants["kind"] == "ring") is rings
    phone.does(hangup=True)


def test_each_step_posted_three_times_changes_nothing_more(dong_thap):
    number = "0900000129"
    first = dong_thap.call("calls", {"from": number, "copies": 3})
    for step in ({"speech": "rác ở chợ Sa Đéc phường Sa Đéc"}, {}):
        dong_thap.call(f"calls/{first['sid']}", {**step, "copies": 3})
    assert len(dong_thap.texts(number)) == 1
