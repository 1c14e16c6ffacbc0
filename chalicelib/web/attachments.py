"""The files of a case as a page shows them to one audience: names, sizes, words for who cannot see them."""

from __future__ import annotations

from typing import Any

from chalicelib import texts
from chalicelib.domain.attachment import SHOWN_SECONDS, attached, may_see
from chalicelib.domain.case import Actor, Case, Event
from chalicelib.domain.directory import Directory
from chalicelib.web.province import agency_name, province_view

KB, MB = 1_000, 1_000_000

NO_FORM: dict[str, Any] = {
    "by": "",
    "url": "",
    "fields": {},
    "full": False,
    "sent": False,
    "minutes": SHOWN_SECONDS // 60,
}
"""What `site/upload_form.html` needs where files are only looked at."""


def attachments_view(
    case: Case, directory: Directory, *, audience: str, language: str
) -> list[dict[str, Any]]:
    """
    Return the files of a case that an audience may see, in the order they came.

    `address` is empty: whoever answers the request fills it in, for some minutes (entrypoints/uploads.py).
    """
    found = []
    for number, event in enumerate(attached(case), start=1):
        if not may_see(case, event, audience):
            continue
        picture = event.data["type"] != "application/pdf"
        by = _sender(event, directory, audience, language)
        when = texts.datetime_text(event.at, language)
        name = texts.text(
            f"upload.{'picture' if picture else 'document'}", language, directory, number=number
        )
        found.append(
            {
                "file": event.data["attachment"],
                "number": number,
                "picture": picture,
                "width": event.data.get("width", 0),
                "height": event.data.get("height", 0),
                "name": name,
                "alt": texts.text("upload.alt", language, directory, number=number, by=by, when=when),
                "by": by,
                "when": when,
                "size": _size(int(event.data["bytes"]), language, directory),
                "from_citizen": event.actor is Actor.CITIZEN,
                "address": "",
            }
        )
    return found


def refused_view(case: Case, directory: Directory, *, audience: str, language: str) -> list[str]:
    """Return a sentence for each file of this audience's own that was not taken."""
    number = province_view(directory, language)["number"]
    return [
        texts.text(
            "upload.not_taken",
            language,
            directory,
            why=texts.text(f"upload.refused.{event.data['refused']}", language, directory, number=number),
        )
        for event in case.events
        if "refused" in event.data and event.data.get("for") == audience
    ]


def _sender(event: Event, directory: Directory, audience: str, language: str) -> str:
    if event.actor is Actor.CITIZEN:
        return texts.text(f"upload.by_{'you' if audience == 'citizen' else 'citizen'}", language, directory)
    agency = agency_name(event.by, directory, language) if event.by else texts.name("actor", "desk", language)
    return texts.text("upload.by_agency", language, directory, agency=agency)


def _size(count: int, language: str, directory: Directory) -> str:
    if count < MB:
        return texts.text("upload.size_kb", language, directory, amount=max(1, round(count / KB)))
    amount = f"{count / MB:.1f}"
    return texts.text(
        "upload.size_mb", language, directory, amount=amount.replace(".", ",") if language == "vi" else amount
    )
