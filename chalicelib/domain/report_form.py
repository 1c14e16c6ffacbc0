"""The report form: what was entered, what is wrong with it, and whether it was filled in by a person. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.attachment import MOST, is_form
from chalicelib.domain.keys import Keys, read_form_token
from chalicelib.domain.text import MAX_FORM_CHARACTERS, typed
from chalicelib.errors import LinkNotValid

FEWEST_LETTERS = 4
"""A matter is named with more; "ngập" has four."""

FEWEST_SECONDS = 3
"""Between the making of a form and its sending: nobody reads and writes faster, programs do."""

MOST_DAYS = 7
"""A form left open longer is shown anew; what was written into it stays."""

MOST_PLACE, MOST_NAME, MOST_CONTACT = 300, 100, 254
"""Characters; an email address has 254 at most (RFC 5321 §4.5.3.1.3, with its brackets)."""

_PHONE = re.compile(r"\+84(?:[35789]\d{8}|2\d{9})")
"""Mobile or landline of Việt Nam: an SMS abroad costs the province what a stranger chooses."""
_MAIL = re.compile(
    r"(?!.*\.\.)[\w!#$%&'*+/=?^`{|}~-][\w.!#$%&'*+/=?^`{|}~-]{0,63}(?<!\.)"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A form as it was entered, cleaned of what is no text: what is shown again when it cannot be taken."""

    text: str = ""
    place: str = ""
    contact: str = ""
    name: str = ""
    show_identity: bool = False
    service: str = ""
    proposed: str = ""
    """Field the page had chosen; *service* is the reporter's own choice only when it differs."""
    area: str = ""
    lat: float | None = None
    long: float | None = None
    uploads: tuple[str, ...] = ()
    """Keys as they came; `attachment.upload_keys` tells which are this form's own."""
    form: str = ""
    """Name the browser's script gave this form; empty without one, or when it is none of the agreed shape."""
    token: str = ""
    website: str = ""
    """Nobody sees this field: what fills it in is a program."""
    asked: bool = False
    """The form was stopped before because its words name no matter: it is not stopped for that twice."""
    step: str = ""
    """check: show what would become of it. send: file it."""

    @property
    def may_be_asked(self) -> bool:
        """Whether words that name no matter may stop it: once, and not where somebody can ask or go and look."""
        return not (self.asked or self.place or self.area or self.contact or self.lat is not None)

    @property
    def chosen_service(self) -> str | None:
        """The field the reporter chose themselves, or None."""
        return self.service if self.service and self.service != self.proposed else None


def read_entered(values: Callable[[str], Sequence[str]]) -> Entered:
    """
    Return what was entered.

    Of several fields of one name the last counts: the proposal's own choices stand behind the hidden ones.

    Args:
        values: Gives every value of a name, in order.
    """

    def last(name: str) -> str:
        return typed((values(name) or ("",))[-1])

    lat, long = _degrees(last("lat"), 90), _degrees(last("long"), 180)
    keys = ",".join(values("uploads")).split(",")
    form = last("form").lower()
    return Entered(
        text=last("text"),
        place=" ".join(last("place").split()),
        contact=" ".join(last("contact").split()),
        name=" ".join(last("name").split()),
        show_identity=bool(last("show_identity")),
        service=last("service"),
        proposed=last("proposed"),
        area=last("area"),
        lat=lat if long is not None else None,
        long=long if lat is not None else None,
        uploads=tuple(dict.fromkeys(key.strip() for key in keys if key.strip()))[: 2 * MOST],
        form=form if is_form(form) else "",
        token=last("token"),
        website=last("website"),
        asked=bool(last("asked")),
        step=last("step"),
    )


def mistakes(entered: Entered, address: str) -> dict[str, str]:
    """
    Return what the reporter has to set right: field → name of the text `form.error.<name>`, in the page's order.

    Args:
        entered: The form.
        address: What `address_of` made of the contact.
    """
    found: dict[str, str] = {}
    letters = sum(character.isalpha() for character in entered.text)
    if letters < FEWEST_LETTERS:
        found["text"] = "text_short" if entered.text else "text_missing"
    elif len(entered.text) > MAX_FORM_CHARACTERS:
        found["text"] = "text_too_long"
    if len(entered.place) > MOST_PLACE:
        found["place"] = "place_too_long"
    if entered.contact and not address:
        found["contact"] = "mail_wrong" if "@" in entered.contact else "phone_wrong"
    if len(entered.name) > MOST_NAME:
        found["name"] = "name_too_long"
    return found


def address_of(contact: str, spell: Callable[[str], str]) -> str:
    """
    Return the phone number in E.164 or the email address a contact is; empty for anything else.

    Args:
        contact: As typed.
        spell: Spells a phone number in E.164 (gateways/phone.py).
    """
    if "@" in contact:
        return contact if len(contact) <= MOST_CONTACT and _MAIL.fullmatch(contact) else ""
    number = spell(contact)
    return number if _PHONE.fullmatch(number) else ""


def form_name(token: str, *, keys: Keys, now: datetime) -> tuple[str, str]:
    """
    Return the name of a form by its signed token, and why it cannot be taken as it is: too_fast, too_old, or empty.

    A token that is none of ours is as good as one that is too old: the form is shown with a new one.
    """
    try:
        nonce, made = read_form_token(token, keys=keys)
    except LinkNotValid:
        return "", "too_old"
    if now - made > timedelta(days=MOST_DAYS):
        return "", "too_old"
    # the token knows whole seconds, so that a moment longer than FEWEST_SECONDS may be asked for, never less
    return nonce, "too_fast" if now - made < timedelta(seconds=FEWEST_SECONDS) else ""


def _degrees(written: str, most: int) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return round(value, 6) if math.isfinite(value) and abs(value) <= most else None
