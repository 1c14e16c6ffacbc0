"""Each working morning, tell every focal point what is late, due today and new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import calendar_for, local
from chalicelib.domain.case import Case
from chalicelib.domain.digest import digest_lines
from chalicelib.domain.directory import Agency, Directory
from chalicelib.domain.keys import Link, link_token
from chalicelib.domain.message import Message
from chalicelib.errors import AlreadyReceived, CaseConflict

MOST_OPEN = 5_000
"""Open cases looked at, those whose next step comes first; a province with more late cases has another problem."""

ALL_STEPS = timedelta(days=3650)
"""No next step of an open case is further away."""


def send_digests(
    *,
    cases: Any,
    commit: Callable[..., None],
    directory: Directory,
    render: Callable[..., Any],
    view: Callable[..., dict[str, Any]],
    public_url: str,
    secret: str,
    now: datetime,
) -> dict[str, int]:
    """
    Queue the day's digests; nothing on a day off, and nothing for an agency with nothing to do.

    The message's id is made of agency and day, so a second run the same day sends nothing twice. Returns counts.
    """
    today = local(now).date()
    counts: Counter[str] = Counter()
    open_cases = _open_by_agency(cases, now)
    for agency in directory.agencies_on(today):
        if not calendar_for(directory, agency).is_working_day(today) or not agency.focal_point.email:
            continue
        counts["agencies"] += 1
        found = digest_lines(open_cases[agency.code], now)
        if found.is_empty:
            continue
        views = {
            group: [
                _line(case, agency, directory, view, public_url, secret, now)
                for case in getattr(found, group)
            ]
            for group in ("new", "due_today", "late")
        }
        mail = render("digest", language="vi", directory=directory, agency=agency.name(), day=now, **views)
        counts["queued" if _queue(_message(agency, mail, today, now), commit) else "known"] += 1
    return dict(counts)


def _open_by_agency(cases: Any, now: datetime) -> defaultdict[str, list[Case]]:
    """
    Return the open cases of each agency.

    Each open case carries its next step, so the list of steps names them all: a few reads, where asking agency by
    agency is more than two hundred, nearly all of them for nothing.
    """
    found: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases.heads(cases.wake_due(now + ALL_STEPS, limit=MOST_OPEN)):
        if case.agency:
            found[case.agency].append(case)
    return found


def _line(
    case: Case,
    agency: Agency,
    directory: Directory,
    view: Callable[..., dict[str, Any]],
    url: str,
    secret: str,
    now: datetime,
) -> dict[str, Any]:
    link = Link(case.code, "agency", agency.code, case.assignment)
    shown = view(case, directory, audience="agency", language="vi", now=now)
    return {**shown, "link": f"{url}/a/{link_token(link, secret=secret, now=now)}"}


def _message(agency: Agency, mail: Any, today: date, now: datetime) -> Message:
    return Message(
        id=f"digest-{agency.code}-{today.isoformat()}",
        channel="email",
        to=agency.focal_point.email,
        purpose="digest",
        created_at=now,
        due_at=now,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
    )


def _queue(message: Message, commit: Callable[..., None]) -> bool:
    try:
        commit(messages=(message,))
    except (AlreadyReceived, CaseConflict):
        return False
    return True
