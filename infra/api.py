"""The REST API that Chalice packages, made fit for the public: throttled, logged without people, clear in its errors.

API Gateway takes bodies up to 10 MB and refuses larger ones itself (413); Lambda takes 6 MB, so the hotline's own
limits are far below both.
"""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.access import arn
from infra.app import HotlineApp, make_log_group
from infra.container.refusals import REFUSALS, body_of, headers_of
from infra.functions import named
from infra.plan import STAGE, Plan

API = "RestAPI"
"""Chalice's id of the API."""

STAGE_ID = f"{API}{STAGE}Stage"
"""SAM's id of its stage; a Ref to it is the stage's name and waits until it is there."""

ACCESS_LOG = {
    "requestId": "$context.requestId",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",  # the route; a path would hold the token of a signed link
    "status": "$context.status",
    "error": "$context.error.responseType",  # the kind: a message may repeat what was sent
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
}
"""One line a call: nothing of who called (address, browser), of what was asked or of which link it was."""


def shape_api(scope: Construct, plan: Plan, app: HotlineApp, key: cdk.CfnResource | None) -> None:
    """Give Chalice's API its throttle, log, errors and way to the published version; in a pilot, write its address."""
    api = app.resource(API)
    log = make_log_group(scope, plan, "access", key)
    _call_the_alias(app)
    properties: dict[str, Any] = {
        # Without it SAM makes a second stage, named Stage, open and without throttle.
        "OpenApiVersion": "2.0",
        "SecurityPolicy": "TLS_1_2",
        "DisableExecuteApiEndpoint": has_own_domain(plan),
        "MethodSettings": [
            {
                "HttpMethod": "*",
                "ResourcePath": "/*",
                "ThrottlingRateLimit": plan.requests_per_second,
                "ThrottlingBurstLimit": plan.requests_burst,
                "MetricsEnabled": True,
                # API Gateway's own trace would write down paths (tokens) and, at its fullest, bodies.
                "LoggingLevel": "OFF",
                "DataTraceEnabled": False,
            }
        ],
        "AccessLogSetting": {"DestinationArn": arn(log), "Format": json.dumps(ACCESS_LOG)},
        "GatewayResponses": {kind: _answer(*answer) for kind, answer in REFUSALS.items()},
    }
    for name, value in properties.items():
        api.add_override(f"Properties.{name}", value)
    api.add_override("DependsOn", [_let_it_log(scope).logical_id])
    if not plan.is_production:
        _write_address(scope, plan)


def has_own_domain(plan: Plan) -> bool:
    """Whether API Gateway itself answers under the province's name, so that nobody needs its own address."""
    return plan.is_production and bool(plan.certificate) and not plan.cdn


def host(scope: Construct) -> str:
    """Return the host name API Gateway gives the API."""
    stack = cdk.Stack.of(scope)
    return f"{cdk.Fn.ref(API)}.execute-api.{stack.region}.{stack.url_suffix}"


def _call_the_alias(app: HotlineApp) -> None:
    alias = app.alias_of(named("api_handler"))
    api = app.resource(API)
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{alias}}}/invocations"
    )
    for path, methods in api.definition_body["paths"].items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration", {})
            if "uri" in integration:
                at = f"Properties.DefinitionBody.paths.{_escaped(path)}.{method}.x-amazon-apigateway-integration.uri"
                api.add_override(at, {"Fn::Sub": uri})
    permission = app.resource("APIHandlerInvokePermission")
    permission.add_override("Properties.FunctionName", {"Ref": alias})
    permission.add_override("Properties.SourceAccount", {"Ref": "AWS::AccountId"})


def _escaped(path: str) -> str:
    """A dot parts the words of an override's path."""
    return path.replace(".", "\\.")


def _answer(status: int, vietnamese: str, english: str) -> dict[str, Any]:
    headers = {name: f"'{value}'" for name, value in headers_of(status).items()}
    return {
        "StatusCode": status,
        "ResponseParameters": {"Headers": headers},
        "ResponseTemplates": {"application/json": body_of(status, vietnamese, english)},
    }


def _let_it_log(scope: Construct) -> apigateway.CfnAccount:
    """
    Return the account's setting that lets API Gateway write logs.

    It is one for the whole account and region: each stack sets it to a role of its own that may do the same, the last
    deploy counts. Both stay when a stack goes, or the logs of the other provinces would stop with it.
    """
    stack = cdk.Stack.of(scope)
    role = iam.CfnRole(
        scope,
        "ApiLogRole",
        description="Lets API Gateway write the logs of all APIs of this account",
        assume_role_policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "apigateway.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        managed_policy_arns=[
            f"arn:{stack.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        ],
    )
    account = apigateway.CfnAccount(scope, "ApiAccount", cloud_watch_role_arn=role.attr_arn)
    # Also after a first deploy that failed: by then the account may already point to this role.
    for one in (role, account):
        one.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return account


def _write_address(scope: Construct, plan: Plan) -> None:
    """Write a pilot's address where its functions read it: in their environment it would need the API before them."""
    ssm.CfnParameter(
        scope,
        "PublicUrl",
        name=f"{plan.parameters}PUBLIC_URL",
        type="String",
        description="Address of the pilot; links and signature checks are built on it",
        value=f"https://{host(scope)}/{STAGE}",
    )
