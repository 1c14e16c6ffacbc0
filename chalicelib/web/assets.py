"""Files a browser keeps: styles, scripts, pictures as SVG. Addressed by its content, each may be kept for ever.

Pages are kept for an hour and ask for the content they were made with: after a deploy they get today's, for a minute.
"""

from __future__ import annotations

import hashlib
import re
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

_MARK = re.compile(rf"[0-9a-f]{{{MARK_CHARS}}}")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: str
    content_type: str
    is_asked_for: bool
    """Whether its name told of this content, not of a former one."""


def asset_name(name: str) -> str:
    """
    Return the name a file is addressed by: `site.css` → `site.3fa9c01b22.css`.

    Raises:
        KeyError: There is no such file.
    """
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{_mark(name)}.{ending}"


def read_asset(name: str) -> Asset | None:
    """Return the file addressed by `asset_name`, today or before a deploy; None when there is none of that name."""
    stem, _, ending = name.rpartition(".")
    plain, _, mark = stem.rpartition(".")
    wanted = f"{plain}.{ending}"
    if wanted not in _names() or not _MARK.fullmatch(mark):
        return None
    content = (FOLDER / wanted).read_text(encoding="utf-8")
    return Asset(content, TYPES[f".{ending}"], mark == _mark(wanted))


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
