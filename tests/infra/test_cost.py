"""What a province costs, from quantities the code really has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.idle_minute import idle_runs
from bench.ordinary_case import live_through
from chalicelib import wiring
from infra import cost
from infra.plan import make_plan

PAGE = Path(__file__).parents[2] / "docs" / "ops" / "costs.md"


@pytest.fixture
def plan():
    return make_plan("dong-thap")


def of(rows, name):
    return next(row for row in rows if row.name == name)


@pytest.mark.parametrize("environment", ["production", "pilot"])
def test_an_idle_province_costs_less_than_five_dollars_even_with_nothing_free(environment):
    assert sum(row.usd for row in cost.cost(make_plan("dong-thap", environment))) < 5


def test_an_ordinary_day_stays_within_the_budget_of_the_pack(plan):
    assert sum(row.usd for row in cost.cost(plan, 150)) < plan.budget_usd


def test_what_is_always_free_comes_off_once(plan):
    alarms = of(cost.cost(plan), "alarms")
    assert alarms.usd - alarms.usd_after_free == pytest.approx(1.00)  # ten of them
    assert of(cost.cost(plan), "dashboard").usd_after_free == 0


def test_options_of_the_pack_are_on_the_bill(plan):
    dear = cost.cost(replace(plan, own_key=True, firewall=True), 150)
    assert of(dear, "key").usd == 1 and of(dear, "firewall").usd == 6


def test_the_alarms_on_the_bill_are_those_of_the_stack(template):
    watched = 0
    made = template("dong-thap")
    for alarm in made.of_type("AWS::CloudWatch::Alarm").values():
        queries = alarm["Properties"].get("Metrics", [{"MetricStat": {}}])
        watched += sum("MetricStat" in query for query in queries)
    assert of(cost.cost(made.plan), "alarms").quantity == watched


def test_the_quantities_of_a_case_are_measured(tables, monkeypatch):
    monkeypatch.setenv("PROVINCE", "dong-thap")
    steps = live_through()
    wiring.forget()
    assert sum(step.units_by_rule for step in steps) == cost.CASE_WRITE_UNITS


def test_the_quantities_of_an_idle_minute_are_measured(tables, monkeypatch):
    monkeypatch.setenv("PROVINCE", "dong-thap")
    runs = idle_runs()
    assert sum(run.calls for run in runs) * 0.5 <= cost.IDLE_READ_UNITS
    assert sum(run.log_bytes for run in runs) == cost.IDLE_LOG_BYTES


@pytest.mark.parametrize("contacts", [0, 150])
def test_the_page_shows_the_bill_as_it_is_counted(plan, contacts):
    assert cost.table(plan, contacts) in PAGE.read_text(encoding="utf-8")
