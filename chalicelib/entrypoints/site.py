"""The pages anybody may open: the front page, and whether the hotline stands."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.entrypoints.http import JSON, answers_webhook, protected_by
from chalicelib.entrypoints.pages import answers_browser, html
from chalicelib.errors import NothingPublished, StorageUnavailable

routes = Blueprint(__name__)

PUBLIC = "public: shows nothing of a case"


@routes.route("/", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_browser
def show_home() -> Response:
    return html("home", directory=wiring.directory())


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
