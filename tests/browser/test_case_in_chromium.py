"""A case followed in a real browser without scripts: filed, looked up, answered by the agency, rated, objected to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.running import Province, code_in, start_province

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["start_province"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

PHONES = iter(f"+849000001{number:02d}" for number in range(10, 100))
SAID = "Duong Nguyen Hue phuong Cao Lanh co o ga rat lon, xe te hoai"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    """A province on an ordinary working morning."""
    return start_province(START="2026-11-18T09:00")


@pytest.fixture
def person(browser: Browser, province: Province):
    """Somebody without scripts who has texted a matter and looks it up with code and digits."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    phone = next(PHONES)
    code = code_in(province.text(phone, SAID)[0])
    page.goto(f"{province.hotline}/case")
    page.fill("#code", code)
    page.fill("#contact", phone[-6:])
    page.click("main button")
    assert f"/case/{code}-" in page.url
    yield page, code
    context.close()


def answer_by_agency(province: Province, code: str, act: str, words: str) -> None:
    spelled = f"{code[:3]} {code[3:6]} {code[6:]}"
    mail = next(
        mail for mail in reversed(province.mails()) if spelled in mail["text"] and "/a/" in mail["text"]
    )
    assert province.act(province.link(mail), act, words).status == 200


def fits(page: Page) -> bool:
    """Whether nothing stands beside the page, narrow and wide; scripts of the page itself stay off."""
    wide = []
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        wide.append(page.evaluate(SIDEWAYS) <= 0)
    return all(wide)


def test_an_answer_is_read_rated_and_objected_to_without_scripts(province, person):
    page, code = person
    assert fits(page)
    page.click("#add summary")
    page.fill("#field-add", "Ngay truoc cho")
    answer_by_agency(province, code, "answer", "Đã vá ổ gà sáng nay.")
    page.click("#add button")
    assert "vừa chuyển sang bước khác" in page.inner_text("[role=alert]")
    assert "Ngay truoc cho" in page.inner_text("[role=alert]")
    assert "Đã vá ổ gà sáng nay." in page.inner_text("main") and fits(page)
    page.click("#rate button")
    assert page.get_by_role("link", name="Xin chọn một mức").count() == 1
    page.check("#rate-1")
    page.click("#rate button")
    assert page.url.endswith("?done=rate")
    page.fill("#field-object", "Vẫn còn ổ gà bên trái")
    page.click("#object button")
    assert "mở lại" in page.inner_text("[role=status]") and fits(page)


def test_a_case_is_withdrawn_by_keyboard_after_being_asked_once_more(province, person):
    page, _ = person
    page.focus("#withdraw summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**ask=withdraw*")
    assert fits(page)
    page.focus("main button")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=withdraw*")
    assert "Ông/bà đã rút" in page.inner_text("main")


def test_the_pages_of_a_case_can_be_read_by_everybody(browser, province, person):
    page, code = person
    answer_by_agency(province, code, "ask", "Trước số nhà nào?")
    context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    seen = context.new_page()
    for address in (
        page.url,
        f"{page.url}?new=1",
        f"{page.url}?ask=withdraw",
        f"{page.url}?done=add&lang=en",
    ):
        seen.goto(address)
        found = Axe().run(seen)
        serious = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == [], address
    context.close()
