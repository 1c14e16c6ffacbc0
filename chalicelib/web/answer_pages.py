"""What the pages and the feed of published answers show: a list that ends, one answer, RSS 2.0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from itertools import islice
from typing import Any
from xml.etree import ElementTree

from chalicelib import texts
from chalicelib.domain import answers
from chalicelib.domain.calendar import ZONE, local
from chalicelib.domain.directory import Directory, StandardAnswer
from chalicelib.domain.ivr import NUMBER_KEY, tree_of
from chalicelib.web.letter import Words
from chalicelib.web.site import Address

A_PAGE = 20
"""Answers on one page of the list."""

MOST_TYPED = 200
"""Characters of a search; the field takes no more."""

MOST_OTHERS = 5
"""Other questions of the field below an answer."""

MOST_IN_FEED = 50

BEGINNING = 180
"""Characters of an answer in the list."""

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list."""

    items: tuple[dict[str, Any], ...]
    total: int
    counted: str
    """The total as the language writes it."""
    first: int
    """Number of the first one shown, from 1."""
    page: int
    pages: int


def path_of(answer: StandardAnswer) -> str:
    """Where an answer is read; by its code in a version published before answers had numbers."""
    return f"/answers/{answer.number or answer.code}"


def public_paths(directory: Directory, on: date) -> Iterator[str]:
    """Yield the path of every answer that holds on a day."""
    return (path_of(answer) for answer in directory.answers if answer.valid.covers(on))


def listed(
    directory: Directory, words: str, service: str | None, page: int, on: date, language: str
) -> Listed | None:
    """Return a page of what a search finds, or of all; None for a page behind the last."""
    found = answers.search(directory, words, service=service, on=on, language=language)
    pages = max(1, -(-len(found) // A_PAGE))
    if not 1 <= page <= pages:
        return None
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    return Listed(
        items=tuple(answer_view(answer, directory, language) for answer in shown),
        total=len(found),
        counted=texts.number_text(len(found), language),
        first=(page - 1) * A_PAGE + 1,
        page=page,
        pages=pages,
    )


def fields(directory: Directory, on: date, language: str) -> list[tuple[str, str, int]]:
    """Return code, name and number of answers of each field that has some, in the order of the pack."""
    counts: dict[str, int] = {}
    for answer in directory.answers:
        if answer.valid.covers(on):
            counts[answer.service] = counts.get(answer.service, 0) + 1
    return [
        (code, service.name(language), counts[code])
        for code, service in directory.services.items()
        if code in counts
    ]


def answer_view(answer: StandardAnswer, directory: Directory, language: str) -> dict[str, Any]:
    """Return an answer for a template; `lang` is set where it is told in another language than the page's."""
    told_in = language if answer.answer.get(language) and answer.question.get(language) else texts.HOME
    service = directory.services.get(answer.service)
    said = answer.answer[told_in]
    return {
        "number": answer.number,
        "path": path_of(answer),
        "question": answer.question[told_in],
        "answer": said,
        "beginning": said if len(said) <= BEGINNING else f"{said[:BEGINNING].rsplit(' ', 1)[0]} …",
        "source": answer.source,
        "lang": told_in if told_in != language else "",
        "service": answer.service,
        "service_name": service.name(language) if service else "",
    }


def one_answer(answer: StandardAnswer, directory: Directory, on: date, language: str) -> dict[str, Any]:
    """Return what the page of one answer shows."""
    starts, ends = answer.valid.starts_on, answer.valid.ends_on
    others = (
        other
        for other in answers.search(directory, "", service=answer.service, on=on, language=language)
        if other is not answer
    )
    return {
        "one": answer_view(answer, directory, language),
        "starts": texts.date_text(starts) if starts else "",
        "ends": texts.date_text(ends) if ends else "",
        "over": ends is not None and ends < on,
        "not_yet": starts is not None and starts > on,
        "call_keys": ", ".join(_keys(directory, language)),
        "others": [answer_view(other, directory, language) for other in islice(others, MOST_OTHERS)],
    }


def _keys(directory: Directory, language: str) -> tuple[str, ...]:
    """Keys a caller presses before the number of an answer; empty in a province whose menu offers none."""
    keys = tree_of(directory).keys_to("listen", language) if directory.ivr else ()
    return (*keys, NUMBER_KEY) if keys else ()


def feed(public_url: str, directory: Directory, now: datetime, language: str) -> str:
    """
    Return the answers that hold today as RSS 2.0, those in force last first.

    A pack does not tell when an answer was written, so an item's date is the day from which it holds, and an answer
    without one has none; the channel's is the moment the pack was published, which its version begins with.
    """
    words = Words.of(language, directory)
    here = Address(public_url, "/answers/feed", language=language)
    ElementTree.register_namespace("atom", ATOM)
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    _put(channel, "title", words("site.feed"))
    _put(channel, "link", here.full("/answers"))
    _put(channel, "description", words("answer_pages.list.lead"))
    _put(channel, "language", language)
    if (published := _published_at(directory.version)) is not None:
        _put(channel, "lastBuildDate", format_datetime(published))
    own = {"href": here.full("/answers/feed"), "rel": "self", "type": "application/rss+xml"}
    ElementTree.SubElement(channel, f"{{{ATOM}}}link", own)
    on = local(now).date()
    held = [answer for answer in directory.answers if answer.valid.covers(on)]
    held.sort(key=lambda answer: (answer.valid.starts_on or date.min, answer.number), reverse=True)
    for answer in held[:MOST_IN_FEED]:
        view = answer_view(answer, directory, language)
        item = ElementTree.SubElement(channel, "item")
        _put(item, "title", view["question"])
        _put(item, "link", here.full(view["path"]))
        _put(item, "description", f"{view['answer']}\n{words('answer_pages.one.source')}: {view['source']}")
        _put(item, "category", view["service_name"])
        _put(item, "guid", here.full(view["path"]))
        if answer.valid.starts_on is not None:
            _put(item, "pubDate", format_datetime(datetime.combine(answer.valid.starts_on, time(), ZONE)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _published_at(version: str) -> datetime | None:
    """When a version was published (storage/directory_store.py names it so); None for one that is not in force."""
    try:
        return datetime.strptime(version.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
