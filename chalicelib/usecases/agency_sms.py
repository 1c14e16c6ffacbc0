"""An agency's focal point acts by SMS from its registered number: `NHAN 482177306`, `TL 482177306 đã vá xong`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.case import Case
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.commands import read_agency_command
from chalicelib.domain.directory import Agency, Directory
from chalicelib.domain.message import Message
from chalicelib.errors import ActionNotAllowed, CaseNotFound, MalformedRequest
from chalicelib.texts import text as sentence
from chalicelib.usecases.agency_action import NEEDS_TEXT, agency_action
from chalicelib.usecases.replies import sms, status_name


@dataclass(frozen=True, slots=True)
class AgencySms:
    """What an agency's message does."""

    reply: str
    cases: tuple[Case, ...] = ()
    messages: tuple[Message, ...] = ()
    code: str | None = None


def agency_of(phone: str, directory: Directory, now: datetime) -> Agency | None:
    """The agency whose focal point or leader this number is registered for today, or None."""
    today = local(now).date()
    for agency in directory.agencies_by_phone.get(phone, ()):
        if agency.valid.covers(today):
            return agency
    return None


def take_agency_sms(
    text: str, agency: Agency, *, cases: Any, directory: Directory, now: datetime
) -> AgencySms | None:
    """
    Return what an agency's message does, or None when it is no command: then the officer writes as a citizen.

    A code that is not with this agency is answered like one that does not exist.
    """
    command = read_agency_command(text)
    if command is None or command.code is None:
        return None
    case = _own_case(command.code, agency, cases)
    if case is None:
        return _refused(command.code, "refused_not_yours", directory)
    if command.name in NEEDS_TEXT and not command.text:
        return AgencySms(sms("agency_needs_text", "vi", directory, code=case.code), code=case.code)
    try:
        outcome = agency_action(case, command.name, command.text, directory=directory, now=now)
    except ActionNotAllowed:
        if command.name == "extend":
            return _refused(case.code, "refused_extension", directory)
        return _refused(case.code, "refused_state", directory, status=status_name(case))
    except MalformedRequest:
        return AgencySms(sms("agency_needs_text", "vi", directory, code=case.code), code=case.code)
    done = sms("agency_done", "vi", directory, code=case.code, status=status_name(outcome.case))
    return AgencySms(done, (outcome.case,), outcome.messages, case.code)


def _own_case(code: str, agency: Agency, cases: Any) -> Case | None:
    if not is_valid_code(code):
        return None
    try:
        case: Case = cases.get(code)
    except CaseNotFound:
        return None
    return case if case.agency == agency.code else None


def _refused(code: str, key: str, directory: Directory, **values: str) -> AgencySms:
    reason = sentence(f"sms.{key}", "vi", directory, **values)
    return AgencySms(sms("agency_refused", "vi", directory, code=code, reason=reason), code=code)
