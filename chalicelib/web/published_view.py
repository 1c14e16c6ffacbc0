"""What everybody is shown of a published case on the website: the desk's words, and what says how it was handled."""

from __future__ import annotations

from typing import Any

from chalicelib import texts
from chalicelib.domain.case import Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.published import Published
from chalicelib.domain.stats import is_on_time
from chalicelib.domain.text import normalise
from chalicelib.web.province import agency_name
from chalicelib.web.views import area_text


def published_view(case: Case, words: Published, directory: Directory, language: str) -> dict[str, Any]:
    """
    Return one case of the public list.

    Args:
        case: Its head: field, area, agency, dates and rating are the case's own. Days, no times of day: who knows when
            a neighbour called should not learn more than that.
        words: Matter and answer as the desk confirmed them.
        directory: Names.
        language: Of the names.
    """
    service = directory.services.get(case.service or "")
    answered_at = case.answered_at or case.closed_at or case.received_at
    return {
        "field": service.name(language) if service else "",
        "kind": texts.name("kind", case.kind, language, directory),
        "area": area_text(case.area, directory),
        "agency": agency_name(case.agency, directory, language) if case.agency else "",
        "matter": normalise(words.matter),
        "answer": normalise(words.answer),
        "received": texts.date_text(case.received_at),
        "answered": texts.date_text(answered_at),
        "due": texts.date_text(case.due_at) if case.due_at else "",
        "on_time": is_on_time(case, answered_at),
        "rating": texts.name("rating", case.rating, language, directory) if case.rating else "",
    }
