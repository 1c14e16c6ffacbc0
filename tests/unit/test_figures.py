"""The public figures: what a month sums up, what months sum up, and that every part stays within its whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.case import Actor, Case, Kind
from chalicelib.domain.figures import (
    Counters,
    Figures,
    Part,
    from_data,
    month_figures,
    months_between,
    months_later,
    to_data,
    together,
)
from chalicelib.domain.report import MONTH, period_of
from chalicelib.domain.stats import contribution
from tests.showcase import answered, assigned, at, make_case, rated
from tests.unit.test_stats import lives

MARCH = period_of(MONTH, date(2026, 3, 1))


def counters_of(cases: list[Case]) -> Counters:
    """Daily counters as the statistics table keeps them."""
    found: dict[str, dict[date, dict[str, int]]] = {}
    for case in cases:
        for (scope, day), counters in contribution(case).items():
            kept = found.setdefault(scope, {}).setdefault(date.fromisoformat(day), {})
            for name, count in counters.items():
                kept[name] = kept.get(name, 0) + count
    return found


def figures(cases: list[Case], until: date = date(2026, 3, 31), month: date = date(2026, 3, 1)) -> Figures:
    return month_figures(period_of(MONTH, month), until, counters_of(cases))


def test_a_month_sums_up_what_its_days_counted() -> None:
    cases = [rated(3), rated(2), assigned(), make_case(kind=Kind.QUESTION, service=None, area=None)]
    assert figures(cases) == Figures(
        months=("2026-03",),
        until="2026-03-31",
        total=Part(4, 2, 2),
        ended=0,
        kinds={"complaint": 3, "question": 1},
        ratings={"2": 1, "3": 1},
        fields={"giao_thong": Part(3, 2, 2), "none": Part(1, 0, 0)},
        agencies={"so_xay_dung": Part(3, 2, 2)},
        areas={"29905": Part(3, 2, 2)},
    )


@pytest.mark.parametrize(
    ("until", "total", "told"),
    [
        (date(2026, 3, 1), Part(0, 0, 0), "2026-03-01"),
        (date(2026, 3, 2), Part(1, 0, 0), "2026-03-02"),
        (date(2026, 3, 4), Part(1, 1, 1), "2026-03-04"),
        (date(2026, 4, 9), Part(1, 1, 1), "2026-03-31"),
    ],
)
def test_only_whole_days_that_have_passed_count(until: date, total: Part, told: str) -> None:
    found = figures([answered()], until)
    assert (found.total, found.until) == (total, told)


def test_nothing_published_tells_of_a_denunciation() -> None:
    others = [rated(3), assigned(), make_case(kind=Kind.QUESTION)]
    accusing = [make_case(kind=Kind.DENUNCIATION), replace(answered(), kind=Kind.DENUNCIATION)]
    assert figures([*others, *accusing]) == figures(others)
    assert figures(accusing).is_empty


def test_what_was_published_before_shows_no_row_of_other_kinds() -> None:
    kept = {"months": ["2026-03"], "until": "2026-03-31", "total": [2, 0, 0]}
    assert from_data({**kept, "kinds": {"complaint": 1, "other": 1}}).kinds == {"complaint": 1}


def test_an_answer_after_its_deadline_is_late() -> None:
    found = figures([answered(), replace(answered(), due_at=at(4, 8, 59))])
    assert (found.total.on_time, found.total.late) == (1, 1)
    assert found.fields["giao_thong"] == Part(2, 2, 1)
    assert found.areas["29905"].late == 1


def test_months_together_are_their_sums_in_order() -> None:
    march, april = figures([rated(3)]), figures([rated(3)], date(2026, 4, 9), date(2026, 4, 1))
    both = together([april, march])
    assert both is not None
    assert (both.months, both.until) == (("2026-03", "2026-04"), "2026-04-09")
    assert both.total == march.total
    assert together([]) is None


@given(st.lists(lives(), max_size=6))
def test_every_part_stays_within_its_whole(cases: list[Case]) -> None:
    months = [figures(cases, date(2026, 7, 31), date(2026, number, 1)) for number in (3, 4, 5, 6, 7)]
    for one in (*months, together(months)):
        assert one is not None
        assert one.total.received == sum(one.kinds.values())
        assert sum(part.received for part in one.fields.values()) == one.total.received
        for name in ("handled", "on_time"):
            whole = getattr(one.total, name)
            assert sum(getattr(part, name) for part in one.fields.values()) == whole
            assert sum(getattr(part, name) for part in one.agencies.values()) <= whole
            assert sum(getattr(part, name) for part in one.areas.values()) <= whole
        assert sum(part.received for part in one.areas.values()) <= one.total.received
        for part in (one.total, *one.fields.values(), *one.agencies.values(), *one.areas.values()):
            assert 0 <= part.on_time <= part.handled and part.late >= 0
    # an agency is given a case days after it came, so its receipts stay within the province's only in the long run
    whole_time = together(months)
    assert whole_time is not None
    given_out = sum(part.received for part in whole_time.agencies.values())
    assert given_out <= whole_time.total.received


@given(st.lists(lives(), max_size=3))
def test_figures_survive_being_stored(cases: list[Case]) -> None:
    found = figures(cases)
    assert from_data(json.loads(json.dumps(to_data(found)))) == found


def test_what_an_older_version_did_not_store_is_nothing() -> None:
    assert from_data({"months": ["2026-03"], "until": "2026-03-31", "total": [1, 0, 0]}).areas == {}


def test_counters_without_any_area_are_figures_too() -> None:
    kept = {scope: days for scope, days in counters_of([rated()]).items() if not scope.startswith("area#")}
    assert month_figures(MARCH, date(2026, 3, 31), kept).areas == {}


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 11, 22), 0, date(2026, 11, 1)),
        (date(2026, 11, 22), 2, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 3, 31), -24, date(2024, 3, 1)),
    ],
)
def test_counting_months(day: date, months: int, first: date) -> None:
    assert months_later(day, months) == first


def test_months_between_are_whole() -> None:
    assert [one.id for one in months_between(date(2025, 11, 30), date(2026, 2, 1))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]


def test_what_is_neither_handled_nor_ended_is_unanswered() -> None:
    withdrawn = assigned().act("withdraw", actor=Actor.CITIZEN, at=at(4), closed_at=at(4))
    found = figures([rated(3), assigned(), assigned(), withdrawn])
    assert (found.total.received, found.ended, found.unanswered) == (4, 1, 2)
    both = together([found, replace(found, months=("2026-04",))])
    assert both is not None and both.unanswered == 4


def test_nobody_says_how_many_are_unanswered_where_the_ended_were_not_counted() -> None:
    found = figures([assigned()])
    older = from_data({name: value for name, value in to_data(found).items() if name != "ended"})
    assert older.unanswered is None
    both = together([older, found])
    assert both is not None and both.unanswered is None
