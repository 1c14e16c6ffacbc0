"""Keyed marks made from the province's own keys: who a sender is, and which link or reply belongs to which case.

Each use has its own key, derived from the province's, so that one mark can never serve as another.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.errors import LinkNotValid

if TYPE_CHECKING:
    from chalicelib.domain.case import Case

LINK_DAYS = 45
"""A link outlives the longest deadline (15 working days and one extension); every reminder carries a fresh one."""

CASE_MARK_CHARS = 26
"""104 bits: nobody guesses one, and the link still fits an SMS."""

REPLY_MARK_CHARS = 20
"""80 bits: a local part has 64 characters at most (RFC 5321 §4.5.3.1.1)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The province's keys (docs/adr/0010): more than one signs during a rotation, one and the same is the index key."""

    signing: tuple[str, ...] = field(repr=False)
    """Newest first: links and reply tokens are made with the first, and taken when made with any."""
    index: str = field(repr=False)
    """Behind the index of reporters; another one would make strangers of everybody who ever wrote."""


def reporter_id(address: str, keys: Keys) -> str:
    """Return the index key of a phone number or email address; the address cannot be read back from it."""
    return _mark("reporter", address.strip().lower(), keys.index)[:32]


@dataclass(frozen=True, slots=True)
class Link:
    """What a signed link allows: one role, on one case, for one assignment, until a day."""

    code: str
    role: str
    """agency or desk."""
    agency: str = ""
    assignment: int = 0


def link_token(link: Link, *, keys: Keys, now: datetime) -> str:
    """Return the token of `/a/<token>` for *link*; it holds no personal data and expires after LINK_DAYS."""
    expires = int((now + timedelta(days=LINK_DAYS)).timestamp())
    return _signer(keys).dumps([link.code, link.role, link.agency, link.assignment, expires])


def read_link(token: str, *, keys: Keys, now: datetime) -> Link:
    """
    Return what *token* allows.

    Raises:
        LinkNotValid: It was altered ("altered") or has expired ("expired").
    """
    from itsdangerous import BadData

    try:
        code, role, agency, assignment, expires = _signer(keys).loads(token)
    except (BadData, ValueError, TypeError) as problem:
        raise LinkNotValid("altered") from problem
    if now > datetime.fromtimestamp(expires, UTC):
        raise LinkNotValid("expired")
    return Link(code, role, agency, assignment)


def case_token(case: Case, keys: Keys) -> str:
    """
    Return the token of a reporter's own link `/case/<token>`: the code and a keyed mark.

    It does not expire: it opens the case as long as the case is kept (docs/design.md §3, *Code*).
    """
    return filed_token(case.code, case.reporter_id, keys)


def filed_token(code: str, reporter: str, keys: Keys) -> str:
    """Return the token of `/case/<token>` of a case that is only known by its code and reporter."""
    return _case_token(code, reporter, keys.signing[0])


def case_token_code(token: str) -> str:
    """Return the case code a reporter's link names; empty when it is no such token."""
    code, _, mark = token.partition("-")
    return code if mark and code.isascii() and code.isdigit() else ""


def opens_case(token: str, case: Case, keys: Keys) -> bool:
    """Tell whether a reporter's link was made for *case*, with any of the province's keys."""
    return any(_same(token, _case_token(case.code, case.reporter_id, key)) for key in keys.signing)


def _case_token(code: str, reporter: str, key: str) -> str:
    return f"{code}-{_mark('case', f'{code}|{reporter}', key)[:CASE_MARK_CHARS]}"


def form_token(nonce: str, *, keys: Keys, now: datetime) -> str:
    """Return the signed token of a form on a public page: its own random name and when it was made."""
    return str(_signer(keys, "1022/form").dumps([nonce, int(now.timestamp())]))


def read_form_token(token: str, *, keys: Keys) -> tuple[str, datetime]:
    """
    Return name and making of a form.

    Raises:
        LinkNotValid: It is none of ours ("altered").
    """
    from itsdangerous import BadData

    try:
        nonce, made = _signer(keys, "1022/form").loads(token)
        return str(nonce), datetime.fromtimestamp(int(made), UTC)
    except (BadData, ValueError, TypeError, OverflowError, OSError) as problem:
        raise LinkNotValid("altered") from problem


def network_mark(network: str, keys: Keys) -> str:
    """Return the keyed mark of a network; no address is kept anywhere."""
    return _mark("network", network, keys.index)[:32]


def upload_mark(form: str, keys: Keys) -> str:
    """Return the keyed mark that files uploaded with a form lie under."""
    return _mark("upload", form, keys.index)[:32]


def reply_token(case: Case, role: str, keys: Keys) -> str:
    """
    Return the token of a Reply-To address (`case+TOKEN@…`): code, role, assignment and a keyed mark.

    An agency's token is void with its assignment; the citizen and the desk may answer any mail they ever got.
    """
    return _present_token(case, role, keys.signing[0])


def _present_token(case: Case, role: str, key: str) -> str:
    if role == "agency":
        return _reply_token(case.code, role, case.assignment, case.agency or "", key)
    return _reply_token(case.code, role, 0, case.reporter_id if role == "citizen" else role, key)


def _reply_token(code: str, role: str, assignment: int, holder: str, key: str) -> str:
    mark = _mark("reply", f"{code}|{role}|{assignment}|{holder}", key)[:REPLY_MARK_CHARS]
    return f"{code}-{role[0]}{assignment}-{mark}"


def reply_token_code(token: str) -> str:
    """Return the case code a reply token names; empty when it is no such token."""
    code, _, rest = token.partition("-")
    return code if rest and code.isdigit() else ""


def reply_role(token: str, case: Case, keys: Keys) -> str:
    """
    Return who a reply token speaks for: agency, desk or citizen.

    Raises:
        LinkNotValid: The mark is wrong ("altered"), or an agency's assignment is not the present one
            ("superseded").
    """
    for role in ("agency", "desk", "citizen"):
        if any(_same(token, _present_token(case, role, key)) for key in keys.signing):
            return role
    for assignment, agency in _assignments(case):
        former = (_reply_token(case.code, "agency", assignment, agency, key) for key in keys.signing)
        if any(_same(token, made) for made in former):
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


def _mark(use: str, content: str, key: str) -> str:
    own = hashlib.sha256(f"1022/{use}/{key}".encode()).digest()
    return hmac.new(own, content.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _signer(keys: Keys, salt: str = "1022/link"):  # type: ignore[no-untyped-def]
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(list(reversed(keys.signing)), salt=salt)  # it wants the newest last
