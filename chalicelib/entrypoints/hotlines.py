"""`/hotlines`: the numbers of the One-Stop units, posters and the banner for other sites."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
