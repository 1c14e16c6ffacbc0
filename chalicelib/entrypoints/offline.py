"""What lets `/report` open and be filled in without network: the worker, the page it shows, and names for the map."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlsplit

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.calendar import local
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.visitor import LANGUAGES, PUBLIC, answers_visitor, headers, show, visit

routes = Blueprint(__name__)

DAY = 24 * 3600

KEPT_FILES = (
    "site.css",
    "report.css",
    "device.css",
    "waiting.js",
    "offline.js",
    "photos.js",
    "place.js",
    "report.js",
)
"""What `/report` is made of, all but the map."""

KEPT_PAGES = ("/report", "/offline")


@routes.route("/sw.js", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/sw.js")
def show_worker() -> Response:
    """The service worker; it stands at the top of the hotline, so that all its pages are in its scope."""
    return Response(
        body=worker(settings.public_url()),
        headers={**headers(0, "text/javascript; charset=utf-8"), "Cache-Control": "no-cache"},
    )


@routes.route("/offline", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/offline")
def show_offline() -> Response:
    """What stands in for any page there is no network for."""
    return show(visit(routes, "/offline"), "offline", indexed=False, keep_seconds=60)


@routes.route("/report/centres", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/report/centres")
def show_centres() -> Response:
    """Today's communes with their middles, and where the map's pictures come from."""
    directory = wiring.directory()
    pictures = directory.province.get("map") or {}
    today = local(wiring.now()).date()
    centres = [
        [area.id, area.full_name, area.lat, area.long]
        for area in directory.areas.values()
        if area.tier == "commune" and area.lat is not None and area.valid.covers(today)
    ]
    body = {
        "tiles": pictures.get("tiles", ""),
        "attribution": pictures.get("attribution", ""),
        "centres": centres,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(body=text, headers=headers(DAY, "application/json; charset=utf-8"))


def worker(public_url: str) -> str:
    """Return the worker of a hotline: what it keeps, named by content, before the code it shares with the pages."""
    from chalicelib.web.assets import FOLDER
    from chalicelib.web.site import Address

    pages = [
        Address(public_url, "/offline", language=language).href(page)
        for page in KEPT_PAGES
        for language in LANGUAGES
    ]
    here = Address(public_url, "/offline")
    kept = [*pages, *(here.asset(name) for name in KEPT_FILES)]
    code = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("waiting.js", "sw.js"))
    version = hashlib.sha256((json.dumps(kept) + code).encode()).hexdigest()[:10]
    facts = {"BASE": urlsplit(public_url).path.rstrip("/"), "VERSION": version, "KEPT": kept}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in facts.items()) + code
