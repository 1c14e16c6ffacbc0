"""What one case adds to the daily counters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.case import TRANSITIONS, Actor, Case, Kind, Status
from chalicelib.domain.report import MONTH, TOTALS, build_report, period_of
from chalicelib.domain.stats import (
    OF_AREA,
    PROVINCE,
    Contribution,
    agency_scope,
    area_scope,
    contribution,
    difference,
)
from tests.showcase import accepted, answered, assigned, at, by_agency, make_case, rated, returned, waiting

ROADS = agency_scope("so_xay_dung")
SA_DEC = area_scope("29905")


def totals(case: Case, scope: str = PROVINCE) -> dict[str, dict[str, int]]:
    """Day → the plain counters, without those by kind, field and so on."""
    return {
        day: {name: count for name, count in counters.items() if name in TOTALS}
        for (of, day), counters in contribution(case).items()
        if of == scope
    }


def test_a_case_counts_on_the_day_it_came_by_kind_field_topic_and_channel() -> None:
    assert contribution(make_case()) == {
        (PROVINCE, "2026-03-02"): {
            "received": 1,
            "received.kind.complaint": 1,
            "received.service.giao_thong": 1,
            "received.topic.giao_thong/o_ga": 1,
            "received.channel.sms": 1,
        },
        (SA_DEC, "2026-03-02"): {"received": 1},
    }


def test_a_case_without_a_field_counts_under_none() -> None:
    counters = contribution(make_case(service=None, topic=None))[PROVINCE, "2026-03-02"]
    assert counters["received.service.none"] == 1
    assert not [name for name in counters if name.startswith("received.topic")]


def test_an_answer_counts_on_its_own_day_for_the_province_and_the_agency() -> None:
    case = answered()
    expected = {
        "handled": 1,
        "on_time": 1,
        "level.2": 1,
        "handled.kind.complaint": 1,
        "handled.service.giao_thong": 1,
        "on_time.service.giao_thong": 1,
    }
    assert contribution(case)[PROVINCE, "2026-03-04"] == expected
    assert contribution(case)[ROADS, "2026-03-04"] == expected


@pytest.mark.parametrize(
    "case, days",
    [
        pytest.param(make_case(), {"2026-03-02": {"received": 1}}, id="with the desk"),
        pytest.param(returned(), {"2026-03-02": {"received": 1}}, id="given back"),
        pytest.param(assigned(), {"2026-03-02": {"received": 1}}, id="with an agency"),
        pytest.param(waiting(), {"2026-03-02": {"received": 1}}, id="waiting for the citizen"),
        pytest.param(
            answered(),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "on_time": 1}},
            id="answered in time",
        ),
        pytest.param(
            replace(answered(), due_at=at(4, 8, 59)),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "late": 1}},
            id="answered a minute late",
        ),
        pytest.param(
            replace(answered(), due_at=at(4, 9)),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "on_time": 1}},
            id="answered to the minute",
        ),
        pytest.param(
            rated(),
            {
                "2026-03-02": {"received": 1},
                "2026-03-04": {"handled": 1, "on_time": 1},
                "2026-03-05": {"rated": 1},
            },
            id="rated the day after",
        ),
        pytest.param(
            make_case().act("decline", actor=Actor.DESK, at=at(3), closed_at=at(3)),
            {"2026-03-02": {"received": 1}, "2026-03-03": {"ended": 1}},
            id="declined",
        ),
        pytest.param(
            assigned().act("withdraw", actor=Actor.CITIZEN, at=at(3), closed_at=at(3)),
            {"2026-03-02": {"received": 1}, "2026-03-03": {"ended": 1}},
            id="withdrawn",
        ),
        pytest.param(
            make_case().act("merge", actor=Actor.DESK, at=at(3)),
            {"2026-03-02": {"received": 1}, "2026-03-03": {"ended": 1}},
            id="merged",
        ),
        pytest.param(
            answered().act("end_window", actor=Actor.SYSTEM, at=at(13, 9), closed_at=at(13, 9)),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "on_time": 1}},
            id="closed when the window ended",
        ),
    ],
)
def test_what_a_case_counts_for(case: Case, days: dict[str, dict[str, int]]) -> None:
    assert totals(case) == days


@pytest.mark.parametrize(
    "case, days",
    [
        pytest.param(make_case(), {"2026-03-02": {"received": 1}}, id="with the desk"),
        pytest.param(
            rated(),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "on_time": 1}},
            id="answered in time, and rated",
        ),
        pytest.param(
            replace(answered(), due_at=at(4, 8, 59)),
            {"2026-03-02": {"received": 1}, "2026-03-04": {"handled": 1, "late": 1}},
            id="answered a minute late",
        ),
        pytest.param(
            make_case().act("decline", actor=Actor.DESK, at=at(3), closed_at=at(3)),
            {"2026-03-02": {"received": 1}},
            id="declined",
        ),
        pytest.param(make_case(area=None), {}, id="nobody knows where"),
    ],
)
def test_an_area_counts_what_came_and_what_was_handled_and_nothing_else(
    case: Case, days: dict[str, dict[str, int]]
) -> None:
    found = {day: counts for (scope, day), counts in contribution(case).items() if scope.startswith("area#")}
    assert found == days


def test_a_denunciation_counts_for_the_province_by_kind_and_channel_and_in_nothing_that_is_published() -> (
    None
):
    denounced = replace(answered(), kind=Kind.DENUNCIATION)
    assert contribution(denounced) == {
        (PROVINCE, "2026-03-02"): {
            "received": 1,
            "received.kind.denunciation": 1,
            "received.channel.sms": 1,
        },
        (PROVINCE, "2026-03-04"): {
            "handled": 1,
            "on_time": 1,
            "level.2": 1,
            "handled.kind.denunciation": 1,
        },
    }


def test_a_case_placed_elsewhere_counts_for_its_present_area_only() -> None:
    placed = replace(answered(), area="29869")
    assert {scope for scope, _ in contribution(placed)} == {PROVINCE, ROADS, area_scope("29869")}


def reopened() -> Case:
    """Answered on 4 March, objected to on 6 March: with the agency again, though the old answer is still noted."""
    return answered().act(
        "object", actor=Actor.CITIZEN, at=at(6, 8), note="Vẫn còn ổ gà.", to=Status.ASSIGNED
    )


def test_a_reopened_case_is_not_handled_until_it_is_answered_again() -> None:
    assert totals(reopened()) == {"2026-03-02": {"received": 1}}
    again = by_agency(reopened(), "answer", at(9, 8), "Đã vá lại.", answered_at=at(9, 8))
    assert totals(again) == {"2026-03-02": {"received": 1}, "2026-03-09": {"handled": 1, "on_time": 1}}


def test_a_reopened_case_that_is_withdrawn_ended_without_an_answer() -> None:
    withdrawn = reopened().act("withdraw", actor=Actor.CITIZEN, at=at(7), closed_at=at(7))
    assert totals(withdrawn) == {"2026-03-02": {"received": 1}, "2026-03-07": {"ended": 1}}


def test_only_the_rating_that_stands_counts_on_the_day_it_was_given() -> None:
    low = answered().act("rate_low", actor=Actor.CITIZEN, at=at(5), data={"rating": 1}, rating=1)
    better = low.act("rate", actor=Actor.CITIZEN, at=at(6), data={"rating": 3}, rating=3)
    counters = contribution(better)
    assert counters[PROVINCE, "2026-03-06"] == {"rated": 1, "rating.3": 1}
    assert (PROVINCE, "2026-03-05") not in counters


def test_a_rating_that_an_objection_took_back_does_not_count() -> None:
    low = answered().act("rate_low", actor=Actor.CITIZEN, at=at(5), data={"rating": 1}, rating=1)
    objected = low.act(
        "object", actor=Actor.CITIZEN, at=at(6), to=Status.ASSIGNED, rating=None, answered_at=None
    )
    assert not any(
        name.startswith("rat") for counters in contribution(objected).values() for name in counters
    )


def test_for_an_agency_the_case_came_when_it_was_assigned() -> None:
    case = assigned(when=at(3, 9))
    assert totals(case, ROADS) == {"2026-03-03": {"received": 1}}
    assert totals(case) == {"2026-03-02": {"received": 1}}


def test_only_the_present_agency_counts() -> None:
    moved = assigned().act(
        "assign", actor=Actor.DESK, at=at(4), agency="phuong_sa_dec", assignment=2, assigned_at=at(4)
    )
    scopes = {scope for scope, _ in contribution(moved)}
    assert scopes == {PROVINCE, agency_scope("phuong_sa_dec"), SA_DEC}


def test_the_day_is_the_one_in_vietnam() -> None:
    case = make_case(at=datetime(2026, 3, 1, 17, 30, tzinfo=UTC))
    assert list(contribution(case)) == [(PROVINCE, "2026-03-02"), (SA_DEC, "2026-03-02")]


def test_an_answer_by_the_desk_is_level_one_and_in_time_when_nothing_was_due() -> None:
    case = make_case().act("answer", actor=Actor.DESK, at=at(2, 9), note="Mời gọi 115.", answered_at=at(2, 9))
    counters = contribution(case)[PROVINCE, "2026-03-02"]
    assert (counters["level.1"], counters["on_time"]) == (1, 1)


def test_counters_hold_nothing_personal() -> None:
    case = rated()
    for (scope, day), counters in contribution(case).items():
        said = " ".join((scope, day, *counters))
        for personal in (case.code, case.reporter_id, case.reporter_address, "Nguyễn Huệ", "Bình"):
            assert personal not in said


def test_a_change_touches_only_the_counters_that_change() -> None:
    before, after = contribution(accepted()), contribution(answered())
    changes = difference(after, before)
    assert set(changes) == {(scope, "2026-03-04") for scope in (PROVINCE, ROADS, SA_DEC)}
    assert difference(before, after) == {
        key: {name: -count for name, count in counters.items()} for key, counters in changes.items()
    }
    assert difference(after, after) == {}


OPENLY_COUNTED = (Kind.QUESTION, Kind.COMPLAINT, Kind.PETITION)

HOURS = st.integers(min_value=1, max_value=24 * 9)


@st.composite
def lives(draw: st.DrawFn, kinds: tuple[Kind, ...] = OPENLY_COUNTED) -> Case:
    """A case that lived through any steps its table allows, at any pace."""
    case = make_case(kind=draw(st.sampled_from(kinds)))
    now = at(2, 8, 15)
    for _ in range(draw(st.integers(0, 9))):
        now = datetime.fromtimestamp(now.timestamp() + 3600 * draw(HOURS), now.tzinfo)
        steps = [
            (action, actor, target)
            for (status, action), rule in TRANSITIONS.items()
            if status == case.status
            for actor in sorted(rule.actors)
            for target in rule.targets
        ]
        action, actor, target = draw(st.sampled_from(steps))
        changes: dict[str, Any] = {
            "assign": {
                "agency": draw(st.sampled_from(["so_xay_dung", "phuong_sa_dec"])),
                "assigned_at": now,
                "due_at": datetime.fromtimestamp(now.timestamp() + 5 * 86400, now.tzinfo),
            },
            "answer": {"answered_at": now, "level": draw(st.sampled_from([None, 1, 2, 3]))},
            "return": {"agency": None},
            "rate": {"rating": draw(st.sampled_from([2, 3]))},
            "rate_low": {"rating": 1},
        }.get(action, {})
        case = case.act(action, actor=actor, at=now, to=target, **changes)
    return case


@given(lives())
def test_an_area_counts_as_the_province_does_but_only_four_things(case: Case) -> None:
    counters = contribution(case)
    of_area = {day: counts for (scope, day), counts in counters.items() if scope == SA_DEC}
    assert of_area == {
        day: kept
        for (scope, day), counts in counters.items()
        if scope == PROVINCE and (kept := {name: counts[name] for name in OF_AREA if name in counts})
    }


def days_of(found: list[Contribution], scope: str) -> dict[str, dict[str, int]]:
    """Daily counters of a scope, as the statistics table keeps them."""
    days: dict[str, dict[str, int]] = {}
    for one in found:
        for (of, day), counters in one.items():
            if of == scope:
                kept = days.setdefault(day, {})
                for name, count in counters.items():
                    kept[name] = kept.get(name, 0) + count
    return days


@given(st.lists(lives(kinds=tuple(Kind)), max_size=6))
def test_whatever_happens_to_cases_every_part_of_a_report_adds_up_to_its_whole(cases: list[Case]) -> None:
    found = [contribution(case) for case in cases]
    for scope in (PROVINCE, ROADS):
        days = days_of(found, scope)
        carried_over = 0
        for month in (3, 4, 5, 6):
            report = build_report(scope, period_of(MONTH, at(1, month=month).date()), days)
            assert report.carried_over == carried_over
            accusing = report.by_kind.get("denunciation", 0)
            assert report.received == sum(report.by_kind.values())
            assert report.received == sum(report.by_service.values()) + accusing
            assert report.received == sum(report.by_channel.values())
            assert report.handled == report.on_time + report.late == sum(report.by_level.values())
            assert report.handled == sum(report.handled_by_kind.values())
            accusing = report.handled_by_kind.get("denunciation", 0)
            assert report.handled == sum(report.handled_by_service.values()) + accusing
            assert report.rated == sum(report.by_rating.values())
            assert report.to_handle == report.handled + report.in_progress
            assert min(report.carried_over, report.in_progress) >= 0
            for name in TOTALS:
                assert getattr(report, name) == sum(counts[name] for counts in report.by_day.values())
            carried_over = report.in_progress


@given(lives())
def test_what_is_in_progress_at_the_end_is_what_is_open(case: Case) -> None:
    days = days_of([contribution(case)], PROVINCE)
    report = build_report(PROVINCE, period_of("year", at(1).date()), days)
    still_open = case.is_open or (case.status is Status.ANSWERED and case.answered_at is None)
    assert report.in_progress == (1 if still_open else 0)
