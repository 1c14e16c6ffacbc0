"""Due moments as a clerk computes them by hand."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.deadline import (
    accept_due,
    answer_due,
    deadline_for,
    extend,
    forward_due,
    limit_for,
    recompute_due,
    resume_due,
)
from chalicelib.domain.directory import AnswerLimit, DeadlineTable, Limit, Period
from chalicelib.errors import CalendarGap
from tests.unit.worktime import TABLE, at, common_calendar

OFFICE = common_calendar()
ALWAYS = common_calendar("always")

moments = st.integers(0, 8 * 365 * 24 * 60).map(
    lambda minutes: at("Tue 01/01/2019 00:00") + timedelta(minutes=minutes)
)
limits = st.one_of(
    st.builds(Limit, st.integers(1, 5000), st.just("clock_minutes")),
    st.builds(Limit, st.integers(1, 160).map(lambda quarters: quarters / 4), st.just("working_hours")),
    st.builds(Limit, st.integers(1, 30), st.just("working_days")),
)


@pytest.mark.parametrize(
    "received_at, days, due_at",
    [
        pytest.param(
            "Mon 02/03/2026 08:00", 1, "Tue 03/03/2026 17:00", id="the day of receipt does not count"
        ),
        pytest.param("Mon 02/03/2026 16:59", 1, "Tue 03/03/2026 17:00", id="just before closing"),
        pytest.param("Mon 02/03/2026 20:00", 1, "Tue 03/03/2026 17:00", id="in the evening, as if by day"),
        pytest.param("Mon 02/03/2026 00:01", 1, "Tue 03/03/2026 17:00", id="after midnight is the new day"),
        pytest.param("Fri 06/03/2026 10:00", 1, "Mon 09/03/2026 17:00", id="on a Friday"),
        pytest.param("Sat 07/03/2026 10:00", 1, "Mon 09/03/2026 17:00", id="on a Saturday"),
        pytest.param("Sun 08/03/2026 10:00", 1, "Mon 09/03/2026 17:00", id="on a Sunday"),
        pytest.param("Fri 13/02/2026 16:50", 5, "Fri 27/02/2026 17:00", id="before Tết, five days"),
        pytest.param(
            "Tue 17/02/2026 09:00", 5, "Fri 27/02/2026 17:00", id="on the first day of Tết, five days"
        ),
        pytest.param("Fri 13/02/2026 16:50", 15, "Fri 13/03/2026 17:00", id="before Tết, fifteen days"),
        pytest.param("Thu 08/01/2026 09:00", 2, "Sat 10/01/2026 17:00", id="the make-up Saturday is day two"),
        pytest.param(
            "Sat 10/01/2026 09:00", 1, "Mon 12/01/2026 17:00", id="received on the make-up Saturday"
        ),
        pytest.param("Wed 31/12/2025 09:00", 1, "Mon 05/01/2026 17:00", id="over New Year and its swap day"),
        pytest.param("Fri 28/08/2026 09:00", 2, "Fri 04/09/2026 17:00", id="over National Day"),
        pytest.param("Wed 22/01/2020 09:00", 5, "Wed 05/02/2020 17:00", id="before Tết 2020"),
        pytest.param(
            "Wed 08/03/2023 22:51", 7, "Fri 17/03/2023 17:00", id="a case published in Huế: 7 full days"
        ),
    ],
)
def test_working_days_are_counted_from_the_day_after_receipt(received_at, days, due_at):
    assert deadline_for(at(received_at), Limit(days, "working_days"), OFFICE) == at(due_at)


@pytest.mark.parametrize(
    "received_at, hours, due_at",
    [
        pytest.param("Mon 02/03/2026 08:00", 2, "Mon 02/03/2026 10:00", id="in the morning"),
        pytest.param("Mon 02/03/2026 11:00", 1, "Mon 02/03/2026 14:00", id="lunch does not count"),
        pytest.param("Mon 02/03/2026 12:15", 1, "Mon 02/03/2026 14:30", id="received at lunch"),
        pytest.param(
            "Mon 02/03/2026 15:00", 2, "Mon 02/03/2026 17:00", id="until closing, not the next morning"
        ),
        pytest.param("Mon 02/03/2026 22:00", 4, "Tue 03/03/2026 11:30", id="at night: from the next morning"),
        pytest.param("Fri 06/03/2026 16:30", 2, "Mon 09/03/2026 09:00", id="late Friday to Monday"),
        pytest.param("Sat 07/03/2026 09:00", 4, "Mon 09/03/2026 11:30", id="on a Saturday"),
        pytest.param("Fri 13/02/2026 16:50", 8, "Tue 24/02/2026 07:50", id="over Tết"),
        pytest.param("Mon 02/03/2026 07:30", 8, "Tue 03/03/2026 08:00", id="a day has 7.5 hours"),
        pytest.param("Fri 09/01/2026 16:50", 0.5, "Sat 10/01/2026 07:50", id="into a make-up Saturday"),
    ],
)
def test_working_hours_are_session_time(received_at, hours, due_at):
    assert deadline_for(at(received_at), Limit(hours, "working_hours"), OFFICE) == at(due_at)


def test_clock_minutes_run_at_night_and_on_holidays():
    start = at("Tue 17/02/2026 23:50")
    assert deadline_for(start, Limit(30, "clock_minutes"), OFFICE) == at("Wed 18/02/2026 00:20")


def test_on_duty_day_and_night_hours_run_through_while_days_are_an_offices():
    start = at("Fri 13/02/2026 23:00")
    assert deadline_for(start, Limit(4, "working_hours"), ALWAYS) == at("Sat 14/02/2026 03:00")
    assert deadline_for(start, Limit(5, "working_days"), ALWAYS) == at("Fri 27/02/2026 17:00")


@pytest.mark.parametrize(
    "kind, service, priority, amount, unit",
    [
        pytest.param("question", "land", "normal", 2, "working_days", id="ordinary question"),
        pytest.param("complaint", "land", "normal", 5, "working_days", id="ordinary complaint"),
        pytest.param("petition", None, "normal", 5, "working_days", id="no field known yet"),
        pytest.param("complaint", "land", "complex", 15, "working_days", id="complex"),
        pytest.param("question", "land", "complex", 15, "working_days", id="complex question"),
        pytest.param("question", "land", "urgent", 4, "working_hours", id="urgent question"),
    ],
)
def test_the_default_table(kind, service, priority, amount, unit):
    assert limit_for(TABLE, kind=kind, service=service, priority=priority) == Limit(amount, unit)


def _table(*lines):
    days = Limit(1, "working_days")
    answer = tuple(AnswerLimit(Limit(n, "working_days"), **line) for n, line in enumerate(lines, start=1))
    return DeadlineTable("t", Period(), {}, {}, answer, days, days)


@pytest.mark.parametrize(
    "lines, winner",
    [
        pytest.param([{}, {"kind": "complaint"}], 2, id="a kind before anything"),
        pytest.param([{"kind": "complaint"}, {"service": "power"}], 2, id="a service before a kind"),
        pytest.param(
            [{"service": "power"}, {"service": "power", "kind": "complaint"}], 2, id="two before one"
        ),
        pytest.param(
            [{"service": "power", "kind": "complaint"}, {"priority": "urgent"}],
            2,
            id="urgent before all others",
        ),
        pytest.param(
            [{"priority": "urgent"}, {"priority": "urgent", "service": "power"}], 2, id="urgent, for power"
        ),
        pytest.param([{"service": "power"}, {"service": "power"}], 1, id="equals: the first in the file"),
        pytest.param([{"service": "water"}, {"kind": "question"}, {}], 3, id="lines of others do not count"),
    ],
)
def test_the_most_specific_line_wins(lines, winner):
    found = limit_for(_table(*lines), kind="complaint", service="power", priority="urgent")
    assert found.amount == winner


def test_naming_the_normal_priority_is_weaker_than_naming_a_kind():
    table = _table({"priority": "normal"}, {"kind": "question"})
    assert limit_for(table, kind="question", service=None, priority="normal").amount == 2


def test_a_table_without_a_fitting_line_says_so():
    with pytest.raises(LookupError, match="petition"):
        limit_for(_table({"kind": "question"}), kind="petition", service="land", priority="normal")


@pytest.mark.parametrize(
    "priority, received_at, forward_by",
    [
        pytest.param("normal", "Mon 02/03/2026 08:00", "Mon 02/03/2026 08:30", id="half a working hour"),
        pytest.param("normal", "Fri 13/02/2026 16:50", "Mon 23/02/2026 07:50", id="over Tết"),
        pytest.param("complex", "Mon 02/03/2026 11:20", "Mon 02/03/2026 13:50", id="over lunch"),
        pytest.param("urgent", "Sun 08/03/2026 02:00", "Sun 08/03/2026 02:05", id="urgent by the clock"),
    ],
)
def test_the_desk_sends_on_in_time(priority, received_at, forward_by):
    assert forward_due(at(received_at), priority, TABLE, OFFICE) == at(forward_by)


def test_the_agency_accepts_in_time():
    assert accept_due(at("Mon 02/03/2026 08:00"), "normal", TABLE, OFFICE) == at("Tue 03/03/2026 08:30")
    assert accept_due(at("Mon 02/03/2026 18:00"), "urgent", TABLE, OFFICE) == at("Mon 02/03/2026 18:30")


def test_a_priority_the_table_does_not_name_counts_as_normal():
    table = DeadlineTable(
        "t", Period(), {"normal": Limit(1, "working_hours")}, {}, (), *[Limit(1, "working_days")] * 2
    )
    assert forward_due(at("Mon 02/03/2026 08:00"), "complex", table, OFFICE) == at("Mon 02/03/2026 09:00")


@pytest.mark.parametrize(
    "due_at, limit, extended_to",
    [
        pytest.param(
            "Fri 27/02/2026 17:00", Limit(5, "working_days"), "Fri 06/03/2026 17:00", id="five days more"
        ),
        pytest.param(
            "Mon 02/03/2026 10:00", Limit(4, "working_hours"), "Mon 02/03/2026 16:00", id="four hours more"
        ),
        pytest.param(
            "Mon 02/03/2026 17:00", Limit(4, "working_hours"), "Tue 03/03/2026 11:30", id="from closing time"
        ),
        pytest.param(
            "Mon 02/03/2026 18:00", Limit(30, "clock_minutes"), "Mon 02/03/2026 18:30", id="by the clock"
        ),
    ],
)
def test_an_extension_is_the_original_length_once_more(due_at, limit, extended_to):
    assert extend(at(due_at), limit, OFFICE) == at(extended_to)


@pytest.mark.parametrize(
    "due_at, asked_at, replied_at, new_due_at",
    [
        pytest.param(
            "Fri 06/03/2026 17:00",
            "Tue 03/03/2026 10:00",
            "Thu 05/03/2026 10:00",
            "Tue 10/03/2026 17:00",
            id="two days",
        ),
        pytest.param(
            "Fri 06/03/2026 17:00",
            "Tue 03/03/2026 10:00",
            "Tue 03/03/2026 11:00",
            "Mon 09/03/2026 08:30",
            id="one hour",
        ),
        pytest.param(
            "Fri 06/03/2026 17:00",
            "Tue 03/03/2026 18:00",
            "Wed 04/03/2026 06:00",
            "Fri 06/03/2026 17:00",
            id="at night",
        ),
        pytest.param(
            "Fri 06/03/2026 17:00",
            "Sat 28/02/2026 08:00",
            "Sun 01/03/2026 20:00",
            "Fri 06/03/2026 17:00",
            id="weekend",
        ),
        pytest.param(
            "Fri 27/02/2026 17:00",
            "Fri 13/02/2026 16:00",
            "Mon 23/02/2026 08:00",
            "Mon 02/03/2026 09:00",
            id="over Tết",
        ),
        pytest.param(
            "Mon 02/03/2026 17:00",
            "Tue 03/03/2026 08:00",
            "Tue 03/03/2026 09:00",
            "Tue 03/03/2026 08:30",
            id="late already",
        ),
    ],
)
def test_the_clock_stands_still_while_the_citizen_is_asked(due_at, asked_at, replied_at, new_due_at):
    assert resume_due(at(due_at), at(asked_at), at(replied_at), OFFICE) == at(new_due_at)


def test_a_limit_by_the_clock_stands_still_by_the_clock():
    limit = Limit(60, "clock_minutes")
    resumed = resume_due(
        at("Sat 07/03/2026 21:00"), at("Sat 07/03/2026 20:30"), at("Sat 07/03/2026 23:00"), OFFICE, limit
    )
    assert resumed == at("Sat 07/03/2026 23:30")


@pytest.mark.parametrize(
    ("asked_at", "replied_at", "new_due_at"),
    [
        pytest.param(
            "Tue 03/03/2026 10:00", "Tue 03/03/2026 16:00", "Fri 06/03/2026 17:00", id="the same day"
        ),
        pytest.param(
            "Tue 03/03/2026 13:40", "Thu 05/03/2026 13:40", "Tue 10/03/2026 17:00", id="two days later"
        ),
        pytest.param(
            "Fri 06/03/2026 16:00", "Sun 08/03/2026 09:00", "Fri 06/03/2026 17:00", id="over a weekend"
        ),
        pytest.param(
            "Thu 05/03/2026 22:00", "Fri 06/03/2026 07:00", "Mon 09/03/2026 17:00", id="over a night"
        ),
    ],
)
def test_a_limit_in_days_moves_by_whole_working_days(asked_at, replied_at, new_due_at):
    days = Limit(5, "working_days")
    assert resume_due(at("Fri 06/03/2026 17:00"), at(asked_at), at(replied_at), OFFICE, days) == at(
        new_due_at
    )


def test_a_deadline_already_told_is_never_shortened():
    earlier, later = at("Fri 06/03/2026 17:00"), at("Mon 09/03/2026 17:00")
    assert recompute_due(told=later, new=earlier) == later
    assert recompute_due(told=earlier, new=later) == later


@pytest.mark.parametrize(
    "limit",
    [
        Limit(0, "working_days"),
        Limit(-1, "working_hours"),
        Limit(1.5, "working_days"),
        Limit(3, "weeks"),
        Limit(0, "clock_minutes"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(limit):
    with pytest.raises(ValueError):
        deadline_for(at("Mon 02/03/2026 08:00"), limit, OFFICE)


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="timezone"):
        deadline_for(datetime(2026, 3, 2, 8), Limit(1, "clock_minutes"), OFFICE)  # noqa: DTZ001 naive on purpose


def test_a_deadline_in_a_year_nobody_entered_is_refused():
    with pytest.raises(CalendarGap, match="2028"):
        answer_due(at("Mon 20/12/2027 08:00"), Limit(15, "working_days"), OFFICE)


@given(moments, limits, st.sampled_from([OFFICE, ALWAYS, common_calendar("one_stop")]))
def test_due_is_after_the_start_and_working_limits_end_in_a_session(start, limit, calendar):
    due_at = deadline_for(start, limit, calendar)
    assert due_at > start
    if limit.unit != "clock_minutes":
        assert any(opens <= due_at <= closes for opens, closes in calendar.sessions_on(due_at.date()))


@given(moments, st.integers(0, 20_000), limits)
def test_who_comes_later_is_due_no_earlier(start, minutes_later, limit):
    later = start + timedelta(minutes=minutes_later)
    assert deadline_for(start, limit, OFFICE) <= deadline_for(later, limit, OFFICE)


@given(moments, limits, st.integers(1, 20))
def test_more_time_is_due_later(start, limit, more):
    longer = Limit(limit.amount + more, limit.unit)
    assert deadline_for(start, limit, OFFICE) < deadline_for(start, longer, OFFICE)


@given(moments, limits)
def test_an_extension_is_always_later(start, limit):
    due_at = deadline_for(start, limit, OFFICE)
    assert extend(due_at, limit, OFFICE) > due_at


@given(moments, st.integers(1, 20), st.integers(0, 9_000), st.integers(0, 20_000))
def test_a_pause_leaves_as_much_working_time_as_there_was(start, days, until_asked, until_replied):
    due_at = deadline_for(start, Limit(days, "working_days"), OFFICE)
    asked_at = min(start + timedelta(minutes=until_asked), due_at)
    replied_at = asked_at + timedelta(minutes=until_replied)
    resumed = resume_due(due_at, asked_at, replied_at, OFFICE)
    assert resumed >= due_at
    left = OFFICE.working_time_between(asked_at, due_at)
    assert OFFICE.working_time_between(replied_at, resumed) == left
