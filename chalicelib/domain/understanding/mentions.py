"""The names of places in a message, each with all it could mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.text import fold
from chalicelib.domain.understanding.gazetteer import INITIALS, OUTSIDE, TYPE_FOLDS, Gazetteer, Name, name_key
from chalicelib.domain.understanding.tokens import CLAUSE, SENTENCE, Tokens, tokenise

MOST_NAMES = 16
"""How many names are weighed against each other; a message that lists more says no more about where it is."""

DISTRICT_TYPES = frozenset({"huyện", "quận", "thành phố", "thị xã", "tỉnh"})
COMMUNE_TYPES = frozenset({"xã", "phường", "thị trấn"})
_ENGLISH_TYPES = frozenset({"ward", "commune", "town", "district", "city", "province"})


@dataclass(slots=True)
class Mention:
    """A name in the text with all it could mean."""

    first: int
    """First word, the type included."""
    last: int
    """Word after it."""
    name_first: int
    types: frozenset[str]
    """Types said with it; empty for a bare name."""
    names: list[tuple[Name, float]]
    """Meanings with how well the marks agree: 1 in full, less when they are missing."""
    weak: bool = False
    """After a word that makes it a road's or a school's name, or the way there."""


class MentionFinder:
    """Finds names; compiled once."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Mapping[str, Any]) -> None:
        self._gazetteer = gazetteer
        areas = lexicon.get("areas", {})
        self._ordinary = frozenset(name_key(fold(str(name)).split()) for name in areas.get("ordinary", ()))
        self._not_after = phrases_of(areas.get("not_after", ()))
        self._hamlet_after = phrases_of(areas.get("hamlet_after", ()))

    def find(self, tokens: Tokens) -> list[Mention]:
        """Return the names in *tokens* in order, at most MOST_NAMES."""
        found: list[Mention] = []
        at, count = 0, len(tokens)
        while at < count and len(found) < MOST_NAMES:
            mention = self._mention_at(tokens, at)
            if mention is None:
                at += 1
            else:
                found.append(mention)
                at = mention.last
        return self._without_ordinary(found, tokens)

    def _mention_at(self, tokens: Tokens, at: int) -> Mention | None:
        types, start = _type_at(tokens, at)
        if types:
            mention = self._name_at(tokens, start, types)
            if mention is not None:
                mention.first = at
                mention.weak = False
                return mention
            return self._mistyped(tokens, at, start, types)
        mention = self._name_at(tokens, at, frozenset())
        if mention is None:
            return None
        if mention.last < len(tokens) and tokens.folds[mention.last] in _ENGLISH_TYPES:
            mention.types = TYPE_FOLDS[tokens.folds[mention.last]][1]
            mention.last += 1
        elif preceded(tokens, at, self._hamlet_after):
            return None
        else:
            mention.weak = preceded(tokens, at, self._not_after)
        return mention

    def _name_at(self, tokens: Tokens, start: int, types: frozenset[str]) -> Mention | None:
        folds, names = tokens.folds, self._gazetteer.names
        end = min(len(folds), start + self._gazetteer.longest)
        for position in range(start + 1, end):
            if tokens.breaks[position] == SENTENCE and len(folds[position - 1]) > 2:
                end = position
                break
            if tokens.breaks[position] == CLAUSE and tokens.text[tokens.ends[position - 1]] in ",(":
                end = position
                break
        for last in range(end, start, -1):
            key = name_key(folds[start:last])
            if last == start + 1 and key not in names:
                key = self._gazetteer.joined.get(key, key)
            meanings = names.get(key)
            if meanings is None:
                continue
            fitting = [
                (name, quality)
                for name in meanings
                if (quality := _agreement(name, tokens, start, last)) > 0
                and self._may_stand(name, tokens, start, last, types)
            ]
            if fitting:
                best = max(quality for _, quality in fitting)
                fitting = [pair for pair in fitting if pair[1] >= best - 0.3 or pair[1] == 1]
                return Mention(start, last, start, types, fitting)
        return None

    def _may_stand(self, name: Name, tokens: Tokens, start: int, last: int, types: frozenset[str]) -> bool:
        single = last == start + 1
        if name.kind == INITIALS:
            said = tokens.said(start, last)
            return (
                (said.isupper() and not tokens.text.isupper())
                or bool(types)
                or self._behind_name(tokens, start)
            )
        if single and len(tokens.folds[start]) < 4 and name.kind != OUTSIDE:
            return name.type in types
        if single and (
            name.keys[0].isdigit() or (name.keys == (tokens.keys[start],) and len(name.keys[0]) < 4)
        ):
            return bool(types) and (name.type in types or name.kind == OUTSIDE)
        if single and not types and len(tokens.folds[start]) < 5 and name.kind != OUTSIDE:
            return False
        if name.kind == OUTSIDE and name.type == "quận" and "quận" not in types:
            return False
        return not (name.kind != OUTSIDE and types == {"quận"})

    def _behind_name(self, tokens: Tokens, start: int) -> bool:
        """Initials count right behind a commune's name or number: "loc an lt", "p3 MT"."""
        if start < 2 or tokens.breaks[start]:
            return False
        if tokens.folds[start - 1].isdigit() and tokens.folds[start - 2] in TYPE_FOLDS:
            return True
        names = self._gazetteer.names
        return any(
            first >= 0 and name_key(tokens.folds[first:start]) in names for first in (start - 2, start - 3)
        )

    def _mistyped(self, tokens: Tokens, at: int, start: int, types: frozenset[str]) -> Mention | None:
        for length in (3, 2):
            last = start + length
            if last > len(tokens) or any(tokens.breaks[position] for position in range(start + 1, last)):
                continue
            key = self._gazetteer.similar(tokens.folds[start:last])
            if key is not None:
                names = [(name, 0.6) for name in self._gazetteer.names[key] if name.type in types]
                if names:
                    return Mention(at, last, start, types, names)
        return None

    def _without_ordinary(self, mentions: list[Mention], tokens: Tokens) -> list[Mention]:
        """Drop bare names that are ordinary words, unless capitals or a larger unit beside them say otherwise."""
        kept = []
        capitals = not tokens.text.isupper() and not tokens.text.islower()
        for number, mention in enumerate(mentions):
            if not mention.types and mention.last - mention.name_first > 1:
                said = tokens.said(mention.name_first, mention.last)
                ordinary = name_key(tokens.folds[mention.name_first : mention.last]) in self._ordinary
                titled = capitals and all(word[:1].isupper() for word in said.split())
                following = mentions[number + 1] if number + 1 < len(mentions) else None
                beside = following is not None and following.first - mention.last <= 1 and not following.weak
                if ordinary and not titled and not beside and not self._introduced(tokens, mention.first):
                    continue
                if capitals and tokens.accented and said.islower() and not beside:
                    continue
            kept.append(mention)
        return kept

    @staticmethod
    def _introduced(tokens: Tokens, at: int) -> bool:
        """Stands behind "ở", "tại", "KCN" and the like, or after a comma at the very end."""
        return at > 0 and tokens.folds[at - 1] in {
            "o",
            "tai",
            "kcn",
            "kdc",
            "cho",
            "khu",
            "ben",
            "in",
            "at",
            "near",
            "ve",
        }


_EPIDEMIC = frozenset({"cach", "covid", "dich", "nhiem", "duong", "test"})
"""Beside these words "f1" is somebody's contact, not ward 1."""


def _type_at(tokens: Tokens, at: int) -> tuple[frozenset[str], int]:
    """Return the types a word at *at* announces and where the name would begin."""
    for length in (2, 1):
        if at + length >= len(tokens):
            continue
        found = TYPE_FOLDS.get(" ".join(tokens.folds[at : at + length]))
        if found is None or (tokens.folds[at] == "f" and not _EPIDEMIC.isdisjoint(tokens.folds)):
            continue
        key, types = found
        typed = " ".join(tokens.keys[at : at + length])
        if typed != key and (tokens.accented or typed != fold(typed)):
            continue
        return types, at + length
    return frozenset(), at


def _agreement(name: Name, tokens: Tokens, start: int, last: int) -> float:
    """Compare the marks: 1 = all agree, 0.8 = the writer left marks out, 0 = another word."""
    typed = tokens.keys[start:last]
    if len(typed) != len(name.keys):
        return 0.7
    missing = False
    for key, meant in zip(typed, name.keys, strict=True):
        if key == meant or key.replace("y", "i") == meant.replace("y", "i"):
            continue
        if key != fold(key):
            return 0.0
        missing = True
    return 0.8 if missing else 1.0


def phrases_of(words: Iterable[object]) -> frozenset[tuple[str, ...]]:
    """Compile phrases for `preceded`."""
    return frozenset(tuple(tokenise(str(word)).keys) for word in words)


def preceded(tokens: Tokens, at: int, phrases: frozenset[tuple[str, ...]]) -> bool:
    """Tell whether one of *phrases* stands right before word *at*, in the same clause."""
    if at == 0 or tokens.breaks[at]:
        return False
    for phrase in phrases:
        length = len(phrase)
        if length > at:
            continue
        before = tokens.keys[at - length : at]
        if all(
            key == meant or (not tokens.accented and key == fold(meant))
            for key, meant in zip(before, phrase, strict=True)
        ):
            return True
    return False
