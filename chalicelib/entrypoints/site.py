"""The pages anybody may open: the front page, and whether the hotline stands."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.entrypoints.http import JSON, answers_webhook, protected_by
from chalicelib.entrypoints.pages import answers_browser, html

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
    return Response(body={"status": "ok", "directory": wiring.directory().version}, headers=JSON)
