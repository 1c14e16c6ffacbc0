"""The signed page `/a/<token>`: an agency or the desk acts on one case without an account. A GET changes nothing."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.domain.case import WITH_AGENCY, Case
from chalicelib.domain.contact import may_ask
from chalicelib.domain.keys import Link
from chalicelib.domain.text import MAX_FORM_CHARACTERS, normalise
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.pages import answers_browser, html
from chalicelib.entrypoints.visitor import posted
from chalicelib.errors import (
    NAMES_ONLY_THINGS,
    ActionNotAllowed,
    CalendarGap,
    CaseConflict,
    CrossSite,
    HotlineError,
    LinkNotValid,
    MalformedRequest,
    StorageUnavailable,
)
from chalicelib.storage.commit import commit

_log = logging.getLogger("hotline.links")

routes = Blueprint(__name__)

SIGNED_LINK = "signed link"

LISTEN_MINUTES = 10
"""How long an address of a recording opens it."""


def explains_link(view: Callable[[str], Response]) -> Callable[[str], Response]:
    """Turn a link that opens nothing into a page that says why and what to do."""

    @functools.wraps(view)
    def answer(token: str) -> Response:
        try:
            return view(unquote(token))
        except LinkNotValid as problem:
            status = {"expired": 410, "superseded": 409}.get(str(problem), 404)
            return html("link_problem", status=status, directory=wiring.directory(), reason=str(problem))

    return answer


@routes.route("/a/{token}", methods=["GET", "HEAD"])
@protected_by(SIGNED_LINK)
@answers_browser
@explains_link
def show_case(token: str) -> Response:
    case, link = _open(token)
    return _page(case, link, token)


@routes.route("/a/{token}", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED_LINK)
@answers_browser
@explains_link
def act_on_case(token: str) -> Response:
    case, link = _open(token)
    try:
        form = posted(routes)
    except CrossSite:
        return _page(case, link, token, status=403, error="cross_site")
    except MalformedRequest:
        return _page(case, link, token, status=400, error="other")
    act, text = form.get("act", ""), form.get("text", "")
    entered = {
        "act": act,
        "entered": text,
        "agency": form.get("agency", ""),
        "answer": form.get("answer", ""),
    }
    if max(len(normalise(text)), len(normalise(entered["answer"]))) > MAX_FORM_CHARACTERS:
        return _page(case, link, token, status=400, error="text_too_long", **entered)
    try:
        after = _act(case, link, act, text, entered)
    except MalformedRequest as problem:
        return _page(case, link, token, status=400, error=f"{problem}_missing", **entered)
    except ActionNotAllowed:
        error = "extended" if act == "extend" and case.status in WITH_AGENCY else "not_allowed"
        error = "nobody_to_ask" if act == "ask" and not may_ask(case) else error
        return _page(case, link, token, status=409, error=error, **entered)
    except CaseConflict:
        fresh = wiring.case_store().get(case.code)
        return _page(fresh, link, token, status=409, error="conflict", **entered)
    except StorageUnavailable:
        return _page(case, link, token, status=503, error="unavailable", **entered)
    except HotlineError as problem:
        told = str(problem) if isinstance(problem, NAMES_ONLY_THINGS) else ""
        _log.error(
            "form not taken", extra={"reason": type(problem).__name__, "detail": told, "case": case.code}
        )
        error = "calendar_gap" if isinstance(problem, CalendarGap) else "unavailable"
        return _page(case, link, token, status=503, error=error, **entered)
    return _page(
        after, link, token, done="propose" if act == "answer" and after.status in WITH_AGENCY else act
    )


def _open(token: str) -> tuple[Case, Link]:
    from chalicelib.usecases.open_link import open_link

    return open_link(token, cases=wiring.case_store(), keys=wiring.keys(), now=wiring.now())


def _act(case: Case, link: Link, act: str, text: str, entered: Mapping[str, str]) -> Case:
    context: dict[str, Any] = {"commit": commit, "directory": wiring.directory(), "now": wiring.now()}
    if link.role == "desk" and act in ("publish", "unpublish"):
        return _publish(case, act, text, entered["answer"])
    if link.role == "desk":
        from chalicelib.usecases.desk_action import act_for_desk

        return act_for_desk(case, act, text, entered["agency"], **context)
    from chalicelib.usecases.agency_action import act_for_agency

    return act_for_agency(case, act, text, **context)


def _publish(case: Case, act: str, matter: str, answer: str) -> Case:
    from chalicelib.usecases.publish_case import publish_case, take_off

    if act == "unpublish":
        return take_off(case, commit=commit, now=wiring.now())
    return publish_case(case, matter, answer, commit=commit, cases=wiring.case_store(), now=wiring.now())


def _give_addresses(view: dict[str, Any]) -> None:
    """Let the desk, and nobody else, hear the recordings of a case for a while."""
    for number, one in enumerate(view["recordings"], start=1):
        name = f"{view['code']}-{number}.wav"
        one["address"] = wiring.recordings().address(one["file"], seconds=60 * LISTEN_MINUTES, name=name)
        one["minutes"] = LISTEN_MINUTES


def _page(case: Case, link: Link, token: str, *, status: int = 200, **state: Any) -> Response:
    from chalicelib.entrypoints.uploads import give_file_addresses
    from chalicelib.web.views import case_view

    directory, now = wiring.directory(), wiring.now()
    view = case_view(case, directory, audience=link.role, language="vi", now=now)
    if link.role == "desk":
        _give_addresses(view)
    give_file_addresses(view)
    state["upload"] = _upload(case, link, token)
    return html(link.role, status=status, directory=directory, case=view, now=now, **state)


def _upload(case: Case, link: Link, token: str) -> dict[str, Any]:
    """What lets an agency send the citizen a file; the desk only looks at files."""
    from chalicelib.entrypoints.uploads import upload_part
    from chalicelib.web.attachments import NO_FORM

    if link.role != "agency":
        return NO_FORM
    query = dict(routes.current_request.query_params or {})
    return upload_part(case, "agency", f"/a/{token}", sent=query.get("sent") == "file")
