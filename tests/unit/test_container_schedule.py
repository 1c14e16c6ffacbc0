"""When scheduled jobs are due, as AWS reads the expressions."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from infra.container.schedule import next_after, period_seconds

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "expression, after, expected",
    [
        pytest.param(
            "rate(1 minute)", utc(2026, 3, 2, 8, 0, 5), utc(2026, 3, 2, 8, 1), id="the next whole minute"
        ),
        pytest.param("rate(1 minute)", utc(2026, 3, 2, 8, 1), utc(2026, 3, 2, 8, 2), id="strictly later"),
        pytest.param("rate(1 hour)", utc(2026, 3, 2, 8, 1), utc(2026, 3, 2, 9), id="the next whole hour"),
        pytest.param(
            "cron(30 0 * * ? *)", utc(2026, 3, 2, 0, 29), utc(2026, 3, 2, 0, 30), id="later the same day"
        ),
        pytest.param("cron(30 0 * * ? *)", utc(2026, 3, 2, 0, 30), utc(2026, 3, 3, 0, 30), id="tomorrow"),
        pytest.param(
            "cron(0 0 1 * ? *)", utc(2026, 12, 5), utc(2027, 1, 1), id="first of the month, over New Year"
        ),
        pytest.param(
            "cron(0 1 ? * MON-FRI *)", utc(2026, 3, 6, 2), utc(2026, 3, 9, 1), id="Friday to Monday"
        ),
        pytest.param("cron(0 1 ? * 2 *)", utc(2026, 3, 6, 2), utc(2026, 3, 9, 1), id="2 is Monday at AWS"),
        pytest.param(
            "cron(0/15 8,17 * * ? *)", utc(2026, 3, 2, 8, 46), utc(2026, 3, 2, 17), id="steps and lists"
        ),
        pytest.param("cron(0 0 29 2 ? *)", utc(2026, 1, 1), utc(2028, 2, 29), id="29 February"),
    ],
)
def test_a_schedule_fires_next_at(expression: str, after: datetime, expected: datetime) -> None:
    assert next_after(expression, after) == expected


def test_the_answer_is_in_the_zone_of_the_question() -> None:
    fires_at = next_after("cron(30 0 * * ? *)", datetime(2026, 3, 2, 5, tzinfo=VIETNAM))
    assert fires_at.isoformat() == "2026-03-02T07:30:00+07:00"


@pytest.mark.parametrize(
    "expression", ["hourly", "rate(5)", "cron(0 0 * *)", "cron(61 0 * * ? *)", "cron(0 0 31 2 ? *)"]
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(ValueError):
        next_after(expression, utc(2026, 1, 1))


def test_only_a_rate_has_a_period() -> None:
    assert period_seconds("rate(5 minutes)") == 300
    assert period_seconds("cron(0 0 * * ? *)") is None
