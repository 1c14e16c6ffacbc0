"""A citizen's matter: its states, who may do what to it, and its history without gaps (docs/design.md §3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.errors import ActionNotAllowed


class Status(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_CITIZEN = "waiting_citizen"
    ANSWERED = "answered"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"


class Kind(StrEnum):
    """What sort of matter it is. A denunciation is kept apart and never assigned."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PETITION = "petition"
    DENUNCIATION = "denunciation"


class Priority(StrEnum):
    """Which row of the deadline table counts."""

    URGENT = "urgent"
    NORMAL = "normal"
    COMPLEX = "complex"


class Actor(StrEnum):
    """Who acts; an agency's code stands beside it in the event."""

    CITIZEN = "citizen"
    AGENCY = "agency"
    DESK = "desk"
    SYSTEM = "system"


OPEN = frozenset({Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS, Status.WAITING_CITIZEN})
"""States in which somebody still owes the citizen something (or the citizen us)."""

WITH_AGENCY = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})

WITH_ANSWER = frozenset({Status.ANSWERED, Status.CLOSED})
"""States in which a case may stand among the published ones; any step out of them takes it off."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do it and where it leads; several targets when the history decides."""

    actors: frozenset[Actor]
    targets: tuple[Status, ...]


def _rule(actors: str, *targets: Status) -> Rule:
    return Rule(frozenset(Actor(actor) for actor in actors.split()), targets)


_R, _A, _P, _W, _ANS, _C, _D, _M = Status

TRANSITIONS: dict[tuple[Status, str], Rule] = {
    # with the desk
    (_R, "assign"): _rule("system desk", _A),
    (_R, "answer"): _rule("desk system", _ANS),
    (_R, "decline"): _rule("desk", _D),
    (_R, "merge"): _rule("desk", _M),
    (_R, "ask"): _rule("desk", _W),
    (_R, "withdraw"): _rule("citizen", _C),
    # told to an agency
    (_A, "accept"): _rule("agency", _P),
    (_A, "return"): _rule("agency", _R),
    (_A, "answer"): _rule("agency desk", _ANS),
    (_A, "assign"): _rule("desk", _A),
    (_A, "withdraw"): _rule("citizen", _C),
    # accepted
    (_P, "answer"): _rule("agency desk", _ANS),
    (_P, "propose"): _rule("agency", _P),
    (_P, "return"): _rule("agency", _R),
    (_P, "ask"): _rule("agency desk", _W),
    (_P, "extend"): _rule("agency", _P),
    (_P, "progress"): _rule("agency", _P),
    (_P, "assign"): _rule("desk", _A),
    (_P, "withdraw"): _rule("citizen", _C),
    # the clock stands still; back to where the question came from
    (_W, "reply"): _rule("citizen", _R, _P),
    (_W, "time_out"): _rule("system", _R, _P),
    (_W, "answer"): _rule("agency desk", _ANS),
    (_W, "propose"): _rule("agency", _P),
    (_W, "withdraw"): _rule("citizen", _C),
    # the citizen has the answer
    (_ANS, "rate"): _rule("citizen", _C),
    (_ANS, "rate_low"): _rule("citizen", _ANS),
    (_ANS, "object"): _rule("citizen", _A, _R),
    (_ANS, "end_window"): _rule("system", _C),
    # done
    (_C, "rate"): _rule("citizen", _C),
    (_C, "rate_low"): _rule("citizen", _C),
    (_C, "reopen"): _rule("desk", _R),
    (_D, "reopen"): _rule("desk", _R),
    (_M, "unmerge"): _rule("desk", _R),
    # leaves the state as it is
    **{(status, "add"): _rule("citizen desk", status) for status in (_R, _A, _P, _ANS)},
    **{(status, "attach"): _rule("citizen agency desk", status) for status in (_R, _A, _P, _W, _ANS, _C)},
    **{(status, "remind"): _rule("system", status) for status in (_R, _A, _P, _W, _ANS)},
    **{(status, "note"): _rule("desk system", status) for status in Status},
    **{(status, "describe"): _rule("desk system", status) for status in (_R, _A, _P)},
    **{(status, act): _rule("desk", status) for status in (_ANS, _C) for act in ("publish", "unpublish")},
}
"""(status, action) → who may and where it leads. `describe` sets kind, service or place right; `attach` adds a file."""


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted action. Its number is the case's version after it."""

    number: int
    at: datetime
    actor: Actor
    action: str
    from_status: Status | None
    to_status: Status
    note: str = ""
    by: str = ""
    """The agency's code when an agency acted."""
    data: dict[str, Any] = field(default_factory=dict)
    """Small facts of the action: rule of a routing, step of a ladder, a rating."""


@dataclass(frozen=True, slots=True)
class Case:
    """One citizen matter with one reference number. Texts live in the events, so that the case itself stays small."""

    code: str
    status: Status
    kind: Kind
    priority: Priority
    received_at: datetime
    channel: str
    """sms, email, voice, web or open311: the way it came and the way it is answered."""
    reporter_id: str
    """Keyed hash of the address; what the reporter index is built on."""
    reporter_address: str
    """Phone in E.164 or email address; empty for a reporter who left none."""
    language: str = "vi"
    updated_at: datetime | None = None
    """When something last happened to it; None for a case stored before this was kept. A reminder is nothing to it."""
    version: int = 0
    stored_version: int = 0
    """Version last seen in storage, 0 = never stored. `new_events` are those after it."""
    service: str | None = None
    topic: str | None = None
    area: str | None = None
    """Unit id the case is placed in (today's at the time of receipt)."""
    place: str = ""
    """Where, in the citizen's words: address and the unit as said."""
    lat: float | None = None
    """Where exactly, WGS84 degrees, when a map or another system told."""
    long: float | None = None
    reporter_name: str = ""
    """As the reporter gave it; empty when they did not."""
    identity_shown: bool = False
    """The reporter agreed that the handling agency sees who they are (docs/design.md §3, *Identity*)."""
    agency: str | None = None
    assignment: int = 0
    """Number of the present assignment, counted from 1; links of earlier ones are void."""
    assigned_at: datetime | None = None
    accept_due_at: datetime | None = None
    due_at: datetime | None = None
    deadline_table: str = ""
    extended: bool = False
    paused_at: datetime | None = None
    """Since when the clock stands still (waiting_citizen)."""
    resume_status: Status | None = None
    """Where waiting_citizen goes back to."""
    asked_at: datetime | None = None
    """When the hotline last asked the citizen something while the case was with the desk."""
    answered_at: datetime | None = None
    objection_until: datetime | None = None
    closed_at: datetime | None = None
    published_at: datetime | None = None
    """Since when everybody may read matter and answer as the desk worded them (domain/published.py)."""
    rating: int | None = None
    """1 not satisfied, 2 accepted, 3 satisfied."""
    level: int | None = None
    """1 answered by the centre, 2 by one agency, 3 by several or a higher one."""
    parent: str | None = None
    merged_into: str | None = None
    emergency: bool = False
    spam: bool = False
    wake_at: datetime | None = None
    """Next step of the ladder (domain/ladder.py); None = nothing to come."""
    steps_done: tuple[str, ...] = ()
    """Names of ladder steps already done in the present stage."""
    events: tuple[Event, ...] = ()
    """Whole history when loaded by code; only the new ones when loaded from an index."""

    @property
    def new_events(self) -> tuple[Event, ...]:
        """Events not yet in storage."""
        return tuple(event for event in self.events if event.number > self.stored_version)

    @property
    def taken_off(self) -> bool:
        """Whether a change not yet in storage took its published words away."""
        return self.published_at is None and any(
            event.action == "unpublish" or "unpublished" in event.data for event in self.new_events
        )

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes a step."""
        return self.status in OPEN

    @property
    def text(self) -> str:
        """Everything the citizen wrote about the matter, oldest first."""
        said = [
            event.note
            for event in self.events
            if event.actor is Actor.CITIZEN and event.action in _CITIZEN_TEXT
        ]
        return "\n".join(note for note in said if note)

    @property
    def answer(self) -> str:
        """The last answer given, or empty."""
        return next((event.note for event in reversed(self.events) if event.action == "answer"), "")

    def is_overdue(self, now: datetime) -> bool:
        """Whether the answer is late at *now*; a case waiting for the citizen is not."""
        return (
            self.status in (OPEN - {Status.WAITING_CITIZEN}) and self.due_at is not None and now > self.due_at
        )

    def allows(self, action: str, actor: Actor) -> bool:
        """Whether *actor* may do *action* now."""
        rule = TRANSITIONS.get((self.status, action))
        return rule is not None and actor in rule.actors

    def act(
        self,
        action: str,
        *,
        actor: Actor,
        at: datetime,
        note: str = "",
        by: str = "",
        data: dict[str, Any] | None = None,
        to: Status | None = None,
        **changes: Any,
    ) -> Case:
        """
        Return the case after *action*, with exactly one event more.

        Args:
            action: A name of `TRANSITIONS`.
            actor: Who acts.
            at: When; timezone-aware.
            note: The words that go with it (an answer, a reason, a citizen's text).
            by: The agency's code when an agency acts.
            data: Small facts to keep on the event.
            to: Which target, where the table leaves a choice.
            **changes: Fields of the case that change with it.

        Raises:
            ActionNotAllowed: The table has no such step for this status and actor.
        """
        rule = TRANSITIONS.get((self.status, action))
        if rule is None or actor not in rule.actors:
            raise ActionNotAllowed(f"{actor} may not {action} a case that is {self.status}")
        target = to if to is not None else rule.targets[0]
        if target not in rule.targets:
            raise ActionNotAllowed(f"{action} does not lead from {self.status} to {target}")
        data = dict(data or {})
        if self.published_at is not None and target not in WITH_ANSWER:
            # what is worked on again is not shown as done, whoever reopened it
            data["unpublished"], changes = True, {**changes, "published_at": None}
        event = Event(self.version + 1, at, actor, action, self.status, target, note, by, data)
        return replace(
            self,
            status=target,
            updated_at=self.updated_at if actor is Actor.SYSTEM and action in _UNNOTICED else at,
            version=event.number,
            events=(*self.events, event),
            **changes,
        )


_UNNOTICED = frozenset({"remind", "note"})
"""What the system does beside a case: other systems would fetch every late case again each morning."""

_CITIZEN_TEXT = frozenset({"open", "add", "reply", "object"})


def open_case(
    code: str,
    *,
    text: str,
    kind: Kind,
    priority: Priority,
    at: datetime,
    channel: str,
    reporter_id: str,
    reporter_address: str,
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> Case:
    """Return a new case at version 1: received, its first event carrying the citizen's words."""
    event = Event(1, at, Actor.CITIZEN, "open", None, Status.RECEIVED, text, data=data or {})
    return Case(
        code=code,
        status=Status.RECEIVED,
        kind=kind,
        priority=priority,
        received_at=at,
        channel=channel,
        reporter_id=reporter_id,
        reporter_address=reporter_address,
        updated_at=at,
        version=1,
        events=(event,),
        **fields,
    )
