"""Send what the outbox holds: at once from its stream, each minute what is due (the *outbox*, docs/design.md §4).

A row is leased before the provider is called. A sender that dies in between leaves a lease that runs out; the
sweep then marks the row `uncertain` and asks the provider before anything is sent again. The last failure is told
to the desk. Rows that are work and no message: usecases/send_work.py.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.domain.contact import CHANNEL as CALL
from chalicelib.domain.contact import Placing
from chalicelib.domain.message import Delivery, Message
from chalicelib.errors import (
    CaseConflict,
    CaseNotFound,
    SendFailed,
    SendUncertain,
    SettingMissing,
    StorageUnavailable,
)
from chalicelib.gateways.ports import EmailGateway, Mail, SmsGateway, VoiceGateway
from chalicelib.usecases.send_work import (
    FAILED_SECONDS,
    FILES_SECONDS,
    do_work,
    is_file,
    is_given_up,
    is_work,
    put_off_file,
)

LEASE_SECONDS = 120
"""Longer than a sender may run (60 s): while the lease holds, nobody else sends."""

SETTLE_SECONDS = 120
"""A provider's list may lag behind its sends."""

EMAIL_SETTLE_SECONDS = 1_800
"""Mail services cannot be asked; their delivery event comes within minutes or not at all."""

BACKOFF_SECONDS = (60, 300, 900, 3_600, 10_800, 21_600)
"""Waits after each failed try that may succeed later; after the last the message has failed."""

UNCERTAIN_HOURS = 24
"""So long a message may stay uncertain; then the desk is told, who may know another way."""

PUT_OFF = timedelta(minutes=15)
"""When a message that broke the sweep is looked at again; what broke it may be mended by then."""

SWEEP_LIMIT = 200
"""Messages one sweep looks at; the next minute goes on."""

_log = logging.getLogger("hotline.send")

_Gateway = TypeVar("_Gateway")


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending needs: the outbox, the gateways, and how a mail is composed."""

    outbox: Any
    sms: Callable[[], SmsGateway]
    email: Callable[[], EmailGateway]
    compose: Callable[[Message], Mail]
    tell_desk: Callable[[Message], None]
    """Puts a failed message on the desk's table."""
    civil: Callable[[datetime], datetime] = lambda at: at
    """The next moment at which people may be written to without waking them."""
    recording: Callable[[Message], bool] = lambda message: True
    """Does what can be done now for a recording (usecases/fetch_recording.py); whether that was all."""
    upload: Callable[[Message], bool] = lambda message: True
    """Likewise for a file somebody sent (usecases/take_upload.py)."""
    voice: Callable[[], VoiceGateway] | None = None
    placing: Callable[[Message], Placing] = lambda message: Placing()
    """Whom to ring for a call-back, or when to look again (usecases/call_out.py)."""

    def again_at(self, message: Message, at: datetime) -> datetime:
        """When a message is tried again that should go at *at*."""
        return self.civil(at) if message.civil_hours else at


def send_new(message_ids: list[str], *, sending: Sending, now: datetime) -> dict[str, int]:
    """Send messages the stream has just brought; what is not due or taken is left to the sweep. Returns counts."""
    return dict(Counter(_send(message_id, sending, now) for message_id in message_ids))


def sweep(
    *, sending: Sending, now: datetime, seconds: Callable[[], float] = time.monotonic
) -> dict[str, int]:
    """
    Send, settle or retry whatever is due; files last, and as many as there is time for.

    Args:
        sending: What sending needs.
        now: The present moment.
        seconds: How long something has run; the difference of two calls counts.

    Returns:
        Counts by outcome, and `oldest_seconds`: how long the message that waited longest had been due by *now*.
    """
    counts: Counter[str] = Counter()
    begun = seconds()
    for message in sorted(sending.outbox.due(now, SWEEP_LIMIT), key=is_file):
        if is_file(message) and seconds() - begun > FILES_SECONDS:
            put_off_file(message, sending, now)
            counts["waits"] += 1
            continue
        waited = int((now - message.due_at).total_seconds())
        if waited > 0:
            counts["oldest_seconds"] = max(counts["oldest_seconds"], waited)
        try:
            counts[_sweep_one(message, sending, now)] += 1
        except StorageUnavailable:  # not the message's fault; the next minute looks at it again
            counts["broken"] += 1
            _log.exception("storage unavailable", extra={"message_id": message.id})
        except Exception as problem:  # one broken message must not hold up the others
            counts["broken"] += 1
            _log.exception("message broken", extra={"message_id": message.id})
            _put_off(message, problem, sending, now)
    return dict(counts)


def _put_off(message: Message, problem: Exception, sending: Sending, now: datetime) -> None:
    """
    Send a broken message to the back, or give it up after a day: many at the front would leave no turn to others.

    One that was leased meanwhile is left alone: its lease runs out and counts as a try.
    """
    expected = {message.status}
    try:
        if now - message.created_at > timedelta(hours=UNCERTAIN_HOURS):
            give_up(message, f"broken: {type(problem).__name__}", expected=expected, sending=sending)
            return
    except Exception:  # the desk cannot be told now; it must hear of it before the message may be forgotten
        _log.exception("message cannot be given up", extra={"message_id": message.id})
    try:
        sending.outbox.settle(message.id, expected=expected, status=message.status, due_at=now + PUT_OFF)
    except StorageUnavailable:
        _log.exception("message not put off", extra={"message_id": message.id})


def _sweep_one(message: Message, sending: Sending, now: datetime) -> str:
    if message.status is Delivery.PENDING:
        return _send(message.id, sending, now)
    if is_work(message):
        sending.outbox.settle(message.id, expected={message.status}, status=Delivery.PENDING, due_at=now)
        return _send(message.id, sending, now)
    if message.status is Delivery.SENDING:
        return _lease_ran_out(message, sending, now)
    return _settle(message, sending, now)


def _send(message_id: str, sending: Sending, now: datetime) -> str:
    message = sending.outbox.lease(message_id, now=now, until=now + timedelta(seconds=LEASE_SECONDS))
    if message is None:
        return "left"
    try:
        if is_work(message):
            return do_work(message, sending, now)
        if message.channel == CALL:
            placing = _whom(message, sending)
            if not placing.to:
                return _not_now(message, placing, sending)
            message = replace(message, to=placing.to)
        provider_id = _hand_over(message, sending)
    except SendUncertain:
        _mark_uncertain(message, sending, now)
        return "uncertain"
    except SendFailed as failure:
        return _failed(message, failure, sending, now)
    sending.outbox.settle(
        message.id,
        expected={Delivery.SENDING},
        status=Delivery.SENT,
        provider_id=provider_id,
        sent_at=now,
    )
    return "sent"


def _whom(message: Message, sending: Sending) -> Placing:
    """
    Whom to ring for a call-back.

    Raises:
        SendFailed: It cannot be told now; nothing has rung.
    """
    try:
        return sending.placing(message)
    except (StorageUnavailable, CaseConflict) as problem:
        raise SendFailed(f"officers not known: {type(problem).__name__}", retry=True) from problem


def _not_now(message: Message, placing: Placing, sending: Sending) -> str:
    """No officer is free or there, or the citizen was reached by now: then nobody is rung any more."""
    waits = placing.later is not None
    sending.outbox.settle(
        message.id,
        expected={Delivery.SENDING},
        status=Delivery.PENDING if waits else Delivery.DELIVERED,
        due_at=placing.later,
        error="" if waits else "not needed any more",
    )
    return "waits" if waits else "dropped"


def _hand_over(message: Message, sending: Sending) -> str:
    if message.channel == CALL:
        assert sending.voice is not None
        return _opened(sending.voice).call(to=message.to, message_id=message.id)
    if message.channel == "email":
        return _opened(sending.email).send(_composed(message, sending))
    return _opened(sending.sms).send(to=message.to, text=message.text, message_id=message.id)


def _opened(gateway: Callable[[], _Gateway]) -> _Gateway:
    """
    The gateway; without its secrets nothing has been sent, and ops can cure it.

    Raises:
        SendFailed: A secret is missing or cannot be read now.
    """
    try:
        return gateway()
    except (SettingMissing, StorageUnavailable) as problem:
        _log.exception("provider not set up")  # with what is missing and the remedy
        raise SendFailed(f"not set up: {type(problem).__name__}", retry=True, alarm=True) from problem


def _composed(message: Message, sending: Sending) -> Mail:
    """
    The mail; one that cannot be written has not been sent: it is tried again and in the end told to the desk.

    Raises:
        SendFailed: Its case is gone, or a template or text is broken, which a deploy may mend.
    """
    try:
        return sending.compose(message)
    except StorageUnavailable as problem:
        raise SendFailed("storage unavailable", retry=True) from problem
    except CaseNotFound as problem:
        raise SendFailed("case is gone", retry=False) from problem
    except Exception as problem:
        _log.exception("mail cannot be written", extra={"message_id": message.id, "purpose": message.purpose})
        reason = f"cannot be written: {type(problem).__name__}"
        raise SendFailed(reason, retry=True, alarm=True) from problem


def _failed(message: Message, failure: SendFailed, sending: Sending, now: datetime) -> str:
    if failure.alarm:
        _log.error("send refused", extra={"message_id": message.id, "reason": failure.reason})
    work = is_work(message)
    too_often = is_given_up(message, now) if work else message.attempts > len(BACKOFF_SECONDS)
    if failure.retry and not too_often:
        wait = FAILED_SECONDS if work else BACKOFF_SECONDS[message.attempts - 1]
        sending.outbox.settle(
            message.id,
            expected={Delivery.SENDING},
            status=Delivery.PENDING,
            due_at=sending.again_at(message, now + timedelta(seconds=wait)),
            error=failure.reason,
            attempts=0 if work else None,
        )
        return "retry"
    give_up(message, failure.reason, expected={Delivery.SENDING}, sending=sending)
    return "failed"


def give_up(message: Message, reason: str, *, expected: set[Delivery], sending: Sending) -> None:
    """
    Put a message on the desk's table, once, and mark it failed for good.

    The desk is told first: whoever dies between the two leaves a message that will be given up again, and telling
    the desk of it again is nothing new. The other way round nobody would ever hear of it.
    """
    sending.tell_desk(replace(message, status=Delivery.FAILED, error=reason))
    if sending.outbox.settle(message.id, expected=expected, status=Delivery.FAILED, error=reason):
        # Mail to the desk itself, digests and reports have no case to tell the desk of: the log is where they show.
        _log.error("message given up", extra=_about(message))


def _about(message: Message) -> dict[str, str]:
    return {"message_id": message.id, "purpose": message.purpose, "channel": message.channel}


def _mark_uncertain(message: Message, sending: Sending, now: datetime) -> None:
    wait = EMAIL_SETTLE_SECONDS if message.channel == "email" else SETTLE_SECONDS
    marked = sending.outbox.settle(
        message.id,
        expected={Delivery.SENDING},
        status=Delivery.UNCERTAIN,
        due_at=now + timedelta(seconds=wait),
        was_uncertain=True,
    )
    if marked:
        _log.warning("message uncertain", extra=_about(message))


def _lease_ran_out(message: Message, sending: Sending, now: datetime) -> str:
    """The sender died, or is very late; whether the provider got the message nobody knows."""
    _mark_uncertain(message, sending, now)
    return "uncertain"


def _settle(message: Message, sending: Sending, now: datetime) -> str:
    """Ask the provider whether an uncertain message went out; only a clear no sends it again at once."""
    if message.channel == CALL:
        # Whether a phone rang nobody can tell; its steps, if there are any, stand in the case. The desk decides.
        give_up(message, "uncertain whether it rang", expected={Delivery.UNCERTAIN}, sending=sending)
        return "failed"
    try:
        if message.channel == "email":
            found = sending.email().find(message_id=message.id, since=message.created_at)
        else:
            found = sending.sms().find(
                to=message.to, text=message.text, message_id=message.id, since=message.created_at
            )
    except SendUncertain:
        if message.channel != "email":
            if now - message.created_at > timedelta(hours=UNCERTAIN_HOURS):
                give_up(message, "uncertain too long", expected={Delivery.UNCERTAIN}, sending=sending)
                return "failed"
            _postpone(message, sending, now)
            return "uncertain"
        found = None  # no delivery event came in time: a mail that comes twice is better than one that never comes
    if found is not None:
        sending.outbox.settle(
            message.id, expected={Delivery.UNCERTAIN}, status=Delivery.SENT, provider_id=found, sent_at=now
        )
        return "found"
    if message.attempts > len(BACKOFF_SECONDS):
        give_up(message, "uncertain too often", expected={Delivery.UNCERTAIN}, sending=sending)
        return "failed"
    sending.outbox.settle(message.id, expected={Delivery.UNCERTAIN}, status=Delivery.PENDING, due_at=now)
    return _send(message.id, sending, now)


def _postpone(message: Message, sending: Sending, now: datetime) -> None:
    sending.outbox.settle(
        message.id,
        expected={Delivery.UNCERTAIN},
        status=Delivery.UNCERTAIN,
        due_at=now + timedelta(seconds=SETTLE_SECONDS),
    )
