"""Mails to a citizen who wrote by mail or left an address: receipt, questions, progress, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.web.letter import Letter, Links, Paragraph, Part, Said, Words

_BUTTONS = {
    "question": (("mail.common.button_reply", "reply"),),
    "answer": (("mail.common.button_rate", "rate"), ("mail.common.button_object", "object")),
}
"""What the reporter is asked to do on the page of their case, and its place there; otherwise to follow it."""


def acknowledgement(words: Words, context: Mapping[str, Any]) -> Letter:
    """The case was received: its code, who answers until when, how to follow it, what happens to one's data."""
    case = context["case"]
    parts: list[Part] = []
    if told := case["emergency_numbers"] or case["perhaps_numbers"]:
        numbers = ", ".join(f"{number} ({name})" for number, name in told)
        parts.append(Paragraph(words("mail.acknowledgement.emergency", numbers=numbers), strong=True))
    parts.append(Paragraph(words("mail.acknowledgement.intro", code=case["code_spelled"]), strong=True))
    if case["denunciation"]:
        parts.append(Paragraph(words("mail.acknowledgement.denunciation")))
        if case["authority"]:
            parts.append(Paragraph(case["authority"]))
    elif case["agency"] and case["due"]:
        parts.append(
            Paragraph(words("mail.acknowledgement.agency_due", agency=case["agency"], due=case["due"]))
        )
    elif context.get("reply"):
        # what the hotline has just asked, or why nobody has the case yet
        parts.append(Paragraph(context["reply"]))
    else:
        parts.append(Paragraph(words("mail.acknowledgement.no_agency")))
    parts.append(Said(words.label("text"), case["text"]))
    parts.append(Paragraph(words("mail.acknowledgement.track")))
    return _to_citizen(words, context, "acknowledgement", parts)


def question(words: Words, context: Mapping[str, Any]) -> Letter:
    """The agency or the desk needs to know something."""
    case = context["case"]
    parts: list[Part] = [
        Paragraph(_by(words, case, "question")),
        Said(words.label("question"), context["question"]),
        Paragraph(words("mail.question.reply"), strong=True),
    ]
    return _to_citizen(words, context, "question", parts, reminds_of_matter=True)


def answer(words: Words, context: Mapping[str, Any]) -> Letter:
    """The answer, how to rate it and how to say that it is not solved."""
    case = context["case"]
    if case["objection_until"]:
        object_to_it = words("mail.answer.object", until=case["objection_until"])
    else:
        object_to_it = words("mail.answer.object_open")
    files = sum(not one["from_citizen"] for one in case["attachments"])
    parts: list[Part] = [
        Paragraph(_by(words, case, "answer")),
        Said(words.label("answer"), context["answer"]),
        *([Paragraph(words("mail.answer.files", count=files))] if files else []),
        Paragraph(words("mail.answer.rate")),
        Paragraph(object_to_it),
    ]
    return _to_citizen(words, context, "answer", parts, reminds_of_matter=True)


def progress(words: Words, context: Mapping[str, Any]) -> Letter:
    """How far the agency is."""
    case = context["case"]
    parts: list[Part] = [
        Paragraph(_about(words, case, "progress")),
        Said(words.label("note"), context["note"]),
    ]
    if case["due"]:
        parts.append(Paragraph(words("mail.progress.due", due=case["due"])))
    return _to_citizen(words, context, "progress", parts)


def extended(words: Words, context: Mapping[str, Any]) -> Letter:
    """The answer will come later, and why."""
    case = context["case"]
    parts: list[Part] = [
        Paragraph(_about(words, case, "extended")),
        Said(words.label("reason"), context["reason"]),
    ]
    return _to_citizen(words, context, "extended", parts)


def reassigned(words: Words, context: Mapping[str, Any]) -> Letter:
    """Another agency answers now."""
    case = context["case"]
    return _to_citizen(words, context, "reassigned", [Paragraph(_about(words, case, "reassigned"))])


def declined(words: Words, context: Mapping[str, Any]) -> Letter:
    """The hotline cannot settle it, why, and where to go."""
    case = context["case"]
    parts: list[Part] = [
        Paragraph(words("mail.declined.intro", code=case["code_spelled"])),
        Said(words.label("reason"), context["reason"]),
        Paragraph(words("mail.declined.again")),
    ]
    return _to_citizen(words, context, "declined", parts, reminds_of_matter=True)


def _about(words: Words, case: Mapping[str, Any], purpose: str) -> str:
    return words(f"mail.{purpose}.intro", agency=case["agency"], code=case["code_spelled"], due=case["due"])


def _by(words: Words, case: Mapping[str, Any], purpose: str) -> str:
    """Who asks or answers: the agency that did, else the hotline."""
    agency = case["spoken_by"].get("ask" if purpose == "question" else "answer", "")
    key = "intro" if agency else "intro_desk"
    return words(f"mail.{purpose}.{key}", agency=agency, code=case["code_spelled"])


def _to_citizen(
    words: Words,
    context: Mapping[str, Any],
    purpose: str,
    parts: list[Part],
    *,
    reminds_of_matter: bool = False,
) -> Letter:
    case = context["case"]
    buttons = _BUTTONS.get(purpose, (("mail.common.button_follow", ""),))
    parts = [*parts, Links(context["link"], [(words(key), place) for key, place in buttons])]
    if reminds_of_matter:
        parts = [*parts, Said(words.label("text"), case["text"])]
    return Letter(
        subject=words(f"mail.{purpose}.subject", code=case["code_spelled"]),
        greeting=words("mail.common.to_citizen"),
        parts=parts,
        small_print=(
            words("mail.common.reply_to_add"),
            words("mail.common.own_link_private"),
            words("mail.common.data_notice"),
            words("mail.common.automatic"),
        ),
    )
