"""How a case and its history lie in the `cases` table: one item `case`, one item per event, all under the code.

A case the desk has published has an item `public` beside them: the words everybody may read.

The case item holds no text of any length, so that it stays below 1 KB and each step of a case costs one write
unit for it (two in a transaction). Its indexes hold keys only: a change of status then rewrites no index at all,
and what a screen shows is read from the items themselves, which is also never out of date.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.calendar import local
from chalicelib.domain.case import OPEN, Actor, Case, Event, Kind, Priority, Status
from chalicelib.domain.open311 import OTHER, is_listed
from chalicelib.domain.published import Published
from chalicelib.storage.record import (
    IntegerAttribute,
    JsonAttribute,
    MomentAttribute,
    Record,
    TextAttribute,
    moment_text,
)

CASE = "case"
EVENT = "event#"
PUBLIC = "public"
ONE_SHELF = "1"
"""Partition of an index that is one list for the whole province."""


class CasesByAgency(GlobalSecondaryIndex["CaseRecord"]):
    """Open cases of an agency by due time: its digest and its page."""

    class Meta:
        """Index settings."""

        index_name = "by_agency"
        projection = KeysOnlyProjection()

    open_agency = TextAttribute(hash_key=True)
    due_at = MomentAttribute(range_key=True)


class CasesByReporter(GlobalSecondaryIndex["CaseRecord"]):
    """Cases of one reporter by time: "my cases", and which case a message belongs to."""

    class Meta:
        """Index settings."""

        index_name = "by_reporter"
        projection = KeysOnlyProjection()

    reporter_id = TextAttribute(hash_key=True)
    received_at = MomentAttribute(range_key=True)


class CasesByDesk(GlobalSecondaryIndex["CaseRecord"]):
    """The desk's queue: cases no agency has, the urgent ones first."""

    class Meta:
        """Index settings."""

        index_name = "by_desk"
        projection = KeysOnlyProjection()

    desk = TextAttribute(hash_key=True)
    desk_order = TextAttribute(range_key=True)


class CasesByDay(GlobalSecondaryIndex["CaseRecord"]):
    """Cases received on a day in Việt Nam: the nightly recount, lists for a report."""

    class Meta:
        """Index settings."""

        index_name = "by_day"
        projection = KeysOnlyProjection()

    day = TextAttribute(hash_key=True)
    received_at = MomentAttribute(range_key=True)


class CasesByList(GlobalSecondaryIndex["CaseRecord"]):
    """Cases other systems may see, field by field and by time: Open311's list."""

    class Meta:
        """Index settings."""

        index_name = "by_list"
        projection = KeysOnlyProjection()

    listed = TextAttribute(hash_key=True)
    received_at = MomentAttribute(range_key=True)


class CasesByWake(GlobalSecondaryIndex["CaseRecord"]):
    """Cases by the next step of their ladder: the reminder job reads only what is due."""

    class Meta:
        """Index settings."""

        index_name = "by_wake"
        projection = KeysOnlyProjection()

    wake = TextAttribute(hash_key=True)
    wake_at = MomentAttribute(range_key=True)


class CasesByPublication(GlobalSecondaryIndex["CaseRecord"]):
    """Published cases, the latest first: the public list. Holds the item of the published words, not the case's."""

    class Meta:
        """Index settings."""

        index_name = "by_published"
        projection = KeysOnlyProjection()

    published = TextAttribute(hash_key=True)
    published_at = MomentAttribute(range_key=True)


class CaseRecord(Record):
    """A case as stored; `chalicelib.domain.case.Case` is what it means. Fields at their default are left out."""

    table = "cases"

    code = TextAttribute(hash_key=True)
    item = TextAttribute(range_key=True, default=CASE)
    version = IntegerAttribute()
    status = TextAttribute()
    kind = TextAttribute()
    priority = TextAttribute()
    received_at = MomentAttribute()
    channel = TextAttribute()
    reporter_id = TextAttribute(null=True)
    reporter_address = TextAttribute(null=True)
    language = TextAttribute(null=True)
    service = TextAttribute(null=True)
    topic = TextAttribute(null=True)
    area = TextAttribute(null=True)
    place = TextAttribute(null=True)
    lat = NumberAttribute(null=True)
    long = NumberAttribute(null=True)
    reporter_name = TextAttribute(null=True)
    identity_shown = BooleanAttribute(null=True)
    agency = TextAttribute(null=True)
    assignment = IntegerAttribute(null=True)
    assigned_at = MomentAttribute(null=True)
    accept_due_at = MomentAttribute(null=True)
    due_at = MomentAttribute(null=True)
    deadline_table = TextAttribute(null=True)
    updated_at = MomentAttribute(null=True)
    extended = BooleanAttribute(null=True)
    paused_at = MomentAttribute(null=True)
    resume_status = TextAttribute(null=True)
    asked_at = MomentAttribute(null=True)
    answered_at = MomentAttribute(null=True)
    objection_until = MomentAttribute(null=True)
    closed_at = MomentAttribute(null=True)
    published_at = MomentAttribute(null=True)
    rating = IntegerAttribute(null=True)
    level = IntegerAttribute(null=True)
    parent = TextAttribute(null=True)
    merged_into = TextAttribute(null=True)
    emergency = BooleanAttribute(null=True)
    spam = BooleanAttribute(null=True)
    wake_at = MomentAttribute(null=True)
    steps_done = JsonAttribute(null=True)

    # Keys of indexes that hold only some cases; absent = not in that list.
    open_agency = TextAttribute(null=True)
    desk = TextAttribute(null=True)
    desk_order = TextAttribute(null=True)
    day = TextAttribute()
    listed = TextAttribute(null=True)
    """Its service: the one part of the key that hardly ever changes, and a row that stays costs nothing more."""
    wake = TextAttribute(null=True)

    by_agency = CasesByAgency()
    by_reporter = CasesByReporter()
    by_desk = CasesByDesk()
    by_day = CasesByDay()
    by_list = CasesByList()
    by_wake = CasesByWake()
    by_published = CasesByPublication()


class PublishedRecord(Record):
    """The words of a case that everybody may read; `chalicelib.domain.published.Published` is what it means."""

    table = "cases"
    schema_record = CaseRecord

    code = TextAttribute(hash_key=True)
    item = TextAttribute(range_key=True, default=PUBLIC)
    published = TextAttribute(null=True)
    """Key of the list; absent with all the rest once the case was taken off, since no function may delete."""
    published_at = MomentAttribute(null=True)
    matter = TextAttribute(null=True)
    answer = TextAttribute(null=True)


class EventRecord(Record):
    """One event of a case; `chalicelib.domain.case.Event` is what it means."""

    table = "cases"
    schema_record = CaseRecord

    code = TextAttribute(hash_key=True)
    item = TextAttribute(range_key=True)
    at = MomentAttribute()
    actor = TextAttribute()
    action = TextAttribute()
    from_status = TextAttribute(null=True, attr_name="from")
    to_status = TextAttribute(attr_name="to")
    note = TextAttribute(null=True)
    by = TextAttribute(null=True)
    data = JsonAttribute(null=True)


_NOT_STORED = {"events", "stored_version"}
_CASE_FIELDS = tuple(field.name for field in fields(Case) if field.name not in _NOT_STORED)
_DEFAULTS = {field.name: field.default for field in fields(Case) if field.default is not MISSING}
_READ_AS: dict[str, Any] = {
    "status": Status,
    "kind": Kind,
    "priority": Priority,
    "resume_status": Status,
    "steps_done": tuple,
}


def case_to_record(case: Case) -> CaseRecord:
    """The item of *case*, with the keys of every index it belongs in."""
    record = CaseRecord(case.code, CASE)
    for name in _CASE_FIELDS:
        value = getattr(case, name)
        if value is not None and value != "" and value != _DEFAULTS.get(name):
            setattr(record, name, list(value) if name == "steps_done" else value)
    # Present even at a default: the version condition compares with it.
    record.version = case.version
    record.day = local(case.received_at).date().isoformat()
    if is_listed(case):
        record.listed = case.service or OTHER
    if case.agency and case.status in OPEN:
        record.open_agency = case.agency
    if case.status is Status.RECEIVED:
        first = case.emergency or case.priority is Priority.URGENT
        record.desk = ONE_SHELF
        record.desk_order = f"{0 if first else 1}#{moment_text(case.received_at)}"
    if case.wake_at is not None:
        record.wake = ONE_SHELF
    return record


def record_to_case(record: CaseRecord, events: tuple[Event, ...] = ()) -> Case:
    """What the item means; without *events* the history is not loaded."""
    found: dict[str, Any] = {}
    for name in _CASE_FIELDS:
        value = getattr(record, name)
        if value is not None:
            read_as = _READ_AS.get(name)
            found[name] = read_as(value) if read_as else value
    found.setdefault("reporter_id", "")
    found.setdefault("reporter_address", "")
    return Case(**found, stored_version=record.version, events=events)


def published_to_record(published: Published) -> PublishedRecord:
    """The item of published words; without their moment the item of a case that was taken off."""
    record = PublishedRecord(published.code, PUBLIC)
    if published.published_at is not None:
        record.published, record.published_at = ONE_SHELF, published.published_at
        record.matter, record.answer = published.matter, published.answer
    return record


def record_to_published(record: PublishedRecord) -> Published:
    """What the item means."""
    return Published(record.code, record.matter or "", record.answer or "", record.published_at)


def event_item(number: int) -> str:
    """Sort key of event *number*; zeros in front keep the order."""
    return f"{EVENT}{number:06d}"


def event_to_record(code: str, event: Event) -> EventRecord:
    """The item of one event."""
    return EventRecord(
        code,
        event_item(event.number),
        at=event.at,
        actor=event.actor,
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        note=event.note or None,
        by=event.by or None,
        data=event.data or None,
    )


def record_to_event(record: EventRecord) -> Event:
    """What the item means."""
    return Event(
        number=int(record.item.removeprefix(EVENT)),
        at=record.at,
        actor=Actor(record.actor),
        action=record.action,
        from_status=Status(record.from_status) if record.from_status else None,
        to_status=Status(record.to_status),
        note=record.note or "",
        by=record.by or "",
        data=record.data or {},
    )
