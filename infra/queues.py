"""Where what could not be done waits, and where ops are told."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.plan import Plan

KEPT_SECONDS = 14 * 24 * 3600
"""The longest a queue keeps anything (facts: SQS); the alarm rings on the first minute."""


def make_failed_queue(scope: Construct, plan: Plan, key: kms.CfnKey | None) -> sqs.CfnQueue:
    """Return the queue of events that no try could do; `make redrive` does them again."""
    stack = cdk.Stack.of(scope)
    queue = sqs.CfnQueue(
        scope,
        "FailedQueue",
        queue_name=plan.failed_queue,
        message_retention_period=KEPT_SECONDS,
        visibility_timeout=60,
        sqs_managed_sse_enabled=None if key else True,
        kms_master_key_id=key.attr_arn if key else None,
    )
    sqs.CfnQueuePolicy(
        scope,
        "FailedQueuePolicy",
        queues=[queue.ref],
        policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "OnlyOverTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": queue.attr_arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                {
                    "Sid": "SchedulesThatCouldNotStart",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue.attr_arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
                },
            ],
        },
    )
    return queue


def make_ops_topic(scope: Construct, plan: Plan, key: kms.CfnKey | None) -> sns.CfnTopic:
    """Return the topic that mails ops; the address confirms once, by the link in the first mail."""
    stack = cdk.Stack.of(scope)
    topic = sns.CfnTopic(
        scope, "OpsTopic", topic_name=plan.ops_topic, kms_master_key_id=key.attr_arn if key else None
    )
    sns.CfnSubscription(scope, "OpsMail", topic_arn=topic.ref, protocol="email", endpoint=plan.ops_email)
    sns.CfnTopicPolicy(
        scope,
        "OpsTopicPolicy",
        topics=[topic.ref],
        policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Alarms",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},  # the budget mails by itself
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
                },
                {
                    "Sid": "OnlyOverTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        },
    )
    return topic
