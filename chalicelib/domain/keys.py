"""Keyed marks made from the province's one secret: who a sender is, and which link or reply belongs to which case.

Each use has its own key, derived from the secret, so that one mark can never serve as another.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.errors import LinkNotValid

if TYPE_CHECKING:
    from chalicelib.domain.case import Case

LINK_DAYS = 45
"""A link outlives the longest deadline (15 working days and one extension); every reminder carries a fresh one."""

REPLY_MARK_CHARS = 20
"""80 bits: a local part has 64 characters at most (RFC 5321 §4.5.3.1.1)."""


def reporter_id(address: str, secret: str) -> str:
    """Return the index key of a phone number or email address; the address cannot be read back from it."""
    return _mark("reporter", address.strip().lower(), secret)[:32]


@dataclass(frozen=True, slots=True)
class Link:
    """What a signed link allows: one role, on one case, for one assignment, until a day."""

    code: str
    role: str
    """agency or desk."""
    agency: str = ""
    assignment: int = 0


def link_token(link: Link, *, secret: str, now: datetime) -> str:
    """Return the token of `/a/<token>` for *link*; it holds no personal data and expires after LINK_DAYS."""
    expires = int((now + timedelta(days=LINK_DAYS)).timestamp())
    return _signer(secret).dumps([link.code, link.role, link.agency, link.assignment, expires])


def read_link(token: str, *, secret: str, now: datetime) -> Link:
    """
    Return what *token* allows.

    Raises:
        LinkNotValid: It was altered ("altered") or has expired ("expired").
    """
    from itsdangerous import BadData

    try:
        code, role, agency, assignment, expires = _signer(secret).loads(token)
    except (BadData, ValueError, TypeError) as problem:
        raise LinkNotValid("altered") from problem
    if now > datetime.fromtimestamp(expires, UTC):
        raise LinkNotValid("expired")
    return Link(code, role, agency, assignment)


def reply_token(case: Case, role: str, secret: str) -> str:
    """
    Return the token of a Reply-To address (`case+TOKEN@…`): code, role, assignment and a keyed mark.

    An agency's token is void with its assignment; the citizen and the desk may answer any mail they ever got.
    """
    if role == "agency":
        return _reply_token(case.code, role, case.assignment, case.agency or "", secret)
    return _reply_token(case.code, role, 0, case.reporter_id if role == "citizen" else role, secret)


def _reply_token(code: str, role: str, assignment: int, holder: str, secret: str) -> str:
    mark = _mark("reply", f"{code}|{role}|{assignment}|{holder}", secret)[:REPLY_MARK_CHARS]
    return f"{code}-{role[0]}{assignment}-{mark}"


def reply_token_code(token: str) -> str:
    """Return the case code a reply token names; empty when it is no such token."""
    code, _, rest = token.partition("-")
    return code if rest and code.isdigit() else ""


def reply_role(token: str, case: Case, secret: str) -> str:
    """
    Return who a reply token speaks for: agency, desk or citizen.

    Raises:
        LinkNotValid: The mark is wrong ("altered"), or an agency's assignment is not the present one
            ("superseded").
    """
    for role in ("agency", "desk", "citizen"):
        if _same(token, reply_token(case, role, secret)):
            return role
    for assignment, agency in _assignments(case):
        if _same(token, _reply_token(case.code, "agency", assignment, agency, secret)):
            raise LinkNotValid("superseded")
    raise LinkNotValid("altered")


def _same(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.lower().encode("utf-8", "replace"), expected.encode())


def _assignments(case: Case) -> list[tuple[int, str]]:
    """Number and agency of every assignment in the history; an objection assigns the same agency anew."""
    found: list[tuple[int, str]] = []
    agency = ""
    for event in case.events:
        if event.action == "assign":
            agency = event.by
        elif event.action != "object" or event.to_status != "assigned":
            continue
        found.append((len(found) + 1, agency))
    return found


def _mark(use: str, content: str, secret: str) -> str:
    key = hashlib.sha256(f"1022/{use}/{secret}".encode()).digest()
    return hmac.new(key, content.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _signer(secret: str):  # type: ignore[no-untyped-def]
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(secret, salt="1022/link")
