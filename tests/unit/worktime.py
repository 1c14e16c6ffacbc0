"""Moments as a clerk writes them, and the country's calendar as the provinces use it."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

from chalicelib.domain.calendar import ZONE, WorkCalendar
from chalicelib.domain.directory import AnswerLimit, DeadlineTable, Limit, Period
from packs.marked import load_yaml, plain

COMMON = Path(__file__).resolve().parents[2] / "provinces" / "common" / "calendar.yaml"


def at(text: str) -> datetime:
    """Read `Fri 13/02/2026 16:50`; a weekday that is wrong fails, so that tables can be checked by eye."""
    weekday, rest = text.split(" ", 1)
    moment = datetime.strptime(rest, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)
    assert moment.strftime("%a") == weekday, f"{rest} is a {moment:%a}"
    return moment


def on(text: str) -> date:
    """Read `Fri 13/02/2026`."""
    return at(f"{text} 00:00").date()


def written(moment: datetime) -> str:
    """Write a moment as `at` reads it."""
    return moment.astimezone(ZONE).strftime("%a %d/%m/%Y %H:%M")


@cache
def common_data() -> dict:
    """The calendar every province shares, as it is published."""
    data, problems = load_yaml(COMMON, "provinces/common/calendar.yaml")
    assert not problems
    return plain(data)


@cache
def common_calendar(sessions: str = "office") -> WorkCalendar:
    """The working time of *sessions* in the country's calendar."""
    return WorkCalendar.from_data(common_data(), sessions)


TABLE = DeadlineTable(
    id="default",
    valid=Period(),
    forward={
        "urgent": Limit(5, "clock_minutes"),
        "normal": Limit(0.5, "working_hours"),
        "complex": Limit(0.5, "working_hours"),
    },
    accept={
        "urgent": Limit(30, "clock_minutes"),
        "normal": Limit(8, "working_hours"),
        "complex": Limit(8, "working_hours"),
    },
    answer=(
        AnswerLimit(Limit(5, "working_days")),
        AnswerLimit(Limit(2, "working_days"), kind="question", priority="normal"),
        AnswerLimit(Limit(15, "working_days"), priority="complex"),
        AnswerLimit(Limit(4, "working_hours"), priority="urgent"),
    ),
    citizen_reply=Limit(5, "working_days"),
    objection=Limit(7, "working_days"),
)
"""The deadline table of the sample packs."""
