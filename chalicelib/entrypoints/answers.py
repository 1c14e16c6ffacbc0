"""`/answers`: published questions and answers, and their feed."""

from __future__ import annotations

from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.calendar import local
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.visitor import PUBLIC, Visit, answers_visitor, headers, show, visit

routes = Blueprint(__name__)

MINUTE = 60
RSS = "application/rss+xml; charset=utf-8"


@routes.route("/answers", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/answers")
def show_answers() -> Response:
    from chalicelib.web.answer_pages import MOST_TYPED, fields, listed

    reader = visit(routes, "/answers")
    directory, on = wiring.directory(), local(wiring.now()).date()
    typed = " ".join(reader.query.get("q", "")[:MOST_TYPED].split())
    service = reader.query.get("service", "")
    page = reader.query.get("page", "") or "1"
    found = listed(
        directory,
        typed,
        service or None,
        int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0,
        on,
        reader.language,
    )
    if found is None or (service and service not in directory.services):
        return _missing(reader)
    return show(
        reader,
        "answers",
        keep_seconds=MINUTE,
        indexed=not (typed or service or found.page > 1),
        typed=typed,
        service=service,
        found=found,
        fields=fields(directory, on, reader.language),
        most_typed=MOST_TYPED,
    )


@routes.route("/answers/feed", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/answers")
def show_answer_feed() -> Response:
    from chalicelib.web.answer_pages import feed

    reader = visit(routes, "/answers/feed")
    body = feed(settings.public_url(), wiring.directory(), wiring.now(), reader.language)
    return Response(body=body, headers=headers(15 * MINUTE, RSS))


@routes.route("/answers/{name}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/answers")
def show_answer(name: str) -> Response:
    from chalicelib.domain.answers import by_name
    from chalicelib.web.answer_pages import one_answer, path_of

    directory = wiring.directory()
    answer = by_name(directory, unquote(name))
    if answer is None:
        return _missing(visit(routes, "/answers"))
    reader = visit(routes, path_of(answer))
    view = one_answer(answer, directory, local(wiring.now()).date(), reader.language)
    return show(reader, "answer", keep_seconds=MINUTE, indexed=not view["over"], **view)


def _missing(reader: Visit) -> Response:
    from chalicelib.web.answer_pages import MOST_TYPED

    here = Visit("/answers", {}, reader.language, reader.network)
    return show(here, "answer_missing", status=404, most_typed=MOST_TYPED)
