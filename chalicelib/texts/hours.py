"""Hours of duty as people read them: `thứ Hai–thứ Sáu 07:30–11:30, 13:30–17:00`; and a line's next change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.duty import ALSO, ONLY, Shift

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ROUND_THE_CLOCK = ("00:00-24:00",)


def hours_text(shifts: Iterable[Shift], language: str = texts.HOME) -> str:
    """
    Return the hours of some shifts in words, one part for each that differs.

    Args:
        shifts: Those that take the calls of a line (`Hotline.shifts`).
        language: `vi` or `en`.
    """
    return "; ".join(dict.fromkeys(_shift_text(shift, language) for shift in shifts))


def moment_text(moment: datetime, now: datetime, language: str = texts.HOME) -> str:
    """Return until or from when a line is open: 17:00, or 07:30 thứ Hai 23/02 when it is another day."""
    said = texts.time_text(moment, language)
    if moment == moment.replace(hour=0, minute=0) and (moment - local(now)).days < 1:
        return "24:00"
    if moment.date() == local(now).date():
        return said
    return f"{said} {texts.name('weekday', moment.isoweekday(), language)} {moment:%d/%m}"


def _shift_text(shift: Shift, language: str) -> str:
    if shift.hours == _ROUND_THE_CLOCK and shift.days == "daily" and shift.holidays == ALSO:
        hours = texts.text("names.days.always", language)
    else:
        spans = ", ".join(span.replace("-", "–") for span in shift.hours)
        days = (
            texts.text("names.days.holidays", language)
            if shift.holidays == ONLY
            else _days(shift.days, language)
        )
        hours = f"{days} {spans}"
    if not shift.extended or shift.valid.ends_on is None:
        return hours
    return texts.text(
        "names.days.until", language, hours=hours, day=texts.date_text(shift.valid.ends_on, language)
    )


def _days(days: str, language: str) -> str:
    if days == "daily":
        return texts.text("names.days.daily", language)
    ranges = ("–".join(_weekday(day, language) for day in part.split("-")) for part in days.split(","))
    return ", ".join(ranges)


def _weekday(day: str, language: str) -> str:
    return texts.name("weekday", _WEEKDAYS.index(day) + 1, language)
