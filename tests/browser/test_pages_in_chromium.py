"""Pages and mails in a real browser: on a narrow phone, without JavaScript, with hostile text, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.showcase import HOSTILE, mails, pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

PAGES = pages()
MAILS = {name: mail.html for name, mail in mails().items()}

EVERYTHING = [
    *((f"page {name}", html) for name, html in PAGES.items()),
    *((f"mail {n}", h) for n, h in MAILS.items()),
]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

UNLABELLED = """
[...document.querySelectorAll('textarea, select, input:not([type=hidden])')]
  .filter(field => ![...field.labels].some(label => label.textContent.trim()))
  .map(field => field.id)
"""

SMALL_TARGETS = """
[...document.querySelectorAll('button, summary')]
  .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 44)
  .map(one => one.innerText)
"""

LOW_CONTRAST = """
(() => {
  const parse = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = one => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.nodeValue.trim() || !one.getClientRects().length) continue;
    const a = light(parse(getComputedStyle(one).color)), b = light(behind(one));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(ratio.toFixed(2) + ' ' + walker.currentNode.nodeValue.trim().slice(0, 40));
  }
  return found;
})()
"""


@pytest.fixture
def measure(browser: Browser) -> Callable[[str, str, int], object]:
    """Show a document at a width and return what an expression finds in it."""
    page = browser.new_page()

    def find(html: str, expression: str, width: int = 360) -> object:
        page.set_viewport_size({"width": width, "height": 740})
        page.set_content(html)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return page.evaluate(expression)

    return find


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_has_to_be_scrolled_sideways(measure: Callable[..., object], width: int) -> None:
    assert {name: over for name, html in EVERYTHING if (over := measure(html, SIDEWAYS, width))} == {}


def test_every_field_has_its_label(measure: Callable[..., object]) -> None:
    assert {name: ids for name, html in PAGES.items() if (ids := measure(html, UNLABELLED))} == {}


def test_everything_to_press_is_large_enough_for_a_thumb(measure: Callable[..., object]) -> None:
    assert {name: small for name, html in PAGES.items() if (small := measure(html, SMALL_TARGETS))} == {}


def test_every_word_can_be_read_against_what_is_behind_it(measure: Callable[..., object]) -> None:
    """WCAG 2.2 AA, 1.4.3: at least 4.5 : 1."""
    assert {name: low for name, html in EVERYTHING if (low := measure(html, LOW_CONTRAST))} == {}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_neither_runs_nor_widens_a_page(browser: Browser, hostile: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    alarms: list[str] = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    documents = {**pages(text=hostile), **{name: mail.html for name, mail in mails(text=hostile).items()}}
    wide = {}
    for name, html in documents.items():
        page.set_content(html)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if over := page.evaluate(SIDEWAYS):
            wide[name] = over
    assert (wide, alarms) == ({}, [])


@pytest.fixture
def open_file(tmp_path: Path) -> Callable[[str, str], str]:
    """Write a page to disk and return its address, so that it has one to post to."""

    def write(html: str, fragment: str = "") -> str:
        target = tmp_path / "page.html"
        target.write_text(html, encoding="utf-8")
        return f"{target.as_uri()}{'#' + fragment if fragment else ''}"

    return write


def test_an_officer_answers_on_a_phone_without_javascript(phone: Page, open_file: Callable[..., str]) -> None:
    phone.goto(open_file(PAGES["agency assigned"]))
    assert not phone.get_by_label("Nội dung trả lời").is_visible()
    phone.get_by_text("Trả lời người dân").click()
    phone.get_by_label("Nội dung trả lời").fill("Đã vá mặt đường sáng nay.")
    posted = phone.locator("form", has=phone.get_by_label("Nội dung trả lời"))
    assert posted.get_attribute("method") == "post"
    assert posted.locator("[name=act]").get_attribute("value") == "answer"
    assert posted.locator("[name=text]").input_value() == "Đã vá mặt đường sáng nay."


@pytest.mark.parametrize("act, label", [("answer", "Nội dung trả lời"), ("return", "Lý do trả lại")])
def test_a_button_of_the_mail_opens_its_form(
    phone: Page, open_file: Callable[..., str], act: str, label: str
) -> None:
    phone.goto(open_file(PAGES["agency assigned"], act))
    assert phone.get_by_label(label).is_visible()


def test_the_desk_chooses_an_agency_from_a_native_list(phone: Page, open_file: Callable[..., str]) -> None:
    phone.goto(open_file(PAGES["desk unrouted"]))
    choice = phone.get_by_label("Đơn vị xử lý")
    assert choice.input_value() == "phuong_sa_dec", "the proposed one"
    choice.select_option(label="Sở Xây dựng tỉnh Đồng Tháp")
    assert choice.input_value() == "so_xay_dung"


def test_an_error_is_open_with_the_entry_in_it(phone: Page, open_file: Callable[..., str]) -> None:
    phone.goto(open_file(PAGES["agency too long"]))
    field = phone.get_by_label("Đã làm đến đâu")
    assert field.is_visible()
    assert field.input_value().startswith("Đường Nguyễn Huệ")
    assert field.get_attribute("aria-invalid") == "true"


def test_a_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGES["agency assigned"])
    reached = []
    for _ in range(10):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText.trim().split('\\n')[0]"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        if reached[-1] == "Trả lại":
            break
    assert reached[0] == "Đến nội dung chính"
    for act in ("Nhận xử lý", "Trả lời người dân", "Hỏi người dân", "Trả lại"):
        assert act in reached
