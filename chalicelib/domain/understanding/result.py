"""What the hotline makes of a message: plain values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("question", "complaint", "petition", "denunciation", "emergency", "status", "spam")
PRIORITIES = ("urgent", "normal", "complex")


@dataclass(frozen=True, slots=True)
class ServiceGuess:
    """A field the message may be about."""

    code: str
    score: float
    """Sum of the weights of its words; comparable within one message only."""
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class AreaGuess:
    """Where it is, as said and as it stands on the map."""

    said: str
    """The words the message uses."""
    units: tuple[str, ...] = ()
    """Ids of the units meant, former ones as well as today's, best first."""
    today: tuple[str, ...] = ()
    """Ids of the units of the asked day they resolve to."""
    tier: str = ""
    """Of the best unit: commune, district or province; empty when outside."""
    ambiguous: bool = False
    """Several places fit equally well, or the place was split: the citizen has to be asked."""
    outside: bool = False
    """It lies in a province that is not ours."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One of several different matters in a message."""

    service: str
    text: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything read from one message."""

    kind: str
    """One of KINDS."""
    priority: str
    """One of PRIORITIES."""
    services: tuple[ServiceGuess, ...]
    """Fields by score, best first; empty when no word speaks for any."""
    confident: bool
    """Whether the first field stands clearly before the second."""
    area: AreaGuess | None
    address: str
    """House, group, hamlet or road, as written: "tổ 10 KP11"."""
    emergency_numbers: tuple[str, ...]
    """Whom to call first, e.g. 114; empty unless it is an emergency."""
    denunciation: bool
    spam: bool
    """An advert, a fraud, a test, noise, or nothing but a greeting."""
    empty: bool
    """There is no matter in it at all: a greeting, a test, "giup toi voi"."""
    matters: tuple[Matter, ...]
    """The matters when there are several clearly different ones, else empty."""
    language: str
    """vi or en."""
    clean: str
    """The text normalised and mended, for people to read."""
    perhaps_numbers: tuple[str, ...] = ()
    """Whom to call if it is danger: words may tell of it, and no alarm is raised. Empty in an emergency."""

    @property
    def service(self) -> str | None:
        """Code of the best field, or None."""
        return self.services[0].code if self.services else None

    @property
    def topic(self) -> str | None:
        """Topic of the best field, or None."""
        return self.services[0].topic if self.services else None
