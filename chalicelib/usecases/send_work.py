"""Rows of the outbox that are work and no message: a recording to be fetched, a file to be taken.

Nothing of them is ever uncertain: a pass that died is done again. Its age decides when one is given up, because most
passes only find that it is too early; `attempts` counts those that were begun since one ended.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.attachment import CHANNEL as UPLOAD
from chalicelib.domain.message import Delivery, Message
from chalicelib.domain.recording import CHANNEL as RECORDING
from chalicelib.errors import SendFailed, StorageUnavailable

if TYPE_CHECKING:
    from chalicelib.usecases.send import Sending

AGAIN_SECONDS, FAILED_SECONDS = 60, 300
"""When work is looked at again: while it is being written down or on its way, and after a pass that failed."""

SLOWER = 4
"""What has waited long is looked at less often: after a further quarter of the time since it was due."""

FILES_SECONDS = 25
"""Of a sweep, after which no file is begun: one may take 10 seconds (gateways/safe_files.py), and a sweep has 55."""

GIVEN_UP_AFTER = timedelta(hours=24)
"""So long a recording or a file may be away; then the desk is told, who may know another way."""

_log = logging.getLogger("hotline.send")


def is_work(message: Message) -> bool:
    """Whether a row brings something in instead of telling somebody something."""
    return message.channel in (RECORDING, UPLOAD)


def is_file(message: Message) -> bool:
    """Whether a row brings in a file somebody sent; the sweep alone takes these, after all else."""
    return message.channel == UPLOAD


def do_work(message: Message, sending: Sending, now: datetime) -> str:
    """
    Do what can be done now for a row that was leased; return what became of it.

    Raises:
        SendFailed: A pass failed, or waited for too long.
    """
    if sending.recording(message) if message.channel == RECORDING else sending.upload(message):
        sending.outbox.settle(message.id, expected={Delivery.SENDING}, status=Delivery.SENT, sent_at=now)
        return "sent"
    if message.channel == RECORDING and is_given_up(message, now):  # a file tells its case, and is done then
        raise SendFailed("not written down", retry=False)
    again = now + (_file_wait(message, now) if is_file(message) else timedelta(seconds=AGAIN_SECONDS))
    sending.outbox.settle(
        message.id, expected={Delivery.SENDING}, status=Delivery.PENDING, due_at=again, attempts=0
    )
    return "waits"


def is_given_up(message: Message, now: datetime) -> bool:
    """Whether work has failed or waited so long that nobody tries any more."""
    return now - message.created_at > GIVEN_UP_AFTER


def put_off_file(message: Message, sending: Sending, now: datetime) -> None:
    """Send a file to the back: it must not keep messages from coming into the sweep's sight."""
    try:
        again = now + _file_wait(message, now)
        sending.outbox.settle(message.id, expected={message.status}, status=message.status, due_at=again)
    except StorageUnavailable:
        _log.exception("message not put off", extra={"message_id": message.id})


def _file_wait(message: Message, now: datetime) -> timedelta:
    return max(timedelta(seconds=AGAIN_SECONDS), (now - message.created_at) / SLOWER)
