"""What the public pages share: who asks in which language, a page back, forms from our own pages only, limits."""

from __future__ import annotations

import functools
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.keys import network_mark
from chalicelib.domain.limits import network_of
from chalicelib.entrypoints.http import request_body
from chalicelib.errors import (
    CrossSite,
    LimitReached,
    MalformedRequest,
    NothingPublished,
    PageNotFound,
    StorageUnavailable,
)
from chalicelib.gateways.form import Form, parse_form

_log = logging.getLogger("hotline.pages")

PUBLIC = "public: shows nothing of a case"
PUBLIC_FORM = "public form: signed, limited, from our own pages only"
PUBLIC_CASE = "public: of a case only what its code, digits or link open"

LANGUAGES = ("vi", "en")

CDN_HEADER = "x-cdn-mark"
"""Header in which our own CloudFront shows that it is ours (infra/domain.py)."""

PROBLEMS: tuple[tuple[type[Exception], str, int], ...] = (
    (PageNotFound, "not_found", 404),
    (CrossSite, "cross_site", 403),
    (LimitReached, "limit", 429),
    (MalformedRequest, "too_large", 400),
    (NothingPublished, "error", 503),
    (StorageUnavailable, "error", 503),
)
"""Error → text `site.problem.<name>` and status; the first class that fits counts, anything else is a 500."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a public page."""

    path: str
    query: Mapping[str, str]
    language: str
    network: str
    """Keyed mark of the network it came from, for limits."""


def visit(routes: Blueprint, path: str) -> Visit:
    """Return who asks; *path* is the page's own, below the public URL."""
    request = routes.current_request
    query = _query(routes)
    return Visit(path, query, _language(query), network_mark(network_of(_address(request)), wiring.keys()))


def _address(request: Any) -> str:
    """
    Whose address it is: what our own servers in front have seen; what a caller claims beyond them counts nothing.

    API Gateway's own address stays open beside CloudFront's: what is handed on there counts only with the mark that
    nobody but our CloudFront knows.
    """
    mark = settings.cdn_mark()
    shown = request.headers.get(CDN_HEADER, "")
    through_cdn = bool(mark) and hmac.compare_digest(shown.encode("utf-8", "replace"), mark.encode())
    handed_on = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    back = 1 + (1 if through_cdn else 0 if mark else settings.proxies())
    if back > 1 and len(handed_on) >= back:
        return str(handed_on[-back])
    return str(request.context.get("identity", {}).get("sourceIp", ""))


def show(
    reader: Visit,
    name: str,
    *,
    status: int = 200,
    keep_seconds: int = 0,
    indexed: bool = True,
    **context: Any,
) -> Response:
    """
    Return a public page.

    Args:
        reader: Who asks.
        name: A template of web/templates/site.
        status: Of HTTP.
        keep_seconds: How long it may be kept by browsers and the CDN; 0 for what is one person's own.
        indexed: Whether search engines may keep it; a page that is one person's own never.
        **context: What the template needs.
    """
    from chalicelib.web.site import Address, site_page

    address = Address(settings.public_url(), reader.path, reader.query, reader.language)
    kept = keep_seconds > 0 and status == 200
    body = site_page(name, address=address, directory=_directory(), indexed=indexed and kept, **context)
    return Response(body=body, status_code=status, headers=headers(keep_seconds if kept else 0))


def headers(keep_seconds: int, content_type: str = "text/html; charset=utf-8") -> dict[str, Any]:
    """Return the headers of a public page: scripts, styles and pictures from ourselves only, and the map's tiles."""
    elsewhere = " ".join(sorted({settings.files_origin(), tiles_origin()} - {""}))
    upload = settings.files_origin()
    policy = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
        "script-src 'self'; style-src 'self' 'unsafe-inline'; manifest-src 'self'; worker-src 'self'; "
        f"img-src 'self' data: blob: {elsewhere}; connect-src 'self' {upload}; form-action 'self' {upload}"
    )
    return {
        "Content-Type": content_type,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin" if keep_seconds else "no-referrer",
        "Cache-Control": f"public, max-age={keep_seconds}" if keep_seconds else "no-store",
        "X-Content-Type-Options": "nosniff",
        **({} if keep_seconds else {"X-Robots-Tag": "noindex"}),
    }


def tiles_origin() -> str:
    """Host the map's pictures come from (province.yaml, `map`), or empty."""
    directory = _directory()
    tiles = str((directory.province.get("map") or {}).get("tiles", "")) if directory is not None else ""
    parts = urlsplit(tiles.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def see_other(path: str, reader: Visit) -> Response:
    """Send the browser on to another page of ours, which a reload then repeats instead of the form."""
    from chalicelib.web.site import Address

    address = Address(settings.public_url(), reader.path, reader.query, reader.language)
    return Response(
        body="",
        status_code=303,
        headers={
            "Location": address.href(path),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def posted(routes: Blueprint) -> Form:
    """
    Return the form that was posted from one of our own pages.

    A browser tells where a form came from (Sec-Fetch-Site, Origin); what tells nothing, such as an old browser or a
    program, is taken: the form's signed token and the limits stand behind. `Origin: null` tells nothing: it is what a
    browser sends from a page with `no-referrer`, as all those of one person are.

    Raises:
        CrossSite: It was posted from another site.
        MalformedRequest: It is larger than any form of ours.
    """
    asked = routes.current_request.headers
    origin = asked.get("origin", "")
    own = "{0.scheme}://{0.netloc}".format(urlsplit(settings.public_url()))
    if asked.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise CrossSite("sec-fetch-site")
    if origin not in ("", "null", own):
        raise CrossSite("origin")
    return parse_form(request_body(routes))


def limit(name: str, who: str) -> None:
    """
    Count one more of what is limited (domain/limits.py).

    Raises:
        LimitReached: It was done too often.
        StorageUnavailable: It cannot be told.
    """
    if not wiring.limits().take(name, who, now=wiring.now()):
        raise LimitReached(name)


def limit_own_page(by: str, code: str) -> None:
    """
    Count one more of what is done on the page of a case, by its reporter or by its agency.

    Raises:
        LimitReached, StorageUnavailable: As `limit`.
    """
    limit("own_page", f"{by}|{code}")


def answers_visitor(
    routes: Blueprint, path: str
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Turn what goes wrong on the page *path* into a page that says so and what else the reader can do."""

    def wrap(view: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Response:
            try:
                return view(*args, **kwargs)
            except Exception as problem:
                return _problem(routes, path, problem)

        return answer

    return wrap


def _problem(routes: Blueprint, path: str, problem: Exception) -> Response:
    name, status = next(
        ((name, status) for kind, name, status in PROBLEMS if isinstance(problem, kind)), ("error", 500)
    )
    if status == 500:
        _log.error("page failed", exc_info=problem)
    else:
        _log.info("page refused", extra={"reason": type(problem).__name__, "status": status})
    reader = Visit(path, {}, _language(_query(routes)), "")
    try:
        return show(reader, "problem", status=status, problem=name)
    except Exception:  # not even the frame can be made
        _log.exception("problem page failed")
        return Response(body="", status_code=status, headers={"Content-Type": "text/plain"})


def _query(routes: Blueprint) -> dict[str, str]:
    return {name: str(value) for name, value in dict(routes.current_request.query_params or {}).items()}


def _language(query: Mapping[str, str]) -> str:
    return asked if (asked := query.get("lang", "")) in LANGUAGES else LANGUAGES[0]


def _directory() -> Any:
    """The province, or None while its directory cannot be had: a page that says so must not need it."""
    try:
        return wiring.directory()
    except (StorageUnavailable, NothingPublished):
        return None
