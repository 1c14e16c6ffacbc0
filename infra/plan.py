"""What one stack is: the choices of a pack and of an environment, with every name the parts have in common.

Pure data: reads the pack's files, no account and no clock. Everything in `infra/` takes a Plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.settings import TABLES
from packs.files import FILES
from packs.marked import plain
from packs.problem import PackError, Problem
from packs.reading import Sources, read_sources

ENVIRONMENTS = ("pilot", "production")
"""pilot: at the address API Gateway gives, changed all at once. production: own domain, gradual, alarms stop it."""

URGENT = "urgent"
"""Context of the CDK that changes everything at once."""

STAGE = "api"
"""Stage of the REST API; part of a pilot's address."""

ALIAS = "live"
"""What callers call: always one published version of a function."""

RULE_SET = "hotline-1022"
"""The account's set of receipt rules, into which each stack puts its own rule; it belongs to no stack, so that none
takes it along when it goes."""

LONGEST_PREFIX = 31
"""Characters; a bucket's name has at most 63, of which `hotline-`, `-recordings-` and the account take the rest."""

BUCKETS = ("files", "recordings")
"""files: mails as they came, report sheets, what people send along. recordings: calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One province's stack before it exists. Times are days unless the name says otherwise."""

    slug: str
    environment: str
    """pilot or production."""
    region: str
    domain: str
    """Host name of the hotline in production."""
    email_domain: str
    """Domain that sends mail and whose mail comes back."""
    email_sender: str
    sms_provider: str
    """twilio or gateway."""
    sms_sender: str
    voice_number: str
    """Number that phones show when the hotline calls; empty = the sender of texts."""
    ops_email: str
    certificate: str
    """ARN of the certificate for *domain*."""
    cdn: bool
    firewall: bool
    requests_per_5_minutes: int
    receives_mail: bool
    rule_set: str
    """Set of receipt rules the mail's rule is put into: another system's where the pack names it, else RULE_SET."""
    own_key: bool
    requests_per_second: int
    requests_burst: int
    budget_usd: int
    inbound_mail_days: int
    reports_days: int
    recordings_days: int
    logs_days: int
    oldest_message_minutes: int
    quiet_hours: int

    @property
    def prefix(self) -> str:
        """What every name of the stack begins with: the province, and the environment unless it is production."""
        return self.slug if self.is_production else f"{self.slug}-{self.environment}"

    @property
    def is_production(self) -> bool:
        """Whether real people are served."""
        return self.environment == "production"

    @property
    def behind_cdn(self) -> bool:
        """Whether CloudFront stands in front of the API."""
        return self.is_production and self.cdn and bool(self.certificate)

    @property
    def words(self) -> str:
        """How a make command names this stack; with the environment, so that a pilot's remedy never hits production."""
        return f"PROVINCE={self.slug} ENV={self.environment}"

    @property
    def stack_name(self) -> str:
        """Name of the CloudFormation stack."""
        return f"hotline-{self.prefix}"

    @property
    def metrics(self) -> str:
        """Namespace of the stack's own metrics."""
        return f"hotline/{self.prefix}"

    def table(self, name: str) -> str:
        """Full name of one of the five tables."""
        assert name in TABLES, name
        return f"{self.prefix}-{name}"

    def function(self, name: str) -> str:
        """Full name of a function, from its name in app.py; all HTTP routes are `api_handler`."""
        return f"{self.prefix}-{name}"

    @property
    def failed_queue(self) -> str:
        """Queue of what a function could not do after all its tries."""
        return f"{self.prefix}-failed"

    @property
    def ops_topic(self) -> str:
        """Topic of the alarms."""
        return f"{self.prefix}-ops"

    @property
    def dashboard(self) -> str:
        """Name of the dashboard."""
        return f"hotline-{self.prefix}"

    def bucket(self, name: str, account: str) -> str:
        """Full name of a bucket: files or recordings. *account* makes it unique in the world."""
        assert name in BUCKETS, name
        return f"hotline-{self.prefix}-{name}-{account}"

    def log_group(self, function: str) -> str:
        """Log group of a function; all of a province's lie below one path."""
        return f"/hotline/{self.prefix}/{function}"

    @property
    def parameters(self) -> str:
        """Path, with a slash at its end, below which the secrets lie as SecureString parameters."""
        return f"/hotline/{self.prefix}/"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets ops put there before the first deploy."""
        provider = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
        return (
            "SECRET_KEY",
            *(provider if self.sms_provider == "twilio" else ("GATEWAY_URL", "GATEWAY_SECRET")),
        )

    @property
    def public_url(self) -> str | None:
        """Address of the hotline; None = known only when the API exists, and then kept as a parameter."""
        return f"https://{self.domain}" if self.is_production else None


def make_plan(slug: str, environment: str = "production", root: Path | None = None) -> Plan:
    """
    Return the plan of a province's stack.

    Args:
        slug: The pack's folder below `provinces/`.
        environment: pilot or production.
        root: Another folder of packs.

    Raises:
        PackError: The pack cannot be read, lacks a choice, or has a name that no stack can have; each problem names
            file, line and remedy.
        ValueError: There is no such environment.
    """
    if environment not in ENVIRONMENTS:
        raise ValueError(f"There is no environment {environment!r}. Use one of: {', '.join(ENVIRONMENTS)}.")
    if misnamed := list(_name_problems(slug, environment)):
        raise PackError(misnamed)
    sources = read_sources(slug, root)
    problems = [problem for problem in sources.problems if problem.severity == "error"]
    problems += [
        problem
        for name in ("province", "deploy")
        for problem in FILES[name](sources.files[name], _top(sources, name), f"{name}.yaml")
    ]
    if problems:
        raise PackError(problems)
    province: dict[str, Any] = plain(sources.files["province"])
    chosen: dict[str, Any] = plain(sources.files["deploy"])
    # A mail domain is one identity in an account: a pilot beside production needs a name of its own below it.
    beside = "" if environment == "production" else f"{environment}."
    web, mail, kept = chosen["web"], chosen["mail"], chosen["retention"]
    return Plan(
        slug=slug,
        environment=environment,
        region=province["region"],
        domain=province["domain"],
        email_domain=beside + province["email_domain"],
        email_sender=province["email_from"].replace("@", f"@{beside}"),
        sms_provider=chosen["sms"]["provider"],
        sms_sender=province["sms_sender"],
        voice_number="" if chosen["voice"]["number"] == "none" else chosen["voice"]["number"],
        ops_email=chosen["ops"]["email"],
        certificate=web["certificate"] or "",
        cdn=web["cdn"],
        firewall=web["firewall"],
        requests_per_5_minutes=web["requests_per_5_minutes"],
        receives_mail=mail["receive"],
        rule_set=mail["rule_set"] or RULE_SET,
        own_key=chosen["keys"]["own"],
        requests_per_second=chosen["throttle"]["per_second"],
        requests_burst=chosen["throttle"]["burst"],
        budget_usd=chosen["budget"]["usd_a_month"],
        inbound_mail_days=kept["inbound_mail"],
        reports_days=kept["reports"],
        recordings_days=kept["recordings"],
        logs_days=kept["logs"],
        oldest_message_minutes=chosen["alarms"]["oldest_message_minutes"],
        quiet_hours=chosen["alarms"]["quiet_hours"],
    )


def _name_problems(slug: str, environment: str) -> Iterator[Problem]:
    """The stack and all in it is named after the pack: such a name must be lawful, and no other stack's."""
    where = f"provinces/{slug}"
    for ending in ENVIRONMENTS:
        if slug.endswith(f"-{ending}"):
            what = f"no pack may be called so: it would be the {ending} stack of {slug.removesuffix(f'-{ending}')}."
            yield Problem(
                where, 0, what, f"To name that stack: PROVINCE=… ENV={ending}. A pack: rename its folder."
            )
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        what = "a stack cannot be named after it."
        yield Problem(
            where, 0, what, "Small letters a–z and digits, with single hyphens between, as in dong-thap."
        )
    ending = "" if environment == "production" else f"-{environment}"
    if len(slug + ending) > LONGEST_PREFIX:
        what = f"its stack's buckets would have names longer than S3 takes ({len(slug + ending)} characters)."
        remedy = f"At most {LONGEST_PREFIX - len(ending)} characters for {environment}: rename the folder."
        yield Problem(where, 0, what, remedy)


def _top(sources: Sources, name: str) -> tuple[str, int]:
    file, line = sources.files[name].where
    return file, line or 1
