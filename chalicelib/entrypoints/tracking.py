"""Following a case: `/case` by code, `/case/<token>` by the reporter's own link."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
