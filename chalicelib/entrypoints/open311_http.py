"""HTTP of Open311: what is asked in which format, the answer in it, and every error in the standard's shape."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.domain.directory import Directory
from chalicelib.domain.open311 import Fault, Refused
from chalicelib.entrypoints.http import request_body
from chalicelib.errors import (
    CaseConflict,
    LimitReached,
    MalformedRequest,
    NothingPublished,
    StorageUnavailable,
)

_log = logging.getLogger("hotline.open311")

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All of them, so that one that does not fit is answered in the standard's shape too."""

FAULTS: tuple[tuple[type[Exception], Fault], ...] = (
    (LimitReached, Fault("limit", 429)),
    (MalformedRequest, Fault("unreadable", 400)),
    (CaseConflict, Fault("busy", 503)),
    (NothingPublished, Fault("busy", 503)),
    (StorageUnavailable, Fault("busy", 503)),
)
"""Error → what is told; the first class that fits counts, anything else is a 500."""

RETRY_AFTER = {429: "600", 503: "60"}
"""Status → seconds."""


@dataclass(slots=True)
class Told:
    """An answer before it is written in a format."""

    root: str
    """The outermost element in XML."""
    content: Any
    status: int = 200
    keep_seconds: int = 0


@dataclass
class Ask:
    """One request."""

    method: str
    version: str
    kind: str
    """`requests` of `requests/482177306.json`; empty of `requests.json`."""
    name: str
    """Without the ending, decoded."""
    ending: str
    """xml or json; anything else was asked for in vain."""
    query: dict[str, str]
    headers: Any
    allowed: tuple[str, ...] = ()
    """Methods of the address, once another one was refused."""
    form: dict[str, list[str]] = field(default_factory=dict)
    """What was posted, once it was read."""

    @property
    def is_trial(self) -> bool:
        """Whether nothing may be stored."""
        return self.version == "test"

    @cached_property
    def directory(self) -> Directory:
        """The province."""
        return wiring.directory()

    @property
    def language(self) -> str:
        """Of names and messages."""
        return "en" if self.one("lang") == "en" else "vi"

    @property
    def format(self) -> str:
        """Of the answer: as asked, else by Accept, else the one the standard requires."""
        if self.ending in ("xml", "json"):
            return self.ending
        return "json" if "json" in self.header("accept") else "xml"

    def one(self, name: str) -> str:
        """The value of a parameter, of the body before the query, as old clients send either."""
        posted = next((value for value in self.form.get(name, ()) if value.strip()), "")
        return (posted or self.query.get(name, "")).strip()

    def header(self, name: str) -> str:
        """The value of a header, empty when there is none."""
        return str(self.headers.get(name, "") or "").strip()


def answers_open311(routes: Blueprint) -> Callable[[Callable[[Ask], Told]], Callable[..., Response]]:
    """Give the view what is asked, write what it tells in the format asked for, and turn errors into that too."""

    def wrap(view: Callable[[Ask], Told]) -> Callable[..., Response]:
        @functools.wraps(view)
        def answer(version: str, name: str, kind: str = "") -> Response:
            ask = _ask(routes, version, kind, name)
            if ask.method == "OPTIONS":
                return _preflight()
            try:
                told = view(ask)
            except Exception as problem:
                told = _refusal(ask, problem)
            return _response(ask, told)

        return answer

    return wrap


def sent_form(routes: Blueprint, ask: Ask) -> dict[str, list[str]]:
    """
    Return the parameters of a POST, those of the query among them, and keep them with *ask*.

    Raises:
        Refused: The body is no form, or brings a file.
        MalformedRequest: It cannot be read.
    """
    from chalicelib.gateways.posted_form import MULTIPART, URLENCODED, read_form

    content_type = ask.header("content-type")
    if content_type.split(";")[0].strip().lower() not in ("", URLENCODED, MULTIPART):
        raise Refused(Fault("content_type", 415))
    posted, brought_file = read_form(request_body(routes), content_type)
    if brought_file:
        raise Refused(Fault("file"))
    ask.form = {**{name: [value] for name, value in ask.query.items()}, **posted}
    return ask.form


def _ask(routes: Blueprint, version: str, kind: str, name: str) -> Ask:
    request = routes.current_request
    stem, dot, ending = unquote(name).rpartition(".")
    return Ask(
        method=request.method,
        version=unquote(version),
        kind=unquote(kind),
        name=stem if dot else unquote(name),
        ending=ending.lower() if dot else "",
        query={key: str(value) for key, value in dict(request.query_params or {}).items()},
        headers=request.headers,
    )


def _refusal(ask: Ask, problem: Exception) -> Told:
    from chalicelib.web.open311_fields import errors

    if isinstance(problem, Refused):
        faults, status = problem.faults, problem.status
    else:
        known = next((fault for kind, fault in FAULTS if isinstance(problem, kind)), Fault("broken", 500))
        faults, status = (known,), known.status
    if status == 500:
        _log.error("open311 failed", exc_info=problem)
    else:
        told = str(problem) if isinstance(problem, Refused) else type(problem).__name__
        _log.info("open311 refused", extra={"reason": told, "status": status})
    return Told("errors", errors(faults, ask.language), status=status)


def _response(ask: Ask, told: Told) -> Response:
    from chalicelib.web.open311_format import TYPES, written

    refused = told.status >= 400
    headers = {
        "Content-Type": TYPES[ask.format],
        "Cache-Control": f"public, max-age={told.keep_seconds}"
        if told.keep_seconds and not refused
        else "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    if refused or ask.method != "POST":
        headers["Access-Control-Allow-Origin"] = "*"
    if told.status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[told.status]
    if told.status == 405:
        headers["Allow"] = ", ".join(ask.allowed)
    body = "" if ask.method == "HEAD" else written(ask.format, told.root, told.content)
    return Response(body=body, status_code=told.status, headers=dict(headers))


def _preflight() -> Response:
    """Browsers may read from anywhere. Filing is for servers: a key in a page is a key given away."""
    return Response(
        body="",
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Max-Age": "86400",
            "Content-Type": "text/plain",
        },
    )
