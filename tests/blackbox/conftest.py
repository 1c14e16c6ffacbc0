"""Provinces started as `make run` starts them (tests/running.py)."""

from tests.running import start_province

__all__ = ["start_province"]
