"""
The report form: `/report` and what it asks while one types. Posted once, a case once.

Without a script the form is posted twice: `step=check` shows what would become of it, `step=send` files it. A script
asks `POST /report/proposal` while one types and posts `step=send` at once, with `Accept: application/json` for JSON.
Of several fields of one name the last counts: the proposal brings `proposed`, and choices named `service` and `area`
that stand behind the hidden ones. A token from `GET /report/token` may be used at once.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.domain.attachment import upload_keys
from chalicelib.domain.calendar import local
from chalicelib.domain.filing import Filing, Proposal, web_filing_id
from chalicelib.domain.keys import filed_token, form_token
from chalicelib.domain.report_form import (
    FEWEST_SECONDS,
    Entered,
    address_of,
    form_name,
    mistakes,
    read_entered,
)
from chalicelib.domain.text import MAX_FORM_CHARACTERS, typed
from chalicelib.entrypoints.handing_in import file_within_limits
from chalicelib.entrypoints.http import JSON, protected_by
from chalicelib.entrypoints.report_json import json_answer, json_problem, province
from chalicelib.entrypoints.visitor import (
    LANGUAGES,
    PUBLIC,
    PUBLIC_FORM,
    Visit,
    answers_visitor,
    headers,
    limit,
    posted,
    see_other,
    show,
    visit,
)
from chalicelib.errors import (
    NAMES_ONLY_THINGS,
    CaseConflict,
    CrossSite,
    LimitReached,
    MalformedRequest,
    SettingMissing,
    StorageUnavailable,
)
from chalicelib.gateways.phone import e164

_log = logging.getLogger("hotline.filing")

routes = Blueprint(__name__)

PAGE = "/report"

AREAS_KEPT = 3600
"""Seconds a list of units may be kept: names change a few times in a decade."""


@routes.route(PAGE, methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, PAGE)
def show_form() -> Response:
    from chalicelib.web.report_view import unit_text

    reader = visit(routes, PAGE)
    directory = wiring.directory()
    area = directory.areas.get(reader.query.get("area", ""))
    entered = Entered(
        text=typed(reader.query.get("text", ""))[:MAX_FORM_CHARACTERS],
        place=unit_text(area, directory),
        area=area.id if area else "",
    )
    # another language shows the form anew; what was handed over stays on this page
    return _page(replace(reader, query={}), entered)


@routes.route(PAGE, methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_FORM)
@answers_visitor(routes, PAGE)
def take_form() -> Response:
    reader = visit(routes, PAGE)
    as_json = "application/json" in routes.current_request.headers.get("accept", "")
    try:
        entered = read_entered(posted(routes).getall)
    except (CrossSite, MalformedRequest) as refused:
        if not as_json:
            raise
        crossed = isinstance(refused, CrossSite)
        return json_problem(reader, "cross_site" if crossed else "too_large", 403 if crossed else 400)
    return _take(reader, entered, as_json)


@routes.route(f"{PAGE}/proposal", methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_FORM)
@answers_visitor(routes, PAGE)
def show_proposal() -> Response:
    reader = visit(routes, PAGE)
    form = posted(routes)
    if form.get("lang") in LANGUAGES:
        reader = replace(reader, language=form["lang"])
    entered = read_entered(form.getall)
    if mistakes(entered, "").get("text"):
        return Response(body="", headers=headers(0))
    return show(reader, "report_proposal", proposal=_proposal_view(reader, entered))


@routes.route(f"{PAGE}/areas", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, PAGE)
def list_areas() -> Response:
    from chalicelib.domain.area_search import areas_named, named_units
    from chalicelib.web.report_view import area_line

    reader = visit(routes, PAGE)
    directory, today = wiring.directory(), local(wiring.now()).date()
    typed = reader.query.get("q", "")[:200]
    found = areas_named(directory, typed, today)
    if not found and len(typed) > 3:  # short forms and slips, as in a text message
        guess = wiring.reader().resolve(typed, on=today)
        found = named_units(directory, guess.units[:8], today) if guess is not None else ()
    lines = [area_line(one, directory, reader.language) for one in found]
    kept = headers(AREAS_KEPT, "application/json; charset=utf-8")
    return Response(body=json.dumps(lines, ensure_ascii=False), headers=kept)


@routes.route(f"{PAGE}/token", methods=["GET"])
@protected_by(PUBLIC)
@answers_visitor(routes, PAGE)
def give_token() -> Response:
    """
    A token for a form that was filled in without one: it has been waited for long enough.

    A program may ask for it too, so the time a form must be open stops only those that never look; the limits by
    network and address are what bounds the others.
    """
    limit("token_network", visit(routes, PAGE).network)
    token = _new_token(timedelta(seconds=FEWEST_SECONDS))
    return Response(body=json.dumps({"token": token}), headers={**JSON, "Cache-Control": "no-store"})


def _take(reader: Visit, entered: Entered, as_json: bool) -> Response:
    """Show what would become of it, file it, or say why not with everything that was entered."""
    address = address_of(entered.contact, e164)
    wrong = mistakes(entered, address)
    name, late = form_name(entered.token, keys=wiring.keys(), now=wiring.now())
    if not name:
        entered = replace(entered, token=_new_token())
    answer = json_answer if as_json else _page
    try:
        filing = _filing(reader, entered, entered.form or name, address)
        if "text" not in wrong and entered.may_be_asked and _unclear(filing):
            wrong = {"text": "text_unclear", **wrong}
            entered = replace(entered, asked=True)
        if entered.step != "send":
            return answer(reader, entered, wrong=wrong, status=400 if wrong else 200, checked=not wrong)
        if entered.website:
            return answer(reader, entered, wrong=wrong, status=400, problem="trap")
        if late or wrong:
            return answer(reader, entered, wrong=wrong, status=400, problem=late)
        return _file(reader, filing, as_json)
    except LimitReached:
        return answer(reader, entered, status=429, problem="limit")
    except (StorageUnavailable, CaseConflict, SettingMissing) as problem:
        told = str(problem) if isinstance(problem, NAMES_ONLY_THINGS) else ""
        _log.warning("report not taken", extra={"reason": type(problem).__name__, "detail": told})
        return answer(reader, entered, status=503, problem="unavailable")


def _file(reader: Visit, filing: Filing, as_json: bool) -> Response:
    filed = file_within_limits(filing, network=reader.network)
    path = f"/case/{filed_token(filed.code, filed.reporter_id, wiring.keys())}?new=1"
    sent_on = see_other(path, reader)
    if not as_json:
        return sent_on
    told = {"location": sent_on.headers["Location"], "code": filed.code, "repeated": filed.repeated}
    return Response(body=json.dumps(told), status_code=201, headers={**JSON, "Cache-Control": "no-store"})


def _filing(reader: Visit, entered: Entered, name: str, address: str) -> Filing:
    identity_shown = entered.show_identity and bool(entered.name or address)
    return Filing(
        id=web_filing_id(
            name,
            entered.text,
            entered.place,
            entered.area,
            entered.chosen_service,
            entered.lat,
            entered.long,
            address,
            entered.name,
            identity_shown,
        ),
        channel="web",
        text=entered.text,
        service=entered.chosen_service,
        area=entered.area or None,
        place=entered.place,
        lat=entered.lat,
        long=entered.long,
        address=address,
        name=entered.name,
        identity_shown=identity_shown,
        language=reader.language,
        uploads=upload_keys(name, entered.uploads, wiring.keys()),
    )


def _unclear(filing: Filing) -> bool:
    from chalicelib.usecases.file_case import understood
    from chalicelib.usecases.propose import is_unclear

    directory, understands, now = wiring.directory(), wiring.reader(), wiring.now()
    return is_unclear(understood(filing, directory=directory, reader=understands, now=now))


def _propose(reader: Visit, entered: Entered) -> Proposal:
    from chalicelib.usecases.propose import propose

    filing = _filing(reader, entered, "", "")
    return propose(filing, directory=wiring.directory(), reader=wiring.reader(), now=wiring.now())


def _proposal_view(reader: Visit, entered: Entered) -> dict[str, Any]:
    from chalicelib.web.report_view import proposal_view

    return proposal_view(
        _propose(reader, entered),
        wiring.directory(),
        language=reader.language,
        on=local(wiring.now()).date(),
        area=entered.area,
    )


def _page(
    reader: Visit,
    entered: Entered,
    *,
    wrong: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
    checked: bool = False,
) -> Response:
    """The form as it was entered, with what is wrong, and the proposal as soon as there are words to read."""
    from chalicelib.web.province import emergency_numbers
    from chalicelib.web.report_view import problem_text, sentences

    wrong = wrong or {}
    directory = province()
    readable = directory is not None and entered.step != "" and "text" not in wrong
    proposal = _proposal_view(reader, entered) if readable else None
    return show(
        reader,
        "report",
        status=status,
        form=entered if entered.token else replace(entered, token=_new_token()),
        errors=sentences(wrong, directory, reader.language),
        problem=problem_text(problem, directory, reader.language) if problem else "",
        proposal=proposal,
        checked=checked or (proposal is not None and not wrong),
        emergency=emergency_numbers(directory, local(wiring.now()).date(), reader.language)[:3],
    )


def _new_token(age: timedelta = timedelta()) -> str:
    return form_token(secrets.token_hex(16), keys=wiring.keys(), now=wiring.now() - age)
