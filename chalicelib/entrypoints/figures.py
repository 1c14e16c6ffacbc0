"""`/stats`: what the hotline did, and handled cases the desk has published. Reads nothing personal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.visitor import PUBLIC, Visit, answers_visitor, headers, show, visit
from chalicelib.errors import MalformedRequest, PageNotFound

if TYPE_CHECKING:
    from chalicelib.domain.figures import Shown

routes = Blueprint(__name__)

PUBLISHED = "public: of a case only the words the desk has published"

KEPT_SECONDS = 600
"""The figures change once a night."""


@routes.route("/stats", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/stats")
def show_figures() -> Response:
    from chalicelib.web.figures_view import stats_view

    reader = visit(routes, "/stats")
    view = stats_view(
        _figures(reader),
        wiring.directory(),
        reader.language,
        sort=reader.query.get("sort", ""),
        all_of=reader.query.get("all", ""),
    )
    return show(reader, "stats", keep_seconds=KEPT_SECONDS, view=view)


@routes.route("/stats/table", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/stats")
def show_table() -> Response:
    from chalicelib.web.figures_view import table_csv

    reader = visit(routes, "/stats/table")
    shown = _figures(reader)
    name = "-".join(["1022", wiring.directory().slug, *shown.span.query.values()])
    sent = {
        **headers(KEPT_SECONDS, "text/csv; charset=utf-8"),
        "Content-Disposition": f'attachment; filename="{name}.csv"',
    }
    return Response(body=table_csv(shown, wiring.directory(), reader.language), headers=sent)


@routes.route("/stats/cases", methods=["GET", "HEAD"])
@protected_by(PUBLISHED)
@answers_visitor(routes, "/stats/cases")
def show_published() -> Response:
    from chalicelib.web.published_view import published_view

    reader = visit(routes, "/stats/cases")
    after = reader.query.get("after", "")
    try:
        page = wiring.case_store().latest_published(after=after or None)
    except MalformedRequest as problem:
        raise PageNotFound("after") from problem
    shown = [published_view(case, words, wiring.directory(), reader.language) for case, words in page.items]
    return show(
        reader, "published", keep_seconds=KEPT_SECONDS, cases=shown, following=page.next, first=not after
    )


def _figures(reader: Visit) -> Shown:
    from chalicelib.usecases.read_figures import read_figures

    return read_figures(
        reader.query.get("month", ""),
        reader.query.get("year", ""),
        stats=wiring.stats_store(),
        now=wiring.now(),
    )
