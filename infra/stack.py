"""The stack of one province: what is made, in the order it depends on each other."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra import alarms, api, budget, dashboard, data, deployment, domain, mail, queues
from infra.app import HotlineApp
from infra.plan import Plan


class ProvinceStack(cdk.Stack):
    """Everything one province needs, named after it."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(
            scope,
            plan.stack_name,
            description=f"1022 hotline of {plan.slug} ({plan.environment})",
            env=cdk.Environment(region=plan.region),
            tags={"hotline": plan.slug, "environment": plan.environment},
        )
        self.plan = plan
        self.key = data.make_key(self, plan)
        self.tables = data.make_tables(self, plan, self.key)
        self.buckets = data.make_buckets(self, plan, self.key)
        self.failed_queue = queues.make_failed_queue(self, plan, self.key)
        self.ops_topic = queues.make_ops_topic(self, plan, self.key)
        self.app = HotlineApp(
            self,
            plan,
            tables=self.tables,
            buckets=self.buckets,
            failed_queue=self.failed_queue,
            key=self.key,
        )
        api.shape_api(self, plan, self.app, self.key)
        domain.make_domain(self, plan)
        mail.make_mail(self, plan, self.app, self.buckets, self.key)
        rolling_back = alarms.make_alarms(self, plan, self.ops_topic, self.app.log_groups)
        deployment.make_gradual(self, plan, self.app, rolling_back)
        dashboard.make_dashboard(self, plan)
        budget.make_budget(self, plan)
