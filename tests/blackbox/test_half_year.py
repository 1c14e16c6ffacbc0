"""The first half of 2020 as Sở Lao động – Thương binh và Xã hội of Đồng Tháp reported it: 65 received, 65 handled."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest

from tests.running import Province, code_in

DEPARTMENT = "dau-moi@so-ldtbxh.dong-thap.example"
OFFICE = "bao-cao@van-phong.dong-thap.example"

QUESTIONS = (
    "Cho hoi ho so huong bao tro xa hoi cho nguoi khuyet tat nang nop o dau?",
    "Nguoi cao tuoi 80 tuoi muon nhan tro cap xa hoi hang thang thi can giay to gi?",
    "Em nghi viec thang truoc, cho hoi tro cap that nghiep duoc huong may thang?",
    "Ho ngheo co duoc ho tro theo quyet dinh 15/2020/QD-TTg khong?",
    "Lao dong tu do mat viec vi dich co duoc nhan tien ho tro theo quyet dinh 15 khong?",
    "Cho hoi con liet si, con thuong binh duoc huong che do nguoi co cong nao?",
)
COMPLAINTS = (
    "Cong ty no luong cong nhan 2 thang nay khong tra, bao nhieu lan hua roi thoi",
    "Xet ho ngheo khong cong bang, nha giau van duoc vao danh sach ho ngheo",
    "Tien tro cap nguoi khuyet tat cua me toi cham 3 thang nay chua nhan duoc",
    "Cong ty cho nghi viec ma khong chot so, khong tra tro cap thoi viec cho cong nhan",
    "Ho can ngheo nha toi bi gach ten khoi danh sach ho ngheo ma khong ai giai thich",
)
CASES = 65
FIRST_DAY = datetime.fromisoformat("2020-01-02T00:00:00+07:00")
ANSWER = "So LDTBXH xin tra loi: de nghi ba con lien he bo phan mot cua de duoc huong dan."


@pytest.fixture(scope="module")
def half_year(start_province: Callable[..., Province]) -> Province:
    """65 cases, each answered the working day after it came, and the morning of 1 July."""
    province = start_province(START="2020-01-01")
    complaints = {13 * number: body for number, body in enumerate(COMPLAINTS)}
    asked = 0
    for number in range(CASES):
        came_on = FIRST_DAY + timedelta(days=number * 175 // (CASES - 1))
        province.move(came_on.replace(hour=8 + number % 8).isoformat())
        body = complaints.get(number) or QUESTIONS[asked % len(QUESTIONS)]
        asked += number not in complaints
        code = code_in(province.text(f"09000010{number:02}", body)[0])
        (mail,) = [mail for mail in province.mails(DEPARTMENT) if code in mail["subject"].replace(" ", "")]
        assert province.act(province.link(mail), "accept").status == 200
        assert province.act(province.link(mail), "answer", ANSWER).status == 200
    assert asked == 60
    province.move("2020-07-01T12:00")
    return province


def report_of(province: Province, to: str) -> dict[str, Any]:
    found = [mail for mail in province.mails(to) if "6 tháng đầu năm 2020" in mail["subject"]]
    assert len(found) == 1, [mail["subject"] for mail in province.mails(to)]
    return found[0]


@pytest.mark.parametrize(
    "to", [pytest.param(OFFICE, id="to the office"), pytest.param(DEPARTMENT, id="to the department")]
)
def test_the_half_year_report_says_65_received_60_questions_5_complaints_65_handled(
    half_year: Province, to: str
) -> None:
    report = report_of(half_year, to)
    assert "65 (60 hỏi thông tin, 5 phản ánh)" in report["text"]
    assert "65 (đạt 100%)" in report["text"]
    assert "Lao động, người có công, xã hội 65" in report["text"]
    (sheet,) = report["attachments"]
    with urllib.request.urlopen(sheet["url"]) as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    numbers = {cell.value for page in book for row in page.iter_rows() for cell in row}
    assert {65, 60, 5} <= numbers
