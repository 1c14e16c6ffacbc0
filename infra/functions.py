"""Every function of the stack: its size, what starts it, what it may touch and which secrets it reads.

Logical ids are Chalice's own, made from the names in app.py; a test holds the two together. Memory and time-outs come
from measurement (docs/ops/sizes.md): Lambda gives processor time by memory, so a page gets more than it fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from infra.plan import Plan

READ, PUT, UPDATE = "r", "p", "u"

Trigger = Literal["http", "stream", "schedule", "async"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of app.py as it is deployed."""

    name: str
    """As in app.py; api_handler for all HTTP routes."""
    logical_id: str
    """Chalice's id in the template."""
    trigger: Trigger
    memory: int
    """MB."""
    timeout: int
    """Seconds; HTTP below the 29 seconds of API Gateway."""
    tables: dict[str, str]
    """Table → what is done there: `r` read by key, `p` put items, `u` update them."""
    lists: tuple[tuple[str, str], ...] = ()
    """Table and index of each list it goes through."""
    secrets: tuple[str, ...] = ()
    """signing: the province's own key. sms: the provider's credentials."""
    reads_files: tuple[str, ...] = ()
    """Folders of the bucket of files."""
    writes_files: tuple[str, ...] = ()
    deletes_files: tuple[str, ...] = ()
    sends_mail: bool = False
    transcribes: bool = False
    """Fetches recordings of calls, stores them and has them written down."""
    plays_recordings: bool = False
    """Gives the desk short-lived addresses of recordings."""
    stream_of: str = ""
    """Table whose stream starts it."""
    every_minutes: int = 0
    """A schedule shorter than a day: how often it runs."""


# A message that failed for good is noted in its case, and the desk is told.
_SENDING = {"cases": READ + PUT, "outbox": PUT + UPDATE, "directory": READ}
_SETTLING = _SENDING | {"outbox": READ + PUT + UPDATE}
# An officer's phone is kept for a call that is being placed.
_PLACING = {"inbox": READ + PUT}
_TAKING = {"cases": READ + PUT, "inbox": READ + PUT, "outbox": PUT, "directory": READ}
# How often somebody did something on the public pages is counted in its place.
_LIMITING = {"inbox": READ + PUT + UPDATE}

FUNCTIONS = (
    Function(
        "api_handler",
        "APIHandler",
        "http",
        1024,
        28,
        _TAKING | _SETTLING | _LIMITING | {"stats": READ},
        lists=(("cases", "by_reporter"), ("cases", "by_published"), ("cases", "by_list")),
        secrets=("signing", "sms"),
        # A browser may do for minutes what the address it was given was signed for, and no more than its signer.
        reads_files=("posters", "attachments"),
        writes_files=("posters", "uploads"),
        plays_recordings=True,
    ),
    Function(
        "send_outbox",
        "SendOutbox",
        "stream",
        512,
        60,
        _SENDING | _PLACING,
        secrets=("signing", "sms"),
        reads_files=("reports",),
        sends_mail=True,
        transcribes=True,
        stream_of="outbox",
    ),
    Function(
        "count_cases",
        "CountCases",
        "stream",
        256,
        60,
        {"cases": READ, "stats": READ + PUT + UPDATE},
        stream_of="cases",
    ),
    Function(
        "receive_email",
        "ReceiveEmail",
        "async",
        512,
        60,
        _TAKING,
        secrets=("signing",),
        reads_files=("inbound",),
    ),
    Function("take_mail_event", "TakeMailEvent", "async", 256, 60, _SETTLING),
    Function(
        "sweep_outbox",
        "SweepOutbox",
        "schedule",
        512,
        55,
        _SETTLING | _PLACING,
        lists=(("outbox", "by_due"),),
        secrets=("signing", "sms"),
        reads_files=("reports", "uploads"),
        writes_files=("attachments",),
        deletes_files=("uploads", "attachments"),
        sends_mail=True,
        transcribes=True,
        every_minutes=1,
    ),
    Function(
        "do_wake_ups",
        "DoWakeUps",
        "schedule",
        256,
        55,
        {"cases": READ + PUT + UPDATE, "outbox": PUT, "directory": READ},
        lists=(("cases", "by_wake"),),
        every_minutes=1,
    ),
    Function(
        "send_digests",
        "SendDigests",
        "schedule",
        512,
        300,
        {"cases": READ, "outbox": PUT, "directory": READ},
        lists=(("cases", "by_wake"), ("cases", "by_desk")),
        secrets=("signing",),
    ),
    Function(
        "recount_stats",
        "RecountStats",
        "schedule",
        512,
        300,
        {"cases": READ, "stats": READ + PUT + UPDATE},
        lists=(("cases", "by_day"),),
    ),
    Function(
        "send_reports",
        "SendReports",
        "schedule",
        512,
        300,
        {"stats": READ, "outbox": READ + PUT, "directory": READ},
        writes_files=("reports",),
    ),
)


def named(name: str) -> Function:
    """Return the function of that name in app.py."""
    return next(function for function in FUNCTIONS if function.name == name)


def secret_names(function: Function, plan: Plan) -> tuple[str, ...]:
    """Return the names of the parameters *function* reads; PUBLIC_URL where it is one (a pilot)."""
    names: list[str] = []
    if "signing" in function.secrets:
        names.append("SECRET_KEY")
    if "sms" in function.secrets:
        names += [name for name in plan.secrets if name != "SECRET_KEY"]
        if plan.sms_provider == "twilio":
            names.append("TWILIO_AUTH_TOKEN_SECONDARY")
    if plan.public_url is None and names:
        names.append("PUBLIC_URL")
    return tuple(names)


def environment(function: Function, plan: Plan) -> dict[str, str]:
    """Return the environment variables of *function* that are known before the stack exists; none is a secret."""
    variables = {
        "PROVINCE": plan.slug,
        **{f"{table.upper()}_TABLE": plan.table(table) for table in function.tables},
    }
    if names := secret_names(function, plan):
        variables |= {"PARAMETERS": plan.parameters, "SECRET_NAMES": ",".join(names)}
    if plan.public_url and ("signing" in function.secrets or "sms" in function.secrets):
        variables["PUBLIC_URL"] = plan.public_url
    if "sms" in function.secrets:
        variables |= {"SMS_PROVIDER": plan.sms_provider, "SMS_SENDER": plan.sms_sender}
        if plan.voice_number:
            variables["VOICE_NUMBER"] = plan.voice_number
    if function.sends_mail:
        variables |= {
            "EMAIL_SENDER": plan.email_sender,
            "EMAIL_REPLY_DOMAIN": plan.email_domain,
            "EMAIL_CONFIGURATION_SET": plan.stack_name,
        }
    if function.transcribes:
        variables["TRANSCRIBE_JOBS"] = plan.prefix
    return variables
