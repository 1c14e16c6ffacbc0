"""Report to the province and to each agency when a week, month, quarter, half-year or year has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Directory
from chalicelib.domain.message import Message
from chalicelib.domain.report import Report, ReportPeriod, build_report, periods_ended
from chalicelib.domain.stats import PROVINCE, agency_scope
from chalicelib.errors import AlreadyReceived, CaseConflict

LOOK_BACK_DAYS = 5
"""A job that failed over a long weekend still sends its reports."""

BEGINNING = date(2019, 1, 1)
"""No hotline of ours is older: what was carried over is counted from here."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class _Publishing:
    """What turns a report into a mail in the outbox."""

    files: Any
    commit: Callable[..., None]
    directory: Directory
    render: Callable[..., Any]
    sheet: Callable[..., bytes]
    now: datetime


def send_reports(
    *,
    stats: Any,
    outbox: Any,
    files: Any,
    commit: Callable[..., None],
    directory: Directory,
    render: Callable[..., Any],
    sheet: Callable[..., bytes],
    now: datetime,
) -> dict[str, int]:
    """
    Queue the reports of every period that ended in the last days; each once, however often the job runs.

    Reads the daily counters only: the cost does not grow with the number of cases. Returns counts.
    """
    counts: Counter[str] = Counter()
    periods = [
        period
        for period in _just_ended(local(now).date())
        if outbox.get(message_id(PROVINCE, period)) is None
    ]
    counted = stats.scopes()
    # before the first case there is nothing to report, and nobody waits for it
    if not periods or not counted:
        return {}
    last = max(period.ends_on for period in periods)
    counters = {PROVINCE: _by_day(stats.read(PROVINCE, BEGINNING, last))}
    agencies = [agency for agency in directory.agencies.values() if agency_scope(agency.code) in counted]
    for agency in agencies:
        scope = agency_scope(agency.code)
        counters[scope] = _by_day(stats.read(scope, BEGINNING, last))
    publishing = _Publishing(files, commit, directory, render, sheet, now)
    for period in periods:
        of_agencies = {
            agency.code: build_report(agency_scope(agency.code), period, counters[agency_scope(agency.code)])
            for agency in agencies
        }
        whole = build_report(PROVINCE, period, counters[PROVINCE])
        office = directory.province["office"]["email"]
        told = [report for report in of_agencies.values() if not report.is_empty]
        for agency in agencies:
            report = of_agencies[agency.code]
            to = agency.focal_point.email if agency.valid.covers(period.ends_on) else ""
            if not report.is_empty and to:
                counts[_queue(report, publishing, to=to)] += 1
        # The province's own comes last: once it is in the outbox, the period is done.
        readers = tuple(leader["email"] for leader in directory.province.get("leaders", ()))
        counts[_queue(whole, publishing, to=office, cc=readers, of_agencies=told)] += 1
    return dict(counts)


def _just_ended(today: date) -> list[ReportPeriod]:
    """Periods that ended within LOOK_BACK_DAYS, oldest first: a day on which the job did not run is made up for."""
    return [
        period
        for back in reversed(range(LOOK_BACK_DAYS))
        for period in periods_ended(today - timedelta(days=back))
    ]


def _by_day(counters: Mapping[date, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    return {day.isoformat(): counts for day, counts in counters.items()}


def _queue(
    report: Report,
    publishing: _Publishing,
    *,
    to: str,
    cc: tuple[str, ...] = (),
    of_agencies: Sequence[Report] = (),
) -> str:
    identity = message_id(report.scope, report.period)
    key = f"reports/{identity}.xlsx"
    directory, agencies = publishing.directory, list(of_agencies)
    publishing.files.put(key, publishing.sheet(report, directory, "vi", agencies=agencies), XLSX)
    mail = publishing.render("report", language="vi", directory=directory, report=report, agencies=agencies)
    message = Message(
        id=identity,
        channel="email",
        to=to,
        cc=cc,
        purpose="report",
        created_at=publishing.now,
        due_at=publishing.now,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        attachments=(key,),
    )
    try:
        publishing.commit(messages=(message,))
    except (AlreadyReceived, CaseConflict):
        return "known"
    return "queued"


def message_id(scope: str, period: ReportPeriod) -> str:
    """One report of a scope and a period is one message: `report-so_ldtbxh-2020-H1`."""
    return f"report-{scope.removeprefix('agency#')}-{period.id}"
