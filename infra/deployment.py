"""How a new version takes over: in production a tenth of the calls first, and back by itself when an alarm rings."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access import arn
from infra.app import HotlineApp
from infra.functions import FUNCTIONS
from infra.plan import ALIAS, URGENT, Plan

GRADUAL = "Canary10Percent5Minutes"


def make_gradual(scope: Construct, plan: Plan, app: HotlineApp, alarms: Sequence[str]) -> None:
    """
    Let each function's alias move gradually in production, under the eyes of *alarms* (logical ids).

    A pilot, and a stack made with the context `urgent`, change at once.
    """
    if not plan.is_production or scope.node.try_get_context(URGENT):
        return
    role = _role(scope, plan)
    for function in FUNCTIONS:
        app.resource(function.logical_id).add_override(
            "Properties.DeploymentPreference",
            {"Type": GRADUAL, "Alarms": [{"Ref": one} for one in alarms], "Role": arn(role)},
        )


def _role(scope: Construct, plan: Plan) -> iam.CfnRole:
    """Return what CodeDeploy may do: move the aliases of this stack and look at alarms."""
    stack = cdk.Stack.of(scope)
    # One named ARN a function: a common prefix would also fit a pilot of the same province.
    functions = [
        stack.format_arn(
            service="lambda",
            resource="function",
            resource_name=f"{plan.function(function.name)}{end}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for function in FUNCTIONS
        for end in ("", f":{ALIAS}")
    ]
    return iam.CfnRole(
        scope,
        "DeployRole",
        description=f"Moves the aliases of {plan.stack_name} from one version to the next",
        assume_role_policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "codedeploy.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
                }
            ],
        },
        policies=[
            iam.CfnRole.PolicyProperty(
                policy_name="own",
                policy_document=iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            sid="MoveTheAliases",
                            actions=[
                                "lambda:GetAlias",
                                "lambda:UpdateAlias",
                                "lambda:GetProvisionedConcurrencyConfig",
                            ],
                            resources=functions,
                        ),
                        # Takes no resource: it lists. It tells names and states, no data.
                        iam.PolicyStatement(
                            sid="LookAtAlarms", actions=["cloudwatch:DescribeAlarms"], resources=["*"]
                        ),
                    ]
                ),
            )
        ],
    )
