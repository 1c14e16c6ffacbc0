"""Mails to an agency: a new case, reminders, what the citizen did since, the morning list. Masked, without reporter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import texts
from chalicelib.web import views
from chalicelib.web.letter import Facts, Heading, Letter, Line, Links, Listing, Paragraph, Part, Said, Words

MOST_LINES = 40
"""Cases of one group listed in a digest; the rest is counted."""


def assignment(words: Words, context: Mapping[str, Any]) -> Letter:
    """A case has come to the agency: what, where, until when, and every way to act on it."""
    case = context["case"]
    values = {**case_words(words, case), "accept_due": case["accept_due"]}
    parts: list[Part] = []
    if case["urgent"]:
        parts.append(Paragraph(words("mail.assignment.intro_urgent"), strong=True))
    if context.get("reopened"):
        parts.append(Paragraph(words("mail.objected.intro", **values), strong=True))
        parts.append(Said(words.label("objection"), case["mail_last_words"]))
    else:
        parts.append(Paragraph(words("mail.assignment.intro")))
    parts += [facts(words, case), Said(words.label("text"), case["mail_text"])]
    if case["files_sent"]:
        parts.append(Paragraph(words("mail.assignment.files", count=case["files_sent"])))
    if case["recorded"]:
        parts.append(Paragraph(words("mail.assignment.recorded")))
    if case["assign_note"]:
        parts.append(Said(words.label("note"), case["assign_note"]))
    if case["accept_due"]:
        parts.append(Paragraph(words("mail.assignment.accept_by", **values), strong=True))
    parts.append(
        Links(
            context["link"],
            tuple((words(f"mail.assignment.button_{act}"), act) for act in ("accept", "return", "answer")),
        )
    )
    parts += [Paragraph(words("mail.assignment.no_account")), Paragraph(words("mail.assignment.by_mail"))]
    if case["agency_texts"]:
        parts.append(Paragraph(words("mail.assignment.by_sms", **{**values, "code": case["code"]})))
    if context.get("reopened"):
        subject = words("mail.objected.subject", **values)
    else:
        subject = words(f"mail.assignment.{'subject_urgent' if case['urgent'] else 'subject'}", **values)
    return to_agency(words, case, subject, parts)


def reminder(words: Words, context: Mapping[str, Any]) -> Letter:
    """A step of the ladder: half, eighty, due, late:n, accept or accept:n."""
    case = context["case"]
    step, _, count = str(context["step"]).partition(":")
    values = {**case_words(words, case), "days": count or "1", "accept_due": case["accept_due"]}
    known = step if step in ("half", "eighty", "due", "late", "accept") else "due"
    parts: list[Part] = [Paragraph(words(f"mail.reminder.{known}", **values), strong=True)]
    parts += [facts(words, case), Said(words.label("text"), case["mail_text"])]
    if case["may_extend"] and known in ("half", "eighty"):
        parts.append(Paragraph(words("mail.reminder.extend")))
    parts.append(_open(words, context))
    if known in ("due", "late", "accept"):
        parts.append(Paragraph(words("mail.reminder.leader")))
    return to_agency(words, case, words(f"mail.reminder.subject_{known}", **values), parts)


def citizen_reply_received(words: Words, context: Mapping[str, Any]) -> Letter:
    """The citizen answered the agency's question; the clock runs again."""
    return _from_citizen(words, context, "citizen_reply_received", "reply")


def addition(words: Words, context: Mapping[str, Any]) -> Letter:
    """The citizen wrote more on a case the agency has."""
    return _from_citizen(words, context, "addition", "addition")


def attached(words: Words, context: Mapping[str, Any]) -> Letter:
    """The citizen sent a file after the agency was told of the case."""
    return _from_citizen(words, context, "attached", "")


def citizen_no_reply(words: Words, context: Mapping[str, Any]) -> Letter:
    """The citizen let the time to reply pass; the clock runs again."""
    return _from_citizen(words, context, "citizen_no_reply", "")


def withdrawn(words: Words, context: Mapping[str, Any]) -> Letter:
    """The citizen withdrew the case; nothing more to do."""
    case = context["case"]
    parts: list[Part] = [Paragraph(words("mail.withdrawn.intro"), strong=True), facts(words, case)]
    return to_agency(words, case, words("mail.withdrawn.subject", **case_words(words, case)), parts)


def digest(words: Words, context: Mapping[str, Any]) -> Letter:
    """The morning list of an agency: late, due today, not accepted."""
    day = context["day"]
    parts: list[Part] = [Paragraph(words("mail.digest.intro", at=texts.datetime_text(day, words.language)))]
    for name in ("late", "due_today", "new"):
        parts += listed(words, f"mail.digest.{name}", context[name])
    counts = {"late": len(context["late"]), "today": len(context["due_today"]), "new": len(context["new"])}
    return Letter(
        subject=words("mail.digest.subject", date=texts.day_text(day, words.language), **counts),
        greeting=words("mail.common.to_agency", agency=context["agency"]),
        parts=parts,
        small_print=(words("mail.common.link_private"), words("mail.common.automatic")),
    )


def listed(words: Words, heading: str, cases: Sequence[Mapping[str, Any]]) -> list[Part]:
    """A heading with its count and the first cases below it; nothing for no cases."""
    if not cases:
        return []
    parts: list[Part] = [
        Heading(words(heading, count=len(cases))),
        Listing([_line(words, case) for case in cases[:MOST_LINES]]),
    ]
    if len(cases) > MOST_LINES:
        parts.append(Paragraph(words("mail.digest.more", count=len(cases) - MOST_LINES)))
    return parts


def to_agency(words: Words, case: Mapping[str, Any], subject: str, parts: list[Part]) -> Letter:
    """Frame a mail to the agency that has the case."""
    masked = "masked_agreed" if case["identity"] else "masked"
    return Letter(
        subject=subject,
        greeting=words("mail.common.to_agency", agency=case["agency"]),
        parts=parts,
        small_print=tuple(
            words(f"mail.common.{key}") for key in ("reply_is_answer", masked, "link_private", "automatic")
        ),
        urgent=case["urgent"],
    )


def case_words(words: Words, case: Mapping[str, Any]) -> dict[str, str]:
    """What a subject or sentence may name of a case."""
    assert words.directory is not None
    return {
        "code": case["code_spelled"],
        "what": views.what_text(case, words.language, words.directory),
        "due": case["due"],
        "agency": case["agency"],
    }


def facts(words: Words, case: Mapping[str, Any]) -> Facts:
    """The case in a few lines, masked for a mail."""
    service = f"{case['service']} – {case['topic']}" if case["topic"] else case["service"]
    return Facts(
        (
            (words.label("code"), case["code_spelled"]),
            (words.label("kind"), case["kind"]),
            (words.label("priority"), case["priority"]),
            (words.label("service"), service),
            (words.label("area"), case["area"]),
            (words.label("place"), case["mail_place"]),
            (words.label("reporter"), case["identity"]),
            (words.label("client"), case.get("client", "")),
            (words.label("received"), case["received"]),
            (words.label("due"), _due(case)),
        )
    )


def _from_citizen(words: Words, context: Mapping[str, Any], purpose: str, label: str) -> Letter:
    case = context["case"]
    values = case_words(words, case)
    intro = "intro" if case["due"] else "intro_no_due"
    parts: list[Part] = [Paragraph(words(f"mail.{purpose}.{intro}", **values))]
    if label:
        parts.append(Said(words.label(label), case["mail_last_words"]))
    parts += [facts(words, case), _open(words, context)]
    return to_agency(words, case, words(f"mail.{purpose}.subject", **values), parts)


def _open(words: Words, context: Mapping[str, Any]) -> Links:
    return Links(context["link"], ((words("mail.common.button_open"), ""),))


def _due(case: Mapping[str, Any]) -> str:
    """When the answer is due, and how far that is while anything is."""
    return f"{case['due']} ({case['due_words']})" if case["due"] and case["due_words"] else str(case["due"])


def _line(words: Words, case: Mapping[str, Any]) -> Line:
    assert words.directory is not None
    due = f"{words.label('due')}: {_due(case)}" if case["due"] else ""
    what = views.what_text(case, words.language, words.directory)
    return Line(title=f"{case['code_spelled']} – {what}", detail=due, url=case["link"])
