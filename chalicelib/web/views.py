"""What a mail or page shows of a case, as plain words for one audience: who may see what is decided here only.

An agency sees the matter, not the reporter: no address, no id, and phones, names and plates in texts are masked; only
a reporter who agreed is named to it. In a mail house numbers are masked too; on the signed page the officer sees the
place, because they have to find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib import texts
from chalicelib.domain.attachment import announced
from chalicelib.domain.calendar import local
from chalicelib.domain.case import OPEN, Actor, Case, Kind, Priority, Status
from chalicelib.domain.code import spell_code
from chalicelib.domain.contact import (
    may_ask,
    may_call,
    number_of,
    phones_to_ring,
    takes_sms,
    waits_for_call,
    way_back,
)
from chalicelib.domain.directory import Directory
from chalicelib.domain.filing import BY_FORM
from chalicelib.domain.masking import mask
from chalicelib.domain.own_case import own_acts, told_openly
from chalicelib.domain.proposal import proposed_agency
from chalicelib.domain.published import matter_of, may_be_published
from chalicelib.domain.text import normalise
from chalicelib.web import history
from chalicelib.web.attachments import attachments_view, refused_view
from chalicelib.web.history import AGENCY, CITIZEN, DESK, OFFICE
from chalicelib.web.province import agency_name, emergency_numbers, named

AGENCY_ACTS = ("accept", "answer", "ask", "progress", "extend", "return")
DESK_ACTS = ("assign", "answer", "ask", "call", "decline", "publish", "unpublish")
"""In the order the pages offer them; who waits for a call comes first."""

IMPLY_ACCEPT = frozenset({"ask", "progress", "extend"})
"""What an agency may do with a case it has not accepted, because doing it is accepting."""


def case_view(
    case: Case, directory: Directory, *, audience: str, language: str, now: datetime
) -> dict[str, Any]:
    """
    Return everything a template may show of a case to an audience; what it must not show is not there.

    Args:
        case: With its whole history.
        directory: Names of agencies, services and units.
        audience: agency, desk, citizen or office (masked like agency).
        language: Of the names and dates.
        now: Decides what is overdue, and which acts are offered.
    """
    if audience == CITIZEN:
        case = _for_whoever_filed(case)
    agency = directory.agencies.get(case.agency or "")
    service = directory.services.get(case.service or "")
    topic = service.topic(case.topic) if service else None
    unknown = texts.text("names.label.unknown", language, directory)
    accused = case.kind == Kind.DENUNCIATION
    private = accused and audience not in (DESK, CITIZEN)
    masked = audience in (AGENCY, OFFICE)
    said = "" if private else normalise(case.text)
    place = "" if private else normalise(case.place)
    view: dict[str, Any] = {
        "audience": audience,
        "code": case.code,
        "code_spelled": spell_code(case.code),
        "kind_code": str(case.kind),
        "kind": texts.name("kind", case.kind, language, directory),
        "priority_code": str(case.priority),
        "priority": texts.name("priority", case.priority, language, directory),
        "urgent": case.priority is Priority.URGENT or case.emergency,
        "emergency": case.emergency,
        "denunciation": accused,
        "status_code": str(case.status),
        "status": texts.name("status", case.status, language, directory),
        "channel": texts.name("channel", case.channel, language, directory),
        "service": service.name(language) if service else unknown,
        "topic": (topic.names.get(language) or topic.names["vi"]) if topic else "",
        "area": area_text(case.area, directory) or unknown,
        "place": mask(place, keep_places=True) if masked else place,
        "text": mask(said, keep_places=True) if masked else said,
        "mail_place": _in_mail(case, place, audience),
        "mail_text": _in_mail(case, said, audience),
        "mail_last_words": _in_mail(case, history.last_words(case), audience),
        "agency_code": case.agency or "",
        "agency": agency.name(language) if agency else "",
        "agency_texts": bool(agency and agency.focal_point.phone),
        "received": texts.datetime_text(case.received_at, language),
        "accept_due": texts.datetime_text(case.accept_due_at, language) if case.accept_due_at else "",
        "due": texts.datetime_text(case.due_at, language) if case.due_at else "",
        "due_words": due_words(case, now, language, directory),
        "overdue": case.is_overdue(now),
        "answer": normalise(case.answer),
        "objection_until": texts.datetime_text(case.objection_until, language)
        if case.objection_until
        else "",
        "rating": texts.name("rating", case.rating, language, directory) if case.rating else "",
        "rating_code": str(case.rating or ""),
        "recorded": any("file" in event.data for event in case.events),
        "attachments": attachments_view(case, directory, audience=audience, language=language),
        "files_refused": refused_view(case, directory, audience=audience, language=language),
        "files_sent": 0 if private else announced(case),
        "may_extend": _may_extend(case, now),
        "way_back": way_back(case),
        "actions": actions(case, audience, now),
        "history": [
            history.line(event, directory, audience=audience, own=case.agency or "", language=language)
            for event in case.events
            if history.shown(event, audience)
        ],
    }
    assigned, returned = history.last(case, "assign"), history.last(case, "return")
    view["assign_note"] = mask(normalise(assigned.note)) if assigned else ""
    view["identity"] = _identity(case) if audience == AGENCY else ""
    if audience == CITIZEN:
        view["first_words"] = normalise(case.events[0].note) if case.events else ""
        view["told_by"] = _told_by(case.reporter_address)
        view["asked"] = history.question(case)
        view["reason"] = history.reason(case)
        view["withdrawn"] = history.last_action(case) == "withdraw"
        view["spoken_by"] = {
            act: history.spoken_by(case, act, directory, language) for act in ("ask", "answer")
        }
        in_force = emergency_numbers(directory, local(now).date(), language)
        # the same as were told when it came in; all for a case stored before they were kept
        view["emergency_numbers"] = (_told(case, "numbers", in_force) or in_force) if case.emergency else []
        view["perhaps_numbers"] = [] if case.emergency else _told(case, "perhaps_numbers", in_force)
        view["authority"] = (
            named(directory.province.get("denunciation", {}), language) if view["denunciation"] else ""
        )
    if audience == DESK:
        view["reporter"] = case.reporter_address
        view["reporter_name"] = normalise(case.reporter_name)
        view["calls"] = number_of(case)
        view["client"] = _client(case)
        proposal = proposed_agency(case, directory, local(now).date())
        view["proposed"] = proposal.code if proposal else ""
        view["draft"] = history.draft(case)
        view["published"] = texts.datetime_text(case.published_at, language) if case.published_at else ""
        if "publish" in view["actions"]:
            # what the desk starts from; it goes nowhere before a person has read and sent it
            view["publish_matter"], view["publish_answer"] = mask(matter_of(case)), mask(case.answer)
        view["phones"] = phones_to_ring(directory, now)
        view["recordings"] = [
            {"file": event.data["file"], "seconds": event.data.get("seconds") or 0, "address": ""}
            for event in case.events
            if "file" in event.data
        ]
        view["returned_by"] = agency_name(returned.by, directory, language) if returned else ""
        view["returned_note"] = normalise(returned.note) if returned else ""
    return view


def _told_by(address: str) -> str:
    if "@" in address or not address:
        return "email" if address else ""
    return "sms" if takes_sms(address) else "landline"


def code_view(case: Case, directory: Directory, *, language: str, now: datetime) -> dict[str, Any]:
    """
    Return what anybody who has nothing but its code may be shown of a case: how far it is, never what it says.

    As long as a case is with the desk nothing is told of its kind and field: so a denunciation looks like any other.
    """
    status = told_openly(case)
    view: dict[str, Any] = {
        "code": case.code,
        "code_spelled": spell_code(case.code),
        "status_code": str(status),
        "status": texts.name("status", status, language, directory),
        "received": texts.datetime_text(case.received_at, language),
        **dict.fromkeys(("kind", "service", "area", "agency", "due", "due_words"), ""),
        "overdue": False,
    }
    if status is Status.RECEIVED:
        return view
    agency = directory.agencies.get(case.agency or "")
    service = directory.services.get(case.service or "")
    return view | {
        "kind": texts.name("kind", case.kind, language, directory),
        "service": service.name(language) if service else "",
        "area": area_text(case.area, directory),
        "agency": agency.name(language) if agency else "",
        "due": texts.datetime_text(case.due_at, language) if case.due_at and case.is_open else "",
        "due_words": due_words(case, now, language, directory),
        "overdue": case.is_overdue(now),
    }


def _told(case: Case, fact: str, in_force: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The numbers the reporter was last told to call (`open_case.numbers_told`), with what they are for."""
    told = next((str(event.data[fact]) for event in reversed(case.events) if fact in event.data), "")
    names = dict(in_force)
    return [(number, names[number]) for number in told.split("/") if number in names]


def _for_whoever_filed(case: Case) -> Case:
    """
    Return a case as its own page may show it: filed by form, without words that came another way since.

    Who filed it may have left a stranger's number: what the stranger texts, writes or says is not for them.
    """
    if case.channel not in BY_FORM:
        return case
    events = (
        replace(event, note="") if "channel" in event.data or "file" in event.data else event
        for event in case.events
    )
    return replace(case, events=tuple(events))


def actions(case: Case, audience: str, now: datetime) -> tuple[str, ...]:
    """Return what the audience may do with the case now, in the order a page offers it."""
    if audience == AGENCY:
        return tuple(act for act in AGENCY_ACTS if _agency_may(case, act, now))
    if audience == DESK:
        acts = tuple(act for act in DESK_ACTS if _desk_may(case, act))
        return tuple(sorted(acts, key=lambda act: act != "call")) if waits_for_call(case) else acts
    return own_acts(case, now) if audience == CITIZEN else ()


def due_words(case: Case, now: datetime, language: str, directory: Directory | None = None) -> str:
    """Return how far the answer's deadline is in calendar days, in words; empty when nothing is due."""
    if case.due_at is None or case.status not in OPEN or case.status is Status.WAITING_CITIZEN:
        return ""
    days = (local(case.due_at).date() - local(now).date()).days
    if case.is_overdue(now):
        key = "late_days" if days < 0 else "late_today"
    else:
        key = {0: "today", 1: "tomorrow"}.get(days, "in_days")
    return texts.text(f"names.due.{key}", language, directory, days=abs(days))


def area_text(area_id: str | None, directory: Directory) -> str:
    """Return the unit with those above it but the province: "phường 1, thành phố Sa Đéc"."""
    return ", ".join(area.full_name for area in directory.lineage(area_id) if area.tier != "province")


def what_text(view: Mapping[str, Any], language: str, directory: Directory) -> str:
    """Return the field and place of a case in a few words, for a subject line."""
    unknown = texts.text("names.label.unknown", language, directory)
    parts = [part for part in (view["service"], view["area"]) if part != unknown]
    if len(parts) == 2:
        return texts.text("mail.what.service_area", language, directory, service=parts[0], area=parts[1])
    return parts[0] if parts else str(view["kind"])


def _desk_may(case: Case, act: str) -> bool:
    if act == "call":
        return may_call(case)
    if act == "publish":
        return may_be_published(case) and case.published_at is None
    if act == "unpublish":
        return case.published_at is not None
    if act == "ask" and not may_ask(case):
        return False
    return case.allows(act, Actor.DESK) and not (act == "assign" and case.kind == Kind.DENUNCIATION)


def _agency_may(case: Case, act: str, now: datetime) -> bool:
    if act == "ask" and not may_ask(case):
        return False
    if act == "extend" and not _may_extend(case, now):
        return False
    if case.status is Status.ASSIGNED and act in IMPLY_ACCEPT:
        return True
    return case.allows(act, Actor.AGENCY)


def _may_extend(case: Case, now: datetime) -> bool:
    return not case.extended and case.due_at is not None and now <= case.due_at


def _identity(case: Case) -> str:
    """Name and contact of a reporter who agreed that the handling agency sees them; else empty."""
    if not case.identity_shown or case.kind == Kind.DENUNCIATION:
        return ""
    return ", ".join(part for part in (normalise(case.reporter_name), case.reporter_address) if part)


def _in_mail(case: Case, said: str, audience: str) -> str:
    """A denunciation's words go into no mail but its author's own."""
    if audience == CITIZEN:
        return said
    return "" if case.kind == Kind.DENUNCIATION else mask(said)


def _client(case: Case) -> str:
    """The other city system that filed the case, and its own id of it, for the desk to go back to; else empty."""
    told = case.events[0].data if case.events else {}
    return " – ".join(normalise(str(told[name])) for name in ("client", "external_id") if told.get(name))
