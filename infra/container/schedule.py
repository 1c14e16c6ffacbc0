"""When a job is next due: AWS `rate(…)` and `cron(…)` expressions, as the app declares them."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}  # seconds
_MONTHS = {name: at for at, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
_WEEKDAYS = {
    name: at for at, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), 1)
}  # Sunday is 1 at AWS
_HORIZON_DAYS = 366 * 8


def next_after(expression: str, after: datetime) -> datetime:
    """
    Return the first moment later than *after* at which *expression* fires.

    Args:
        expression: `rate(1 minute)` or `cron(30 0 * * ? *)`, in UTC as at AWS.
        after: Aware.

    Raises:
        ValueError: The expression is not understood, or never fires in the coming eight years.
    """
    found = re.fullmatch(r"\s*(rate|cron)\((.*)\)\s*", expression)
    if not found:
        raise ValueError(f"Neither rate(…) nor cron(…): {expression!r}")
    utc = after.astimezone(UTC)
    if found[1] == "rate":
        return _next_of_rate(found[2], utc).astimezone(after.tzinfo)
    return _next_of_cron(found[2], utc).astimezone(after.tzinfo)


def period_seconds(expression: str) -> int | None:
    """Return the period of a `rate(…)`, None for a `cron(…)`."""
    found = re.fullmatch(r"\s*rate\((\d+) (minute|hour|day)s?\)\s*", expression)
    return int(found[1]) * _UNITS[found[2]] if found else None


def scheduled_event(
    name: str, at: datetime, *, region: str = "local", account: str = "000000000000"
) -> dict[str, Any]:
    """Return what EventBridge sends to a scheduled function when the time of rule *name* has come."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "region": region,
        "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [f"arn:aws:events:{region}:{account}:rule/{name}"],
        "detail": {},
    }


def schedules_of(app: Any) -> dict[str, str]:
    """Return handler name → expression for everything the Chalice app schedules."""
    found = {}
    for source in app.event_sources:
        expression = getattr(source, "schedule_expression", None)
        if expression is not None:
            rule = expression if isinstance(expression, str) else expression.to_string()
            found[source.handler_string.rpartition(".")[2]] = rule
    return found


def _next_of_rate(text: str, after: datetime) -> datetime:
    seconds = period_seconds(f"rate({text})")
    if not seconds:
        raise ValueError(f"Not a rate: {text!r}")
    passed = int(after.timestamp()) // seconds  # aligned, so that a minute job runs at whole minutes
    return datetime.fromtimestamp((passed + 1) * seconds, UTC)


def _next_of_cron(text: str, after: datetime) -> datetime:
    parts = text.split()
    if len(parts) != 6:
        raise ValueError(f"A cron expression has six fields: {text!r}")
    minutes = _values(parts[0], 0, 59)
    hours = _values(parts[1], 0, 23)
    days = _values(parts[2], 1, 31)
    months = _values(parts[3], 1, 12, _MONTHS)
    weekdays = _values(parts[4], 1, 7, _WEEKDAYS)
    years = _values(parts[5], 1970, 2199)
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(_HORIZON_DAYS):
        weekday = day.isoweekday() % 7 + 1
        if day.year in years and day.month in months and day.day in days and weekday in weekdays:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    at = day.replace(hour=hour, minute=minute)
                    if at > after:
                        return at
        day += timedelta(days=1)
    raise ValueError(f"Never fires: {text!r}")


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    def number(text: str) -> int:
        value = (names or {}).get(text.upper())
        value = int(text) if value is None else value
        if not low <= value <= high:
            raise ValueError(f"{text!r} is outside {low}–{high}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (number(end) for end in span.split("-", 1))
        else:
            first = number(span)
            last = high if step else first
        found.update(range(first, last + 1, int(step) if step else 1))
    return frozenset(found)
