"""Open311 GeoReport v2 for other city systems (`/open311/v2/`)."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
