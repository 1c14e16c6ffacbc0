"""deadlines.yaml, calendar.yaml and duty.yaml: is every day covered once, and every year entered?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

from chalicelib.domain.calendar import WorkCalendar, read_week
from chalicelib.domain.duty import ringable
from packs import communes
from packs.areas import area_data
from packs.checks.rules import overlap
from packs.files import KINDS, LEVELS, PRIORITIES
from packs.marked import MarkedDict, plain
from packs.problem import Problem, did_you_mean
from packs.reading import Sources


def check(sources: Sources, today: date) -> Iterator[Problem]:
    """Yield what is wrong with limits, days off and duty."""
    yield from _deadlines(sources)
    yield from _calendar(sources, today)
    yield from _duty(sources)


def _deadlines(sources: Sources) -> Iterator[Problem]:
    tables = sorted(sources.items("deadlines", "tables"), key=lambda item: str(item.get("valid_from")))
    services = {str(item.get("code")) for item in sources.items("services", "services")}
    for table, following in pairwise(tables):
        ends, begins = table.get("valid_to"), following.get("valid_from")
        if ends is None or ends >= begins:
            what = f"table {table.get('id')} still holds when {following.get('id')} begins on {begins}."
            yield Problem(*table.at("valid_to"), what, f"Let it end on {_before(begins)}.")
        elif ends != _before(begins):
            what = f"no table holds between {ends} and {begins}: a case of those days has no deadline."
            yield Problem(
                *following.at("valid_from"), what, f"Let table {table.get('id')} end on {_before(begins)}."
            )
    if tables and (ends := tables[-1].get("valid_to")):
        what = f"no table holds after {ends}."
        yield Problem(*tables[-1].at("valid_to"), what, "Leave valid_to of the last table out.")
    ids = [str(table.get("id")) for table in tables]
    for table in tables:
        if ids.count(str(table.get("id"))) > 1:
            yield Problem(
                *table.at("id"), f"table '{table.get('id')}' stands twice.", "Cases keep its id: rename it."
            )
        yield from _answer_lines(table, services)


def _answer_lines(table: MarkedDict, services: set[str]) -> Iterator[Problem]:
    lines = [line for line in table.get("answer") or [] if isinstance(line, MarkedDict)]
    for line in lines:
        service = line.get("service", "*")
        if service != "*" and service not in services:
            what = f"table {table.get('id')} has a limit for service '{service}', which services.yaml does not have."
            yield Problem(*line.at("service"), what, did_you_mean(service, services))
        if line.get("unit") == "working_days" and isinstance(line.get("amount"), float):
            what = f"table {table.get('id')} counts {line['amount']} working days; days are whole."
            yield Problem(*line.at("amount"), what, "Use working_hours.")
    for kind in KINDS:
        for priority in PRIORITIES:
            if not any(
                line.get("kind", "*") in ("*", kind)
                and line.get("priority", "*") in ("*", priority)
                and line.get("service", "*") == "*"
                for line in lines
            ):
                what = f"table {table.get('id')} has no limit to answer a {priority} {kind}."
                yield Problem(
                    *table.at("answer"), what, "Add a line without kind, service and priority for the rest."
                )


def _before(day: Any) -> str:
    try:
        return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    except (TypeError, ValueError):
        return str(day)


def _calendar(sources: Sources, today: date) -> Iterator[Problem]:
    calendar = sources.files["calendar"]
    sessions, years = calendar.get("sessions"), calendar.get("years")
    if not isinstance(sessions, MarkedDict) or not isinstance(years, MarkedDict):
        return
    for name, week in sessions.items():
        try:
            if not any(read_week(week)):
                raise ValueError("there is no hour in it")
        except (ValueError, AttributeError, TypeError) as error:
            what = f"sessions '{name}' cannot be read: {error}."
            yield Problem(*sessions.at(name), what, 'Write mon-fri: ["07:30-11:30", "13:30-17:00"].')
            return
    for year, days in years.items():
        yield from _year(year, days, years)
    starts = [str(table.get("valid_from"))[:4] for table in sources.items("deadlines", "tables")]
    first = min((int(start) for start in starts if start.isdigit()), default=today.year)
    for needed in range(first, today.year + 2):
        if str(needed) not in years:
            late = needed <= today.year
            what = f"the year {needed} has no holidays: " + (
                "no deadline can be counted in it."
                if late
                else "deadlines that run into it cannot be counted."
            )
            remedy = f"Add years: {needed} once the days are announced."
            yield Problem(*calendar.at("years"), what, remedy, "error" if late else "warning")
    try:
        WorkCalendar.from_data(plain(calendar))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        yield Problem(*calendar.where, f"the calendar cannot be read: {error}.")


def _year(year: str, data: Any, years: MarkedDict) -> Iterator[Problem]:
    if not year.isdigit() or len(year) != 4 or not isinstance(data, MarkedDict):
        yield Problem(
            *years.at(year), f"'{year}' is no year with days_off.", "Write 2027: and the days below it."
        )
        return
    if not data.get("days_off"):
        what = f"the year {year} has no days off."
        yield Problem(
            *years.at(year), what, "Every year has holidays; leave the year out until they are known."
        )
    for key in ("days_off", "makeup_days"):
        days = data.get(key) or {}
        for day in days:
            where = days.at(day) if isinstance(days, MarkedDict) else data.at(key)
            try:
                right = date.fromisoformat(str(day)).year == int(year)
            except ValueError:
                right = False
            if not right:
                yield Problem(
                    *where, f"'{day}' is no day of {year}.", "Write YYYY-MM-DD, under its own year."
                )


def _duty(sources: Sources) -> Iterator[Problem]:
    shifts, extended = sources.items("duty", "shifts"), sources.items("duty", "extended")
    expanded = communes.expand(sources.files["agencies"], area_data(sources.areas))
    agencies = {str(item.get("code")): item for item in expanded}
    known = {"centre", *LEVELS, *agencies}
    for shift in (*shifts, *extended):
        try:
            _week_of(shift)
        except ValueError as error:
            yield Problem(*shift.at("hours"), f"shift {shift.get('id')} cannot be read: {error}.")
            return
        line = str(shift.get("line"))
        if line not in known:
            what = f"shift {shift.get('id')} is for line '{line}', which is no agency, level or the centre."
            yield Problem(*shift.at("line"), what, did_you_mean(line, known))
        elif "phone" in shift and "phones" in shift:
            what = f"shift {shift.get('id')} has phone and phones."
            yield Problem(*shift.at("phone"), what, "Keep phones, and put the one into it.")
        elif shift.get("takes") == "calls" and not _rings(shift, agencies.get(line)):
            what = f"shift {shift.get('id')} takes calls, but there is no phone to ring."
            yield Problem(
                *shift.where, what, "Name phones here, or a hotline that begins with 0 or +84 at the agency."
            )
    for one, other in combinations((*shifts, *extended), 2):
        if one.get("id") == other.get("id"):
            yield Problem(*other.at("id"), f"shift '{other.get('id')}' stands twice.", "Rename one.")
    for same in (shifts, extended):
        for one, other in combinations(same, 2):
            if one.get("line") == other.get("line") and overlap(one, other) and _hours_meet(one, other):
                what = (
                    f"shifts {one.get('id')} and {other.get('id')} overlap: who takes the call is not clear."
                )
                yield Problem(
                    *other.where, what, f"Part their hours or dates (the other is in line {one.where[1]})."
                )


def _rings(shift: MarkedDict, agency: Any) -> bool:
    """Whether a shift has a phone: its own, or its agency's hotline. Agencies of a level may have none."""
    if "phone" in shift or "phones" in shift or shift.get("line") in LEVELS:
        return True
    return agency is not None and bool(ringable(str(agency.get("hotline") or "")))


def _week_of(shift: MarkedDict) -> Any:
    return read_week({shift.get("days", "daily"): plain(shift["hours"])}) if "hours" in shift else ((),) * 7


def _hours_meet(one: MarkedDict, other: MarkedDict) -> bool:
    kinds = {str(shift.get("holidays")) for shift in (one, other)}
    if kinds == {"only", "None"}:  # one on days off, the other on all other days
        return False
    return any(
        a.starts < b.ends and b.starts < a.ends
        for mine, theirs in zip(_week_of(one), _week_of(other), strict=True)
        for a in mine
        for b in theirs
    )
