"""POST requests of Open311: what another system hands in, read, checked as a whole, and made a filing. Pure."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Attribute, Directory, Service
from chalicelib.domain.filing import Filing
from chalicelib.domain.nearest import nearest_communes
from chalicelib.domain.open311 import OTHER, Fault, Refused
from chalicelib.domain.open311_query import read_moment
from chalicelib.domain.report_form import address_of
from chalicelib.domain.text import normalise

MOST_CHARACTERS = 4_000
"""Of a description (spec) and of an attribute of the type text."""

MOST_IN_LINE = 500
"""Characters of every other attribute."""

MOST_ATTRIBUTES = 50

LONGEST: dict[str, int] = {
    "address_string": 500,
    "address_id": 100,
    "first_name": 100,
    "last_name": 100,
    "email": 254,
    "phone": 30,
    "media_url": 2_000,
    "external_id": 500,
}
"""Parameter → most characters."""

TOPIC = "topic"
"""The attribute every field with topics has by itself."""

EXTERNAL_IDS = ("external_id", "fixmystreet_id")
"""Attributes that carry the other system's own id, whatever the field's definition says."""

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](\[\])?")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")

Form = Mapping[str, Sequence[str]]
"""Parameter → every value it was sent with."""


def read_filing(
    form: Form,
    directory: Directory,
    *,
    client: str,
    own_id: str,
    now: datetime,
    e164: Callable[[str], str],
) -> Filing:
    """
    Return what another system hands in.

    Args:
        form: Body and query together; a blank value is as if it had not been sent.
        client: The system's name in the pack.
        own_id: Its id of the request, from the header Idempotency-Key; empty where there was none.
        e164: Gives a phone number in E.164, or the text as it was.

    Raises:
        Refused: With everything that is wrong.
    """
    sent = {name: [value for value in values if value.strip()] for name, values in form.items()}
    reading = _Reading({name: values for name, values in sent.items() if values}, directory, now)
    service = reading.service()
    reading.lengths()
    lat, long = reading.pin()
    area = reading.area()
    if not any(reading.one(name) for name in ("lat", "long", "address_string", "address_id")):
        reading.wrong("location")
    words = normalise(reading.one("description"))
    answers = reading.answers(service)
    address = reading.address(e164)
    link = reading.link()
    own_id = reading.own_id(own_id)
    if reading.faults:
        raise Refused(*reading.faults)
    assert service is not None
    lines = [words or service.name(), *_lines(service, answers), *([link] if link else [])]
    text = "\n".join(lines)
    names = [reading.one("first_name"), reading.one("last_name")]
    return Filing(
        id=_filing_id(client, own_id, form, now),
        channel="open311",
        text=text,
        # who files under "other" leaves it to us, as far as there are words to understand
        service=None if service.code == OTHER and words else service.code,
        topic=next(iter(answers.get(TOPIC, ())), None),
        area=area or None,
        place=reading.one("address_string"),
        lat=lat,
        long=long,
        address=address,
        # in the order sent: a program that took a Vietnamese name apart at its first space gets it back whole
        name=normalise(" ".join(part for part in names if part)),
        language="en" if reading.one("lang") == "en" else "vi",
        data=_data(client, own_id, answers, link, names, reading),
    )


class _Reading:
    """One form being read; collects what is wrong with it."""

    def __init__(self, sent: Form, directory: Directory, now: datetime) -> None:
        self.sent = sent
        self.directory = directory
        self.today = local(now).date()
        self.faults: list[Fault] = []

    def one(self, name: str) -> str:
        """The value of a parameter, empty when it was not sent."""
        return self.sent[name][0].strip() if name in self.sent else ""

    def wrong(self, fault: str, /, status: int = 400, **values: str) -> None:
        self.faults.append(Fault(fault, status, values))

    def service(self) -> Service | None:
        code = self.one("service_code")
        if not code:
            self.wrong("service_missing")
            return None
        service = self.directory.services.get(code)
        if service is None or not service.valid.covers(self.today):
            self.wrong("service_unknown", 404)
            return None
        return service

    def lengths(self) -> None:
        if len(self.one("description")) > MOST_CHARACTERS:
            self.wrong("too_long", name="description", most=str(MOST_CHARACTERS))
        for name, most in LONGEST.items():
            if len(self.one(name)) > most:
                self.wrong("too_long", name=name, most=str(most))

    def pin(self) -> tuple[float | None, float | None]:
        texts = self.one("lat"), self.one("long")
        if not any(texts):
            return None, None
        if not all(_NUMBER.fullmatch(text) for text in texts):
            self.wrong("lat_long")
            return None, None
        lat, long = (round(float(text), 6) for text in texts)
        if not (abs(lat) <= 90 and abs(long) <= 180) or not nearest_communes(
            self.directory, lat, long, self.today
        ):
            self.wrong("outside")
            return None, None
        return lat, long

    def area(self) -> str:
        code = self.one("address_id")
        if code and code not in self.directory.areas:
            self.wrong("address_id")
        return code

    def address(self, e164: Callable[[str], str]) -> str:
        """The phone before the mail address: it is what the hotline can go on talking by."""
        found = {}
        for name, is_mail in (("phone", False), ("email", True)):
            sent = self.one(name)
            found[name] = address_of(sent, e164) if ("@" in sent) is is_mail else ""
            if sent and not found[name]:
                self.wrong(name)
        return found["phone"] or found["email"].lower()

    def link(self) -> str:
        link = self.one("media_url")
        if not link:
            return ""
        try:
            parts = urlsplit(link)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        except ValueError:
            fits = False
        if not fits or any(character.isspace() or not character.isprintable() for character in link):
            self.wrong("media_url")
        return link

    def answers(self, service: Service | None) -> dict[str, tuple[str, ...]]:
        """The attributes sent, checked against the definition; nothing to check without a service."""
        given: dict[str, list[str]] = {}
        for name, values in self.sent.items():
            if match := _ATTRIBUTE.fullmatch(name):
                given.setdefault(match[1], []).extend(values)
        if len(given) > MOST_ATTRIBUTES:
            self.wrong("attributes_many", most=str(MOST_ATTRIBUTES))
            return {}
        if service is None:
            return {}
        known = {attribute.code: attribute for attribute in attributes_of(service)}
        found: dict[str, tuple[str, ...]] = {}
        for code, values in given.items():
            attribute = known.get(code)
            if attribute is None or not attribute.asked:
                if code not in EXTERNAL_IDS:
                    self.wrong("attribute_unknown", name=_shown(code))
                continue
            if not _fits(attribute, values):
                self.wrong("attribute_value", name=code, datatype=attribute.datatype)
            found[code] = tuple(normalise(value) for value in values)
        for code, attribute in known.items():
            if attribute.required and attribute.asked and code not in given:
                self.wrong("attribute_missing", name=code)
        return found

    def own_id(self, header: str) -> str:
        """The other system's id of this request, from the header or else the form."""
        names = ("external_id", *(f"attribute[{name}]" for name in EXTERNAL_IDS))
        sent = {"Idempotency-Key": header, **{name: self.one(name) for name in names}}
        name, found = next((one for one in sent.items() if one[1]), ("", ""))
        most = LONGEST["external_id"]
        if name not in LONGEST and len(found) > most:
            self.wrong("too_long", name=name, most=str(most))
        return found


def attributes_of(service: Service) -> tuple[Attribute, ...]:
    """Return what a field asks: its topics first, then what the pack lists. The topic's question is the page's."""
    if not service.topics:
        return service.attributes
    topics = {topic.code: topic.names for topic in service.topics}
    return (Attribute(TOPIC, {}, "singlevaluelist", values=topics), *service.attributes)


def _fits(attribute: Attribute, values: Sequence[str]) -> bool:
    kind = attribute.datatype
    if kind == "multivaluelist":
        return len(values) <= len(attribute.values) and all(value in attribute.values for value in values)
    if len(values) > 1:
        return False
    (value,) = values
    if len(value) > (MOST_CHARACTERS if kind == "text" else MOST_IN_LINE):
        return False
    if kind == "singlevaluelist":
        return value in attribute.values
    if kind == "number":
        return bool(_NUMBER.fullmatch(value.strip())) and math.isfinite(float(value))
    if kind == "datetime":
        try:
            return read_moment(value) is not None
        except ValueError:
            return False
    if kind == "string":
        return len(value.splitlines()) == 1
    return True


def _lines(service: Service, answers: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What was answered, as the agency reads it below the description."""
    lines = []
    for attribute in service.attributes:
        if values := answers.get(attribute.code):
            named = [attribute.values.get(value, {}).get("vi", value) for value in values]
            lines.append(f"{attribute.question.get('vi', attribute.code)}: {', '.join(named)}")
    return lines


def _data(
    client: str,
    own_id: str,
    answers: Mapping[str, tuple[str, ...]],
    link: str,
    names: list[str],
    reading: _Reading,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "client": client,
        "external_id": own_id,
        "attributes": {code: list(values) for code, values in answers.items()},
        "media_url": link,
        "first_name": normalise(names[0]),
        "last_name": normalise(names[1]),
        "email": reading.one("email") if reading.one("phone") else "",
    }
    return {name: value for name, value in facts.items() if value}


def _filing_id(client: str, own_id: str, form: Form, now: datetime) -> str:
    """One request of one system; without an id of its own the same form on the same day is the same request."""
    named: Any = own_id or [
        local(now).date().isoformat(),
        sorted((name, *values) for name, values in form.items() if name != "api_key"),
    ]
    digest = hashlib.sha256(json.dumps(named, ensure_ascii=True).encode()).hexdigest()[:32]
    return f"open311#{client}#{digest}"


def _shown(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "", code)[:40] or "?"
