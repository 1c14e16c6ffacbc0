"""A case that came at 16:50 on the last working day before Tết 2026 and that nobody ever touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.running import Province

WARD = "dau-moi@phuong-sa-dec.dong-thap.example"
OFFICE = "bao-cao@van-phong.dong-thap.example"
CAME_AT = "2026-02-13T16:50"  # Friday; Tết is from Saturday 14 to Sunday 22 February
ENDS_AT = "2026-03-06T16:50"

Step = tuple[str, str, str]
"""When, to whom, subject without the code."""


def leave_alone(province: Province, hours_at_a_time: int | None) -> list[Step]:
    """Text, then let three weeks pass; return what was mailed."""
    province.move(CAME_AT)
    province.text("0900000101", "Duong vao cho Sa Dec o ga nhieu qua, xe hay te")
    moment, end = datetime.fromisoformat(CAME_AT), datetime.fromisoformat(ENDS_AT)
    while hours_at_a_time and moment < end - timedelta(hours=hours_at_a_time):
        moment += timedelta(hours=hours_at_a_time)
        province.move(moment.isoformat())
    province.move(ENDS_AT)
    return [
        (mail["sent_at"][:16], mail["to"], re.sub(r"\d{3} \d{3} \d{3}", "…", mail["subject"]))
        for mail in province.mails()
    ]


@pytest.fixture(scope="module")
def jumped(start_province: Callable[..., Province]) -> list[Step]:
    """The three weeks in one jump."""
    return leave_alone(start_province(START="2026-02-13T16:45"), None)


def at(steps: list[Step], words: str, to: str = WARD) -> list[str]:
    return [moment for moment, recipient, subject in steps if words in subject and recipient == to]


@pytest.mark.parametrize(
    "words, to, moments",
    [
        # Friday 10 minutes, Monday 23 February 7 h 30, Tuesday 20 minutes: 8 working hours
        pytest.param("Chưa nhận xử lý", WARD, ["2026-02-24T07:50"], id="8 working hours after it was told"),
        # 5 working days from the day after: 23, 24, 25, 26, 27 February; 2,260 working minutes in all
        pytest.param("Nhắc hạn", WARD, ["2026-02-25T11:10"], id="half of the time"),
        pytest.param("Sắp đến hạn", WARD, ["2026-02-26T16:58"], id="80 %"),
        pytest.param("Đến hạn –", WARD, ["2026-02-27T17:00"], id="due"),
        pytest.param("Quá hạn 1 ngày", WARD, ["2026-03-02T07:30"], id="the first working day late"),
        pytest.param("Quá hạn 2 ngày", WARD, ["2026-03-03T07:30"], id="the second"),
        pytest.param("quá hạn 2 ngày làm việc", OFFICE, ["2026-03-03T17:00"], id="the province's office"),
    ],
)
def test_each_step_of_the_ladder_happens_once_at_its_time(
    jumped: list[Step], words: str, to: str, moments: list[str]
) -> None:
    found = [datetime.fromisoformat(moment) for moment in at(jumped, words, to)]
    for moment, expected in zip(found, moments, strict=False):
        late = moment - datetime.fromisoformat(expected)
        assert timedelta(0) <= late <= timedelta(minutes=1)  # the job comes round once a minute
    assert len(found) >= len(moments)
    assert len(set(found)) == len(found)


def test_nobody_is_bothered_during_tet(jumped: list[Step]) -> None:
    others = [step for step in jumped if "Báo cáo" not in step[2]]
    assert not [step for step in others if "2026-02-14" <= step[0] < "2026-02-23T07"]


def test_going_by_six_hours_gives_the_same_steps_as_one_jump(
    jumped: list[Step], start_province: Callable[..., Province]
) -> None:
    walked = leave_alone(start_province(START="2026-02-13T16:45"), 6)
    # The clock runs on between two calls, so the cases came some seconds apart: a step may fall a minute later.
    assert sorted(step[1:] for step in walked) == sorted(step[1:] for step in jumped)
    for (one, *_), (other, *_) in zip(walked, jumped, strict=True):
        assert abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= timedelta(minutes=5)
