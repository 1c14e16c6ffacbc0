"""What is counted from the log lines: one metric for each thing ops must hear of that no service of Amazon counts.

The lines are described in docs/ops/logs.md; a test logs real ones and holds the patterns against them. No metric has
a default value: one that is never published costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.functions import FUNCTIONS
from infra.plan import Plan

ERRORS = "Errors"
OLD_MESSAGES = "OldMessages"
FAILED_MESSAGES = "FailedMessages"
UNCERTAIN_MESSAGES = "UncertainMessages"
CONTACTS = "Contacts"

ALL = tuple(function.name for function in FUNCTIONS)
GIVING_UP = ("api_handler", "send_outbox", "take_mail_event", "sweep_outbox")
"""Functions in which a message can fail for good: senders, and those that take a provider's report."""
TAKING = ("api_handler", "receive_email")
"""Functions in which contacts come in."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """One pattern over the logs of some functions; each line that fits counts 1."""

    id: str
    metric: str
    pattern: str
    """CloudWatch Logs, filter and pattern syntax."""
    functions: tuple[str, ...]


def log_filters(plan: Plan) -> tuple[LogFilter, ...]:
    """Return what is counted in the stack of *plan*."""
    old = plan.oldest_message_minutes * 60
    sweep = '$.message = "job" && $.job = "sweep_outbox"'
    return (
        # Messages given up have an alarm and a remedy of their own.
        LogFilter("ErrorLines", ERRORS, '{ $.level = "ERROR" && $.message != "message given up" }', ALL),
        # What the runtime says when our code cannot say anything any more.
        LogFilter("Crashes", ERRORS, '?"Task timed out" ?"Runtime exited" ?"[ERROR]"', ALL),
        LogFilter(
            "OldMessages", OLD_MESSAGES, f"{{ {sweep} && $.n_oldest_seconds > {old} }}", ("sweep_outbox",)
        ),
        LogFilter("GivenUp", FAILED_MESSAGES, '{ $.message = "message given up" }', GIVING_UP),
        LogFilter("Uncertain", UNCERTAIN_MESSAGES, f"{{ {sweep} && $.n_uncertain > 0 }}", ("sweep_outbox",)),
        # Spam comes in also when the ways of real people are broken.
        LogFilter("Contacts", CONTACTS, '{ $.message = "contact" && $.outcome != "untrusted" }', TAKING),
    )


def make_log_filters(scope: Construct, plan: Plan, log_groups: Mapping[str, logs.CfnLogGroup]) -> None:
    """Make the filters of *plan* on the functions' log groups."""
    for one in log_filters(plan):
        for function in one.functions:
            logs.CfnMetricFilter(
                scope,
                f"{one.id}-{function}",
                filter_name=one.id,
                filter_pattern=one.pattern,
                log_group_name=log_groups[function].ref,
                metric_transformations=[
                    logs.CfnMetricFilter.MetricTransformationProperty(
                        metric_namespace=plan.metrics, metric_name=one.metric, metric_value="1"
                    )
                ],
            )
