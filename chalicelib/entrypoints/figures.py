"""`/stats`: what the hotline did, and handled cases the desk has published."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
