"""Who may do what to a case in which state, as a clerk would check it against docs and law."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.case import OPEN, TRANSITIONS, Actor, Case, Kind, Priority, Status, open_case
from chalicelib.errors import ActionNotAllowed
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")

# from          action      by                 to (several: the history decides)
TABLE = """
received        assign      system desk        assigned
received        answer      desk system        answered
received        decline     desk               declined
received        merge       desk               merged
received        ask         desk               waiting_citizen
received        withdraw    citizen            closed
assigned        accept      agency             in_progress
assigned        return      agency             received
assigned        answer      agency desk        answered
assigned        assign      desk               assigned
assigned        withdraw    citizen            closed
in_progress     answer      agency desk        answered
in_progress     propose     agency             in_progress
in_progress     return      agency             received
in_progress     ask         agency desk        waiting_citizen
in_progress     extend      agency             in_progress
in_progress     progress    agency             in_progress
in_progress     assign      desk               assigned
in_progress     withdraw    citizen            closed
waiting_citizen reply       citizen            received in_progress
waiting_citizen time_out    system             received in_progress
waiting_citizen answer      agency desk        answered
waiting_citizen propose     agency             in_progress
waiting_citizen withdraw    citizen            closed
answered        rate        citizen            closed
answered        rate_low    citizen            answered
answered        object      citizen            assigned received
answered        end_window  system             closed
closed          rate        citizen            closed
closed          rate_low    citizen            closed
closed          reopen      desk               received
declined        reopen      desk               received
merged          unmerge     desk               received
"""
PUBLISHING = {"publish", "unpublish"}
LINES = [line.split() for line in TABLE.strip().splitlines()]
ACTORS = {str(actor) for actor in Actor}


def rows():
    for status, action, *rest in LINES:
        yield status, action, {word for word in rest if word in ACTORS}, [w for w in rest if w not in ACTORS]


@pytest.mark.parametrize(
    ("status", "action", "actors", "targets"),
    [pytest.param(*row, id=f"{row[1]} a case that is {row[0]}") for row in rows()],
)
def test_a_step_is_open_to_these_and_leads_there(status, action, actors, targets):
    rule = TRANSITIONS[Status(status), action]
    assert {str(actor) for actor in rule.actors} == actors
    assert [str(target) for target in rule.targets] == targets


def test_there_is_no_step_beside_the_table_but_those_that_leave_the_state_as_it_is():
    written = {(status, action) for status, action, *_ in rows()}
    beside = {key: rule for key, rule in TRANSITIONS.items() if (str(key[0]), key[1]) not in written}
    assert {action for _, action in beside} == {"add", "attach", "remind", "note", "describe", *PUBLISHING}
    assert all(rule.targets == (status,) for (status, _), rule in beside.items())


def a_case(**fields) -> Case:
    ready = {
        "text": "Đường có ổ gà",
        "kind": Kind.COMPLAINT,
        "priority": Priority.NORMAL,
        "at": NOW,
        "channel": "sms",
        "reporter_id": "r",
        "reporter_address": "+84900000001",
    }
    return open_case("482177306", **(ready | fields))


def test_an_action_the_table_does_not_have_is_refused_and_changes_nothing():
    case = a_case()
    with pytest.raises(ActionNotAllowed):
        case.act("accept", actor=Actor.AGENCY, at=NOW)
    assert case.version == 1


def test_a_stranger_to_the_step_is_refused():
    with pytest.raises(ActionNotAllowed):
        a_case().act("assign", actor=Actor.CITIZEN, at=NOW)


def test_a_target_beside_the_table_is_refused():
    with pytest.raises(ActionNotAllowed):
        a_case().act("assign", actor=Actor.DESK, at=NOW, to=Status.CLOSED)


STEPS = st.lists(st.sampled_from(sorted({action for _, action in TRANSITIONS})), max_size=25)


@given(actions=STEPS, choice=st.integers(0, 1), stored=st.integers(0, 5))
def test_the_history_has_no_gaps_whatever_happens(actions, choice, stored):
    case = a_case()
    for action in actions:
        rule = TRANSITIONS.get((case.status, action))
        if rule is None:
            continue
        before = case
        target = rule.targets[min(choice, len(rule.targets) - 1)]
        case = case.act(action, actor=sorted(rule.actors)[0], at=NOW, to=target, note=action)
        assert case.version == before.version + 1
        assert case.events[:-1] == before.events
        assert (case.events[-1].from_status, case.events[-1].to_status) == (before.status, case.status)
    assert [event.number for event in case.events] == list(range(1, case.version + 1))
    stored = min(stored, case.version)
    new = replace(case, stored_version=stored).new_events
    assert [event.number for event in new] == list(range(stored + 1, case.version + 1))


def test_the_text_is_what_the_citizen_wrote_and_nothing_else():
    case = a_case().act("add", actor=Actor.CITIZEN, at=NOW, note="Gần cầu")
    case = case.act("note", actor=Actor.DESK, at=NOW, note="Đã gọi lại")
    assert case.text == "Đường có ổ gà\nGần cầu"


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_only_an_open_case_that_does_not_wait_for_the_citizen_can_be_late(status):
    case = replace(a_case(), status=status, due_at=at("Tue 03/03/2026 17:00"))
    late = case.is_overdue(at("Wed 04/03/2026 08:00"))
    assert late == (status in OPEN and status is not Status.WAITING_CITIZEN)
    assert not case.is_overdue(at("Tue 03/03/2026 17:00"))


def test_what_the_system_does_beside_a_case_does_not_change_it_for_others():
    case = replace(a_case(), status=Status.IN_PROGRESS)
    later = at("Tue 03/03/2026 08:00")
    for action in ("remind", "note"):
        assert case.act(action, actor=Actor.SYSTEM, at=later).updated_at == case.updated_at
    assert case.act("note", actor=Actor.DESK, at=later).updated_at == later
    assert case.act("progress", actor=Actor.AGENCY, at=later).updated_at == later
