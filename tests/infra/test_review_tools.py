"""The reviewers' tools find nothing but the exceptions we give a reason for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from infra.exceptions import EXCEPTIONS, acknowledge, rule_of
from infra.plan import Plan, make_plan
from infra.stack import ProvinceStack
from tests.infra.choices import EVERYTHING

STACKS = [
    pytest.param("dong-thap", "production", {}, id="as the pack says"),
    pytest.param("dong-thap", "production", EVERYTHING, id="with every choice"),
    pytest.param("dong-nai", "pilot", {}, id="a pilot"),
]


def findings(plan: Plan, folder: Path, *, acknowledged: bool) -> set[tuple[str, str]]:
    """(rule, path of the construct) of all that cdk-nag and the CDK's own validation find."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = ProvinceStack(app, plan)
    if acknowledged:
        acknowledge(stack, plan)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:  # a finding fails the synthesis; the report names it
        assert "ValidationFailed" in str(error)
    report = folder / "validation-report.json"
    if not report.exists():
        return set()
    found = set()
    for part in json.loads(report.read_text())["pluginReports"]:
        for violation in part.get("violations", ()):
            for construct in violation["violatingConstructs"]:
                path = construct["constructPath"].removeprefix(f"{plan.stack_name}/")
                found.add((violation["ruleName"], path))
    return found


@pytest.mark.parametrize(("slug", "environment", "changes"), STACKS)
def test_no_rule_is_broken_without_a_reason(tmp_path, template, slug, environment, changes):
    template()  # skips where the CDK cannot run
    plan = replace(make_plan(slug, environment), **changes)
    assert findings(plan, tmp_path, acknowledged=True) == set()


def test_no_exception_is_idle(tmp_path, template):
    template()
    plan = replace(make_plan("dong-thap"), **EVERYTHING)
    found = findings(plan, tmp_path, acknowledged=False)
    idle = [
        one
        for one in EXCEPTIONS
        if not any(
            rule_of(one, plan).split("::", 1)[1] == rule and re.fullmatch(one.where, path)
            for rule, path in found
        )
    ]
    assert not idle


@pytest.mark.parametrize(("slug", "environment", "changes"), STACKS)
def test_cfn_lint_finds_nothing(template, slug, environment, changes):
    made: Any = template(slug, environment, **changes)
    found = lint(json.dumps(made.raw), config=ManualArgs(regions=[made.plan.region]))
    assert [f"{one.rule.id} {one.message} ({one.path})" for one in found] == []
