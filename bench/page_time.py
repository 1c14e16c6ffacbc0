"""What each public page asks of us: time in the process, calls to the database, bytes over the wire."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

from bench.meter import measured
from chalicelib import wiring

PAGES = (
    "/",
    "/report",
    "/case",
    "/hotlines",
    "/hotlines?q=huyen+chau+thanh",
    "/answers",
    "/answers?q=lam+lai+cccd",
    "/stats",
    "/stats/cases",
    "/privacy",
    "/open311/v2/services.json",
)

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """One page, warm."""

    path: str
    status: int
    milliseconds: float
    """From the event to the answer, the best of some rounds; the database's own time in it."""
    calls: int
    bytes_sent: int
    """The page itself, compressed."""


def pages() -> list[Page]:
    """Return what each public page costs, with the directory that is in force."""
    wiring.set_clock(lambda: datetime(2026, 11, 18, 4, 0, tzinfo=UTC))
    try:
        return [_page(path) for path in PAGES]
    finally:
        wiring.set_clock(lambda: datetime.now(UTC))


def _page(path: str) -> Page:
    status, body = _get(path)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        _get(path)
        best = min(best, time.perf_counter() - began)
    with measured() as meter:
        _get(path)
    return Page(path, status, best * 1000, len(meter.calls), len(gzip.compress(body, 6)))


def _get(path: str) -> tuple[int, bytes]:
    parts = urlsplit(path)
    resource, parameters = parts.path, {}
    if parts.path.startswith("/open311/"):  # the gateway names the route and what stands in it
        _, _, version, name = parts.path.split("/")
        resource, parameters = "/open311/{version}/{name}", {"version": version, "name": name}
    event = {
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": resource,
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "headers": {"accept": "text/html"},
        "multiValueQueryStringParameters": parse_qs(parts.query) or None,
        "pathParameters": parameters,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    answer = import_module("app").app(event, None)
    return int(answer["statusCode"]), str(answer["body"]).encode()
