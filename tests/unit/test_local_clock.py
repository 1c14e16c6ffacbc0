"""The simulated clock."""

from datetime import datetime, timedelta

import pytest

from local.clock import ZONE, ClockGoesForward, SimulatedClock, read_moment

START = datetime(2026, 2, 13, 16, 50, tzinfo=ZONE)


class Ticks:
    """Real seconds, moved by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def clock(ticks: Ticks) -> SimulatedClock:
    return SimulatedClock(START, ticks=ticks)


def test_it_runs_on_with_real_time(clock: SimulatedClock, ticks: Ticks) -> None:
    ticks.seconds = 90
    assert clock.now() == START + timedelta(seconds=90)


def test_it_stands_still_while_frozen_and_runs_on_from_there(clock: SimulatedClock, ticks: Ticks) -> None:
    clock.freeze()
    ticks.seconds = 500
    assert clock.now() == START
    clock.set(START + timedelta(days=1))
    assert clock.now() == START + timedelta(days=1)
    clock.run()
    ticks.seconds = 510
    assert clock.now() == START + timedelta(days=1, seconds=10)


def test_it_never_goes_back(clock: SimulatedClock) -> None:
    with pytest.raises(ClockGoesForward, match="cannot go back"):
        clock.set(START - timedelta(seconds=1))


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("2020-01-01", "2020-01-01T00:00:00+07:00", id="a date begins at midnight in Việt Nam"),
        pytest.param("2026-02-13T16:50", "2026-02-13T16:50:00+07:00", id="no zone means Việt Nam"),
        pytest.param("2026-02-13T09:50:00Z", "2026-02-13T16:50:00+07:00", id="UTC is converted"),
    ],
)
def test_a_moment_is_read_as_vietnamese_time(text: str, expected: str) -> None:
    assert read_moment(text).isoformat() == expected


def test_what_is_no_date_says_how_to_write_one() -> None:
    with pytest.raises(ValueError, match="2026-02-13T16:50"):
        read_moment("Tết")
