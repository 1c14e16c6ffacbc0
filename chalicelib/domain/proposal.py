"""Which agency the desk is offered for a case that has none, or had one that gave it back."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.case import Case, Kind
from chalicelib.domain.directory import Agency, Directory
from chalicelib.domain.routing import next_best


def proposed_agency(case: Case, directory: Directory, on: date) -> Agency | None:
    """
    Return the agency the rules name next; None when there is none left.

    Never one that gave the case back or has it now, and none at all for a denunciation, which goes to no agency.

    Args:
        case: With its whole history.
        directory: The province pack.
        on: The day whose rules and agencies count.
    """
    if case.kind is Kind.DENUNCIATION:
        return None
    tried = {event.by for event in case.events if event.action == "return" and event.by}
    return next_best(
        directory,
        service=case.service,
        topic=case.topic,
        area_ids=(case.area,) if case.area else (),
        kind=case.kind,
        on=on,
        not_codes={*tried, case.agency or ""},
    ).agency
