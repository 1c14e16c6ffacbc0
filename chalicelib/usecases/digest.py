"""Each working morning, tell every focal point what is late, due today and new, and the desk what is with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import calendar_for, local
from chalicelib.domain.case import Case
from chalicelib.domain.digest import digest_lines
from chalicelib.domain.directory import Agency, Directory
from chalicelib.domain.keys import Keys, Link, link_token
from chalicelib.domain.message import Message
from chalicelib.domain.published import may_be_published
from chalicelib.errors import AlreadyReceived, CaseConflict

MOST_OPEN = 5_000
"""Open cases looked at, those whose next step comes first; a province with more late cases has another problem."""

MOST_WITH_DESK = 500
"""Cases of the desk's list; more are counted by nobody any more."""

PAGE = 100

MOST_TO_PUBLISH = 20
"""Answered cases the desk is asked about in a morning."""

LONGEST_HOLIDAY = timedelta(days=14)

ALL_STEPS = timedelta(days=3650)
"""No next step of an open case is further away."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What the lists of one morning are made of."""

    directory: Directory
    render: Callable[..., Any]
    view: Callable[..., dict[str, Any]]
    public_url: str
    keys: Keys
    now: datetime

    @property
    def today(self) -> date:
        """The day in Việt Nam."""
        return local(self.now).date()

    def line(self, case: Case, link: Link) -> dict[str, Any]:
        """One case of a list: what it is, and the signed page that opens it."""
        shown = self.view(case, self.directory, audience=link.role, language="vi", now=self.now)
        token = link_token(link, keys=self.keys, now=self.now)
        return {**shown, "link": f"{self.public_url}/a/{token}"}

    def message(self, whose: str, to: str, purpose: str, **context: Any) -> Message:
        """The list as a mail; its id is made of whose it is and the day, so that it is written once a day."""
        mail = self.render(purpose, language="vi", directory=self.directory, day=self.now, **context)
        return Message(
            id=f"digest-{whose}-{self.today.isoformat()}",
            channel="email",
            to=to,
            purpose=purpose,
            created_at=self.now,
            due_at=self.now,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
        )


def send_digests(*, cases: Any, commit: Callable[..., None], **morning: Any) -> dict[str, int]:
    """
    Queue the day's lists; nothing on a day off, and nothing for whom there is nothing to do.

    A second run the same day sends nothing twice. Other arguments: the fields of `Morning`. Returns counts.
    """
    on = Morning(**morning)
    counts: Counter[str] = Counter()
    stepping = cases.heads(cases.wake_due(on.now + ALL_STEPS, limit=MOST_OPEN))
    open_cases = _open_by_agency(stepping)
    messages = [_desk_list(cases, stepping, on)]
    for agency in on.directory.agencies_on(on.today):
        if calendar_for(on.directory, agency).is_working_day(on.today) and agency.focal_point.email:
            counts["agencies"] += 1
            messages.append(_digest(agency, open_cases[agency.code], on))
    for message in messages:
        if message is not None:
            counts["queued" if _queue(message, commit) else "known"] += 1
    return dict(counts)


def _digest(agency: Agency, open_cases: list[Case], on: Morning) -> Message | None:
    found = digest_lines(open_cases, on.now)
    if found.is_empty:
        return None
    lists = {
        group: [
            on.line(case, Link(case.code, "agency", agency.code, case.assignment))
            for case in getattr(found, group)
        ]
        for group in ("new", "due_today", "late")
    }
    return on.message(agency.code, agency.focal_point.email, "digest", agency=agency.name(), **lists)


def _desk_list(cases: Any, stepping: list[Case], on: Morning) -> Message | None:
    """What is with the desk; above all what was taken for an advertisement, of which no other mail tells."""
    if not calendar_for(on.directory).is_working_day(on.today):
        return None
    queue, to_publish = _desk_queue(cases), _to_publish(stepping, on)
    if not queue and not to_publish:
        return None
    lines = {
        spam: [on.line(case, Link(case.code, "desk")) for case in queue if case.spam is spam]
        for spam in (False, True)
    }
    return on.message(
        "desk",
        on.directory.province["desk"]["email"],
        "desk_list",
        waiting=lines[False],
        spam=lines[True],
        to_publish=[on.line(case, Link(case.code, "desk")) for case in to_publish],
    )


def _to_publish(stepping: list[Case], on: Morning) -> list[Case]:
    """
    Return cases answered since the last working day that the desk may publish, the latest first.

    Only those whose window of objection is open: they are read for the agencies' lists anyway.
    """
    calendar = calendar_for(on.directory)
    since = on.today - timedelta(days=1)
    while not calendar.is_working_day(since) and on.today - since < LONGEST_HOLIDAY:
        since -= timedelta(days=1)
    found = [
        case
        for case in stepping
        if may_be_published(case)
        and case.published_at is None
        and case.answered_at is not None
        and since <= local(case.answered_at).date() < on.today
    ]
    return sorted(found, key=lambda case: case.answered_at or on.now, reverse=True)[:MOST_TO_PUBLISH]


def _desk_queue(cases: Any) -> list[Case]:
    found: list[Case] = []
    after = None
    while len(found) < MOST_WITH_DESK:
        page = cases.desk_queue(limit=PAGE, after=after)
        found += page.items
        after = page.next
        if after is None:
            break
    return found


def _open_by_agency(stepping: list[Case]) -> defaultdict[str, list[Case]]:
    """
    Return the open cases of each agency.

    Each open case carries its next step, so the list of steps names them all: a few reads, where asking agency by
    agency is more than two hundred, nearly all of them for nothing.
    """
    found: defaultdict[str, list[Case]] = defaultdict(list)
    for case in stepping:
        if case.agency:
            found[case.agency].append(case)
    return found


def _queue(message: Message, commit: Callable[..., None]) -> bool:
    try:
        commit(messages=(message,))
    except (AlreadyReceived, CaseConflict):
        return False
    return True
