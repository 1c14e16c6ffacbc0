"""The stack of one province, created: moto's CloudFormation makes it, moto's IAM guards it, in this process."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import settings, wiring
from chalicelib.storage import connection
from infra.functions import FUNCTIONS, named
from infra.plan import Plan
from tests.infra.guard import Guard, kind_of

ACCOUNT = "123456789012"
"""moto's account."""

NOT_CREATED = ("AWS::ApiGateway::", "AWS::CDK::Metadata", "AWS::Lambda::Alias")
"""moto cannot read Chalice's Swagger with its references; an alias it does not make: what points to one points to its
function. Left out too, with what points there, is each type moto has no model of. Template facts cover them all."""

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def creatable(template: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the template without what moto cannot make and what points there; and what was left out, by type."""
    from moto.cloudformation.parsing import get_model_map

    made = json.loads(json.dumps(template))
    resources, left_out = made["Resources"], {}
    aliases = {
        name: {"Fn::GetAtt": [one["Properties"]["FunctionName"]["Ref"], "Arn"]}
        for name, one in resources.items()
        if one["Type"] == "AWS::Lambda::Alias"
    }
    made["Resources"] = resources = _replaced(resources, aliases)
    gone = {
        name
        for name, one in resources.items()
        if one["Type"] not in get_model_map() or one["Type"].startswith(NOT_CREATED)
    }
    while gone:
        for name in gone:
            left_out[name] = resources.pop(name)["Type"]
        for one in resources.values():
            needed = (
                [one.get("DependsOn", [])] if isinstance(one.get("DependsOn"), str) else one.get("DependsOn")
            )
            one["DependsOn"] = [name for name in needed or () if name not in left_out]
        gone = {name for name, one in resources.items() if _points_to(one, left_out)}
    for part in ("Outputs", "Conditions"):
        made[part] = {key: one for key, one in made.get(part, {}).items() if not _points_to(one, left_out)}
    return made, left_out


def _replaced(part: Any, references: Mapping[str, Any]) -> Any:
    """Put what *references* names in the place of each `Ref`."""
    if isinstance(part, list):
        return [_replaced(inner, references) for inner in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"Ref"}:
        return references.get(part["Ref"], part)
    return {name: _replaced(inner, references) for name, inner in part.items()}


def _points_to(part: Any, names: Mapping[str, str]) -> bool:
    if isinstance(part, list):
        return any(_points_to(inner, names) for inner in part)
    if not isinstance(part, dict):
        return False
    if "Ref" in part and part["Ref"] in names:
        return True
    if "Fn::GetAtt" in part:
        found = part["Fn::GetAtt"]
        return (found.split(".")[0] if isinstance(found, str) else found[0]) in names
    if "Fn::Sub" in part:
        text = part["Fn::Sub"] if isinstance(part["Fn::Sub"], str) else part["Fn::Sub"][0]
        if any(re.search(rf"\$\{{{name}[.}}]", text) for name in names):
            return True
    return any(_points_to(inner, names) for inner in part.values())


class Process:
    """What a warm process of one function keeps between its runs; a fresh one has read nothing yet."""

    def __init__(self) -> None:
        self.connections: Any = {}
        self.tables: Any = {}
        self.directory = wiring._Current()
        self.parameters = settings._Parameters(wiring.read_parameters)

    def wake(self) -> None:
        """Go on where the last run ended, more than a minute ago: the directory's version is looked after."""
        boto3.DEFAULT_SESSION = None
        wiring._current = wiring._Current()
        wiring.forget()
        connection._connections, connection._tables = self.connections, self.tables
        self.directory.looked_at = float("-inf")
        wiring._current, settings._parameters = self.directory, self.parameters


@dataclass
class Created:
    """A stack that exists, and whoever acts in it."""

    plan: Plan
    template: Mapping[str, Any]
    left_out: Mapping[str, str]
    guard: Guard
    now: datetime
    """The moment the functions are told."""
    extra: dict[str, str]
    """Settings no template has: where the provider's stand-in listens."""
    physical: dict[str, str] = field(default_factory=dict)
    """Logical id → physical id."""
    _session: Any = field(default_factory=boto3.session.Session)
    """Kept, because it keeps the descriptions of services it has read."""
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)
    _processes: dict[str, Process] = field(default_factory=dict)

    def client(self, service: str, **more: Any) -> Any:
        """Return a client for whoever acts now: ops outside `acting`, a function inside."""
        keys = {name.lower(): os.environ.get(name) for name in _KEYS}
        return self._session.client(service, region_name=self.plan.region, **keys, **more)

    def environment(self, function: str) -> dict[str, str]:
        """Return the environment a function was created with."""
        found = self.client("lambda").get_function_configuration(FunctionName=self.plan.function(function))
        return dict(found["Environment"]["Variables"])

    def role(self, function: str) -> str:
        """Return the name of a function's role."""
        return self.physical[self.logical_role(function)]

    def granted(self, function: str) -> set[tuple[str, str]]:
        """Return what a function's role allows: action and what it is allowed on (`kind_of`)."""
        from moto.iam.models import iam_backends

        _, policy = iam_backends[ACCOUNT]["aws"].get_role_policy(self.role(function), "own")
        return {
            (action, kind_of(resource))
            for statement in (json.loads(policy) if isinstance(policy, str) else policy)["Statement"]
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        }

    def used(self, function: str) -> set[tuple[str, str]]:
        """Return which of its rights a function has used so far."""
        return {
            (one.action, kind_of(one.resource)) for one in self.guard.used if one.role == self.role(function)
        }

    def outcome(self, call: Callable[[], Any]) -> str:
        """Make a call and return `done`, `refused` where a right was missing, or else the service's word."""
        before = len(self.guard.refused)
        try:
            call()
        except ClientError as error:
            return "refused" if len(self.guard.refused) > before else str(error.response["Error"]["Code"])
        return "done"

    def function_of(self, role: str) -> str:
        """Return whose role it is."""
        return next(one.name for one in FUNCTIONS if self.role(one.name) == role)

    def logical_role(self, function: str) -> str:
        """Return the logical id of a function's role."""
        properties = self.template["Resources"][named(function).logical_id]["Properties"]
        return str(properties["Role"]["Fn::GetAtt"][0])

    @contextmanager
    def acting(self, function: str) -> Iterator[Any]:
        """Be a process of *function*: its variables and no others, its role's keys, each call guarded."""
        from moto.core.authorization import enable_iam_authentication

        if function not in self._keys:
            role = f"arn:aws:iam::{ACCOUNT}:role/{self.role(function)}"
            got = self.client("sts").assume_role(RoleArn=role, RoleSessionName=function)["Credentials"]
            self._keys[function] = {
                **self.environment(function),
                "AWS_ACCESS_KEY_ID": got["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": got["SecretAccessKey"],
                "AWS_SESSION_TOKEN": got["SessionToken"],
            }
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(_of_lambda(self.plan.region, before) | self._keys[function] | self.extra)
        self._processes.setdefault(function, Process()).wake()
        try:
            with enable_iam_authentication():
                yield SimpleNamespace(client=self.client)
        finally:
            os.environ.clear()
            os.environ.update(before)
            Process().wake()


def _of_lambda(region: str, before: Mapping[str, str]) -> dict[str, str]:
    """What Lambda itself sets, and what this process cannot run without."""
    kept = {
        name: before[name] for name in ("PATH", "HOME", "TMPDIR", "PYTEST_CURRENT_TEST") if name in before
    }
    return kept | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_EC2_METADATA_DISABLED": "true"}


def create(template: Any, *, extra: Mapping[str, str], now: datetime, patch: pytest.MonkeyPatch) -> Created:
    """Create the stack of *template* in moto, where no call leaves this process."""
    from moto.dynamodb.models import dynamodb_backends
    from moto.iam.access_control import IAMRequestBase

    guard = Guard()
    patch.setattr(
        IAMRequestBase, "check_action_permitted", lambda request, resource: guard.check(request, resource)
    )
    # moto signs some calls to Lambda otherwise than the SDK does; who asks is known by the key.
    patch.setattr(IAMRequestBase, "check_signature", lambda request: None)
    plan: Plan = template.plan
    made, left_out = creatable(template.expanded)
    stack = Created(plan, made, left_out, guard, now, dict(extra))
    stack.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="21", Type="String")
    s3 = stack.client("s3")
    assets = f"cdk-hnb659fds-assets-{ACCOUNT}-{plan.region}"
    s3.create_bucket(Bucket=assets, CreateBucketConfiguration={"LocationConstraint": plan.region})
    for asset in template.folder.glob("asset.*.zip"):
        s3.put_object(Bucket=assets, Key=asset.name.removeprefix("asset."), Body=asset.read_bytes())
    cloudformation = stack.client("cloudformation")
    body = json.dumps(made)
    s3.put_object(Bucket=assets, Key="template.json", Body=body.encode())
    cloudformation.create_stack(
        StackName=plan.stack_name,
        TemplateURL=f"https://{assets}.s3.{plan.region}.amazonaws.com/template.json",
        Capabilities=["CAPABILITY_IAM"],
    )
    # moto would start a container for every record; the streams stay to be read (`Province.stream`).
    for table in dynamodb_backends[ACCOUNT][plan.region].tables.values():
        table.lambda_event_source_mappings.clear()
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=plan.stack_name)
    stack.physical = {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for page in pages
        for one in page["StackResourceSummaries"]
    }
    return stack


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
