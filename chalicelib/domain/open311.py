"""What Open311 GeoReport v2 asks of a query and says of a case. Pure (docs/open311.md)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import OPEN, Case, Kind, Priority, Status
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.routing import units_on
from chalicelib.errors import HotlineError

OTHER = "khac"
"""The service of a case that has none yet."""

SPAN = timedelta(days=90)
"""Longest range of a query (spec: GET Service Requests)."""

MOST_LISTED = 1000
"""Most requests a query finds, over all its pages (spec)."""

PAGE_SIZE = 100
"""Of a query that names a page and no size; one that names neither gets everything."""

MOST_IDS = 200
"""Most ids one query may name."""

STATES = ("open", "closed")

TRIAL_CODE = "000000000"
"""What a request to the test address is answered with; nothing is stored under it."""

PIN_DECIMALS = 3
"""About a hundred metres: a pin somebody set on the map may be their own door."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6}\d*)?)?)(Z|[+\- ]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEARS = range(1900, 9000)
"""Beyond them dates cannot be reckoned with."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request."""

    name: str
    """Of the text `open311.fault.<name>`."""
    status: int = 400
    values: Mapping[str, str] = field(default_factory=dict)
    """What the text names: a parameter, never what somebody wrote in it."""


class Refused(HotlineError):
    """A request that cannot be done; says everything that is wrong with it at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(fault.name for fault in faults))
        self.faults = faults

    @property
    def status(self) -> int:
        """Of HTTP: 404 where something asked for is unknown, else the first fault's."""
        statuses = [fault.status for fault in self.faults]
        return 404 if 404 in statuses else statuses[0]


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


def moment_text(at: datetime | None) -> str | None:
    """Return a moment as the spec wants it, in Việt Nam's time: `2026-03-02T08:30:00+07:00`."""
    return local(at).isoformat(timespec="seconds") if at is not None else None


def is_listed(case: Case) -> bool:
    """Tell whether other systems may see that a case exists: a denunciation and an advertisement never."""
    return case.kind is not Kind.DENUNCIATION and not case.spam


def state(case: Case) -> str:
    """Return the spec's status of a case: open while somebody owes a step, else closed."""
    return "open" if case.status in OPEN else "closed"


def updated_at(case: Case) -> datetime:
    """Return when a case was last changed; of a closed one when it was closed (spec: updated_datetime)."""
    changed = case.updated_at or case.closed_at or case.answered_at or case.assigned_at or case.received_at
    if state(case) == "open":
        return changed
    return case.answered_at or case.closed_at or changed


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a case is shown, and how exact that is."""

    lat: float
    long: float
    exactness: str
    """exact, rounded, area_centre or province_centre."""
    area: Area | None
    """Today's unit, or the former one where it went to several."""


def spot(case: Case, directory: Directory, now: datetime) -> Spot:
    """
    Return where other systems see a case: its pin, else the middle of its unit, else of the province.

    Another system's pin is given back as it came. A pin set by a citizen is rounded.
    """
    area = today_unit(case.area, directory, now)
    if case.lat is not None and case.long is not None:
        if case.channel == "open311":
            return Spot(case.lat, case.long, "exact", area)
        return Spot(round(case.lat, PIN_DECIMALS), round(case.long, PIN_DECIMALS), "rounded", area)
    if area is not None:
        units = units_on(directory, area.id, local(now).date())
        if middle := _middle([area]) or _middle(units):
            return Spot(*middle, "area_centre", area)
    today = local(now).date()
    communes = (one for one in directory.areas.values() if one.tier == "commune" and one.valid.covers(today))
    return Spot(*(_middle(communes) or (0.0, 0.0)), "province_centre", area)


def today_unit(area_id: str | None, directory: Directory, now: datetime) -> Area | None:
    """Return the unit of today that *area_id* lies in; itself where it went to several."""
    area = directory.areas.get(area_id or "")
    if area is None:
        return None
    units = units_on(directory, area.id, local(now).date())
    return units[0] if len(units) == 1 else area


def trial_case(now: datetime) -> Case:
    """Return the sample that the test address shows under TRIAL_CODE."""
    return Case(
        code=TRIAL_CODE,
        status=Status.RECEIVED,
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        received_at=now,
        channel="open311",
        reporter_id="",
        reporter_address="",
        version=1,
    )


def client_of(key: str, directory: Directory) -> str:
    """Return the name of the client system that *key* belongs to, as the pack lists it; empty for no such key."""
    mark = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    found = ""
    for client in clients(directory):
        if hmac.compare_digest(str(client.get("key_sha256", "")).lower().encode(), mark.encode()):
            found = str(client.get("name", ""))
    return found if key else ""


def clients(directory: Directory) -> tuple[Mapping[str, Any], ...]:
    """Return the client systems of province.yaml that may file cases."""
    return tuple((directory.province.get("open311") or {}).get("clients") or ())


def jurisdictions(directory: Directory) -> frozenset[str]:
    """Return what this one jurisdiction may be called: its domain, and the province's short name."""
    return frozenset({str(directory.province.get("domain", "")).lower(), directory.slug.lower()} - {""})


def _middle(areas: Iterable[Area]) -> tuple[float, float] | None:
    points = [(area.lat, area.long) for area in areas if area.lat is not None and area.long is not None]
    if not points:
        return None
    lats, longs = zip(*points, strict=True)
    return round(sum(lats) / len(lats), 5), round(sum(longs) / len(longs), 5)


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
