"""Secrets kept as parameters (SSM): read by name below one path, in one call."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import SecretsUnavailable

CONNECT_SECONDS = 1
READ_SECONDS = 2
ATTEMPTS = 2
"""A webhook has 15 seconds with Twilio, all it does included: this may take 6 of them, and only on a cold process."""

MOST_NAMES = 10
"""Of one call (GetParameters, API reference)."""


def read_parameters(path: str, names: tuple[str, ...], region: str) -> dict[str, str]:
    """
    Return the values of parameters by their names, decrypted; one that does not exist is left out.

    Args:
        path: Where they lie, with a slash at its end: `/hotline/dong-thap/`.
        names: At most ten, without the path.
        region: Where the parameter store is.

    Raises:
        SecretsUnavailable: It did not answer or refused; never holds a value.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    assert len(names) <= MOST_NAMES, names
    try:
        answer = _client(region).get_parameters(
            Names=[f"{path}{name}" for name in names], WithDecryption=True
        )
    except ClientError as problem:
        why = problem.response.get("Error", {}).get("Code", "refused")
        raise SecretsUnavailable(f"The parameters below {path} could not be read ({why}).") from problem
    except BotoCoreError as problem:
        why = type(problem).__name__
        raise SecretsUnavailable(f"The parameters below {path} could not be read ({why}).") from problem
    return {found["Name"].removeprefix(path): found["Value"] for found in answer["Parameters"]}


def _client(region: str) -> Any:
    import botocore.session
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    return botocore.session.get_session().create_client("ssm", region_name=region, config=config)
