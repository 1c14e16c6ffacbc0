"""Working days, sessions and working time of an office."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.calendar import WorkCalendar, calendar_for, civil_time, local
from chalicelib.domain.directory import Agency, Contact, Directory
from chalicelib.errors import CalendarGap
from tests.unit.worktime import at, common_calendar, common_data, on, written

OFFICE = common_calendar()

moments = st.integers(0, 8 * 365 * 24 * 60).map(
    lambda minutes: at("Tue 01/01/2019 00:00") + timedelta(minutes=minutes)
)
amounts = st.integers(0, 200 * 60).map(lambda minutes: timedelta(minutes=minutes))


@pytest.fixture
def make_calendar():
    """Build a calendar from data; override only what the test is about."""

    def make(using="office", **changes):
        data = {
            "sessions": {"office": {"mon-fri": ["07:30-11:30", "13:30-17:00"]}},
            "years": {"2026": {"days_off": {}, "makeup_days": {}}},
        }
        return WorkCalendar.from_data({**data, **changes}, using)

    return make


@pytest.mark.parametrize(
    "day, works",
    [
        pytest.param("Fri 13/02/2026", True, id="last working day before Tết"),
        pytest.param("Sat 14/02/2026", False, id="first Saturday of Tết"),
        pytest.param("Tue 17/02/2026", False, id="first day of Tết"),
        pytest.param("Fri 20/02/2026", False, id="fourth day of Tết"),
        pytest.param("Mon 23/02/2026", True, id="first working day after Tết"),
        pytest.param("Fri 02/01/2026", False, id="swap day after New Year"),
        pytest.param("Sat 10/01/2026", True, id="make-up Saturday for it"),
        pytest.param("Sat 17/01/2026", False, id="ordinary Saturday"),
        pytest.param("Mon 27/04/2026", False, id="day in lieu of a Sunday holiday"),
        pytest.param("Mon 31/08/2026", False, id="swap day before National Day"),
        pytest.param("Sat 22/08/2026", True, id="make-up Saturday a week before"),
        pytest.param("Tue 24/11/2026", False, id="Culture Day, a holiday since 2026"),
        pytest.param("Mon 24/11/2025", True, id="24 November before it was a holiday"),
        pytest.param("Thu 03/09/2020", True, id="3 September when National Day was one day"),
        pytest.param("Fri 03/09/2021", False, id="3 September since National Day is two days"),
    ],
)
def test_working_days_follow_the_announced_calendar(day, works):
    assert OFFICE.is_working_day(on(day)) is works


def test_a_make_up_saturday_keeps_the_hours_of_the_day_it_stands_for(make_calendar):
    calendar = make_calendar(
        sessions={"office": {"mon-thu": ["07:00-11:30", "13:00-17:00"], "fri": ["07:00-11:30"]}},
        years={2026: {"days_off": {"2026-01-02": {}}, "makeup_days": {"2026-01-10": {"for": "2026-01-02"}}}},
    )
    assert calendar.sessions_on(on("Sat 10/01/2026")) == (
        (at("Sat 10/01/2026 07:00"), at("Sat 10/01/2026 11:30")),
    )


@pytest.mark.parametrize(
    "start, days, end",
    [
        pytest.param("Mon 02/03/2026", 1, "Tue 03/03/2026", id="next day"),
        pytest.param("Fri 06/03/2026", 1, "Mon 09/03/2026", id="over a weekend"),
        pytest.param("Sun 08/03/2026", 1, "Mon 09/03/2026", id="from a Sunday"),
        pytest.param("Fri 13/02/2026", 1, "Mon 23/02/2026", id="over Tết"),
        pytest.param("Thu 08/01/2026", 2, "Sat 10/01/2026", id="a make-up Saturday counts"),
        pytest.param("Fri 28/08/2026", 1, "Thu 03/09/2026", id="over National Day and its swap day"),
        pytest.param("Wed 31/12/2025", 15, "Thu 22/01/2026", id="fifteen days into a new year"),
    ],
)
def test_adding_working_days(start, days, end):
    assert OFFICE.add_working_days(on(start), days) == on(end)


@pytest.mark.parametrize(
    "start, minutes, end",
    [
        pytest.param("Mon 02/03/2026 08:00", 60, "Mon 02/03/2026 09:00", id="within a session"),
        pytest.param("Mon 02/03/2026 11:00", 60, "Mon 02/03/2026 14:00", id="lunch does not count"),
        pytest.param("Mon 02/03/2026 11:00", 30, "Mon 02/03/2026 11:30", id="until the session ends"),
        pytest.param("Mon 02/03/2026 12:00", 30, "Mon 02/03/2026 14:00", id="from lunch"),
        pytest.param("Mon 02/03/2026 05:00", 30, "Mon 02/03/2026 08:00", id="before the office opens"),
        pytest.param("Fri 06/03/2026 16:30", 120, "Mon 09/03/2026 09:00", id="late Friday to Monday"),
        pytest.param("Sat 07/03/2026 10:00", 450, "Mon 09/03/2026 17:00", id="a whole day from a Saturday"),
        pytest.param("Fri 13/02/2026 16:50", 30, "Mon 23/02/2026 07:50", id="over Tết"),
        pytest.param("Fri 09/01/2026 16:50", 30, "Sat 10/01/2026 07:50", id="into a make-up Saturday"),
    ],
)
def test_adding_working_minutes(start, minutes, end):
    assert OFFICE.add_working_time(at(start), timedelta(minutes=minutes)) == at(end)
    assert OFFICE.working_time_between(at(start), at(end)) == timedelta(minutes=minutes)


def test_no_time_added_leaves_a_moment_in_a_session_and_moves_others_to_the_next():
    assert OFFICE.add_working_time(at("Mon 02/03/2026 17:00"), timedelta(minutes=0)) == at(
        "Mon 02/03/2026 17:00"
    )
    assert OFFICE.add_working_time(at("Mon 02/03/2026 17:01"), timedelta(minutes=0)) == at(
        "Tue 03/03/2026 07:30"
    )


def test_no_working_time_passes_backwards():
    assert not OFFICE.working_time_between(at("Tue 03/03/2026 09:00"), at("Mon 02/03/2026 09:00"))


def test_extra_duty_lengthens_hours_but_a_day_off_stays_one(make_calendar):
    calendar = make_calendar(
        extra=[
            {"on": "2026-03-07", "sessions": "office", "hours": ["07:30-11:30"]},
            {"on": "2026-03-09", "sessions": "office", "hours": ["17:00-19:00"]},
            {"on": "2026-03-10", "sessions": "night", "hours": ["19:00-20:00"]},
        ]
    )
    assert calendar.add_working_time(at("Fri 06/03/2026 16:30"), timedelta(minutes=60)) == at(
        "Sat 07/03/2026 08:00"
    )
    assert not calendar.is_working_day(on("Sat 07/03/2026"))
    assert calendar.sessions_on(on("Mon 09/03/2026"))[-1][1] == at("Mon 09/03/2026 19:00")
    assert calendar.day_ends_at(on("Mon 09/03/2026")) == at("Mon 09/03/2026 17:00")
    assert calendar.sessions_on(on("Tue 10/03/2026"))[-1][1] == at("Tue 10/03/2026 17:00")


def test_a_counter_open_on_saturdays_is_closed_in_the_tet_break():
    counter = common_calendar("one_stop")
    assert counter.is_working_day(on("Sat 07/03/2026"))
    assert counter.next_working_day(on("Fri 13/02/2026")) == on("Mon 23/02/2026")


def test_a_company_may_work_through_swap_days(make_calendar):
    calendar = make_calendar(
        sessions={"company": {"swaps": False, "mon-fri": ["08:00-12:00", "13:00-17:00"]}},
        years=common_data()["years"],
        using="company",
    )
    assert calendar.is_working_day(on("Fri 02/01/2026"))
    assert not calendar.is_working_day(on("Sat 10/01/2026"))
    assert not calendar.is_working_day(on("Tue 17/02/2026"))


def test_the_police_work_day_and_night_but_keep_an_offices_working_days():
    always = common_calendar("always")
    assert always.add_working_time(at("Fri 13/02/2026 23:00"), timedelta(minutes=240)) == at(
        "Sat 14/02/2026 03:00"
    )
    assert always.add_working_days(on("Fri 13/02/2026"), 1) == on("Mon 23/02/2026")
    assert always.day_ends_at(on("Mon 23/02/2026")) == at("Mon 23/02/2026 17:00")


def test_a_year_nobody_entered_is_refused_and_the_file_is_named():
    calendar = WorkCalendar.from_data(common_data(), province="dong-thap")
    assert calendar.add_working_days(on("Thu 30/12/2027"), 1) == on("Fri 31/12/2027")
    with pytest.raises(
        CalendarGap, match=r"2028.*provinces/common/calendar.yaml.*provinces/dong-thap/calendar.yaml"
    ):
        calendar.add_working_days(on("Thu 30/12/2027"), 2)


def test_times_must_carry_a_timezone_and_come_back_in_vietnams():
    with pytest.raises(ValueError, match="timezone"):
        OFFICE.add_working_time(datetime(2026, 3, 2, 8), timedelta(minutes=10))  # noqa: DTZ001 naive on purpose
    in_utc = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert written(OFFICE.add_working_time(in_utc, timedelta(minutes=60))) == "Mon 02/03/2026 09:00"
    assert local(in_utc).utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize(
    "hours",
    [["11:30-07:30"], ["7h30-11h30"], ["07:30"], ["07:30-25:00"], ["07:61-08:00"]],
    ids=["backwards", "no colon", "no end", "past midnight", "no such minute"],
)
def test_hours_that_cannot_be_read_are_refused(make_calendar, hours):
    with pytest.raises(ValueError):
        make_calendar(sessions={"office": {"mon-fri": hours}})


@pytest.mark.parametrize("days", ["thứ hai", "fri-mon", "mon-", "monday"])
def test_weekdays_that_cannot_be_read_are_refused(make_calendar, days):
    with pytest.raises(ValueError):
        make_calendar(sessions={"office": {days: ["07:30-11:30"]}})


def test_unknown_sessions_are_refused(make_calendar):
    with pytest.raises(ValueError, match="night"):
        make_calendar(using="night")


def test_a_calendar_without_working_time_says_so_instead_of_running_on(make_calendar):
    calendar = make_calendar(sessions={"office": {}}, years={year: {} for year in range(2000, 2100)})
    with pytest.raises(ValueError, match="no working days"):
        calendar.next_working_day(on("Mon 02/03/2026"))
    with pytest.raises(ValueError, match="no sessions"):
        calendar.add_working_time(at("Mon 02/03/2026 08:00"), timedelta(minutes=1))


def test_a_directory_builds_each_calendar_once():
    directory = Directory(
        version="1",
        province={"slug": "dong-thap"},
        agencies={},
        services={},
        areas={},
        routing=(),
        deadlines=(),
        calendar=common_data(),
    )
    nobody = Contact("")
    police = Agency("ca", {"vi": "Công an"}, "CA", "police", nobody, nobody, sessions="always")
    assert calendar_for(directory, police) is calendar_for(directory, police)
    assert calendar_for(directory) is not calendar_for(directory, police)
    assert calendar_for(directory).add_working_days(on("Fri 13/02/2026"), 1) == on("Mon 23/02/2026")


@pytest.mark.parametrize(
    "moment, allowed",
    [
        pytest.param("Mon 02/03/2026 12:00", "Mon 02/03/2026 12:00", id="by day"),
        pytest.param("Mon 02/03/2026 07:00", "Mon 02/03/2026 07:00", id="first civil minute"),
        pytest.param("Mon 02/03/2026 20:59", "Mon 02/03/2026 20:59", id="last civil minute"),
        pytest.param("Mon 02/03/2026 21:00", "Tue 03/03/2026 07:00", id="evening"),
        pytest.param("Mon 02/03/2026 03:00", "Mon 02/03/2026 07:00", id="before dawn"),
        pytest.param("Sat 28/02/2026 23:30", "Sun 01/03/2026 07:00", id="into a new month, Sundays too"),
    ],
)
def test_people_are_not_woken(moment, allowed):
    assert civil_time(at(moment)) == at(allowed)


@given(moments, amounts)
def test_added_working_time_is_what_lies_between(start, amount):
    end = OFFICE.add_working_time(start, amount)
    assert end >= start
    assert OFFICE.working_time_between(start, end) == amount


@given(moments, moments)
def test_time_between_is_what_has_to_be_added(one, other):
    start, end = min(one, other), max(one, other)
    end = min(end, start + timedelta(days=60))
    passed = OFFICE.working_time_between(start, end)
    reached = OFFICE.add_working_time(start, passed)
    assert OFFICE.working_time_between(min(reached, end), max(reached, end)) == timedelta(0)


@given(moments, amounts, amounts)
def test_time_can_be_added_in_parts(start, first, second):
    at_once = OFFICE.add_working_time(start, first + second)
    in_parts = OFFICE.add_working_time(OFFICE.add_working_time(start, first), second)
    assert OFFICE.working_time_between(min(at_once, in_parts), max(at_once, in_parts)) == timedelta(0)


@given(st.dates(date(2019, 1, 1), date(2027, 6, 1)), st.integers(1, 40))
def test_days_added_are_the_working_days_passed(day, n):
    end = OFFICE.add_working_days(day, n)
    assert OFFICE.is_working_day(end)
    passed = [day + timedelta(days=i) for i in range(1, (end - day).days + 1)]
    assert sum(map(OFFICE.is_working_day, passed)) == n
