"""The only reader of the environment. A wrong value names the variable, the province and the remedy.

Nothing here has a default that would let a real province run on a made-up secret; `local/` sets its own.
"""

from __future__ import annotations

import os

from chalicelib.errors import SettingMissing

TABLES = ("cases", "outbox", "inbox", "directory", "stats")


def _need(name: str, remedy: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        where = os.environ.get("PROVINCE", "").strip() or "no province set"
        raise SettingMissing(f"{name} is not set ({where}). {remedy}")
    return value


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
    """URL of a database that is not Amazon's own in `region()`: DynamoDB Local, Alternator."""
    return os.environ.get("DYNAMODB_ENDPOINT", "").strip() or None


def public_url() -> str:
    """Where the hotline is reached, without a trailing slash; links and webhook signatures are built on it."""
    url = _need("PUBLIC_URL", "Set it to the https address of the hotline.").rstrip("/")
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingMissing(f"PUBLIC_URL must begin with https:// ({province()}).")
    return url


def secret_key() -> str:
    """Secret behind signed links, reply tokens and the reporter index; at least 32 characters."""
    key = _need("SECRET_KEY", "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'")
    if len(key) < 32:
        raise SettingMissing(f"SECRET_KEY is shorter than 32 characters ({province()}). Make a new one.")
    return key


def sms_provider() -> str:
    """twilio, or gateway for a domestic gateway that speaks signed JSON."""
    return _choice("SMS_PROVIDER", ("twilio", "gateway"), "twilio")


def twilio_account_sid() -> str:
    """Twilio account."""
    return _need("TWILIO_ACCOUNT_SID", "Copy it from the Twilio console.")


def twilio_auth_tokens() -> tuple[str, ...]:
    """The primary token and, during a rotation, the secondary one."""
    primary = _need("TWILIO_AUTH_TOKEN", "Copy it from the Twilio console.")
    secondary = os.environ.get("TWILIO_AUTH_TOKEN_SECONDARY", "").strip()
    return (primary, secondary) if secondary else (primary,)


def twilio_api_url() -> str | None:
    """Another address for Twilio's REST API (an edge, or the simulator)."""
    return os.environ.get("TWILIO_API_URL", "").strip() or None


def sms_sender() -> str:
    """Number or sender name that texts go out under."""
    return _need("SMS_SENDER", "Set the number in E.164 or the registered sender name.")


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


def files_bucket() -> str | None:
    """Bucket of the file store; None where `FILES_FOLDER` is used."""
    return os.environ.get("FILES_BUCKET", "").strip() or None


def files_endpoint() -> str | None:
    """S3 address that is not Amazon's own."""
    return os.environ.get("FILES_ENDPOINT", "").strip() or None


def files_folder() -> str:
    """Folder of the file store on one machine."""
    return _need("FILES_FOLDER", "Set FILES_BUCKET (deployed) or FILES_FOLDER (one machine).")
