"""The set of receipt rules that takes mail in: one is active in an account and region, and all its stacks share it.

CloudFormation can neither put a set in force nor share one; so it is made here and belongs to no stack. A stack adds
its own rule to it and takes that rule out when it goes: the mail of the others comes in all the time.
"""

from __future__ import annotations

from contextlib import suppress

from infra import aws
from infra.plan import Plan


def active(plan: Plan) -> str:
    """Return the name of the set in force in the province's region; nothing where there is none."""
    found = aws.client("ses", plan).describe_active_receipt_rule_set().get("Metadata", {}).get("Name", "")
    return str(found)


def make(plan: Plan) -> None:
    """See that the set of *plan* is there, so that the stack can add its rule; it stays as it is when it is."""
    ses = aws.client("ses", plan)
    if plan.receives_mail:
        with suppress(ses.exceptions.AlreadyExistsException):
            ses.create_receipt_rule_set(RuleSetName=plan.rule_set)


def put_in_force(plan: Plan) -> bool:
    """Put the set of *plan* in force where none is; return whether that was needed."""
    if not plan.receives_mail or active(plan):
        return False
    aws.client("ses", plan).set_active_receipt_rule_set(RuleSetName=plan.rule_set)
    return True
