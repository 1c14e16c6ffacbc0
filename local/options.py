"""What `make run` was asked for, and the settings the hotline gets for it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local.clock import read_moment

ROOT = Path(__file__).resolve().parent.parent

TWILIO_AUTH_TOKEN = "local-twilio-token"
TWILIO_ACCOUNT_SID = "AC" + "10220000" * 4
GATEWAY_SECRET = "local-gateway-secret-for-one-machine-only"
SECRET_KEY = "local-secret-key-that-protects-nothing"
ENGINES = ("moto", "local")


class WrongOption(ValueError):
    """A setting of `make run` cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of `make run`."""

    province: str
    port: int
    sim_port: int
    start: datetime | None
    """Where the simulated clock begins; None = where an earlier run stopped, or now."""
    demo: bool
    engine: str
    folder: Path
    """Below it lies what outlives a run."""

    @property
    def hotline(self) -> str:
        """Address of the hotline."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator(self) -> str:
        """Address of the simulator."""
        return f"http://127.0.0.1:{self.sim_port}"


def read_options(environ: Mapping[str, str]) -> Options:
    """
    Read the settings of `make run`.

    Raises:
        WrongOption: One of them cannot be used.
    """
    from packs.reading import slugs

    province = environ.get("PROVINCE", "").strip() or "dong-thap"
    if province not in slugs():
        raise WrongOption(f"PROVINCE={province}: there is no such pack. There are: {', '.join(slugs())}.")
    engine = environ.get("DYNAMODB", "").strip() or "moto"
    if engine not in ENGINES:
        raise WrongOption(
            f"DYNAMODB={engine}: use moto (in memory) or local (Amazon's DynamoDB Local, kept on disk)."
        )
    start = environ.get("START", "").strip()
    try:
        begins = read_moment(start) if start else None
    except ValueError as error:
        raise WrongOption(f"START: {error}.") from error
    port, sim_port = _port(environ, "PORT", 8022), _port(environ, "SIM_PORT", 8023)
    if port == sim_port:
        raise WrongOption(
            f"PORT and SIM_PORT are both {port}: the hotline and the simulator need a port each, "
            f"e.g. make run PORT=8022 SIM_PORT=8023."
        )
    return Options(
        province=province,
        port=port,
        sim_port=sim_port,
        start=begins,
        demo=environ.get("DEMO", "").strip().lower() not in ("", "0", "no", "false"),
        engine=engine,
        folder=Path(environ.get("LOCAL_FOLDER", "").strip() or ROOT / ".local"),
    )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"\d{1,5}", given) or not 0 < int(given) < 65536:
        raise WrongOption(f"{name}={given}: a port is a number from 1 to 65535.")
    return int(given)


def settings_for(
    options: Options, *, endpoint: str, files: Path, tables: Mapping[str, str], pack: Mapping[str, Any]
) -> dict[str, str]:
    """Return the environment a deployed province gets from its stack, pointed at this machine."""
    province = pack["province"]
    return {
        "PROVINCE": options.province,
        "PUBLIC_URL": options.hotline,
        "SECRET_KEY": SECRET_KEY,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DYNAMODB_ENDPOINT": endpoint,
        **{f"{table.upper()}_TABLE": name for table, name in tables.items()},
        "FILES_FOLDER": str(files),
        "FILES_URL": f"{options.simulator}/files",
        "SMS_PROVIDER": "twilio",
        "SMS_SENDER": str(province["sms_sender"]),
        "TWILIO_ACCOUNT_SID": TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TWILIO_AUTH_TOKEN,
        "TWILIO_API_URL": options.simulator,
        "GATEWAY_SECRET": GATEWAY_SECRET,
        "GATEWAY_URL": f"{options.simulator}/gateway",
        "EMAIL_SENDER": str(province["email_from"]),
        "EMAIL_REPLY_DOMAIN": str(province["email_domain"]),
        "SES_ENDPOINT": options.simulator,
        "TRANSCRIBE_ENDPOINT": options.simulator,
    }


STRANGERS = (
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "FILES_BUCKET",
    "FILES_ENDPOINT",
    "RECORDINGS_BUCKET",
    "TRANSCRIBER",
    "TRANSCRIBE_JOBS",
    "EMAIL_CONFIGURATION_SET",
    "TWILIO_AUTH_TOKEN_SECONDARY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
)
"""Variables of a developer's shell that must not lead the hotline on this machine anywhere else."""


def apply(environment: Mapping[str, str]) -> None:
    """Give the hotline its settings, before it is imported."""
    for name in STRANGERS:
        os.environ.pop(name, None)
    os.environ.update(environment)
