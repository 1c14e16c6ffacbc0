"""Make the mail of an outbox row when it is sent: the case as it is now, links that are fresh, nothing personal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.keys import Keys, Link, case_token, link_token, reply_token
from chalicelib.domain.message import Message
from chalicelib.gateways.ports import Attachment, Mail
from chalicelib.texts import HOME

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything a mail is made from."""

    cases: Any
    files: Callable[[], Any]
    directory: Directory
    render: Callable[..., Any]
    """web.render.mail"""
    view: Callable[..., dict[str, Any]]
    """web.views.case_view"""
    public_url: str
    reply_domain: str
    keys: Keys
    now: datetime


def compose(message: Message, composer: Composer) -> Mail:
    """
    Return the mail for an outbox row: as stored when it carries its own text, else from its template.

    Raises:
        CaseNotFound: The case was erased meanwhile.
    """
    attachments = tuple(_attachment(key, composer) for key in message.attachments)
    if message.html or message.text:
        return Mail(
            message_id=message.id,
            to=message.to,
            cc=message.cc,
            subject=message.subject,
            text=message.text,
            html=message.html,
            reply_to=message.reply_to,
            attachments=attachments,
        )
    assert message.case_code is not None
    case: Case = composer.cases.get(message.case_code)
    audience = message.params.get("audience", "agency")
    rendered = composer.render(
        message.purpose,
        language=message.language,
        directory=composer.directory,
        **_context(message, case, audience, composer),
    )
    return Mail(
        message_id=message.id,
        to=message.to,
        cc=message.cc,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        reply_to=_reply_to(case, audience, composer),
        attachments=attachments,
    )


def _context(message: Message, case: Case, audience: str, composer: Composer) -> dict[str, Any]:
    view_of = audience if audience in ("agency", "desk", "citizen") else "office"
    context = {key: value for key, value in message.params.items() if key != "audience"}
    context["case"] = composer.view(
        case, composer.directory, audience=view_of, language=message.language, now=composer.now
    )
    context["link"] = case_link(case, audience, composer, message.language)
    context["proposed"] = composer.directory.agencies.get(str(message.params.get("proposed", "")))
    return context


def case_link(case: Case, audience: str, composer: Composer, language: str = HOME) -> str:
    """The page of the case for an agency or the desk (signed), or its reporter (their own); empty for anybody else."""
    if audience == "citizen":
        asked = "" if language == HOME else f"?lang={language}"
        return f"{composer.public_url}/case/{case_token(case, composer.keys)}{asked}"
    if audience == "desk":
        link = Link(case.code, "desk")
    elif audience == "agency" and case.agency:
        link = Link(case.code, "agency", case.agency, case.assignment)
    else:
        return ""
    return f"{composer.public_url}/a/{link_token(link, keys=composer.keys, now=composer.now)}"


def _reply_to(case: Case, audience: str, composer: Composer) -> str:
    if audience not in ("agency", "desk", "citizen"):
        return ""
    return f"case+{reply_token(case, audience, composer.keys)}@{composer.reply_domain}"


def _attachment(key: str, composer: Composer) -> Attachment:
    return Attachment(name=key.rsplit("/", 1)[-1], content_type=XLSX, content=composer.files().get(key))
