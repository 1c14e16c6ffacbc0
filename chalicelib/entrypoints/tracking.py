"""Following a case: `/case` by code, `/case/<token>` by the reporter's own link. A GET changes nothing."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.keys import form_token, read_form_token
from chalicelib.domain.text import MAX_FORM_CHARACTERS, typed
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.visitor import (
    PUBLIC_CASE,
    Visit,
    answers_visitor,
    limit,
    limit_own_page,
    posted,
    see_other,
    show,
    visit,
)
from chalicelib.errors import (
    NAMES_ONLY_THINGS,
    ActionNotAllowed,
    CaseConflict,
    CaseNotFound,
    HotlineError,
    LimitReached,
    LinkNotValid,
    MalformedRequest,
    StorageUnavailable,
)

_log = logging.getLogger("hotline.pages")

routes = Blueprint(__name__)

HERE = "/case"
MINUTE = 60
MOST_SHOWN = 254
"""Characters of a field of the look-up form that come back filled in."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was posted on the page of a case."""

    act: str = ""
    text: str = ""
    rating: str = ""
    form: str = ""
    confirmed: bool = False


@routes.route("/case", methods=["GET", "HEAD"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, HERE)
def show_look_up() -> Response:
    reader = visit(routes, HERE)
    code = typed(reader.query.get("code", ""))[:MOST_SHOWN]
    return _look_up(reader, {"code": code}, keep_seconds=0 if code else MINUTE)


@routes.route("/case", methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, HERE)
def look_up() -> Response:
    from chalicelib.domain.own_case import read_contact

    reader, form = visit(routes, HERE), posted(routes)
    entered = {name: typed(form.get(name, ""))[:MOST_SHOWN] for name in ("code", "contact")}
    code, contact, wrong = re.sub(r"\D", "", entered["code"]), "", []
    if not is_valid_code(code):
        wrong.append("code")
    try:
        contact = read_contact(entered["contact"]) if entered["contact"] else ""
    except MalformedRequest:
        wrong.append("contact")
    if wrong:
        return _look_up(reader, entered, wrong=wrong, status=400)
    try:
        limit("look_network", reader.network)
        return _found(reader, code, contact)
    except CaseNotFound:
        return _look_up(reader, entered, problem="nothing", status=404)
    except LimitReached:
        return _look_up(reader, entered, problem="limit", status=429)
    except StorageUnavailable:
        return _look_up(reader, entered, problem="unavailable", status=503)


def _found(reader: Visit, code: str, contact: str) -> Response:
    from chalicelib.usecases.follow_case import find_openly, find_with_proof
    from chalicelib.web.views import code_view

    cases, keys, now = wiring.case_store(), wiring.keys(), wiring.now()
    if contact:
        _, token = find_with_proof(
            code, contact, reader.network, cases=cases, limits=wiring.limits(), keys=keys, now=now
        )
        return see_other(f"{HERE}/{token}", reader)
    case = find_openly(code, cases=cases)
    view = code_view(case, wiring.directory(), language=reader.language, now=now)
    return show(reader, "case_status", case=view)


@routes.route("/case/{token}", methods=["GET", "HEAD"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, HERE)
def show_own(token: str) -> Response:
    token = unquote(token)
    reader = visit(routes, f"{HERE}/{token}")
    try:
        case = _open(token)
    except CaseNotFound:
        return _nothing_here()
    if reader.query.get("ask") == "withdraw" and case.allows("withdraw", Actor.CITIZEN):
        return _withdrawing(reader, case, "")
    return _own(reader, case, token)


@routes.route("/case/{token}", methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, HERE)
def act_on_own(token: str) -> Response:
    token = unquote(token)
    reader, form = visit(routes, f"{HERE}/{token}"), posted(routes)
    said = {name: typed(form.get(name, "")) for name in ("act", "text", "rating", "form")}
    entered = Entered(**said, confirmed=form.get("confirm", "") == "yes")
    try:
        case = _open(token)
        return _act(reader, case, token, entered)
    except CaseNotFound:
        return _nothing_here()
    except StorageUnavailable:
        return show(reader, "case_again", status=503, entered=entered, here=reader.path)


def _act(reader: Visit, case: Case, token: str, entered: Entered) -> Response:
    from chalicelib.usecases import follow_case

    try:
        name, _ = read_form_token(entered.form, keys=wiring.keys())
    except LinkNotValid:
        return _own(reader, case, token, status=400, entered=entered, error="stale")
    if len(entered.text) > MAX_FORM_CHARACTERS:
        return _own(reader, case, token, status=400, entered=entered, error="text_too_long")
    if entered.act == "withdraw" and not entered.confirmed and case.allows("withdraw", Actor.CITIZEN):
        return _withdrawing(reader, case, entered.text)
    try:
        limit_own_page(Actor.CITIZEN, case.code)
        done = follow_case.act_on_own(
            case, entered.act, entered.text, entered.rating, name, **wiring.taking()
        )
    except MalformedRequest as problem:
        return _own(reader, case, token, status=400, entered=entered, error=f"{problem}_missing")
    except LimitReached:
        return _own(reader, case, token, status=429, entered=entered, error="limit")
    except (ActionNotAllowed, CaseConflict) as problem:
        error = "not_allowed" if isinstance(problem, ActionNotAllowed) else "conflict"
        return _own(reader, _open(token), token, status=409, entered=entered, error=error)
    except StorageUnavailable:
        raise
    except HotlineError as problem:
        told = str(problem) if isinstance(problem, NAMES_ONLY_THINGS) else ""
        _log.error(
            "form not taken", extra={"reason": type(problem).__name__, "detail": told, "case": case.code}
        )
        return _own(reader, case, token, status=503, entered=entered, error="unavailable")
    return see_other(f"{HERE}/{token}?done={done}", reader)


def _open(token: str) -> Case:
    from chalicelib.usecases.follow_case import open_own

    return open_own(token, cases=wiring.case_store(), keys=wiring.keys())


def _look_up(
    reader: Visit,
    entered: Mapping[str, str],
    *,
    wrong: Sequence[str] = (),
    problem: str = "",
    status: int = 200,
    keep_seconds: int = 0,
) -> Response:
    return show(
        reader,
        "case_find",
        status=status,
        keep_seconds=keep_seconds,
        form={"code": "", "contact": "", **entered},
        wrong=wrong,
        problem=problem,
    )


def _nothing_here() -> Response:
    """What a link that opens nothing gets: the very page of a code nobody has."""
    return _look_up(visit(routes, HERE), {}, problem="nothing", status=404)


def _own(
    reader: Visit,
    case: Case,
    token: str,
    *,
    status: int = 200,
    entered: Entered | None = None,
    error: str = "",
) -> Response:
    from chalicelib.domain.own_case import ACTS
    from chalicelib.entrypoints.uploads import give_file_addresses, upload_part
    from chalicelib.usecases.follow_case import children_of, parent_token

    done, view = reader.query.get("done", ""), _view(reader, case)
    give_file_addresses(view)
    sent = reader.query.get("sent") == "file"
    return show(
        reader,
        "case",
        status=status,
        case=view,
        upload=upload_part(case, "citizen", reader.path, language=reader.language, sent=sent),
        here=f"{HERE}/{token}",
        form=_fresh_form(),
        entered=entered or Entered(),
        error=error,
        done=done if done in ACTS and not error else "",
        new=reader.query.get("new") == "1" and not error,
        max_text=MAX_FORM_CHARACTERS,
        children=[
            (_view(reader, child), f"{HERE}/{own}")
            for child, own in children_of(case, cases=wiring.case_store(), keys=wiring.keys())
        ],
        parent=f"{HERE}/{parent}" if (parent := parent_token(case, wiring.keys())) else "",
    )


def _withdrawing(reader: Visit, case: Case, text: str) -> Response:
    """Ask once more: a case that was withdrawn is not worked on any more."""
    view = _view(reader, case)
    return show(
        reader,
        "case_withdraw",
        case=view,
        here=reader.path,
        form=_fresh_form(),
        text=text,
    )


def _view(reader: Visit, case: Case) -> dict[str, Any]:
    from chalicelib.web.views import CITIZEN, case_view

    return case_view(case, wiring.directory(), audience=CITIZEN, language=reader.language, now=wiring.now())


def _fresh_form() -> str:
    return form_token(secrets.token_hex(16), keys=wiring.keys(), now=wiring.now())
