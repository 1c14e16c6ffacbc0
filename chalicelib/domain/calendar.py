"""When a province's offices work: sessions of a day, holidays, swap days, make-up Saturdays, extra duty.

Built from `calendar.yaml` as data (docs/deadlines.md describes the file). A year nobody entered is a
`CalendarGap`, never a guess. Days are walked one by one and kept; minutes are never walked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.directory import Agency, Directory
from chalicelib.domain.hours import Hours, merged, read_hours, read_week
from chalicelib.errors import CalendarGap

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Việt Nam's time: UTC+7 all year."""

OFFICE = "office"
"""Sessions of whoever names none."""

Session = tuple[datetime, datetime]

_NOTHING = timedelta(0)
_FURTHEST_WALK = 3660
"""Days a walk may take before the calendar is called empty: ten years, longer than any calendar entered."""


class WorkCalendar:
    """The working time of one set of sessions. Read-only; days looked at are kept."""

    def __init__(
        self,
        week: Sequence[Sequence[Hours]],
        *,
        years: frozenset[int],
        days_off: frozenset[date],
        makeup_days: Mapping[date, int],
        extra: Mapping[date, Sequence[Hours]],
        days_as: WorkCalendar | None = None,
        province: str = "<slug>",
    ) -> None:
        """
        Take the parts; `from_data` reads them from a pack.

        Args:
            week: Hours of Monday … Sunday.
            years: Years whose holidays were entered.
            days_off: Holidays and swap days, ordinary weekends not included.
            makeup_days: Day that is worked → weekday (0 = Monday) whose hours it keeps.
            extra: Hours of duty on single days.
            days_as: Whose working days count, when not one's own: the police keep their hours day and night,
                but a working day is an office's working day.
            province: Slug, to name the file that has to be filled.
        """
        self._week = tuple(merged(hours) for hours in week)
        self._years = years
        self._days_off = days_off
        self._makeup_days = makeup_days
        self._extra = extra
        self._days = days_as or self
        self._province = province
        self._regular_known: dict[date, tuple[Session, ...]] = {}
        self._sessions_known: dict[date, tuple[Session, ...]] = {}

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], sessions: str = OFFICE, *, province: str = "<slug>"
    ) -> WorkCalendar:
        """
        Read one set of sessions from `calendar.yaml` as data (keys may be dates and years, or their text).

        Args:
            data: `sessions`, `years` and perhaps `extra`.
            sessions: Which of `sessions`.
            province: Slug, for the message of a `CalendarGap`.

        Raises:
            ValueError: There are no such sessions, or an hour, weekday or day cannot be read.
            KeyError: A make-up day does not say which day it stands `for`.
        """
        table = data.get("sessions", {}).get(sessions)
        if table is None:
            raise ValueError(f"the calendar has no sessions called {sessions!r}")
        years: Mapping[Any, Mapping[str, Any]] = data.get("years", {})
        days_off: set[date] = set()
        makeup_days: dict[date, int] = {}
        if table.get("days_off", True):
            swapped: dict[date, date] = {}
            for year in years.values():
                days_off.update(_day(day) for day in year.get("days_off") or ())
                swapped |= {
                    _day(day): _day(about["for"]) for day, about in (year.get("makeup_days") or {}).items()
                }
            if table.get("swaps", True):
                makeup_days = {day: stands_for.weekday() for day, stands_for in swapped.items()}
            else:
                days_off.difference_update(swapped.values())
        extra: dict[date, list[Hours]] = {}
        for duty in data.get("extra") or ():
            if duty.get("sessions", OFFICE) == sessions:
                extra.setdefault(_day(duty["on"]), []).extend(read_hours(duty["hours"]))
        days_as = table.get("days_as")
        return cls(
            read_week(table),
            years=frozenset(int(year) for year in years),
            days_off=frozenset(days_off),
            makeup_days=makeup_days,
            extra=extra,
            days_as=cls.from_data(data, days_as, province=province) if days_as else None,
            province=province,
        )

    def is_working_day(self, day: date) -> bool:
        """
        Tell whether *day* counts as a working day. Extra duty does not make one of a day off.

        Raises:
            CalendarGap: Nobody entered the holidays of that year.
        """
        return bool(self._days._regular(day))

    def sessions_on(self, day: date) -> tuple[Session, ...]:
        """Start and end of each session on *day*, extra duty included; none touching another."""
        known = self._sessions_known.get(day)
        if known is None:
            known = self._regular(day)
            if day in self._extra:
                known = _at(day, merged((*self._hours_of(day), *self._extra[day])))
            self._sessions_known[day] = known
        return known

    def day_starts_at(self, day: date) -> datetime:
        """When the first ordinary session of a working day begins; ValueError on a day off."""
        return self._of_working_day(day)[0][0]

    def day_ends_at(self, day: date) -> datetime:
        """When the last ordinary session of a working day ends; ValueError on a day off."""
        return self._of_working_day(day)[-1][1]

    def next_working_day(self, day: date) -> date:
        """The first working day after *day*."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, n: int) -> date:
        """
        Return the *n*-th working day after *day*; *day* itself does not count and need not be one.

        Raises:
            ValueError: *n* is below 1.
            CalendarGap: The count runs into a year whose holidays nobody entered.
        """
        if n < 1:
            raise ValueError(f"a count of working days starts at 1, not {n}")
        for _ in range(_FURTHEST_WALK):
            day += timedelta(days=1)
            if self.is_working_day(day):
                n -= 1
                if n == 0:
                    return day
        raise ValueError("the calendar has no working days")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Session time from *start* to *end*; nothing when *end* is not later."""
        start, end = local(start), local(end)
        passed = _NOTHING
        day, last = start.date(), end.date()
        while day <= last:
            for opens, closes in self.sessions_on(day):
                passed += max(_NOTHING, min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return passed

    def add_working_time(self, at: datetime, amount: timedelta) -> datetime:
        """
        Return the moment when *amount* of session time has passed since *at*.

        A count that fills a session ends with it (17:00, not the next morning). No time at all gives *at*
        itself, or the start of the next session when *at* is in none.

        Raises:
            ValueError: *at* is naive or *amount* is negative.
            CalendarGap: The count runs into a year whose holidays nobody entered.
        """
        if amount < _NOTHING:
            raise ValueError("working time cannot be negative")
        at = local(at)
        day = at.date()
        for _ in range(_FURTHEST_WALK):
            for opens, closes in self.sessions_on(day):
                start = max(opens, at)
                if start > closes or (start == closes and amount):
                    continue
                if amount <= closes - start:
                    return start + amount
                amount -= closes - start
            day += timedelta(days=1)
        raise ValueError("the calendar has no sessions")

    def _of_working_day(self, day: date) -> tuple[Session, ...]:
        sessions = self._days._regular(day)
        if not sessions:
            raise ValueError(f"{day} is no working day")
        return sessions

    def _regular(self, day: date) -> tuple[Session, ...]:
        known = self._regular_known.get(day)
        if known is None:
            known = self._regular_known[day] = _at(day, self._hours_of(day))
        return known

    def _hours_of(self, day: date) -> tuple[Hours, ...]:
        weekday = self.weekday_kept(day)
        return () if weekday is None else self._week[weekday]

    def weekday_kept(self, day: date) -> int | None:
        """
        The weekday (0 = Monday) whose hours *day* keeps: its own, or that a make-up day stands for; None on a day off.

        Raises:
            CalendarGap: Nobody entered the holidays of that year.
        """
        if day.year not in self._years:
            raise CalendarGap(
                f"no holidays are entered for {day.year}: fill years: {day.year} in"
                f" provinces/common/calendar.yaml (or, for one province, in"
                f" provinces/{self._province}/calendar.yaml) and publish the pack"
            )
        if day in self._makeup_days:
            return self._makeup_days[day]
        return None if day in self._days_off else day.weekday()


def calendar_for(directory: Directory, agency: Agency | None = None) -> WorkCalendar:
    """
    Return the working time of an agency; of the desk when there is none (`desk_sessions`, else `office`).

    Built once per directory and set of sessions.

    Raises:
        ValueError: The calendar has no such sessions.
    """
    name = agency.sessions if agency else directory.calendar.get("desk_sessions", OFFICE)
    # kept on the directory as its cached properties are: it lives as long as the version it was built from
    known: dict[str, WorkCalendar] = directory.__dict__.setdefault("_calendars", {})
    if name not in known:
        known[name] = WorkCalendar.from_data(directory.calendar, name, province=directory.slug)
    return known[name]


def civil_time(at: datetime, from_: str = "07:00", to: str = "21:00") -> datetime:
    """
    Return *at*, or the next moment at which people may be written to without waking them.

    Args:
        at: Timezone-aware.
        from_: First civil minute of a day.
        to: End of the civil hours, itself outside them; later than *from_*.
    """
    at = local(at)
    opens, closes = time.fromisoformat(from_), time.fromisoformat(to)
    if opens <= at.time() < closes:
        return at
    day = at.date() if at.time() < opens else at.date() + timedelta(days=1)
    return datetime.combine(day, opens, ZONE)


def local(at: datetime) -> datetime:
    """Return *at* in Việt Nam's time; a naive time is refused with ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} carries no timezone")
    return at.astimezone(ZONE)


def _at(day: date, hours: Sequence[Hours]) -> tuple[Session, ...]:
    midnight = datetime.combine(day, time(), ZONE)
    return tuple((midnight + span.starts, midnight + span.ends) for span in hours)


def _day(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
