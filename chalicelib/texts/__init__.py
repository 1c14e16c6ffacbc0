"""Every sentence a person reads, by key and language; a province pack may replace any of them.

A key is file, section and name: `mail.assignment.subject` is `subject` of `[assignment]` in `vi/mail.toml`.
Placeholders are written `{name}`. Files are read when first needed: a text message needs no mail template.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Directory
from chalicelib.errors import HotlineError

FOLDER = Path(__file__).parent
HOME = "vi"
"""The language that is always complete; what is missing elsewhere is said in it."""
LANGUAGES = ("vi", "en")


class TextMissing(HotlineError):
    """No such sentence, or a placeholder of it has no value; the message names the key."""


def text(key: str, language: str = HOME, directory: Directory | None = None, **values: Any) -> str:
    """
    Return a sentence with its placeholders filled.

    The province's own sentence wins, then the house's in *language*, then the house's in Vietnamese.

    Args:
        key: file.section.name, e.g. `mail.assignment.subject`.
        language: `vi` or `en`; another one is answered in Vietnamese.
        directory: The province pack whose own sentences count.
        **values: One for each placeholder; more do no harm.

    Raises:
        TextMissing: No such key, or a placeholder without a value.
    """
    sentence = template(key, language, directory)
    try:
        return sentence.format_map(values)
    except (KeyError, IndexError, ValueError) as error:
        raise TextMissing(f"{key} ({language}): no value for {error}") from error


def has(key: str, directory: Directory | None = None) -> bool:
    """Tell whether *key* exists."""
    try:
        return bool(template(key, HOME, directory))
    except TextMissing:
        return False


def name(group: str, code: object, language: str = HOME, directory: Directory | None = None) -> str:
    """Return what people call a code of ours: `name("status", "in_progress")` is "Đang xử lý"."""
    return text(f"names.{group}.{code}", language, directory)


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names in braces of a sentence; what a pack's own sentence is checked against."""
    return frozenset(blank for _, blank, _, _ in Formatter().parse(sentence) if blank is not None)


def templates(language: str = HOME) -> Mapping[str, str]:
    """Return all keys of a language with their sentences, placeholders unfilled."""
    return {
        f"{path.stem}.{key}": sentence
        for path in sorted((FOLDER / language).glob("*.toml"))
        for key, sentence in _file(language, path.stem).items()
    }


def time_text(at: datetime, language: str = HOME) -> str:
    """Return the time of day: 16:50."""
    return f"{local(at):%H:%M}"


def date_text(at: datetime | date, language: str = HOME) -> str:
    """Return the day: 13/02/2026."""
    return f"{_day(at):%d/%m/%Y}"


def day_text(at: datetime | date, language: str = HOME) -> str:
    """Return the day with its weekday: thứ Sáu 13/02/2026."""
    return f"{name('weekday', _day(at).isoweekday(), language)} {date_text(at, language)}"


def datetime_text(at: datetime, language: str = HOME) -> str:
    """Return the moment in full: 16:50 thứ Sáu 13/02/2026."""
    return f"{time_text(at, language)} {day_text(at, language)}"


def number_text(number: int, language: str = HOME) -> str:
    """Return a count with thousands as the language writes them: 1.234 or 1,234."""
    return f"{number:,}".replace(",", "." if language == HOME else ",")


def template(key: str, language: str = HOME, directory: Directory | None = None) -> str:
    """Return the sentence of *key* with its placeholders unfilled. Raises TextMissing."""
    file, _, rest = key.partition(".")
    own = directory.texts if directory is not None else {}
    for choice in dict.fromkeys((language, HOME)):
        sentence = own.get(choice, {}).get(key) or _file(choice, file).get(rest)
        if sentence is not None:
            return sentence
    raise TextMissing(key)


def _day(at: datetime | date) -> date:
    return local(at).date() if isinstance(at, datetime) else at


@lru_cache(maxsize=32)
def _file(language: str, file: str) -> Mapping[str, str]:
    if language not in LANGUAGES:
        return {}
    path = FOLDER / language / f"{file}.toml"
    if not path.is_file():
        return {}
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)
