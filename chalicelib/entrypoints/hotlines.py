"""`/hotlines`: the numbers of the One-Stop units, their posters, and the banner for other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.calendar import local
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.visitor import (
    PUBLIC,
    Visit,
    answers_visitor,
    headers,
    limit,
    see_other,
    show,
    visit,
)
from chalicelib.errors import PageNotFound, StorageUnavailable

if TYPE_CHECKING:
    from chalicelib.domain.directory import Agency, Directory
    from chalicelib.web.site import Address

routes = Blueprint(__name__)

MINUTE = 60
DAY = 24 * 3600
POSTER_SECONDS = 600
"""How long the address of a poster opens it."""

EVERYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""The banner is for the pages of others."""


@routes.route("/hotlines", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/hotlines")
def show_hotlines() -> Response:
    from chalicelib.usecases.find_hotlines import find_hotlines, hotlines_of_unit
    from chalicelib.web.hotline_pages import answer_view, centre_view, list_of_hotlines

    reader = visit(routes, "/hotlines")
    directory, now = wiring.directory(), wiring.now()
    answer = None
    if "q" in reader.query:
        understand = wiring.reader()
        day = local(now).date()
        answer = find_hotlines(
            reader.query["q"],
            directory=directory,
            now=now,
            read=lambda words: understand.read(words, on=day),
        )
    elif area := reader.query.get("area", ""):
        answer = hotlines_of_unit(area, directory=directory, now=now)
        if answer is None:
            raise PageNotFound("area")
    return show(
        reader,
        "hotlines",
        keep_seconds=MINUTE,
        found=answer_view(answer, directory, now, reader.language) if answer else None,
        groups=list_of_hotlines(directory, now, reader.language),
        centre=centre_view(directory, now, reader.language),
    )


@routes.route("/hotlines/{code}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/hotlines")
def show_hotline(code: str) -> Response:
    from chalicelib.domain.hotlines import hotline
    from chalicelib.web.hotline_pages import centre_view, view_of
    from chalicelib.web.qr import qr_svg

    code = unquote(code)
    reader = visit(routes, f"/hotlines/{code}")
    directory, now = wiring.directory(), wiring.now()
    agency = _agency(directory, code)
    if not agency.valid.covers(local(now).date()):  # a poster still hangs of a unit that is no more
        return see_other(f"/hotlines?area={agency.area}", reader)
    unit, state = view_of(hotline(directory, agency, now), directory, now, reader.language)
    return show(
        reader,
        "hotline",
        keep_seconds=MINUTE,
        unit=unit,
        now=state,
        centre=centre_view(directory, now, reader.language),
        qr=qr_svg(_address(reader).full(reader.path), unit.full_name),
    )


@routes.route("/hotlines/{code}/poster", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/hotlines")
def show_poster(code: str) -> Response:
    from chalicelib.domain.hotlines import hotline
    from chalicelib.web.hotline_pages import view_of
    from chalicelib.web.poster import poster_pdf

    code = unquote(code)
    reader = visit(routes, f"/hotlines/{code}")
    directory, now = wiring.directory(), wiring.now()
    agency = _agency(directory, code)
    if not agency.valid.covers(local(now).date()):
        return see_other(f"/hotlines?area={agency.area}", reader)
    limit("poster", reader.network)
    key = f"posters/{directory.version}/{code}-{reader.language}.pdf"
    line = hotline(directory, agency, now)
    languages = (reader.language, *(other for other in ("vi", "en") if other != reader.language))
    units = tuple(view_of(line, directory, now, language)[0] for language in languages)
    page = _address(reader).full(reader.path)
    wiring.files().put(key, poster_pdf(units, languages, page, directory), "application/pdf")
    address = wiring.files().address(key, seconds=POSTER_SECONDS, name=f"{code}-{reader.language}.pdf")
    if not address:
        raise StorageUnavailable("no address opens a file")
    return Response(
        body="",
        status_code=303,
        headers={"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


@routes.route("/banner", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/banner")
def show_banners() -> Response:
    from chalicelib.web.banner import snippets

    reader = visit(routes, "/banner")
    return show(
        reader,
        "banner",
        keep_seconds=MINUTE,
        banners=snippets(wiring.directory(), _address(reader)),
        origin="{0.scheme}://{0.netloc}".format(urlsplit(settings.public_url())),
    )


@routes.route("/banner/{size}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/banner")
def show_banner(size: str) -> Response:
    from chalicelib.web.banner import SIZES, banner_svg

    reader = visit(routes, "/banner")
    if size not in SIZES:
        raise PageNotFound("banner")
    return Response(
        body=banner_svg(size, wiring.directory(), reader.language),
        headers={**headers(DAY, "image/svg+xml; charset=utf-8"), **EVERYWHERE},
    )


@routes.route("/banner.js", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/banner")
def show_banner_script() -> Response:
    from chalicelib.web.banner import banner_script

    reader = visit(routes, "/banner")
    return Response(
        body=banner_script(wiring.directory(), _address(reader)),
        headers={**headers(DAY, "text/javascript; charset=utf-8"), **EVERYWHERE},
    )


def _agency(directory: Directory, code: str) -> Agency:
    from chalicelib.domain.hotlines import ONE_STOP

    agency = directory.agencies.get(code)
    unit = agency is not None and agency.level == ONE_STOP and agency.hotline and agency.area
    if agency is None or not unit or agency.area not in directory.areas:
        raise PageNotFound("unit")
    starts = agency.valid.starts_on
    if starts is not None and starts > local(wiring.now()).date():
        raise PageNotFound("unit")
    return agency


def _address(reader: Visit) -> Address:
    from chalicelib.web.site import Address

    return Address(settings.public_url(), reader.path, {}, reader.language)
