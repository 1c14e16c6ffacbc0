"""Which kind of message it is: emergency, denunciation, spam, about an old case, question, complaint or petition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.text import fold
from chalicelib.domain.understanding.phrases import Hit, PhraseBook
from chalicelib.domain.understanding.tokens import SENTENCE, Tokens

Hits = Mapping[str, Sequence[Hit]]

_CASE_CODE = re.compile(
    r"\b(?:[a-z]{2,5}[-. ]?20[0-9]{2}[-. ]?[0-9]{2,}|[a-z]{2,4}-[0-9]{4,}(?:-[0-9]+)?"
    r"|[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3})\b"
)
_JUST_REACH = 3  # words: "vừa bị một thằng cướp"
_DOUBT_REACH = 5  # words: "sợ có ngày cháy nhà"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An emergency: which types, and the numbers to call."""

    types: tuple[str, ...]
    numbers: tuple[str, ...]


def add_phrases(book: PhraseBook, lexicon: Mapping[str, Any]) -> None:
    """Put all words of the lexicon that tell kinds apart into *book*."""
    emergency = lexicon.get("emergency", {})
    for sure in ("certain", "likely"):
        for what, phrases in emergency.get(sure, {}).items():
            for phrase in phrases:
                book.add(phrase, "emergency", f"{sure}:{what}", 1)
    for group in ("now", "just", "not", "doubt", "past", "papers"):
        for phrase in emergency.get(group, ()):
            book.add(phrase, "emergency" if group == "not" else f"emergency:{group}", group, 1)
    denunciation = lexicon.get("denunciation", {})
    for group in ("formal", "not", "evidence", "officials"):
        for phrase in denunciation.get(group, ()):
            family = "denunciation" if group in ("formal", "not") else f"denunciation:{group}"
            book.add(phrase, family, group, 1)
    _weighted(book, "denunciation:corruption", denunciation.get("corruption", {}))
    spam = lexicon.get("spam", {})
    _weighted(book, "spam:advert", spam.get("advert", {}))
    _weighted(book, "spam:chat", spam.get("chat", {}))
    for phrase in spam.get("not", ()):
        book.add(phrase, "spam:not", "not", 1)
    for phrase in spam.get("greetings", ()):
        book.add(phrase, "greeting", "greeting", 1)
    status = lexicon.get("status", {})
    _weighted(book, "status", status.get("words", {}))
    for phrase in status.get("code_words", ()):
        book.add(phrase, "status:code", "code", 1)
    asking = lexicon.get("asking", {})
    for group in ("strong", "ending", "rhetorical"):
        family = "asking" if group == "strong" else f"asking:{group}"
        _weighted(book, family, asking.get(group, {}), group)
    for family in ("reporting", "proposing"):
        for group, phrases in lexicon.get(family, {}).items():
            _weighted(book, f"{family}:{group}", phrases, group)
    for phrase in lexicon.get("danger", ()):
        book.add(phrase, "danger", "danger", 1)
    for phrase in lexicon.get("pleas", ()):
        book.add(phrase, "pleas", "plea", 1)


def _weighted(book: PhraseBook, family: str, phrases: Mapping[str, float], label: str | None = None) -> None:
    for phrase, weight in phrases.items():
        book.add(phrase, family, label or family, weight)


def total(hits: Hits, family: str) -> float:
    """The sum of the weights found in *family*."""
    return sum(hit.weight for hit in hits.get(family, ()))


class Alarms:
    """Decides whether life, fire, violence or collapse is at stake now."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._numbers = {what: tuple(map(str, numbers)) for what, numbers in data.get("numbers", {}).items()}
        self._default = tuple(map(str, data.get("default", ("112",))))
        self._by_field = {
            code: tuple(map(str, numbers)) for code, numbers in data.get("numbers_by_field", {}).items()
        }
        self._unsure_unmarked = frozenset(
            fold(str(phrase)) for phrase in data.get("unsure_without_marks", ())
        )

    def told_by_field(self, hits: Hits, field: str) -> Alarm:
        """Return the alarm of a message no listed phrase raises: numbers by any word of danger in it, else by field."""
        types = tuple(
            dict.fromkeys(
                hit.label.split(":", 1)[1]
                for hit in hits.get("emergency", ())
                if ":" in hit.label and hit.weight > 0.5
            )
        )
        numbers = [number for what in types for number in self._numbers.get(what, ())]
        numbers += self._by_field.get(field, self._default)
        return Alarm(types, tuple(dict.fromkeys(numbers))[:3])

    def raised(self, hits: Hits, tokens: Tokens) -> Alarm | None:
        """Return the alarm, or None."""
        certain, likely, _ = self._standing(hits, tokens)
        negations = _labelled(hits, "not")
        now = [
            hit for hit in hits.get("emergency:now", ()) if hit.weight > 0.5 and not _negated(hit, negations)
        ]
        apart = [
            hit for hit in likely if any(word.last <= hit.first or word.first >= hit.last for word in now)
        ]
        just = [hit for hit in hits.get("emergency:just", ()) if hit.weight > 0.5]
        apart += [hit for hit in likely if any(0 <= hit.first - word.last <= _JUST_REACH for word in just)]
        if not certain and not apart:
            return None
        return self._alarm([*certain, *apart])

    def perhaps(self, hits: Hits, tokens: Tokens) -> Alarm | None:
        """Return whom to call if words that may mean something else, or name no moment, do tell of danger; or None."""
        _, likely, unsure = self._standing(hits, tokens)
        violence = [hit for hit in likely if hit.words > 1 and hit.label == "likely:violence"]
        said = [*unsure, *(violence if tokens.accented else ())]
        return self._alarm(said) if said else None

    def _alarm(self, found: Sequence[Hit]) -> Alarm:
        types = tuple(dict.fromkeys(hit.label.split(":", 1)[1] for hit in found))
        types = (
            tuple(what for what in types if what != "plea") or types
        )  # a cry alone does not say who can help
        numbers = tuple(
            dict.fromkeys(number for what in types for number in self._numbers.get(what, self._default))
        )
        return Alarm(types, numbers[:3] or self._default)

    def _standing(self, hits: Hits, tokens: Tokens) -> tuple[list[Hit], list[Hit], list[Hit]]:
        """Return certain, likely and (among the likely) unsure words that are meant as they stand, and of today."""
        certain: list[Hit] = []
        likely: list[Hit] = []
        unsure: list[Hit] = []
        negations = _labelled(hits, "not")
        doubts = [hit for hit in hits.get("emergency:doubt", ()) if hit.weight > 0.5]
        papers, past = hits.get("emergency:papers", ()), hits.get("emergency:past", ())
        now = [
            hit for hit in hits.get("emergency:now", ()) if hit.weight > 0.5 and not _negated(hit, negations)
        ]
        if papers and len(now) < 2:
            return certain, likely, unsure
        for hit in hits.get("emergency", ()):
            if (
                hit.label == "not"
                or (hit.weight < 0.5 and tokens.accented)
                or _negated(hit, negations)
                or _doubted(hit, doubts, tokens)
            ):
                continue
            sure = hit.label.startswith("certain:")
            said = " ".join(tokens.folds[hit.first : hit.last])
            unmarked = (
                not tokens.accented
                and tokens.keys[hit.first : hit.last] == tokens.folds[hit.first : hit.last]
            )
            doubtful = unmarked and (said in self._unsure_unmarked or (hit.words == 1 and hit.weight < 1))
            if doubtful and hit.words == 1:
                continue
            sure = sure and not doubtful
            if _same_sentence(hit, past, tokens) and not (sure and "child" in hit.label):
                continue
            (certain if sure else likely).append(hit)
            if doubtful:
                unsure.append(hit)
        return certain, likely, unsure


def _labelled(hits: Hits, label: str) -> list[Hit]:
    return [hit for hit in hits.get("emergency", ()) if hit.label == label]


def _negated(hit: Hit, negations: Sequence[Hit]) -> bool:
    """Overlaps a phrase that gives the word another sense, unless it says clearly more than that phrase."""
    return any(
        other.first < hit.last and hit.first < other.last and hit.words <= other.words + 1
        for other in negations
    )


def _doubted(hit: Hit, doubts: Sequence[Hit], tokens: Tokens) -> bool:
    for doubt in doubts:
        if doubt.first < hit.last and hit.first < doubt.last:
            return True
        if (
            0 <= hit.first - doubt.last <= _DOUBT_REACH
            and SENTENCE not in tokens.breaks[doubt.last : hit.first + 1]
        ):
            return True
    return False


def _same_sentence(hit: Hit, others: Sequence[Hit], tokens: Tokens) -> bool:
    return any(
        SENTENCE not in tokens.breaks[min(hit.first, other.first) + 1 : max(hit.first, other.first) + 1]
        for other in others
    )


def is_denunciation(hits: Hits, tokens: Tokens) -> bool:
    """Tell whether an identifiable person is accused, or a decision is formally contested."""
    words = hits.get("denunciation", ())
    negations = [hit for hit in words if hit.label == "not"]
    formal = [hit for hit in words if hit.label == "formal" and not _negated(hit, negations)]
    if formal and not (negations and total(hits, "asking") >= 2):
        return True
    corruption = [hit for hit in hits.get("denunciation:corruption", ()) if not _negated(hit, negations)]
    if not corruption:
        return False
    officials = [
        hit
        for hit in hits.get("denunciation:officials", ())
        if hit.weight > 0.5 and not _negated(hit, negations)
    ]
    evidence = len(hits.get("denunciation:evidence", ()))
    score = 0.0
    for deed in corruption:
        close = any(-12 <= deed.first - official.first <= 14 for official in officials)
        score += deed.weight if close else deed.weight * (0.4 if deed.weight >= 3 else 0.2)
    if negations and not formal:
        score -= 2
    return score + 0.5 * evidence >= 2.0 and bool(officials)


def spam_score(hits: Hits, tokens: Tokens) -> float:
    """How much the message looks like an advert or a fraud; 3 and more is one."""
    score = total(hits, "spam:advert")
    links = len(
        re.findall(r"https?://|www\.|bit\.ly|\.(?:vip|club|xyz|top|shop)\b|t\.me/|zalo\.me", tokens.folded)
    )
    return score + 1.5 * links - 1.2 * total(hits, "spam:not")


def is_greeting_only(hits: Hits, tokens: Tokens) -> bool:
    """Nothing is left when greetings, tests and numbers are taken away."""
    covered = {position for hit in hits.get("greeting", ()) for position in range(hit.first, hit.last)}
    left = [word for position, word in enumerate(tokens.folds) if position not in covered]
    return not [word for word in left if not word.isdigit() and len(word) > 1] and len(left) <= 3


def is_noise(tokens: Tokens) -> bool:
    """Letters that no language makes: "asdfgh", "kkkkk"."""
    words = [word for word in tokens.folds if not word.isdigit()]
    if not words:
        return True
    odd = sum(
        1
        for word in words
        if (len(word) > 1 and not re.search("[aeiouy]", word)) or re.search(r"(.)\1{3}", word)
    )
    return odd == len(words) or (len(words) == 1 and len(words[0]) > 7)


def has_case_code(tokens: Tokens) -> bool:
    """A case number of ours or of an older system stands in it."""
    return _CASE_CODE.search(tokens.folded) is not None and not re.search(r"\b0[0-9]{9}\b", tokens.folded)


def status_score(hits: Hits, tokens: Tokens) -> float:
    """How much it is about an earlier case; 2 and more is."""
    score = total(hits, "status")
    if has_case_code(tokens) and hits.get("status:code"):
        score += 2.5
    return score


def question_complaint_petition(hits: Hits, tokens: Tokens) -> tuple[str, dict[str, float]]:
    """Weigh the three everyday kinds; also return the weights."""
    asking = total(hits, "asking") + _endings(hits, tokens)
    rhetorical = total(hits, "asking:rhetorical")
    faults = total(hits, "reporting:faults")
    distress = total(hits, "reporting:distress")
    fixing = total(hits, "reporting:fixing")
    asks = hits.get("proposing:asks", ())
    deeds = total(hits, "proposing:deeds")
    lacks = total(hits, "proposing:lacks")
    asked = sum(hit.weight for hit in asks)
    opening = 2.0 if any(hit.first <= 3 and hit.weight >= 2.4 for hit in hits.get("asking", ())) else 0.0
    # What is asked for at the very end is what the message is for: "… hu roi, bao cho ai".
    if any(hit.weight >= 2 and hit.last >= len(tokens) - 1 for hit in hits.get("asking", ())):
        opening += 1.0
    scores = {
        "question": asking + opening - 0.8 * rhetorical - 0.25 * min(faults, 4) - 0.3 * min(distress, 5),
        "complaint": 0.7
        + 0.55 * min(faults, 5)
        + 0.5 * min(distress, 5)
        + 0.5 * min(fixing, 4)
        + 0.9 * rhetorical,
        "petition": 0.0,
    }
    if deeds > 0.7 or asked >= 2:
        scores["petition"] = (
            0.8 * asked
            + 0.9 * min(deeds, 5)
            + 0.6 * lacks
            + (1.2 if _asks_for_a_deed(hits) else 0.0)
            + (0.8 if asked >= 2.2 else 0.0)
            - 0.35 * min(faults, 4)
            - 0.3 * min(distress, 4)
            - 0.5 * min(fixing, 3)
        )
    if "?" not in tokens.text and not hits.get("asking") and asking < 1.5:
        scores["question"] *= 0.6
    best = max(scores, key=lambda kind: scores[kind])
    return best, scores


def _asks_for_a_deed(hits: Hits) -> bool:
    """A word of asking stands shortly before something new to be done: "đề nghị tỉnh đầu tư"."""
    asks = [hit for hit in hits.get("proposing:asks", ()) if hit.weight >= 0.3]
    return any(
        deed.weight >= 0.8 and 0 <= deed.first - ask.last <= 9
        for deed in hits.get("proposing:deeds", ())
        for ask in asks
    )


def _endings(hits: Hits, tokens: Tokens) -> float:
    """Weights of the question words that close a sentence."""
    count, score = len(tokens), 0.0
    for hit in hits.get("asking:ending", ()):
        rest = hit.last
        # Politeness after it does not count: "… khong vay a".
        while (
            rest < count
            and tokens.breaks[rest] < SENTENCE
            and tokens.folds[rest] in {"a", "vay", "ta", "nhi", "ha"}
        ):
            rest += 1
        closes = (
            rest >= count
            or tokens.breaks[rest] == SENTENCE
            or "?" in tokens.text[tokens.ends[rest - 1] :][:2]
        )
        if closes:
            score += hit.weight
    return score + (0.8 if "?" in tokens.text else 0.0)
