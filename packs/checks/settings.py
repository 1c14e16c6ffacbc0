"""province.yaml: does everything it points at exist, and can a citizen be told what to do?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from chalicelib.web.province import DEFAULT_COLOUR, readable
from packs.marked import MarkedDict
from packs.problem import Problem, did_you_mean
from packs.reading import Sources

ALWAYS = ("113", "114", "115")
"""Numbers an emergency is given on every day of the hotline."""


def check(sources: Sources, today: date) -> Iterator[Problem]:
    """Yield what is wrong with the province's settings."""
    province = sources.files["province"]
    agencies = [str(item.get("code")) for item in sources.items("agencies", "agencies")]
    office = province.get("office")
    if isinstance(office, MarkedDict) and office.get("agency") not in agencies:
        what = f"the office is agency '{office.get('agency')}', which agencies.yaml does not have."
        yield Problem(*office.at("agency"), what, did_you_mean(office.get("agency"), agencies))
    yield from _territory(sources, today)
    always = {
        item.get("number") for item in sources.items("province", "emergency") if not item.get("valid_from")
    }
    for number in ALWAYS:
        if number not in always:
            what = f"emergency number {number} is missing."
            yield Problem(
                *province.at("emergency"), what, "A citizen in danger is given it in the first reply."
            )
    colour = str(province.get("colour", ""))
    if colour and readable(colour) != colour:
        what = f"white letters cannot be read on the colour {colour}; pages show {DEFAULT_COLOUR} instead."
        yield Problem(*province.at("colour"), what, "Choose a darker one (contrast 4.5 : 1).", "warning")
    hours = province.get("civil_hours")
    if isinstance(hours, MarkedDict) and str(hours.get("from")) >= str(hours.get("to")):
        yield Problem(
            *province.at("civil_hours"), "civil hours end before they begin.", "Write from 07:00 to 21:00."
        )


def _territory(sources: Sources, today: date) -> Iterator[Problem]:
    units = {row["id"]: row for row in sources.areas}
    parts = sources.items("province", "territory")
    for part in parts:
        if part.get("area") not in units:
            what = f"the territory names area '{part.get('area')}', which areas.csv does not have."
            yield Problem(*part.at("area"), what, did_you_mean(part.get("area"), units))
    ends = {str(part.get("valid_to")) for part in parts if part.get("valid_to")}
    begins = {str(part.get("valid_from")) for part in parts if part.get("valid_from")}
    day_after = {(date.fromisoformat(end) + timedelta(days=1)).isoformat() for end in ends}
    if day_after != begins or not any(not part.get("valid_to") for part in parts):
        where = sources.files["province"].at("territory")
        yield Problem(
            *where, "the territory has a gap in time.", "Let each unit begin the day after the last ended."
        )
    if not any(row["tier"] == "commune" and not row["valid_to"] for row in units.values()) and units:
        yield Problem(sources.name("areas.csv"), 0, f"there is no commune on {today}.", "Add today's units.")
