"""Pages of a list. Every list has an end: a page carries an opaque cursor to the next one, None on the last."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from chalicelib.errors import MalformedRequest

T = TypeVar("T")
MOST = 100
"""Longest page: as many items as the database hands out by key in one call."""

MOST_CURSOR = 200
"""Characters of a cursor; ours have fewer."""

# What the database is asked to begin at must be a key it could hold: anything else it answers with an error of ours.
_PLACE = re.compile(r"([01]#)?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_KEY = re.compile(r"[0-9]{9}")
_MICROSECONDS = re.compile(r"[0-9]{1,16}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and where the next ones begin."""

    items: tuple[T, ...]
    next: str | None = None
    """Cursor of the next page; None = this was the last."""


def cursor_of(place: str, key: str) -> str:
    """
    Return a cursor behind the item at *place* (its sort value in the list) with *key*.

    It holds no name of a list: whoever alters one stays within the list that is asked for.
    """
    return base64.urlsafe_b64encode(json.dumps([place, key]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, str]:
    """
    Return place and key of the item a cursor stands behind.

    Raises:
        MalformedRequest: It is not one of ours.
    """
    if len(cursor) > MOST_CURSOR:
        raise MalformedRequest("The page cursor is not valid.")
    try:
        place, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise MalformedRequest("The page cursor is not valid.") from error
    if not (
        isinstance(place, str) and isinstance(key, str) and _PLACE.fullmatch(place) and _KEY.fullmatch(key)
    ):
        raise MalformedRequest("The page cursor is not valid.")
    return place, key


def public_cursor(moment: datetime) -> str:
    """Return a cursor behind *moment* for a list everybody may read: microseconds, and no key of an item."""
    return str((moment - _EPOCH) // timedelta(microseconds=1))


def read_public_cursor(cursor: str) -> datetime:
    """
    Return the moment a public cursor stands behind.

    Raises:
        MalformedRequest: It is no such cursor.
    """
    if not _MICROSECONDS.fullmatch(cursor):
        raise MalformedRequest("The page cursor is not valid.")
    return _EPOCH + timedelta(microseconds=int(cursor))
