"""Do what a citizen's message was taken for, and say so in one reply (domain/dialogue.py decides which it is)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain import handling
from chalicelib.domain.calendar import local
from chalicelib.domain.case import Actor, Case, Status
from chalicelib.domain.dialogue import Decision
from chalicelib.domain.directory import Directory
from chalicelib.domain.inbox import Talk
from chalicelib.domain.ladder import schedule
from chalicelib.domain.message import Message
from chalicelib.domain.routing import units_on
from chalicelib.errors import ActionNotAllowed
from chalicelib.usecases import hotlines, notices, read_answer, replies
from chalicelib.usecases.open_case import (
    Opened,
    Sender,
    describe,
    numbers_told,
    open_from_text,
    place_matters,
)

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Answered:
    """What is stored and said after one message of a citizen."""

    reply: str
    talk: Talk
    cases: tuple[Case, ...] = ()
    messages: tuple[Message, ...] = ()
    case_code: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message in its conversation: what every branch below looks at."""

    decision: Decision
    sender: Sender
    talk: Talk
    recent: Sequence[Case]
    understanding: Understanding
    directory: Directory
    reader: Any
    now: datetime
    new_code: Callable[[], str]

    def case(self) -> Case | None:
        """The sender's own case the message is about; a foreign or unknown code gives None, like no case at all."""
        return next((case for case in self.recent if case.code == self.decision.code), None)

    def read(self, words: str) -> Understanding:
        """Understand some words as of today."""
        found: Understanding = self.reader.read(words, on=day_of(self.now))
        return found

    def say(self, key: str, case: Case | None = None, **values: Any) -> str:
        """One reply in the sender's language."""
        language = case.language if case else self.understanding.language
        facts = (
            notices.citizen_facts(case, self.directory)
            if case
            else {"number": self.directory.province.get("number")}
        )
        return replies.sms(key, language, self.directory, **{**facts, **values})


def day_of(now: datetime) -> date:
    """The day in Việt Nam."""
    return local(now).date()


def carry_out(decision: Decision, **context: Any) -> Answered:
    """Return the effect of a decision; writes nothing. Arguments: the fields of `Turn`."""
    turn = Turn(decision=decision, **context)
    answered = _BRANCHES[decision.what](turn)
    return replace(answered, cases=tuple(_with_channel(case, turn) for case in answered.cases))


def _with_channel(case: Case, turn: Turn) -> Case:
    """Note beside words the way they came where it is not the case's own: not every page may show them."""
    before = turn.case()
    if before is None or before.code != case.code or turn.sender.channel == case.channel:
        return case
    known = len(before.events)
    marked = tuple(
        replace(event, data={**event.data, "channel": turn.sender.channel})
        if event.actor is Actor.CITIZEN
        else event
        for event in case.events[known:]
    )
    return replace(case, events=(*case.events[:known], *marked))


def _new_matter(turn: Turn) -> Answered:
    opened = open_from_text(
        turn.decision.text,
        sender=turn.sender,
        understanding=turn.understanding,
        directory=turn.directory,
        now=turn.now,
        new_code=turn.new_code,
        read=turn.read,
    )
    return Answered(
        replies.opened(opened, turn.understanding, turn.directory, turn.now),
        _talk_about(turn, opened),
        opened.cases,
        opened.messages,
        opened.case.code,
    )


def _clarify(turn: Turn) -> Answered:
    """The citizen answered our opening question: add it, understand the whole again, and place the case."""
    case = turn.case()
    assert case is not None
    words = _chosen_words(turn) or turn.decision.text
    understanding = turn.read(f"{case.text}\n{words}")
    told = numbers_told(understanding, turn.directory, turn.now)
    added = case.act("add", actor=Actor.CITIZEN, at=turn.now, note=words, data=told)
    added = describe(replace(added, asked_at=None), understanding)
    if turn.decision.option is not None:
        understanding = _with_area(understanding, turn.decision.option)
        added = replace(added, area=_unit_of_today(turn))
    placed = place_matters(
        added, understanding, turn.sender, turn.directory, turn.now, turn.new_code, turn.read
    )
    if placed.asked is not None and placed.asked == turn.talk.asked:
        # The same question twice helps nobody: a person takes over.
        placed = _to_desk(added, turn)
    key = "ask" if placed.asked else "clarified" if placed.case.agency else "clarified_desk"
    reply = replies.question(placed, turn.directory)[0] if key == "ask" else turn.say(key, placed.case)
    return Answered(reply, _talk_about(turn, placed), placed.cases, placed.messages, case.code)


def _to_desk(case: Case, turn: Turn) -> Opened:
    scheduled = schedule(case, turn.directory)
    message = notices.to_desk(scheduled, "unrouted", directory=turn.directory, now=turn.now)
    return Opened(scheduled, messages=(message,))


def _chosen_words(turn: Turn) -> str:
    area = turn.directory.areas.get(turn.decision.option or "")
    return area.full_name if area else ""


def _unit_of_today(turn: Turn) -> str:
    """The chosen unit, or the one unit of today that carries all of it."""
    chosen = turn.decision.option or ""
    today = units_on(turn.directory, chosen, day_of(turn.now))
    return today[0].id if len(today) == 1 else chosen


def _with_area(understanding: Understanding, unit: str) -> Understanding:
    area = understanding.area
    if area is None:
        return understanding
    return replace(
        understanding, area=replace(area, units=(unit,), today=(unit,), ambiguous=False, outside=False)
    )


def _reply(turn: Turn) -> Answered:
    case = turn.case()
    assert case is not None
    resumed = handling.resume(
        case, turn.directory, at=turn.now, actor=Actor.CITIZEN, action="reply", note=turn.decision.text
    )
    if resumed.status is Status.RECEIVED:
        messages: tuple[Message, ...] = (
            notices.to_desk(resumed, "citizen_replied", directory=turn.directory, now=turn.now),
        )
    else:
        messages = notices.to_agency(
            resumed, "citizen_reply_received", directory=turn.directory, now=turn.now
        )
    return _changed(turn, resumed, "replied" if resumed.agency else "replied_desk", messages)


def _addition(turn: Turn) -> Answered:
    case = turn.case()
    if case is None:
        return _lookup(turn)
    if not case.allows("add", Actor.CITIZEN):
        return _reply(turn) if case.status is Status.WAITING_CITIZEN else _new_matter(turn)
    added = case.act("add", actor=Actor.CITIZEN, at=turn.now, note=turn.decision.text)
    if not case.spam:  # nobody is alarmed for an advertisement
        added = schedule(added, turn.directory)
    messages = notices.to_agency(added, "addition", directory=turn.directory, now=turn.now)
    if case.status is Status.RECEIVED and not case.spam:
        messages = (notices.to_desk(added, "addition", directory=turn.directory, now=turn.now),)
    return _changed(turn, added, "added", messages)


def _repeat(turn: Turn) -> Answered:
    case = turn.case()
    assert case is not None
    return _unchanged(turn, turn.say("repeated", case, status=replies.status_name(case)), case)


def _rate(turn: Turn) -> Answered:
    case = turn.case()
    rating = turn.decision.rating
    action = "rate_low" if rating == 1 else "rate"
    if case is None or rating is None or case.answered_at is None or not case.allows(action, Actor.CITIZEN):
        return _unchanged(turn, turn.say("rated_none"), case)
    rated = handling.rate(case, turn.directory, at=turn.now, rating=rating)
    return _changed(turn, rated, "rated_low" if rating == 1 else "rated")


def _lookup(turn: Turn) -> Answered:
    case = turn.case()
    if case is None:
        return _unchanged(turn, turn.say("not_found" if turn.decision.code else "no_case"), None)
    return _unchanged(turn, replies.state(case, turn.directory, turn.now), case)


def _withdraw(turn: Turn) -> Answered:
    case = turn.case()
    if case is None:
        return _unchanged(turn, turn.say("not_found" if turn.decision.code else "no_case"), None)
    if not case.allows("withdraw", Actor.CITIZEN):
        return _unchanged(turn, turn.say("not_withdrawn", case, status=replies.status_name(case)), case)
    agency_code = case.agency
    withdrawn = handling.close(
        case, turn.directory, at=turn.now, actor=Actor.CITIZEN, action="withdraw", note=turn.decision.text
    )
    told = (
        notices.to_agency(withdrawn, "withdrawn", directory=turn.directory, now=turn.now)
        if agency_code
        else ()
    )
    return _changed(turn, withdrawn, "withdrawn", told)


def _object(turn: Turn) -> Answered:
    case = turn.case()
    if case is None:
        return _unchanged(turn, turn.say("not_found" if turn.decision.code else "no_case"), None)
    try:
        reopened = handling.object_to_answer(case, turn.directory, at=turn.now, words=turn.decision.text)
    except ActionNotAllowed:
        late = case.status in (Status.ANSWERED, Status.CLOSED) and not replies.was_withdrawn(case)
        return _unchanged(
            turn,
            turn.say("object_too_late", case) if late else replies.state(case, turn.directory, turn.now),
            case,
        )
    messages = (notices.to_desk(reopened, "objection", directory=turn.directory, now=turn.now),)
    if reopened.agency is None:
        return _changed(turn, reopened, "objected_desk", messages)
    told = notices.to_agency(
        reopened, "assignment", directory=turn.directory, now=turn.now, leader=True, reopened=True
    )
    return _changed(turn, reopened, "objected", (*told, *messages))


def _help(turn: Turn) -> Answered:
    return _unchanged(turn, turn.say("help"), None)


def _hotline(turn: Turn) -> Answered:
    reply = hotlines.answer(
        turn.decision.text,
        understanding=turn.understanding,
        directory=turn.directory,
        now=turn.now,
        read=turn.read,
    )
    return _unchanged(turn, reply, None)


def _published(turn: Turn) -> Answered:
    reply = read_answer.answer(turn.decision.text, directory=turn.directory, now=turn.now)
    return _unchanged(turn, reply, None)


def _thanks(turn: Turn) -> Answered:
    return _unchanged(turn, turn.say("thanked"), turn.case())


_BRANCHES: dict[str, Callable[[Turn], Answered]] = {
    "new_matter": _new_matter,
    "clarify": _clarify,
    "reply": _reply,
    "addition": _addition,
    "repeat": _repeat,
    "rate": _rate,
    "lookup": _lookup,
    "withdraw": _withdraw,
    "object": _object,
    "help": _help,
    "hotline": _hotline,
    "published": _published,
    "thanks": _thanks,
}


def _talk_about(turn: Turn, opened: Opened) -> Talk:
    return replace(
        turn.talk,
        case_code=opened.case.code,
        asked=opened.asked,
        asked_at=turn.now if opened.asked else None,
        options=replies.question(opened, turn.directory)[1] if opened.asked else (),
        language=opened.case.language,
    )


def _changed(turn: Turn, case: Case, key: str, messages: tuple[Message, ...] = ()) -> Answered:
    talk = replace(turn.talk, case_code=case.code, asked=None, asked_at=None, options=())
    return Answered(turn.say(key, case), talk, (case,), messages, case.code)


def _unchanged(turn: Turn, reply: str, case: Case | None) -> Answered:
    return Answered(reply, turn.talk, case_code=case.code if case else None)
