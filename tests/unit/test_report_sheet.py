"""The spreadsheet of a report, read back."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from chalicelib.domain.directory import Directory, Service
from chalicelib.domain.report import MONTH, Report, build_report, period_of
from chalicelib.domain.stats import PROVINCE
from chalicelib.web.report_sheet import HEAD_ROW, report_xlsx
from tests.showcase import at, half_year_2020, make_directory


def read(
    report: Report, directory: Directory | None = None, language: str = "vi", **more: object
) -> openpyxl.Workbook:
    content = report_xlsx(report, directory or make_directory(), language, **more)  # type: ignore[arg-type]
    return openpyxl.load_workbook(BytesIO(content))


def rows(book: openpyxl.Workbook, sheet: str) -> dict[object, tuple[object, ...]]:
    """First cell → the rest, below the header."""
    return {row[0]: row[1:] for row in book[sheet].iter_rows(min_row=HEAD_ROW + 2, values_only=True)}


def test_the_overview_has_every_figure_with_its_base() -> None:
    book = read(half_year_2020())
    overview = rows(book, "Tổng quan")
    assert book.sheetnames == ["Tổng quan", "Theo lĩnh vực", "Theo ngày"]
    assert overview["Tiếp nhận"][0] == 65
    assert overview["Đã xử lý"] == (65, "100%", "số phải xử lý")
    assert overview["Đúng hạn"] == (64, "98,5%", "số đã xử lý")
    assert overview["Hỏi thông tin"] == (60, "92,3%", "số tiếp nhận")
    assert overview["Phản ánh"][0] == 5
    assert book["Tổng quan"]["A1"].value == "Báo cáo 6 tháng đầu năm 2020"


def test_fields_and_topics_stand_one_below_the_other_and_add_up() -> None:
    lines = list(read(half_year_2020())["Theo lĩnh vực"].iter_rows(min_row=HEAD_ROW + 2, values_only=True))
    assert (lines[0][0], lines[0][2:]) == ("Lao động – xã hội", (65, "100%", 65))
    assert [line[1] for line in lines[1:4]] == [
        "Hỗ trợ theo Quyết định 15/2020/QĐ-TTg",
        "Chính sách bảo trợ",
        "Tạm dừng hoạt động vì dịch Covid-19",
    ]
    assert lines[-1][0] == "Cộng"
    assert sum(int(line[2]) for line in lines[1:4]) == lines[-1][2] == 65


def test_denunciations_have_no_field_and_stand_before_the_total() -> None:
    kinds = {"received.kind.complaint": 1, "received.kind.denunciation": 2, "received.service.giao_thong": 1}
    days = {
        "2026-03-02": {"received": 3, **kinds, "handled": 1, "on_time": 1, "handled.kind.denunciation": 1}
    }
    book = read(build_report("province", period_of(MONTH, at(2).date()), days))
    found = rows(book, "Theo lĩnh vực")
    assert found["Tố cáo, khiếu nại"][1:] == (2, "66,7%", 1)
    assert found["Cộng"][1] == 3


def test_every_day_of_the_period_has_its_line() -> None:
    days = rows(read(half_year_2020()), "Theo ngày")
    assert len(days) == 182 + 1
    assert days["01/01/2020"] == (0, 0, 0, 0, 0, 0)
    assert days["30/06/2020"] is not None
    assert days["Cộng"][0] == 65


def test_the_province_sees_its_agencies_busiest_first() -> None:
    month = period_of(MONTH, at(1).date())
    whole = build_report(PROVINCE, month, {"2026-03-02": {"received": 5, "handled": 4, "on_time": 4}})
    of_agencies = [
        build_report("agency#phuong_sa_dec", month, {"2026-03-02": {"received": 1}}),
        build_report(
            "agency#so_xay_dung",
            month,
            {"2026-03-02": {"received": 4, "handled": 4, "on_time": 3, "late": 1, "rated": 2, "rating.3": 1}},
        ),
    ]
    book = read(whole, agencies=of_agencies)
    table = list(book["Theo đơn vị"].iter_rows(min_row=HEAD_ROW + 2, values_only=True))
    assert table[0] == (
        "Sở Xây dựng tỉnh Đồng Tháp",
        *(0, 4, 0, 4, 4, "100%", 3, "75%", 1, 0, 2, 1),
    )
    assert table[1][0] == "Ủy ban nhân dân phường Sa Đéc"
    assert table[1][8] == "–", "no share of nothing"


@pytest.mark.parametrize(
    "name", ["=1+1", "+84900", "-cmd", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "http://x.example"]
)
def test_no_name_becomes_a_formula_or_a_link(name: str) -> None:
    directory = replace(make_directory(), services={"giao_thong": Service("giao_thong", {"vi": name})})
    days = {"2026-03-02": {"received": 1, "received.service.giao_thong": 1}}
    book = read(build_report(PROVINCE, period_of(MONTH, at(1).date()), days), directory)
    cell = book["Theo lĩnh vực"].cell(HEAD_ROW + 2, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
    assert not [one for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"]


def test_the_sheet_is_ready_to_print() -> None:
    for sheet in read(half_year_2020()):
        assert sheet.page_setup.paperSize == 9, "A4"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${HEAD_ROW + 1}:${HEAD_ROW + 1}"
        assert sheet.freeze_panes == f"B{HEAD_ROW + 2}"


def test_the_same_report_is_the_same_file() -> None:
    report, directory = half_year_2020(), make_directory()
    assert report_xlsx(report, directory, "vi") == report_xlsx(report, directory, "vi")


def test_the_sheet_can_be_read_in_english() -> None:
    book = read(half_year_2020(), language="en")
    assert book.sheetnames == ["Overview", "By field", "By day"]
    assert rows(book, "Overview")["Question"][0] == 60
    assert rows(book, "Overview")["Handled"] == (65, "100%", "those to handle")


def test_an_empty_period_makes_a_sheet_too() -> None:
    empty = build_report(PROVINCE, period_of(MONTH, at(1).date()), {})
    assert rows(read(empty), "Tổng quan")["Đã xử lý"] == (0, "–", "số phải xử lý")
