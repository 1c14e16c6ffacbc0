"""The only reader of the environment. A wrong value names the variable, the province and the remedy.

A deployed function's secrets are not in its environment: they are parameters, read when the first is needed
(docs/adr/0011). A variable that is set counts before the parameter of its name.

Nothing here has a default that would let a real province run on a made-up secret; `local/` sets its own.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from chalicelib.errors import SecretsUnavailable, SettingMissing

TABLES = ("cases", "outbox", "inbox", "directory", "stats")


PARAMETERS_SECONDS = 300
"""How long secrets are used before looking for others: so soon a rotation reaches a process that is already warm."""

LOOK_AGAIN_SECONDS = 30
"""When secrets are looked for again that could not be read while former ones are at hand."""

SHORTEST_KEY = 32
"""Characters; `secrets.token_hex(32)` has 64."""

INDEX_MARK = "index:"
"""Before the last key: it is the index key and opens nothing any more."""

ReadParameters = Callable[[str, tuple[str, ...], str], Mapping[str, str]]
"""(path, names, region) → value of each name that is there. Raises SecretsUnavailable."""

_log = logging.getLogger("hotline.settings")


class _Parameters:
    """The secrets of this process: all read in one call when the first is needed, and again every few minutes."""

    def __init__(
        self, read: ReadParameters | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._values: Mapping[str, str] | None = None
        self._look_at = float("-inf")

    def get(self, name: str) -> str:
        """
        Return the value of a parameter, empty when there is none.

        Raises:
            SecretsUnavailable: They could not be read, and never were.
        """
        if self._values is None or self._clock() >= self._look_at:
            self._values = self._look(self._values)
        return self._values.get(name, "").strip()

    def look_soon(self) -> None:
        """Ask again at the next need: a parameter that was missing may be there by then."""
        self._look_at = float("-inf")

    def _look(self, former: Mapping[str, str] | None) -> Mapping[str, str]:
        if self._read is None:
            raise SettingMissing(
                "PARAMETERS is set, but nothing reads parameters. Import chalicelib.wiring first."
            )
        try:
            found = self._read(_parameters_path(), _parameter_names(), region())
        except SecretsUnavailable:
            if former is None:
                raise
            # Those at hand are most likely still good: the hotline must not fall silent with the parameter store.
            _log.exception("secrets not refreshed")
            self._look_at = self._clock() + LOOK_AGAIN_SECONDS
            return former
        self._look_at = self._clock() + PARAMETERS_SECONDS
        return found


_parameters = _Parameters()


def read_parameters_with(read: ReadParameters, clock: Callable[[], float] = time.monotonic) -> None:
    """Tell how parameters are read, and forget those read so far; *clock* counts seconds."""
    global _parameters
    _parameters = _Parameters(read, clock)


def _parameters_path() -> str:
    """Path, with a slash at its end, below which this stack's parameters lie; empty where there are none."""
    path = os.environ.get("PARAMETERS", "").strip()
    return f"{path.rstrip('/')}/" if path else ""


def _parameter_names() -> tuple[str, ...]:
    """Names of the parameters this function may read; none without a path."""
    names = os.environ.get("SECRET_NAMES", "") if _parameters_path() else ""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _value(name: str) -> str:
    """A variable, else the parameter of that name, else empty."""
    value = os.environ.get(name, "").strip()
    if not value and name in _parameter_names():
        return _parameters.get(name)
    return value


def _need(name: str, remedy: str, *, put_by: str = "make secrets") -> str:
    value = _value(name)
    if value:
        return value
    where = os.environ.get("PROVINCE", "").strip()
    if name in _parameter_names():
        _parameters.look_soon()
        raise SettingMissing(
            f"The parameter {_parameters_path()}{name} is missing. "
            f"Run: {put_by} PROVINCE={where or '<province>'} (for a pilot with ENV=pilot)"
        )
    raise SettingMissing(f"{name} is not set ({where or 'no province set'}). {remedy}")


def _choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in allowed:
        raise SettingMissing(f"{name} is {value!r} ({province()}). Use one of: {', '.join(allowed)}.")
    return value


def province() -> str:
    """Slug of the province this stack serves, e.g. `dong-thap`."""
    return _need("PROVINCE", "Set it to a folder name under provinces/.")


def table_name(table: str) -> str:
    """Name of one of the five tables: `<TABLE>_TABLE`, else `<province>-<table>`."""
    assert table in TABLES, table
    return os.environ.get(f"{table.upper()}_TABLE", "").strip() or f"{province()}-{table}"


def region() -> str:
    """Region of the tables, buckets and mail service; the province's choice (law on personal data)."""
    return os.environ.get("AWS_REGION") or _need("AWS_DEFAULT_REGION", "Set the region the pack names.")


def dynamodb_endpoint() -> str | None:
    """URL of a database that is not Amazon's own in `region()`: DynamoDB Local, ExtendDB (docs/ops/leaving-aws.md)."""
    return os.environ.get("DYNAMODB_ENDPOINT", "").strip() or None


def public_url() -> str:
    """Where the hotline is reached, without a trailing slash; links and webhook signatures are built on it."""
    remedy = "Set it to the https address of the hotline."
    url = _need("PUBLIC_URL", remedy, put_by="make deploy").rstrip(
        "/"
    )  # the stack itself makes this parameter
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingMissing(f"PUBLIC_URL must begin with https:// ({province()}).")
    return url


def signing_keys() -> tuple[str, ...]:
    """Keys behind signed links and reply tokens, newest first: the first makes them, any of them opens them."""
    return _secret_keys()[0]


def index_key() -> str:
    """Key behind the index of reporters: always the oldest, so that a rotation makes a stranger of nobody."""
    return _secret_keys()[1]


def _secret_keys() -> tuple[tuple[str, ...], str]:
    """`SECRET_KEY`: one key; `new,old` during a rotation; `new,index:old` once the old one opens nothing any more."""
    held = _need("SECRET_KEY", "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'")
    *newer, last = (key.strip() for key in held.split(","))
    oldest = last.removeprefix(INDEX_MARK)
    for place, key in enumerate((*newer, oldest), start=1):
        if len(key) < SHORTEST_KEY:
            raise SettingMissing(
                f"SECRET_KEY: key {place} is shorter than {SHORTEST_KEY} characters ({province()}). "
                "Keys stand newest first, with commas between; make another one."
            )
        if place <= len(newer) and key.startswith(INDEX_MARK):
            raise SettingMissing(f"SECRET_KEY: only the last key may be marked {INDEX_MARK} ({province()}).")
    if not newer and last != oldest:
        raise SettingMissing(
            f"SECRET_KEY: no key signs ({province()}). Put a new one first: new,{INDEX_MARK}old."
        )
    return (tuple(newer) if last != oldest else (*newer, oldest)), oldest


def code_version() -> str | None:
    """Which code runs, as its deploy named it."""
    return os.environ.get("CODE_VERSION", "").strip() or None


def cdn_mark() -> str:
    """What our own CloudFront shows in the header x-cdn-mark; empty where there is none."""
    return os.environ.get("CDN_MARK", "").strip()


def proxies() -> int:
    """How many servers of our own stand before a server run without AWS: so many addresses back is the reader's."""
    value = os.environ.get("PROXIES", "").strip() or "0"
    if not value.isdigit():
        raise SettingMissing(f"PROXIES is {value!r} ({province()}). Set it to a number, 0 for none.")
    return int(value)


def sms_provider() -> str:
    """twilio, or gateway for a domestic gateway that speaks signed JSON."""
    return _choice("SMS_PROVIDER", ("twilio", "gateway"), "twilio")


def twilio_account_sid() -> str:
    """Twilio account."""
    return _need("TWILIO_ACCOUNT_SID", "Copy it from the Twilio console.")


def twilio_auth_tokens() -> tuple[str, ...]:
    """The primary token and, during a rotation, the secondary one."""
    primary = _need("TWILIO_AUTH_TOKEN", "Copy it from the Twilio console.")
    secondary = _value("TWILIO_AUTH_TOKEN_SECONDARY")
    return (primary, secondary) if secondary else (primary,)


def twilio_api_url() -> str | None:
    """Another address for Twilio's REST API (an edge, or the simulator)."""
    return os.environ.get("TWILIO_API_URL", "").strip() or None


def sms_sender() -> str:
    """Number or sender name that texts go out under."""
    return _need("SMS_SENDER", "Set the number in E.164 or the registered sender name.")


def voice_number() -> str:
    """Number that phones show when the hotline calls, in E.164; the sender of texts where no other is set."""
    return os.environ.get("VOICE_NUMBER", "").strip() or sms_sender()


def gateway_url() -> str:
    """Address of the domestic SMS gateway."""
    return _need("GATEWAY_URL", "Set the https address the aggregator gave you.")


def gateway_secrets() -> tuple[str, ...]:
    """Secrets shared with the domestic gateway; two, comma-separated, during a rotation."""
    parts = _need("GATEWAY_SECRET", "Agree one with the aggregator.").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def email_sender() -> str:
    """From address of all mail."""
    return _need("EMAIL_SENDER", "Set an address of a domain verified with the mail service.")


def email_reply_domain() -> str:
    """Domain whose mail comes back to the hotline; reply tokens are addresses in it."""
    return _need("EMAIL_REPLY_DOMAIN", "Set the domain with the inbound mail rule.")


def email_configuration_set() -> str | None:
    """SES configuration set that reports bounces and complaints."""
    return os.environ.get("EMAIL_CONFIGURATION_SET", "").strip() or None


def ses_endpoint() -> str | None:
    """Another address for the mail service (the simulator)."""
    return os.environ.get("SES_ENDPOINT", "").strip() or None


def email_provider() -> str:
    """ses, or smtp for a mail server of the province's own."""
    return _choice("EMAIL_PROVIDER", ("ses", "smtp"), "ses")


def smtp_url() -> str:
    """Address of the mail server with user and password: `smtps://user:password@host:465`, `smtp://host:25`."""
    remedy = "Set it like smtps://user:password@mail.example:465, special characters percent-encoded."
    parts = urlsplit(_need("SMTP_URL", remedy))
    try:
        fits = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        fits = False
    if not fits:
        raise SettingMissing(f"SMTP_URL is no address of a mail server ({province()}). {remedy}")
    return parts.geturl()


def files_bucket() -> str | None:
    """Bucket of the file store; None where `FILES_FOLDER` is used."""
    return os.environ.get("FILES_BUCKET", "").strip() or None


def files_endpoint() -> str | None:
    """S3 address that is not Amazon's own."""
    return os.environ.get("FILES_ENDPOINT", "").strip() or None


def files_origin() -> str:
    """
    Scheme and host that browsers open and upload files at; empty when there are none for them.

    Of a bucket it is the engine's own address; of a folder the one that `local/` serves it at (`FILES_URL`).
    """
    if bucket := files_bucket():
        endpoint = files_endpoint()
        return _origin(endpoint) if endpoint else f"https://{bucket}.s3.{region()}.amazonaws.com"
    return _origin(files_url())


def files_url() -> str:
    """Where a door serves the folder of files to browsers; empty when nowhere."""
    return os.environ.get("FILES_URL", "").strip().rstrip("/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def files_folder() -> str:
    """Folder of the file store on one machine."""
    return _need("FILES_FOLDER", "Set FILES_BUCKET (deployed) or FILES_FOLDER (one machine).")


def for_a_child() -> dict[str, str]:
    """Return what a child process needs of the environment to run at all; no key and no secret is in it."""
    return {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}


def recordings_bucket() -> str | None:
    """Bucket of the recordings of calls; None where they lie beside the files of one machine."""
    return os.environ.get("RECORDINGS_BUCKET", "").strip() or None


def transcriber() -> str:
    """amazon, or none where people listen to recordings themselves."""
    return _choice(
        "TRANSCRIBER",
        ("amazon", "none"),
        "amazon" if recordings_bucket() or transcribe_endpoint() else "none",
    )


def transcribe_jobs() -> str:
    """What the names of transcription jobs begin with; the functions may touch no others."""
    return os.environ.get("TRANSCRIBE_JOBS", "").strip() or province()


def transcribe_endpoint() -> str | None:
    """Another address for the transcription service (the simulator)."""
    return os.environ.get("TRANSCRIBE_ENDPOINT", "").strip() or None
