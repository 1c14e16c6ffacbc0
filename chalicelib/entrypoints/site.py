"""The front page and its small print, what browsers fetch beside pages, and whether the hotline stands."""

from __future__ import annotations

from urllib.parse import urlsplit

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.entrypoints.http import JSON, answers_webhook, protected_by
from chalicelib.entrypoints.visitor import PUBLIC, answers_visitor, headers, show, visit
from chalicelib.errors import NothingPublished, PageNotFound, StorageUnavailable

routes = Blueprint(__name__)

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
SVG = "image/svg+xml; charset=utf-8"
YEAR = 365 * 24 * 3600


@routes.route("/", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/")
def show_home() -> Response:
    from chalicelib.web.front import front_view

    reader = visit(routes, "/")
    view = front_view(wiring.directory(), reader.language, wiring.now())
    return show(reader, "home", keep_seconds=MINUTE, **view)


@routes.route("/about", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/about")
def show_about() -> Response:
    from chalicelib.web.front import about_view

    reader = visit(routes, "/about")
    view = about_view(wiring.directory(), reader.language, wiring.now())
    return show(reader, "about", keep_seconds=HOUR, **view)


@routes.route("/privacy", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/privacy")
def show_privacy() -> Response:
    from chalicelib.web.front import privacy_view

    return show(visit(routes, "/privacy"), "privacy", keep_seconds=HOUR, **privacy_view(wiring.directory()))


@routes.route("/accessibility", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/accessibility")
def show_accessibility() -> Response:
    return show(visit(routes, "/accessibility"), "accessibility", keep_seconds=HOUR)


@routes.route("/emblem.svg", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/emblem.svg")
def show_emblem() -> Response:
    from chalicelib.web.site import emblem

    # As a picture of its own a browser runs nothing in it, whatever a pack's file may hold.
    kept = {**headers(DAY, SVG), "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(body=emblem(wiring.directory()), headers=kept)


@routes.route("/robots.txt", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/robots.txt")
def show_robots() -> Response:
    path = urlsplit(settings.public_url()).path
    lines = ("User-agent: *", f"Disallow: {path}/a/", f"Sitemap: {settings.public_url()}/sitemap.xml", "")
    return Response(body="\n".join(lines), headers=headers(DAY, "text/plain; charset=utf-8"))


@routes.route("/sitemap.xml", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/sitemap.xml")
def show_sitemap() -> Response:
    from chalicelib.web.sitemap import sitemap

    body = sitemap(settings.public_url(), wiring.directory(), wiring.now())
    return Response(body=body, headers=headers(HOUR, "text/xml; charset=utf-8"))


@routes.route("/static/{name}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/static")
def show_asset(name: str) -> Response:
    from chalicelib.web.assets import read_asset

    asset = read_asset(name)
    if asset is None:
        raise PageNotFound(name)
    kept = headers(YEAR if asset.is_asked_for else MINUTE, asset.content_type)
    if asset.is_asked_for:
        kept["Cache-Control"] += ", immutable"
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
