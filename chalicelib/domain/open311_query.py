"""What a query of Open311 asks for: ids, or fields, states, times and a page. Pure (docs/open311.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.domain.case import Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.open311 import MOST_LISTED, STATES, Fault, Refused, state, updated_at

SPAN = timedelta(days=90)
"""Longest range of a query (spec: GET Service Requests)."""

PAGE_SIZE = 100
"""Of a query that names a page and no size; one that names neither gets everything."""

MOST_IDS = 200
"""Most ids one query may name."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6}\d*)?)?)(Z|[+\- ]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEARS = range(1900, 9000)
"""Beyond them dates cannot be reckoned with."""


@dataclass(frozen=True, slots=True)
class Query:
    """What GET requests asks for."""

    ids: tuple[str, ...] = ()
    """Overrides everything else."""
    services: tuple[str, ...] = ()
    states: frozenset[str] = frozenset(STATES)
    since: datetime | None = None
    until: datetime | None = None
    updated_since: datetime | None = None
    updated_until: datetime | None = None
    page: int = 1
    page_size: int = MOST_LISTED

    @property
    def looks_at_cases(self) -> bool:
        """Whether the order of receipt alone does not tell what is on a page."""
        return len(self.states) < len(STATES) or bool(self.updated_since or self.updated_until)

    def wants(self, case: Case) -> bool:
        """Tell whether a listed case fits what the index does not know."""
        updated = updated_at(case)
        return (
            state(case) in self.states
            and (self.updated_since is None or updated >= self.updated_since)
            and (self.updated_until is None or updated <= self.updated_until)
        )


def read_query(asked: Mapping[str, str], directory: Directory, now: datetime) -> Query:
    """
    Return what GET requests asks for; a parameter without a value is as if it had not been sent.

    One bound alone is completed to 90 days; a longer range is cut to its last 90 days.

    Raises:
        Refused: A value is not valid, or a service is unknown.
    """
    ids = _words(asked.get("service_request_id", ""))
    if ids:
        if len(ids) > MOST_IDS:
            raise Refused(Fault("too_many_ids", values={"most": str(MOST_IDS)}))
        page, size, faults = _page(asked, len(ids))
        return _or_refuse(Query(ids=ids, page=page, page_size=size), faults)
    page, size, faults = _page(asked, MOST_LISTED)
    services = _words(asked.get("service_code", ""))
    if any(code not in directory.services for code in services):
        faults.append(Fault("service_unknown", 404))
    states = frozenset(word.lower() for word in _words(asked.get("status", ""))) or frozenset(STATES)
    if states - set(STATES):
        faults.append(Fault("status"))
    moments: dict[str, datetime | None] = {}
    for name in ("start_date", "end_date", "updated_after", "updated_before"):
        try:
            moments[name] = read_moment(asked.get(name, ""), ends=name in ("end_date", "updated_before"))
        except ValueError:
            faults.append(Fault("date", values={"name": name}))
            moments[name] = None
    since, until = moments["start_date"], moments["end_date"]
    if since and until and since > until:
        faults.append(Fault("dates_turned"))
    if until is None:
        until = since + SPAN if since else now
    return _or_refuse(
        Query(
            services=services,
            states=states,
            since=max(since, until - SPAN) if since else until - SPAN,
            until=until,
            updated_since=moments["updated_after"],
            updated_until=moments["updated_before"],
            page=page,
            page_size=size,
        ),
        faults,
    )


def read_moment(text: str, *, ends: bool = False) -> datetime | None:
    """
    Return a moment written as the W3C's note on dates has it; None for an empty text.

    A plus sent unencoded arrives as a space and is taken for one. A bare day begins, or with *ends* ends, in Việt Nam.

    Raises:
        ValueError: It is no such moment; the zone is needed, with its colon.
    """
    text = text.strip()
    if not text:
        return None
    if _DAY.fullmatch(text):
        day = datetime.fromisoformat(f"{text}T00:00:00+07:00")
        found = day + timedelta(days=1, microseconds=-1) if ends and day.year in _YEARS else day
    elif match := _MOMENT.fullmatch(text):
        found = datetime.fromisoformat(match[1][:26] + match[2].replace(" ", "+").replace("Z", "+00:00"))
    else:
        raise ValueError("no moment")
    if found.year not in _YEARS:
        raise ValueError("out of range")
    return found.astimezone(UTC)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _page(asked: Mapping[str, str], whole: int) -> tuple[int, int, list[Fault]]:
    faults: list[Fault] = []
    found: dict[str, int | None] = {}
    for name in ("page", "page_size"):
        text = asked.get(name, "").strip()
        found[name] = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
        if text and not found[name]:
            faults.append(Fault("count", values={"name": name}))
    size = found["page_size"] or (PAGE_SIZE if found["page"] else whole)
    return found["page"] or 1, min(size, MOST_LISTED), faults


def _or_refuse(query: Query, faults: list[Fault]) -> Query:
    if faults:
        raise Refused(*faults)
    return query
