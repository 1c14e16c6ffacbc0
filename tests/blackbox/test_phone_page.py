"""The simulator's page in a real browser: somebody calls, an officer answers, and both hang up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.running import Province

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    return start_province(START="2026-03-02T08:00")


@pytest.mark.parametrize("width, number", [(360, "0900000141"), (1280, "0900000142")])
def test_a_caller_reaches_an_officer_on_the_page(
    province: Province,
    browser: Browser,
    width: int,
    number: str,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(province.simulator)
    page.fill("#phone", number)
    page.keyboard.press("Enter")
    page.click("#dial")
    page.wait_for_selector("#heard li.hotline")
    page.click("#pad button:text-is('0')")
    page.locator("#legs li", has_text=number[1:]).locator("button.main").first.click()
    page.locator("#legs li", has_text=number[1:]).get_by_text("Bấm 1").click()
    page.wait_for_selector("#call-state:has-text('Đang nói chuyện')")
    assert page.evaluate(SIDEWAYS) == 0
    page.click("#hang-up")
    page.wait_for_selector("#call-state:has-text('Cuộc gọi đã kết thúc')")
    assert (page.inner_text("#call-faults"), problems) == ("", [])
    page.click("#hang-up")
    page.wait_for_selector("#chat", state="visible")
    page.close()
