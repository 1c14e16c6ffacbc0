"""One look at a stack: versions, alarms, what waits, what ran, how many cases are open. 1 = somebody should act."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TextIO

from chalicelib.domain.calendar import ZONE
from infra.functions import FUNCTIONS
from infra.plan import Plan
from infra.state import LOOK_BACK, Fetch, Running, Status, fetch, read_status

MISSED_MINUTES = 15
"""A job of every minute is missed then: one period of 5 minutes and the minutes its count takes to appear."""
TAKES_UP = timedelta(minutes=5)
"""A hotline that works with another directory that long after a publication does not take it up."""
DNS_TAKES = timedelta(days=1)
"""Records are entered by somebody else, after the first deploy has printed them."""
SILENCE = "khong-"
"""What the names of alarms begin with that ring when nothing comes, or nothing runs: so from a stack's first minute."""
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`status` has no options."""


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Print the table and what is wrong; 1 = something is."""
    found = status(plan, datetime.now(UTC))
    for line in table(found):
        print(line, file=out)
    reasons = healthy(found)
    for reason in reasons:
        print(f"NOT HEALTHY: {reason}", file=out)
    if not reasons:
        print("healthy", file=out)
    return 1 if reasons else 0


def status(plan: Plan, now: datetime, *, fetch: Fetch = fetch) -> Status:
    """Return how the stack of *plan* is doing at *now* (see `infra.state.read_status`)."""
    return read_status(plan, now, fetch=fetch)


def healthy(status: Status) -> list[str]:
    """Return what is wrong with a stack, each with its remedy; nothing = it is healthy."""
    return list(_reasons(status))


def _reasons(status: Status) -> Iterator[str]:
    plan, of = status.plan, status.plan.words
    if not status.stack:
        yield f"{plan.stack_name} is not deployed in {plan.region}. Run: make deploy {of}"
        return
    if status.stack not in GOOD:
        yield (
            f"the stack is {status.stack}: its last deploy did not end well, or goes on. "
            f"Look at the events of {plan.stack_name} in CloudFormation."
        )
    if not status.functions:
        yield "the tables are not there."
        return
    missing = [function.name for function in status.functions if not function.version]
    if missing:
        yield f"without a live version: {', '.join(missing)}. Run: make deploy {of}"
    if len({function.code for function in status.functions if function.version}) > 1:
        yield "the functions run different code. Wait for the deploy that goes on, or deploy again."
    if status.directory is None:
        yield f"no province pack is published. Run: make publish {of}"
    for name in _meant(status):
        yield f"alarm {name} rings. See docs/ops/so-tay-truc-su-co.md"
    if status.failed:
        yield f"{status.failed} events failed all their tries. Run: make redrive {of}"
    if (waited := _minutes_waited(status)) > plan.oldest_message_minutes:
        yield f"a message has been due for {waited} minutes. See docs/ops/provider-outage.md"
    missed = [function.name for function in status.functions if _missed(function, status)]
    if missed:
        yield f"did not run in time: {', '.join(missed)}. Look at their log groups and schedules."
    yield from _health_reasons(status)


def _meant(status: Status) -> Iterator[str]:
    """Return the alarms that ring, but for those of silence while a stack is too young to have been heard of."""
    plan, since = status.plan, status.created_at
    first_day = max(LOOK_BACK, timedelta(hours=plan.quiet_hours))
    young = since is not None and status.at - since < first_day
    return (name for name in status.alarms if not (young and name.startswith(f"{plan.prefix}-{SILENCE}")))


def _health_reasons(status: Status) -> Iterator[str]:
    health = status.health
    if health is None:
        yield "the address of the hotline is not known: the parameter PUBLIC_URL is missing."
    elif health.status != 200:
        if not _waits_for_dns(status):
            yield f"{health.url}/health answers {health.status or 'nothing'}."
    elif health.directory != status.directory and (
        status.published_at is None or status.at - status.published_at > TAKES_UP
    ):
        yield f"the hotline works with directory {health.directory or 'none'}, not the one in force."


def _waits_for_dns(status: Status) -> bool:
    """A province's domain need not lead anywhere on a stack's first day; a pilot's address comes with its API."""
    young = status.created_at is not None and status.at - status.created_at < DNS_TAKES
    return (
        young
        and status.health is not None
        and status.health.status == 0
        and status.plan.public_url is not None
    )


def _minutes_waited(status: Status) -> int:
    return int((status.at - status.outbox_due_at).total_seconds() // 60) if status.outbox_due_at else 0


def _missed(running: Running, status: Status) -> bool:
    function = next(one for one in FUNCTIONS if one.name == running.name)
    if function.trigger != "schedule" or status.created_at is None or not running.version:
        return False
    within = timedelta(minutes=MISSED_MINUTES) if function.every_minutes else timedelta(hours=26)
    if status.at - status.created_at < within:
        return False
    return running.last_run_at is None or (
        function.every_minutes > 0 and status.at - running.last_run_at > within
    )


def table(status: Status) -> Iterator[str]:
    """Yield the lines of the table; times are Việt Nam's."""
    plan = status.plan
    yield f"{plan.stack_name}  {plan.region}  {_at(status.at)}"
    rows = [("stack", f"{status.stack or 'not deployed'}, last changed {_at(status.changed_at)}")]
    if status.functions:
        waited = f"{_minutes_waited(status)} minutes" if status.outbox_due_at else "nothing is due"
        health = status.health
        rows += [
            ("directory", f"{status.directory or 'none'}, published {_at(status.published_at)}"),
            ("health", f"{_answer(status)} from {health.url}" if health else "address unknown"),
            ("alarms", ", ".join(status.alarms) or "none"),
            ("failed events", str(status.failed)),
            ("oldest message due", waited),
            ("messages", f"{status.uncertain} uncertain, {status.undelivered} given up in 24 hours"),
            (
                "open cases",
                f"{status.open_with_agencies} with agencies, {status.open_with_desk} with the desk",
            ),
        ]
    yield from (f"  {name:<20}{value}" for name, value in rows)
    if status.functions:
        yield ""
        yield f"  {'function':<20}{'live':<6}{'code':<14}{'ran last':<18}errors in 1 hour"
    for one in status.functions:
        yield (
            f"  {one.name:<20}{one.version or '-':<6}{one.code[:12] or '-':<14}{_at(one.last_run_at):<18}{one.errors}"
        )


def _answer(status: Status) -> str:
    if _waits_for_dns(status):
        return "no answer yet (are the DNS records entered?)"
    return str((status.health and status.health.status) or "no answer")


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(ZONE):%d/%m/%Y %H:%M}" if moment else "-"
