"""What a stack costs a month: measured quantities times a dated table of prices. `python -m infra.cost [province]`.

Carrier, domain name and tax are not in it. Quantities are measured (tests hold them against the code) or marked as
assumed; docs/ops/costs.md shows the result and says what could not be checked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from infra.alarms import alarms
from infra.functions import named
from infra.plan import Plan, make_plan

DAYS = 30
MINUTES = DAYS * 24 * 60
GB = 1e9
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs in ap-southeast-1, before tax."""

    usd: float
    unit: str
    source: str
    """Where Amazon publishes it."""
    free: float = 0.0
    """Units an account gets each month for good; offers of the first twelve months are not counted."""
    seen: bool = False
    """Checked on 2026-11-22 against copies of published pages. The others are list prices nobody has checked since."""


PRICES = {
    "lambda requests": Price(0.20 / MILLION, "request", "aws.amazon.com/lambda/pricing", 1e6),
    "lambda time": Price(0.0000133334, "GB-s, arm64", "aws.amazon.com/lambda/pricing", 400_000),
    "api requests": Price(4.25 / MILLION, "request", "aws.amazon.com/api-gateway/pricing"),
    "table writes": Price(0.7115 / MILLION, "write unit", "aws.amazon.com/dynamodb/pricing/on-demand"),
    "table reads": Price(0.1423 / MILLION, "read unit", "aws.amazon.com/dynamodb/pricing/on-demand"),
    "table storage": Price(0.285, "GB", "aws.amazon.com/dynamodb/pricing/on-demand", 25),
    "table restore points": Price(0.228, "GB", "aws.amazon.com/dynamodb/pricing/on-demand"),
    "log intake": Price(0.70, "GB", "aws.amazon.com/cloudwatch/pricing", 5),
    "log storage": Price(0.03, "GB", "aws.amazon.com/cloudwatch/pricing"),
    "alarms": Price(0.10, "watched metric", "aws.amazon.com/cloudwatch/pricing", 10, seen=True),
    "log metrics": Price(0.30, "metric", "aws.amazon.com/cloudwatch/pricing", 10, seen=True),
    "dashboard": Price(3.00, "dashboard", "aws.amazon.com/cloudwatch/pricing", 3, seen=True),
    "mails": Price(0.10 / 1000, "mail out or in", "aws.amazon.com/ses/pricing"),
    "file storage": Price(0.025, "GB", "aws.amazon.com/s3/pricing"),
    "file writes": Price(0.005 / 1000, "request", "aws.amazon.com/s3/pricing"),
    "traffic out": Price(0.12, "GB", "aws.amazon.com/ec2/pricing/on-demand", 100),
    "key": Price(1.00, "key", "aws.amazon.com/kms/pricing"),
    "key requests": Price(0.03 / 10_000, "request", "aws.amazon.com/kms/pricing", 20_000),
    "firewall": Price(6.00, "list with one rule", "aws.amazon.com/waf/pricing"),
    "firewall requests": Price(0.60 / MILLION, "request", "aws.amazon.com/waf/pricing"),
}
"""Free: standard parameters, schedules, streams read by Lambda, the budget, log filters, gradual deploys."""

# Measured; `make bench` prints them and tests/infra/test_cost.py holds them.
CASE_WRITE_UNITS = 88
CASE_READ_UNITS = 17
IDLE_READ_UNITS = 2.0
"""Of both jobs that run each minute: at most four calls, half a unit each, which an empty answer costs too."""
IDLE_LOG_BYTES = 415
"""Of our own lines of both jobs in one minute."""

# Counted over the steps of an ordinary case (bench/ordinary_case.py).
CASE_HTTP = 7
"""Two texts, a delivery report, and the agency opens and acts twice."""
CASE_STREAM_RUNS = 12
"""Each write to a case or a message starts a function; batches make it fewer."""
CASE_MAILS = 2
"""To the agency: the matter, and at most one reminder on average."""
CASE_MAIL_EVENTS = 2

# Assumed: only Amazon's own machines can tell. Chosen high.
RUN_SECONDS = 0.15
IDLE_RUN_SECONDS = 0.06
COLD_STARTS_A_DAY = 50
COLD_START_SECONDS = 3.0
RUNTIME_LOG_BYTES = 450
"""What Lambda writes of a run by itself (START, END, REPORT) and what the service adds to each line."""
HTTP_LOG_BYTES = 800
"""Our line of a call and the API's access log."""
KEPT_LOG_SHARE = 0.15
"""Logs are stored compressed."""
CASE_BYTES = 20_000
"""A case with its history, messages, index rows and inbox, after its life."""
MAIL_IN_SHARE, MAIL_BYTES = 0.3, 200_000
"""Of cases with a mail coming in; its size, mostly a picture."""
DIGESTS_A_DAY = 40
PAGE_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the bill."""

    name: str
    quantity: float
    price: Price

    @property
    def usd(self) -> float:
        """A month, without the allowances of the account."""
        return self.quantity * self.price.usd

    @property
    def usd_after_free(self) -> float:
        """A month, when nothing else in the account uses the allowances that never end."""
        return max(0.0, self.quantity - self.price.free) * self.price.usd


def cost(plan: Plan, contacts_a_day: float = 0) -> list[Row]:
    """
    Return the lines of a month's bill of *plan*'s stack at the end of its first year.

    Args:
        plan: The stack.
        contacts_a_day: Each is taken to open a case, which is the dearest it can be. 0 = idle.
    """
    return [Row(name, quantity, PRICES[name]) for name, quantity in _quantities(plan, contacts_a_day)]


def _quantities(plan: Plan, contacts_a_day: float) -> Iterator[tuple[str, float]]:
    cases = contacts_a_day * DAYS
    busy = contacts_a_day > 0
    http = cases * CASE_HTTP
    other_runs = cases * (CASE_STREAM_RUNS + CASE_MAIL_EVENTS + MAIL_IN_SHARE) + 3 * DAYS
    idle_runs = 2 * MINUTES
    runs = http + other_runs + idle_runs
    gb_http, gb = named("api_handler").memory / 1024, named("sweep_outbox").memory / 1024
    cold = COLD_STARTS_A_DAY * DAYS * COLD_START_SECONDS * gb_http
    yield "lambda requests", runs
    yield (
        "lambda time",
        cold
        + http * RUN_SECONDS * gb_http
        + other_runs * RUN_SECONDS * gb
        + idle_runs * IDLE_RUN_SECONDS * gb,
    )
    yield "api requests", http
    yield "table writes", cases * CASE_WRITE_UNITS
    yield "table reads", cases * CASE_READ_UNITS + MINUTES * IDLE_READ_UNITS
    stored = contacts_a_day * 365 * CASE_BYTES / GB
    yield "table storage", stored
    yield "table restore points", stored
    intake = (runs * RUNTIME_LOG_BYTES + http * HTTP_LOG_BYTES + MINUTES * IDLE_LOG_BYTES) / GB
    yield "log intake", intake
    yield "log storage", intake * KEPT_LOG_SHARE * min(plan.logs_days, 365) / DAYS
    yield "alarms", sum(len(alarm.metrics) for alarm in alarms(plan))
    yield "log metrics", 1.0 if busy else 0.0  # contacts; the others are published only in trouble
    yield "dashboard", 1
    yield "mails", cases * (CASE_MAILS + MAIL_IN_SHARE) + (DIGESTS_A_DAY * DAYS if busy else 0)
    mails_in = cases * MAIL_IN_SHARE
    yield "file storage", mails_in * MAIL_BYTES / GB * plan.inbound_mail_days / DAYS
    yield "file writes", mails_in
    yield "traffic out", http * PAGE_BYTES / GB
    if plan.own_key:
        yield "key", 1
        yield "key requests", runs  # a bound: tables and buckets keep data keys for minutes
    if plan.firewall and plan.is_production:
        yield "firewall", 1
        yield "firewall requests", http


def table(plan: Plan, contacts_a_day: float) -> str:
    """Return the bill as a Markdown table; lines of nothing are left out."""
    rows = cost(plan, contacts_a_day)
    lines = [
        "| What | Quantity a month | Unit | USD | USD after what is always free |",
        "| --- | ---: | --- | ---: | ---: |",
        *(
            f"| {row.name}{'' if row.price.seen else ' ¹'} | {_number(row.quantity)} | {row.price.unit} "
            f"| {row.usd:.2f} | {row.usd_after_free:.2f} |"
            for row in rows
            if row.quantity
        ),
        f"| **together** | | | **{sum(row.usd for row in rows):.2f}** "
        f"| **{sum(row.usd_after_free for row in rows):.2f}** |",
    ]
    return "\n".join(lines)


def _number(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 100 or quantity == int(quantity) else f"{quantity:.3g}"


def main() -> None:
    """Print the bills of a province: idle, and with 150 contacts a day."""
    plan = make_plan(sys.argv[1] if len(sys.argv) > 1 else "dong-thap")
    for contacts in (0, 150):
        print(f"{plan.stack_name}, {contacts} contacts a day\n\n{table(plan, contacts)}\n")


if __name__ == "__main__":
    main()
