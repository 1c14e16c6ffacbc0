"""What no rule covers: every field, topic, kind and commune on telling days, routed as the hotline would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.directory import Area, Directory, Service
from chalicelib.domain.routing import route
from packs.files import KINDS
from packs.problem import Problem

PROBES = (date(2020, 1, 1), date(2024, 6, 30), date(2025, 7, 1))
"""Days of three administrations: the first day of Đồng Tháp's 1022, the old departments, the first day of two tiers."""


REST = "khac"
"""The field for what is in no other; it may go where everything else goes."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that is not routed on a day for some communes."""

    service: str
    topic: str | None
    on: date
    areas: tuple[str, ...]
    of: int
    """How many communes there were."""

    def __str__(self) -> str:
        what = f"{self.service} › {self.topic}" if self.topic else self.service
        if len(self.areas) == self.of:
            where = "everywhere"
        else:
            where = ", ".join(self.areas[:5]) + (
                f" and {len(self.areas) - 5} more" if len(self.areas) > 5 else ""
            )
        return f"{what}: {where} on {self.on}"


def gaps(directory: Directory, today: date) -> Iterator[Gap]:
    """Yield what no rule covers, one line for each field, topic and day."""
    for on in sorted({*(probe for probe in PROBES if probe <= today), today}):
        communes = communes_on(directory, on)
        for service in directory.services_on(on):
            for topic in _told_apart(directory, service):
                missing = [area.id for area in communes if not _covered(directory, service, topic, area, on)]
                if missing:
                    yield Gap(service.code, topic, on, tuple(missing), len(communes))


def left_over(directory: Directory) -> Iterator[str]:
    """Yield the fields that only a rule for every field covers: one was probably forgotten."""
    ruled = {rule.service for rule in directory.routing}
    return (code for code in directory.services if code not in ruled and code != REST)


def check(directory: Directory, today: date, file: str) -> Iterator[Problem]:
    """Yield what no rule covers as errors of routing.yaml, and what only the last resort covers as warnings."""
    for gap in gaps(directory, today):
        yield Problem(file, 0, f"no rule covers {gap}.", "Add a rule, or one without service for the rest.")
    for code in left_over(directory):
        what = f"service '{code}' has no rule of its own; it goes where everything else goes."
        yield Problem(file, 0, what, "Add a rule for it.", "warning")


def communes_on(directory: Directory, on: date) -> list[Area]:
    """The communes whose people the pack served on a day."""
    territory = {
        part["area"]
        for part in directory.province["territory"]
        if (part.get("valid_from") or "") <= on.isoformat() <= (part.get("valid_to") or "9999")
    }
    return [
        area
        for area in directory.areas.values()
        if area.tier == "commune"
        and area.valid.covers(on)
        and any(unit.id in territory for unit in directory.lineage(area.id))
    ]


def _told_apart(directory: Directory, service: Service) -> list[str | None]:
    """No topic, and the topics that a rule names; the others are routed as if there were none."""
    named = {rule.topic for rule in directory.routing if rule.service == service.code}
    return [None, *(topic.code for topic in service.topics if topic.code in named)]


def _covered(directory: Directory, service: Service, topic: str | None, area: Area, on: date) -> bool:
    kinds = KINDS if any(rule.kind for rule in directory.routing if rule.service == service.code) else (None,)
    return all(
        route(directory, service=service.code, topic=topic, area_ids=(area.id,), kind=kind, on=on).agency
        is not None
        for kind in kinds
    )
