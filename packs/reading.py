"""From the files of `provinces/<slug>/` to the data that is published.

`provinces/common/` is what every province shares; a province's file of the same name overrides it (packs.marked.merge).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.domain.directory import Directory
from packs import communes
from packs.areas import Row, area_data, place_data, read_rows
from packs.emblem import EMBLEM, read_emblem
from packs.marked import MarkedDict, load_yaml, merge, plain
from packs.problem import PackError, Problem

PROVINCES = Path(__file__).resolve().parent.parent / "provinces"
"""Where the packs of this checkout lie."""

COMMON = "common"

NEEDED = ("province", "agencies", "services", "routing", "deadlines", "calendar", "deploy")
"""The YAML files without which there is no pack; each in the province's own folder or in the common one."""

OPTIONAL = ("duty", "answers", "ivr", "texts", "lexicon")
"""Those a pack may do without."""

LISTS = {
    "agencies": "agencies",
    "services": "services",
    "routing": "rules",
    "deadlines": "tables",
    "duty": "shifts",
    "answers": "answers",
}
"""Where the list of a file stands, for one that is nothing but this list."""


@dataclass
class Sources:
    """The files of one pack as read and merged, and what could not be read."""

    slug: str
    files: dict[str, MarkedDict]
    emblem: str = ""
    """`emblem.svg`, empty where there is none."""
    areas: list[Row] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Everything the reading found."""
    unread: set[str] = field(default_factory=set)
    """Files that could not be read at all."""

    def items(self, file: str, key: str) -> list[MarkedDict]:
        """The mappings in the list *key* of a file; what is no mapping is left out (packs.checks.shapes reports it)."""
        found = self.files[file].get(key)
        return [item for item in found if isinstance(item, MarkedDict)] if isinstance(found, list) else []

    def name(self, file: str) -> str:
        """How problems name a file of the province."""
        return f"provinces/{self.slug}/{file}"


def read_sources(slug: str, root: Path | None = None) -> Sources:
    """
    Read every file of a pack, merged with the common ones; never raises for what is in them.

    Args:
        slug: The folder's name below *root*, e.g. `dong-thap`.
        root: The folder of all packs; `provinces/` of this checkout when None.

    Raises:
        PackError: There is no such folder.
    """
    root = root or PROVINCES
    if not (root / slug).is_dir():
        known = sorted(path.name for path in root.iterdir() if path.is_dir() and path.name != COMMON)
        raise PackError(
            [Problem(f"provinces/{slug}", 0, "there is no such pack.", f"Known: {', '.join(known)}.")]
        )
    sources = Sources(slug, {})
    for name in (*NEEDED, *OPTIONAL):
        sources.files[name] = _read_merged(sources, root, name, optional=name in OPTIONAL)
    sources.emblem, wrong = read_emblem(root / slug / EMBLEM, sources.name(EMBLEM))
    sources.problems += wrong
    sources.areas = _read_rows(sources, root, "areas.csv")
    sources.places = _read_rows(sources, root, "places.csv")
    return sources


def _read_rows(sources: Sources, root: Path, file: str) -> list[Row]:
    path = root / sources.slug / file
    if file == "places.csv" and not path.exists():
        return []
    try:
        return read_rows(path, sources.name(file))
    except PackError as error:
        sources.problems += error.problems
        sources.unread.add(sources.name(file))
        return []


def _read_merged(sources: Sources, root: Path, name: str, *, optional: bool) -> MarkedDict:
    file, list_key = f"{name}.yaml", LISTS.get(name, "")
    own, shared = root / sources.slug / file, root / COMMON / file
    empty = MarkedDict()
    empty.where, empty.marks = (sources.name(file), 0), {}
    if optional and not own.exists() and not shared.exists():
        return empty
    base = _load(sources, shared, f"provinces/{COMMON}/{file}", list_key) if shared.exists() else None
    if base is not None and not own.exists():
        return base
    over = _load(sources, own, sources.name(file), list_key)
    return over if base is None else merge(base, over)


def _load(sources: Sources, path: Path, name: str, list_key: str) -> MarkedDict:
    try:
        data, problems = load_yaml(path, name, list_key)
    except PackError as error:
        data, problems = MarkedDict(), list(error.problems)
        data.where, data.marks = (name, 0), {}
        sources.unread.add(name)
    sources.problems += problems
    return data


def data_of(sources: Sources) -> dict[str, Any]:
    """Return the published data of what was read: JSON-able, its version a hash of its content."""
    files = sources.files
    units = area_data(sources.areas)
    data: dict[str, Any] = {
        "province": {
            **plain(files["province"]),
            "slug": sources.slug,
            **({"emblem": sources.emblem} if sources.emblem else {}),
        },
        "agencies": communes.expand(files["agencies"], units),
        "services": plain(files["services"].get("services", [])),
        "areas": units,
        "places": place_data(sources.places),
        "routing": plain(files["routing"].get("rules", [])),
        "deadlines": plain(files["deadlines"].get("tables", [])),
        "calendar": plain(files["calendar"]),
        "duty": plain(files["duty"]),
        "answers": plain(files["answers"].get("answers", [])),
        "ivr": plain(files["ivr"]),
        "lexicon": plain(files["lexicon"]),
        "texts": plain(files["texts"]),
    }
    return {"version": version_of(data), **data}


def version_of(data: Mapping[str, Any]) -> str:
    """Return the first 12 hex digits of the content's SHA-256: the same content has the same version everywhere."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def read_data(slug: str, root: Path | None = None) -> dict[str, Any]:
    """
    Return what is published of a pack.

    Raises:
        PackError: A file cannot be read, or lacks what the directory cannot be built without; `packs.check` tells more.
    """
    sources = read_sources(slug, root)
    if sources.unread:
        raise PackError(problem for problem in sources.problems if problem.file in sources.unread)
    return data_of(sources)


def read_directory(slug: str, root: Path | None = None) -> Directory:
    """
    Return a pack as the hotline sees it once published.

    Raises:
        PackError: The pack cannot be read or built; `packs.check` names each mistake with its line.
    """
    data = read_data(slug, root)
    try:
        return Directory.from_data(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"the pack cannot be built ({type(error).__name__}: {error})."
        raise PackError([Problem(f"provinces/{slug}", 0, what, "Run make validate.")]) from error


def slugs(root: Path | None = None) -> list[str]:
    """The packs there are."""
    return sorted(path.name for path in (root or PROVINCES).iterdir() if (path / "province.yaml").exists())
