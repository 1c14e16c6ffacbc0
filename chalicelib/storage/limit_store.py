"""Counts how often somebody did something in a stretch of time; lies in the `inbox` table and expires with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError

from chalicelib.domain.limits import LIMITS, window
from chalicelib.storage.failures import condition_failed, in_hotline_words
from chalicelib.storage.inbox_record import ReceivedRecord
from chalicelib.storage.record import IntegerAttribute, Record, TextAttribute

KEPT = timedelta(days=1)
"""After its window, until the table's own clean-up takes the row."""


class LimitRecord(Record):
    """How often one somebody did one thing in one window."""

    table = "inbox"
    schema_record = ReceivedRecord

    id = TextAttribute(hash_key=True)
    times = IntegerAttribute()
    expires_at = IntegerAttribute()


class LimitStore:
    """What was done how often."""

    def take(self, name: str, who: str, *, now: datetime) -> bool:
        """
        Count one more, unless the limit is reached; return whether it was counted.

        Args:
            name: A name of `domain.limits.LIMITS`.
            who: Keyed mark of a sender or network, or a case code; never an address.
            now: Aware.

        Raises:
            StorageUnavailable: The database did not answer; nothing is allowed then, nothing is lost either.
        """
        within, ends = window(name, now)
        record = LimitRecord(f"limit#{within}#{who}")
        with in_hotline_words():
            try:
                record.update(
                    [
                        LimitRecord.times.add(1),
                        LimitRecord.expires_at.set(int((ends + KEPT).timestamp())),
                    ],
                    LimitRecord.id.does_not_exist() | (LimitRecord.times < LIMITS[name].most),
                )
            except UpdateError as error:
                if condition_failed(error):
                    return False
                raise
        return True

    def give_back(self, name: str, who: str, *, now: datetime) -> None:
        """
        Count one less: what was taken beforehand turned out not to be meant.

        Args:
            now: The moment it was taken at.

        Raises:
            StorageUnavailable: The database did not answer; the one stays counted.
        """
        within, _ = window(name, now)
        with in_hotline_words():
            try:
                LimitRecord(f"limit#{within}#{who}").update(
                    [LimitRecord.times.add(-1)], LimitRecord.times > 0
                )
            except UpdateError as error:
                if not condition_failed(error):
                    raise
