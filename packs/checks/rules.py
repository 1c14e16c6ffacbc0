"""routing.yaml: does every rule name what there is, for as long as it is there, and is one always the most specific?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.domain.routing import PLACEHOLDERS
from packs.marked import MarkedDict
from packs.problem import Problem, did_you_mean
from packs.reading import Sources

EVERY = "*"


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with the rules."""
    rules = sources.items("routing", "rules")
    agencies = {str(item.get("code")): item for item in sources.items("agencies", "agencies")}
    services = {str(item.get("code")): item for item in sources.items("services", "services")}
    areas = {row["id"] for row in sources.areas}
    seen: dict[str, MarkedDict] = {}
    for rule in rules:
        rule_id = str(rule.get("id"))
        if rule_id in seen:
            first = seen[rule_id].where[1]
            yield Problem(
                *rule.at("id"), f"rule '{rule_id}' stands twice (first in line {first}).", "Rename one."
            )
        seen[rule_id] = rule
        yield from _agency(rule, agencies)
        yield from _matter(rule, services)
        if (area := rule.get("area", EVERY)) != EVERY and area not in areas:
            what = f"rule {rule_id} names area '{area}', which areas.csv does not have."
            yield Problem(*rule.at("area"), what, did_you_mean(area, areas))
        begins, ends = rule.get("valid_from"), rule.get("valid_to")
        if begins and ends and ends < begins:
            yield Problem(*rule.at("valid_to"), f"rule {rule_id} ends before it begins.", "Swap the days.")
    yield from _equals(rules)


def _agency(rule: MarkedDict, agencies: dict[str, MarkedDict]) -> Iterator[Problem]:
    code = rule.get("agency")
    if code in PLACEHOLDERS or not isinstance(code, str):
        return
    if code not in agencies:
        known = [*agencies, *PLACEHOLDERS]
        what = f"rule {rule.get('id')} names agency '{code}', which agencies.yaml does not have."
        yield Problem(*rule.at("agency"), what, did_you_mean(code, known))
        return
    agency = agencies[code]
    ends, begins = agency.get("valid_to"), agency.get("valid_from")
    if ends and not agency.get("successor") and (rule.get("valid_to") or "9999") > ends:
        what = f"rule {rule.get('id')} still names '{code}' after it ended on {ends} without a successor."
        yield Problem(*rule.at("agency"), what, "End the rule, or give the agency a successor.")
    if begins and (rule.get("valid_from") or "") < begins:
        what = f"rule {rule.get('id')} names '{code}' before it begins on {begins}."
        yield Problem(*rule.at("agency"), what, f"Give the rule valid_from: {begins}.")


def _matter(rule: MarkedDict, services: dict[str, MarkedDict]) -> Iterator[Problem]:
    code, topic = rule.get("service", EVERY), rule.get("topic")
    if code != EVERY and code not in services:
        what = f"rule {rule.get('id')} names service '{code}', which services.yaml does not have."
        yield Problem(*rule.at("service"), what, did_you_mean(code, services))
        return
    if topic is None:
        return
    if code == EVERY:
        what = f"rule {rule.get('id')} names topic '{topic}' without its service."
        yield Problem(*rule.at("topic"), what, "Add service.")
        return
    listed = services[code].get("topics") or []
    topics = [str(item.get("code")) for item in listed if isinstance(item, dict)]
    if topic not in topics:
        what = f"rule {rule.get('id')} names topic '{topic}', which service '{code}' does not have."
        yield Problem(*rule.at("topic"), what, did_you_mean(topic, topics))


def _equals(rules: list[MarkedDict]) -> Iterator[Problem]:
    """Two rules for the same thing at the same time: the order of the file would decide, which nobody sees."""
    groups: dict[tuple[Any, ...], list[MarkedDict]] = {}
    for rule in rules:
        thing = (
            rule.get("area", EVERY),
            rule.get("topic"),
            rule.get("service", EVERY),
            rule.get("kind"),
            rule.get("agency") in PLACEHOLDERS,
        )
        for other in groups.setdefault(thing, []):
            if overlap(rule, other):
                what = (
                    f"rules {other.get('id')} and {rule.get('id')} are for the same thing at the same time."
                )
                remedy = f"Date them apart, or drop one (the other is in line {other.where[1]})."
                yield Problem(*rule.where, what, remedy)
        groups[thing].append(rule)


def overlap(one: MarkedDict, other: MarkedDict) -> bool:
    """Tell whether the periods of two items share a day."""
    return (one.get("valid_from") or "") <= (other.get("valid_to") or "9999") and (
        other.get("valid_from") or ""
    ) <= (one.get("valid_to") or "9999")
