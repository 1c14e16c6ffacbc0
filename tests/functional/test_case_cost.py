"""What an ordinary case asks of the database, held as numbers of calls and write units (docs/design.md §8)."""

from __future__ import annotations

import pytest

from bench.ordinary_case import live_through
from chalicelib import wiring


@pytest.fixture
def steps(tables, monkeypatch):
    monkeypatch.setenv("PROVINCE", "dong-thap")
    yield live_through()
    wiring.forget()


def test_an_ordinary_case_keeps_to_its_budget(steps):
    assert [call.operation for call in steps[0].calls] == ["BatchGetItem", "TransactWriteItems"]
    assert sum(len(step.calls) for step in steps) <= 35
    assert sum(step.units_by_rule for step in steps) <= 90
