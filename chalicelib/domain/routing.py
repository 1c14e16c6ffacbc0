"""Which agency answers for a matter, and why (docs/province-pack.md, *routing.yaml*).

The most specific rule wins: the nearer place, then the topic, then the field, then the kind; between two equals one
that asks for the agency of the place (`{commune}` …) before one that names an agency, then the order of the file.
Nothing here raises for what a citizen or a pack may contain: what cannot be decided is said in `Routing.asks` or left
to the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import NamedTuple

from chalicelib.domain.directory import EVERY, Agency, Area, Directory, RoutingRule

PLACEHOLDERS = {"{commune}": "commune", "{district}": "district", "{one_stop}": "one_stop"}
"""Agency of a rule that depends on the place → level of the agency that serves it."""

DEPTH = {"province": 1, "district": 2, "commune": 3}
"""How near a rule's area is; a rule for every place has 0."""

MOST_ALTERNATIVES = 5
"""More agencies than that help nobody to choose."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a matter goes, or what has to be asked first."""

    agency: Agency | None
    """None = with the desk."""
    rule_id: str = ""
    reason: str = ""
    """What matched, for the case's history: rule, field, place, and a successor that was followed."""
    alternatives: tuple[Agency, ...] = ()
    """Next best agencies; when `asks` is set, the ones the answer decides between."""
    asks: str | None = None
    """`service` or `area` when the citizen's answer would decide."""


class _Choice(NamedTuple):
    agency: Agency
    rule: RoutingRule | None
    """None when the agency was found by its place alone."""
    area: Area | None


def route(
    directory: Directory,
    *,
    service: str | None,
    topic: str | None = None,
    area_ids: Sequence[str] = (),
    kind: str | None = None,
    on: date,
) -> Routing:
    """
    Find the agency for a matter.

    Args:
        directory: The province pack.
        service: Code of the field, None when it is not known.
        topic: Code of the field's part, None when it is not known.
        area_ids: Units the citizen may mean, former ones included; several when the name is ambiguous.
        kind: question, complaint or petition.
        on: The day whose rules, units and agencies count.

    Returns:
        An agency that exists on that day; or none, with `asks` telling what would decide, or nothing to ask when no
        rule fits and the desk has to choose.
    """
    if service is None or service not in directory.services:
        return Routing(None, asks="service")
    rules = [rule for rule in _rules_for(directory, service) if _fits(rule, topic, kind, on)]
    places = _places(directory, area_ids, on)
    found = _best_by_place(directory, rules, places, on)
    agencies = _distinct(choice.agency for choice in found)
    needs_area = directory.services[service].needs_area
    if len(agencies) == 1:
        return _routing(directory, found[0], service, _others(directory, rules, places, on, agencies[0]))
    if agencies and needs_area:
        asked_by = _routing(directory, found[0], service, agencies)
        return replace(asked_by, agency=None, asks="area")
    return _without_place(directory, rules, service, on, agencies)


def next_best(
    directory: Directory,
    *,
    service: str | None,
    topic: str | None = None,
    area_ids: Sequence[str] = (),
    kind: str | None = None,
    on: date,
    not_codes: Iterable[str] = (),
) -> Routing:
    """
    Find the best agency that has not yet declined the matter: for a case that came back.

    After the rules that fit come the field's other rules (another topic may have been meant), then the agencies of the
    place, then the rules for everything.

    Args:
        not_codes: Codes of agencies that returned it.
        directory, service, topic, area_ids, kind, on: As for `route`.

    Returns:
        A routing without `asks`; without an agency when there is none left.
    """
    refused = frozenset(not_codes)
    code = service if service in directory.services else None
    places = _places(directory, area_ids, on)
    rules = [rule for rule in _rules_for(directory, code) if rule.valid.covers(on)]
    mine = [rule for rule in rules if rule.service != EVERY]
    fitting = [rule for rule in mine if _fits(rule, topic, kind, on)]
    related = [rule for rule in mine if rule not in fitting]
    for_all = [rule for rule in rules if rule.service == EVERY and _fits(rule, topic, kind, on)]
    proposals = chain(
        _choices(directory, fitting, places, on),
        _choices(directory, related, places, on),
        _of_the_place(directory, places, on),
        _choices(directory, for_all, places, on),
    )
    best = next((choice for choice in proposals if choice.agency.code not in refused), None)
    if best is None:
        return Routing(None)
    return _routing(directory, best, code, ())


def units_on(directory: Directory, area_id: str, on: date) -> tuple[Area, ...]:
    """
    Return the units that stood on a day for the land of *area_id*: itself, its successors or its predecessors.

    Empty for an unknown unit. A former district gives every commune that took a part of it.
    """
    found: dict[str, Area] = {}
    seen: set[str] = set()  # a pack that was not validated may have a circle
    pending = [area_id]
    while pending:
        current = pending.pop(0)
        area = directory.areas.get(current)
        if area is None or current in seen:
            continue
        seen.add(current)
        if area.valid.covers(on):
            found[current] = area
        elif area.valid.ends_on is not None and area.valid.ends_on < on:
            below = directory.children.get(current, ()) if not area.successors else ()
            pending += [*(successor.area for successor in area.successors), *below]
        else:
            before = [unit for unit in directory.predecessors.get(current, ()) if unit in directory.areas]
            same_tier = [unit for unit in before if directory.areas[unit].tier == area.tier]
            pending += same_tier or before
    return tuple(found.values())


def specificity(rule: RoutingRule, directory: Directory) -> tuple[int, bool, bool, bool, bool]:
    """Rank of a rule, higher first: place, topic, field, kind, agency of the place."""
    area = directory.areas.get(rule.area)
    return (
        DEPTH.get(area.tier, 0) if area else 0,
        rule.topic is not None,
        rule.service != EVERY,
        rule.kind is not None,
        rule.agency in PLACEHOLDERS,
    )


class _Place(NamedTuple):
    """A unit as said, one of the units it is on the day, and everything both lie in."""

    said: Area
    form: Area
    inside: frozenset[str]


def _places(directory: Directory, area_ids: Iterable[str], on: date) -> list[_Place]:
    """The readings of the units said; a province says nothing, nor does a former unit beside its own successor."""
    said = [directory.areas[unit] for unit in dict.fromkeys(area_ids) if unit in directory.areas]
    said = [area for area in said if area.tier in ("district", "commune")]
    codes = {area.id for area in said}
    said = [
        area for area in said if not any(successor.area in codes - {area.id} for successor in area.successors)
    ]
    places = []
    for area in said:
        for form in units_on(directory, area.id, on) or (area,):
            inside = {unit.id for unit in (*_lineage(directory, area.id), *_lineage(directory, form.id))}
            if area is form:
                for before in directory.predecessors.get(area.id, ()):
                    inside.update(unit.id for unit in _lineage(directory, before))
            places.append(_Place(area, form, frozenset(inside)))
    return places


def _lineage(directory: Directory, area_id: str) -> Iterator[Area]:
    seen: set[str] = set()
    for area in directory.lineage(area_id):
        if area.id in seen:
            return
        seen.add(area.id)
        yield area


def _rules_for(directory: Directory, service: str | None) -> Sequence[RoutingRule]:
    """Rules of a field and of every field, most specific first; sorted once per published version."""
    known: dict[str | None, Sequence[RoutingRule]] = directory.__dict__.setdefault("_rules_by_service", {})
    if service not in known:
        mine = [rule for rule in directory.routing if rule.service in (EVERY, service)]
        known[service] = sorted(mine, key=lambda rule: specificity(rule, directory), reverse=True)
    return known[service]


def _fits(rule: RoutingRule, topic: str | None, kind: str | None, on: date) -> bool:
    return rule.valid.covers(on) and rule.topic in (None, topic) and rule.kind in (None, kind)


def _best_by_place(
    directory: Directory, rules: Sequence[RoutingRule], places: Sequence[_Place], on: date
) -> list[_Choice]:
    """The winning choice of each reading of the place."""
    found = []
    for place in places:
        for rule in rules:
            choices = list(_apply(directory, rule, place, on))
            if choices:
                found += choices
                break
    return found


def _choices(
    directory: Directory, rules: Iterable[RoutingRule], places: Sequence[_Place], on: date
) -> Iterator[_Choice]:
    """Every choice the rules give, most specific first, whatever the place."""
    for rule in rules:
        for place in places or (None,):
            yield from _apply(directory, rule, place, on)


def _apply(directory: Directory, rule: RoutingRule, place: _Place | None, on: date) -> Iterator[_Choice]:
    """The agencies a rule gives for a place; several when it leaves open which commune is meant."""
    if rule.area != EVERY and (place is None or rule.area not in place.inside):
        return
    if rule.agency in PLACEHOLDERS:
        if place is not None:
            for agency in _serving(directory, PLACEHOLDERS[rule.agency], place.form, on):
                yield _Choice(agency, rule, place.said)
        return
    standing = _standing(directory, rule.agency, on)
    if standing is not None:
        yield _Choice(standing, rule, place.said if place else None)


def _of_the_place(directory: Directory, places: Iterable[_Place], on: date) -> Iterator[_Choice]:
    """The agencies that serve the place, whatever the matter."""
    for place in places:
        for level in PLACEHOLDERS.values():
            for agency in _serving(directory, level, place.form, on):
                yield _Choice(agency, None, place.said)


def _serving(directory: Directory, level: str, unit: Area, on: date) -> list[Agency]:
    """The agency of *level* for the unit or the nearest one above it, else those of the units below it."""
    for area in _lineage(directory, unit.id):
        agency = directory.agency_serving(area.id, level, on)
        if agency is not None:
            return [agency]
    below = (directory.agency_serving(child, level, on) for child in directory.children.get(unit.id, ()))
    return [agency for agency in below if agency is not None]


def _standing(directory: Directory, code: str | None, on: date) -> Agency | None:
    """The agency on a day, or the one that took over from it; None when it has not begun or nobody took over."""
    seen: set[str] = set()
    while code is not None and code not in seen:
        seen.add(code)
        agency = directory.agencies.get(code)
        if agency is None or agency.valid.covers(on):
            return agency
        if agency.valid.ends_on is None or agency.valid.ends_on >= on:
            return None
        code = agency.successor
    return None


def _without_place(
    directory: Directory, rules: Sequence[RoutingRule], service: str, on: date, seen: tuple[Agency, ...]
) -> Routing:
    """Route a matter whose place is unknown, or ask for it when the place decides."""
    needs_area = directory.services[service].needs_area
    waiting: list[RoutingRule] = []
    for rule in rules:
        if rule.area != EVERY or rule.agency in PLACEHOLDERS:
            waiting.append(rule)
            continue
        choice = next(_apply(directory, rule, None, on), None)
        if choice is None:
            continue
        others = _distinct(
            agency for agency in (*seen, *_named(directory, waiting, on)) if agency != choice.agency
        )
        if needs_area and waiting:
            open_to = _distinct((choice.agency, *others)) if rule.service != EVERY else others
            return Routing(None, waiting[0].id, alternatives=open_to, asks="area")
        return _routing(directory, choice, service, others)
    return Routing(None, alternatives=seen, asks="area" if waiting else None)


def _named(directory: Directory, rules: Iterable[RoutingRule], on: date) -> Iterator[Agency]:
    for rule in rules:
        agency = None if rule.agency in PLACEHOLDERS else _standing(directory, rule.agency, on)
        if agency is not None:
            yield agency


def _others(
    directory: Directory, rules: Sequence[RoutingRule], places: Sequence[_Place], on: date, chosen: Agency
) -> tuple[Agency, ...]:
    mine = (rule for rule in rules if rule.service != EVERY)
    return _distinct(c.agency for c in _choices(directory, mine, places, on) if c.agency.code != chosen.code)


def _distinct(agencies: Iterable[Agency]) -> tuple[Agency, ...]:
    return tuple({agency.code: agency for agency in agencies}.values())[:MOST_ALTERNATIVES]


def _routing(
    directory: Directory, choice: _Choice, service: str | None, others: tuple[Agency, ...]
) -> Routing:
    rule_id = choice.rule.id if choice.rule else ""
    return Routing(choice.agency, rule_id, _reason(directory, choice, service), others)


def _reason(directory: Directory, choice: _Choice, service: str | None) -> str:
    """`giao-thong-2025: Giao thông; phường Sa Đéc`."""
    place = choice.area.full_name if choice.area else ""
    if choice.rule is None:
        return place
    rule, field = choice.rule, directory.services.get(service or "")
    matched = [place, rule.kind or ""]
    if field is not None and rule.service != EVERY:
        topic = field.topic(rule.topic)
        matched.insert(0, f"{field.name()} › {topic.names['vi']}" if topic else field.name())
    named = directory.agencies.get(rule.agency)
    if named is not None and named.code != choice.agency.code:
        matched.append(f"{named.name()} → {choice.agency.name()}")
    return f"{rule.id}: " + "; ".join(part for part in matched if part)
