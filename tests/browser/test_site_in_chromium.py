"""Every public page in a real browser: narrow and wide, by keyboard, without JavaScript, for assistive technology."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.running import Province, start_province

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Request

__all__ = ["start_province"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

PAGES = (
    "/",
    "/?lang=en",
    "/report",
    "/report?lang=en",
    "/case",
    "/hotlines",
    "/hotlines?q=tp+Sa+Dec",
    "/hotlines?q=khong+co+noi+nay",
    "/answers",
    "/answers?q=giay+khai+sinh",
    "/answers?q=zzzz",
    "/stats",
    "/stats/cases",
    "/banner",
    "/about",
    "/privacy?lang=en",
    "/accessibility",
)

WIDTHS = (1280, 360)
MAX_BYTES = 100_000
MAX_REQUESTS = 12
"""A page, its style, emblem and scripts; a phone on a slow network opens few connections."""

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

FOCUSED = """(() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {tag: one.tagName, text: (one.innerText || one.name || '').trim(), width: box.width,
          outlined: style.outlineStyle !== 'none' || style.boxShadow !== 'none', id: one.id};
})()"""

SMALL_TARGETS = """[...document.querySelectorAll('button, summary, nav a, input, select, .button')]
  .filter(one => one.type !== 'hidden' && one.getClientRects().length && !one.closest('.trap, .skip, .unseen'))
  .filter(one => one.getBoundingClientRect().height < 24)
  .map(one => one.outerHTML.slice(0, 80))"""
"""WCAG 2.2, 2.5.8: a target of at least 24 by 24 pixels."""


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    """A province on an ordinary working morning."""
    return start_province(START="2026-11-18T09:00")


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser nobody has used before; without scripts where the test says so."""
    scripts = getattr(request, "param", {}).get("scripts", True)
    opened = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    yield opened
    opened.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_little_fits_and_can_be_read_by_everybody(context, province, path):
    page = context.new_page()
    loaded: list[Request] = []
    wrong: list[str] = []
    page.on("requestfinished", lambda request: loaded.append(request))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    answer = page.goto(province.hotline + path, wait_until="networkidle")
    assert answer is not None and answer.status == 200
    assert wrong == [], "nothing is refused by the page's own policy, nothing fails"
    assert [one.url for one in loaded if not one.url.startswith((province.hotline, "data:", "blob:"))] == []
    sizes = [one.sizes() for one in loaded]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert weight <= MAX_BYTES and len(loaded) <= MAX_REQUESTS, (weight, [one.url for one in loaded])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate(SIDEWAYS) <= 0, f"nobody has to scroll sideways at {width}"
        assert page.evaluate(SMALL_TARGETS) == [], width
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in serious]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("context", [{"scripts": False}], indirect=True, ids=["no scripts"])
def test_a_page_says_the_same_without_javascript(context, province, path):
    page = context.new_page()
    page.goto(province.hotline + path)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()
    blocked = page.locator("form button:not([type=button]):visible").all()
    assert all(button.is_enabled() for button in blocked), "every button works without scripts"


@pytest.mark.parametrize("path", ["/", "/report", "/case", "/hotlines", "/answers"])
def test_a_page_can_be_walked_by_keyboard_alone(context, province, path):
    page = context.new_page()
    page.goto(province.hotline + path, wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["tag"] == "A"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED)["id"] == "main", "the first stop leads past the navigation"
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    assert stops and all(stop["outlined"] for stop in stops), [stop for stop in stops if not stop["outlined"]]
    assert not [stop for stop in stops if stop["text"] == "website"], "the trap for programs is no stop"


def test_a_reader_can_change_the_language_and_stays_where_they_are(context, province):
    page = context.new_page()
    page.goto(f"{province.hotline}/hotlines?q=Sa+Dec")
    page.click(".language")
    assert page.get_attribute("html", "lang") == "en" and "q=Sa+Dec" in page.url
    page.click(".language")
    assert page.get_attribute("html", "lang") == "vi" and "lang" not in page.url


def test_text_can_be_enlarged_to_twice_its_size(context, province):
    page = context.new_page()
    for path in ("/", "/report", "/stats"):
        page.goto(province.hotline + path)
        page.add_style_tag(content="html{font-size:200%!important}")
        assert page.evaluate(SIDEWAYS) <= 0, path
