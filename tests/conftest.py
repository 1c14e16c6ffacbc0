"""What all tests share: settings that no real province could run on, and the five tables in memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Before the first import of the hotline: nothing here may ever reach a real account.
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PROVINCE": "test-province",
        # Where nobody listens: a test that forgot to ask for tables fails at once instead of leaving the machine.
        "DYNAMODB_ENDPOINT": "http://127.0.0.1:9",
        "PUBLIC_URL": "https://hotline.example",
        "SECRET_KEY": "a-secret-for-tests-that-no-province-may-use",
        "TWILIO_ACCOUNT_SID": "ACtest",
        "TWILIO_AUTH_TOKEN": "a-token-for-tests",
        "GATEWAY_SECRET": "a-gateway-secret-for-tests",
        "SMS_SENDER": "+840000001022",
        "EMAIL_SENDER": "1022@hotline.example",
        "EMAIL_REPLY_DOMAIN": "reply.hotline.example",
    }
)
for _name in (
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "TWILIO_AUTH_TOKEN_SECONDARY",
    "TWILIO_API_URL",
):
    os.environ.pop(_name, None)


@pytest.fixture
def use_tables(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict[str, str]], None]:
    """Name an engine and its five tables in the settings, for the time of the test."""

    def use(endpoint: str, names: dict[str, str]) -> None:
        monkeypatch.setenv("DYNAMODB_ENDPOINT", endpoint)
        for table, name in names.items():
            monkeypatch.setenv(f"{table.upper()}_TABLE", name)

    return use


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """Address of the engine in memory, one for all tests of the run."""
    from local.database import start_moto_server

    endpoint, stop = start_moto_server()
    yield endpoint
    stop()


@pytest.fixture
def tables(moto_endpoint: str, use_tables: Callable[[str, dict[str, str]], None]) -> Iterator[dict[str, str]]:
    """Five empty tables in memory: table → its full name."""
    from local.database import create_tables, delete_tables

    prefix = f"test-{uuid4().hex[:12]}"
    names = create_tables(moto_endpoint, prefix)
    use_tables(moto_endpoint, names)
    yield names
    delete_tables(moto_endpoint, prefix)


@pytest.fixture
def at_once() -> Callable[..., list[object]]:
    """Run several calls at the same moment; return what each returned or raised, in their order."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    def run(*calls: Callable[[], object]) -> list[object]:
        together = Barrier(len(calls))

        def one(call: Callable[[], object]) -> object:
            together.wait(timeout=10)
            try:
                return call()
            except Exception as error:  # the test looks at it
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one headless Chromium: a second one in a process would not start. Skips where there is none, fails in CI."""
    from playwright.sync_api import Error, sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        try:
            # No sandbox: in a container the tests may run as root. They open nothing but our own pages.
            found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except Error as problem:
            message = f"Chromium is missing: install it (apt-get install chromium). {problem}"
            if os.environ.get("CI"):
                pytest.fail(message, pytrace=False)
            pytest.skip(message)
        yield found
        found.close()
