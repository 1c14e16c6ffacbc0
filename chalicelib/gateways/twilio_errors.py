"""What Twilio's error codes mean for a message: try again, give up, call ops. One row a code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about one refusal."""

    meaning: str
    retry: bool
    """A later try may succeed; the outbox spaces the tries and ends them."""
    alarm: bool
    """Ops must look: more messages will meet the same fate."""


# Codes 2xxxx and 1xxxx answer the API call, 30xxx arrive in delivery reports.
# Source: Twilio's error dictionary, https://www.twilio.com/docs/api/errors
#
# A fault that ops can cure (wrong token, suspended account, closed country) is retried *and* raises an alarm: nothing
# was sent, and messages that wait an hour for the cure are better than messages the desk has to send again by hand.
CODES: dict[int, Verdict] = {
    # our account
    20003: Verdict("credentials refused", retry=True, alarm=True),
    20005: Verdict("account not active", retry=True, alarm=True),
    20429: Verdict("too many requests", retry=True, alarm=False),
    20503: Verdict("Twilio not available", retry=True, alarm=False),
    30001: Verdict("queue overflow", retry=True, alarm=False),
    30002: Verdict("account suspended", retry=True, alarm=True),
    # our set-up
    21212: Verdict("sender number not valid", retry=False, alarm=True),
    21408: Verdict("country not enabled", retry=True, alarm=True),
    21606: Verdict("sender cannot send SMS", retry=False, alarm=True),
    21609: Verdict("status callback address not valid", retry=False, alarm=True),
    21659: Verdict("sender is no number of this account", retry=False, alarm=True),
    # the recipient
    21211: Verdict("not a phone number", retry=False, alarm=False),
    21610: Verdict("recipient has opted out", retry=False, alarm=False),
    21612: Verdict("no route to the recipient", retry=False, alarm=False),
    21614: Verdict("not a mobile number", retry=False, alarm=False),
    30003: Verdict("handset off or out of reach", retry=True, alarm=False),
    30005: Verdict("number unknown", retry=False, alarm=False),
    30006: Verdict("landline or carrier out of reach", retry=False, alarm=False),
    # the message and its way
    14107: Verdict("reply loop", retry=False, alarm=True),
    21602: Verdict("text missing", retry=False, alarm=True),
    21611: Verdict("sender's queue full", retry=True, alarm=False),
    21617: Verdict("text longer than 1,600 characters", retry=False, alarm=True),
    # carriers block on templates and sender names; one is a pity, many mean the registration is wrong
    30004: Verdict("blocked", retry=False, alarm=True),
    30007: Verdict("filtered by the carrier", retry=False, alarm=True),
    30008: Verdict("failed for an unknown reason", retry=True, alarm=False),
}

_NO_NEWS = frozenset({429, 503})


def verdict(code: int | None, status: int) -> Verdict:
    """
    Return what to do about a refusal.

    Args:
        code: Twilio's error code, None when it gave none.
        status: HTTP status of the API's answer; 0 for a delivery report.
    """
    known = CODES.get(code or 0)
    if known:
        return known
    if status in _NO_NEWS:
        return Verdict("Twilio busy", retry=True, alarm=False)
    if status in (401, 403):
        return Verdict("credentials refused", retry=True, alarm=True)
    return Verdict("refused", retry=False, alarm=True)


def describe(code: int | None, found: Verdict) -> str:
    """Return the words kept with the message, e.g. `twilio 30003: handset off or out of reach`."""
    return f"twilio {code}: {found.meaning}" if code else f"twilio: {found.meaning}"
