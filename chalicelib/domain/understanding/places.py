"""Where a message is about: find the names in it, weigh them against each other, settle on a unit or on asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.domain.text import fold
from chalicelib.domain.understanding.gazetteer import (
    FAMILY,
    INITIALS,
    OUTSIDE,
    PLACE,
    TYPE_FOLDS,
    Gazetteer,
    Name,
    name_key,
)
from chalicelib.domain.understanding.result import AreaGuess
from chalicelib.domain.understanding.tokens import CLAUSE, SENTENCE, Tokens, tokenise

_DISTRICT_TYPES = frozenset({"huyện", "quận", "thành phố", "thị xã", "tỉnh"})
_COMMUNE_TYPES = frozenset({"xã", "phường", "thị trấn"})
_ENGLISH_TYPES = frozenset({"ward", "commune", "town", "district", "city", "province"})
_FORMER, _PRESENT = frozenset({"cu"}), frozenset({"moi", "nay"})


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


class Places:
    """Finds the area of messages; compiled once."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Mapping[str, Any]) -> None:
        self._gazetteer = gazetteer
        areas = lexicon.get("areas", {})
        self._ordinary = frozenset(name_key(fold(str(name)).split()) for name in areas.get("ordinary", ()))
        self._not_after = _phrases(areas.get("not_after", ()))
        self._hamlet_after = _phrases(areas.get("hamlet_after", ()))
        self._outside_not_after = _phrases(lexicon.get("outside_not_after", ()))
        self._hints = {fold(word): unit for word, unit in areas.get("hints", {}).items()}

    def find(self, tokens: Tokens, on: date) -> tuple[AreaGuess | None, list[tuple[int, int]]]:
        """Return where the message is about (None when it names no place), and which words are names of units."""
        living, gone = self._gazetteer.era(on)
        mentions = [mention for mention in self._mentions(tokens) if self._keep_known(mention, living, gone)]
        if not mentions:
            return None, []
        names = [
            (mention.first, mention.last)
            for mention in mentions
            if all(name.kind != PLACE for name, _ in mention.names)
        ]
        inside = self._best(mentions, tokens, living)
        if (away := self._outside(mentions, tokens, inside)) is not None:
            return AreaGuess(said=tokens.said(away.first, away.last), outside=True), names
        if inside is None:
            return None, names
        return self._guess(*inside, tokens, mentions, living), names

    def _keep_known(self, mention: Mention, living: frozenset[str], gone: frozenset[str]) -> bool:
        """Leave only meanings that exist or existed on the day."""
        kept = [
            pair
            for pair in mention.names
            if not pair[0].unit or pair[0].unit in living or pair[0].unit in gone
        ]
        # A place's record may name a unit that is not there yet: 2020, and the estate's ward was made in 2025.
        mention.names = kept
        return bool(kept)

    # Finding names

    def _mentions(self, tokens: Tokens) -> list[Mention]:
        found: list[Mention] = []
        at, count = 0, len(tokens)
        while at < count:
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
        elif _preceded(tokens, at, self._hamlet_after):
            return None
        else:
            mention.weak = _preceded(tokens, at, self._not_after)
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
                said.isupper()
                and not tokens.text.isupper()
                or bool(types)
                or self._behind_name(tokens, start)
            )
        if single and (
            name.keys[0].isdigit() or name.keys == (tokens.keys[start],) and len(name.keys[0]) < 4
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

    # Weighing them

    def _best(
        self, mentions: list[Mention], tokens: Tokens, living: frozenset[str]
    ) -> tuple[Mention, list[str]] | None:
        hints = {unit for word, unit in self._hints.items() if word in tokens.folds}
        best: tuple[Mention, list[str]] | None = None
        best_score = -99.0
        for number, mention in enumerate(mentions):
            scores: dict[str, float] = {}
            for name, quality in mention.names:
                if name.kind == OUTSIDE:
                    continue
                score = self._score(name, quality, mention, mentions, tokens, living, hints)
                scores[name.unit] = max(scores.get(name.unit, -99.0), score)
            if not scores:
                continue
            scores = self._prefer_district(mention, self._named_in_place(mention, scores, tokens, living))
            top = max(scores.values())
            value = top + self._specific(scores, top) - 0.1 * number
            if value > best_score:
                tied = [unit for unit, score in scores.items() if score > top - 0.75]
                tied.sort(key=lambda unit: (-scores[unit], unit not in living))
                best, best_score = (mention, tied), value
        return best

    def _named_in_place(
        self, mention: Mention, scores: dict[str, float], tokens: Tokens, living: frozenset[str]
    ) -> dict[str, float]:
        """A sight that lies in a whole district may bear the name of the commune it is best known for."""
        gazetteer = self._gazetteer
        if any(name.kind != PLACE for name, _ in mention.names) or any(
            gazetteer.areas[unit].tier == "commune" for unit in scores
        ):
            return scores
        for first in range(mention.name_first + 1, mention.last - 1):
            for name in gazetteer.names.get(name_key(tokens.folds[first : mention.last]), ()):
                unit = name.unit
                if unit and gazetteer.areas[unit].tier == "commune" and unit in living:
                    if any(gazetteer.lies_in(unit, larger) for larger in scores):
                        return {unit: max(scores.values())}
        return scores

    def _specific(self, scores: Mapping[str, float], top: float) -> float:
        """A commune says more than the district beside it."""
        tiers = {self._gazetteer.areas[unit].tier for unit, score in scores.items() if score > top - 0.75}
        return (
            3.0
            if tiers == {"commune"}
            else 1.5
            if "commune" in tiers
            else 1.0
            if "district" in tiers
            else 0.0
        )

    def _prefer_district(self, mention: Mention, scores: dict[str, float]) -> dict[str, float]:
        """A bare "Biên Hòa" is the former city, not the ward that bears its name today."""
        if mention.types & _COMMUNE_TYPES:
            return scores
        areas = self._gazetteer.areas
        districts = {unit: score for unit, score in scores.items() if areas[unit].tier == "district"}
        if not districts:
            provinces = {unit: score for unit, score in scores.items() if areas[unit].tier == "province"}
            return provinces if provinces and not mention.types else scores
        top = max(scores.values())
        if max(districts.values()) >= top - 2:
            return districts
        return scores

    def _score(
        self,
        name: Name,
        quality: float,
        mention: Mention,
        mentions: list[Mention],
        tokens: Tokens,
        living: frozenset[str],
        hints: set[str],
    ) -> float:
        gazetteer = self._gazetteer
        area = gazetteer.areas[name.unit]
        score = quality
        if mention.types:
            if name.type in mention.types or area.type in mention.types:
                score += 4
            elif mention.types & _COMMUNE_TYPES and area.tier == "commune":
                score += 1
            elif mention.types & _DISTRICT_TYPES and area.tier == "district":
                score += 1
            else:
                score -= 2
        elif name.kind == PLACE:
            score += 2.5
        else:
            score += 1.5
        if name.kind == FAMILY:
            score -= 1
        if mention.weak:
            score -= 2.5
        for other in mentions:
            if other is mention or not other.names:
                continue
            score += self._support(name.unit, other, near=_near(mention, other))
        for hint in hints:
            score += 1.0 if hint in gazetteer.lineage(name.unit) else 0.0
        if mention.last < len(tokens):
            following = tokens.folds[mention.last]
            if following in _FORMER:
                score += 0.0 if name.unit in living else 1.0
            elif following in _PRESENT:
                score += 1.0 if name.unit in living else 0.0
        return score

    def _support(self, unit: str, other: Mention, *, near: bool) -> float:
        """What another name in the message says for *unit*."""
        gazetteer = self._gazetteer
        area = gazetteer.areas[unit]
        strength = 5.0 if near else 3.0
        if other.weak:
            strength /= 3
        best = 0.0
        larger = False
        for name, _ in other.names:
            if not name.unit or name.unit == unit:
                continue
            rank = gazetteer.areas[name.unit].tier
            larger = larger or rank == "district"
            if rank != "commune" and gazetteer.lies_in(unit, name.unit):
                best = max(best, strength if rank == "district" else strength / 2)
            elif rank == "commune" and area.tier == "commune" and gazetteer.areas[unit].successors:
                if any(successor.area == name.unit for successor in area.successors):
                    best = max(best, strength)
        if not best and larger and other.types & _DISTRICT_TYPES:
            return -2.0
        return best

    # Settling

    def _outside(
        self, mentions: list[Mention], tokens: Tokens, inside: tuple[Mention, list[str]] | None
    ) -> Mention | None:
        """Return the mention that puts the matter into another province, if one does."""
        for mention in mentions:
            names = [name for name, _ in mention.names]
            if not any(name.kind == OUTSIDE for name in names):
                continue
            if "quận" not in mention.types and _preceded(tokens, mention.first, self._outside_not_after):
                continue
            if inside is None or inside[0] is mention:
                if all(name.kind == OUTSIDE for name in names) or inside is None or mention.types == {"quận"}:
                    return mention
                continue
            gap = mention.first - inside[0].last
            if 0 <= gap <= 1 and not self._is_sure(inside[0], mentions):
                return mention
            if inside[0].weak:
                return mention
        return None

    def _is_sure(self, mention: Mention, mentions: list[Mention]) -> bool:
        """A larger unit of ours stands beside it."""
        return any(
            other is not mention
            and any(
                name.unit and self._gazetteer.areas[name.unit].tier != "commune" for name, _ in other.names
            )
            for other in mentions
        )

    def _guess(
        self,
        mention: Mention,
        units: list[str],
        tokens: Tokens,
        mentions: list[Mention],
        living: frozenset[str],
    ) -> AreaGuess:
        gazetteer = self._gazetteer
        resolved = [gazetteer.today(unit, living) for unit in units]
        today = tuple(dict.fromkeys(unit for group in resolved for unit in group))
        tier = gazetteer.areas[units[0]].tier
        ambiguous = len({frozenset(group) for group in resolved}) > 1
        if not ambiguous and tier == "commune" and len(today) > 1:
            ambiguous = True
            # "xã Gáo Giồng, nay Phương Thịnh": the part is named.
            named = {name.unit for other in mentions if other is not mention for name, _ in other.names}
            if len(part := [unit for unit in today if unit in named]) == 1:
                today, ambiguous = tuple(part), False
        last = mention.last
        following = next(
            (other for other in mentions if 0 <= other.first - last <= 1 and not other.weak), None
        )
        if following is not None and following is not mention:
            last = following.last
        return AreaGuess(tokens.said(mention.first, last), tuple(units), today, tier, ambiguous)


_EPIDEMIC = frozenset({"cach", "covid", "dich", "nhiem", "duong", "test"})
"""Beside these words "f1" is somebody's contact, not ward 1."""


def _near(mention: Mention, other: Mention) -> bool:
    gap = other.first - mention.last if other.first >= mention.last else mention.first - other.last
    return gap <= 2


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


def _phrases(words: object) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(tokenise(str(word)).keys) for word in words)  # type: ignore[attr-defined]


def _preceded(tokens: Tokens, at: int, phrases: frozenset[tuple[str, ...]]) -> bool:
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
