"""Turns a purpose or a page's name into what is sent or shown. jinja2 is loaded when something is rendered first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Directory
from chalicelib.domain.text import MAX_FORM_CHARACTERS, normalise
from chalicelib.web import mail_agency, mail_citizen, mail_office
from chalicelib.web.attachments import NO_FORM
from chalicelib.web.letter import Letter, Words, plain_text
from chalicelib.web.province import agency_choices, emergency_numbers, province_view

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"

MAX_SUBJECT = 180
"""Characters of a subject; mail programs show fewer still."""

MAILS: dict[str, Callable[[Words, Mapping[str, Any]], Letter]] = {
    "assignment": mail_agency.assignment,
    "reminder": mail_agency.reminder,
    "citizen_reply_received": mail_agency.citizen_reply_received,
    "addition": mail_agency.addition,
    "attached": mail_agency.attached,
    "citizen_no_reply": mail_agency.citizen_no_reply,
    "withdrawn": mail_agency.withdrawn,
    "digest": mail_agency.digest,
    "office": mail_office.office,
    "desk": mail_office.desk,
    "desk_list": mail_office.desk_list,
    "report": mail_office.report,
    "acknowledgement": mail_citizen.acknowledgement,
    "question": mail_citizen.question,
    "answer": mail_citizen.answer,
    "progress": mail_citizen.progress,
    "extended": mail_citizen.extended,
    "reassigned": mail_citizen.reassigned,
    "declined": mail_citizen.declined,
}
"""Purpose of an outbox message → its letter."""

PAGES = ("agency", "desk", "link_problem", "error")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to go."""

    subject: str
    text: str
    html: str


def mail(purpose: str, *, language: str, directory: Directory | None, **context: Any) -> Rendered:
    """
    Write a mail in HTML and plain text.

    Args:
        purpose: A name of `MAILS`.
        language: `vi` or `en`.
        directory: The province.
        **context: What the letter needs, nearly always `case` (a `views.case_view`) and `link`; docs/mails.md
            lists it. More does no harm.

    Raises:
        KeyError: No such mail, or something it needs is missing.
    """
    words = Words.of(language, directory)
    letter = MAILS[purpose](words, {name: _clean(name, value) for name, value in context.items()})
    subject = " ".join(words("mail.common.subject", subject=letter.subject).split())[:MAX_SUBJECT]
    html = (
        environment()
        .get_template("mail.html")
        .render(
            letter=letter,
            language=language,
            province=province_view(directory, language),
            t=words,
            subject=subject,
        )
    )
    return Rendered(subject=subject, text=plain_text(letter, words), html=html)


def page(name: str, *, language: str, directory: Directory | None, **context: Any) -> str:
    """
    Return a whole HTML page.

    Args:
        name: agency or desk (need `case` and `now`), link_problem (takes `reason`: expired, altered, superseded),
            or error.
        language: `vi` or `en`.
        directory: The province; None only where it could not be loaded.
        **context: For agency and desk: `done` is the act that was done; `error` a name of `page.error.…`, with what
            was posted in `act`, `entered` and `agency`, so that nothing typed is lost.

    Raises:
        KeyError: No such page.
    """
    if name not in PAGES:
        raise KeyError(name)
    now = context.get("now")
    today = local(now).date() if now is not None else None
    values = {
        "done": "",
        "reason": "",
        "upload": NO_FORM,
        **context,
        "error": _error(str(context.get("error") or "")),
        "form": {
            "act": str(context.get("act") or ""),
            "text": normalise(str(context.get("entered") or "")),
            "agency": str(context.get("agency") or ""),
            "answer": normalise(str(context.get("answer") or "")),
        },
        "agencies": agency_choices(directory, today, language) if directory and today else [],
        "emergency": emergency_numbers(directory, today, language),
        "max_text": MAX_FORM_CHARACTERS,
        "language": language,
        "province": province_view(directory, language),
        "t": Words.of(language, directory),
    }
    return environment().get_template(f"{name}.html").render(values)


def _clean(name: str, value: Any) -> Any:
    """Words people wrote, as far as they are text: no control characters, no lone surrogates."""
    return normalise(value) if isinstance(value, str) and name != "link" else value


def _error(name: str) -> str:
    return name if not name or texts.has(f"page.error.{name}") else "other"


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return what makes pages and mails of the templates; everything people wrote is escaped."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
