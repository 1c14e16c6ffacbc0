"""Filing within the limits, the same whatever hands a case in: the report form or another city system."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chalicelib import wiring
from chalicelib.domain.contact import takes_sms
from chalicelib.domain.filing import Filing
from chalicelib.domain.keys import reporter_id
from chalicelib.entrypoints.visitor import limit

if TYPE_CHECKING:
    from chalicelib.usecases.file_case import Filed

EVERYBODY = "all"
"""Whose text messages `ack_all` counts."""

_log = logging.getLogger("hotline.filing")


def file_within_limits(filing: Filing, *, network: str = "") -> Filed:
    """
    File what was handed in, unless too much came lately with its address or from its network.

    Nobody has proved that an address is theirs: so few cases name one that filing is no way to send a stranger
    messages. Above the ceiling for everybody together a case is filed and its code not texted.

    Args:
        filing: As read and checked.
        network: Keyed mark of the reader's network; empty for another city system, which has a limit of its own.

    Raises:
        LimitReached: It was done too often; nothing was written.
        StorageUnavailable, CaseConflict: As `file_case`.
    """
    from chalicelib.usecases.file_case import file_case

    acknowledged = True
    # what is sent once more got through already, and counts for no limit
    if wiring.inbox_store().received(filing.id) is None:
        if network:
            limit("file_network", network)
        acknowledged = _count_address(filing.address)
    return file_case(filing, acknowledged=acknowledged, **wiring.taking())


def _count_address(address: str) -> bool:
    """Count a case for its address; tell whether its code may be sent there."""
    if not address:
        return True
    for name in ("file_sender", "file_sender_day"):
        limit(name, reporter_id(address, wiring.keys()))
    if "@" in address or not takes_sms(address):
        return True
    if wiring.limits().take("ack_all", EVERYBODY, now=wiring.now()):
        return True
    _log.warning("no more codes are texted for now")
    return False
