"""A case nobody touches, across Tết 2026, through the job: each step once, whenever and however often it runs."""

from dataclasses import replace

import pytest

from chalicelib.domain.case import Status
from chalicelib.errors import StorageUnavailable
from chalicelib.usecases.wake import do_wake_ups
from tests.hotline import Hotline, province
from tests.unit.worktime import at, written

BEFORE_TET = "Fri 13/02/2026 16:50"
WARD = province().agencies["ubnd_29869"]
OFFICE = province().province["office"]["email"]


def before_tet() -> Hotline:
    line = Hotline(BEFORE_TET)
    line.text("duong o ga phuong cao lanh")
    return line


def run_on_time(line: Hotline, until: str) -> list[str]:
    """Run the job at each moment at which something is due; return what was done, with the moment."""
    done = []
    while (moment := line.case().wake_at) is not None and moment <= at(until):
        line.now = moment
        line.wake()
        event = line.case().events[-1]
        done.append(f"{written(moment)} {event.data.get('step', event.action)}")
    return done


def told(line: Hotline) -> list[tuple]:
    return sorted((m.id, m.to, m.cc, m.params.get("step", "")) for m in line.messages())


ACCEPTED_THEN_FORGOTTEN = [
    "Wed 25/02/2026 11:10 half",
    "Thu 26/02/2026 16:58 eighty",
    "Fri 27/02/2026 17:00 due",
    "Mon 02/03/2026 07:30 late:1",
    "Tue 03/03/2026 07:30 late:2",
    "Tue 03/03/2026 17:00 office",
    "Wed 04/03/2026 07:30 late:3",
]


def test_the_ladder_of_an_accepted_case_across_tet():
    line = before_tet()
    line.agency("accept")
    assert written(line.case().due_at) == "Fri 27/02/2026 17:00"
    assert run_on_time(line, "Wed 04/03/2026 08:00") == ACCEPTED_THEN_FORGOTTEN
    due = [m for m in line.messages(purpose="reminder") if m.params["step"] in ("due", "late:1")]
    assert all(m.to == WARD.focal_point.email and m.cc == (WARD.leader.email,) for m in due)
    half = line.messages(purpose="reminder")[0]
    assert half.cc == ()
    assert [m.to for m in line.messages(purpose="office")] == [OFFICE]


def test_nobody_is_written_to_during_tet():
    line = before_tet()
    done = run_on_time(line, "Sun 22/02/2026 23:59")
    assert done == []


def test_an_agency_that_does_not_even_accept_is_reminded_of_that_first():
    line = before_tet()
    done = run_on_time(line, "Fri 27/02/2026 17:00")
    assert done[0].endswith(" accept") and line.messages(purpose="reminder")[0].cc == (WARD.leader.email,)
    assert any(step.endswith("accept:1") for step in done)


def test_a_run_that_catches_up_tells_the_same_people_the_same():
    on_time, late = before_tet(), before_tet()
    run_on_time(on_time, "Wed 04/03/2026 08:00")
    late.at("Wed 04/03/2026 08:00").wake()
    assert told(late) == told(on_time)
    assert late.case().steps_done == on_time.case().steps_done
    assert late.case().wake_at == on_time.case().wake_at


def test_a_second_run_does_nothing():
    line = before_tet()
    line.at("Wed 04/03/2026 08:00")
    assert line.wake()["steps"] > 0
    before = line.stores.everything()
    assert line.wake() == {}
    assert line.stores.everything() == before


def test_nothing_is_due_before_its_moment():
    line = before_tet()
    line.agency("accept")
    line.at("Wed 25/02/2026 11:09")
    assert line.wake() == {}


def test_a_case_somebody_acts_on_this_moment_is_left_to_the_next_minute():
    line = before_tet()
    line.at("Tue 24/02/2026 16:00")
    line.stores.conflicts = 1
    assert line.wake() == {"due": 1, "conflicts": 1}
    assert line.later(minutes=1).wake()["steps"] >= 1


def test_one_broken_case_does_not_hold_up_the_others():
    line = before_tet()
    broken = replace(line.case(), code="000000000", deadline_table="no such table", stored_version=0)
    line.stores.commit(cases=(broken,))
    counts = line.at("Tue 24/02/2026 16:00").wake()
    assert counts["failed"] == 1 and counts["steps"] >= 1


def test_cases_that_always_break_do_not_starve_the_others():
    line = before_tet()
    good = line.case()
    codes = [f"{number:09d}" for number in range(250)]
    for code in codes:
        broken = replace(
            good,
            code=code,
            deadline_table="no such table",
            wake_at=at("Fri 13/02/2026 17:00"),
            stored_version=0,
        )
        line.stores.commit(cases=(broken,))
    line.at("Tue 24/02/2026 16:00")
    assert line.wake() == {"due": 200, "failed": 200}
    counts = line.later(minutes=1).wake()
    assert counts["failed"] == 50 and counts["steps"] >= 1
    assert line.case(good.code).version > good.version
    assert line.later(minutes=1).wake() == {}, "they wait their quarter of an hour"
    assert line.case(codes[0]).version == good.version, "to put off is no event"
    assert line.later(minutes=15).wake()["failed"] == 200


def test_while_the_database_is_away_no_case_is_put_off():
    line = before_tet()
    line.at("Tue 24/02/2026 16:00")

    def away(**_: object) -> None:
        raise StorageUnavailable("away")

    before = line.stores.everything()
    counts = do_wake_ups(cases=line.stores.cases, commit=away, directory=line.directory, now=line.now)
    assert counts == {"due": 1, "failed": 1}
    assert line.stores.everything() == before


def test_a_question_the_citizen_does_not_answer_times_out_and_the_clock_runs_on():
    line = before_tet()
    line.at("Mon 23/02/2026 09:00").agency("ask", "Ở đâu?")
    line.at("Mon 02/03/2026 16:59")
    assert line.wake() == {}
    line.at("Mon 02/03/2026 17:00").wake()
    assert line.case().status is Status.IN_PROGRESS
    assert [m.to for m in line.messages(purpose="citizen_no_reply")] == [WARD.focal_point.email]


def test_an_answer_nobody_objects_to_closes_the_case():
    line = before_tet()
    line.agency("answer", "Đã vá")
    until = line.case().objection_until
    line.now = until
    line.wake()
    assert (line.case().status, line.case().wake_at, line.case().closed_at) == (Status.CLOSED, None, until)


def test_an_unrouted_case_alarms_the_desk_then_the_office():
    line = Hotline("Mon 02/03/2026 08:30")
    line.text("duong o ga can tho")
    done = run_on_time(line, "Wed 04/03/2026 08:00")
    assert done == [
        "Mon 02/03/2026 09:00 desk_alarm",
        "Tue 03/03/2026 07:30 desk_alarm:1",
        "Wed 04/03/2026 07:30 desk_alarm:2",
    ]
    assert line.desk_reasons() == ["unrouted", "alarm", "alarm", "alarm"]
    assert [m.to for m in line.messages(purpose="office")] == [OFFICE]


def test_an_urgent_case_is_never_left_to_office_hours():
    line = Hotline("Sat 14/02/2026 23:00")
    line.text("chay nha can tho")
    line.later(minutes=5).wake()
    assert line.desk_reasons() == ["unrouted", "alarm"]


def test_a_wake_up_the_index_is_late_with_is_only_rescheduled():
    line = before_tet()
    line.agency("accept")
    early = replace(line.case(), wake_at=line.now)
    line.stores._cases[early.code] = early
    assert line.wake() == {"due": 1, "steps": 0}
    assert written(line.case().wake_at) == "Wed 25/02/2026 11:10"
    assert line.wake() == {}


def test_a_year_without_holidays_is_an_error_that_is_counted_not_a_guess():
    line = before_tet()
    line.directory = replace(province(), calendar={**province().calendar, "years": {}})
    counts = line.at("Wed 04/03/2026 08:00").wake()
    assert counts.get("failed") == 1 and line.messages(purpose="reminder") == []


@pytest.mark.parametrize("days", [1, 7, 30])
def test_however_long_the_job_stood_still_the_state_is_the_same(days):
    line, steady = before_tet(), before_tet()
    line.agency("accept")
    steady.agency("accept")
    for _ in range(days):
        steady.later(days=1).wake()
    line.later(days=days).wake()
    assert told(line) == told(steady)
