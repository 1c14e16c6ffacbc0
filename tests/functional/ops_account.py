"""An account in memory with what one stack has, as far as the commands of day 2 look at it."""

import io
import json
import zipfile

import boto3

from chalicelib.storage.tables import RECORDS, create_table_arguments

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def make_stack(plan):
    """The stack with its queue of failures."""
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": plan.failed_queue}}
    boto3.client("cloudformation").create_stack(
        StackName=plan.stack_name,
        TemplateBody=json.dumps({"Resources": {"FailedQueue": queue}}),
        Tags=[{"Key": "hotline", "Value": plan.slug}, {"Key": "environment", "Value": plan.environment}],
    )


def ring(name, topic):
    """An alarm that rings and tells *topic*."""
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        AlarmActions=[f"arn:aws:sns:ap-southeast-1:123456789012:{topic}"],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")


def make_tables(plan):
    """The five tables, restorable as in the stack."""
    dynamodb = boto3.client("dynamodb")
    for table in RECORDS:
        dynamodb.create_table(**create_table_arguments(table, plan.table(table)))
        dynamodb.update_continuous_backups(
            TableName=plan.table(table),
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def make_function(plan, name, code="0123456789ab"):
    """One function with a published version behind the alias."""
    iam, lambdas = boto3.client("iam"), boto3.client("lambda")
    try:
        role = iam.get_role(RoleName="any")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("app.py", "")
    lambdas.create_function(
        FunctionName=plan.function(name),
        Runtime="python3.13",
        Role=role,
        Handler="app.app",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": {"CODE_VERSION": code}},
        Publish=True,
    )
    lambdas.create_alias(FunctionName=plan.function(name), Name="live", FunctionVersion="1")
