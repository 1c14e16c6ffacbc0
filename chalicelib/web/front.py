"""What the front page and its small print say of the province: open now, emergency numbers, deadlines, map, region."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.directory import EVERY, Directory, Limit
from chalicelib.domain.duty import on_duty
from chalicelib.domain.ivr import tree_of
from chalicelib.web.province import emergency_numbers, named

CENTRE = "centre"
"""The line of the hotline's own operators (duty.yaml)."""


def front_view(directory: Directory, language: str, now: datetime) -> dict[str, Any]:
    """Return what the front page shows beside its links: news, emergency numbers, whether somebody answers calls."""
    today = local(now).date()
    return {
        "news": tree_of(directory).announced(today, language) if directory.ivr else None,
        "emergency": emergency_numbers(directory, today, language),
        "duty": _duty(directory, language, now),
    }


def about_view(directory: Directory, language: str, now: datetime) -> dict[str, Any]:
    """Return the time to answer as it is today, and where a denunciation is handed in."""
    table = directory.deadline_table(local(now).date())
    rows = [
        (_whose(line.kind, line.priority, language), _span(line.limit, language))
        for line in sorted(table.answer, key=lambda line: (line.kind == EVERY, line.priority == EVERY))
        if line.service == EVERY
    ]
    return {"deadlines": rows, "denunciation": named(directory.province.get("denunciation", {}), language)}


def privacy_view(directory: Directory) -> dict[str, Any]:
    """Return where the data lies, and which host shows the map, if one does."""
    tiles = str((directory.province.get("map") or {}).get("tiles", ""))
    return {
        "region": str(directory.province.get("region", "")),
        "tiles": urlsplit(tiles).netloc.removeprefix("{s}."),
    }


def _duty(directory: Directory, language: str, now: datetime) -> str:
    duty = on_duty(directory, CENTRE, now)
    if duty.open and duty.until is None:
        return texts.text("site.home.open_always", language, directory)
    if duty.open and duty.until is not None:
        until = texts.time_text(duty.until, language)
        return texts.text("site.home.open_now", language, directory, until=until)
    if duty.opens_at is not None:
        opens = texts.datetime_text(duty.opens_at, language)
        return texts.text("site.home.closed_now", language, directory, opens=opens)
    return ""


def _whose(kind: str, priority: str, language: str) -> str:
    parts = [
        texts.name(group, code, language)
        for group, code in (("kind", kind), ("priority", priority))
        if code != EVERY
    ]
    if not parts:
        return texts.text("site.about.every_other", language)
    return " – ".join((parts[0], *(part.lower() for part in parts[1:])))


def _span(limit: Limit, language: str) -> str:
    return texts.text(f"site.about.{limit.unit}", language, amount=f"{limit.amount:g}")
