"""The country's days off as entered in provinces/common/calendar.yaml."""

from datetime import date, timedelta

import pytest

from tests.unit.worktime import common_calendar, common_data

YEARS = common_data()["years"]


def _days(year, key):
    return [date.fromisoformat(day) for day in YEARS[str(year)][key]]


# Working days of the 5-day week in each year: weekdays, less weekdays off, plus make-up days.
WORKING_DAYS = {
    2019: 261 - 11 + 2,
    2020: 262 - 10,
    2021: 261 - 11,
    2022: 260 - 11,
    2023: 260 - 11,
    2024: 262 - 12 + 1,
    2025: 261 - 12 + 1,
    2026: 261 - 14 + 2,
    2027: 261 - 12,
}


def test_every_year_of_the_hotline_is_entered():
    assert sorted(map(int, YEARS)) == list(range(2019, 2028))


@pytest.mark.parametrize("year", range(2019, 2028))
def test_a_year_has_its_number_of_working_days(year):
    office, day, count = common_calendar(), date(year, 1, 1), 0
    while day.year == year:
        count += office.is_working_day(day)
        day += timedelta(days=1)
    assert count == WORKING_DAYS[year]


@pytest.mark.parametrize("year", range(2019, 2028))
def test_a_year_says_how_sure_it_is_and_where_it_comes_from(year):
    entry = YEARS[str(year)]
    assert entry["status"] == ("announced" if year < 2027 else "computed")
    assert "Bộ luật Lao động" in entry["source"]
    assert all(day.year == year for day in (*_days(year, "days_off"), *_days(year, "makeup_days")))
    assert all(about["vi"] and about["en"] for about in entry["days_off"].values())


@pytest.mark.parametrize("year", range(2019, 2028))
def test_each_make_up_saturday_stands_for_a_weekday_off(year):
    for day, about in YEARS[str(year)]["makeup_days"].items():
        swapped = date.fromisoformat(about["for"])
        assert date.fromisoformat(day).weekday() == 5
        assert swapped.weekday() < 5
        assert swapped.year < 2019 or swapped in _days(swapped.year, "days_off")


@pytest.mark.parametrize("year", range(2019, 2028))
def test_a_year_holds_the_fixed_holidays_of_the_labour_code(year):
    days = _days(year, "days_off")
    fixed = [(1, 1), (4, 30), (5, 1), (9, 2), *([(11, 24)] if year >= 2026 else [])]
    assert all(date(year, month, day) in days for month, day in fixed)
    tet = [about for about in YEARS[str(year)]["days_off"].values() if about["en"] == "Lunar New Year"]
    assert len(tet) == 1
    assert any("Hùng Vương" in about["vi"] for about in YEARS[str(year)]["days_off"].values())
