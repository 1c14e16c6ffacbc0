"""The agencies every commune has, written once: `commune_agencies` of agencies.yaml laid over today's communes.

A block is an agency whose texts hold placeholders: `{type}` phường, `{Type}` Phường, `{type_plain}` phuong, `{t}` p,
`{unit}` ward, `{name}` Sa Đéc, `{plain}` Sa Dec, `{slug}` phuong-sa-dec, `{id}` 29905, and `{serial}`, a running number
from `serial_from` on (sample packs number their contacts so). `units` holds what differs, by unit id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.text import unaccent
from packs.marked import MarkedDict, plain

UNITS_IN_ENGLISH = {"phường": "ward", "xã": "commune", "thị trấn": "township", "đặc khu": "special zone"}

BLOCK_KEYS = frozenset({"serial_from", "tier", "units"})
"""Keys of a block that are no agency's."""


def expand(agencies: MarkedDict, areas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the agencies of agencies.yaml with every block turned into one agency per commune."""
    listed: list[dict[str, Any]] = [
        plain(item) for item in agencies.get("agencies") or [] if isinstance(item, dict)
    ]
    for block in agencies.get("commune_agencies") or []:
        if isinstance(block, dict):
            listed.extend(_expand_block(plain(block), areas))
    return listed


def _expand_block(block: dict[str, Any], areas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    pattern = {key: value for key, value in block.items() if key not in BLOCK_KEYS}
    own = block.get("units") or {}
    units = [
        area for area in areas if area["tier"] == block.get("tier", "commune") and not area.get("valid_to")
    ]
    units.sort(key=lambda area: area["id"])
    slugs = Counter(_slug(area) for area in units)
    result = []
    for offset, area in enumerate(units):
        slug = _slug(area)
        words = {
            "type": area["type"],
            "Type": area["type"][:1].upper() + area["type"][1:],
            "t": unaccent(area["type"])[:1],
            "name": area["name"],
            "plain": unaccent(area["name"]),
            "type_plain": unaccent(area["type"]),
            "unit": UNITS_IN_ENGLISH.get(area["type"], "commune"),
            "slug": slug if slugs[slug] == 1 else f"{slug}-{area['id']}",
            "id": area["id"],
            "serial": f"{int(block.get('serial_from', 0)) + offset:03d}",
        }
        result.append({**_overlay(_fill(pattern, words), own.get(area["id"], {})), "area": area["id"]})
    return result


def _fill(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for key, word in words.items():
            value = value.replace("{" + key + "}", word)
        return value
    if isinstance(value, dict):
        return {key: _fill(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, words) for item in value]
    return value


def _overlay(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _overlay(base.get(key), value) for key, value in over.items()}}
    return over


def _slug(area: Mapping[str, Any]) -> str:
    return "-".join(unaccent(f"{area['type']} {area['name']}").lower().split())
