"""What a person on duty looks at first: what rings, what came in, what waits to go out, how the machine does.

Contacts, messages and jobs are read from the log when somebody looks; kept as metrics they would cost each month.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import RUNBOOK, alarms
from infra.functions import FUNCTIONS
from infra.plan import STAGE, Plan

WIDE, HALF, HIGH = 24, 12, 6
"""Widths and height on the dashboard's grid."""

QUERIES = (
    (
        "Liên hệ theo kênh · Contacts by channel",
        ("api_handler", "receive_email"),
        'filter message = "contact" | stats count(*) as contacts by bin(1h), channel',
        "bar",
    ),
    (
        "Tin đến hạn chờ lâu nhất (giây) · Oldest due message (seconds)",
        ("sweep_outbox",),
        'filter message = "job" and job = "sweep_outbox" | stats max(n_oldest_seconds) as oldest by bin(5m)',
        "timeSeries",
    ),
    (
        "Lỗi · Errors",
        tuple(function.name for function in FUNCTIONS),
        'filter level = "ERROR" | stats count(*) as times, max(@timestamp) as last by message, error',
        "table",
    ),
    (
        "Việc định kỳ và luồng · Jobs and streams",
        tuple(function.name for function in FUNCTIONS if function.trigger != "http"),
        'filter message = "job" | stats count(*) as runs, max(@timestamp) as last by job',
        "table",
    ),
)
"""Title, functions whose log is read, query (CloudWatch Logs Insights), how it is shown."""


def make_dashboard(scope: Construct, plan: Plan) -> cloudwatch.CfnDashboard:
    """Return the stack's one dashboard."""
    stack = cdk.Stack.of(scope)
    rings = [
        stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{plan.prefix}-{alarm.name}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for alarm in alarms(plan)
    ]
    heading = (
        f"# 1022 {plan.prefix}\nKhi có báo động: mở {RUNBOOK}, mục trùng tên. · "
        "When it rings: the section of that name."
    )
    widgets = [
        _widget("text", WIDE, 2, {"markdown": heading}),
        _widget("alarm", WIDE, 4, {"title": "Báo động · Alarms", "alarms": rings}),
        *(_log_widget(plan, *query) for query in QUERIES),
        *(_metric_widget(plan, title, metrics) for title, metrics in _metrics(plan).items()),
    ]
    return cloudwatch.CfnDashboard(
        scope,
        "Dashboard",
        dashboard_name=plan.dashboard,
        dashboard_body=stack.to_json_string({"start": "-P1D", "widgets": widgets}),
    )


def _metrics(plan: Plan) -> dict[str, list[list[Any]]]:
    """Title → metrics as the dashboard writes them: namespace, name, dimensions one after the other, how shown."""
    api = ["ApiName", plan.stack_name, "Stage", STAGE]

    def of_functions(name: str, statistic: str, *names: str) -> list[list[Any]]:
        return [
            ["AWS/Lambda", name, "FunctionName", plan.function(one), {"stat": statistic, "label": one}]
            for one in names
        ]

    return {
        "Lượt gọi tổng đài · API calls": [
            ["AWS/ApiGateway", name, *api, {"stat": "Sum"}] for name in ("Count", "4XXError", "5XXError")
        ],
        "Thời gian trả lời (ms) · API latency": [
            ["AWS/ApiGateway", "Latency", *api, {"stat": stat, "label": stat}] for stat in ("p50", "p95")
        ],
        "Hàm lỗi · Function errors": of_functions("Errors", "Sum", *(one.name for one in FUNCTIONS)),
        "Hàng việc hỏng và luồng · Failed work, streams": [
            [
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "QueueName",
                plan.failed_queue,
                {"stat": "Maximum"},
            ],
            *of_functions("IteratorAge", "Maximum", "send_outbox", "count_cases"),
        ],
    }


def _metric_widget(plan: Plan, title: str, metrics: list[list[Any]]) -> dict[str, Any]:
    properties = {
        "title": title,
        "region": plan.region,
        "view": "timeSeries",
        "period": 300,
        "metrics": metrics,
    }
    return _widget("metric", HALF, HIGH, properties)


def _log_widget(plan: Plan, title: str, functions: tuple[str, ...], query: str, view: str) -> dict[str, Any]:
    sources = " | ".join(f"SOURCE '{plan.log_group(name)}'" for name in functions)
    properties = {"title": title, "region": plan.region, "view": view, "query": f"{sources} | {query}"}
    return _widget("log", HALF, HIGH, properties)


def _widget(kind: str, width: int, height: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "width": width, "height": height, "properties": properties}
