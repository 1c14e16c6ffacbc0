"""Daily counters for the province, per agency and per area, so that a report reads days and not cases.

Lies in the `stats` table as
- `<scope>` + `2026-03-02`: the counters of a day, one number attribute each;
- `case#<code>` + `contribution`: what a case has put into the counters so far, under the case's version. It is
  what makes a record of the stream that comes twice or late count once;
- `public` + `2026-03`: the figures of a month for everybody;
- `scopes` + `<scope>`: which scopes have counters at all, so that a report does not ask for each of 200 agencies.
"""

from __future__ import annotations

import json
import random
import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pynamodb.attributes import BinaryAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import settings
from chalicelib.domain.figures import Figures, from_data, to_data
from chalicelib.domain.stats import AREA, difference
from chalicelib.errors import CaseConflict
from chalicelib.storage.connection import connection
from chalicelib.storage.failures import in_hotline_words
from chalicelib.storage.record import IntegerAttribute, Record, TextAttribute

CONTRIBUTION = "contribution"
SCOPES = "scopes"
PUBLIC = "public"
TRIES = 5
"""How often an application is tried when another one of the same case or the same day was in between."""
WAIT_SECONDS = 0.03
"""Longest wait before the first further try; doubles each time."""

Contribution = Mapping[tuple[str, date | str], Mapping[str, int]]
"""(scope, day) → counter → what the case adds there. A day is a date or its ISO text."""
_Counts = dict[tuple[str, str], dict[str, int]]


class StatsRecord(Record):
    """Counters of a day; they are attributes of their own, read and written raw."""

    table = "stats"

    scope = TextAttribute(hash_key=True)
    day = TextAttribute(range_key=True)


class ContributionRecord(Record):
    """What one case has put into the counters."""

    table = "stats"
    schema_record = StatsRecord

    scope = TextAttribute(hash_key=True)
    day = TextAttribute(range_key=True, default=CONTRIBUTION)
    version = IntegerAttribute()
    counts = BinaryAttribute(legacy_encoding=False)


class FiguresRecord(Record):
    """The figures of one month for everybody."""

    table = "stats"
    schema_record = StatsRecord

    scope = TextAttribute(hash_key=True, default=PUBLIC)
    day = TextAttribute(range_key=True)
    figures = BinaryAttribute(legacy_encoding=False)


class StatsStore:
    """The daily counters."""

    def __init__(self) -> None:
        self._noted: set[tuple[str, str]] = set()
        """Table and scope this process has written under `scopes`."""

    def apply(self, case_code: str, version: int, contribution: Contribution) -> bool:
        """
        Make the counters show what a case at *version* contributes, whatever it contributed before.

        Args:
            case_code: The case.
            version: Its version; an older one than the last applied changes nothing.
            contribution: All of it, not the difference.

        Returns:
            Whether anything was new and is now counted: a newer version, or what this release counts of a version that
            an earlier release counted less of.

        Raises:
            CaseConflict: Others kept changing the same counters; try again.
            StorageUnavailable: The database did not answer.
        """
        wanted = _plain(contribution)
        for attempt in range(1, TRIES):
            try:
                return self._apply(case_code, version, wanted)
            except CaseConflict:
                # All cases of a day meet at the province's counters.
                time.sleep(random.uniform(0, WAIT_SECONDS) * 2**attempt)
        return self._apply(case_code, version, wanted)

    def _apply(self, case_code: str, version: int, wanted: _Counts) -> bool:
        former = self._former(case_code)
        counted = _unpack(former.counts) if former else {}
        if former is not None and (
            former.version > version or (former.version == version and counted == wanted)
        ):
            return False
        record = ContributionRecord(_scope(case_code), CONTRIBUTION, version=version, counts=_pack(wanted))
        unmoved = (
            (ContributionRecord.version == former.version) & (ContributionRecord.counts == former.counts)
            if former
            else ContributionRecord.scope.does_not_exist()
        )
        changes = difference(wanted, counted)
        # Those of areas are noted by the nightly recount: a hundred communes would cost each process a hundred writes.
        self.note_scopes({scope for scope, _ in changes if not scope.startswith(AREA)})
        with in_hotline_words("Another record of the same case was counted first."):
            if not changes:
                # Nothing to add, but the version must be known: an older record that comes later must not count.
                record.save(unmoved)
                return True
            with TransactWrite(connection=connection()) as transaction:
                transaction.save(record, condition=unmoved)
                for (scope, day), counters in changes.items():
                    transaction.update(StatsRecord(scope, day), _additions(counters))
        return True

    def contribution(self, case_code: str) -> tuple[int, dict[tuple[str, date], dict[str, int]]]:
        """Return the version last counted for a case and what it put in; (0, {}) when nothing was counted."""
        former = self._former(case_code)
        if former is None:
            return 0, {}
        return former.version, {
            (scope, date.fromisoformat(day)): counters
            for (scope, day), counters in _unpack(former.counts).items()
        }

    def read(self, scope: str, first_day: date, last_day: date) -> dict[date, dict[str, int]]:
        """
        Return the counters of a scope for the days from *first_day* to *last_day*, both included.

        Days without any counter are absent, counters that are back at 0 too. One call for some years of days.
        """
        table = StatsRecord._get_connection()
        days: dict[date, dict[str, int]] = {}
        start = None
        while True:
            with in_hotline_words():
                answer = table.query(
                    scope,
                    StatsRecord.day.between(first_day.isoformat(), last_day.isoformat()),
                    exclusive_start_key=start,
                )
            for item in answer["Items"]:
                counters = {
                    name: int(value["N"])
                    for name, value in item.items()
                    if "N" in value and value["N"] != "0"
                }
                if counters:
                    days[date.fromisoformat(item["day"]["S"])] = counters
            start = answer.get("LastEvaluatedKey")
            if not start:
                return days

    def scopes(self) -> set[str]:
        """Return all scopes that ever had a counter."""
        with in_hotline_words():
            return {record.day for record in StatsRecord.query(SCOPES, consistent_read=True)}

    def note_scopes(self, scopes: Iterable[str]) -> None:
        """Write down that scopes have counters; each once a process, so that a case costs nothing more."""
        table = settings.table_name("stats")
        for scope in scopes:
            if (table, scope) not in self._noted:
                with in_hotline_words():
                    StatsRecord(SCOPES, scope).save()
                self._noted.add((table, scope))

    def publish(self, figures: Figures) -> None:
        """Store the figures of one month for everybody, in the place of those it had."""
        record = FiguresRecord(PUBLIC, figures.months[0], figures=_packed(to_data(figures)))
        with in_hotline_words():
            record.save()

    def figures(self, first_day: date, last_day: date) -> list[Figures]:
        """Return the published figures of the months two days lie in and of those between, in order; one call."""
        between = FiguresRecord.day.between(f"{first_day:%Y-%m}", f"{last_day:%Y-%m}")
        with in_hotline_words():
            return [
                from_data(json.loads(zlib.decompress(record.figures)))
                for record in FiguresRecord.query(PUBLIC, between)
            ]

    def add(self, scope: str, day: date, differences: Mapping[str, int]) -> None:
        """Add to the counters of a day (may be negative), for the nightly recount to repair what it finds wrong."""
        with in_hotline_words():
            StatsRecord(scope, day.isoformat()).update(_additions(differences))

    def _former(self, case_code: str) -> ContributionRecord | None:
        with in_hotline_words():
            try:
                return ContributionRecord.get(_scope(case_code), CONTRIBUTION, consistent_read=True)
            except ContributionRecord.DoesNotExist:
                return None


def _scope(case_code: str) -> str:
    return f"case#{case_code}"


def _plain(contribution: Contribution) -> _Counts:
    """Days as text, zeros left out, so that equal contributions are equal."""
    plain: _Counts = {}
    for (scope, day), counters in contribution.items():
        kept = {name: int(value) for name, value in counters.items() if value}
        if kept:
            plain[scope, str(day)] = kept
    return plain


def _additions(counters: Mapping[str, int]) -> list[Action]:
    # A list as path: the dots in a counter's name are part of the name, not a way into a map.
    return [Path([name]).add(change) for name, change in counters.items()]


def _pack(counts: _Counts) -> bytes:
    lines: list[Any] = [[scope, day, counters] for (scope, day), counters in sorted(counts.items())]
    # Packed, the row of a whole case life stays below the 1 KB that one write unit pays for.
    return _packed(lines)


def _packed(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 9)


def _unpack(packed: bytes) -> _Counts:
    return {(scope, day): counters for scope, day, counters in json.loads(zlib.decompress(packed))}
