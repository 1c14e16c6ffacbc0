"""Every check of a pack, in the order an ops team would want to read the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from chalicelib.domain.calendar import ZONE
from chalicelib.domain.directory import Directory
from packs.checks import agencies, coverage, deploy, ivr, open311, places, rules, settings, times, wording
from packs.files import FILES
from packs.problem import PackError, Problem
from packs.reading import Sources, data_of, read_sources


def check(
    slug: str, root: Path | None = None, *, for_deploy: bool = False, today: date | None = None
) -> list[Problem]:
    """
    Return everything that is wrong with a pack, sorted by file and line; an empty list = publish it.

    Args:
        slug: The pack's folder.
        root: The folder of all packs; `provinces/` of this checkout when None.
        for_deploy: Also refuse invented contacts.
        today: The day the pack has to be ready for; today in Việt Nam when None.
    """
    today = today or datetime.now(ZONE).date()
    try:
        sources = read_sources(slug, root)
    except PackError as error:
        return list(error.problems)
    problems = [*sources.problems, *_shapes(sources)]
    shapely = not problems
    for found in (
        settings.check(sources, today),
        agencies.check(sources),
        places.check(sources),
        rules.check(sources),
        times.check(sources, today),
        wording.check(sources),
        ivr.check(sources),
        open311.check(sources),
    ):
        problems += _as_far_as_it_goes(found, strict=shapely)
    if not any(problem.severity == "error" for problem in problems):
        directory = Directory.from_data(data_of(sources))
        problems += coverage.check(directory, today, sources.name("routing.yaml"))
    if for_deploy:
        problems += deploy.check(sources)
    return sorted(dict.fromkeys(problems))


def _shapes(sources: Sources) -> Iterator[Problem]:
    for name, shape in FILES.items():
        file = sources.files[name]
        where = (file.where[0], file.where[1] or 1)
        if where[0] not in sources.unread:
            yield from shape(file, where, f"{name}.yaml")


def _as_far_as_it_goes(found: Iterable[Problem], *, strict: bool) -> Iterator[Problem]:
    """Pass problems on; where a value of a wrong shape, already reported, stops a check, its rest is left out."""
    try:
        yield from found
    except (AttributeError, KeyError, TypeError, ValueError):
        if strict:
            raise
