"""Every step of a case that nobody touches, at the moment a clerk would write down."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.calendar import WorkCalendar
from chalicelib.domain.case import Actor, Case, Kind, Priority, Status, open_case
from chalicelib.domain.deadline import accept_due, answer_due, extend, limit_for, resume_due
from chalicelib.domain.directory import Agency, Contact, Directory
from chalicelib.domain.ladder import (
    Step,
    calendar_of,
    is_done,
    mark_done,
    next_step,
    schedule,
    steps,
    steps_kept,
)
from chalicelib.errors import CalendarGap
from tests.unit.worktime import TABLE, at, common_calendar, common_data, written

OFFICE = common_calendar()
BEFORE_TET = "Fri 13/02/2026 16:50"

AGENCY = Agency("so-xd", {"vi": "Sở Xây dựng"}, "So Xay dung", "province", Contact(""), Contact(""))
POLICE = replace(AGENCY, code="ca", sessions="always")
DIRECTORY = Directory(
    version="1",
    province={"slug": "dong-thap"},
    agencies={"so-xd": AGENCY, "ca": POLICE},
    services={},
    areas={},
    routing=(),
    deadlines=(TABLE,),
    calendar=common_data(),
)


def received(moment, *, kind=Kind.COMPLAINT, priority=Priority.NORMAL) -> Case:
    """A case with the desk."""
    return open_case(
        "482177306",
        text="Đường có ổ gà",
        kind=kind,
        priority=priority,
        at=at(moment) if isinstance(moment, str) else moment,
        channel="sms",
        reporter_id="r",
        reporter_address="+84900000001",
        deadline_table=TABLE.id,
    )


def assigned(moment, *, to_at=None, calendar: WorkCalendar = OFFICE, **fields) -> Case:
    """A case sent to the agency, by default at the moment it came."""
    case = received(moment, **fields)
    limit = limit_for(TABLE, kind=case.kind, service=case.service, priority=case.priority)
    to_at = at(to_at) if to_at else case.received_at
    return case.act(
        "assign",
        actor=Actor.SYSTEM,
        at=to_at,
        agency="so-xd",
        assignment=1,
        assigned_at=to_at,
        accept_due_at=accept_due(to_at, case.priority, TABLE, calendar),
        due_at=answer_due(case.received_at, limit, calendar),
    )


def accepted(moment, **fields) -> Case:
    """A case the agency accepted at once."""
    case = assigned(moment, **fields)
    return case.act("accept", actor=Actor.AGENCY, at=case.assigned_at)


def asked(case: Case, moment: str) -> Case:
    """The agency asks the citizen."""
    return case.act(
        "ask",
        actor=Actor.AGENCY,
        at=at(moment),
        paused_at=at(moment),
        resume_status=case.status,
        steps_done=steps_kept(case.steps_done, "ask", Status.WAITING_CITIZEN),
    )


def replied(case: Case, moment: str) -> Case:
    """The citizen replies, and the clock goes on."""
    return case.act(
        "reply",
        actor=Actor.CITIZEN,
        at=at(moment),
        to=case.resume_status,
        due_at=resume_due(case.due_at, case.paused_at, at(moment), OFFICE),
        paused_at=None,
        resume_status=None,
        steps_done=steps_kept(case.steps_done, "reply", case.resume_status),
    )


def ladder(case: Case, *, until: str, calendar: WorkCalendar = OFFICE) -> list[tuple[str, str]]:
    """Name and moment of each step up to *until*."""
    coming = takewhile(lambda step: step.at <= at(until), steps(case, TABLE, calendar))
    return [(step.name, written(step.at)) for step in coming]


def audience(case: Case, name: str, calendar: WorkCalendar = OFFICE) -> tuple[str, ...]:
    """Who is told at a step."""
    return next(step.audience for step in islice(steps(case, TABLE, calendar), 40) if step.name == name)


def test_sent_on_before_tet_and_never_touched():
    assert ladder(assigned(BEFORE_TET), until="Fri 06/03/2026 23:59") == [
        ("accept", "Tue 24/02/2026 07:50"),  # 10 min on the 13th + 7 h 30 on the 23rd + 20 min = 8 hours
        ("accept:1", "Wed 25/02/2026 07:30"),
        ("half", "Wed 25/02/2026 11:10"),  # 10 min + 5 days of 450 min = 2260; half of it 1130
        ("accept:2", "Thu 26/02/2026 07:30"),
        ("eighty", "Thu 26/02/2026 16:58"),  # 1808 min
        ("accept:3", "Fri 27/02/2026 07:30"),
        ("due", "Fri 27/02/2026 17:00"),  # 5th working day after 13/02: 23, 24, 25, 26, 27
        ("late:1", "Mon 02/03/2026 07:30"),
        ("late:2", "Tue 03/03/2026 07:30"),
        ("office", "Tue 03/03/2026 17:00"),
        ("late:3", "Wed 04/03/2026 07:30"),
        ("late:4", "Thu 05/03/2026 07:30"),
        ("late:5", "Fri 06/03/2026 07:30"),
    ]


def test_left_with_the_desk_before_tet():
    case = received(BEFORE_TET)
    assert ladder(case, until="Fri 27/02/2026 12:00") == [
        ("desk_alarm", "Mon 23/02/2026 07:50"),  # 10 min on the 13th + 20 min on the 23rd
        ("desk_alarm:1", "Tue 24/02/2026 07:30"),
        ("desk_alarm:2", "Wed 25/02/2026 07:30"),
        ("desk_alarm:3", "Thu 26/02/2026 07:30"),
        ("desk_alarm:4", "Fri 27/02/2026 07:30"),
    ]
    assert audience(case, "desk_alarm") == ("desk",)
    assert audience(case, "desk_alarm:1") == ("desk",)
    assert audience(case, "desk_alarm:2") == ("desk", "office")


def test_accepted_and_then_forgotten_for_three_weeks():
    assert ladder(accepted("Mon 02/03/2026 08:00", kind=Kind.QUESTION), until="Wed 25/03/2026 23:59") == [
        ("half", "Tue 03/03/2026 11:30"),  # 420 + 2 × 450 = 1320 min; half 660 = 420 + 240
        ("eighty", "Wed 04/03/2026 10:36"),  # 1056 min = 420 + 450 + 186
        ("due", "Wed 04/03/2026 17:00"),
        ("late:1", "Thu 05/03/2026 07:30"),
        ("late:2", "Fri 06/03/2026 07:30"),
        ("office", "Fri 06/03/2026 17:00"),
        ("late:3", "Mon 09/03/2026 07:30"),
        ("late:4", "Tue 10/03/2026 07:30"),
        ("late:5", "Wed 11/03/2026 07:30"),
        ("late:6", "Thu 12/03/2026 07:30"),
        ("late:7", "Fri 13/03/2026 07:30"),
        ("late:8", "Mon 16/03/2026 07:30"),
        ("late:9", "Tue 17/03/2026 07:30"),
        ("late:10", "Wed 18/03/2026 07:30"),
        ("late:11", "Thu 19/03/2026 07:30"),
        ("late:12", "Fri 20/03/2026 07:30"),
        ("late:13", "Mon 23/03/2026 07:30"),
        ("late:14", "Tue 24/03/2026 07:30"),
        ("late:15", "Wed 25/03/2026 07:30"),
    ]


def test_swap_day_and_make_up_saturday():
    # received Tue 06/01/2026; days 1-5: Wed 7, Thu 8, Fri 9, Sat 10 (make-up), Mon 12
    assert ladder(accepted("Tue 06/01/2026 17:30"), until="Wed 14/01/2026 23:59") == [
        ("half", "Fri 09/01/2026 11:15"),  # 5 × 450 = 2250; half 1125 = 450 + 450 + 225
        ("eighty", "Sat 10/01/2026 17:00"),  # 1800 = 4 whole days
        ("due", "Mon 12/01/2026 17:00"),
        ("late:1", "Tue 13/01/2026 07:30"),
        ("late:2", "Wed 14/01/2026 07:30"),
        ("office", "Wed 14/01/2026 17:00"),
    ]


def test_urgent_in_working_hours():
    assert ladder(
        assigned("Mon 02/03/2026 10:30", priority=Priority.URGENT), until="Wed 04/03/2026 23:59"
    ) == [
        ("accept", "Mon 02/03/2026 11:00"),  # 30 minutes of the clock
        ("half", "Mon 02/03/2026 14:30"),  # 1 h before lunch, 1 h after
        ("eighty", "Mon 02/03/2026 15:42"),  # 3 h 12
        ("due", "Mon 02/03/2026 16:30"),  # 4 working hours
        ("late:1", "Tue 03/03/2026 07:30"),
        ("late:2", "Wed 04/03/2026 07:30"),
        ("office", "Wed 04/03/2026 17:00"),
    ]


def test_urgent_at_night_for_a_unit_on_duty_day_and_night():
    always = common_calendar("always")
    case = assigned("Sat 14/02/2026 22:00", priority=Priority.URGENT, calendar=always)
    assert ladder(case, until="Tue 24/02/2026 23:59", calendar=always) == [
        ("accept", "Sat 14/02/2026 22:30"),
        ("half", "Sun 15/02/2026 00:00"),
        ("eighty", "Sun 15/02/2026 01:12"),
        ("due", "Sun 15/02/2026 02:00"),
        ("late:1", "Mon 23/02/2026 07:30"),
        ("late:2", "Tue 24/02/2026 07:30"),
        ("office", "Tue 24/02/2026 17:00"),
    ]


def test_half_and_eighty_of_a_limit_by_the_clock():
    table = replace(
        TABLE,
        answer=(
            replace(TABLE.answer[0], limit=replace(TABLE.answer[0].limit, unit="clock_minutes", amount=100)),
        ),
    )
    case = replace(accepted("Sat 07/03/2026 20:00"), due_at=at("Sat 07/03/2026 21:40"))
    assert [(step.name, written(step.at)) for step in islice(steps(case, table, OFFICE), 3)] == [
        ("half", "Sat 07/03/2026 20:50"),
        ("eighty", "Sat 07/03/2026 21:20"),
        ("due", "Sat 07/03/2026 21:40"),
    ]


def test_who_is_told():
    case = assigned("Mon 02/03/2026 08:00")
    assert audience(case, "accept") == ("focal_point", "leader")
    assert audience(case, "accept:1") == ("focal_point", "leader", "desk")
    assert audience(case, "half") == audience(case, "eighty") == ("focal_point",)
    assert audience(case, "due") == ("focal_point", "leader")
    assert audience(case, "late:1") == ("focal_point", "leader", "desk")
    assert audience(case, "office") == ("office", "desk", "leader")
    assert audience(case.act("accept", actor=Actor.AGENCY, at=case.assigned_at), "late:1") == (
        "focal_point",
        "leader",
    )


def test_a_case_sent_on_after_its_deadline_tells_the_agency_nothing_of_the_past():
    case = assigned("Mon 02/03/2026 08:00", kind=Kind.QUESTION, to_at="Thu 12/03/2026 09:00")
    assert ladder(case, until="Mon 16/03/2026 23:59") == [
        ("late:1", "Fri 13/03/2026 07:30"),
        ("accept", "Fri 13/03/2026 09:30"),
        ("late:2", "Mon 16/03/2026 07:30"),
        ("office", "Mon 16/03/2026 17:00"),
    ]


def test_a_dialogue_left_alone_goes_to_the_desk_after_15_minutes():
    case = replace(received("Mon 02/03/2026 08:00"), asked_at=at("Mon 02/03/2026 08:01"))
    assert ladder(case, until="Mon 02/03/2026 12:00") == [
        ("question_open", "Mon 02/03/2026 08:16"),
        ("desk_alarm", "Mon 02/03/2026 08:30"),
    ]
    at_night = replace(received("Mon 02/03/2026 22:00"), asked_at=at("Mon 02/03/2026 22:00"))
    assert ladder(at_night, until="Tue 03/03/2026 12:00") == [
        ("question_open", "Mon 02/03/2026 22:15"),
        ("desk_alarm", "Tue 03/03/2026 08:00"),
    ]


def test_a_returned_case_gives_the_desk_its_time_anew():
    case = assigned("Mon 02/03/2026 08:00").act("return", actor=Actor.AGENCY, at=at("Wed 04/03/2026 14:00"))
    case = case.act("note", actor=Actor.DESK, at=at("Wed 04/03/2026 14:10"), note="xem lại")
    assert ladder(case, until="Thu 05/03/2026 12:00") == [
        ("desk_alarm", "Wed 04/03/2026 14:30"),
        ("desk_alarm:1", "Thu 05/03/2026 07:30"),
    ]


def test_an_urgent_case_alarms_the_desk_after_five_minutes_even_at_night():
    case = received("Sun 08/03/2026 02:00", priority=Priority.URGENT)
    assert ladder(case, until="Mon 09/03/2026 12:00") == [
        ("desk_alarm", "Sun 08/03/2026 02:05"),
        ("desk_alarm:1", "Mon 09/03/2026 07:30"),
    ]


def test_a_question_to_the_citizen_times_out():
    case = asked(accepted("Mon 02/03/2026 08:00"), "Tue 03/03/2026 10:00")
    assert ladder(case, until="Tue 31/03/2026 12:00") == [("citizen_time_out", "Tue 10/03/2026 17:00")]


def test_after_a_pause_the_reminders_wait_for_the_time_really_used():
    # due Mon 09/03 17:00; asked on Tue 10:00, replied on Thu 12/03 10:00: seven working days later
    case = replied(asked(accepted("Mon 02/03/2026 08:00"), "Tue 03/03/2026 10:00"), "Thu 12/03/2026 10:00")
    assert ladder(case, until="Wed 18/03/2026 23:59") == [
        ("half", "Mon 16/03/2026 07:45"),  # 420 + 5 × 450 = 2670; half 1335 = 570 before + 300 + 450 + 15
        ("eighty", "Tue 17/03/2026 15:36"),  # 2136 = 570 before + 300 + 450 + 450 + 366
        ("due", "Wed 18/03/2026 17:00"),
    ]


def test_reminders_done_before_a_pause_do_not_come_again():
    case = accepted("Mon 02/03/2026 08:00")
    case = replace(case, steps_done=("half", "eighty"))
    case = replied(asked(case, "Mon 09/03/2026 08:00"), "Wed 11/03/2026 08:00")
    assert next_step(case, DIRECTORY, OFFICE) == Step(
        "due", at("Wed 11/03/2026 17:00"), ("focal_point", "leader")
    )


def test_a_second_question_to_the_citizen_times_out_too():
    case = asked(accepted("Mon 02/03/2026 08:00"), "Tue 03/03/2026 10:00")
    case = replace(case, steps_done=mark_done(case.steps_done, "citizen_time_out"))
    case = asked(replied(case, "Tue 10/03/2026 17:00"), "Wed 11/03/2026 09:00")
    assert next_step(case, DIRECTORY, OFFICE).name == "citizen_time_out"


def test_an_extension_reminds_anew_before_the_new_deadline():
    case = replace(accepted("Mon 02/03/2026 08:00"), steps_done=("half", "eighty"))
    limit = limit_for(TABLE, kind=case.kind, service=None, priority=case.priority)
    kept = steps_kept(case.steps_done, "extend", Status.IN_PROGRESS)
    case = case.act(
        "extend",
        actor=Actor.AGENCY,
        at=at("Mon 09/03/2026 09:00"),
        due_at=extend(case.due_at, limit, OFFICE),
        extended=True,
        steps_done=kept,
    )
    assert [s for s in ladder(case, until="Mon 16/03/2026 23:59") if not is_done(case.steps_done, s[0])] == [
        ("eighty", "Thu 12/03/2026 15:36"),  # 420 + 10 × 450 = 4920; 3936 = 420 + 7 × 450 + 366
        ("due", "Mon 16/03/2026 17:00"),
    ]


def test_the_objection_window_ends():
    case = accepted("Mon 02/03/2026 08:00").act(
        "answer",
        actor=Actor.AGENCY,
        at=at("Tue 03/03/2026 08:00"),
        objection_until=at("Thu 12/03/2026 17:00"),
    )
    assert ladder(case, until="Tue 31/03/2026 12:00") == [("end_window", "Thu 12/03/2026 17:00")]


@pytest.mark.parametrize("status", [Status.CLOSED, Status.DECLINED, Status.MERGED])
def test_nothing_comes_when_a_case_is_done(status):
    case = replace(received("Mon 02/03/2026 08:00"), status=status)
    assert next_step(case, DIRECTORY, OFFICE) is None
    assert schedule(replace(case, wake_at=case.received_at), DIRECTORY, OFFICE).wake_at is None


def test_scheduling_sets_the_next_wake_up():
    case = schedule(assigned("Mon 02/03/2026 08:00"), DIRECTORY, OFFICE)
    assert written(case.wake_at) == "Tue 03/03/2026 08:30"
    case = schedule(replace(case, steps_done=("accept",)), DIRECTORY, OFFICE)
    assert written(case.wake_at) == "Wed 04/03/2026 07:30"


def test_the_calendar_is_the_agencys_or_the_desks():
    with_desk, with_agency = received("Mon 02/03/2026 08:00"), assigned("Mon 02/03/2026 08:00")
    assert not calendar_of(with_desk, DIRECTORY).sessions_on(at("Sun 01/03/2026 00:00").date())
    assert calendar_of(replace(with_agency, agency="ca"), DIRECTORY).sessions_on(
        at("Sun 01/03/2026 00:00").date()
    )
    returned = replace(with_agency, agency="ca", status=Status.RECEIVED)
    assert calendar_of(returned, DIRECTORY) is calendar_of(with_desk, DIRECTORY)
    assert next_step(with_desk, DIRECTORY) == next_step(with_desk, DIRECTORY, OFFICE)


def test_a_step_before_a_year_nobody_entered_is_still_found():
    case = accepted("Fri 24/12/2027 08:00")
    assert next_step(case, DIRECTORY, OFFICE).name == "half"
    with pytest.raises(CalendarGap, match="2028"):
        next_step(replace(case, steps_done=("half", "eighty", "due")), DIRECTORY, OFFICE)


@pytest.mark.parametrize(
    "done, name, after",
    [
        pytest.param((), "half", ("half",), id="first"),
        pytest.param(("half",), "eighty", ("half", "eighty"), id="second"),
        pytest.param(("half", "late:1"), "late:2", ("half", "late:2"), id="only the highest count is kept"),
        pytest.param(("late:10",), "late:2", ("late:10",), id="a lower count is done already"),
        pytest.param(("accept",), "accept:1", ("accept:1",), id="a count implies the first"),
        pytest.param(("accept:1",), "accept", ("accept:1",), id="and the first stays implied"),
    ],
)
def test_what_is_done_stays_short(done, name, after):
    assert mark_done(done, name) == after
    assert is_done(after, name)


@pytest.mark.parametrize(
    "action, to, kept",
    [
        pytest.param("accept", Status.IN_PROGRESS, ("half", "late:2", "office"), id="accepting goes on"),
        pytest.param("ask", Status.WAITING_CITIZEN, ("half", "late:2", "office"), id="asking goes on"),
        pytest.param("reply", Status.IN_PROGRESS, ("half", "late:2", "office"), id="a reply goes on"),
        pytest.param("reply", Status.RECEIVED, (), id="a reply to the desk starts its time anew"),
        pytest.param(
            "remind", Status.RECEIVED, ("half", "late:2", "office"), id="a reminder is no new stage"
        ),
        pytest.param("extend", Status.IN_PROGRESS, ("half",), id="an extension brings the rest anew"),
        pytest.param("assign", Status.ASSIGNED, (), id="another agency starts anew"),
        pytest.param("object", Status.ASSIGNED, (), id="an objection starts anew"),
        pytest.param("return", Status.RECEIVED, (), id="a return starts anew"),
        pytest.param("answer", Status.ANSWERED, (), id="an answer ends it"),
    ],
)
def test_what_stays_done_when_something_happens(action, to, kept):
    assert steps_kept(("half", "late:2", "office"), action, to) == kept


cases = st.builds(
    lambda minutes, kind, priority, build: build(
        at("Tue 01/01/2019 00:00") + timedelta(minutes=minutes), kind=kind, priority=priority
    ),
    st.integers(0, 8 * 365 * 24 * 60),
    st.sampled_from([Kind.QUESTION, Kind.COMPLAINT, Kind.PETITION]),
    st.sampled_from(list(Priority)),
    st.sampled_from([received, assigned, accepted]),
)


@given(cases)
def test_steps_come_in_order_and_each_once(case):
    coming = list(islice(steps(case, TABLE, OFFICE), 25))
    assert all(step.at >= case.received_at for step in coming)
    assert [step.at for step in coming] == sorted(step.at for step in coming)
    assert len({step.name for step in coming}) == 25
    assert all(step.audience for step in coming)


@given(cases, st.lists(st.integers(1, 20_000), min_size=1, max_size=6))
def test_catching_up_in_jumps_does_the_same_steps_as_going_step_by_step(case, jumps):
    def run(moments):
        running, done = schedule(case, DIRECTORY, OFFICE), []
        for now in moments:
            while running.wake_at is not None and running.wake_at <= now:
                step = next_step(running, DIRECTORY, OFFICE)
                done.append((step.name, step.at))
                marked = replace(running, steps_done=mark_done(running.steps_done, step.name))
                running = schedule(marked, DIRECTORY, OFFICE)
                assert len(running.steps_done) <= 8
            assert running.wake_at > now
        return done

    end = case.received_at + timedelta(minutes=sum(jumps))
    moments = [case.received_at + timedelta(minutes=sum(jumps[: n + 1])) for n in range(len(jumps))]
    expected = [
        (step.name, step.at) for step in takewhile(lambda step: step.at <= end, steps(case, TABLE, OFFICE))
    ]
    assert run(moments) == run([end]) == expected
