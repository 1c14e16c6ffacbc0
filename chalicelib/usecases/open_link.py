"""Find the case behind a signed link, and make sure the link still speaks for whoever holds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.keys import Keys, Link, read_link
from chalicelib.errors import CaseNotFound, LinkNotValid

AGENCY, DESK = "agency", "desk"


def open_link(token: str, *, cases: Any, keys: Keys, now: datetime) -> tuple[Case, Link]:
    """
    Return the case a link opens and what it allows. Reads only: a mail scanner may open it.

    Raises:
        LinkNotValid: altered, expired, or superseded by a later assignment; the word is the reason.
    """
    link = read_link(token, keys=keys, now=now)
    try:
        case: Case = cases.get(link.code)
    except CaseNotFound as gone:
        raise LinkNotValid("altered") from gone
    if link.role == AGENCY and (case.agency, case.assignment) != (link.agency, link.assignment):
        raise LinkNotValid("superseded")
    return case, link
