"""What Open311 says of services, cases and errors: one table of fields for both formats (docs/open311.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case, Kind
from chalicelib.domain.code import spell_code
from chalicelib.domain.directory import Attribute, Directory, Service
from chalicelib.domain.filing import Proposal
from chalicelib.domain.open311 import OTHER, Fault, moment_text, spot, state, updated_at
from chalicelib.domain.open311_form import TOPIC, attributes_of
from chalicelib.domain.published import Published
from chalicelib.web.province import named

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MIME = ["text/xml", "application/json"]

FIRST_CHANGESET = "2026-01-01T00:00:00+00:00"
"""Of a directory whose version tells no time (one that was never published)."""

MOST_KEYWORDS = 8
SIGNALS = frozenset({"private", "staff", "inactive", "waste_only"})
"""Keywords FixMyStreet acts on; a word of ours must never be one by accident."""

_PUBLISHED = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")


def discovery(directory: Directory, base: str, language: str) -> dict[str, Any]:
    """Return what there is, where. Addresses end in a slash: clients put `services.xml` straight behind."""
    changed = changeset(directory)
    number = str(directory.province.get("number", "1022"))
    return {
        "changeset": changed,
        "contact": texts.text("open311.contact", language, directory, number=number),
        "key_service": texts.text("open311.key_service", language, directory, number=number),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}/open311/{version}/",
                "changeset": changed,
                "type": kind,
                "formats": MIME,
            }
            for version, kind in (("v2", "production"), ("test", "test"))
        ],
    }


def changeset(directory: Directory) -> str:
    """Return when services last changed: when the directory in force was published."""
    if match := _PUBLISHED.match(directory.version):
        year, month, day, hour, minute, second = match.groups()
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}+00:00"
    return FIRST_CHANGESET


def services(directory: Directory, language: str, now: datetime) -> list[dict[str, Any]]:
    """Return every field of the day, always all of them: clients drop what is missing from a list."""
    return [_service(service, language) for service in directory.services_on(local(now).date())]


def _service(service: Service, language: str) -> dict[str, Any]:
    parts = "; ".join(topic.names.get(language) or topic.names["vi"] for topic in service.topics)
    return {
        "service_code": service.code,
        "service_name": service.name(language),
        "description": texts.text("open311.includes", language, parts=parts)
        if parts
        else service.name(language),
        "metadata": bool(attributes_of(service)),
        "type": "realtime",
        "keywords": ",".join(_keywords(service)),
        "group": _group(service.group or OTHER, language),
    }


def _group(code: str, language: str) -> str:
    """The house's name of a group, else a pack's own word for it."""
    key = f"open311.group.{code}"
    return texts.text(key, language) if texts.has(key) else code


def _keywords(service: Service) -> list[str]:
    strongest = sorted(service.words, key=lambda word: -service.words[word])
    fit = (word for word in strongest if service.words[word] >= 2 and not re.search(r",|\.\.", word))
    return [word.strip() for word in fit if word.strip().lower() not in SIGNALS][:MOST_KEYWORDS]


def definition(service: Service, language: str) -> dict[str, Any]:
    """Return what a field asks."""
    asked = attributes_of(service)
    return {
        "service_code": service.code,
        "attributes": [_attribute(one, order, language) for order, one in enumerate(asked, start=1)],
    }


def _attribute(attribute: Attribute, order: int, language: str) -> dict[str, Any]:
    def of(names: Any) -> str:
        return str(names.get(language) or names.get("vi") or "")

    question = texts.text("open311.topic", language) if attribute.code == TOPIC else of(attribute.question)
    return {
        "variable": attribute.asked,
        "code": attribute.code,
        "datatype": attribute.datatype,
        "required": attribute.required,
        "datatype_description": of(attribute.hint),
        "order": order,
        "description": question,
        "values": [{"key": key, "name": of(names)} for key, names in attribute.values.items()],
    }


def requests(
    cases: Iterable[Case],
    directory: Directory,
    *,
    language: str,
    now: datetime,
    extended: bool = False,
    published: Mapping[str, Published] | None = None,
) -> list[dict[str, Any]]:
    """
    Return what everybody may know of cases: every key always, nothing of the reporter.

    Args:
        cases: Without their history.
        extended: Also say how exact the place is.
        published: Code → the words the desk has confirmed for everybody.
    """
    return [
        _request(case, directory, language, now, extended, (published or {}).get(case.code)) for case in cases
    ]


def _request(
    case: Case,
    directory: Directory,
    language: str,
    now: datetime,
    extended: bool,
    published: Published | None,
) -> dict[str, Any]:
    service = directory.services.get(case.service or OTHER)
    agency = directory.agencies.get(case.agency or "")
    place = spot(case, directory, now)
    province = (
        f"{directory.province.get('type', '')} {directory.province.get('names', {}).get('vi', '')}".strip()
    )
    status = texts.name("status", case.status, language, directory)
    fields = {
        "service_request_id": case.code,
        "status": state(case),
        "status_notes": f"{status}: {published.answer}" if published else status,
        "service_name": service.name(language) if service else (case.service or OTHER),
        "service_code": case.service or OTHER,
        "description": published.matter if published else None,
        "agency_responsible": agency.name(language) if agency else None,
        "service_notice": None,
        "requested_datetime": moment_text(case.received_at),
        "updated_datetime": moment_text(updated_at(case)),
        "expected_datetime": moment_text(case.due_at),
        "address": f"{place.area.full_name}, {province}" if place.area else province,
        "address_id": place.area.id if place.area else None,
        "zipcode": None,
        "lat": place.lat,
        "long": place.long,
        "media_url": None,
    }
    return {**fields, "extended_attributes": {"location": place.exactness}} if extended else fields


def created(
    code: str, proposal: Proposal, language: str, directory: Directory, *, trial: bool = False
) -> list[dict[str, Any]]:
    """
    Return what the system that filed a case is told; in danger whom to call comes before anything else.

    There are no accounts here, hence no id of one.
    """
    sentences = [("trial" if trial else "created", {"code": spell_code(code)})]
    if proposal.numbers:
        sentences.insert(0, ("danger", {"numbers": ", ".join(proposal.numbers)}))
    if proposal.case.kind is Kind.DENUNCIATION:
        authority = named(directory.province["denunciation"]["authority"], language)
        sentences.append(("denunciation", {"authority": authority}))
    notice = " ".join(texts.text(f"open311.{key}", language, directory, **facts) for key, facts in sentences)
    return [{"service_request_id": code, "service_notice": notice, "account_id": None}]


def errors(faults: Iterable[Fault], language: str) -> list[dict[str, Any]]:
    """Return what is wrong, for the person who reads it."""
    return [
        {
            "code": str(fault.status),
            "description": texts.text(f"open311.fault.{fault.name}", language, None, **fault.values),
        }
        for fault in faults
    ]
