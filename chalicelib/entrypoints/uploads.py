"""Files from people: where a browser may put one, and the step that joins it to a case. No file passes through here.

A browser posts a file straight into the store, by a form the store itself holds it to (`FileStore.upload_form`). With
the report form its key travels along (`/report/uploads`, domain.attachment.upload_keys). On a page of one case it works
without a script: the store sends the browser back to `…/attached`, whose one button posts `…/attachments`.
"""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.attachment import (
    MAX_BYTES,
    MOST,
    SHOWN_SECONDS,
    TYPES,
    UPLOAD_SECONDS,
    attached,
    is_form,
    later_upload,
    slot_form,
    upload_key,
)
from chalicelib.domain.case import Actor, Case
from chalicelib.domain.code import spell_code
from chalicelib.domain.keys import read_form_token
from chalicelib.entrypoints.http import JSON, protected_by
from chalicelib.entrypoints.links import SIGNED_LINK, explains_link
from chalicelib.entrypoints.visitor import (
    PUBLIC_CASE,
    PUBLIC_FORM,
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
    CaseConflict,
    CaseNotFound,
    CrossSite,
    HotlineError,
    LimitReached,
    LinkNotValid,
    MalformedRequest,
    PageNotFound,
)

_log = logging.getLogger("hotline.uploads")

routes = Blueprint(__name__)

ANY_TYPE = "application/octet-stream"
"""A form without a script cannot tell what was chosen; the content tells later."""

_SLOT = re.compile(r"[0-9a-f]{32}")
_SIZE = re.compile(r"\d{1,12}")


# -- with the report form -----------------------------------------------------------------------------------


@routes.route("/report/uploads", methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_FORM)
def offer_upload() -> Response:
    """Tell a script where to put one file of a report that is being written: {"url", "fields", "key"}."""
    reader = visit(routes, "/report/uploads")
    try:
        form = posted(routes)
        read_form_token(form.get("token", ""), keys=wiring.keys())
        problem = _problem_with(form)
        if problem:
            return _json(reader, 400, problem)
        limit("upload_network", reader.network)
        key = upload_key(form["form"], int(form["number"]), wiring.keys())
        made = wiring.files().upload_form(
            key, content_type=form["type"], max_bytes=MAX_BYTES, seconds=UPLOAD_SECONDS
        )
    except LimitReached:
        return _json(reader, 429, "upload.problem.limit")
    except (LinkNotValid, MalformedRequest):
        return _json(reader, 400, "upload.problem.form")
    except CrossSite:
        return _json(reader, 403, "upload.problem.unavailable")
    except HotlineError:
        return _json(reader, 503, "upload.problem.unavailable")
    except Exception:
        _log.exception("upload not offered")
        return _json(reader, 500, "upload.problem.unavailable")
    body = {"url": made.url, "fields": made.fields, "key": key}
    return Response(body=body, status_code=200, headers=_headers())


def _problem_with(form: dict[str, str]) -> str:
    """Key of the sentence that says what is wrong with what was asked for; empty when nothing is."""
    if not is_form(form.get("form", "")):
        return "upload.problem.form"
    if form.get("number", "") not in {str(number) for number in range(1, MOST + 1)}:
        return "upload.problem.number"
    if form.get("type", "") not in TYPES:
        return "upload.refused.wrong_type"
    size = form.get("size", "")
    if not _SIZE.fullmatch(size) or int(size) > MAX_BYTES:
        return "upload.refused.too_large"
    return "" if int(size) else "upload.refused.unreadable"


def _json(reader: Visit, status: int, key: str) -> Response:
    from chalicelib.web.letter import Words

    told = Words.of(reader.language, wiring.directory())(key)
    return Response(body={"problem": told}, status_code=status, headers=_headers())


def _headers() -> dict[str, str | list[str]]:
    return {**JSON, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


# -- what a page of one case needs --------------------------------------------------------------------------


def upload_part(
    case: Case, by: str, path: str, *, language: str = "vi", sent: bool = False
) -> dict[str, Any]:
    """
    Return what `site/upload_form.html` needs to let someone send one more file.

    Args:
        case: As it is now.
        by: citizen or agency.
        path: The page of the case, below the public URL: `/case/<token>`, `/a/<token>`.
        language: In which the browser comes back.
        sent: A file was just sent (query `sent=file`).
    """
    from chalicelib.web.attachments import NO_FORM

    actor = Actor(by)
    left = MOST - len(attached(case, actor))
    part = {
        **NO_FORM,
        "by": by,
        "left": left,
        "most": MOST,
        "full": left <= 0,
        "sent": sent,
        "megabytes": MAX_BYTES // (1024 * 1024),
        "accept": ",".join(TYPES),
    }
    if left <= 0 or not case.allows("attach", actor) or not settings.files_origin():
        return part
    slot = secrets.token_hex(16)
    back = f"{settings.public_url()}{path}/attached?slot={slot}"
    made = wiring.files().upload_form(
        upload_key(slot_form(case, by, slot), 1, wiring.keys()),
        content_type=ANY_TYPE,
        max_bytes=MAX_BYTES,
        seconds=UPLOAD_SECONDS,
        redirect=back if language == "vi" else f"{back}&lang={language}",
    )
    return {**part, "url": made.url, "fields": made.fields}


def give_file_addresses(view: dict[str, Any]) -> None:
    """Let whoever sees this view of a case (web/views.py) open its files for some minutes."""
    for one in view.get("attachments", ()):
        ending = one["file"].rpartition(".")[2]
        name = f"{view['code']}-{one['number']}.{ending}"
        one["address"] = wiring.files().address(one["file"], seconds=SHOWN_SECONDS, name=name)


# -- the two steps without a script -------------------------------------------------------------------------


@routes.route("/case/{token}/attached", methods=["GET", "HEAD"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, "/case")
def show_citizens_upload(token: str) -> Response:
    case = _own_case(token)
    return _ask(visit(routes, f"/case/{unquote(token)}/attached"), case, f"/case/{unquote(token)}")


@routes.route("/case/{token}/attachments", methods=["POST"], content_types=["*/*"])
@protected_by(PUBLIC_CASE)
@answers_visitor(routes, "/case")
def attach_citizens_upload(token: str) -> Response:
    case = _own_case(token)
    return _join(case, "citizen", "", f"/case/{unquote(token)}")


@routes.route("/a/{token}/attached", methods=["GET", "HEAD"])
@protected_by(SIGNED_LINK)
@answers_visitor(routes, "/a")
@explains_link
def show_agencys_upload(token: str) -> Response:
    case, _ = _agencys_case(token)
    return _ask(visit(routes, f"/a/{token}/attached"), case, f"/a/{token}")


@routes.route("/a/{token}/attachments", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED_LINK)
@answers_visitor(routes, "/a")
@explains_link
def attach_agencys_upload(token: str) -> Response:
    case, agency = _agencys_case(token)
    return _join(case, "agency", agency, f"/a/{token}")


def _own_case(token: str) -> Case:
    """The case a reporter's own link opens; a wrong link and a case that is not there are the same page."""
    from chalicelib.usecases.follow_case import open_own

    try:
        return open_own(unquote(token), cases=wiring.case_store(), keys=wiring.keys())
    except CaseNotFound as gone:
        raise PageNotFound("case") from gone


def _agencys_case(token: str) -> tuple[Case, str]:
    from chalicelib.usecases.open_link import open_link

    case, link = open_link(token, cases=wiring.case_store(), keys=wiring.keys(), now=wiring.now())
    if link.role != "agency":
        raise LinkNotValid("altered")
    return case, link.agency


def _ask(reader: Visit, case: Case, back: str) -> Response:
    slot = reader.query.get("slot", "")
    if not _SLOT.fullmatch(slot):
        raise PageNotFound("slot")
    return show(reader, "upload_confirm", code=spell_code(case.code), slot=slot, back=back)


def _join(case: Case, by: str, agency: str, back: str) -> Response:
    """Write the row that brings the file in; the same button pressed twice is one row."""
    from chalicelib.storage.commit import commit

    slot = posted(routes).get("slot", "")
    if not _SLOT.fullmatch(slot):
        raise MalformedRequest("slot")
    if case.allows("attach", Actor(by)):
        limit_own_page(by, case.code)
        key = upload_key(slot_form(case, by, slot), 1, wiring.keys())
        try:
            commit(messages=(later_upload(case, slot, key, by=by, agency=agency, now=wiring.now()),))
        except CaseConflict:
            _log.info("file sent twice")
    return see_other(f"{back}?sent=file#files", visit(routes, back))
