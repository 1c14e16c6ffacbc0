"""The morning list of an agency's focal point: what is late, what is due today, what nobody has accepted yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.calendar import local
from chalicelib.domain.case import WITH_AGENCY, Case, Status


@dataclass(frozen=True, slots=True)
class Digest:
    """An agency's open cases by what they ask of it; each case stands in one group only, earliest deadline first."""

    late: tuple[Case, ...] = ()
    due_today: tuple[Case, ...] = ()
    new: tuple[Case, ...] = ()
    """Neither late nor due today, and not accepted yet."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write about."""
        return not (self.late or self.due_today or self.new)


def digest_lines(cases: Iterable[Case], now: datetime) -> Digest:
    """
    Sort an agency's cases into the groups of its digest.

    Cases that are not with the agency, wait for the citizen, or were accepted and are due later are left out.

    Args:
        cases: The agency's open cases in any order.
        now: Timezone-aware; decides what is late and which day is today.
    """
    groups: dict[str, list[Case]] = {"late": [], "due_today": [], "new": []}
    today = local(now).date()
    for case in sorted(cases, key=_urgency):
        if case.status not in WITH_AGENCY:
            continue
        if case.is_overdue(now):
            groups["late"].append(case)
        elif case.due_at is not None and local(case.due_at).date() == today:
            groups["due_today"].append(case)
        elif case.status is Status.ASSIGNED:
            groups["new"].append(case)
    return Digest(**{name: tuple(found) for name, found in groups.items()})


def _urgency(case: Case) -> tuple[bool, datetime, str]:
    return case.due_at is None, case.due_at or case.received_at, case.code
