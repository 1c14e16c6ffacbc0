"""Small things the provider stand-ins share: cutting a connection, ids, times."""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from werkzeug.exceptions import HTTPException


def new_sid(prefix: str) -> str:
    """Return an id of Twilio's shape: two letters and 32 hex digits."""
    return prefix + secrets.token_hex(16)


def rfc2822(moment: datetime) -> str:
    """Return a time as Twilio writes it."""
    return format_datetime(moment.astimezone(UTC))


class NoAnswer(HTTPException):
    """The connection is cut instead of an answer: the caller cannot know what became of its request."""

    code = 500

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        """Cut the connection; what is returned then reaches nobody."""
        connection: socket.socket | None = (environ or {}).get("werkzeug.socket")
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
        return super().get_response(environ, scope)
