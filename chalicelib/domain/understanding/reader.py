"""Read a message: compile the words of a province once, then understand each message in about a millisecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.domain.directory import Area, Directory
from chalicelib.domain.text import normalise, repair
from chalicelib.domain.understanding import decide, fields, kinds, learned
from chalicelib.domain.understanding.address import find_address
from chalicelib.domain.understanding.evidence import Evidence, text_features
from chalicelib.domain.understanding.gazetteer import Gazetteer
from chalicelib.domain.understanding.numbers import NumberWords
from chalicelib.domain.understanding.phrases import Hit, PhraseBook
from chalicelib.domain.understanding.places import Places
from chalicelib.domain.understanding.result import AreaGuess, ServiceGuess, Understanding
from chalicelib.domain.understanding.tokens import Abbreviations, Tokens, tokenise

READ_CHARACTERS = 2_000
"""How much of a message is read; the rest is kept but does not change what is understood."""

OTHER = "khac"
_RATINGS = frozenset("12345")
"""A message of one such digit rates an answer."""


class Reader:
    """Understands messages of one or more provinces. Holds no state between messages."""

    def __init__(self, directories: Sequence[Directory]) -> None:
        """
        Compile the words and names of *directories*.

        Args:
            directories: Published packs; the first one's services and lexicon are used, areas of all.
        """
        first = directories[0]
        lexicon = first.lexicon
        self._book = PhraseBook(
            clear=[str(word) for word in lexicon.get("clear_without_marks", ())],
            unsure=[str(word) for word in lexicon.get("unsure_without_marks", ())],
            known_by_place=("asking:ending",),
        )
        kinds.add_phrases(self._book, lexicon)
        fields.add_services(self._book, first.services.values())
        place_fields = lexicon.get("areas", {}).get("place_fields", {})
        for directory in directories:
            for place in directory.places:
                if (field := place_fields.get(place.type)) is not None:
                    for name in (place.name, *place.aliases):
                        self._book.add(name, "service", str(field[0]), float(field[1]))
        self._alarms = kinds.Alarms(lexicon.get("emergency", {}))
        self._abbreviations = Abbreviations(lexicon.get("abbreviations", {}))
        self._numbers = NumberWords(lexicon.get("numbers", {}))
        gazetteer = Gazetteer(directories, lexicon)
        self.areas: Mapping[str, Area] = gazetteer.areas
        """The units of all provinces by id."""
        self._places = Places(gazetteer, lexicon)
        self._english = frozenset(str(word) for word in lexicon.get("english", ()))
        self._emergency_fields = {
            what: (str(code), float(weight))
            for what, (code, weight) in lexicon.get("emergency", {}).get("fields", {}).items()
        }
        self._services = dict(first.services.items())

    def read(self, text: str, *, on: date) -> Understanding:
        """
        Understand one message.

        Args:
            text: As it came in; any text at all.
            on: The day it came in; decides which administrative units exist.
        """
        clean = self._clean(text)
        typed = tokenise(clean[:READ_CHARACTERS])
        area, evidence = self._look(typed, on)
        hits, tokens = evidence.hits, evidence.tokens
        weights = learned.shipped()
        features = text_features(evidence)
        kind = decide.kind_of(evidence, features, weights)
        services, confident = decide.fields_of(evidence, features, weights, self._in_force(on))
        empty = evidence.empty and kind in ("spam", "status", "question") and not confident
        alarm = None
        if kind == "emergency":
            alarm = evidence.alarm or self._alarms.told_by_field(hits, services[0].code if services else "")
        perhaps = None if kind in decide.ALARMS else self._alarms.perhaps(hits, tokens)
        if perhaps is not None and (kind == "spam" or empty):
            kind, empty = "complaint", False  # somebody looks at it: neither an advert nor nothing at all
        if kind == "spam":
            services, confident = (), False
        if empty and kind == "question":
            services = (ServiceGuess(OTHER, 0.0), *(guess for guess in services if guess.code != OTHER))
            confident = False
        matters = (
            fields.split_matters(hits, tokens, services)
            if kind in ("complaint", "petition", "question")
            else ()
        )
        return Understanding(
            kind=kind,
            priority=_priority(kind, hits, services, len(matters)),
            services=services,
            confident=confident,
            area=area if kind != "spam" else None,
            address=find_address(typed),
            emergency_numbers=alarm.numbers if alarm else (),
            perhaps_numbers=perhaps.numbers if perhaps else (),
            denunciation=kind == "denunciation"
            or (alarm is not None and kinds.is_denunciation(hits, tokens)),
            spam=kind == "spam",
            empty=empty,
            matters=matters,
            language=self._language(typed),
            clean=clean,
        )

    def observe(self, text: str, *, on: date) -> Evidence:
        """Return what the rules see in a message: for learning, and for looking into a misreading."""
        return self._look(tokenise(self._clean(text)[:READ_CHARACTERS]), on)[1]

    def _clean(self, text: str) -> str:
        return self._numbers.to_digits(repair(normalise(text)))

    def _look(self, typed: Tokens, on: date) -> tuple[AreaGuess | None, Evidence]:
        tokens = self._abbreviations.expand(typed)
        hits = self._book.find(tokens)
        area, names = self._places.find(tokens, on)
        if names:
            hits = _outside_names(hits, names)
        in_force = self._in_force(on)
        services = tuple(guess for guess in fields.rank(hits, tokens) if guess.code in in_force)
        kind, alarm, empty, settled = self._kind(hits, tokens, services, area)
        if alarm is not None:
            services = self._with_emergency(services, alarm)
        return area, Evidence(tokens, hits, names, services, kind, alarm, empty, settled)

    def resolve(self, text: str, *, on: date) -> AreaGuess | None:
        """Return the area of an address that is nothing but an address: "tổ 10, phường An Bình, TP Biên Hòa"."""
        return self._places.find(self._abbreviations.expand(tokenise(repair(normalise(text)))), on)[0]

    def _with_emergency(
        self, services: tuple[ServiceGuess, ...], alarm: kinds.Alarm
    ) -> tuple[ServiceGuess, ...]:
        """Let the kind of emergency speak for its field."""
        scores = {guess.code: guess for guess in services}
        for what in alarm.types:
            code, weight = self._emergency_fields.get(what, ("", 0.0))
            if code in self._services:
                known = scores.get(code, ServiceGuess(code, 0.0))
                scores[code] = replace(known, score=round(known.score + weight, 2))
        return tuple(sorted(scores.values(), key=lambda guess: (-guess.score, guess.code)))

    def _in_force(self, on: date) -> list[str]:
        return [code for code, service in self._services.items() if service.valid.covers(on)]

    def _kind(
        self,
        hits: Mapping[str, Sequence[Hit]],
        tokens: Tokens,
        services: Sequence[ServiceGuess],
        area: AreaGuess | None,
    ) -> tuple[str, kinds.Alarm | None, bool, bool]:
        """
        Return what the rules make of it.

        The kind, the alarm if one is raised, whether the message holds no matter at all, and whether that is settled.
        """
        if len(tokens) == 1 and tokens.folds[0] in _RATINGS:
            return "status", None, True, True
        if not len(tokens) or kinds.is_greeting_only(hits, tokens):
            return "spam", None, True, True
        alarm = self._alarms.raised(hits, tokens)
        if alarm is not None:
            return "emergency", alarm, False, False
        if kinds.is_denunciation(hits, tokens):
            return "denunciation", None, False, False
        if kinds.spam_score(hits, tokens) >= 3:
            return "spam", None, False, False
        everyday, weights = kinds.question_complaint_petition(hits, tokens)
        status = kinds.status_score(hits, tokens)
        matter = max(weights.values())
        if status >= 2 and status + 0.3 >= 0.45 * (matter - 0.9):
            return "status", None, False, False
        weight = services[0].score if services else 0.0
        says_what_broke = bool(services) and bool(hits.get("reporting:faults"))
        if weight < 1 and area is None and not says_what_broke:
            if kinds.total(hits, "spam:chat") >= 2 or kinds.is_noise(tokens):
                return "spam", None, True, False
            if len(tokens) <= 3 and not hits.get("pleas") and weights["question"] < 1.5 and matter < 2:
                return "spam", None, True, False
            if len(tokens) <= 8 and matter < 2.2:
                return "question", None, True, False
        return everyday, None, False, False

    def _language(self, tokens: Tokens) -> str:
        if tokens.accented:
            return "vi"
        english = sum(1 for word in tokens.folds if word in self._english)
        return "en" if english >= 2 and english >= 0.22 * len(tokens) else "vi"


def _outside_names(
    hits: Mapping[str, Sequence[Hit]], names: Sequence[tuple[int, int]]
) -> dict[str, list[Hit]]:
    """Drop what was read into the name of a place: "Thanh Lương" says nothing about wages (lương)."""
    return {
        family: [
            hit for hit in found if not any(first <= hit.first and hit.last <= last for first, last in names)
        ]
        for family, found in hits.items()
    }


def _priority(
    kind: str, hits: Mapping[str, Sequence[Hit]], services: Sequence[ServiceGuess], matters: int
) -> str:
    if kind == "emergency":
        return "urgent"
    danger = sum(1 for hit in hits.get("danger", ()) if hit.weight > 0.5)
    if kind == "complaint" and danger >= 2:
        return "urgent"
    if kind == "denunciation" or matters > 1:
        return "complex"
    if kind in ("complaint", "petition") and services and services[0].code == "dat_dai":
        return "complex"
    return "normal"
