"""What the stack may cost in a month before ops hear of it."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from infra.plan import Plan

ACTUAL_PERCENT, FORECAST_PERCENT = 80, 100


def make_budget(scope: Construct, plan: Plan) -> budgets.CfnBudget:
    """
    Return the monthly budget; ops are mailed when 80 % are spent, and when the forecast passes the whole.

    It counts what carries the stack's two tags, which the account's billing has to be told once to count by
    (docs/ops/costs.md); until then the budget sees nothing.
    """
    of = budgets.CfnBudget

    def tagged(key: str, value: str) -> budgets.CfnBudget.ExpressionProperty:
        return of.ExpressionProperty(
            tags=of.TagValuesProperty(key=key, values=[value], match_options=["EQUALS"])
        )

    def told(kind: str, percent: int) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
        return of.NotificationWithSubscribersProperty(
            notification=of.NotificationProperty(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
            ),
            subscribers=[of.SubscriberProperty(subscription_type="EMAIL", address=plan.ops_email)],
        )

    return of(
        scope,
        "Budget",
        budget=of.BudgetDataProperty(
            budget_name=plan.stack_name,
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=of.SpendProperty(amount=plan.budget_usd, unit="USD"),
            filter_expression=of.ExpressionProperty(
                and_=[tagged("hotline", plan.slug), tagged("environment", plan.environment)]
            ),
            metrics=["UnblendedCost"],
        ),
        notifications_with_subscribers=[
            told("ACTUAL", ACTUAL_PERCENT),
            told("FORECASTED", FORECAST_PERCENT),
        ],
    )
