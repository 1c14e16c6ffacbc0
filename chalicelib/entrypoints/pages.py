"""Send a page to a browser, with the headers that keep it to itself."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from chalice import Response

from chalicelib import settings
from chalicelib.errors import StorageUnavailable

_log = logging.getLogger("hotline.pages")

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # A signed link is a secret: it must not travel on as a referrer, nor stay in a cache or an index.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}


def _headers() -> dict[str, str | list[str]]:
    files = settings.files_origin()
    policy = (
        # No script, nothing from elsewhere but a case's files; forms to ourselves and to the store; styles in the page.
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: {files}; form-action 'self' {files}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {**HEADERS, "Content-Security-Policy": policy}


def html(name: str, *, status: int = 200, language: str = "vi", **context: Any) -> Response:
    """Return the page *name* of web/templates."""
    from chalicelib.web.render import page

    return Response(body=page(name, language=language, **context), status_code=status, headers=_headers())


def answers_browser(view: Callable[..., Response]) -> Callable[..., Response]:
    """Turn what goes wrong into a page that says so, never into a stack trace or a line of JSON."""

    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except StorageUnavailable:
            return html("error", status=503, directory=None)
        except Exception:
            _log.exception("page failed")
            return html("error", status=500, directory=None)

    return answer
