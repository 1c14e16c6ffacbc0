"""The front page and its small print, what browsers fetch beside pages, and whether the hotline stands."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.entrypoints.http import JSON, answers_webhook, protected_by
from chalicelib.entrypoints.visitor import PUBLIC, answers_visitor, headers, show, visit
from chalicelib.errors import NothingPublished, PageNotFound, StorageUnavailable

routes = Blueprint(__name__)

MINUTE = 60
YEAR = 365 * 24 * 3600


@routes.route("/", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor("/")
def show_home() -> Response:
    return show(visit(routes, "/"), "home", keep_seconds=MINUTE)


@routes.route("/static/{name}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor("/static")
def show_asset(name: str) -> Response:
    from chalicelib.web.assets import read_asset

    asset = read_asset(name)
    if asset is None:
        raise PageNotFound(name)
    kept = {**headers(YEAR, asset.content_type), "Cache-Control": f"public, max-age={YEAR}, immutable"}
    return Response(body=asset.content, headers=kept)


@routes.route("/health", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_webhook
def show_health() -> Response:
    version, status = None, "ok"
    try:
        version = wiring.directory().version
    except NothingPublished:
        status = "nothing published"
    except StorageUnavailable:
        status = "database unavailable"
    body = {"status": status, "directory": version, "code": settings.code_version()}
    return Response(body=body, status_code=200 if status == "ok" else 503, headers=JSON)
