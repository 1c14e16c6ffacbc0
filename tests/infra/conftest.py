"""Templates as facts: each stack is made once a run, as the CDK writes it and as CloudFormation sees it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.plan import Plan, make_plan

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """A template and the plan it was made from."""

    plan: Plan
    raw: Mapping[str, Any]
    """As the CDK writes it, Chalice's part still in SAM's words."""
    folder: Path
    """Where the CDK put it, with its assets."""

    @property
    def resources(self) -> dict[str, Resource]:
        """Logical id → resource, as CloudFormation sees it: SAM's words replaced."""
        return dict(_expanded(self.folder, self.plan.stack_name)["Resources"])

    @property
    def expanded(self) -> dict[str, Any]:
        """The whole template as CloudFormation sees it."""
        return json.loads(json.dumps(_expanded(self.folder, self.plan.stack_name)))

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Resources of one CloudFormation type, e.g. `AWS::DynamoDB::Table`."""
        return {name: one for name, one in self.resources.items() if one["Type"] == kind}


@cache
def _expanded(folder: Path, stack_name: str) -> dict[str, Any]:
    import boto3
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    raw = json.loads((folder / f"{stack_name}.template.json").read_text())
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="ap-southeast-1"))
    result: dict[str, Any] = translator.translate(raw, {})
    return result


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Template]:
    """Make a stack's template: `template("dong-thap")`, `template("dong-nai", "pilot", own_key=True)`."""
    if shutil.which("node") is None:
        import os

        assert not os.environ.get("CI"), "Node is missing; the templates cannot be made"
        pytest.skip("Node is missing; the templates cannot be made")

    def make(slug: str = "dong-thap", environment: str = "production", **changes: Any) -> Template:
        return made(slug, environment, tuple(sorted(changes.items())))

    @cache
    def made(slug: str, environment: str, changes: tuple[tuple[str, Any], ...]) -> Template:
        from infra.cdk_app import build

        plan = replace(make_plan(slug, environment), **dict(changes))
        folder = tmp_path_factory.mktemp(f"cdk-{plan.stack_name}")
        app, _ = build(plan, str(folder))
        app.synth()
        raw = json.loads((folder / f"{plan.stack_name}.template.json").read_text())
        return Template(plan, raw, folder)

    return make
