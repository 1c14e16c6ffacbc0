"""What the report form's page says of a proposal, of what is entered and of what is wrong, in a language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib import texts
from chalicelib.domain.area_search import Named
from chalicelib.domain.case import Case
from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.filing import Proposal
from chalicelib.domain.report_form import MOST_NAME, MOST_PLACE
from chalicelib.domain.text import MAX_FORM_CHARACTERS, fold
from chalicelib.web.letter import Words
from chalicelib.web.province import agency_name, emergency_numbers, named

MOST_NAMED = 3
"""Units named in a note."""

UNSAID = frozenset({"khac"})
"""Fields that say nothing: they are the last to choose."""


def proposal_view(
    proposal: Proposal, directory: Directory, *, language: str, on: date, area: str = ""
) -> dict[str, Any]:
    """
    Return what the part of the page shows that says what would become of the matter.

    Args:
        proposal: See usecases/propose.py.
        directory: Names.
        language: Of the page.
        on: Which fields and units there are to choose from.
        area: The unit already chosen.
    """
    case = proposal.case
    names = dict(emergency_numbers(directory, on, language))
    services = [
        (service.code, service.name(language))
        for service in sorted(directory.services_on(on), key=lambda one: one.code in UNSAID)
    ]
    denunciation = str(case.kind) == "denunciation"
    return {
        "unclear": proposal.unclear,
        "asks_status": proposal.asks_status,
        "emergency": [(number, names.get(number, "")) for number in proposal.numbers],
        "perhaps": [(number, names.get(number, "")) for number in proposal.perhaps_numbers],
        "denunciation": named(directory.province.get("denunciation", {}), language) if denunciation else "",
        "spam": case.spam,
        "service": proposal.service,
        "services": [one for one in services if one[0] not in proposal.guesses],
        "guesses": [one for code in proposal.guesses for one in services if one[0] == code],
        "matters": [_matter(one, directory, language) for one in (case, *proposal.children)],
        "area": unit_text(directory.areas.get(case.area or ""), directory) if not proposal.choices else "",
        "said": unit_text(proposal.said, directory),
        "outside": proposal.outside,
        "chosen": area,
        "choices": [
            (one.area.id, one.area.full_name, "; ".join(unit_text(old, directory) for old in one.before))
            for one in proposal.choices
        ],
        "communes": communes(directory, on) if proposal.asks_place else [],
        "answers": [
            {
                "question": named(answer.question, language),
                "answer": named(answer.answer, language),
                "source": answer.source,
            }
            for answer in proposal.answers
        ],
    }


def communes(directory: Directory, on: date) -> list[tuple[str, str]]:
    """Return id and name of every commune of a day, by name."""
    found = [area for area in directory.areas.values() if area.tier == "commune" and area.valid.covers(on)]
    return [
        (area.id, area.full_name) for area in sorted(found, key=lambda area: (fold(area.name), area.type))
    ]


def unit_text(area: Area | None, directory: Directory) -> str:
    """Return a unit with those it lies in but the province: "phường 1, thành phố Sa Đéc"; empty for none."""
    lineage = directory.lineage(area.id) if area is not None else ()
    return ", ".join(one.full_name for one in lineage if one.tier != "province")


def area_line(found: Named, directory: Directory, language: str) -> dict[str, str]:
    """Return a unit for the list under the field: its id, its name, and what a former one is today."""
    note = ""
    if found.former:
        today = [one.full_name for one in found.today]
        more = ["…"] if len(today) > MOST_NAMED else []
        units = ", ".join([*today[:MOST_NAMED], *more])
        note = texts.text("form.area.now", language, directory, units=units)
    return {"id": found.area.id, "name": unit_text(found.area, directory), "note": note}


def sentences(mistakes: Mapping[str, str], directory: Directory | None, language: str) -> dict[str, str]:
    """Return what is wrong as sentences: field → sentence."""
    words = Words.of(language, directory)
    facts = {
        "limit": MAX_FORM_CHARACTERS,
        "most_place": MOST_PLACE,
        "most_name": MOST_NAME,
        "numbers": ", ".join(number for number, _ in emergency_numbers(directory, None, language)[:3]),
    }
    return {field: words(f"form.error.{name}", **facts) for field, name in mistakes.items()}


def problem_text(name: str, directory: Directory | None, language: str) -> str:
    """Return why a form cannot be taken now, and what else its sender can do."""
    return Words.of(language, directory)(f"form.problem.{name}")


def _matter(case: Case, directory: Directory, language: str) -> dict[str, str]:
    service = directory.services.get(case.service or "")
    return {
        "service": service.name(language) if service else "",
        "agency": agency_name(case.agency, directory, language) if case.agency else "",
        "due": texts.datetime_text(case.due_at, language) if case.agency and case.due_at else "",
    }
