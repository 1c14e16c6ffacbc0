"""A report in words: the sentences of its mail and the names its sheet uses."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import texts
from chalicelib.domain import report as reports
from chalicelib.domain.report import Report, ReportPeriod, main_items, tenths_of_percent
from chalicelib.domain.stats import AGENCY, NONE
from chalicelib.web.letter import Words
from chalicelib.web.province import agency_name

QUARTERS = ("I", "II", "III", "IV")


def sentences(report: Report, words: Words) -> list[str]:
    """Return what the report says, one plain sentence a line."""
    if report.is_empty:
        return [words("report.sentence.none")]
    lines = [_received(report, words)]
    if report.carried_over:
        lines.append(words("report.sentence.carried_over", carried_over=_number(report.carried_over, words)))
    lines.append(_handled(report, words))
    if report.handled:
        lines.append(
            words(
                "report.sentence.on_time",
                on_time=_number(report.on_time, words),
                share=share_text(report.on_time, report.handled, words.language),
                late=_number(report.late, words),
            )
        )
    lines.append(words("report.sentence.in_progress", in_progress=_number(report.in_progress, words)))
    if report.ended:
        lines.append(words("report.sentence.ended", ended=_number(report.ended, words)))
    lines.append(_rated(report, words))
    for key, counts, name in (
        ("services", report.by_service, service_name),
        ("topics", report.by_topic, topic_name),
    ):
        items = [
            words(
                "report.sentence.item",
                name=name(code, words),
                count=_number(count, words),
                share=share_text(count, report.received, words.language),
            )
            for code, count in main_items(counts, limit=5)
        ]
        if items:
            lines.append(words(f"report.sentence.{key}", items="; ".join(items)))
    return lines


def share_text(part: int, whole: int, language: str) -> str:
    """Return a share as a percentage with at most one decimal: 100%, 92,3%; a dash when there is no whole."""
    tenths = tenths_of_percent(part, whole)
    if tenths is None:
        return "–"
    number, decimal = divmod(tenths, 10)
    comma = "," if language == "vi" else "."
    return f"{number}{comma}{decimal}%" if decimal else f"{number}%"


def period_name(period: ReportPeriod, words: Words) -> str:
    """Return the period as people call it: "6 tháng đầu năm 2020"."""
    key = f"half_year_{period.number}" if period.kind == reports.HALF_YEAR else period.kind
    quarter = QUARTERS[period.number - 1] if period.kind == reports.QUARTER else ""
    return words(
        f"report.period.{key}", year=period.year, week=period.number, month=period.number, quarter=quarter
    )


def agency_code(scope: str) -> str:
    """Return the agency a scope speaks of, or empty for the province."""
    return scope.removeprefix(AGENCY) if scope.startswith(AGENCY) else ""


def scope_name(scope: str, words: Words) -> str:
    """Return whom the report is about."""
    code = agency_code(scope)
    if not code:
        return words("report.scope.province")
    assert words.directory is not None
    return words("report.scope.agency", agency=agency_name(code, words.directory, words.language))


def service_name(code: str, words: Words) -> str:
    """Return a field's name."""
    service = words.directory.services.get(code) if words.directory is not None else None
    if service is not None:
        return service.name(words.language)
    return words("report.sheet.none") if code == NONE else code


def topic_name(code: str, words: Words) -> str:
    """Return a topic's name, given as `service/topic`."""
    service_code, _, topic_code = code.partition("/")
    service = words.directory.services.get(service_code) if words.directory is not None else None
    topic = service.topic(topic_code) if service is not None else None
    return (topic.names.get(words.language) or topic.names["vi"]) if topic is not None else topic_code


def coded_name(group: str, code: str, words: Words) -> str:
    """Return what people call a kind, channel, level or rating; the code itself when it has no name."""
    key = f"names.{group}.{code}"
    return words(key) if texts.has(key, words.directory) else code


def _received(report: Report, words: Words) -> str:
    if not report.received:
        return words("report.sentence.received_none")
    kinds = ", ".join(
        words(f"report.kind.{kind}", count=_number(count, words))
        for kind, count in _known(report.by_kind).items()
    )
    return words("report.sentence.received", received=_number(report.received, words), kinds=kinds)


def _handled(report: Report, words: Words) -> str:
    if not report.to_handle:
        return words("report.sentence.handled_none")
    key = "handled_of" if report.carried_over or report.ended else "handled"
    return words(
        f"report.sentence.{key}",
        handled=_number(report.handled, words),
        to_handle=_number(report.to_handle, words),
        share=share_text(report.handled, report.to_handle, words.language),
    )


def _rated(report: Report, words: Words) -> str:
    if not report.rated:
        return words("report.sentence.rated_none")
    ratings = ", ".join(
        words(f"report.sentence.rating_{rating}", count=_number(count, words))
        for rating, count in report.by_rating.items()
    )
    return words(
        "report.sentence.rated",
        rated=_number(report.rated, words),
        handled=_number(report.handled, words),
        ratings=ratings,
    )


def _known(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in counts.items() if kind in reports.KINDS}


def _number(number: int, words: Words) -> str:
    return texts.number_text(number, words.language)
