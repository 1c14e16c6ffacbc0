"""A mail as its parts: said once, written twice (HTML and plain text), so that both always say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib import texts
from chalicelib.domain.directory import Directory
from chalicelib.web.province import province_view

WIDTH_OF_RULE = 40
"""Characters of the line above the small print in plain text."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Ordinary words; `strong` for what must not be missed."""

    text: str
    strong: bool = False
    part = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the mail."""

    text: str
    part = "heading"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values; empty values are left out."""

    rows: Sequence[tuple[str, str]]
    part = "facts"

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The rows that say something."""
        return [(label, value) for label, value in self.rows if value]


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's own words, set apart from ours."""

    label: str
    text: str
    part = "said"


@dataclass(frozen=True, slots=True)
class Links:
    """Buttons that open the same signed page at different places; plain text names the page once."""

    url: str
    buttons: Sequence[tuple[str, str]]
    """Label and the place on the page ("" = its top); the first is the main one."""
    part = "links"

    def href(self, place: str) -> str:
        """The address behind a button."""
        return f"{self.url}#{place}" if place else self.url


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a list."""

    title: str
    detail: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Cases one below the other, each with its link."""

    lines: Sequence[Line]
    part = "listing"


@dataclass(frozen=True, slots=True)
class Sentences:
    """Short statements, one a line."""

    lines: Sequence[str]
    part = "sentences"


Part = Paragraph | Heading | Facts | Said | Links | Listing | Sentences


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is written out."""

    subject: str
    greeting: str
    parts: Sequence[Part]
    small_print: Sequence[str] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language, with the province's number and name always filled in."""

    language: str
    directory: Directory | None
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, language: str, directory: Directory | None) -> Words:
        """Words of a province."""
        province = province_view(directory, language)
        values = {"number": province["number"], "province": province["name"], "dial": province["dial"]}
        return cls(
            language, directory, {**values, "operator": province["operator"], "office": province["office"]}
        )

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text; see `texts.text`."""
        return texts.text(key, self.language, self.directory, **{**self.values, **values})

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return texts.has(key, self.directory)

    def label(self, name: str) -> str:
        """Return what a field of a case is called."""
        return self(f"names.label.{name}")


def plain_text(letter: Letter, words: Words) -> str:
    """Write a letter as plain text."""
    blocks = [letter.greeting, *(_plain(part) for part in letter.parts), words("mail.common.sender")]
    if letter.small_print:
        blocks.append("\n".join(["-" * WIDTH_OF_RULE, *letter.small_print]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _plain(part: Part) -> str:
    match part:
        case Paragraph():
            return part.text
        case Heading():
            return part.text.upper()
        case Facts():
            return "\n".join(f"{label}: {value}" for label, value in part.shown)
        case Said():
            quoted = "\n".join(f"    {line}" for line in part.text.splitlines())
            return f"{part.label}:\n{quoted}"
        case Links():
            return f"{' / '.join(label for label, _ in part.buttons)}:\n{part.url}"
        case Listing():
            return "\n\n".join(
                "\n".join(filter(None, (line.title, line.detail, line.url))) for line in part.lines
            )
        case Sentences():
            return "\n".join(part.lines)
