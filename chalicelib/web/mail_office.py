"""Mails inside the province: the desk's cases, what the Office must hear of, the regular report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import texts
from chalicelib.domain.masking import mask
from chalicelib.domain.report import Report
from chalicelib.web import mail_agency, report_text
from chalicelib.web.letter import Letter, Links, Paragraph, Part, Said, Sentences, Words

DESK_REASONS = (
    "unrouted",
    "returned",
    "urgent",
    "denunciation",
    "dialogue_left",
    "alarm",
    "not_accepted",
    "overdue",
    "objection",
    "message_failed",
    "upload",
    "citizen_no_reply",
    "review",
    "citizen_replied",
    "addition",
    "late_reply",
    "untrusted_mail",
    "call_back",
    "call_back_failed",
    "no_number",
    "talked",
    "recording",
    "recording_text",
)


def desk(words: Words, context: Mapping[str, Any]) -> Letter:
    """A case is on the desk's table: why, what, who is proposed, the signed page. A denunciation's words stay out."""
    case = context["case"]
    assert words.directory is not None
    reason = context["reason"] if context["reason"] in DESK_REASONS else "other"
    if case["denunciation"] and reason in ("unrouted", "other"):
        reason = "denunciation"
    values = {
        **mail_agency.case_words(words, case),
        "agency": case["returned_by"] or case["agency"] or words.label("agency"),
    }
    parts: list[Part] = [Paragraph(words(f"mail.desk.{reason}", **values), strong=True)]
    if not case["denunciation"]:
        parts += _what_was_said(words, case, context, reason)
    proposed = context.get("proposed") or words.directory.agencies.get(case["proposed"])
    if proposed and "assign" in case["actions"]:
        parts.append(Paragraph(words("mail.desk.proposed", agency=proposed.name(words.language))))
    parts.append(mail_agency.facts(words, case))
    if case["mail_text"]:
        parts.append(Said(words.label("text"), case["mail_text"]))
    parts.append(Links(context["link"], ((words("mail.desk.button"), ""),)))
    return Letter(
        subject=words(f"mail.desk.subject_{reason}", **values),
        greeting=words("mail.common.to_desk"),
        parts=parts,
        small_print=tuple(
            words(f"mail.common.{key}") for key in ("reply_is_answer", "desk_private", "automatic")
        ),
        urgent=case["urgent"] or reason in ("urgent", "alarm"),
    )


def desk_list(words: Words, context: Mapping[str, Any]) -> Letter:
    """The desk's own morning list: what no agency has, what was taken for an advert, what may be published."""
    day, waiting, spam = context["day"], context["waiting"], context["spam"]
    return Letter(
        subject=words(
            "mail.desk_list.subject",
            date=texts.day_text(day, words.language),
            waiting=len(waiting),
            spam=len(spam),
        ),
        greeting=words("mail.common.to_desk"),
        parts=[
            Paragraph(words("mail.desk_list.intro", at=texts.datetime_text(day, words.language))),
            *mail_agency.listed(words, "mail.desk_list.waiting", waiting),
            *mail_agency.listed(words, "mail.desk_list.spam", spam),
            *mail_agency.listed(words, "mail.desk_list.to_publish", context.get("to_publish", ())),
        ],
        small_print=(words("mail.common.desk_private"), words("mail.common.automatic")),
    )


def office(words: Words, context: Mapping[str, Any]) -> Letter:
    """The provincial Office hears of an agency that is late, or of a case the desk has not sent on."""
    case = context["case"]
    days = context.get("days") or str(context.get("step", "")).partition(":")[2] or "2"
    suffix = "" if case["agency"] else "_desk"
    values = {**mail_agency.case_words(words, case), "days": days}
    parts: list[Part] = [
        Paragraph(words(f"mail.office.intro{suffix}", **values), strong=True),
        mail_agency.facts(words, case),
    ]
    if case["mail_text"]:
        parts.append(Said(words.label("text"), case["mail_text"]))
    parts.append(Paragraph(words(f"mail.office.ask{suffix}")))
    return Letter(
        subject=words(f"mail.office.subject{suffix}", **values),
        greeting=words("mail.common.to_office"),
        parts=parts,
        small_print=(words("mail.common.automatic"),),
    )


def report(words: Words, context: Mapping[str, Any]) -> Letter:
    """The regular report in plain sentences; the details are in the attached sheet."""
    found: Report = context["report"]
    period = report_text.period_name(found.period, words)
    scope = report_text.scope_name(found.scope, words)
    dates = {
        "from_date": f"{found.period.starts_on:%d/%m/%Y}",
        "to_date": f"{found.period.ends_on:%d/%m/%Y}",
    }
    agency = report_text.agency_code(found.scope)
    if agency:
        greeting = words("mail.common.to_agency", agency=scope)
    else:
        greeting = words("mail.common.to_office")
    return Letter(
        subject=words("mail.report.subject", period=period, scope=scope),
        greeting=greeting,
        parts=[
            Paragraph(words("mail.report.intro", period=period, **dates)),
            Sentences(report_text.sentences(found, words)),
            Paragraph(words("mail.report.attached")),
        ],
        small_print=(
            texts.text("report.sheet.note", words.language, words.directory),
            words("mail.common.automatic"),
        ),
    )


def _what_was_said(
    words: Words, case: Mapping[str, Any], context: Mapping[str, Any], reason: str
) -> list[Part]:
    """The words that brought the case here, masked: a reason to return it, a draft, what the citizen wrote last."""
    if reason == "returned" and case["returned_note"]:
        return [Said(words.label("reason"), mask(case["returned_note"]))]
    if reason == "review" and case["draft"]:
        return [Said(words.label("answer"), mask(case["draft"]))]
    if reason in ("citizen_replied", "addition", "objection"):
        label = {"citizen_replied": "reply", "objection": "objection"}.get(reason, "addition")
        return [Said(words.label(label), case["mail_last_words"])]
    if context.get("said"):
        return [Said(words.label("note"), mask(str(context["said"])))]
    return []
