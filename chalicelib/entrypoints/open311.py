"""Open311 GeoReport v2 for other city systems (`/open311/v2/`), and the same to try out (`/open311/test/`).

API Gateway knows no `{name}.{format}`, so one route takes every name and it is told apart here; that way also what
does not exist is answered in the standard's own shape (docs/adr/0013).
"""

from __future__ import annotations

from collections.abc import Callable

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.domain.open311 import (
    TRIAL_CODE,
    Fault,
    Refused,
    client_of,
    jurisdictions,
    trial_case,
)
from chalicelib.domain.open311_query import Query, read_query
from chalicelib.domain.published import is_published
from chalicelib.entrypoints.handing_in import file_within_limits
from chalicelib.entrypoints.http import protected_by
from chalicelib.entrypoints.open311_http import METHODS, Ask, Told, answers_open311, sent_form
from chalicelib.entrypoints.visitor import PUBLIC, answers_visitor, limit, show, visit
from chalicelib.errors import PageNotFound

routes = Blueprint(__name__)

KEY_TO_FILE = "public reads: nothing personal; a client system's key to file"
VERSIONS = ("v2", "test")
MINUTE = 60

Handler = Callable[[Ask], Told]


@routes.route("/open311/{version}", methods=["GET", "HEAD"])
@protected_by(PUBLIC)
@answers_visitor(routes, "/open311/v2")
def show_open311(version: str) -> Response:
    if version not in VERSIONS:
        raise PageNotFound("open311")
    return show(visit(routes, f"/open311/{version}"), "open311", keep_seconds=MINUTE)


@routes.route("/open311/{version}/{name}", methods=METHODS, content_types=["*/*"])
@protected_by(KEY_TO_FILE)
@answers_open311(routes)
def answer_open311(ask: Ask) -> Told:
    return _of(ask)(ask)


@routes.route("/open311/{version}/{kind}/{name}", methods=METHODS, content_types=["*/*"])
@protected_by(KEY_TO_FILE)
@answers_open311(routes)
def answer_open311_item(ask: Ask) -> Told:
    return _of(ask)(ask)


def _of(ask: Ask) -> Handler:
    """
    Return what answers a request.

    Raises:
        Refused: No such address, format or method.
    """
    there = _ITEMS.get(ask.kind) if ask.kind else _WHOLE.get(ask.name)
    if ask.version not in VERSIONS or there is None or not ask.name:
        raise Refused(Fault("resource_unknown", 404))
    if ask.ending not in ("xml", "json"):
        raise Refused(Fault("format_unknown", 404))
    method = "GET" if ask.method == "HEAD" else ask.method
    if method not in there:
        ask.allowed = (*there, "HEAD", "OPTIONS")
        raise Refused(Fault("method", 405, {"method": ask.method}))
    _check_jurisdiction(ask)
    return there[method]


def _check_jurisdiction(ask: Ask) -> None:
    """There is one here: it need not be named, and another one is not found."""
    named = ask.one("jurisdiction_id").lower()
    if named and named not in jurisdictions(ask.directory):
        raise Refused(Fault("jurisdiction_unknown", 404))


def _discovery(ask: Ask) -> Told:
    from chalicelib.web import open311_fields

    found = open311_fields.discovery(ask.directory, settings.public_url(), ask.language)
    return Told("discovery", found, keep_seconds=MINUTE)


def _description(ask: Ask) -> Told:
    from chalicelib.web.open311_openapi import description

    if ask.ending != "json":
        raise Refused(Fault("resource_unknown", 404))
    address = f"{settings.public_url()}/open311/{ask.version}"
    return Told("openapi", description(ask.directory, address, wiring.now()), keep_seconds=MINUTE)


def _services(ask: Ask) -> Told:
    from chalicelib.web import open311_fields

    found = open311_fields.services(ask.directory, ask.language, wiring.now())
    return Told("services", found, keep_seconds=MINUTE)


def _definition(ask: Ask) -> Told:
    from chalicelib.web import open311_fields

    service = ask.directory.services.get(ask.name)
    if service is None:
        raise Refused(Fault("service_unknown", 404))
    return Told("service_definition", open311_fields.definition(service, ask.language), keep_seconds=MINUTE)


def _list(ask: Ask) -> Told:
    return _requests(ask, read_query(ask.query, ask.directory, wiring.now()))


def _one(ask: Ask) -> Told:
    told = _requests(ask, Query(ids=(ask.name,)))
    if not told.content:
        raise Refused(Fault("request_unknown", 404))
    return told


def _requests(ask: Ask, query: Query) -> Told:
    from chalicelib.usecases.open311_list import find_requests
    from chalicelib.web import open311_fields

    limit("list_network", visit(routes, "/open311").network)
    if ask.is_trial and query.ids == (TRIAL_CODE,):
        found = [trial_case(wiring.now())]
    else:
        found = find_requests(query, cases=wiring.case_store(), directory=ask.directory)
    public = [case.code for case in found if is_published(case)]
    shown = open311_fields.requests(
        found,
        ask.directory,
        language=ask.language,
        now=wiring.now(),
        extended=ask.one("extensions").lower() in ("true", "1"),
        published=wiring.case_store().published(public) if public else {},
    )
    return Told("service_requests", shown)


def _token(ask: Ask) -> Told:
    """Every id is known at once here; a token is therefore the id itself."""
    if not _requests(ask, Query(ids=(ask.name,))).content:
        raise Refused(Fault("token_unknown", 404))
    return Told("service_requests", [{"service_request_id": ask.name, "token": ask.name}])


def _create(ask: Ask) -> Told:
    from chalicelib.domain.open311_form import read_filing
    from chalicelib.gateways.phone import e164
    from chalicelib.usecases.propose import propose
    from chalicelib.web import open311_fields

    # without a body read so far: who has no key gets none of ours to work through, where the key stands outside it
    key = ask.header("x-api-key") or ask.one("api_key")
    client = _let_in(key, ask) if key else ""
    form = sent_form(routes, ask)
    client = client or _let_in(ask.one("api_key"), ask)
    _check_jurisdiction(ask)  # now also of the body
    filing = read_filing(
        form,
        ask.directory,
        client=client,
        own_id=ask.header("idempotency-key"),
        now=wiring.now(),
        e164=e164,
    )
    # looked at for itself, so that what is tried out or sent once more is told the same
    proposal = propose(filing, directory=ask.directory, reader=wiring.reader(), now=wiring.now())
    code = TRIAL_CODE if ask.is_trial else file_within_limits(filing).code
    made = open311_fields.created(code, proposal, ask.language, ask.directory, trial=ask.is_trial)
    return Told("service_requests", made, status=201)


def _let_in(key: str, ask: Ask) -> str:
    """
    Return the system a key belongs to, and count what it files.

    Raises:
        Refused: No key, or nobody's.
        LimitReached: It files too much.
    """
    if not key:
        raise Refused(Fault("key_missing", 403))
    client = client_of(key, ask.directory)
    if not client:
        raise Refused(Fault("key_invalid", 403))
    limit("client", client)
    return client


_WHOLE: dict[str, dict[str, Handler]] = {
    "discovery": {"GET": _discovery},
    "services": {"GET": _services},
    "requests": {"GET": _list, "POST": _create},
    "openapi": {"GET": _description},
}
"""Name → method → what answers."""

_ITEMS: dict[str, dict[str, Handler]] = {
    "services": {"GET": _definition},
    "requests": {"GET": _one},
    "tokens": {"GET": _token},
}
"""Kind of item → method → what answers."""
