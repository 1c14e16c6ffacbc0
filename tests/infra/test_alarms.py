"""Every alarm reaches ops with words that say what to do, and every pattern fits a line the code really logs."""

from __future__ import annotations

import graphlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.ordinary_case import live_through
from chalicelib import wiring
from chalicelib.domain.message import Delivery, Message
from chalicelib.entrypoints import _JsonLines, jobs
from chalicelib.entrypoints.http import answers_webhook
from chalicelib.usecases.send import give_up
from infra import alarms, log_filters
from infra.commands.status import SILENCE
from infra.functions import FUNCTIONS
from infra.plan import make_plan

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


# Patterns and the lines of the log


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    """The lines the hotline logs during the test, read back from JSON."""
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    logger, keep = logging.getLogger("hotline"), Keep()
    keep.setFormatter(_JsonLines())
    before = logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(keep)
    logger.setLevel(before)


def fits(pattern: str, line: Mapping[str, Any]) -> bool:
    """CloudWatch's JSON patterns as far as the stack uses them: fields compared with a text or a number, and `&&`."""
    inside = re.fullmatch(r"\{ (.*) \}", pattern)
    assert inside, pattern
    for term in inside[1].split(" && "):
        parts = re.fullmatch(r'\$\.(\w+) (=|!=|>) ("[^"]*"|\d+)', term)
        assert parts, term
        name, sign, wanted = parts[1], parts[2], json.loads(parts[3])
        found = line.get(name)
        over = isinstance(found, int) and isinstance(wanted, int) and found > wanted
        if not {"=": found == wanted, "!=": found != wanted, ">": over}[sign]:
            return False
    return True


def counted(line: Mapping[str, Any]) -> set[str]:
    """Metrics to which a line adds."""
    filters = log_filters.log_filters(make_plan("dong-thap"))
    return {one.metric for one in filters if one.pattern.startswith("{") and fits(one.pattern, line)}


def sweep(logged: list[dict[str, Any]], **counts: int) -> dict[str, Any]:
    jobs._logged("sweep_outbox", counts)
    return logged[-1]


@pytest.mark.parametrize(
    "counts, metrics",
    [
        pytest.param({"sent": 3}, set(), id="all went out"),
        pytest.param({"oldest_seconds": 15 * 60}, set(), id="waited as long as it may"),
        pytest.param({"oldest_seconds": 15 * 60 + 1}, {"OldMessages"}, id="waited a second longer"),
        pytest.param({"uncertain": 1}, {"UncertainMessages"}, id="one is uncertain"),
        pytest.param({"failed": 1}, set(), id="failed: the message's own line counts"),
    ],
)
def test_the_sweeps_line_counts_what_waits(logged, counts, metrics):
    assert counted(sweep(logged, **counts)) == metrics


def test_other_jobs_do_not_count_as_the_sweep(logged):
    jobs._logged("do_wake_ups", {"uncertain": 1, "oldest_seconds": 9_999})
    assert counted(logged[-1]) == set()


def test_a_message_given_up_counts_once_and_not_as_an_error_too(logged):
    message = Message("482177306-2-answer", "sms", "+84900000901", "answer", NOW, NOW)
    outbox = SimpleNamespace(settle=lambda *_, **__: True)
    sending = SimpleNamespace(outbox=outbox, tell_desk=lambda message: None)
    give_up(message, "refused", expected={Delivery.SENDING}, sending=sending)
    assert counted(logged[-1]) == {"FailedMessages"}


def test_an_error_that_only_ops_can_cure_counts(logged):
    assert answers_webhook(lambda: 1 / 0)().status_code == 500
    assert {metric for line in logged for metric in counted(line)} == {"Errors"}


def test_a_text_that_comes_in_counts_as_a_contact(logged, tables, monkeypatch):
    monkeypatch.setenv("PROVINCE", "dong-thap")
    live_through()
    wiring.forget()
    assert sum("Contacts" in counted(line) for line in logged) == 2  # the matter, and the rating


def test_spam_is_no_sign_that_people_can_reach_the_hotline():
    assert counted({"message": "contact", "channel": "email", "outcome": "untrusted"}) == set()


def test_no_log_metric_costs_anything_while_nothing_happens(template):
    for one in template("dong-thap").of_type("AWS::Logs::MetricFilter").values():
        (counts,) = one["Properties"]["MetricTransformations"]
        assert "DefaultValue" not in counts
        assert counts["MetricNamespace"] == "hotline/dong-thap"


# The alarms


def of(made: Any, name: str) -> Mapping[str, Any]:
    found = made.of_type("AWS::CloudWatch::Alarm").values()
    return next(one["Properties"] for one in found if one["Properties"]["AlarmName"].endswith(f"-{name}"))


@pytest.mark.parametrize("environment", ["production", "pilot"])
def test_every_alarm_tells_ops_and_names_its_section_of_the_runbook(template, environment):
    made = template("dong-thap", environment)
    found = made.of_type("AWS::CloudWatch::Alarm").values()
    assert len(found) == len(alarms.alarms(made.plan))
    for alarm in (one["Properties"] for one in found):
        name = alarm["AlarmName"].removeprefix(f"{made.plan.prefix}-")
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "OpsTopic"}]
        assert f"{alarms.RUNBOOK}#{name}" in alarm["AlarmDescription"]
        assert len(alarm["AlarmDescription"]) <= 1024


def test_silence_rings_where_something_must_come_and_only_there(template):
    made = template("dong-thap")
    silent = {one.name for one in alarms.alarms(made.plan) if one.under}
    assert silent == {
        "khong-co-lien-he",
        "khong-chay-sweep-outbox",
        "khong-chay-do-wake-ups",
        "khong-chay-send-digests",
        "khong-chay-recount-stats",
        "khong-chay-send-reports",
    }
    for one in alarms.alarms(made.plan):
        assert (of(made, one.name)["TreatMissingData"] == "breaching") == one.under
        assert one.name.startswith(SILENCE) == one.under


def test_every_scheduled_function_is_missed_when_it_does_not_run():
    watched = {one.name for one in alarms.alarms(make_plan("dong-thap")) if one.under}
    for function in FUNCTIONS:
        name = f"khong-chay-{function.name.replace('_', '-')}"
        assert (name in watched) == (function.trigger == "schedule"), function.name


def test_the_runbook_has_a_section_for_every_alarm():
    runbook = (Path(__file__).parents[2] / alarms.RUNBOOK).read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (.+)$", runbook, re.MULTILINE))
    assert {one.name for one in alarms.alarms(make_plan("dong-thap"))} <= headings


@pytest.mark.parametrize("environment", ["production", "pilot"])
def test_no_alarm_looks_back_further_than_cloudwatch_can(environment):
    for one in alarms.alarms(make_plan("dong-thap", environment)):
        assert one.seconds * one.periods <= (7 if one.seconds >= 3600 else 1) * 24 * 3600, one.name


def test_a_packs_own_limits_are_the_alarms(template):
    made = template("dong-thap", oldest_message_minutes=5, quiet_hours=300)
    assert of(made, "khong-co-lien-he")["EvaluationPeriods"] == 7 * 24
    patterns = [
        one["Properties"]["FilterPattern"] for one in made.of_type("AWS::Logs::MetricFilter").values()
    ]
    assert any(pattern.endswith("$.n_oldest_seconds > 300 }") for pattern in patterns)


def test_the_apis_alarms_watch_this_stacks_api(template):
    made = template("dong-thap")
    (api,) = made.of_type("AWS::ApiGateway::RestApi").values()
    (stage,) = made.of_type("AWS::ApiGateway::Stage").values()
    watched = {one["Name"]: one["Value"] for one in of(made, "web-loi-5xx")["Dimensions"]}
    assert watched == {
        "ApiName": api["Properties"]["Body"]["info"]["title"],
        "Stage": stage["Properties"]["StageName"],
    }


def test_two_stacks_of_an_account_share_no_name_that_is_watched(template):
    def names(made):
        return {one["Properties"]["AlarmName"] for one in made.of_type("AWS::CloudWatch::Alarm").values()}

    assert not names(template("dong-thap")) & names(template("dong-thap", "pilot"))


# A gradual deploy


def test_in_production_an_alarm_sends_every_functions_deploy_back(template):
    made = template("dong-thap")
    groups = made.of_type("AWS::CodeDeploy::DeploymentGroup").values()
    assert len(groups) == len(FUNCTIONS)
    for group in (one["Properties"] for one in groups):
        names = {one["Name"]["Ref"] for one in group["AlarmConfiguration"]["Alarms"]}
        assert names == {"AlarmWebLoi5Xx", "AlarmBanMoiLoi"} <= set(made.resources)
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert group["ServiceRoleArn"] == {"Fn::GetAtt": ["DeployRole", "Arn"]}


def test_the_alarm_of_a_new_version_watches_that_version(template):
    made = template("dong-thap")
    watched = [query for query in of(made, "ban-moi-loi")["Metrics"] if "MetricStat" in query]
    for query, logical_id in zip(watched, ["APIHandler", "SendOutbox"], strict=True):
        dimensions = {one["Name"]: one["Value"] for one in query["MetricStat"]["Metric"]["Dimensions"]}
        version, attribute = dimensions["ExecutedVersion"]["Fn::GetAtt"]
        assert attribute == "Version"
        assert made.resources[version]["Properties"]["FunctionName"] == {"Ref": logical_id}
        assert (
            made.resources[f"{logical_id}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
            == version
        )


def test_a_pilot_changes_at_once(template):
    assert not template("dong-thap", "pilot").of_type("AWS::CodeDeploy::DeploymentGroup")


def needs(value: Any) -> Iterator[str]:
    """Logical ids that a piece of a template refers to."""
    if isinstance(value, list):
        for item in value:
            yield from needs(item)
    elif isinstance(value, dict):
        for key, inside in value.items():
            if key in ("Ref", "DependsOn") and isinstance(inside, str):
                yield inside
            elif key == "Fn::GetAtt":
                yield inside[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", inside if isinstance(inside, str) else inside[0])
            elif key == "DependsOn":
                yield from inside
            else:
                yield from needs(inside)


@pytest.mark.parametrize("environment", ["production", "pilot"])
def test_nothing_in_the_stack_waits_for_itself(template, environment):
    made = template("dong-thap", environment).resources
    graph = {name: set(needs(one)) & set(made) - {name} for name, one in made.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(made)


# Dashboard and budget


def test_the_dashboard_shows_every_alarm_and_reads_only_logs_that_exist(template):
    made = template("dong-thap")
    (dashboard,) = made.of_type("AWS::CloudWatch::Dashboard").values()
    assert dashboard["Properties"]["DashboardName"] == made.plan.dashboard
    body = json.dumps(dashboard["Properties"]["DashboardBody"], ensure_ascii=False)
    for alarm in alarms.alarms(made.plan):
        assert f":alarm:dong-thap-{alarm.name}" in body
    groups = {one["Properties"]["LogGroupName"] for one in made.of_type("AWS::Logs::LogGroup").values()}
    assert set(re.findall(r"SOURCE '([^']+)'", body)) <= groups


def test_ops_hear_of_the_bill_before_it_is_too_high(template):
    made = template("dong-thap")
    (budget,) = (one["Properties"] for one in made.of_type("AWS::Budgets::Budget").values())
    assert budget["Budget"]["BudgetLimit"] == {"Amount": made.plan.budget_usd, "Unit": "USD"}
    told = {
        (
            one["Notification"]["NotificationType"],
            one["Notification"]["Threshold"],
            one["Subscribers"][0]["Address"],
        )
        for one in budget["NotificationsWithSubscribers"]
    }
    assert told == {("ACTUAL", 80, made.plan.ops_email), ("FORECASTED", 100, made.plan.ops_email)}
    tags = {one["Tags"]["Key"]: one["Tags"]["Values"] for one in budget["Budget"]["FilterExpression"]["And"]}
    assert tags == {"hotline": ["dong-thap"], "environment": ["production"]}
