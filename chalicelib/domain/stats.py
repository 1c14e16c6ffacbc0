"""What one case adds to the daily counters of province, agency and area (docs/reports.md). Nothing personal.

A case's contribution is a function of the case alone, so it can be stored, replaced by a later one and recounted. Sums
over days give every report: carried over = received − handled − ended of all earlier days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case, Event, Kind, Status

PROVINCE = "province"
AGENCY = "agency#"
AREA = "area#"
NONE = "none"
"""Stands for a service nobody has found yet."""

Contribution = dict[tuple[str, str], dict[str, int]]
"""(scope, day as ISO date) → counter → count."""

OF_AREA = ("received", "handled", "on_time", "late")
"""All that is counted of an area: each further counter crosses two things, and in a commune people know each other."""

_NEVER_DENUNCIATIONS = (".service.", ".topic.", "rated", "rating.")
"""In the names of counters whose sums everybody may read (domain/figures.py): none of them holds a denunciation."""

_ENDED = frozenset({Status.CLOSED, Status.DECLINED, Status.MERGED})


def agency_scope(code: str) -> str:
    """Return the scope of an agency's counters."""
    return f"{AGENCY}{code}"


def area_scope(unit_id: str) -> str:
    """Return the scope of an area's counters."""
    return f"{AREA}{unit_id}"


def contribution(case: Case) -> Contribution:
    """
    Return what a case counts for, by scope and day in Việt Nam.

    On the day it came: `received` and `received.kind|service|topic|channel.…`. On the day it was answered: `handled`,
    `on_time` or `late`, `level.…`, `handled.kind|service.…`, `on_time.service.…`. On the day it ended without an
    answer (declined, withdrawn, merged): `ended`. On the day of the rating that counts: `rated`, `rating.…`. A
    reopened case is neither handled nor rated until it is answered again. For an agency the case came when it was
    assigned, and only its present agency counts. For the area the case is placed in, if it is known, only `OF_AREA`
    counts. A denunciation counts for the province alone, and neither by service, topic nor rating: nothing that is
    published tells that there was one. A call with the citizen counts on its day for the province: `contacts` and
    `contacts.in|out.<result>`.

    Args:
        case: With its whole history: who withdrew and when the citizen rated stand in the events.
    """
    found: dict[tuple[str, str], Counter[str]] = {}
    scopes = [(PROVINCE, case.received_at)]
    denounces = case.kind is Kind.DENUNCIATION
    if case.agency and case.assigned_at and not denounces:
        scopes.append((agency_scope(case.agency), case.assigned_at))
    if case.area and not denounces:
        scopes.append((area_scope(case.area), case.received_at))
    for scope, came_at in scopes:
        came_on = _day(came_at)
        for day, counter in _counts(case, came_on):
            if scope.startswith(AREA) and counter not in OF_AREA:
                continue
            if denounces and any(part in counter for part in _NEVER_DENUNCIATIONS):
                continue
            # never before the case came, whatever clocks said: carried over must not fall below zero
            key = (scope, max(day, came_on).isoformat())
            found.setdefault(key, Counter())[counter] += 1
    for event in case.events:
        if direction := event.data.get("contact"):
            on = max(_day(event.at), _day(case.received_at)).isoformat()
            counts = found.setdefault((PROVINCE, on), Counter())
            counts.update(("contacts", f"contacts.{direction}.{event.data.get('result', NONE)}"))
    return {key: dict(counts) for key, counts in found.items()}


def difference(after: Contribution, before: Contribution) -> Contribution:
    """Return what must be added to the counters when a case's contribution changes; counters that stay are left out."""
    changes: Contribution = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        changed = {
            counter: new.get(counter, 0) - old.get(counter, 0)
            for counter in sorted(old.keys() | new.keys())
            if new.get(counter, 0) != old.get(counter, 0)
        }
        if changed:
            changes[key] = changed
    return changes


def is_on_time(case: Case, answered_at: datetime) -> bool:
    """Tell whether an answer came at or before its deadline; when nothing was due it did."""
    return case.due_at is None or answered_at <= case.due_at


def _counts(case: Case, came_on: date) -> Iterator[tuple[date, str]]:
    service = case.service or NONE
    yield came_on, "received"
    yield came_on, f"received.kind.{case.kind}"
    yield came_on, f"received.service.{service}"
    if case.topic:
        yield came_on, f"received.topic.{service}/{case.topic}"
    yield came_on, f"received.channel.{case.channel}"
    if (answered_at := _answered_at(case)) is not None:
        on = _day(answered_at)
        yield on, "handled"
        if is_on_time(case, answered_at):
            yield on, "on_time"
            yield on, f"on_time.service.{service}"
        else:
            yield on, "late"
        yield on, f"level.{case.level or (2 if case.agency else 1)}"
        yield on, f"handled.kind.{case.kind}"
        yield on, f"handled.service.{service}"
    elif case.status in _ENDED:
        yield _day(_ended_at(case)), "ended"
        yield _day(_ended_at(case)), f"ended.service.{service}"
    if case.rating is not None and (rated := _last(case, "rate", "rate_low")) is not None:
        yield _day(rated.at), "rated"
        yield _day(rated.at), f"rating.{case.rating}"


def _answered_at(case: Case) -> datetime | None:
    """When the answer that stands was given; None while there is none, and when the citizen withdrew."""
    if case.status is Status.ANSWERED:
        return case.answered_at
    if case.status is Status.CLOSED and (closing := _last_into(case, Status.CLOSED)) is not None:
        return None if closing.action == "withdraw" else case.answered_at
    return None


def _ended_at(case: Case) -> datetime:
    closing = _last_into(case, case.status)
    return closing.at if closing is not None else case.closed_at or case.received_at


def _last(case: Case, *actions: str) -> Event | None:
    return next((event for event in reversed(case.events) if event.action in actions), None)


def _last_into(case: Case, status: Status) -> Event | None:
    """The event that led into a status, not those that left it as it was."""
    found = (e for e in reversed(case.events) if e.to_status is status and e.from_status is not status)
    return next(found, None)


def _day(at: datetime) -> date:
    return local(at).date()
