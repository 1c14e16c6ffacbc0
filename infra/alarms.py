"""What rings: each alarm as data, in words that say what to do. Which and why: docs/ops/alarms.md.

An alarm costs by the metrics it watches, also inside an expression. So whatever the code itself can say is counted
from the log (infra/log_filters.py, one metric over all functions), and only what it cannot say - that it did not run,
that Amazon refused or queued something - is watched at the services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra import log_filters
from infra.functions import named
from infra.plan import ALIAS, STAGE, Plan

RUNBOOK = "docs/ops/so-tay-truc-su-co.md"
MINUTE, HOUR = 60, 3600  # seconds
LATE_MILLISECONDS = 8_000
"""Providers wait 10 to 15 seconds for a webhook (docs/providers.md); Lambda's cold start is in this figure."""
STREAM_LATE = 15 * MINUTE * 1000
"""Milliseconds. The sweep sends what the stream did not within a minute, so nobody waits meanwhile."""
NO_CONTACT_HOURS = 7 * 24
"""CloudWatch looks back a week at most."""
DAILY = ("send_digests", "recount_stats", "send_reports")


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured thing."""

    namespace: str
    name: str
    statistic: str = "Sum"
    """Sum, Maximum … or p95."""
    dimensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm before it exists. It rings when all of *periods* periods are over (or under) *threshold*."""

    name: str
    """Follows the stack's prefix; also the section of the runbook that tells what to do."""
    vi: str
    en: str
    metrics: tuple[Metric, ...]
    threshold: float = 1
    seconds: int = 5 * MINUTE
    """Length of one period."""
    periods: int = 1
    expression: str = ""
    """Over m0, m1 … when there are several metrics."""
    under: bool = False
    """Rings below the threshold, and when there is no data at all."""
    rolls_back: bool = False
    """A gradual deploy stops and goes back when it rings."""
    pilot: bool = True
    """Also made for a pilot, where nobody is on duty at night."""


def alarms(plan: Plan) -> tuple[Alarm, ...]:
    """Return the alarms of *plan*'s stack."""
    found = (*_of_the_log(plan), *_of_the_services(plan), *_of_the_schedules(plan))
    return tuple(alarm for alarm in found if alarm.pilot or plan.is_production)


def _of_the_log(plan: Plan) -> tuple[Alarm, ...]:
    def counted(name: str) -> tuple[Metric]:
        return (Metric(plan.metrics, name),)

    minutes, hours = plan.oldest_message_minutes, min(plan.quiet_hours, NO_CONTACT_HOURS)
    return (
        Alarm(
            "loi-he-thong",
            "Có lỗi mà chỉ người trực mới xử lý được.",
            "The hotline logged an error that only ops can cure.",
            counted(log_filters.ERRORS),
        ),
        Alarm(
            "tin-cho-lau",
            f"Có tin đến hạn gửi đã chờ quá {minutes} phút.",
            f"A message that is due has waited more than {minutes} minutes.",
            counted(log_filters.OLD_MESSAGES),
        ),
        Alarm(
            "tin-gui-hong",
            "Có tin gửi hỏng hẳn; bàn trực 1022 phải báo người nhận bằng cách khác.",
            "A message failed for good; the desk must reach its reader another way.",
            counted(log_filters.FAILED_MESSAGES),
        ),
        Alarm(
            "tin-chua-ro",
            "Đã 30 phút có tin chưa rõ nhà mạng đã nhận hay chưa.",
            "For 30 minutes there have been messages of which nobody knows whether the provider took them.",
            counted(log_filters.UNCERTAIN_MESSAGES),
            periods=6,
        ),
        Alarm(
            "khong-co-lien-he",
            f"Không có tin nhắn, thư hay cuộc gọi nào đến trong {hours} giờ.",
            f"No contact came in for {hours} hours.",
            counted(log_filters.CONTACTS),
            seconds=HOUR,
            periods=hours,
            under=True,
            pilot=False,
        ),
    )


def _of_the_services(plan: Plan) -> tuple[Alarm, ...]:
    api = {"ApiName": plan.stack_name, "Stage": STAGE}
    return (
        Alarm(
            "web-loi-5xx",
            "Tổng đài trả lời lỗi 5xx cho nhà mạng hoặc người dân.",
            "The API answers providers or citizens with 5xx.",
            (Metric("AWS/ApiGateway", "5XXError", dimensions=api),),
            threshold=3,
            rolls_back=True,
        ),
        Alarm(
            "web-cham",
            "Một trong hai mươi lượt gọi mất hơn 8 giây; nhà mạng sắp bỏ cuộc.",
            "One call in twenty takes more than 8 seconds; providers are about to give up.",
            (Metric("AWS/ApiGateway", "IntegrationLatency", "p95", api),),
            threshold=LATE_MILLISECONDS,
            periods=3,
            pilot=False,
        ),
        Alarm(
            "het-suat-chay",
            "Tài khoản AWS đã hết suất chạy hàm cùng lúc; lượt gọi bị từ chối.",
            "The account's concurrent executions are used up; calls are refused.",
            (Metric("AWS/Lambda", "Throttles"),),  # of the whole account, as the limit is
            pilot=False,
        ),
        Alarm(
            "viec-hong",
            "Có việc đã thử hết số lần mà không xong, đang nằm trong hàng chờ.",
            "Something could not be done after all tries and lies in the queue.",
            (
                Metric(
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    "Maximum",
                    {"QueueName": plan.failed_queue},
                ),
            ),
        ),
        Alarm(
            "luong-cham",
            "Luồng gửi tin hoặc thống kê chậm quá 15 phút.",
            "A stream (sending, counting) is more than 15 minutes behind.",
            tuple(
                Metric("AWS/Lambda", "IteratorAge", "Maximum", _alias(plan, name))
                for name in ("send_outbox", "count_cases")
            ),
            expression="MAX([FILL(m0, 0), FILL(m1, 0)])",
            threshold=STREAM_LATE,
            pilot=False,
        ),
        Alarm(
            "ban-moi-loi",
            "Bản vừa triển khai chạy lỗi; hệ thống tự quay về bản trước.",
            "The version being deployed fails; the deploy goes back by itself.",
            tuple(
                Metric("AWS/Lambda", "Errors", dimensions=_new_version(plan, name))
                for name in ("api_handler", "send_outbox")
            ),
            expression="SUM([FILL(m0, 0), FILL(m1, 0)])",
            seconds=MINUTE,
            rolls_back=True,
            pilot=False,
        ),
    )


def _of_the_schedules(plan: Plan) -> tuple[Alarm, ...]:
    def missed(name: str, vi: str, en: str, *, seconds: int, periods: int, pilot: bool) -> Alarm:
        return Alarm(
            f"khong-chay-{name.replace('_', '-')}",
            f"Việc định kỳ {name} không chạy {vi}.",
            f"The job {name} has not run {en}.",
            (Metric("AWS/Lambda", "Invocations", dimensions={"FunctionName": plan.function(name)}),),
            seconds=seconds,
            periods=periods,
            under=True,
            pilot=pilot,
        )

    each_minute = [
        missed(name, "trong 5 phút", "for 5 minutes", seconds=MINUTE, periods=5, pilot=True)
        for name in ("sweep_outbox", "do_wake_ups")
    ]
    each_day = [
        missed(name, "trong 26 giờ", "for 26 hours", seconds=HOUR, periods=26, pilot=False) for name in DAILY
    ]
    return (*each_minute, *each_day)


def _alias(plan: Plan, name: str) -> dict[str, Any]:
    function = plan.function(name)
    return {"FunctionName": function, "Resource": f"{function}:{ALIAS}"}


def _new_version(plan: Plan, name: str) -> dict[str, Any]:
    # SAM knows the version it publishes by this name (template test: it is replaced by the real one).
    version = {"Fn::GetAtt": [f"{named(name).logical_id}.Version", "Version"]}
    return {**_alias(plan, name), "ExecutedVersion": version}


def make_alarms(
    scope: Construct, plan: Plan, topic: sns.CfnTopic, log_groups: Mapping[str, logs.CfnLogGroup]
) -> list[str]:
    """
    Make the metric filters and alarms of *plan*; they mail ops when they ring and when it is over.

    Args:
        scope: The stack.
        plan: What it is made from.
        topic: Where ops are told.
        log_groups: Function's name in app.py → its log group.

    Returns:
        Logical ids of the alarms that send a gradual deploy back.
    """
    log_filters.make_log_filters(scope, plan, log_groups)
    made = alarms(plan)
    for alarm in made:
        _make(scope, plan, alarm, topic)
    return [logical_id(alarm) for alarm in made if alarm.rolls_back]


def logical_id(alarm: Alarm) -> str:
    """Return the alarm's id in the template."""
    return f"Alarm{alarm.name.title().replace('-', '')}"


def _make(scope: Construct, plan: Plan, alarm: Alarm, topic: sns.CfnTopic) -> None:
    resource = cloudwatch.CfnAlarm(
        scope,
        f"Alarm-{alarm.name}",
        alarm_name=f"{plan.prefix}-{alarm.name}",
        alarm_description=f"{alarm.vi} Xem {RUNBOOK}#{alarm.name}\n{alarm.en}",
        comparison_operator="LessThanThreshold" if alarm.under else "GreaterThanOrEqualToThreshold",
        threshold=alarm.threshold,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.periods,
        treat_missing_data="breaching" if alarm.under else "notBreaching",
        alarm_actions=[topic.ref],
        ok_actions=[topic.ref],
    )
    resource.override_logical_id(logical_id(alarm))
    # Written as CloudFormation reads it: the CDK would look for the version's id, which only SAM knows.
    for name, value in _watched(alarm).items():
        resource.add_property_override(name, value)


def _watched(alarm: Alarm) -> dict[str, Any]:
    if not alarm.expression:
        (metric,) = alarm.metrics
        extended = metric.statistic.startswith("p")
        return {
            **_named(metric),
            "Period": alarm.seconds,
            "ExtendedStatistic" if extended else "Statistic": metric.statistic,
        }
    queries: list[dict[str, Any]] = [
        {
            "Id": f"m{at}",
            "ReturnData": False,
            "MetricStat": {"Metric": _named(metric), "Period": alarm.seconds, "Stat": metric.statistic},
        }
        for at, metric in enumerate(alarm.metrics)
    ]
    whole = {"Id": "whole", "Expression": alarm.expression, "Label": alarm.name, "ReturnData": True}
    return {"Metrics": [*queries, whole]}


def _named(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
