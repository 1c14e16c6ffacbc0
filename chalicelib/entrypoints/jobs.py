"""Handlers of streams, schedules and inbound mail; app.py names them. Each logs its counts as one line at its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import settings, wiring
from chalicelib.domain.case import Case
from chalicelib.domain.message import Delivery, Message
from chalicelib.errors import CaseNotFound, MalformedRequest
from chalicelib.storage.commit import commit
from chalicelib.storage.tables import from_stream_image

_log = logging.getLogger("hotline.jobs")

Failures = dict[str, list[dict[str, str]]]

COUNTS: dict[str, tuple[str, ...]] = {
    "send_outbox": ("records", "broken"),
    "count_cases": ("records", "broken"),
    "receive_email": (
        *("new_matter", "answer", "reply", "addition", "clarify", "object", "rate", "withdraw", "thanks"),
        *("refused", "ignored", "untrusted", "malformed", "known"),
    ),
    "take_mail_event": ("sent", "delivered", "retry", "failed", "known", "no news"),
    "sweep_outbox": (
        *("sent", "retry", "waits", "uncertain", "found", "failed", "left", "broken"),
        "oldest_seconds",
    ),
    "do_wake_ups": ("due", "steps", "conflicts", "failed"),
    "send_digests": ("agencies", "queued", "known"),
    "recount_stats": ("days", "cases", "counted", "repaired", "months"),
    "send_reports": ("queued", "known"),
}
"""Job → what it counts (docs/jobs.md); all of it is logged each time: a metric must see that there were none."""


def send_outbox(event: Mapping[str, Any]) -> Failures:
    """Send new messages; a record that fails is given back to the stream, the sweep takes what the stream loses."""
    from chalicelib.usecases.send import send_new
    from chalicelib.usecases.send_work import is_file

    sending = wiring.sending()

    def send(message: Message) -> None:
        if is_file(message):
            return  # the sweep takes it, after all messages: nobody's text waits for a stranger's picture
        if message.status is Delivery.PENDING and message.due_at <= wiring.now():
            send_new([message.id], sending=sending, now=wiring.now())

    return _each_record("send_outbox", event, "INSERT", Message, send)


def count_cases(event: Mapping[str, Any]) -> Failures:
    """Count changed cases; the case is read whole, because its history decides what it counts for."""
    from chalicelib.usecases.count import count_cases as count

    def add(case: Case) -> None:
        try:
            whole = wiring.case_store().get(case.code)
        except CaseNotFound:  # erased meanwhile: what it counted for stays, and must not hold up the stream
            return
        count([whole], stats=wiring.stats_store())

    return _each_record("count_cases", event, "", Case, add)


def receive_email(event: Mapping[str, Any]) -> dict[str, int]:
    """Take mails the mail service has put into the file store (`inbound/<message id>`)."""
    from chalicelib.gateways.email_inbound import read_mail
    from chalicelib.usecases.take_email import take_email

    counts: dict[str, int] = {}
    for record in event.get("Records", ()):
        message_id = record["ses"]["mail"]["messageId"]
        if message_id == "AMAZON_SES_SETUP_NOTIFICATION":  # the mail service's own first object
            continue
        raw = wiring.files().get(f"inbound/{message_id}")
        try:
            mail = read_mail(raw, id=f"ses#{message_id}", verdicts=record["ses"].get("receipt"))
        except MalformedRequest:  # no later try would read it; it stays in the file store
            _log.warning("mail cannot be read", extra={"mail": message_id})
            outcome = "malformed"
        else:
            outcome = take_email(mail, **wiring.taking())
        counts[outcome] = counts.get(outcome, 0) + 1
    return _logged("receive_email", counts)


def take_mail_event(event: Mapping[str, Any]) -> dict[str, int]:
    """Note what the mail service tells of mails it took: delivered, bounced, rejected."""
    from chalicelib.gateways.email_events import read_ses_events
    from chalicelib.usecases.take_delivery import take_delivery

    counts: dict[str, int] = {}
    sending = wiring.sending()
    for report in read_ses_events(event):
        outcome = take_delivery(report, sending=sending, now=wiring.now())
        counts[outcome] = counts.get(outcome, 0) + 1
    return _logged("take_mail_event", counts)


def sweep_outbox() -> dict[str, int]:
    """Send, settle or retry whatever is due."""
    from chalicelib.usecases.send import sweep

    return _logged("sweep_outbox", sweep(sending=wiring.sending(), now=wiring.now()))


def do_wake_ups() -> dict[str, int]:
    """Do the ladder's due steps."""
    from chalicelib.usecases.wake import do_wake_ups as wake_up

    return _logged(
        "do_wake_ups",
        wake_up(cases=wiring.case_store(), commit=commit, directory=wiring.directory(), now=wiring.now()),
    )


def send_digests() -> dict[str, int]:
    """Queue the morning's digests."""
    from chalicelib.usecases.digest import send_digests as send

    return _logged(
        "send_digests",
        send(
            cases=wiring.case_store(),
            commit=commit,
            directory=wiring.directory(),
            now=wiring.now(),
            **wiring.showing(),
        ),
    )


def recount_stats(asked: Mapping[str, Any] | None = None) -> dict[str, int]:
    """Prove and repair the counters of recent days, or of those asked for, then make the public figures of them."""
    from chalicelib.usecases.count import days_to_recount, recount
    from chalicelib.usecases.publish_figures import publish_figures

    stats, now = wiring.stats_store(), wiring.now()
    first, last = days_to_recount(now, asked)
    counts = recount(cases=wiring.case_store(), stats=stats, now=now, first=first, last=last)
    return _logged("recount_stats", counts | publish_figures(stats=stats, now=now, since=first))


def send_reports() -> dict[str, int]:
    """Queue the reports of every period that has just ended; `recount_stats` has proved the counters in the night."""
    from chalicelib.usecases.report import send_reports as send
    from chalicelib.web.render import mail
    from chalicelib.web.report_sheet import report_xlsx

    return _logged(
        "send_reports",
        send(
            stats=wiring.stats_store(),
            outbox=wiring.outbox_store(),
            files=wiring.files(),
            commit=commit,
            directory=wiring.directory(),
            render=mail,
            sheet=report_xlsx,
            now=wiring.now(),
        ),
    )


def _each_record(
    job: str, event: Mapping[str, Any], name: str, kind: type, act: Callable[[Any], None]
) -> Failures:
    """Hand each stream record's new image to *act*; name the first that fails, so that the rest comes again."""
    done = 0
    for record in event.get("Records", ()):
        image = record.get("dynamodb", {}).get("NewImage")
        if image is None or (name and record.get("eventName") != name):
            continue
        try:
            item = from_stream_image(image)
            if isinstance(item, kind):
                act(item)
                done += 1
        except Exception:
            _log.exception("stream record failed", extra={"event": record.get("eventID")})
            _logged(job, {"records": done, "broken": 1})
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    _logged(job, {"records": done})
    return {"batchItemFailures": []}


def _logged(job: str, counts: dict[str, int]) -> dict[str, int]:
    numbers = {f"n_{name.replace(' ', '_')}": counts.get(name, 0) for name in (*COUNTS[job], *counts)}
    _log.info("job", extra={"job": job, "province": settings.province(), **numbers})
    return counts
