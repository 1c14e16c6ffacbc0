"""What each step does to a case besides its status: deadlines as a clerk would write them down."""

from dataclasses import replace

import pytest

from chalicelib.domain import handling
from chalicelib.domain.case import Actor, Case, Kind, Priority, Status, open_case
from chalicelib.domain.ladder import next_step
from chalicelib.errors import ActionNotAllowed
from tests.hotline import province
from tests.unit.worktime import at, written

DIRECTORY = province()
AGENCY = DIRECTORY.agencies["so_xay_dung"]
OTHER = DIRECTORY.agencies["so_nnmt"]
MONDAY = "Mon 02/03/2026 08:30"


def received(moment=MONDAY, **fields) -> Case:
    ready = {
        "text": "Đường có ổ gà",
        "kind": Kind.COMPLAINT,
        "priority": Priority.NORMAL,
        "at": at(moment),
        "channel": "sms",
        "reporter_id": "r",
        "reporter_address": "+84900000001",
        "deadline_table": handling.table_in_force(DIRECTORY, at(moment)),
    }
    return open_case("482177302", **(ready | fields))


def assigned(moment=MONDAY, *, to=AGENCY, **fields) -> Case:
    return assign(received(moment, **fields), moment, to=to)


def assign(case: Case, moment: str, *, to=AGENCY) -> Case:
    return handling.assign(case, to, DIRECTORY, at=at(moment), actor=Actor.DESK, reason={"rule": "desk"})


def answered(moment=MONDAY) -> Case:
    return handling.answer(assigned(), DIRECTORY, at=at(moment), words="Đã vá", actor=Actor.AGENCY)


@pytest.mark.parametrize(
    ("kind", "priority", "accept_by", "answer_by"),
    [
        pytest.param(
            "question", "normal", "Tue 03/03/2026 09:00", "Wed 04/03/2026 17:00", id="question: 2 days"
        ),
        pytest.param(
            "complaint", "normal", "Tue 03/03/2026 09:00", "Mon 09/03/2026 17:00", id="complaint: 5 days"
        ),
        pytest.param(
            "petition", "normal", "Tue 03/03/2026 09:00", "Mon 09/03/2026 17:00", id="petition: 5 days"
        ),
        pytest.param(
            "complaint", "complex", "Tue 03/03/2026 09:00", "Mon 23/03/2026 17:00", id="complex: 15 days"
        ),
        pytest.param(
            "complaint", "urgent", "Mon 02/03/2026 09:00", "Mon 02/03/2026 14:30", id="urgent: 4 hours"
        ),
    ],
)
def test_an_assignment_sets_both_deadlines(kind, priority, accept_by, answer_by):
    case = assigned(kind=Kind(kind), priority=Priority(priority))
    assert (written(case.accept_due_at), written(case.due_at)) == (accept_by, answer_by)
    assert (case.agency, case.assignment, case.status) == ("so_xay_dung", 1, Status.ASSIGNED)
    assert case.level == 2
    assert case.wake_at == next_step(case, DIRECTORY).at


def test_a_denunciation_is_never_assigned():
    with pytest.raises(ActionNotAllowed):
        assigned(kind=Kind.DENUNCIATION)


def test_the_desk_s_delay_is_not_the_citizen_s():
    """Assigned two days after receipt: the answer is still due counted from receipt."""
    case = assign(received(), "Wed 04/03/2026 08:30")
    assert written(case.due_at) == "Mon 09/03/2026 17:00"
    assert written(case.accept_due_at) == "Thu 05/03/2026 09:00"


def test_a_second_agency_has_its_full_time_and_the_deadline_told_never_moves_forward():
    returned = handling.give_back(assigned(), DIRECTORY, at=at("Fri 06/03/2026 09:00"), reason="nhầm")
    assert (returned.agency, returned.status) == (None, Status.RECEIVED)
    assert written(returned.due_at) == "Mon 09/03/2026 17:00"
    second = assign(returned, "Fri 06/03/2026 10:00", to=OTHER)
    assert (second.agency, second.assignment) == ("so_nnmt", 2)
    assert written(second.due_at) == "Fri 13/03/2026 17:00"


def test_an_extension_gives_the_same_time_once_more():
    case = handling.extend_deadline(
        handling.accept(assigned(), DIRECTORY, at=at(MONDAY)),
        DIRECTORY,
        at=at("Mon 09/03/2026 16:59"),
        reason="mưa",
    )
    assert (written(case.due_at), case.extended) == ("Mon 16/03/2026 17:00", True)


def test_there_is_one_extension_only():
    case = handling.extend_deadline(assigned(), DIRECTORY, at=at(MONDAY), reason="mưa")
    with pytest.raises(ActionNotAllowed):
        handling.extend_deadline(case, DIRECTORY, at=at("Tue 03/03/2026 08:00"), reason="mưa nữa")


def test_there_is_no_extension_after_the_deadline():
    with pytest.raises(ActionNotAllowed):
        handling.extend_deadline(assigned(), DIRECTORY, at=at("Mon 09/03/2026 17:01"), reason="trễ")


def test_the_clock_stands_still_while_the_citizen_is_asked():
    asked = handling.ask_citizen(
        assigned(), DIRECTORY, at=at("Tue 03/03/2026 10:00"), question="Ở đâu?", actor=Actor.AGENCY
    )
    assert asked.status is Status.WAITING_CITIZEN
    assert [event.action for event in asked.events] == ["open", "assign", "accept", "ask"]
    resumed = handling.resume(
        asked, DIRECTORY, at=at("Thu 05/03/2026 10:00"), actor=Actor.CITIZEN, action="reply", note="Gần chợ"
    )
    assert resumed.status is Status.IN_PROGRESS
    assert written(resumed.due_at) == "Wed 11/03/2026 17:00"
    assert resumed.paused_at is None and resumed.resume_status is None


def test_a_question_of_the_desk_leads_back_to_the_desk():
    asked = handling.ask_citizen(received(), DIRECTORY, at=at(MONDAY), question="Ở đâu?", actor=Actor.DESK)
    back = handling.resume(
        asked, DIRECTORY, at=at("Tue 03/03/2026 08:00"), actor=Actor.SYSTEM, action="time_out"
    )
    assert back.status is Status.RECEIVED


def test_an_answer_opens_seven_working_days_to_object():
    case = answered()
    assert written(case.objection_until) == "Wed 11/03/2026 17:00"
    assert (case.level, case.answer) == (2, "Đã vá")


def test_an_answer_of_the_desk_is_of_level_one_and_one_after_an_agency_s_is_not():
    spot = handling.answer(received(), DIRECTORY, at=at(MONDAY), words="Thứ Hai", actor=Actor.DESK)
    assert spot.level == 1
    for_agency = handling.answer(assigned(), DIRECTORY, at=at(MONDAY), words="Đã vá", actor=Actor.DESK)
    assert for_agency.level == 2


def test_the_same_agency_has_a_reopened_case_again_with_its_full_time():
    case = handling.object_to_answer(answered(), DIRECTORY, at=at("Wed 04/03/2026 09:00"), words="chưa xong")
    assert (case.status, case.agency, case.assignment) == (Status.ASSIGNED, "so_xay_dung", 2)
    assert written(case.due_at) == "Wed 11/03/2026 17:00"
    assert (case.answered_at, case.objection_until, case.rating) == (None, None, None)


def test_a_reopened_answer_of_the_desk_is_with_the_desk():
    spot = handling.answer(received(), DIRECTORY, at=at(MONDAY), words="Thứ Hai", actor=Actor.DESK)
    case = handling.object_to_answer(spot, DIRECTORY, at=at("Tue 03/03/2026 09:00"), words="sai")
    assert (case.status, case.agency) == (Status.RECEIVED, None)


def test_nobody_objects_after_the_window():
    with pytest.raises(ActionNotAllowed):
        handling.object_to_answer(answered(), DIRECTORY, at=at("Wed 11/03/2026 17:01"), words="chưa xong")


@pytest.mark.parametrize(("rating", "status"), [(1, "answered"), (2, "closed"), (3, "closed")])
def test_only_a_rating_of_one_keeps_the_way_open(rating, status):
    case = handling.rate(answered(), DIRECTORY, at=at("Tue 03/03/2026 09:00"), rating=rating)
    assert (case.status, case.rating) == (status, rating)
    assert (case.closed_at is None) == (rating == 1)
    if rating == 1:
        reopened = handling.object_to_answer(case, DIRECTORY, at=at("Tue 03/03/2026 09:01"), words="chưa")
        assert reopened.status is Status.ASSIGNED


def test_a_withdrawn_case_has_no_next_step():
    asked = handling.ask_citizen(assigned(), DIRECTORY, at=at(MONDAY), question="Ở đâu?", actor=Actor.AGENCY)
    case = handling.close(
        asked, DIRECTORY, at=at("Tue 03/03/2026 09:00"), actor=Actor.CITIZEN, action="withdraw"
    )
    assert (case.status, case.wake_at, case.paused_at) == (Status.CLOSED, None, None)


def test_a_case_keeps_the_deadline_table_it_came_in_under():
    case = replace(received(), deadline_table=DIRECTORY.deadlines[0].id)
    assert handling.answer_limit(case, DIRECTORY).amount == 5
