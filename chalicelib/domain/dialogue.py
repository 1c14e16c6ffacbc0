"""Which conversation a message belongs to: a new matter, more on an open case, an answer, a rating or a command.

The rule is pure and ordered; the first line that fits wins (table of examples: tests/unit/test_dialogue.py):

 1. a command (`TRA CUU 482 177 306`, `HUY`, `MO LAI`, `DUONG DAY Vinh Cuu`, `HOI 105`, `HOI lam lai cccd`, `HD`, `3`);
    digits answer the question asked last
 2. an emergency or a denunciation is always its own matter
 3. the answer to what the hotline asked on receipt (place, field, "what is it about?")
 4. the answer to what an agency or the desk asked (the case waits for the citizen)
 5. words about a case: thanks, discontent, "bao gio xong", withdrawal, a code
 6. the same text again: nothing new
 7. more on the case just opened: short, without a matter of its own, within a day
 8. everything else is a new matter: rather one case too many than a text lost
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.case import Case, Status
from chalicelib.domain.code import find_codes, is_valid_code
from chalicelib.domain.commands import (
    Command,
    asks_for_answer,
    asks_for_hotline,
    may_ask_for_answer,
    read_citizen_command,
)
from chalicelib.domain.filing import BY_FORM
from chalicelib.domain.inbox import Talk
from chalicelib.domain.ladder import QUESTION_OPEN
from chalicelib.domain.text import fold

if TYPE_CHECKING:
    from chalicelib.domain.understanding import Understanding

ADDITION_HOURS = 24
"""So long a text without a matter of its own is taken as more on the last open case."""

MOST_REASON = 200
"""Characters: a longer text that begins with "mở lại" and names no code is a matter, not a command."""

MOST_WORDS_ABOUT_A_CASE = 5
"""HOI and so many words altogether, one of them "bao gio", may ask about one's case without naming it."""

RATING_DAYS = 30
"""So long a bare 1, 2 or 3 is taken as a rating of the last answer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a message is taken for."""

    what: str
    """new_matter, clarify, reply, addition, repeat, rate, lookup, withdraw, object, hotline, published, asked, help
    or thanks."""
    code: str | None = None
    """The case it is about."""
    rating: int | None = None
    option: str | None = None
    """The unit or field chosen by its number."""
    otherwise: Decision | None = None
    """Of `asked`: what the message is when no published answer fits its words."""
    text: str = ""
    """What the case gains; empty for a command. The whole message when a hotline or a published answer is asked for."""


def may_be_about(text: str, case: Case, now: datetime) -> bool:
    """
    Tell whether a text message may be about one of its sender's cases at all.

    Anybody may file by form with a stranger's number. So a case that came by form is spoken of only by its code, or
    in answer to what the hotline texted about it: a rating after an answer, words or a digit after a question. It may
    be looked up: that tells only the phone.
    """
    if case.channel not in BY_FORM or case.code in find_codes(text):
        return True
    command = read_citizen_command(text)
    if command is not None and command.name == "lookup":
        return True
    if command is not None and command.name == "rate" and can_rate(case, now):
        return True
    return (command is None or command.name in ("rate", "asked")) and case.status is Status.WAITING_CITIZEN


def is_plainly_new(text: str, understanding: Understanding) -> bool:
    """Tell whether a stranger's text reports a matter of its own, so that their cases need not be looked at."""
    if read_citizen_command(text) is not None or any(is_valid_code(code) for code in find_codes(text)):
        return False
    own = understanding.kind in ("emergency", "denunciation")
    return own or (understanding.confident and understanding.area is not None)


def decide(
    text: str, *, talk: Talk | None, cases: Sequence[Case], understanding: Understanding, now: datetime
) -> Decision:
    """
    Decide what a citizen's message is.

    Args:
        text: The message, normalised.
        talk: The conversation with this sender; None for a stranger.
        cases: The sender's recent cases, newest first.
        understanding: What the reader made of the text.
        now: Aware.
    """
    question = _open_question(talk, cases, now)
    choice = _choice(text, talk, question, cases, now)
    if choice is not None:
        return choice
    command = read_citizen_command(text)
    if command is not None:
        decision = _command(command, text, talk, cases, question, understanding, now)
        if decision is not None:
            return decision
    if understanding.kind in ("emergency", "denunciation"):
        return Decision("new_matter", text=text)
    if question is not None and not _has_other_matter(understanding, question):
        return Decision("clarify", question.code, text=text)
    waiting = next((case for case in cases if case.status is Status.WAITING_CITIZEN), None)
    if waiting is not None and not _has_other_matter(understanding, waiting):
        return Decision("reply", waiting.code, text=text)
    about = _about_a_case(text, understanding, cases, now)
    if about is not None:
        return about
    answered = next((case for case in cases if case.status is Status.ANSWERED), None)
    if (
        answered is not None
        and _DISCONTENT.search(fold(text))
        and not _is_elsewhere_or_other(understanding, answered)
    ):
        return Decision("object", answered.code, text=text)
    last = _addition(text, understanding, cases, now) or Decision("new_matter", text=text)
    if command is not None and command.name == "asked" and may_ask_for_answer(command, text, understanding):
        return Decision("asked", text=text, otherwise=last)
    return last


def _open_question(talk: Talk | None, cases: Sequence[Case], now: datetime) -> Case | None:
    """The case whose opening question is still unanswered and not yet with the desk."""
    if talk is None or talk.asked is None or talk.asked_at is None:
        return None
    if now - talk.asked_at > QUESTION_OPEN:
        return None
    return next(
        (case for case in cases if case.code == talk.case_code and case.status is Status.RECEIVED), None
    )


def _command(
    command: Command,
    text: str,
    talk: Talk | None,
    cases: Sequence[Case],
    question: Case | None,
    understanding: Understanding,
    now: datetime,
) -> Decision | None:
    if command.name == "help":
        return Decision("help")
    if command.name == "published":
        return Decision("published", text=text)
    if command.name == "asked":
        return _asked(text, understanding, cases, now)
    if command.name == "hotline":
        return Decision("hotline", text=text) if asks_for_hotline(command, text, understanding) else None
    if command.name == "rate":
        return _digit(command, cases, now)
    if command.name == "lookup":
        return Decision("lookup", command.code or _latest(cases))
    if command.name == "withdraw":
        open_cases = [case for case in cases if case.is_open]
        if command.code or open_cases:
            return Decision("withdraw", command.code or open_cases[0].code)
        return Decision("withdraw")
    answered = [case for case in cases if case.status is Status.ANSWERED]
    if command.code is not None:
        return Decision("object", command.code, text=command.text)
    if answered and len(text) < MOST_REASON and not _is_elsewhere_or_other(understanding, answered[0]):
        return Decision("object", answered[0].code, text=command.text)
    return None if command.text else Decision("object", _latest(cases))


def _asked(text: str, understanding: Understanding, cases: Sequence[Case], now: datetime) -> Decision | None:
    """`HOI` and words, written as printed: a published answer or a question of its own, never more on a case."""
    if understanding.kind in ("emergency", "denunciation") or not asks_for_answer(text):
        return None
    if understanding.kind == "status" or find_codes(text) or len(text.split()) <= MOST_WORDS_ABOUT_A_CASE:
        about = _about_a_case(text, understanding, cases, now)
        if about is not None:
            return about
    return Decision("asked", text=text, otherwise=Decision("new_matter", text=text))


def _is_elsewhere_or_other(understanding: Understanding, case: Case) -> bool:
    """Whether "mở lại …" goes on with a matter of its own: "mo lai duong vao xa My Tho bi rao" is no objection."""
    return _has_other_matter(understanding, case) or _is_elsewhere(understanding, case)


def _is_elsewhere(understanding: Understanding, case: Case) -> bool:
    """Whether the text names a place that *case* does not lie in."""
    area = understanding.area
    if area is None or case.area is None or not area.today:
        return False
    return case.area not in area.today and case.area not in area.units


_BARE_DIGIT = re.compile(r"\s*([1-9])\s*[.)]?\s*")


def _choice(
    text: str, talk: Talk | None, question: Case | None, cases: Sequence[Case], now: datetime
) -> Decision | None:
    """A bare digit answers whichever was asked last: our question with numbered choices, or "how satisfied?"."""
    digit = _BARE_DIGIT.fullmatch(text)
    if digit is None or question is None or talk is None or talk.asked_at is None:
        return None
    rateable = _rateable(cases, now)
    if rateable is not None and rateable.answered_at is not None and talk.asked_at < rateable.answered_at:
        return None
    # Without a choice of that number the digit is part of an answer: "1" for phường 1.
    number = int(digit.group(1))
    chosen = talk.options[number - 1] if number <= len(talk.options) else None
    return Decision("clarify", question.code, option=chosen, text=digit.group(1))


def _digit(command: Command, cases: Sequence[Case], now: datetime) -> Decision | None:
    rateable = _rateable([case for case in cases if command.code in (None, case.code)], now)
    assert command.rating is not None
    if rateable is not None:
        return Decision("rate", rateable.code, rating=command.rating)
    if command.code is not None:
        return Decision("rate", command.code, rating=command.rating)
    waiting = next((case for case in cases if case.status is Status.WAITING_CITIZEN), None)
    if waiting is not None:
        return Decision("reply", waiting.code, text=str(command.rating))
    return Decision("rate", _latest(cases), rating=command.rating) if cases else None


def _rateable(cases: Sequence[Case], now: datetime) -> Case | None:
    """The case whose answer came last: a digit rates that one."""
    rateable = [case for case in cases if can_rate(case, now)]
    return max(rateable, key=lambda case: case.answered_at or case.received_at, default=None)


def can_rate(case: Case, now: datetime) -> bool:
    """Whether an answer is there to be rated: answered or closed after an answer, not rated yet, not too old."""
    if case.answered_at is None or case.status not in (Status.ANSWERED, Status.CLOSED):
        return False
    unrated = case.rating is None or case.status is Status.ANSWERED
    return unrated and now - case.answered_at <= timedelta(days=RATING_DAYS)


def _has_other_matter(understanding: Understanding, case: Case) -> bool:
    """Whether the text plainly reports something else than *case*: a sure field, and a place or a sentence."""
    if not understanding.confident or understanding.kind not in ("complaint", "petition", "question"):
        return False
    service = understanding.services[0].code if understanding.services else None
    if service is None or case.service is None or service == case.service:
        return False
    return understanding.area is not None or len(understanding.clean.split()) > 8


_DISCONTENT = re.compile(
    r"\b(khong|chua|ko|k|chang)\s+(he\s+)?(hai long|dong y|thoa dang|giai quyet|xu ly xong|dung su that)\b"
    r"|\btra loi (chung chung|qua loa|vong vo)|\b(van|con) (chua|nhu cu|y nguyen|khong)\b"
)
_WITHDRAW = re.compile(
    r"\b(rut|huy|bo)\s+(lai\s+)?(phan anh|ho so|kien nghi|yeu cau|don|tin)\b|\bkhong can (xu ly|giai quyet) nua\b"
)
_ASKS = re.compile(
    r"\b(bao gio|khi nao|chung nao|bao lau|toi dau|den dau|sao roi|ra sao|the nao roi|xong chua|co ket qua)\b"
)
_NOTED = re.compile(r"(?:(?:da|vang|u|uh|um|ok|oke|okay|roi|duoc|nhan duoc|biet)[\s.,!]*)+")
_THANKS = re.compile(r"\b(cam on|cam on nhieu|thank|thanks|tks|cam ta)\b")


def is_mere_thanks(text: str) -> bool:
    """Whether a short text thanks, or merely says "ok", and does not say that anything is still wrong."""
    folded = fold(text).strip()
    if _NOTED.fullmatch(folded):
        return True
    return len(folded.split()) <= 8 and bool(_THANKS.search(folded)) and not _DISCONTENT.search(folded)


def _about_a_case(
    text: str, understanding: Understanding, cases: Sequence[Case], now: datetime
) -> Decision | None:
    folded = fold(text)
    codes = [code for code in find_codes(text) if is_valid_code(code)]
    known = [case.code for case in cases]
    code = next((code for code in codes if code in known), codes[0] if codes else None)
    if cases and is_mere_thanks(text):
        return Decision("thanks", _latest(cases), text=text)
    asks = understanding.kind == "status" or (understanding.empty and bool(_ASKS.search(folded)))
    if not asks and code not in known and not _is_hardly_more_than_a_code(text):
        # Nine digits may be an old identity number or a sum of money: no reason to lose what is written around them.
        return None
    if _WITHDRAW.search(folded) and (code or any(case.is_open for case in cases)):
        return Decision("withdraw", code or next(case.code for case in cases if case.is_open))
    answered = next(
        (case for case in cases if case.status is Status.ANSWERED and code in (None, case.code)), None
    )
    if answered is not None and _DISCONTENT.search(folded):
        return Decision("object", answered.code, text=text)
    if code in known and not asks and not _is_hardly_more_than_a_code(text):
        return Decision("addition", code, text=text)
    if code is not None or cases:
        return Decision("lookup", code or _latest(cases), text=text)
    return None


def _is_hardly_more_than_a_code(text: str) -> bool:
    """Whether a text is a code with at most three words around it: "ho so 482 177 306 ?"."""
    return any(is_valid_code(code) for code in find_codes(text)) and len(re.findall(r"[^\W\d_]+", text)) <= 3


def _addition(
    text: str, understanding: Understanding, cases: Sequence[Case], now: datetime
) -> Decision | None:
    fresh = [
        case
        for case in cases
        if case.status in _TAKES_MORE and now - case.received_at <= timedelta(hours=ADDITION_HOURS)
    ]
    for case in fresh:
        if any(fold(event.note) == fold(text) for event in case.events if event.note):
            return Decision("repeat", case.code)
    # More on what was taken for an advertisement may be what it was really about: it stands for itself.
    last = next((case for case in fresh if not case.spam), None)
    if last is None:
        return None
    service = understanding.services[0].code if understanding.confident and understanding.services else None
    if service is not None and service != last.service:
        return None
    if _is_elsewhere(understanding, last):
        return None
    whole_new = service is not None and understanding.area is not None and last.area is None
    if whole_new or (service is not None and len(understanding.clean.split()) > 12):
        return None
    return Decision("addition", last.code, text=text)


_TAKES_MORE = (Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS)


def _latest(cases: Sequence[Case]) -> str | None:
    return cases[0].code if cases else None
