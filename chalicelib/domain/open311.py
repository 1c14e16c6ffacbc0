"""What Open311 GeoReport v2 says of a case, and to whom. Pure (docs/open311.md)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import OPEN, Case, Kind, Priority, Status
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.own_case import told_openly
from chalicelib.domain.routing import units_on
from chalicelib.errors import HotlineError

CHANNEL = "open311"
"""Of the cases another system filed."""

OTHER = "khac"
"""The service of a case that has none yet."""

MOST_LISTED = 1000
"""Most requests a query finds, over all its pages (spec)."""

STATES = ("open", "closed")

TRIAL_CODE = "000000000"
"""What a request to the test address is answered with; nothing is stored under it."""

PIN_DECIMALS = 3
"""About a hundred metres: a pin somebody set on the map may be their own door."""


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


def moment_text(at: datetime | None) -> str | None:
    """Return a moment as the spec wants it, in Việt Nam's time: `2026-03-02T08:30:00+07:00`."""
    return local(at).isoformat(timespec="seconds") if at is not None else None


def is_listed(case: Case) -> bool:
    """
    Tell whether lists for other systems name a case: a denunciation and an advertisement never.

    A case that is with the desk is listed only when another system filed it: denunciations stay there for whoever has
    nothing but a code, so that a code missing from the list must say nothing.
    """
    if case.kind is Kind.DENUNCIATION or case.spam:
        return False
    return case.channel == CHANNEL or case.status is not Status.RECEIVED


def as_seen(case: Case) -> Case:
    """
    Return a case as other systems see it, whatever it is.

    A denunciation or an advertisement looks like every other case that is with the desk: no agency, no date but that
    of receipt; and without field and place, which the words alone told, unless another system filed it with them.
    """
    if told_openly(case) is not Status.RECEIVED and not case.spam:
        return case
    seen = replace(
        case,
        status=Status.RECEIVED,
        kind=Kind.COMPLAINT,
        spam=False,
        agency=None,
        assigned_at=None,
        due_at=None,
        answered_at=None,
        closed_at=None,
        published_at=None,
        updated_at=None,
    )
    return seen if case.channel == CHANNEL else replace(seen, service=None, area=None, lat=None, long=None)


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
        if case.channel == CHANNEL:
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
        channel=CHANNEL,
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
