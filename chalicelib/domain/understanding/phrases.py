"""Find thousands of phrases in a message in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from chalicelib.domain.understanding.tokens import SENTENCE, Tokens, key_of, tokenise

GAP_WORDS = 6
"""How many words may stand at a ".."."""
CLEAR, UNSURE = 0.85, 0.3
"""What one unmarked syllable counts, when it is nearly always the word meant and when it may be any of six."""


class Hit(NamedTuple):
    """A phrase found."""

    first: int
    last: int
    """Word after the phrase."""
    label: str
    weight: float
    words: int
    """How many words of it are the phrase's own."""


class _Entry(NamedTuple):
    keys: tuple[str, ...]
    family: str
    label: str
    weight: float
    rest: tuple[tuple[str, ...], ...]
    """Parts that must follow, as folded words."""
    rest_keys: tuple[tuple[str, ...], ...]


class PhraseBook:
    """Phrases by their folded words. Each belongs to a family, and within a family the longest phrase wins."""

    def __init__(
        self, clear: Collection[str] = (), unsure: Collection[str] = (), known_by_place: Collection[str] = ()
    ) -> None:
        """
        Make an empty book.

        Args:
            clear: Syllables without marks that nearly always stand for the marked word of a phrase: "nuoc", "duong".
            known_by_place: Families whose caller looks at where a hit stands, so that one syllable is enough.
            unsure: Words without marks that in unmarked text are mostly other words: "voi" is "với", not an elephant.
        """
        self._entries: dict[str, list[_Entry]] = {}
        self._starts: set[str] = set()
        self._clear = frozenset(clear)
        self._unsure = frozenset(unsure)
        self._known_by_place = frozenset(known_by_place)
        self._spellings: dict[str, set[str]] = {}

    def add(self, phrase: str, family: str, label: str, weight: float) -> None:
        """Add *phrase*; ".." in it stands for up to GAP_WORDS other words."""
        parts = [part for part in (tokenise(part) for part in str(phrase).split("..")) if len(part)]
        if not parts:
            raise ValueError(f"phrase without a word: {phrase!r}")
        head = parts[0]
        if len(parts) == 1 and len(head) == 1:
            self._spellings.setdefault(head.keys[0], set()).add(str(phrase).strip().lower())
        entry = _Entry(
            tuple(head.keys),
            family,
            label,
            float(weight),
            tuple(tuple(part.folds) for part in parts[1:]),
            tuple(tuple(part.keys) for part in parts[1:]),
        )
        self._entries.setdefault(" ".join(head.folds), []).append(entry)
        for length in range(1, len(head)):
            self._starts.add(" ".join(head.folds[:length]))

    def find(self, tokens: Tokens) -> dict[str, list[Hit]]:
        """Return the hits by family, in order, without those inside a longer one of their family."""
        found: dict[str, list[Hit]] = {}
        folds, breaks = tokens.folds, tokens.breaks
        entries, starts = self._entries, self._starts
        count = len(folds)
        for first in range(count):
            key = folds[first]
            last = first + 1
            while True:
                for entry in entries.get(key, ()):
                    hit = self._match(entry, tokens, first, last)
                    if hit is not None and hit.weight:
                        found.setdefault(entry.family, []).append(hit)
                if key not in starts or last >= count or breaks[last]:
                    break
                key = f"{key} {folds[last]}"
                last += 1
        return {family: list(_longest(hits)) for family, hits in found.items()}

    def _match(self, entry: _Entry, tokens: Tokens, first: int, last: int) -> Hit | None:
        wrong, compared = _disagreements(entry.keys, tokens, first)
        end, words = last, last - first
        for part, keys in zip(entry.rest, entry.rest_keys, strict=True):
            at = _following(part, tokens, end)
            if at is None:
                return None
            more_wrong, more = _disagreements(keys, tokens, at)
            wrong, compared = wrong + more_wrong, compared + more
            end = at + len(part)
            words += len(part)
        weight = entry.weight
        if wrong:
            if wrong > 1 or compared < 2:
                return None
            weight *= 0.35 if compared == 2 else 0.6
        elif words == 1:
            certainty = self._certainty(entry.keys[0], tokens, first)
            # A question word at the end of a sentence is known by its place.
            weight *= (
                max(certainty, CLEAR) if certainty and entry.family in self._known_by_place else certainty
            )
        return Hit(first, end, entry.label, weight, words)

    def _certainty(self, key: str, tokens: Tokens, at: int) -> float:
        """How sure it is that a single syllable is the word meant, 0 to 1."""
        typed = tokens.keys[at]
        if typed != tokens.folds[at] or tokens.accented:
            # Hỏi and ngã may be mixed up within a phrase, but "xã" alone is not "xả".
            exact = tokens.text[tokens.starts[at] : tokens.ends[at]].lower()
            return (
                0.0
                if len(exact) == len(key) and key_of(exact) == key and exact not in self._exact(key)
                else 1.0
            )
        if key == typed:
            return UNSURE if typed in self._unsure else 1.0
        return CLEAR if typed in self._clear else UNSURE

    def _exact(self, key: str) -> Collection[str]:
        return self._spellings.get(key, (key,))


def _disagreements(keys: tuple[str, ...], tokens: Tokens, first: int) -> tuple[int, int]:
    wrong = 0
    for offset, key in enumerate(keys):
        typed = tokens.keys[first + offset]
        if typed != key and (tokens.accented or typed != tokens.folds[first + offset]):
            wrong += 1
    return wrong, len(keys)


def _following(part: tuple[str, ...], tokens: Tokens, start: int) -> int | None:
    """Where *part* begins within the gap after *start* and the same sentence, or None."""
    length = len(part)
    for at in range(start, min(start + GAP_WORDS + 1, len(tokens) - length + 1)):
        if tokens.breaks[at] == SENTENCE:
            return None
        if tokens.folds[at] == part[0] and tuple(tokens.folds[at : at + length]) == part:
            return at
    return None


def _longest(hits: list[Hit]) -> Iterator[Hit]:
    """Drop a hit that lies inside a longer one; of two for the same words and label the heavier stays."""
    if len(hits) == 1:
        yield hits[0]
        return
    solid = [hit for hit in hits if hit.last - hit.first == hit.words]
    cover: dict[int, tuple[int, int]] = {}
    for hit in solid:
        for position in range(hit.first, hit.last):
            known = cover.get(position)
            if known is None or hit.words > known[1] - known[0]:
                cover[position] = (hit.first, hit.last)
    best: dict[tuple[int, int, str], Hit] = {}
    for hit in hits:
        cover_of_first = cover.get(hit.first)
        if (
            cover_of_first is not None
            and cover_of_first[0] <= hit.first
            and cover_of_first[1] >= hit.last
            and cover_of_first[1] - cover_of_first[0] > hit.last - hit.first
        ):
            continue
        place = (hit.first, hit.last, hit.label)
        if place not in best or best[place].weight < hit.weight:
            best[place] = hit
    yield from best.values()
