"""The report form: `/report` and what it asks while one types. Posted once, a case once."""

from __future__ import annotations

from chalice import Blueprint

routes = Blueprint(__name__)
