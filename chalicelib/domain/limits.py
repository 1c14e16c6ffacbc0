"""How often one sender or one network may do a thing on the public pages. Pure: a table, and the window a moment is in.

Networks are generous: behind one address of a mobile operator sit thousands of people (carrier-grade NAT). A person who
hits a limit is told another way in, never turned away without one.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in each stretch of time."""

    most: int
    seconds: int


LIMITS: dict[str, Limit] = {
    # cases filed with one phone number or mail address, which nobody has proved to be theirs: each makes it a message
    "file_sender": Limit(5, 3600),
    "file_sender_day": Limit(10, 86400),
    "file_network": Limit(60, 3600),  # cases filed from one network
    "token_network": Limit(200, 3600),  # tokens for forms that waited on a device
    "ack_all": Limit(500, 3600),  # text messages with the code of a new case, to everybody together
    "look_network": Limit(120, 3600),  # look-ups by code from one network
    "open_code": Limit(5, 86400),  # wrong digits for one case
    "open_network": Limit(
        20, 3600
    ),  # wrong digits from one network, so that one alone cannot use up the next
    "open_all": Limit(100, 3600),  # wrong digits for all cases together; then only a whole address will do
    "upload_network": Limit(200, 3600),  # addresses for uploads
    "own_page": Limit(30, 3600),  # what its reporter, or its agency, does on the page of one case
    "poster": Limit(200, 3600),  # posters made for one network; an office may print one for each unit
    "list_network": Limit(600, 3600),  # cases read by Open311 from one network, by list or by id
    "client": Limit(1000, 3600),  # requests another city system files with its key
}
"""What is limited → how often."""


def window(name: str, now: datetime) -> tuple[str, datetime]:
    """
    Return the window of a limit that *now* lies in: its name and when it ends.

    Raises:
        KeyError: No such limit.
    """
    seconds = LIMITS[name].seconds
    start = int(now.timestamp()) // seconds * seconds
    return f"{name}#{start}", datetime.fromtimestamp(start + seconds, UTC)


def network_of(address: str) -> str:
    """Return the network an address belongs to: /24 of IPv4, /48 of IPv6; the text itself when it is no address."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return address.strip()[:64]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))
