"""Where a message is about: weigh the names in it against each other, settle on a unit or on asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.domain.text import fold
from chalicelib.domain.understanding.gazetteer import FAMILY, OUTSIDE, PLACE, Gazetteer, Name, name_key
from chalicelib.domain.understanding.mentions import (
    COMMUNE_TYPES,
    DISTRICT_TYPES,
    Mention,
    MentionFinder,
    phrases_of,
    preceded,
)
from chalicelib.domain.understanding.result import AreaGuess
from chalicelib.domain.understanding.tokens import Tokens

_FORMER, _PRESENT = frozenset({"cu"}), frozenset({"moi", "nay"})


class Places:
    """Finds the area of messages; compiled once."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Mapping[str, Any]) -> None:
        self._gazetteer = gazetteer
        self._mentions = MentionFinder(gazetteer, lexicon)
        self._outside_not_after = phrases_of(lexicon.get("outside_not_after", ()))
        hints = lexicon.get("areas", {}).get("hints", {})
        self._hints = {fold(word): unit for word, unit in hints.items() if unit in gazetteer.areas}

    def find(self, tokens: Tokens, on: date) -> tuple[AreaGuess | None, list[tuple[int, int]]]:
        """Return where the message is about (None when it names no place), and which words are names of units."""
        living, gone = self._gazetteer.era(on)
        mentions = [
            mention for mention in self._mentions.find(tokens) if self._keep_known(mention, living, gone)
        ]
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
                commune = unit in living and gazetteer.areas[unit].tier == "commune"
                if commune and any(gazetteer.lies_in(unit, larger) for larger in scores):
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
        if mention.types & COMMUNE_TYPES:
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
            elif area.tier == "commune" and mention.types & COMMUNE_TYPES:
                score += 1  # people say xã for phường
            elif area.tier == "district" and mention.types & DISTRICT_TYPES:
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
            elif rank == area.tier == "commune" and any(to.area == name.unit for to in area.successors):
                best = max(best, strength)
        if not best and larger and other.types & DISTRICT_TYPES:
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
            if "quận" not in mention.types and preceded(tokens, mention.first, self._outside_not_after):
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


def _near(mention: Mention, other: Mention) -> bool:
    gap = other.first - mention.last if other.first >= mention.last else mention.first - other.last
    return gap <= 2
