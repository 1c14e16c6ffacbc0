"""agencies.yaml: can everybody be told, and does everything that ended go on somewhere?"""

from __future__ import annotations

from collections.abc import Iterator

from packs.marked import MarkedDict
from packs.problem import Problem, did_you_mean
from packs.reading import Sources


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with the agencies."""
    listed = sources.items("agencies", "agencies")
    codes = [str(item.get("code")) for item in listed]
    sessions = sources.files["calendar"].get("sessions") or {}
    areas = {row["id"] for row in sources.areas}
    seen: dict[str, MarkedDict] = {}
    numbers: dict[str, str] = {}
    for item in listed:
        code = str(item.get("code"))
        if code in seen:
            first = seen[code].where[1]
            yield Problem(
                *item.at("code"), f"agency '{code}' stands twice (first in line {first}).", "Keep one."
            )
        seen[code] = item
        yield from _reachable(item, code)
        yield from _number_of_its_own(item, code, numbers)
        if (area := item.get("area")) is not None and area not in areas:
            what = f"agency '{code}' serves area '{area}', which areas.csv does not have."
            yield Problem(*item.at("area"), what, did_you_mean(area, areas))
        if item.get("level") in ("district", "commune", "one_stop") and item.get("area") is None:
            what = f"agency '{code}' of level {item['level']} has no area."
            yield Problem(*item.at("level"), what, "Name the unit it serves.")
        yield from _period(item, code)
        successor = item.get("successor")
        if successor is not None and successor not in codes:
            what = f"agency '{code}' names successor '{successor}', which agencies.yaml does not have."
            yield Problem(*item.at("successor"), what, did_you_mean(successor, codes))
        if successor is not None and not item.get("valid_to"):
            what = f"agency '{code}' has a successor but no end."
            yield Problem(*item.at("successor"), what, "Give valid_to, or drop the successor.")
    yield from _circles(seen)
    blocks = sources.items("agencies", "commune_agencies")
    for item in blocks:
        yield from _reachable(item, f"commune agency {item.get('code')}")
        yield from _unit_ids(item, areas)
    for item in (*listed, *blocks):
        name = item.get("sessions", "office")
        if sessions and name not in sessions:
            what = f"agency '{item.get('code')}' keeps sessions '{name}', which calendar.yaml does not have."
            yield Problem(*item.at("sessions"), what, did_you_mean(name, sessions))


def _reachable(item: MarkedDict, code: str) -> Iterator[Problem]:
    contact = item.get("focal_point")
    if not isinstance(contact, MarkedDict):
        return
    if not contact.get("email"):
        what = f"agency '{code}' has a focal point without an email, so it cannot be told of a case."
        yield Problem(*item.at("focal_point"), what, "Add email.")
    if "sms" in (item.get("channels") or ()) and not contact.get("phone"):
        what = f"agency '{code}' takes SMS but its focal point has no phone."
        yield Problem(*item.at("channels"), what, "Add phone, or drop sms.")
    leader = item.get("leader")
    if isinstance(leader, MarkedDict) and not leader.get("email"):
        what = f"agency '{code}' has a leader without an email: late cases stop at the focal point."
        yield Problem(*item.at("leader"), what, "Add email.", "warning")


def _number_of_its_own(item: MarkedDict, code: str, numbers: dict[str, str]) -> Iterator[Problem]:
    """An SMS command is trusted by the number it comes from, so a number may stand for one agency only."""
    for role in ("focal_point", "leader"):
        contact = item.get(role)
        phone = contact.get("phone") if isinstance(contact, MarkedDict) else None
        if not isinstance(contact, MarkedDict) or not isinstance(phone, str):
            continue
        owner = numbers.setdefault(phone, code)
        if owner != code:
            what = f"agency '{code}' shares the phone {phone} with '{owner}'; an SMS from it could not be told apart."
            yield Problem(*contact.at("phone"), what, "Give each its own number.")


def _period(item: MarkedDict, code: str) -> Iterator[Problem]:
    begins, ends = item.get("valid_from"), item.get("valid_to")
    if isinstance(begins, str) and isinstance(ends, str) and ends < begins:
        yield Problem(
            *item.at("valid_to"), f"'{code}' ends {ends}, before it begins {begins}.", "Swap the days."
        )


def _circles(agencies: dict[str, MarkedDict]) -> Iterator[Problem]:
    for code, item in agencies.items():
        path, after = [code], item.get("successor")
        while after in agencies and after not in path:
            path.append(after)
            after = agencies[after].get("successor")
        if after == code:
            what = f"the successors of '{code}' run in a circle: {' → '.join([*path, code])}."
            yield Problem(*item.at("successor"), what, "Drop one of them.")


def _unit_ids(block: MarkedDict, areas: set[str]) -> Iterator[Problem]:
    units = block.get("units")
    if isinstance(units, MarkedDict):
        for unit in units:
            if unit not in areas:
                what = f"commune agency {block.get('code')} changes unit '{unit}', which areas.csv does not have."
                yield Problem(*units.at(unit), what, did_you_mean(unit, areas))
