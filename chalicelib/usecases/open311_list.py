"""Find the cases another system asks for: by their ids, or by time, field and state."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.directory import Directory
from chalicelib.domain.open311 import OTHER, as_seen
from chalicelib.domain.open311_query import Query


def find_requests(query: Query, *, cases: Any, directory: Directory) -> list[Case]:
    """
    Return the cases of one page as other systems see them: by id in the order asked, else newest first.

    They carry no history. By its id every case is found; a denunciation and an advertisement look as if they were
    with the desk.

    Raises:
        StorageUnavailable: The database did not answer.
    """
    first = (query.page - 1) * query.page_size
    if query.ids:
        known = [code for code in query.ids if is_valid_code(code)][first : first + query.page_size]
        return [as_seen(case) for case in cases.heads(known)]
    found: list[Case] = cases.listed(
        query.services or (*directory.services, OTHER),
        since=query.since,
        until=query.until,
        skip=first,
        limit=query.page_size,
        wants=(lambda case: query.wants(as_seen(case))) if query.looks_at_cases else None,
    )
    return [as_seen(case) for case in found]
