"""`/answers`: published questions and answers, and their feed."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
