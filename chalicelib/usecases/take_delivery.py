"""Take a provider's word on a message we sent: delivered, or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.message import Delivery, Message
from chalicelib.gateways.ports import DeliveryReport
from chalicelib.usecases.send import Sending, give_up

RETRY_LATER_SECONDS = 3_600
"""A phone that is switched off may be on in an hour."""

MAX_DELIVERY_TRIES = 2
"""A message a handset did not take is tried once more (codes 30003 and 30008 of gateways/twilio_errors.py)."""

_OUT = {Delivery.SENDING, Delivery.UNCERTAIN, Delivery.SENT}


def take_delivery(report: DeliveryReport, *, sending: Sending, now: datetime) -> str:
    """
    Note a delivery report; late, repeated and unordered reports never step back. Returns what was done.

    A report for a message whose outcome was unknown settles it.
    """
    if report.status == "sent":
        done = sending.outbox.settle(
            report.message_id,
            expected={Delivery.SENDING, Delivery.UNCERTAIN},
            status=Delivery.SENT,
            provider_id=report.provider_id,
            sent_at=now,
        )
        return "sent" if done else "known"
    if report.status == "delivered":
        done = sending.outbox.settle(
            report.message_id, expected=_OUT, status=Delivery.DELIVERED, provider_id=report.provider_id
        )
        return "delivered" if done else "known"
    if report.status != "failed":
        return "no news"
    message = sending.outbox.get(report.message_id)
    if message is None or message.status not in _OUT or _is_of_earlier_try(report, message):
        return "known"
    if message.channel == "call":
        # It was placed; that nobody picked up is told by the call's own end, which orders the next try.
        sending.outbox.settle(
            message.id, expected=_OUT, status=Delivery.DELIVERED, provider_id=report.provider_id
        )
        return "delivered"
    if report.retry and message.attempts < MAX_DELIVERY_TRIES:
        sending.outbox.settle(
            message.id,
            expected=_OUT,
            status=Delivery.PENDING,
            due_at=sending.again_at(message, now + timedelta(seconds=RETRY_LATER_SECONDS)),
            error=report.error,
        )
        return "retry"
    give_up(message, report.error, expected=_OUT, sending=sending)
    return "failed"


def _is_of_earlier_try(report: DeliveryReport, message: Message) -> bool:
    """Whether a report speaks of a try that was repeated since; such a one may come twice, or late."""
    if not message.provider_id or not report.provider_id:
        return False
    if message.status is Delivery.SENT:
        return report.provider_id != message.provider_id
    # The present try has no id on record yet; the one there is the former's.
    return report.provider_id == message.provider_id
