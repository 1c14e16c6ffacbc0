"""What every HTTP entry point shares: a named protection, errors turned into answers, a log line without people."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from chalice import Blueprint, Response

from chalicelib.errors import (
    NAMES_ONLY_THINGS,
    CaseConflict,
    HotlineError,
    MalformedRequest,
    SignatureNotValid,
    StorageUnavailable,
)

_log = logging.getLogger("hotline.http")

XML: dict[str, str | list[str]] = {"Content-Type": "text/xml; charset=utf-8"}
JSON: dict[str, str | list[str]] = {"Content-Type": "application/json; charset=utf-8"}

STATUS_OF: tuple[tuple[type[HotlineError], int], ...] = (
    (SignatureNotValid, 403),
    (MalformedRequest, 400),
    # 503: the provider tries again (docs/providers.md, "Retries"); nothing was written
    (CaseConflict, 503),
    (StorageUnavailable, 503),
)
"""Error → HTTP status of a webhook; the first class that fits counts, anything else is a 500."""


def protected_by(protection: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name what keeps strangers out of a route; tests/unit/test_routes.py wants one on each."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.protection = protection  # type: ignore[attr-defined]
        return view

    return mark


def answers_webhook(view: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the hotline's errors into statuses a provider understands; the body never repeats what came in."""

    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except HotlineError as problem:
            status = next((code for kind, code in STATUS_OF if isinstance(problem, kind)), 500)
            told = str(problem) if isinstance(problem, NAMES_ONLY_THINGS) else ""
            level = logging.ERROR if status == 500 else logging.WARNING  # 500: only ops can cure it
            _log.log(
                level,
                "webhook refused",
                extra={"reason": type(problem).__name__, "detail": told, "status": status},
            )
            return Response(body="", status_code=status, headers={"Content-Type": "text/plain"})
        except Exception:
            _log.exception("webhook failed")
            return Response(body="", status_code=500, headers={"Content-Type": "text/plain"})

    return answer


def request_body(routes: Blueprint) -> bytes:
    """The body as it came, in bytes."""
    body = routes.current_request.raw_body
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")


def log_each_call(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Middleware of HTTP: log which route answered what and how long it took, never who, what or which link."""
    started = time.monotonic()
    response = get_response(event)
    _log.info(
        "call",
        extra={
            "method": event.method,
            "route": event.context.get("resourcePath"),
            "status": response.status_code,
            "ms": round((time.monotonic() - started) * 1000),
        },
    )
    return response
