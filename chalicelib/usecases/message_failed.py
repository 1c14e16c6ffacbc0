"""A message could not be delivered by its way: the desk learns it, never silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.domain.attachment import CHANNEL as UPLOAD
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.message import Message
from chalicelib.domain.recording import CHANNEL as RECORDING
from chalicelib.errors import CaseConflict, CaseNotFound
from chalicelib.usecases import notices

MAX_TRIES = 3

DESK_ITSELF = "desk"
"""A mail to the desk that fails cannot be told to the desk by mail: the alarm in the log and the status remain."""


def tell_desk_of_failure(
    message: Message, *, cases: Any, commit: Callable[..., None], directory: Directory, now: datetime
) -> None:
    """
    Write the failure into the case's history and send the desk its page; nothing for mail to the desk itself.

    Told twice is told once: the history names the message that failed, and the mail's id is made of its id.

    Raises:
        CaseConflict: The case kept changing, and the desk does not know yet.
    """
    if message.purpose == DESK_ITSELF or message.case_code is None:
        return
    for _ in range(MAX_TRIES):
        try:
            case: Case = cases.get(message.case_code)
        except CaseNotFound:
            return
        if any(event.data.get("failed") == message.id for event in case.events):
            return
        data = {"message": message.purpose, "channel": message.channel, "failed": message.id}
        noted = case.act("note", actor=Actor.SYSTEM, at=now, note=message.error, data=data)
        reason = message.channel if message.channel in (RECORDING, UPLOAD) else "message_failed"
        told = notices.to_desk(
            noted, reason, directory=directory, now=now, failed=message.purpose, by=message.channel
        )
        try:
            commit(cases=(noted,), messages=(replace(told, id=f"{message.id}-failed"),))
        except CaseConflict:
            continue
        return
    raise CaseConflict("the case kept changing: the desk was not told")
