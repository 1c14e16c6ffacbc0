"""One province as data: what a published pack means. Read-only; looked up by code, by date and by place.

`packs/` reads the YAML and CSV of `provinces/<slug>/` into the plain data that `Directory.from_data` takes; the
`directory` table stores exactly that data. Nothing here reads a file or a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

EVERY = "*"
"""In a rule: any service, any area."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day on which something is in force; both inclusive, None = open."""

    starts_on: date | None = None
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether *day* lies in the period."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Period:
        """Read `valid_from` and `valid_to` (ISO dates or absent)."""
        return cls(_day(data.get("valid_from")), _day(data.get("valid_to")))


@dataclass(frozen=True, slots=True)
class Contact:
    """A role that answers for an agency, with the addresses it is told at."""

    role: str
    email: str = ""
    phone: str = ""
    """E.164, e.g. +84900000123; empty when the role takes no SMS."""


@dataclass(frozen=True, slots=True)
class Agency:
    """A unit that must answer citizens: a department, a utility, the police, a commune's centre."""

    code: str
    names: Mapping[str, str]
    short_name: str
    """For an SMS: unaccented, at most 24 characters."""
    level: str
    """province, district, commune, utility or police."""
    focal_point: Contact
    leader: Contact
    channels: tuple[str, ...] = ("email",)
    sessions: str = "office"
    """Which working sessions of the calendar it keeps."""
    area: str | None = None
    """Unit id it serves, for `{district}` and `{commune}` rules."""
    valid: Period = Period()
    successor: str | None = None
    hotline: str = ""

    def name(self, language: str = "vi") -> str:
        """Full name in *language*, Vietnamese when there is none."""
        return self.names.get(language) or self.names["vi"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of a service that may have its own agency, words and line in a report."""

    code: str
    names: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question another system asks with a field (Open311, *service definition*)."""

    code: str
    question: Mapping[str, str]
    datatype: str
    """string, number, datetime, text, singlevaluelist or multivaluelist."""
    required: bool = False
    hint: Mapping[str, str] = field(default_factory=dict)
    """How to answer."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of a list: key → its names."""
    asked: bool = True
    """False: it is shown, not asked."""


@dataclass(frozen=True, slots=True)
class Service:
    """A field of work (lĩnh vực) as citizens know it; `service_code` of Open311."""

    code: str
    names: Mapping[str, str]
    group: str = ""
    needs_area: bool = True
    """Whether the agency depends on the place, so that a message without one must be asked for it."""
    words: Mapping[str, float] = field(default_factory=dict)
    """Unaccented or accented phrase → weight (> 0; 1 = ordinary, 3 = settles it; < 0 speaks against)."""
    topics: tuple[Topic, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    valid: Period = Period()

    def name(self, language: str = "vi") -> str:
        """Name in *language*, Vietnamese when there is none."""
        return self.names.get(language) or self.names["vi"]

    def topic(self, code: str | None) -> Topic | None:
        """The topic with *code*, or None."""
        return next((topic for topic in self.topics if topic.code == code), None)


@dataclass(frozen=True, slots=True)
class Successor:
    """Where a former unit went: the later unit and whether all or a part of it went there."""

    area: str
    share: str = "whole"
    """whole or part."""


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative unit, of today or of former days."""

    id: str
    """Today's units: the statistics office's code (`29869`); former ones: `old-` + theirs (`old-866`)."""
    code: str
    name: str
    """Without the type: "Sa Đéc", "1" for phường 1."""
    type: str
    """tỉnh, thành phố, thị xã, huyện, quận, phường, xã, thị trấn."""
    tier: str
    """province, district or commune."""
    parent: str | None
    valid: Period = Period()
    successors: tuple[Successor, ...] = ()
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    long: float | None = None

    @property
    def full_name(self) -> str:
        """Type and name as people write them: "phường Sa Đéc"."""
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """A market, road, hospital or estate that people name instead of a unit."""

    name: str
    type: str
    area: str
    """Unit id it lies in."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One line of routing.yaml: this service, here, in this time → that agency."""

    id: str
    agency: str
    """An agency's code, or `{district}` / `{commune}`: the agency of that level that serves the place."""
    service: str = EVERY
    topic: str | None = None
    area: str = EVERY
    """A unit id; covers everything below it, former and today's units alike."""
    kind: str | None = None
    valid: Period = Period()


@dataclass(frozen=True, slots=True)
class Limit:
    """A span an agency is given."""

    amount: float
    unit: str
    """clock_minutes, working_hours or working_days."""


@dataclass(frozen=True, slots=True)
class DeadlineTable:
    """The limits in force in one time; a case keeps the table it came in under."""

    id: str
    valid: Period
    forward: Mapping[str, Limit]
    """priority → time the desk has to send it on."""
    accept: Mapping[str, Limit]
    """priority → time the agency has to accept or return."""
    answer: tuple[AnswerLimit, ...]
    """The most specific line wins."""
    citizen_reply: Limit
    """How long a question to the citizen stays open."""
    objection: Limit
    """How long an answer may be objected to."""


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """Time to answer for a kind, a service and a priority; `*` = any."""

    limit: Limit
    kind: str = EVERY
    service: str = EVERY
    priority: str = EVERY


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """A published question with its answer."""

    code: str
    service: str
    question: Mapping[str, str]
    answer: Mapping[str, str]
    source: str = ""
    valid: Period = Period()
    number: int = 0
    """What people text, key in and link to (`HOI 105`); 0 in a version published before answers had one."""


_NO_END = "9999"
"""Later than any day written YYYY-MM-DD."""


@dataclass(frozen=True)
class Directory:
    """A province pack as published: one immutable version."""

    version: str
    province: Mapping[str, Any]
    """province.yaml: slug, names, number, languages, desk, office, emergency, email domain, settings …"""
    agencies: Mapping[str, Agency]
    services: Mapping[str, Service]
    areas: Mapping[str, Area]
    routing: tuple[RoutingRule, ...]
    deadlines: tuple[DeadlineTable, ...]
    calendar: Mapping[str, Any]
    """calendar.yaml as data; chalicelib.domain.calendar.WorkCalendar.from_data reads it."""
    duty: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[StandardAnswer, ...] = ()
    lexicon: Mapping[str, Any] = field(default_factory=dict)
    """Words that are no field's own: emergency, denunciation, spam, asking, proposing, abbreviations."""
    places: tuple[Place, ...] = ()
    ivr: Mapping[str, Any] = field(default_factory=dict)
    """What a caller hears and which key leads where (domain/ivr.py)."""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """language → key → sentence that replaces the house's own."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Directory:
        """Build the directory from published data (the JSON of the `directory` table)."""
        return cls(
            version=data["version"],
            province=data["province"],
            agencies={item["code"]: _agency(item) for item in data["agencies"]},
            services={item["code"]: _service(item) for item in data["services"]},
            areas={item["id"]: _area(item) for item in data["areas"]},
            routing=tuple(_rule(item) for item in data["routing"]),
            deadlines=tuple(_deadline_table(item) for item in data["deadlines"]),
            calendar=data["calendar"],
            duty=data.get("duty", {}),
            answers=tuple(_answer(item) for item in data.get("answers", ())),
            lexicon=data.get("lexicon", {}),
            places=tuple(_place(item) for item in data.get("places", ())),
            ivr=data.get("ivr", {}),
            texts=data.get("texts", {}),
        )

    @cached_property
    def slug(self) -> str:
        """The province's short name, e.g. `dong-thap`."""
        return str(self.province["slug"])

    @cached_property
    def _agency_by_area(self) -> Mapping[str, tuple[Agency, ...]]:
        found: dict[str, tuple[Agency, ...]] = {}
        for agency in self.agencies.values():
            if agency.area:
                found[agency.area] = (*found.get(agency.area, ()), agency)
        return found

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[str, ...]]:
        """Unit id → the former units that went into it, whole or in part."""
        found: dict[str, tuple[str, ...]] = {}
        for area in self.areas.values():
            for successor in area.successors:
                found[successor.area] = (*found.get(successor.area, ()), area.id)
        return found

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Unit id → the units right below it, of all times."""
        found: dict[str, tuple[str, ...]] = {}
        for area in self.areas.values():
            if area.parent:
                found[area.parent] = (*found.get(area.parent, ()), area.id)
        return found

    @cached_property
    def agencies_by_phone(self) -> Mapping[str, tuple[Agency, ...]]:
        """Registered number of a focal point or leader (E.164) → the agencies it speaks for."""
        found: dict[str, tuple[Agency, ...]] = {}
        for agency in self.agencies.values():
            for phone in {agency.focal_point.phone, agency.leader.phone} - {""}:
                found[phone] = (*found.get(phone, ()), agency)
        return found

    def agency_serving(self, area_id: str, level: str, on: date) -> Agency | None:
        """The agency of *level* that serves the unit *area_id* on a day, or None."""
        for agency in self._agency_by_area.get(area_id, ()):
            if agency.level == level and agency.valid.covers(on):
                return agency
        return None

    def agencies_on(self, day: date) -> Iterator[Agency]:
        """Agencies that exist on *day*."""
        return (agency for agency in self.agencies.values() if agency.valid.covers(day))

    def services_on(self, day: date) -> Iterator[Service]:
        """Services offered on *day*."""
        return (service for service in self.services.values() if service.valid.covers(day))

    def emergency_on(self, day: date | None) -> Iterator[Mapping[str, Any]]:
        """Emergency numbers in force on *day*, as province.yaml has them; those without an end when no day is told."""
        for entry in self.province.get("emergency", ()):
            starts, ends = str(entry.get("valid_from") or ""), str(entry.get("valid_to") or _NO_END)
            if ends == _NO_END if day is None else starts <= day.isoformat() <= ends:
                yield entry

    def lineage(self, area_id: str | None) -> Iterator[Area]:
        """The unit and all units above it, nearest first; nothing for an unknown id."""
        while area_id is not None and (area := self.areas.get(area_id)) is not None:
            yield area
            area_id = area.parent

    def deadline_table(self, day: date) -> DeadlineTable:
        """
        The deadline table in force on *day*.

        Packs are validated to have exactly one for every day since the start; a day before it gets the first table,
        because a text must never be lost for want of one.
        """
        return next((table for table in self.deadlines if table.valid.covers(day)), self.deadlines[0])

    def deadline_table_by_id(self, table_id: str) -> DeadlineTable:
        """The table a case came in under."""
        return next(table for table in self.deadlines if table.id == table_id)


def _day(text: str | date | None) -> date | None:
    if text is None or isinstance(text, date):
        return text
    return date.fromisoformat(text)


def _contact(data: Mapping[str, Any] | None) -> Contact:
    data = data or {}
    return Contact(role=data.get("role", ""), email=data.get("email", ""), phone=data.get("phone", ""))


def _agency(data: Mapping[str, Any]) -> Agency:
    return Agency(
        code=data["code"],
        names=data["names"],
        short_name=data["short_name"],
        level=data["level"],
        focal_point=_contact(data.get("focal_point")),
        leader=_contact(data.get("leader")),
        channels=tuple(data.get("channels", ("email",))),
        sessions=data.get("sessions", "office"),
        area=data.get("area"),
        valid=Period.from_data(data),
        successor=data.get("successor"),
        hotline=data.get("hotline", ""),
    )


def _service(data: Mapping[str, Any]) -> Service:
    return Service(
        code=data["code"],
        names=data["names"],
        group=data.get("group", ""),
        needs_area=data.get("needs_area", True),
        words=data.get("words", {}),
        topics=tuple(
            Topic(code=topic["code"], names=topic["names"], words=tuple(topic.get("words", ())))
            for topic in data.get("topics", ())
        ),
        attributes=tuple(_attribute(item) for item in data.get("attributes", ())),
        valid=Period.from_data(data),
    )


def _attribute(data: Mapping[str, Any]) -> Attribute:
    return Attribute(
        code=data["code"],
        question=data["question"],
        datatype=data["datatype"],
        required=data.get("required", False),
        hint=data.get("hint", {}),
        values={item["key"]: item["names"] for item in data.get("values", ())},
        asked=data.get("asked", True),
    )


def _area(data: Mapping[str, Any]) -> Area:
    return Area(
        id=data["id"],
        code=data["code"],
        name=data["name"],
        type=data["type"],
        tier=data["tier"],
        parent=data.get("parent"),
        valid=Period.from_data(data),
        successors=tuple(Successor(*item) for item in data.get("successors", ())),
        aliases=tuple(data.get("aliases", ())),
        lat=data.get("lat"),
        long=data.get("long"),
    )


def _place(data: Mapping[str, Any]) -> Place:
    return Place(data["name"], data["type"], data["area"], tuple(data.get("aliases", ())))


def _rule(data: Mapping[str, Any]) -> RoutingRule:
    return RoutingRule(
        id=data["id"],
        agency=data["agency"],
        service=data.get("service", EVERY),
        topic=data.get("topic"),
        area=data.get("area", EVERY),
        kind=data.get("kind"),
        valid=Period.from_data(data),
    )


def _limit(data: Mapping[str, Any]) -> Limit:
    return Limit(amount=data["amount"], unit=data["unit"])


def _deadline_table(data: Mapping[str, Any]) -> DeadlineTable:
    return DeadlineTable(
        id=data["id"],
        valid=Period.from_data(data),
        forward={priority: _limit(limit) for priority, limit in data["forward"].items()},
        accept={priority: _limit(limit) for priority, limit in data["accept"].items()},
        answer=tuple(
            AnswerLimit(
                limit=_limit(line),
                kind=line.get("kind", EVERY),
                service=line.get("service", EVERY),
                priority=line.get("priority", EVERY),
            )
            for line in data["answer"]
        ),
        citizen_reply=_limit(data["citizen_reply"]),
        objection=_limit(data["objection"]),
    )


def _answer(data: Mapping[str, Any]) -> StandardAnswer:
    return StandardAnswer(
        code=data["code"],
        service=data["service"],
        question=data["question"],
        answer=data["answer"],
        source=data.get("source", ""),
        valid=Period.from_data(data),
        number=data.get("number", 0),
    )
