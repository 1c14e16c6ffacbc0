"""What the CDK runs to make a template: `python -m infra.cdk_app` with the context `province` and `environment`."""

from __future__ import annotations

import os

import aws_cdk as cdk

from infra.exceptions import acknowledge
from infra.plan import Plan, make_plan
from infra.stack import ProvinceStack


def build(plan: Plan, outdir: str | None = None) -> tuple[cdk.App, ProvinceStack]:
    """Return the CDK's app with the stack of *plan* in it; `app.synth()` writes the template to *outdir*."""
    app = cdk.App(outdir=outdir, analytics_reporting=False)
    stack = ProvinceStack(app, plan)
    acknowledge(stack, plan)
    return app, stack


def main() -> None:
    """Make the stack the context (or the environment) names."""
    context = cdk.App().node
    province = context.try_get_context("province") or os.environ.get("PROVINCE", "")
    environment = context.try_get_context("environment") or os.environ.get("ENVIRONMENT", "production")
    app, _ = build(make_plan(province, environment))
    app.synth()


if __name__ == "__main__":
    main()
