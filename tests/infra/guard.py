"""What IAM would ask of each call, held against the roles of a created stack; rights used or missing are noted.

moto (5.2) asks for the right action but, outside S3 and SQS, not for the right resource, and asks for actions that IAM
does not have (`dynamodb:TransactWriteItems`). `Guard` names what IAM really asks; moto's own reading of policies then
decides. No policy is widened for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

_SINGLE = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
"""A transaction needs the rights of its single actions (DynamoDB guide, "IAM for transactions")."""


@dataclass(frozen=True, slots=True)
class Used:
    """One right that one call asked for."""

    role: str
    action: str
    resource: str


class Guard:
    """What every call is held against while a function acts; it writes down each right that was used."""

    def __init__(self) -> None:
        self.used: list[Used] = []
        self.refused: list[Used] = []

    def check(self, request: Any, resource: str) -> None:
        """In place of moto's `check_action_permitted`: the same policies, the actions and resources IAM asks for."""
        from moto.iam.access_control import IAMPolicy, PermissionResult

        service, action = request._action.split(":", 1)
        if request._action == "sts:GetCallerIdentity":
            return
        role = request._access_key._owner_role_name
        policies = [
            IAMPolicy(policy if isinstance(policy, str) else json.dumps(policy))
            for policy in request._access_key.collect_policies()
        ]
        for name, at in asked(service, action, resource, request):
            right = Used(role, name, at)
            verdicts = {policy.is_action_permitted(name, at) for policy in policies}
            if PermissionResult.DENIED in verdicts or PermissionResult.PERMITTED not in verdicts:
                self.refused.append(right)
                request._raise_access_denied()
            self.used.append(right)


def asked(service: str, action: str, resource: str, request: Any) -> list[tuple[str, str]]:
    """Return the rights IAM asks for one call: actions with their resources."""
    here = f"arn:aws:{service}:{request._region}:{request.account_id}"
    if service in ("s3", "sqs"):  # moto knows these
        return [(f"{service}:{action}", resource)]
    try:
        body: dict[str, Any] = json.loads(request._body or b"{}")
    except (ValueError, UnicodeDecodeError):
        body = {}
    if service == "dynamodb":
        return [(f"dynamodb:{name}", at) for name, at in _tables(action, body, f"{here}:table/")]
    if service == "ssm":
        names = body.get("Names") or [body.get("Name") or body.get("Path") or "*"]
        return [(f"ssm:{action}", f"{here}:parameter/{name.lstrip('/')}") for name in names]
    if service == "ses" and action == "SendEmail":
        domain = re.sub(r".*@|>.*", "", body.get("FromEmailAddress", ""))
        at = [f"{here}:identity/{domain}"]
        if body.get("ConfigurationSetName"):
            at.append(f"{here}:configuration-set/{body['ConfigurationSetName']}")
        # SES asks for the right of SendRawEmail where SendEmail is given a whole mail.
        actions = ["SendEmail", *(["SendRawEmail"] if "Raw" in body.get("Content", {}) else [])]
        return [(f"ses:{name}", one) for name in actions for one in at]
    if service == "logs":
        # CloudFormation's ARN of a log group ends in `:*`, moto's does not; neither names one stream of it.
        return [(f"logs:{action}", f"{here}:log-group:{body.get('logGroupName', '*')}")]
    if service == "lambda":
        found = re.search(r"/functions/([^/?]+)", unquote(urlsplit(request._path).path))
        action = {"Invoke": "InvokeFunction"}.get(action, action)
        return [(f"lambda:{action}", f"{here}:function:{found[1] if found else '*'}")]
    return [(f"{service}:{action}", resource)]


def _tables(action: str, body: Mapping[str, Any], here: str) -> list[tuple[str, str]]:
    if action in ("TransactWriteItems", "TransactGetItems"):
        return [
            (_SINGLE[kind], here + one["TableName"])
            for item in body["TransactItems"]
            for kind, one in item.items()
        ]
    if "RequestItems" in body:
        return [(action, here + table) for table in body["RequestItems"]]
    if "StreamArn" in body:
        return [(action, body["StreamArn"])]
    if "ShardIterator" in body:
        return [(action, body["ShardIterator"].split("|")[0])]
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return [(action, here + body.get("TableName", "*") + index)]


def kind_of(resource: str) -> str:
    """Name a resource as a clerk would: `table cases`, `stream of cases`, `secret SECRET_KEY`, `files reports`."""
    last = resource.split(":", 5)[5]
    for pattern, name in (
        (r"table/.*-([a-z]+)/stream/.*", r"stream of \1"),
        (r"table/.*-([a-z]+)/index/(\w+)", r"list \1 \2"),
        (r"table/.*-([a-z]+)", r"table \1"),
        (r"parameter/.*/(\w+)", r"secret \1"),
        (r"hotline-.*-(files|recordings)-\d+/([a-z]*).*", r"\1 \2"),
        (r"([a-z-]+)[:/].*", r"\1"),
    ):
        if re.fullmatch(pattern, last):
            return re.sub(pattern, name, last).strip()
    return last
