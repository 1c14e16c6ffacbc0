"""Facts of a template that answer a security review; each returns what contradicts it, or an empty list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Facts = Callable[[Any], list[str]]

TABLE, BUCKET, KEY, LOGS = (
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
)
FUNCTION, ROLE, QUEUE = "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::SQS::Queue"


def every(kind: str, holds: Callable[[dict[str, Any]], Any]) -> Facts:
    """Every resource of *kind* (at least one) has what *holds* looks for in its properties."""

    def contradicted(template: Any) -> list[str]:
        found = template.of_type(kind)
        if not found:
            return [f"there is no {kind}"]
        return [name for name, one in found.items() if not holds(one.get("Properties", {}))]

    return contradicted


def none(kind: str) -> Facts:
    """There is no resource of *kind*."""
    return lambda template: list(template.of_type(kind))


def nowhere(pattern: str) -> Facts:
    """Nothing in the template matches *pattern*."""
    return lambda template: re.findall(pattern, json.dumps(template.raw, ensure_ascii=False))


def statements(role: Any) -> Iterator[dict[str, Any]]:
    for policy in role["Properties"].get("Policies", ()):
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def function_roles(template: Any) -> dict[str, Any]:
    """Name of a function as in app.py → its role."""
    roles = template.of_type(ROLE)
    found = {}
    for one in template.of_type(FUNCTION).values():
        name = one["Properties"]["FunctionName"].removeprefix(f"{template.plan.prefix}-")
        found[name] = roles[one["Properties"]["Role"]["Fn::GetAtt"][0]]
    return found


def may(role: Any, action: str) -> list[str]:
    """Resources of the statements of *role* that allow *action*, as JSON."""
    return [
        json.dumps(resource)
        for statement in statements(role)
        if statement["Effect"] == "Allow" and action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def only(action: str, *functions: str) -> Facts:
    """*action* is allowed to just these functions."""

    def contradicted(template: Any) -> list[str]:
        having = {name for name, role in function_roles(template).items() if may(role, action)}
        return sorted(having ^ set(functions))

    return contradicted


def nobody(*actions: str) -> Facts:
    """None of *actions* is allowed to any function."""

    def contradicted(template: Any) -> list[str]:
        return [
            f"{name}: {action}"
            for name, role in function_roles(template).items()
            for action in actions
            if may(role, action)
        ]

    return contradicted


def no_starred_action(template: Any) -> list[str]:
    return [
        f"{name}: {action}"
        for name, role in template.of_type(ROLE).items()
        for statement in statements(role)
        for action in listed(statement["Action"])
        if "*" in action
    ]


def no_starred_resource(template: Any) -> list[str]:
    return [
        name
        for name, role in function_roles(template).items()
        for statement in statements(role)
        if "*" in [resource for resource in listed(statement["Resource"]) if isinstance(resource, str)]
    ]


def one_role_each(template: Any) -> list[str]:
    used = [json.dumps(one["Properties"]["Role"]) for one in template.of_type(FUNCTION).values()]
    return [role for role in used if used.count(role) > 1]


def only_lambda_takes_the_roles(template: Any) -> list[str]:
    return [
        name
        for name, role in function_roles(template).items()
        if [one["Principal"] for one in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]]
        != [{"Service": "lambda.amazonaws.com"}]
    ]


def no_ready_made_policy(template: Any) -> list[str]:
    roles = function_roles(template)
    return [name for name, role in roles.items() if role["Properties"].get("ManagedPolicyArns")]


def writes_only_its_own_log(template: Any) -> list[str]:
    groups = {
        one["Properties"]["FunctionName"].removeprefix(f"{template.plan.prefix}-"): one["Properties"][
            "LoggingConfig"
        ]["LogGroup"]["Ref"]
        for one in template.of_type(FUNCTION).values()
    }
    return [
        name
        for name, role in function_roles(template).items()
        if may(role, "logs:PutLogEvents") != [json.dumps({"Fn::GetAtt": [groups[name], "Arn"]})]
    ]


def secrets_of(template: Any, name: str) -> set[str]:
    """Last parts of the parameters a function may read."""
    resources = may(function_roles(template)[name], "ssm:GetParameters")
    return {re.split(r"[/\"]", resource.rstrip('"}] '))[-1] for resource in resources}


def secrets_only_where_needed(template: Any) -> list[str]:
    needed = {
        "api_handler": {"SECRET_KEY", "sms"},
        "send_outbox": {"SECRET_KEY", "sms"},
        "sweep_outbox": {"SECRET_KEY", "sms"},
        "receive_email": {"SECRET_KEY"},
        "send_digests": {"SECRET_KEY"},
    }
    wrong = []
    for name in function_roles(template):
        found = {
            "sms" if one.startswith(("TWILIO_", "GATEWAY_")) else one
            for one in secrets_of(template, name) - {"PUBLIC_URL"}
        }
        if found != needed.get(name, set()):
            wrong.append(f"{name}: {sorted(found)}")
    return wrong


def no_secret_in_the_environment(template: Any) -> list[str]:
    secret = re.compile(r"TOKEN|SECRET(?!_NAMES)|PASSWORD|_KEY$")
    return [
        f"{name}: {variable}"
        for name, one in template.of_type(FUNCTION).items()
        for variable in one["Properties"]["Environment"]["Variables"]
        if secret.search(variable)
    ]


def cannot_write(function: str, table: str) -> Facts:
    """A function has no right to write a table."""

    def contradicted(template: Any) -> list[str]:
        role = function_roles(template)[function]
        return [
            action
            for action in ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
            for resource in may(role, action)
            if f"{table.capitalize()}Table" in resource
        ]

    return contradicted


def lifecycle(prefix: str, days: Callable[[Any], int]) -> Facts:
    """What lies below *prefix* of some bucket is deleted after the days of the plan."""

    def contradicted(template: Any) -> list[str]:
        found = [
            rule.get("ExpirationInDays")
            for bucket in template.of_type(BUCKET).values()
            for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
            if rule.get("Prefix", "?") == prefix
        ]
        return [] if found == [days(template.plan)] else [f"{prefix}: {found}"]

    return contradicted


def deletes_only_what_people_sent(template: Any) -> list[str]:
    """The sweep may delete what people sent, as it came and as it was made anew; nobody anything else."""
    wrong = []
    for name, role in function_roles(template).items():
        found = may(role, "s3:DeleteObject")
        if name == "sweep_outbox":
            below = [folder for folder in ("uploads", "attachments") if f'"/{folder}/*"' in "".join(found)]
            wrong += [] if len(found) == len(below) == 2 else [f"{name}: {found}"]
        else:
            wrong += [f"{name}: {one}" for one in found]
    return wrong


def only_over_tls(kind: str) -> Facts:
    """A policy of *kind* denies what does not come over TLS, for every such policy."""

    def contradicted(template: Any) -> list[str]:
        wrong = []
        for name, one in template.of_type(kind).items():
            denies = [
                statement
                for statement in one["Properties"]["PolicyDocument"]["Statement"]
                if statement["Effect"] == "Deny"
                and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            ]
            if not denies:
                wrong.append(name)
        return wrong if template.of_type(kind) else [f"no {kind}"]

    return contradicted


def services_only_with_a_source(template: Any) -> list[str]:
    """Each right to call a function is a service's, and only for one of our own resources."""
    return [
        name
        for name, one in template.of_type("AWS::Lambda::Permission").items()
        if not str(one["Properties"]["Principal"]).endswith(".amazonaws.com")
        or not ({"SourceArn", "SourceAccount"} & set(one["Properties"]))
    ]


def calls_only_the_alias(template: Any) -> list[str]:
    """Nothing that starts a function names it without its alias."""
    unqualified = []
    for name, one in template.resources.items():
        if one["Type"] in (
            "AWS::Lambda::Permission",
            "AWS::Lambda::EventSourceMapping",
        ) and "Alias" not in json.dumps(one["Properties"]["FunctionName"]):
            unqualified.append(name)
        if one["Type"] == "AWS::Events::Rule" and "Alias" not in json.dumps(one["Properties"]["Targets"]):
            unqualified.append(name)
        if one["Type"] == "AWS::ApiGateway::RestApi":
            uris = re.findall(r"functions/(.*?)/invocations", json.dumps(one["Properties"]["Body"]))
            unqualified += [uri for uri in uris if "Alias" not in uri]
    return unqualified


def failures_are_kept(template: Any) -> list[str]:
    """Streams, schedules and asynchronous calls that fail for good go to the queue."""
    wrong = []
    for name, one in template.resources.items():
        properties = one.get("Properties", {})
        if one["Type"] == "AWS::Lambda::EventSourceMapping":
            kept = properties.get("DestinationConfig", {}).get("OnFailure")
            partial = properties.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]
            bounded = properties.get("MaximumRetryAttempts", -1) >= 0 and properties.get(
                "BisectBatchOnFunctionError"
            )
            if not (kept and partial and bounded):
                wrong.append(name)
        if one["Type"] == "AWS::Events::Rule" and any(
            "DeadLetterConfig" not in target for target in properties["Targets"]
        ):
            wrong.append(name)
        if one["Type"] == "AWS::Lambda::EventInvokeConfig" and not properties.get("DestinationConfig"):
            wrong.append(name)
    return wrong


def access_log_without_people(template: Any) -> list[str]:
    stages = template.of_type("AWS::ApiGateway::Stage")
    written = [json.dumps(one["Properties"].get("AccessLogSetting", {})) for one in stages.values()]
    if not all("requestId" in one for one in written) or not written:
        return ["no access log"]
    personal = ("identity", "$context.path", "querystring", "authorizer", "userAgent", "header")
    return [word for word in personal for one in written if word in one]
