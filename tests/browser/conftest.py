"""One Chromium for the pages: skips loudly where there is none, fails where CI promised one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine, or the one Playwright brought."""
    from playwright.sync_api import Error, sync_playwright

    program = next(filter(None, map(shutil.which, NAMES)), None)
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


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow phone without JavaScript that must not ask anybody for anything."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert [url for url in asked if not url.startswith(("about:", "file:"))] == []
    context.close()
