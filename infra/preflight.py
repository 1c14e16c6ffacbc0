"""Everything that would make a deploy fail or serve nobody, found before anything is created.

On this machine first: pack, Python, Node, region. Only when that is in order is the account asked: secrets,
certificate, receipt rules, what an earlier stack has left.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TextIO

from botocore.exceptions import ClientError, NoCredentialsError

from chalicelib.settings import INDEX_MARK, SHORTEST_KEY
from infra import aws, leftovers, receipt_rules, regions, tools
from infra.plan import RULE_SET, Plan
from packs import PROVINCES, PackError, Problem, check
from packs.marked import load_yaml

STUCK = ("ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED")
"""States that CloudFormation does not leave by itself."""


def has_error(problems: Iterable[Problem]) -> bool:
    """Return whether one of *problems* forbids to go on."""
    return any(problem.severity == "error" for problem in problems)


def ready(
    plan: Plan, runner: tools.Runner, out: TextIO, check: Callable[..., list[Problem]] | None = None
) -> bool:
    """Print what keeps this machine from making a template of *plan*, and return whether nothing does."""
    problems = (check or local)(plan, for_deploy=False, runner=runner)
    for problem in problems:
        print(problem, file=out)
    return not has_error(problems)


def local(
    plan: Plan,
    *,
    for_deploy: bool,
    root: Path | None = None,
    today: date | None = None,
    shell: Mapping[str, str] = os.environ,
    runner: tools.Runner = tools.run,
    python: tuple[int, int] | None = None,
) -> list[Problem]:
    """
    Return what is wrong on this machine and in the pack; no account is needed.

    Args:
        plan: The stack.
        for_deploy: Also refuse invented contacts, and a region that will not do.
        root: Another folder of packs.
        today: The day the pack has to be ready for; today in Việt Nam when None.
        shell: The environment of the terminal.
        runner: Runs `node --version`.
        python: Version of Python to look at; the running one when None.
    """
    found = [*tools.python_problems(python), *tools.node_problems(runner)]
    found += check(plan.slug, root, for_deploy=for_deploy, today=today)
    if for_deploy:
        found += region(plan, shell, root)
    return found


def in_account(
    plan: Plan, *, numbers_later: bool = False, numbers: Callable[[Plan], list[Problem]] | None = None
) -> list[Problem]:
    """
    Return what is wrong in the account the terminal is signed in to.

    Args:
        plan: The stack.
        numbers_later: Whether somebody knows that the numbers are not free yet.
        numbers: Says whether a number is connected elsewhere; asks the provider when None.
    """
    try:
        who = aws.identity(plan)
    except (NoCredentialsError, ClientError) as error:
        remedy = "Sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        return [Problem("AWS account", 0, f"nobody is signed in ({error}).", remedy)]
    stack = aws.find_stack(plan)
    found = [*_stack(plan, stack, who.account), *_secrets(plan)]
    if plan.is_production:
        found += _certificate(plan)
    if plan.receives_mail:
        found += _receipt_rules(plan)
    if plan.sms_provider == "twilio" and not has_error(found):
        asked = (numbers or _numbers)(plan)
        if numbers_later or (stack and stack.status not in aws.NEVER_WAS):
            found += [replace(problem, severity="warning") for problem in asked]
        else:
            found += asked
            if asked:
                # Numbers can only be taken over to a stack that is there.
                remedy = f"make deploy {plan.words} NUMBERS=later"
                found.append(
                    Problem("Twilio", 0, "the numbers are not ready.", f"To see to them afterwards: {remedy}")
                )
    return found


def region(plan: Plan, shell: Mapping[str, str], root: Path | None = None) -> Iterator[Problem]:
    """Yield what speaks against the region the pack names, and where the terminal names another one."""
    found = list(regions.problems(plan))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if shell.get(name, plan.region) != plan.region:
            what = f"the pack says {plan.region}, {name} of this terminal says {shell[name]}."
            found.append((what, f"Run: unset {name}. The pack decides."))
    where = _where_the_region_stands(plan, root) if found else ("", 0)
    yield from (Problem(*where, what, remedy) for what, remedy in found)


def _stack(plan: Plan, stack: aws.Stack | None, account: str) -> Iterator[Problem]:
    if stack is None or stack.status in aws.NEVER_WAS:
        yield from leftovers.problems(plan, account, failed=stack is not None)
    elif (stack.tags.get("hotline"), stack.tags.get("environment")) != (plan.slug, plan.environment):
        what = f"its tags do not say that it is {plan.environment} of {plan.slug}; somebody else's is not changed."
        remedy = (
            "Rename the pack's folder, or tag the stack hotline and environment if it is this one after all."
        )
        yield Problem(f"stack {plan.stack_name}", 0, what, remedy)
    elif stack.status in STUCK:
        yield Problem(
            f"stack {plan.stack_name}",
            0,
            f"it is stuck ({stack.status}); nothing can be deployed over it.",
            "See docs/ops/first-province.md, 'When a deploy fails'.",
        )
    elif stack.status.endswith("IN_PROGRESS"):
        what = f"somebody is changing it at this moment ({stack.status})."
        yield Problem(f"stack {plan.stack_name}", 0, what, "Wait until that is done.")


def _secrets(plan: Plan) -> Iterator[Problem]:
    remedy = f"Run: make secrets {plan.words}"
    wanted = {plan.parameters + name: name for name in plan.secrets}
    answer = aws.client("ssm", plan).get_parameters(Names=list(wanted), WithDecryption=True)
    for path in answer["InvalidParameters"]:
        yield Problem(f"parameter {path}", 0, "it is missing; the hotline cannot start without it.", remedy)
    for parameter in answer["Parameters"]:
        path, name = parameter["Name"], wanted[parameter["Name"]]
        if parameter["Type"] != "SecureString":
            yield Problem(f"parameter {path}", 0, "it is stored without encryption.", f"Delete it. {remedy}")
        keys = parameter["Value"].split(",") if name == "SECRET_KEY" else []
        if any(len(key.strip().removeprefix(INDEX_MARK)) < SHORTEST_KEY for key in keys):
            what = f"a key in it is shorter than {SHORTEST_KEY} characters."
            yield Problem(f"parameter {path}", 0, what, f"Delete it. {remedy}")


def _certificate(plan: Plan) -> Iterator[Problem]:
    file = f"provinces/{plan.slug}/deploy.yaml"
    needed = "us-east-1" if plan.cdn else plan.region
    request = f"Request one for {plan.domain} in {needed} (AWS Certificate Manager) and put its ARN there."
    if not plan.certificate:
        yield Problem(file, 0, "web: {certificate: …} is empty; production has its own domain.", request)
        return
    parts = plan.certificate.split(":")
    region = parts[3] if len(parts) > 5 and parts[2] == "acm" else ""
    if region != needed:
        place = f"is in {region}" if region else "is not the ARN of one"
        why = (
            "CloudFront takes certificates of us-east-1 only."
            if plan.cdn
            else "The API takes those of its region."
        )
        yield Problem(file, 0, f"the certificate {place}; it has to be in {needed}. {why}", request)
        return
    acm = aws.client("acm", plan, region=region)
    try:
        found = acm.describe_certificate(CertificateArn=plan.certificate)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        yield Problem(file, 0, "there is no such certificate in this account.", request)
        return
    names = {found["DomainName"], *found.get("SubjectAlternativeNames", [])}
    if not names & {plan.domain, "*." + plan.domain.partition(".")[2]}:
        yield Problem(file, 0, f"the certificate is not for {plan.domain}.", request)
    elif found["Status"] != "ISSUED":
        what = f"the certificate is not issued yet ({found['Status']})."
        yield Problem(file, 0, what, "Add the DNS record that AWS Certificate Manager shows, and wait.")


def _receipt_rules(plan: Plan) -> Iterator[Problem]:
    """One set of rules is active in an account and region: another one would keep every reply from coming in."""
    file = f"provinces/{plan.slug}/deploy.yaml"
    active = receipt_rules.active(plan)
    if active not in ("", plan.rule_set):
        wanted = '""' if active == RULE_SET else active
        yield Problem(
            file,
            0,
            f"another set of receipt rules, {active}, is active in {plan.region}; no reply would come in.",
            f"Set mail: {{rule_set: {wanted}}}; the stack then adds its rule to that set.",
        )
    elif not active and plan.rule_set != RULE_SET:
        what = f"the set of receipt rules {plan.rule_set} is not active in {plan.region}."
        remedy = (
            'Activate it in SES, or leave mail: {rule_set: ""} for the set all hotlines of the account share.'
        )
        yield Problem(file, 0, what, remedy)


def _numbers(plan: Plan) -> list[Problem]:
    from infra.commands import connect_twilio

    return connect_twilio.check(plan)


def _where_the_region_stands(plan: Plan, root: Path | None) -> tuple[str, int]:
    name = f"provinces/{plan.slug}/province.yaml"
    try:
        data, _ = load_yaml((root or PROVINCES) / plan.slug / "province.yaml", name)
        return data.at("region")
    except (PackError, KeyError):
        return name, 0
