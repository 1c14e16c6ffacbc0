"""Make or change a province's stack, then publish its directory. Refuses before anything is created."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TextIO

from chalicelib.errors import HotlineError
from infra import aws, preflight, receipt_rules
from infra.cdk import BOOTSTRAP_STACK, Cdk, CdkFailed
from infra.changes import deployed_template, endangered
from infra.commands.publish import publish
from infra.keeping import stack_policy
from infra.plan import Plan
from packs import PackError, Problem

Tell = Callable[[str], object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `deploy`."""
    parser.add_argument("--urgent", action="store_true", help="all at once, also while an alarm rings")
    parser.add_argument("--numbers", choices=["later"], help="deploy though numbers are not free yet")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Deploy and publish; 1 = refused or failed, and why."""
    # The tool writes to the terminal by itself: what is told has to be there before.
    done = deploy(
        plan,
        tell=lambda line: print(line, file=out, flush=True),
        cdk=Cdk(urgent=args.urgent),
        numbers_later=args.numbers == "later",
    )
    return 0 if done else 1


def deploy(
    plan: Plan,
    *,
    tell: Tell,
    cdk: Cdk | None = None,
    shell: Mapping[str, str] | None = None,
    numbers_later: bool = False,
    check: Callable[[Plan, Cdk, Mapping[str, str]], list[Problem]] | None = None,
    publish: Callable[..., str] = publish,
) -> bool:
    """
    Bring code and directory of *plan* up to this checkout.

    Args:
        plan: The stack.
        tell: Gets each line for the terminal.
        cdk: The CDK's tool.
        shell: Environment of the terminal, before this process changed it.
        numbers_later: Go on though a number leads elsewhere, or the provider does not answer.
        check: Says what is not in order; both halves of preflight when None.
        publish: Puts the pack in force.

    Returns:
        Whether both are in force now. When not, what is not still serves as before.
    """
    cdk = cdk or Cdk()
    check = check or partial(_check, numbers_later=numbers_later)
    problems = check(plan, cdk, dict(os.environ) if shell is None else shell)
    for problem in problems:
        tell(str(problem))
    if preflight.has_error(problems):
        tell(f"{plan.stack_name}: refused; nothing was created or changed.")
        return False
    who = aws.identity(plan)
    tell(f"{plan.stack_name}: account {who.account}, {plan.region}, as {who.arn}")
    stack = aws.serving_stack(plan)
    try:
        template = cdk.synth(plan)
    except CdkFailed as failed:
        tell(f"{failed}\n{plan.stack_name}: no template was made; nothing was created or changed.")
        return False
    if stack and (lost := list(endangered(deployed_template(plan), template))):
        for sentence in lost:
            tell(sentence)
        tell(f"{plan.stack_name}: refused; nothing that holds data is replaced or leaves the stack.")
        return False
    if aws.find_stack(plan, BOOTSTRAP_STACK) is None:
        tell(f"Preparing {plan.region} of this account for the CDK, once …")
        if cdk.bootstrap(plan, who.account).code:
            tell(f"{plan.region} could not be prepared, see above; nothing of the hotline was created.")
            return False
    receipt_rules.make(plan)
    if cdk.deploy(plan).code:
        tell(_failed(plan, stack))
        return False
    aws.client("cloudformation", plan).set_stack_policy(
        StackName=plan.stack_name, StackPolicyBody=json.dumps(stack_policy(template))
    )
    deployed = aws.find_stack(plan)
    assert deployed is not None
    published = True
    try:
        publish(plan, now=datetime.now(UTC), tell=tell)
    except (PackError, HotlineError) as refused:
        tell(
            f"{refused}\nThe code is in force, the directory is as before. Mend that, then: make deploy {plan.words}"
        )
        published = False
    # Without a directory no mail could be understood.
    if published and receipt_rules.put_in_force(plan):
        tell(f"Mail is taken in by the rules {plan.rule_set}, those of every hotline of this account.")
    tell(_next(plan, deployed, first=stack is None))
    return published


def _check(plan: Plan, cdk: Cdk, shell: Mapping[str, str], *, numbers_later: bool) -> list[Problem]:
    problems = preflight.local(plan, for_deploy=True, runner=cdk.runner, shell=shell)
    if preflight.has_error(problems):
        return problems
    return [*problems, *preflight.in_account(plan, numbers_later=numbers_later)]


def _failed(plan: Plan, before: aws.Stack | None) -> str:
    after = aws.find_stack(plan)
    serves = "The version before still serves" if before else "Nothing serves yet"
    began = after and not (before and (before.status, before.changed_at) == (after.status, after.changed_at))
    if not began:
        return (
            f"{plan.stack_name}: the deploy failed before it changed anything; see above. {serves}, and no directory "
            "was published."
        )
    if after and after.status in preflight.STUCK:
        return (
            f"{plan.stack_name}: the deploy failed, and taking it back did too ({after.status}). No directory was "
            "published. See docs/ops/first-province.md, 'When a deploy fails'."
        )
    return (
        f"{plan.stack_name}: the deploy failed and was taken back. {serves}, and no directory was published.\n"
        f"The first line with FAILED above says why; all of them: CloudFormation in {plan.region}, "
        f"{plan.stack_name}, Events. An alarm that stopped it is named there too. Then run make deploy again."
    )


def _next(plan: Plan, stack: aws.Stack, *, first: bool) -> str:
    if not first:
        return f"Look after it: make status {plan.words}"
    records = [value for name, value in sorted(stack.outputs.items()) if name.startswith("Dns")]
    lines = ["DNS records to add:", *(f"  {record}" for record in records), "Next:"]
    lines.append(f"  confirm the mail that AWS sends to {plan.ops_email}: alarms go there")
    if plan.sms_provider == "twilio":
        named = "" if plan.is_production else " ARGS='--number …'"
        lines.append(f"  make connect-twilio {plan.words}{named}")
    lines.append(f"  make status {plan.words}")
    return "\n".join(lines)
