"""What the report form answers a script instead of a page."""

from __future__ import annotations

import json

from chalice import Response

from chalicelib import wiring
from chalicelib.domain.directory import Directory
from chalicelib.domain.report_form import Entered
from chalicelib.entrypoints.http import JSON
from chalicelib.entrypoints.visitor import Visit
from chalicelib.errors import SettingMissing, StorageUnavailable


def json_answer(
    reader: Visit,
    entered: Entered,
    *,
    wrong: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
    checked: bool = False,
) -> Response:
    """Sentences by field, as the page would show them; `token` and `website` for what is no field of the reader's."""
    from chalicelib.web.report_view import problem_text, sentences

    if status not in (200, 400):
        return json_problem(reader, problem, status)
    directory = province()
    errors = sentences(wrong or {}, directory, reader.language)
    if problem:
        field = "website" if problem == "trap" else "token"
        errors = {field: problem_text(problem, directory, reader.language), **errors}
    return Response(
        body=json.dumps({"errors": errors}, ensure_ascii=False),
        status_code=status,
        headers={**JSON, "Cache-Control": "no-store"},
    )


def json_problem(reader: Visit, problem: str, status: int) -> Response:
    """Why the form cannot be taken at all: `problem` in the reader's language."""
    from chalicelib.web.report_view import problem_text

    told = {"problem": problem_text(problem, province(), reader.language)}
    return Response(
        body=json.dumps(told, ensure_ascii=False),
        status_code=status,
        headers={**JSON, "Cache-Control": "no-store"},
    )


def province() -> Directory | None:
    """The province, or None while it cannot be had: what was entered must come back all the same."""
    try:
        return wiring.directory()
    except (StorageUnavailable, SettingMissing):
        return None
