"""Periods, the figures of a report, and the sentences it is told in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.report import (
    HALF_YEAR,
    MONTH,
    QUARTER,
    WEEK,
    YEAR,
    ReportPeriod,
    build_report,
    main_items,
    period_of,
    periods_ended,
    tenths_of_percent,
)
from chalicelib.domain.stats import PROVINCE
from chalicelib.web import render, report_text
from chalicelib.web.letter import Words
from tests.showcase import half_year_2020, make_directory

DAYS = st.dates(date(2019, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    "on, ended",
    [
        pytest.param(date(2026, 3, 3), [], id="a Tuesday in the month"),
        pytest.param(date(2026, 3, 9), ["2026-W10"], id="Monday: last week"),
        pytest.param(date(2026, 3, 1), ["2026-02"], id="Sunday 1 March: February"),
        pytest.param(date(2026, 4, 1), ["2026-03", "2026-Q1"], id="1 April: month and quarter"),
        pytest.param(date(2020, 7, 1), ["2020-06", "2020-Q2", "2020-H1"], id="1 July: also the half-year"),
        pytest.param(
            date(2026, 1, 1), ["2025-12", "2025-Q4", "2025-H2", "2025"], id="New Year: also the year"
        ),
        pytest.param(date(2026, 6, 1), ["2026-W22", "2026-05"], id="Monday 1 June: week and month"),
        pytest.param(date(2027, 1, 4), ["2026-W53"], id="a week that belongs to the old year"),
    ],
)
def test_reports_are_due_the_day_after_their_period(on: date, ended: list[str]) -> None:
    assert [period.id for period in periods_ended(on)] == ended


@given(DAYS, st.sampled_from([WEEK, MONTH, QUARTER, HALF_YEAR, YEAR]))
def test_periods_cover_every_day_once_(day: date, kind: str) -> None:
    period = period_of(kind, day)
    assert period.starts_on <= day <= period.ends_on
    assert period_of(kind, period.ends_on + timedelta(days=1)).starts_on == period.ends_on + timedelta(days=1)
    assert len(period.days) == (period.ends_on - period.starts_on).days + 1


def june() -> ReportPeriod:
    return period_of(MONTH, date(2020, 6, 1))


def test_what_came_before_the_period_and_is_not_done_is_carried_over() -> None:
    days = {
        "2020-05-29": {"received": 5, "handled": 1},
        "2020-05-31": {"ended": 1},
        "2020-06-01": {"received": 2, "received.kind.question": 2, "handled": 4, "on_time": 3, "late": 1},
        "2020-07-01": {"received": 100, "handled": 100},
    }
    report = build_report(PROVINCE, june(), days)
    assert (report.carried_over, report.received, report.handled) == (3, 2, 4)
    assert (report.to_handle, report.in_progress) == (5, 1)
    assert (report.on_time, report.late) == (3, 1)


def test_a_period_in_which_nothing_happened_is_empty() -> None:
    assert build_report(PROVINCE, june(), {"2020-05-01": {"received": 1, "handled": 1}}).is_empty
    assert not build_report(PROVINCE, june(), {"2020-05-01": {"received": 1}}).is_empty


@pytest.mark.parametrize(
    "part, whole, tenths",
    [
        pytest.param(65, 65, 1000, id="all"),
        pytest.param(60, 65, 923, id="60 of 65 is 92.3 %"),
        pytest.param(1, 3, 333, id="a third"),
        pytest.param(2, 3, 667, id="two thirds, rounded up"),
        pytest.param(1, 2000, 1, id="a half tenth is rounded up"),
        pytest.param(0, 7, 0, id="none"),
        pytest.param(0, 0, None, id="none of nothing"),
    ],
)
def test_shares_are_exact(part: int, whole: int, tenths: int | None) -> None:
    assert tenths_of_percent(part, whole) == tenths


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_and_the_rest_make_a_hundred_percent(part: int, whole: int) -> None:
    part = min(part, whole)
    share, rest = tenths_of_percent(part, whole), tenths_of_percent(whole - part, whole)
    assert share is not None
    assert rest is not None
    assert 0 <= share + rest - 1000 <= 1, "both halves rounded up at most"


def test_the_main_items_are_those_counted_most() -> None:
    assert list(main_items({"a": 1, "b": 5, "c": 0, "d": 5}, limit=3)) == [("b", 5), ("d", 5), ("a", 1)]


def test_the_founding_half_year_is_told_as_it_was() -> None:
    """01/01–30/06/2020, one department: 65 received (60 questions, 5 complaints), 65 handled (100 %)."""
    report = half_year_2020()
    assert (report.received, dict(report.by_kind)) == (65, {"question": 60, "complaint": 5})
    assert (report.handled, report.to_handle, report.in_progress) == (65, 65, 0)
    mail = render.mail("report", language="vi", directory=make_directory(), report=report)
    assert mail.subject == (
        "[1022 Đồng Tháp] Báo cáo 6 tháng đầu năm 2020 – Sở Lao động – Thương binh và Xã hội tỉnh Đồng Tháp"
    )
    for body in (mail.text, mail.html):
        assert "Tiếp nhận: 65 (60 hỏi thông tin, 5 phản ánh)." in body
        assert "Đã xử lý: 65 (đạt 100%)." in body
        assert "Hỗ trợ theo Quyết định 15/2020/QĐ-TTg 30 (46,2%)" in body
        assert "Chính sách bảo trợ 20 (30,8%)" in body
        assert "từ 01/01/2020 đến 30/06/2020" in body


def sentences(days: dict[str, dict[str, int]], language: str = "vi") -> list[str]:
    words = Words.of(language, make_directory())
    return report_text.sentences(build_report(PROVINCE, june(), days), words)


def test_a_report_says_what_every_share_is_a_share_of() -> None:
    days = {
        "2020-05-31": {"received": 3},
        "2020-06-05": {
            "received": 1200,
            "received.kind.complaint": 1200,
            "received.service.giao_thong": 1200,
            "handled": 1000,
            "on_time": 900,
            "late": 100,
            "ended": 3,
            "rated": 40,
            "rating.3": 30,
            "rating.1": 10,
        },
    }
    assert sentences(days) == [
        "Tiếp nhận: 1.200 (1.200 phản ánh).",
        "Kỳ trước chuyển sang: 3.",
        "Đã xử lý: 1.000 trên 1.200 hồ sơ phải xử lý (đạt 83,3%).",
        "Đúng hạn: 900 (90% số đã xử lý). Quá hạn: 100.",
        "Đang xử lý cuối kỳ: 200.",
        "Kết thúc không trả lời (từ chối, rút, gộp): 3.",
        "Đánh giá: 40 lượt trong kỳ, so với 1.000 hồ sơ đã xử lý; 30 hài lòng, 10 không hài lòng.",
        "Lĩnh vực chính: Giao thông 1.200 (100%).",
    ]


def test_an_empty_report_says_so() -> None:
    assert sentences({}) == ["Trong kỳ không phát sinh hồ sơ."]


def test_a_report_can_be_read_in_english() -> None:
    report = half_year_2020()
    mail = render.mail("report", language="en", directory=make_directory(), report=report)
    assert "Received: 65 (questions: 60, complaints: 5)." in mail.text
    assert "Handled: 65 (100%)." in mail.text
    assert "first half of 2020" in mail.subject


@pytest.mark.parametrize(
    "period, name",
    [
        (period_of(WEEK, date(2026, 3, 2)), "tuần 10 năm 2026"),
        (period_of(MONTH, date(2026, 2, 1)), "tháng 2 năm 2026"),
        (period_of(QUARTER, date(2026, 10, 1)), "quý IV năm 2026"),
        (period_of(HALF_YEAR, date(2020, 6, 30)), "6 tháng đầu năm 2020"),
        (period_of(HALF_YEAR, date(2020, 7, 1)), "6 tháng cuối năm 2020"),
        (period_of(YEAR, date(2026, 5, 5)), "năm 2026"),
    ],
)
def test_periods_are_called_as_people_call_them(period: ReportPeriod, name: str) -> None:
    assert report_text.period_name(period, Words.of("vi", make_directory())) == name
