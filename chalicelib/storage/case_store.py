"""Finding cases: one with its history, and the lists that screens and jobs work through."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from pynamodb.exceptions import UpdateError

from chalicelib.domain.case import OPEN, Case, Status
from chalicelib.domain.open311 import MOST_LISTED, is_listed
from chalicelib.domain.published import Published, is_published
from chalicelib.errors import CaseNotFound
from chalicelib.storage.batch import items_by_key
from chalicelib.storage.case_record import (
    CASE,
    EVENT,
    ONE_SHELF,
    PUBLIC,
    CaseRecord,
    EventRecord,
    PublishedRecord,
    record_to_case,
    record_to_event,
    record_to_published,
)
from chalicelib.storage.failures import condition_failed, in_hotline_words
from chalicelib.storage.page import MOST, Page, cursor_of, public_cursor, read_cursor, read_public_cursor
from chalicelib.storage.record import moment_text

LISTED_PAGE = 100
"""Rows of a field that are read at a time; one weighs about 150 bytes."""


CHILDREN_AMONG = 10
"""Children come in with their parent or right after it, before the reporter's next matters."""


class CaseStore:
    """
    Cases as stored. Writing them is `storage.commit`'s.

    Lists find the codes in an index and read the cases themselves, so that what they show is never out of date:
    a case that has just left the list is not shown, even where the index does not know yet. Cases of a list carry
    no history (`events` is empty).
    """

    def get(self, code: str) -> Case:
        """
        Return the case with its whole history.

        Raises:
            CaseNotFound: No case has this code.
            StorageUnavailable: The database did not answer.
        """
        case = self._read(code)
        if len(case.events) < case.version:
            # A change was being written while its items were read one after the other; now it is through.
            case = self._read(code)
        return case

    def _read(self, code: str) -> Case:
        if not code:
            raise CaseNotFound(code)
        with in_hotline_words():
            items = _raw_items(code)
        head = next((item for item in items if item["item"]["S"] == CASE), None)
        if head is None:
            raise CaseNotFound(code)
        record = CaseRecord.from_raw_data(head)
        events = (
            record_to_event(EventRecord.from_raw_data(item))
            for item in items
            if item["item"]["S"].startswith(EVENT)
        )
        return record_to_case(record, tuple(event for event in events if event.number <= record.version))

    def heads(self, codes: Iterable[str], *, fresh: bool = True) -> list[Case]:
        """
        Return the cases with these codes, without their history, in the order asked; unknown ones are left out.

        Args:
            codes: Which ones.
            fresh: Strongly consistent; otherwise half the price, and up to a second behind.
        """
        keys = [{"code": {"S": code}, "item": {"S": CASE}} for code in dict.fromkeys(codes)]
        found = {item["code"]["S"]: item for item in items_by_key(CaseRecord, keys, fresh=fresh)}
        return [
            record_to_case(CaseRecord.from_raw_data(found[key["code"]["S"]]))
            for key in keys
            if key["code"]["S"] in found
        ]

    def open_for_agency(self, agency: str, *, limit: int = 50, after: str | None = None) -> Page[Case]:
        """Return open cases an agency has, the one due first first."""
        return self._page(
            CaseRecord.by_agency,
            agency,
            limit=limit,
            after=after,
            still=lambda case: case.agency == agency and case.status in OPEN,
        )

    def of_reporter(self, reporter_id: str, limit: int = 20) -> list[Case]:
        """Return the latest cases of a reporter, newest first; none for a reporter without an address."""
        if not reporter_id:
            return []
        return list(
            self._page(CaseRecord.by_reporter, reporter_id, limit=limit, after=None, newest_first=True).items
        )

    def children(self, parent: Case) -> list[Case]:
        """Return the cases made of further matters in the words of *parent*, without their history."""
        if not parent.reporter_id:
            return []
        with in_hotline_words():
            found = CaseRecord.by_reporter.query(
                parent.reporter_id,
                CaseRecord.received_at >= parent.received_at,
                limit=CHILDREN_AMONG,
                attributes_to_get=["code"],
            )
            codes = [record.code for record in found]
        return [case for case in self.heads(codes) if case.parent == parent.code]

    def desk_queue(self, *, limit: int = 50, after: str | None = None) -> Page[Case]:
        """Return cases no agency has: urgent ones first, then by time of receipt."""
        return self._page(
            CaseRecord.by_desk,
            ONE_SHELF,
            limit=limit,
            after=after,
            still=lambda case: case.status is Status.RECEIVED,
        )

    def received_on(self, day: date, *, limit: int = MOST, after: str | None = None) -> Page[Case]:
        """Return cases received on a day in Việt Nam, in order of receipt."""
        return self._page(CaseRecord.by_day, day.isoformat(), limit=limit, after=after)

    def published(self, codes: Iterable[str]) -> dict[str, Published]:
        """
        Return the published words of the cases with these codes; what is not published is left out.

        Args:
            codes: Ask only for cases whose `published_at` is set: each further one is a read for nothing.
        """
        keys = [{"code": {"S": code}, "item": {"S": PUBLIC}} for code in dict.fromkeys(codes)]
        found = map(PublishedRecord.from_raw_data, items_by_key(CaseRecord, keys))
        return {record.code: record_to_published(record) for record in found if record.published}

    def latest_published(self, *, limit: int = 20, after: str | None = None) -> Page[tuple[Case, Published]]:
        """
        Return published cases with their words, the latest publication first.

        Everybody may ask, so a page begins behind a moment and not behind a key that a stranger could make up. Of two
        cases published in the same microsecond, the second is passed over where a page ends between them.
        """
        limit = max(1, min(limit, MOST))
        within = CaseRecord.published_at < read_public_cursor(after) if after else None
        with in_hotline_words():
            found = list(
                islice(
                    CaseRecord.by_published.query(
                        ONE_SHELF, within, limit=limit + 1, scan_index_forward=False
                    ),
                    limit + 1,
                )
            )
        shown = found[:limit]
        following = public_cursor(shown[-1].published_at) if len(found) > limit else None
        cases = [case for case in self.heads(record.code for record in shown) if is_published(case)]
        words = self.published(case.code for case in cases)
        return Page(tuple((case, words[case.code]) for case in cases if case.code in words), following)

    def listed(
        self,
        services: Iterable[str],
        *,
        since: datetime,
        until: datetime,
        skip: int,
        limit: int,
        wants: Callable[[Case], bool] | None = None,
    ) -> list[Case]:
        """
        Return cases other systems may see, newest first, without their history.

        Args:
            services: Codes of fields to look through; cases without one lie under `domain.open311.OTHER`.
            since: First moment of receipt.
            until: Last moment of receipt.
            skip: How many to pass over.
            limit: At most so many; together with *skip* at most `MOST_LISTED`.
            wants: What else a case must fit, which no index knows.

        Nothing behind the `MOST_LISTED` newest is looked at, whatever is asked. What was written within the last second
        may not show yet.
        """
        limit = min(limit, MOST_LISTED - skip)
        if limit <= 0:
            return []
        codes = islice(self._listed_codes(tuple(dict.fromkeys(services)), since, until), MOST_LISTED)
        if wants is None:
            shown = self.heads(islice(codes, skip, skip + limit), fresh=False)
            return [case for case in shown if is_listed(case)]
        found: list[Case] = []
        while len(found) < skip + limit and (batch := list(islice(codes, MOST))):
            found += [case for case in self.heads(batch, fresh=False) if is_listed(case) and wants(case)]
        return found[skip : skip + limit]

    def _listed_codes(self, services: tuple[str, ...], since: datetime, until: datetime) -> Iterator[str]:
        within = CaseRecord.received_at.between(since, until)
        with in_hotline_words():
            shelves = [
                CaseRecord.by_list.query(
                    service,
                    within,
                    scan_index_forward=False,
                    page_size=LISTED_PAGE,
                    attributes_to_get=["code", "received_at"],
                )
                for service in services
            ]
            # lazily: each shelf is read only as far as its cases are among the newest
            newest = heapq.merge(*shelves, key=lambda one: (one.received_at, one.code), reverse=True)
            yield from (record.code for record in newest)

    def wake_due(self, now: datetime, limit: int = MOST) -> list[str]:
        """
        Return codes of cases whose next step is due, the longest due first.

        Reads only what is due, however many cases are open. The index may lag: the step itself must look at the
        case again.
        """
        with in_hotline_words():
            found = CaseRecord.by_wake.query(
                ONE_SHELF, CaseRecord.wake_at <= now, limit=limit, attributes_to_get=["code"]
            )
            return [record.code for record in found]

    def put_off(self, code: str, *, now: datetime, until: datetime) -> bool:
        """
        Let a due case wake later, and change nothing else of it: no event, no version.

        Args:
            code: Which case.
            now: The present moment; a case that is not due (any more) is left alone.
            until: When it is due again.

        Returns:
            Whether it was put off.
        """
        record = CaseRecord(code, CASE)
        with in_hotline_words():
            try:
                record.update([CaseRecord.wake_at.set(until)], CaseRecord.wake_at <= now)
            except UpdateError as error:
                if condition_failed(error):
                    return False
                raise
        return True

    def _page(
        self,
        index: Any,
        shelf: str,
        *,
        limit: int,
        after: str | None,
        still: Callable[[Case], bool] | None = None,
        newest_first: bool = False,
    ) -> Page[Case]:
        limit = max(1, min(limit, MOST))
        place_name = _sort_attribute(index)
        start = _start_key(index, shelf, after) if after else None
        with in_hotline_words():
            # One more than asked tells whether there is a next page, so that the last one is known to be the last.
            found = list(
                islice(
                    index.query(
                        shelf,
                        limit=limit + 1,
                        scan_index_forward=not newest_first,
                        last_evaluated_key=start,
                    ),
                    limit + 1,
                )
            )
        shown = found[:limit]
        cases = self.heads(record.code for record in shown)
        following = None
        if len(found) > limit:
            place = getattr(shown[-1], place_name)
            following = cursor_of(
                moment_text(place) if isinstance(place, datetime) else place, shown[-1].code
            )
        return Page(tuple(case for case in cases if still is None or still(case)), following)


def _raw_items(code: str) -> list[dict[str, Any]]:
    """All items of a case, strongly consistent; one call, more only for a history above 1 MB."""
    table = CaseRecord._get_connection()
    items: list[dict[str, Any]] = []
    start = None
    while True:
        answer = table.query(code, consistent_read=True, exclusive_start_key=start)
        items += answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return items


def _sort_attribute(index: Any) -> str:
    return next(name for name, attribute in index.Meta.attributes.items() if attribute.is_range_key)


def _start_key(index: Any, shelf: str, cursor: str) -> dict[str, dict[str, str]]:
    place, code = read_cursor(cursor)
    shelf_name = next(name for name, attribute in index.Meta.attributes.items() if attribute.is_hash_key)
    return {
        shelf_name: {"S": shelf},
        _sort_attribute(index): {"S": place},
        "code": {"S": code},
        "item": {"S": CASE},
    }
