"""What SES tells of a mail after it left: delivered or bounced. Over EventBridge or SNS, in any order, perhaps twice.

Amazon SES Developer Guide, *Contents of event data that Amazon SES publishes*: the mail's tags carry our own id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.gateways.ports import DeliveryReport

TAG = "message_id"
"""The tag `email_ses` puts on each mail."""

WORTH_ANOTHER_TRY = frozenset({"MailboxFull", "General"})
"""Transient bounces that may pass; a mail that is too large or refused for its content will be so again."""


def read_ses_events(event: Mapping[str, Any]) -> Iterator[DeliveryReport]:
    """
    Yield the news in a Lambda event; what is no news (opened, clicked, sent) and what is none of ours is left out.

    Args:
        event: From EventBridge (`detail`) or from SNS (`Records[].Sns.Message`, JSON as text).
    """
    for told in _told(event):
        report = _report(told)
        if report is not None:
            yield report


def _told(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(event.get("detail"), Mapping):
        yield event["detail"]
    for record in event.get("Records", ()):
        try:
            told = json.loads(record["Sns"]["Message"])
        except (KeyError, TypeError, ValueError):
            continue
        if isinstance(told, Mapping):
            yield told


def _report(told: Mapping[str, Any]) -> DeliveryReport | None:
    mail = told.get("mail") or {}
    ids = (mail.get("tags") or {}).get(TAG) or ()
    if not ids:
        return None
    kind = str(told.get("eventType") or told.get("notificationType") or "")
    ours, theirs = str(ids[0]), str(mail.get("messageId", ""))
    if kind == "Delivery":
        return DeliveryReport(ours, theirs, "delivered")
    if kind == "Bounce":
        bounce = told.get("bounce") or {}
        reason = f"bounced: {bounce.get('bounceType', '')} {bounce.get('bounceSubType', '')}".strip()
        again = bounce.get("bounceType") != "Permanent" and bounce.get("bounceSubType") in WORTH_ANOTHER_TRY
        return DeliveryReport(ours, theirs, "failed", reason, retry=again)
    if kind in ("Reject", "RenderingFailure", "Rendering Failure"):
        return DeliveryReport(ours, theirs, "failed", f"rejected by the mail service: {kind}", alarm=True)
    return None
