"""The OpenAPI description of what `/open311/v2/` answers, served as `openapi.json` and held against it by a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Directory
from chalicelib.domain.open311 import MOST_LISTED, STATES, jurisdictions
from chalicelib.domain.open311_form import LONGEST, MOST_CHARACTERS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
NOTHING: Schema = {"type": "null"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$"}
CODE: Schema = {"type": "string", "pattern": r"^\d{9}$"}


def description(directory: Directory, address: str, now: datetime) -> dict[str, Any]:
    """
    Return the description of one of this province's endpoints.

    Args:
        directory: Its fields are the service codes.
        address: Of the endpoint, without a slash at its end.
        now: Which fields are offered today.
    """
    codes = [service.code for service in directory.services_on(local(now).date())]
    shared = _shared(sorted(jurisdictions(directory)))
    number = directory.province.get("number", "1022")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open311 GeoReport v2 – {number} {directory.province.get('names', {}).get('vi', '')}",
            "version": "2.0",
            "description": "http://wiki.open311.org/GeoReport_v2. XML is the same content; this describes JSON. "
            "At /open311/test/ a request is checked in earnest and nothing is stored.",
        },
        "servers": [{"url": address}],
        "paths": {
            **_read("discovery", "Endpoints of this server", _discovery(), shared),
            **_read("services", "All services", _list_of(_service()), shared),
            **_read(
                "services/{service_code}",
                "What a service asks",
                _definition(),
                [_at("service_code", {"type": "string", "enum": codes}), *shared],
            ),
            **_requests(codes, shared),
            **_read("requests/{id}", "One request", _list_of(_request()), [_at("id", CODE), *shared]),
            **_read(
                "tokens/{token}",
                "The request a token became",
                _list_of(_token()),
                [_at("token", CODE), *shared],
            ),
        },
        "components": {
            "schemas": {"errors": _list_of(_object({"code": TEXT, "description": TEXT}), 1)},
            "responses": {"refused": _answer("What is wrong", {"$ref": "#/components/schemas/errors"})},
        },
    }


def _read(name: str, summary: str, content: Schema, parameters: list[Schema]) -> Schema:
    return {
        f"/{name}.{ending}": {
            "get": {
                "summary": summary,
                "operationId": f"{name.split('/')[0]}{'_one' if '/' in name else ''}_{ending}",
                "parameters": parameters,
                "responses": _responses(ending, "200", summary, content),
            }
        }
        for ending in ("json", "xml")
    }


def _requests(codes: list[str], shared: list[Schema]) -> Schema:
    listed = _read("requests", "Requests, newest first", _list_of(_request()), [*_QUERY, *shared])
    for ending in ("json", "xml"):
        listed[f"/requests.{ending}"]["post"] = {
            "summary": "File a request",
            "operationId": f"create_{ending}",
            "parameters": _KEYS,
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": _form(codes)}},
            },
            "responses": _responses(ending, "201", "The request that was made", _list_of(_made(), 1)),
        }
    return listed


def _responses(ending: str, status: str, summary: str, content: Schema) -> Schema:
    if ending == "xml":
        xml: Schema = {"text/xml": {}}
        return {
            status: {"description": summary, "content": xml},
            "default": {"description": "What is wrong", "content": xml},
        }
    return {status: _answer(summary, content), "default": {"$ref": "#/components/responses/refused"}}


def _answer(summary: str, content: Schema) -> Schema:
    return {"description": summary, "content": {"application/json": {"schema": content}}}


def _form(codes: list[str]) -> Schema:
    fields: dict[str, Schema] = {
        "api_key": {**TEXT, "description": "Or the header X-Api-Key."},
        "service_code": {**TEXT, "enum": codes},
        "lat": {"type": "number"},
        "long": {"type": "number"},
        "description": {**TEXT, "maxLength": MOST_CHARACTERS},
        **{name: {**TEXT, "maxLength": most} for name, most in LONGEST.items()},
    }
    fields["external_id"]["description"] = "Your own id: the same again is the same request."
    where: list[Schema] = [{"required": ["lat", "long"]}]
    where += [{"required": [name]} for name in ("address_string", "address_id")]
    return {"type": "object", "properties": fields, "required": ["service_code"], "anyOf": where}


def _discovery() -> Schema:
    endpoint = {
        "specification": TEXT,
        "url": {**TEXT, "pattern": "/$"},
        "changeset": TEXT,
        "type": {"enum": ["production", "test"]},
        "formats": _list_of(TEXT),
    }
    return _object(
        {
            "changeset": TEXT,
            "contact": TEXT,
            "key_service": TEXT,
            "endpoints": _list_of(_object(endpoint), 2),
        }
    )


def _service() -> Schema:
    return _object(
        {
            "service_code": TEXT,
            "service_name": TEXT,
            "description": TEXT,
            "metadata": {"type": "boolean"},
            "type": {"const": "realtime"},
            "keywords": TEXT,
            "group": TEXT,
        }
    )


def _definition() -> Schema:
    kinds = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    attribute = {
        "variable": {"type": "boolean"},
        "code": TEXT,
        "datatype": {"enum": kinds},
        "required": {"type": "boolean"},
        "datatype_description": TEXT,
        "order": {"type": "integer", "minimum": 1},
        "description": TEXT,
        "values": _list_of(_object({"key": TEXT, "name": TEXT})),
    }
    return _object({"service_code": TEXT, "attributes": _list_of(_object(attribute))})


def _request() -> Schema:
    fields: dict[str, Schema] = {
        "service_request_id": CODE,
        "status": {"enum": list(STATES)},
        "status_notes": TEXT,
        "service_name": TEXT,
        "service_code": TEXT,
        "description": MAYBE_TEXT,
        "agency_responsible": MAYBE_TEXT,
        "service_notice": NOTHING,
        "requested_datetime": MOMENT,
        "updated_datetime": MOMENT,
        "expected_datetime": {**MOMENT, "type": ["string", "null"]},
        "address": TEXT,
        "address_id": MAYBE_TEXT,
        "zipcode": NOTHING,
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "long": {"type": "number", "minimum": -180, "maximum": 180},
        "media_url": NOTHING,
    }
    exactness = {"enum": ["exact", "rounded", "area_centre", "province_centre"]}
    extended = {"extended_attributes": _object({"location": exactness})}
    return {**_object(fields), "properties": {**fields, **extended}}


def _made() -> Schema:
    return _object({"service_request_id": CODE, "service_notice": TEXT, "account_id": NOTHING})


def _token() -> Schema:
    return _object({"service_request_id": CODE, "token": TEXT})


def _object(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list_of(item: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": item, **({"minItems": least} if least else {})}


def _at(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _asked(name: str, schema: Schema, about: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": about}


def _shared(names: list[str]) -> list[Schema]:
    return [
        _asked("jurisdiction_id", {"enum": names}, "There is one here; it need not be named."),
        _asked("lang", {"enum": ["vi", "en"]}, "Of names and messages; vi by default."),
    ]


_WHEN = {"type": "string", "format": "date-time"}

_QUERY = [
    _asked("service_request_id", TEXT, "Ids with commas between; overrides everything else."),
    _asked("service_code", TEXT, "Codes with commas between."),
    _asked("status", TEXT, "open, closed, or both with a comma."),
    _asked("start_date", _WHEN, "Of requested_datetime. Ranges are cut to their last 90 days."),
    _asked("end_date", _WHEN, "Of requested_datetime."),
    _asked("updated_after", _WHEN, "Of updated_datetime."),
    _asked("updated_before", _WHEN, "Of updated_datetime."),
    _asked("page", {"type": "integer", "minimum": 1, "maximum": 999_999_999}, "From 1; empty past the end."),
    _asked("page_size", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}, "At most 1,000."),
    _asked("extensions", {"type": "boolean"}, "Also tell how exact a location is."),
]

_KEYS = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
    for name in ("X-Api-Key", "Idempotency-Key")
]
