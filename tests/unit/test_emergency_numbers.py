"""Which emergency numbers are told on a day."""

from datetime import date

import pytest

from tests.showcase import make_directory

NUMBERS = [
    {"number": "113"},
    {"number": "112", "valid_from": "2025-07-01"},
    {"number": "999", "valid_to": "2025-06-30"},
]


@pytest.mark.parametrize(
    "day, told",
    [
        pytest.param(date(2025, 6, 30), ["113", "999"], id="its last day"),
        pytest.param(date(2025, 7, 1), ["113", "112"], id="its first day"),
        pytest.param(None, ["113", "112"], id="no day: those without an end"),
    ],
)
def test_a_number_is_told_while_it_is_in_force(day, told):
    directory = make_directory(emergency=NUMBERS)
    assert [entry["number"] for entry in directory.emergency_on(day)] == told


def test_a_province_without_numbers_tells_none():
    assert list(make_directory(emergency=[]).emergency_on(None)) == []
