"""A report as a spreadsheet: overview, by field, by day and, for the province, by agency. XlsxWriter is loaded lazily.

Every word goes in as a string cell, so that a name that begins with = + - @ can never become a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from chalicelib.domain.calendar import ZONE
from chalicelib.domain.directory import Directory
from chalicelib.domain.report import RATINGS, Report
from chalicelib.domain.stats import NONE
from chalicelib.web import report_text
from chalicelib.web.letter import Words

NAME_WIDTH, COUNT_WIDTH = 48, 13
"""Of columns, in characters."""

NOTE_HEIGHT = 64
"""Points: four lines of the note."""

PAPER_A4 = 9
"""Excel's number for it."""

DENOUNCED = "denunciation"
"""The kind that counts for no field (domain/stats.py)."""

HEAD_ROW = 4
"""Below title, scope, note and an empty row; repeated on every printed page."""

FIGURES = (
    "carried_over",
    "received",
    "ended",
    "to_handle",
    "handled",
    "on_time",
    "late",
    "in_progress",
    "rated",
)

BASES = {"handled": "to_handle", "on_time": "handled", "late": "handled"}
"""Figure → what it is a share of."""


def report_xlsx(
    report: Report, directory: Directory, language: str, *, agencies: Sequence[Report] = ()
) -> bytes:
    """
    Return the report as an XLSX file.

    Args:
        report: The province's or an agency's.
        directory: Names of agencies, fields and topics.
        language: `vi` or `en`.
        agencies: The same period's report of each agency, for the province's; makes one more sheet.
    """
    import xlsxwriter

    words = Words.of(language, directory)
    target = BytesIO()
    # No file on disk (the package folder is read-only when deployed), and no cell that turns into what it is not.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        # the day after the period, not the clock: the same report is the same file
        made_at = datetime.combine(report.period.ends_on + timedelta(days=1), time(), ZONE)
        book.set_properties(
            {"title": _title(report, words), "author": words("mail.common.sender"), "created": made_at}
        )
        sheets = _Sheets(book, report, words)
        _overview(sheets, report, words)
        _services(sheets, report, words)
        _days(sheets, report, words)
        if agencies:
            _agencies(sheets, agencies, words)
    return target.getvalue()


class _Sheets:
    """Adds sheets that all look alike: title, scope, note, a header that stays, columns as wide as their words."""

    def __init__(self, book: Any, report: Report, words: Words) -> None:
        self.book, self.report, self.words = book, report, words
        font = {"font_name": "Times New Roman", "font_size": 12}
        line = {**font, "border": 1, "valign": "vcenter"}
        self.title = book.add_format({**font, "bold": True, "font_size": 15})
        self.plain = book.add_format(font)
        self.soft = book.add_format(
            {**font, "italic": True, "font_color": "#484d50", "text_wrap": True, "valign": "top"}
        )
        self.head = book.add_format(
            {**line, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#e3ecf4"}
        )
        self.word = book.add_format({**line, "text_wrap": True})
        self.count = book.add_format({**line, "num_format": "#,##0"})
        self.share = book.add_format({**line, "align": "right"})
        self.bold_word = book.add_format({**line, "bold": True, "text_wrap": True})
        self.bold_count = book.add_format({**line, "bold": True, "num_format": "#,##0"})

    def add(
        self, name: str, columns: Sequence[str], *, wide: Iterable[int] = (0,), landscape: bool = False
    ) -> Any:
        """Return a new sheet with its header row written."""
        sheet = self.book.add_worksheet(name)
        period = self.report.period
        sheet.write_string(0, 0, _title(self.report, self.words), self.title)
        dates = {"from_date": f"{period.starts_on:%d/%m/%Y}", "to_date": f"{period.ends_on:%d/%m/%Y}"}
        scope = report_text.scope_name(self.report.scope, self.words)
        sheet.write_string(1, 0, self.words("report.sheet.subtitle", scope=scope, **dates), self.plain)
        sheet.merge_range(2, 0, 2, len(columns) - 1, "", self.soft)
        sheet.write_string(2, 0, self.words("report.sheet.note"), self.soft)
        sheet.set_row(2, NOTE_HEIGHT)
        for column, label in enumerate(columns):
            sheet.set_column(column, column, NAME_WIDTH if column in set(wide) else COUNT_WIDTH)
            sheet.write_string(HEAD_ROW, column, label, self.head)
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_paper(PAPER_A4)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{self.words('report.sheet.page')}")
        return sheet

    def row(self, sheet: Any, number: int, cells: Sequence[str | int], *, bold: bool = False) -> None:
        """Write a row: words as strings, counts as numbers, shares as words to the right."""
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell, self.bold_count if bold else self.count)
            elif column and cell.endswith(("%", "–")):
                sheet.write_string(number, column, cell, self.share)
            else:
                sheet.write_string(number, column, cell, self.bold_word if bold else self.word)


def _overview(sheets: _Sheets, report: Report, words: Words) -> None:
    columns = [words(f"report.column.{name}") for name in ("item", "count", "share", "base")]
    sheet = sheets.add(words("report.heading.overview"), columns, wide=(0, 3))
    number = HEAD_ROW + 1
    for name in FIGURES:
        count = getattr(report, name)
        base = BASES.get(name)
        share = report_text.share_text(count, getattr(report, base), words.language) if base else ""
        sheets.row(
            sheet,
            number,
            [words(f"report.column.{name}"), count, share, words(f"report.base.{base}") if base else ""],
        )
        number += 1
    for heading, counts, group, base, whole in (
        ("kinds", report.by_kind, "kind", "received", report.received),
        ("channels", report.by_channel, "channel", "received", report.received),
        ("levels", report.by_level, "level", "handled", report.handled),
        ("ratings", report.by_rating, "rating", "rated", report.rated),
    ):
        if not counts:
            continue
        sheets.row(sheet, number + 1, [words(f"report.heading.{heading}"), "", "", ""], bold=True)
        number += 2
        for code, count in counts.items():
            name = report_text.coded_name(group, code, words)
            share = report_text.share_text(count, whole, words.language)
            sheets.row(sheet, number, [name, count, share, words(f"report.base.{base}")])
            number += 1


def _services(sheets: _Sheets, report: Report, words: Words) -> None:
    columns = [
        words(f"report.column.{name}") for name in ("service", "topic", "received", "share", "handled")
    ]
    sheet = sheets.add(words("report.heading.services"), columns, wide=(0, 1))
    number = HEAD_ROW + 1
    # a field may have been answered in this period for cases of an earlier one
    for service in dict.fromkeys((*report.by_service, *report.handled_by_service)):
        received = report.by_service.get(service, 0)
        share = report_text.share_text(received, report.received, words.language)
        handled = report.handled_by_service.get(service, 0)
        name = report_text.service_name(service, words)
        sheets.row(sheet, number, [name, "", received, share, handled], bold=True)
        number += 1
        for topic, count in report.by_topic.items():
            if topic.partition("/")[0] == service and service != NONE:
                share = report_text.share_text(count, report.received, words.language)
                sheets.row(sheet, number, ["", report_text.topic_name(topic, words), count, share, ""])
                number += 1
    if any(denunciations := (report.by_kind.get(DENOUNCED, 0), report.handled_by_kind.get(DENOUNCED, 0))):
        received, handled = denunciations
        share = report_text.share_text(received, report.received, words.language)
        name = report_text.coded_name("kind", DENOUNCED, words)
        sheets.row(sheet, number, [name, "", received, share, handled], bold=True)
        number += 1
    sheets.row(
        sheet, number, [words("report.column.total"), "", report.received, "", report.handled], bold=True
    )


def _days(sheets: _Sheets, report: Report, words: Words) -> None:
    names = ("received", "handled", "on_time", "late", "ended", "rated")
    columns = [words("report.column.day"), *(words(f"report.column.{name}") for name in names)]
    sheet = sheets.add(words("report.heading.days"), columns, wide=())
    number = HEAD_ROW + 1
    for day, counts in report.by_day.items():
        sheets.row(sheet, number, [f"{date.fromisoformat(day):%d/%m/%Y}", *(counts[name] for name in names)])
        number += 1
    sheets.row(
        sheet, number, [words("report.column.total"), *(getattr(report, name) for name in names)], bold=True
    )


def _agencies(sheets: _Sheets, agencies: Sequence[Report], words: Words) -> None:
    names = ("carried_over", "received", "ended", "to_handle", "handled")
    columns = [
        words(f"report.column.{name}")
        for name in (
            "agency",
            *names,
            "handled_share",
            "on_time",
            "on_time_share",
            "late",
            "in_progress",
            "rated",
        )
    ]
    columns.append(words("report.column.satisfied"))
    sheet = sheets.add(words("report.heading.agencies"), columns, landscape=True)
    ranked = sorted(agencies, key=lambda one: (-one.received, one.scope))
    for number, one in enumerate(ranked, start=HEAD_ROW + 1):
        sheets.row(
            sheet,
            number,
            [
                report_text.scope_name(one.scope, words),
                *(getattr(one, name) for name in names),
                report_text.share_text(one.handled, one.to_handle, words.language),
                one.on_time,
                report_text.share_text(one.on_time, one.handled, words.language),
                one.late,
                one.in_progress,
                one.rated,
                one.by_rating.get(str(max(RATINGS)), 0),
            ],
        )


def _title(report: Report, words: Words) -> str:
    return words("report.sheet.title", period=report_text.period_name(report.period, words))
