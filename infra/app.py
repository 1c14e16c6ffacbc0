"""The functions and the API that Chalice packages, each given its own size, role, log and way to fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.access import arn, cdn_mark, statements
from infra.data import keep
from infra.functions import FUNCTIONS, Function, environment
from infra.package import Packaged
from infra.plan import ALIAS, STAGE, Plan

SOURCE = Path(__file__).resolve().parent.parent

LOG_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""What a log group may be kept for (CloudWatch Logs, PutRetentionPolicy)."""

STREAM_TRIES = 5
"""A record is tried so often, its batch halved each time, and then told to the queue; sweep or recount heal it."""

STREAM_AGE_SECONDS = 6 * 3600


class HotlineApp(Construct):
    """Chalice's part of the stack, wired to the rest."""

    def __init__(
        self,
        scope: Construct,
        plan: Plan,
        *,
        tables: Mapping[str, cdk.CfnResource],
        buckets: Mapping[str, cdk.CfnResource],
        failed_queue: cdk.CfnResource,
        key: cdk.CfnResource | None,
    ) -> None:
        super().__init__(scope, "App")
        self.plan = plan
        self.log_groups = {one.name: make_log_group(self, plan, one.name, key) for one in FUNCTIONS}
        self.roles = {}
        for function in FUNCTIONS:
            self.roles[function.name] = self._role(
                function,
                statements(
                    function,
                    plan,
                    tables=tables,
                    buckets=buckets,
                    log_group=self.log_groups[function.name],
                    failed_queue=failed_queue,
                    key=key,
                ),
            )
        self.chalice = Packaged(
            scope,
            "Hotline",
            source_dir=str(SOURCE),
            region=plan.region,
            stage_config={
                "api_gateway_stage": STAGE,
                "lambda_architecture": "arm64",
                "automatic_layer": True,
                "manage_iam_role": False,
                "iam_role_arn": "arn:aws:iam::123456789012:role/replaced-below",
                "environment_variables": {"PROVINCE": plan.slug},
            },
        )
        for function in FUNCTIONS:
            self._shape(function, tables, buckets, failed_queue)
        # The API's name is what its metrics go by; Chalice calls all of them alike.
        self.resource("RestAPI").add_override("Properties.DefinitionBody.info.title", plan.stack_name)

    def resource(self, logical_id: str) -> Any:
        """Return a resource of Chalice's template."""
        return self.chalice.get_resource(logical_id)

    @staticmethod
    def alias_of(function: Function) -> str:
        """Logical id of the alias that SAM makes for *function*; its Ref is the ARN callers use."""
        return f"{function.logical_id}Alias{ALIAS}"

    def _role(self, function: Function, allowed: list[iam.PolicyStatement]) -> iam.CfnRole:
        return iam.CfnRole(
            self,
            f"{function.logical_id}Role",
            description=f"What {self.plan.function(function.name)} may do, and nothing else",
            assume_role_policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="own", policy_document=iam.PolicyDocument(statements=allowed)
                )
            ],
        )

    def _shape(
        self,
        function: Function,
        tables: Mapping[str, cdk.CfnResource],
        buckets: Mapping[str, cdk.CfnResource],
        failed_queue: cdk.CfnResource,
    ) -> None:
        resource = self.resource(function.logical_id)
        # The version of the package stands in the environment because a changed layer alone publishes no new version.
        variables: dict[str, Any] = {**environment(function, self.plan), "CODE_VERSION": self.chalice.version}
        if function.reads_files or function.writes_files or function.deletes_files:
            variables["FILES_BUCKET"] = buckets["files"].ref
        if function.transcribes or function.plays_recordings:
            variables["RECORDINGS_BUCKET"] = buckets["recordings"].ref
        if function.trigger == "http" and self.plan.behind_cdn:
            variables["CDN_MARK"] = cdn_mark()
        group = self.log_groups[function.name]
        properties: dict[str, Any] = {
            "FunctionName": self.plan.function(function.name),
            "MemorySize": function.memory,
            "Timeout": function.timeout,
            "Role": arn(self.roles[function.name]),
            "Environment": {"Variables": variables},
            "AutoPublishAlias": ALIAS,
            "AutoPublishAliasAllProperties": True,  # else a changed variable or size never reaches the alias
            "LoggingConfig": {"LogGroup": group.ref},
        }
        if function.trigger != "http":
            on_failure = {"Type": "SQS", "Destination": arn(failed_queue)}
            properties["EventInvokeConfig"] = {
                "MaximumRetryAttempts": 2,
                "MaximumEventAgeInSeconds": 3600,
                "DestinationConfig": {"OnFailure": on_failure},
            }
        if function.stream_of:
            properties["Events"] = {
                "Stream": {
                    "Type": "DynamoDB",
                    "Properties": {
                        "Stream": tables[function.stream_of].get_att("StreamArn").to_string(),
                        "StartingPosition": "TRIM_HORIZON",
                        "BatchSize": 25,
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                        "MaximumRetryAttempts": STREAM_TRIES,
                        "MaximumRecordAgeInSeconds": STREAM_AGE_SECONDS,
                        "BisectBatchOnFunctionError": True,
                        "ParallelizationFactor": 2,
                        "DestinationConfig": {"OnFailure": {"Destination": arn(failed_queue)}},
                    },
                }
            }
        for name, value in properties.items():
            resource.add_override(f"Properties.{name}", value)
        if function.trigger == "schedule":
            event = f"Properties.Events.{function.logical_id}Event.Properties"
            resource.add_override(
                f"{event}.RetryPolicy", {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 900}
            )
            resource.add_override(f"{event}.DeadLetterConfig", {"Arn": arn(failed_queue)})


def make_log_group(scope: Construct, plan: Plan, name: str, key: cdk.CfnResource | None) -> logs.CfnLogGroup:
    """Return the log group *name* of the stack, kept for at least the days of the plan."""
    group = logs.CfnLogGroup(
        scope,
        f"Log-{name}",
        log_group_name=plan.log_group(name),
        retention_in_days=next((days for days in LOG_DAYS if days >= plan.logs_days), LOG_DAYS[-1]),
        kms_key_id=arn(key) if key is not None else None,
    )
    # A log says nothing yet when the first deploy fails, and would only stand in the way of the next.
    keep(group, cdk.CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE)
    return group
