"""The morning list of an agency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.case import Case
from chalicelib.domain.digest import digest_lines
from tests.showcase import accepted, answered, assigned, at, make_case, waiting

MORNING = at(9, 7, 30)


@pytest.mark.parametrize(
    "case, group",
    [
        pytest.param(replace(assigned(), due_at=at(13, 9)), "new", id="not accepted, due on Friday"),
        pytest.param(replace(accepted(), due_at=at(13, 9)), None, id="accepted, due on Friday"),
        pytest.param(replace(accepted(), due_at=at(9, 16, 30)), "due_today", id="due this afternoon"),
        pytest.param(replace(assigned(), due_at=at(9, 16, 30)), "due_today", id="due today and not accepted"),
        pytest.param(replace(accepted(), due_at=at(6, 16, 30)), "late", id="due last Friday"),
        pytest.param(replace(assigned(), due_at=at(9, 7, 29)), "late", id="due a minute ago"),
        pytest.param(replace(waiting(), due_at=at(6, 16, 30)), None, id="the citizen was asked"),
        pytest.param(answered(), None, id="answered"),
        pytest.param(make_case(), None, id="with the desk"),
    ],
)
def test_a_case_stands_where_it_asks_most(case: Case, group: str | None) -> None:
    digest = digest_lines([case], MORNING)
    assert [name for name in ("late", "due_today", "new") if getattr(digest, name)] == (
        [group] if group else []
    )
    assert digest.is_empty == (group is None)


def test_the_earliest_deadline_comes_first() -> None:
    third = replace(accepted(), code="333333333", due_at=at(6, 9))
    first = replace(accepted(), code="111111111", due_at=at(4, 9))
    second = replace(accepted(), code="222222222", due_at=at(5, 9))
    assert [case.code for case in digest_lines([third, first, second], MORNING).late] == [
        "111111111",
        "222222222",
        "333333333",
    ]


def test_a_case_due_on_the_same_day_in_vietnam_is_due_today() -> None:
    early = replace(accepted(), due_at=at(10, 0, 30))
    assert digest_lines([early], at(9, 23)).is_empty
    assert digest_lines([early], at(10, 0, 15)).due_today == (early,)
