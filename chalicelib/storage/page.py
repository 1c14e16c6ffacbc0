"""Pages of a list. Every list has an end: a page carries an opaque cursor to the next one, None on the last."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from chalicelib.errors import MalformedRequest

T = TypeVar("T")
MOST = 100
"""Longest page: as many items as the database hands out by key in one call."""


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
    try:
        place, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise MalformedRequest("The page cursor is not valid.") from error
    if not (isinstance(place, str) and isinstance(key, str) and place and key):
        raise MalformedRequest("The page cursor is not valid.")
    return place, key
