"""Files a browser keeps: styles, scripts, pictures as SVG. Addressed by its content, each may be kept for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
"""What may lie there: text only, because API Gateway mangles bytes for a browser that asks for a page."""

MARK_CHARS = 10


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: str
    content_type: str


def asset_name(name: str) -> str:
    """
    Return the name a file is addressed by: `site.css` → `site.3fa9c01b22.css`.

    Raises:
        KeyError: There is no such file.
    """
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{_mark(name)}.{ending}"


def read_asset(name: str) -> Asset | None:
    """Return the file addressed by `asset_name`, or None; an older content's name opens nothing."""
    stem, _, ending = name.rpartition(".")
    plain, _, mark = stem.rpartition(".")
    wanted = f"{plain}.{ending}"
    if wanted not in _names() or mark != _mark(wanted):
        return None
    return Asset((FOLDER / wanted).read_text(encoding="utf-8"), TYPES[f".{ending}"])


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(
        str(path.relative_to(FOLDER)) for path in FOLDER.iterdir() if path.is_file() and path.suffix in TYPES
    )


@lru_cache(maxsize=64)
def _mark(name: str) -> str:
    if name not in _names():
        raise KeyError(name)
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:MARK_CHARS]
