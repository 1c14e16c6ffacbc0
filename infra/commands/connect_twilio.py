"""Point the Twilio numbers of a province at its hotline. Shows what is and what would be; takes no number unasked."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, TextIO
from urllib.parse import urlsplit

from chalicelib import settings
from chalicelib.errors import HotlineError
from infra.aws import client
from infra.plan import Plan
from infra.state import public_url
from packs import Problem

RETRIES = "#rc=3&rp=all"
"""Three more tries on any failure; without it Twilio tries again only where it could not connect."""

WEBHOOKS = (
    ("sms_url", "/twilio/sms", RETRIES),
    ("sms_fallback_url", "/twilio/sms", ""),
    ("voice_url", "/twilio/voice", RETRIES),
)
"""Setting of a number, route it leads to, fragment; one whose route the hotline does not have is left alone.
The status callback of texts is none of them: each message names its own."""

APPLICATIONS = {"sms_url": "sms_application_sid", "voice_url": "voice_application_sid"}
"""Where such an application is set, Twilio ignores the number's own addresses."""

TWILIOS_OWN = ("demo.twilio.com",)
"""What a new number leads to: nobody's."""

WAIT_SECONDS = 10.0
PLACE = "Twilio"
"""How problems name what is no file."""


class TwilioRefused(HotlineError):
    """Twilio, or what is set there, stands in the way; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting of one number."""

    number: str
    """E.164; a hotline's own number, nobody's secret."""
    sid: str
    setting: str
    now: str
    then: str
    taken: bool
    """Whether it leads to somebody else now."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options of `connect-twilio`."""
    parser.add_argument("--dry-run", action="store_true", help="show what is set and what would be")
    parser.add_argument(
        "--number",
        action="append",
        default=[],
        help="only this number, in E.164 (default: sms_sender, or all; a pilot has no default)",
    )
    parser.add_argument("--take-over", action="store_true", help="also numbers that lead elsewhere now")


def run(plan: Plan, args: argparse.Namespace, out: TextIO) -> int:
    """Connect and print now → then of each setting; 1 = refused, and nothing was changed."""
    try:
        changes = plan_changes(plan, numbers=args.number)
        for line in lines(changes):
            print(line, file=out)
        taken = list(_taken(plan, changes))
        if taken and not args.take_over:
            for problem in taken:
                print(problem, file=out)
            print("Nothing is changed.", file=out)
            return 1
        if args.dry_run:
            print("A dry run: nothing is changed.", file=out)
            return 0
        done = connect(plan, changes)
    except TwilioRefused as refused:
        print(refused, file=out)
        return 1
    print(f"{done} settings changed." if done else "All is set as it should be.", file=out)
    return 0


def check(plan: Plan, *, numbers: Sequence[str] = (), api: Any = None) -> list[Problem]:
    """
    Return what a deploy should know of the numbers before it makes anything; nothing is changed.

    Args:
        plan: The stack; need not be deployed, its secrets must be there.
        numbers: Only these, in E.164.
        api: A Twilio client; by default one with the credentials kept for the stack.

    Returns:
        A number that leads elsewhere, none at all, or an account that refuses us. Nothing for another provider. Of a
        pilot whose numbers nobody names only the last: those of the account are production's.
    """
    if plan.sms_provider != "twilio":
        return []
    try:
        if not plan.is_production and not numbers:
            _of_account(plan, api)
            return []
        changes = plan_changes(plan, numbers=numbers, api=api, ours=public_url(plan) or "")
        return list(_taken(plan, changes))
    except TwilioRefused as refused:
        return [Problem(PLACE, 0, str(refused))]


def plan_changes(
    plan: Plan, *, numbers: Sequence[str] = (), api: Any = None, ours: str | None = None
) -> list[Change]:
    """
    Return every setting of the province's numbers with what it is and what it should be.

    Args:
        plan: The stack.
        numbers: Only these; by default the pack's `sms_sender` where it is one of the account's, else all of them. A
            pilot has no default: beside production, the numbers are production's.
        api: A Twilio client.
        ours: Address of the hotline; by default the deployed one.

    Raises:
        TwilioRefused: No address yet, no credentials, no such number, none named, or Twilio did not answer.
    """
    if plan.sms_provider != "twilio":
        raise TwilioRefused(f"{plan.slug} does not send by Twilio (deploy.yaml, sms.provider).")
    ours = public_url(plan) if ours is None else ours
    if ours is None:
        raise TwilioRefused(f"The hotline has no address yet. Deploy first: make deploy {plan.words}")
    found = _chosen(_of_account(plan, api), plan, numbers)
    return [change for number in found for change in _changes(number, ours)]


def connect(plan: Plan, changes: Sequence[Change], *, api: Any = None) -> int:
    """
    Make the changes, number by number, and return how many settings were changed; a second time changes nothing.

    Raises:
        TwilioRefused: Twilio did not take one; those before it stand.
    """
    api, done = api or make_api(plan), 0
    for sid in dict.fromkeys(change.sid for change in changes):
        wanted = {c.setting: c.then for c in changes if c.sid == sid and c.now != c.then}
        if not wanted:
            continue
        _asked(partial(api.incoming_phone_numbers(sid).update, **wanted))
        done += len(wanted)
    return done


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield now → then of every setting, number by number."""
    for number in dict.fromkeys(change.number for change in changes):
        yield number
        for change in changes:
            if change.number == number:
                then = "as it should be" if change.now == change.then else f"→ {change.then or '(nothing)'}"
                yield f"  {change.setting:<22}{change.now or '(nothing)'}  {then}"


def make_api(plan: Plan) -> Any:
    """
    Return a Twilio client with the credentials kept for the stack.

    Raises:
        TwilioRefused: They are not there.
    """
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    names = [f"{plan.parameters}{name}" for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")]
    answer = client("ssm", plan).get_parameters(Names=names, WithDecryption=True)
    found = {one["Name"]: one["Value"] for one in answer["Parameters"]}
    missing = [name for name in names if not found.get(name)]
    if missing:
        raise TwilioRefused(f"Missing: {', '.join(missing)}. Run: make secrets {plan.words}")
    # Twilio's client logs every request at INFO; nobody needs the numbers of an account in a log.
    quiet = logging.getLogger("infra.twilio_http")
    quiet.setLevel(logging.WARNING)
    account, token = (found[name] for name in names)
    http = TwilioHttpClient(timeout=WAIT_SECONDS, logger=quiet)
    api = Client(account, token, http_client=http, environment={"TWILIO_EDGE": ""})
    if url := settings.twilio_api_url():
        api.api.base_url = url.rstrip("/")
    return api


def _of_account(plan: Plan, api: Any) -> list[Any]:
    found: list[Any] = _asked(lambda: list((api or make_api(plan)).incoming_phone_numbers.list()))
    return found


def _chosen(found: Sequence[Any], plan: Plan, numbers: Sequence[str]) -> list[Any]:
    there = {number.phone_number: number for number in found}
    unknown = [number for number in numbers if number not in there]
    if unknown:
        raise TwilioRefused(
            f"Not a number of this Twilio account: {', '.join(unknown)}. It has: {', '.join(there) or 'none'}."
        )
    if not there:
        raise TwilioRefused("The Twilio account has no phone number. Buy or port one in the Twilio console.")
    if numbers:
        return [there[number] for number in numbers]
    if not plan.is_production:
        raise TwilioRefused(
            f"A pilot takes no number unasked. Name it: make connect-twilio {plan.words} ARGS='--number …'. "
            f"The account has: {', '.join(there)}."
        )
    return [there[plan.sms_sender]] if plan.sms_sender in there else list(found)


def _changes(number: Any, ours: str) -> Iterator[Change]:
    paths = _routes()
    for setting, path, fragment in WEBHOOKS:
        if path not in paths:
            continue
        is_now = str(getattr(number, setting, None) or "")
        yield Change(
            number.phone_number,
            number.sid,
            setting,
            is_now,
            f"{ours}{path}{fragment}",
            taken=_leads_elsewhere(is_now, ours),
        )
        method = setting.replace("_url", "_method")
        yield Change(
            number.phone_number,
            number.sid,
            method,
            str(getattr(number, method, None) or ""),
            "POST",
            taken=False,
        )
        application = APPLICATIONS.get(setting, "")
        if is_now := str(getattr(number, application, None) or "") if application else "":
            yield Change(number.phone_number, number.sid, application, is_now, "", taken=True)


def _routes() -> Mapping[str, Any]:
    """The hotline's own routes, from the app that is deployed."""
    return dict(import_module("app").app.routes)


def _leads_elsewhere(address: str, ours: str) -> bool:
    host = urlsplit(address).hostname
    if not host or host in TWILIOS_OWN:
        return False
    # With the path: pilots share API Gateway's host names, and a stage is another hotline.
    return not ours or not address.startswith(f"{ours}/")


def _taken(plan: Plan, changes: Sequence[Change]) -> Iterator[Problem]:
    for change in changes:
        if change.taken:
            yield Problem(
                f"{PLACE} {change.number}",
                0,
                f"{change.setting} leads elsewhere: {change.now}.",
                f"If the number is {plan.prefix}'s from now on: "
                f"make connect-twilio {plan.words} ARGS='--number {change.number} --take-over'",
            )


def _asked(call: Callable[[], Any]) -> Any:
    """Ask Twilio; its errors in words that hold no credential."""
    from twilio.base.exceptions import TwilioException, TwilioRestException

    try:
        return call()
    except TwilioException as error:
        # Lists refuse with the bare answer in place of an error of their own.
        answer = error if isinstance(error, TwilioRestException) else next(iter(error.args[1:]), None)
        status = getattr(answer, "status", None) or getattr(answer, "status_code", None) or "no status"
        remedy = " Put the right account and token: make secrets." if status in (401, 403, 404) else ""
        raise TwilioRefused(f"Twilio refused ({status}).{remedy}") from error
    except OSError as error:
        raise TwilioRefused(f"Twilio did not answer ({type(error).__name__}). Try again.") from error
