"""A posted form, urlencoded: how pages, webhooks and other systems hand something in. Cheap to import."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from chalicelib.errors import MalformedRequest
from chalicelib.gateways.ports import MAX_BODY_BYTES

MAX_FORM_FIELDS = 300


class Form(dict[str, str]):
    """A posted form: the first value of each name, and all of them by `getall`."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)
        super().__init__((name, values[0]) for name, values in self._all.items())

    def getall(self, name: str) -> list[str]:
        """Return every value of *name*, in order; Twilio's own validator asks for this method too."""
        return list(self._all.get(name, ()))


def parse_form(raw: bytes) -> Form:
    """
    Return the fields of a form-urlencoded body, blank ones included (they are signed too).

    Bytes that are no UTF-8 survive as surrogate escapes, so that a signature is checked over exactly what was
    sent; `readable` makes them text.

    Raises:
        MalformedRequest: The body is too long or has too many fields.
    """
    if len(raw) > MAX_BODY_BYTES:
        raise MalformedRequest(f"form longer than {MAX_BODY_BYTES} bytes")
    try:
        body = raw.decode("utf-8", "surrogateescape")
        return Form(
            parse_qsl(body, keep_blank_values=True, errors="surrogateescape", max_num_fields=MAX_FORM_FIELDS)
        )
    except ValueError as problem:
        raise MalformedRequest(f"form with more than {MAX_FORM_FIELDS} fields") from problem


def readable(text: str) -> str:
    """Return *text* with bytes that were no UTF-8 and lone surrogates as U+FFFD; all else as it came."""
    return octets(text).decode("utf-8", "replace")


def octets(text: str) -> bytes:
    """Return the bytes *text* was sent as."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that no byte was escaped to
        return text.encode("utf-8", "surrogatepass")
