"""A province's folder of YAML and CSV, read, checked and turned into what is published. Ops side: never deployed."""

from packs.checks import check
from packs.problem import PackError, Problem
from packs.reading import PROVINCES, read_data, read_directory, slugs

__all__ = ["PROVINCES", "PackError", "Problem", "check", "read_data", "read_directory", "slugs"]
