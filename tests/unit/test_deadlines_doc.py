"""The examples of docs/deadlines.md are what the hotline computes."""

import re
from pathlib import Path

import pytest

from chalicelib.domain.deadline import deadline_for
from chalicelib.domain.directory import Limit
from tests.unit.test_ladder import BEFORE_TET, assigned, ladder
from tests.unit.worktime import at, common_calendar

DOC = (Path(__file__).resolve().parents[2] / "docs" / "deadlines.md").read_text("utf-8")

_MOMENT = r"(\w{3} \d\d/\d\d/\d{4} \d\d:\d\d)"
EXAMPLES = re.findall(rf"^\| {_MOMENT} \| ([\d.]+) (\w+) \| {_MOMENT} \|", DOC, re.MULTILINE)
STEPS = re.findall(rf"^\| `([\w:]+)` \| {_MOMENT} \|", DOC, re.MULTILINE)


@pytest.mark.parametrize("received_at, amount, unit, due_at", EXAMPLES)
def test_an_example_is_right(received_at, amount, unit, due_at):
    assert deadline_for(at(received_at), Limit(float(amount), unit), common_calendar()) == at(due_at)


def test_the_ladder_by_hand_is_right():
    assert ladder(assigned(BEFORE_TET), until="Wed 04/03/2026 12:00") == STEPS


def test_the_examples_were_found():
    assert len(EXAMPLES) == 11
    assert len(STEPS) == 11
