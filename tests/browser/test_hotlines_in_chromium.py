"""Hotlines in a real browser: a list that narrows while one types, search without scripts, banners on other sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.domain.understanding import Reader
from chalicelib.usecases.find_hotlines import find_hotlines
from chalicelib.web.assets import read_asset
from chalicelib.web.banner import SIZES, banner_script, banner_svg, snippets
from chalicelib.web.hotline_pages import answer_view, centre_view, list_of_hotlines
from chalicelib.web.site import Address, site_page
from tests.hotline import province
from tests.unit.worktime import at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

OURS, THEIRS = "https://1022.dong-nai.example", "https://so-tu-phap.example"
NOW = at("Mon 02/03/2026 08:30")
LONG_NAME = "Thành phố Hồ Chí Minh – Bà Rịa – Vũng Tàu"

STRICT = (
    f"default-src 'none'; script-src {OURS}; img-src {OURS}; style-src 'none'; "
    "require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
)
"""A site that allows our banner and nothing else, not even styles."""


@cache
def reader() -> Reader:
    return Reader([province("dong-nai")])


def list_page(query: str) -> str:
    directory = province("dong-nai")
    found = None
    if query:
        lookup = find_hotlines(
            query, directory=directory, now=NOW, read=lambda words: reader().read(words, on=NOW.date())
        )
        found = answer_view(lookup, directory, NOW, "vi")
    return site_page(
        "hotlines",
        address=Address(OURS, "/hotlines", {"q": query}),
        directory=directory,
        found=found,
        groups=list_of_hotlines(directory, NOW, "vi"),
        centre=centre_view(directory, NOW, "vi"),
    )


def our_site(route: Route) -> None:
    """Answer as the hotline does."""
    url = urlsplit(route.request.url)
    directory = province("dong-nai")
    if url.path == "/banner.js":
        script = banner_script(directory, Address(OURS, "/banner.js"))
        route.fulfill(body=script, content_type="text/javascript; charset=utf-8")
    elif url.path.startswith("/banner/"):
        drawn = banner_svg(url.path.removeprefix("/banner/"), directory, "vi")
        route.fulfill(body=drawn, content_type="image/svg+xml; charset=utf-8")
    elif url.path.startswith("/static/") and (asset := read_asset(url.path.removeprefix("/static/"))):
        route.fulfill(body=asset.content, content_type=asset.content_type)
    elif url.path == "/hotlines":
        typed = parse_qs(url.query).get("q", [""])[0]
        route.fulfill(body=list_page(typed), content_type="text/html; charset=utf-8")
    else:
        route.fulfill(status=404, body="")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page on which only the two sites exist."""
    contexts = []

    def make(*, scripts: bool = True, width: int = 360) -> Page:
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 740})
        contexts.append(context)
        context.route("**/*", lambda route: route.abort())
        context.route(f"{OURS}/**", our_site)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def shown_units(page: Page) -> list[str]:
    return page.locator("#all .unit:visible").all_inner_texts()


def test_the_list_narrows_while_one_types(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{OURS}/hotlines")
    assert len(shown_units(page)) == 95
    for typed in ("vinh cuu", "Vĩnh Cửu", "  HUYỆN vĩnh   cửu"):
        page.get_by_role("searchbox").fill(typed)
        # those of the district, and the ward that took a commune of it
        assert shown_units(page) == [
            "Phường Trảng Dài",
            "Xã Phú Lý",
            "Xã Tân An",
            "Phường Tân Triều",
            "Xã Trị An",
        ]
        assert page.locator("#all h3:visible").count() == 2
        assert page.locator("#shown").inner_text().startswith("Đang hiện 5 đơn vị")
        page.get_by_role("searchbox").fill("")
        assert len(shown_units(page)) == 95


def test_what_is_not_in_the_list_leaves_it_whole_and_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{OURS}/hotlines")
    page.get_by_role("searchbox").fill("<b>$&khong co</b>")
    assert len(shown_units(page)) == 95
    assert page.locator("#shown").inner_text().startswith("Không có “<b>$&khong co</b>” trong danh sách.")


def test_a_phone_without_scripts_is_taken_to_what_was_found(open_page: Callable[..., Page]) -> None:
    page = open_page(scripts=False)
    page.goto(f"{OURS}/hotlines")
    page.get_by_label("Tìm xã, phường").fill("huyen vinh cuu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hotlines?q=huyen+vinh+cuu#found")
    box = page.locator("#found").bounding_box()
    assert box is not None and box["y"] < 100
    assert page.locator("#found .unit").count() == 5
    assert page.locator("#found a.number").first.get_attribute("href") == "tel:+84900000668"


def embed(page: Page, code: str, policy: str = STRICT) -> list[str]:
    """Show a page of another site with *code* in it; returns what the browser complained of and asked for."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda problem: told.append(str(problem)))
    page.on("request", lambda request: told.append(request.url))
    document = f"<!doctype html><html lang=vi><title>Sở</title><p>Tin</p>{code}<p>Tin khác</p>"
    page.context.route(
        f"{THEIRS}/**",
        lambda route: route.fulfill(
            body=document,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy, "Cross-Origin-Embedder-Policy": "unsafe-none"},
        ),
    )
    page.goto(f"{THEIRS}/", wait_until="load")
    return told


@pytest.mark.parametrize("size", SIZES)
def test_the_script_puts_a_link_on_a_site_that_forbids_nearly_everything(
    open_page: Callable[..., Page], size: str
) -> None:
    page = open_page(width=1000)
    snippet = next(
        one for one in snippets(province("dong-nai"), Address(OURS, "/banner")) if one.size == size
    )
    told = embed(page, snippet.script)
    assert told == [f"{THEIRS}/", f"{OURS}/banner.js"], "no request beyond itself, no complaint"
    link = page.get_by_role("link", name="Tổng đài 1022 Đồng Nai: gửi phản ánh, kiến nghị")
    assert link.get_attribute("href") == f"{OURS}/"
    box = link.bounding_box()
    assert box is not None
    wide, _, high = size.partition("x")
    if high:
        assert (box["width"], box["height"]) == (int(wide), int(high))
    else:
        assert (box["width"], box["height"]) == (1000 - 16, 90), "as wide as the page"
    assert page.context.cookies() == []


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_stands_where_scripts_are_off(open_page: Callable[..., Page], size: str) -> None:
    page = open_page(scripts=False, width=1000)
    snippet = next(
        one for one in snippets(province("dong-nai"), Address(OURS, "/banner")) if one.size == size
    )
    told = embed(page, snippet.html, STRICT.replace("style-src 'none'", "style-src 'unsafe-inline'"))
    assert told == [f"{THEIRS}/", f"{OURS}/banner/{size}"]
    box = page.get_by_role("img", name="Tổng đài 1022 Đồng Nai").bounding_box()
    assert box is not None and box["width"] > 100 and box["height"] >= 60


def test_an_unknown_size_gets_the_first_and_several_stand_where_they_were_put(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(width=1000)
    script = f'<script src="{OURS}/banner.js" data-size="{{}}"></script>'
    embed(page, f"<div id=a>{script.format('constructor')}</div><div id=b>{script.format('120x60')}</div>")
    assert page.locator("#a svg").get_attribute("width") == "728"
    assert page.locator("#b svg").get_attribute("width") == "120"


def test_a_narrow_page_is_not_widened(open_page: Callable[..., Page]) -> None:
    page = open_page(width=320)
    embed(page, f'<script src="{OURS}/banner.js" data-size="728x90"></script>')
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_no_word_leaves_the_banner(open_page: Callable[..., Page]) -> None:
    page = open_page()
    for width in (320, 1000):
        page.set_viewport_size({"width": width, "height": 740})
        for name in ("Huế", "Đồng Nai", LONG_NAME):
            directory = province("dong-nai")
            names = {"vi": name, "en": name}
            directory = replace(directory, province={**directory.province, "names": names})
            drawn = (banner_svg(size, directory, "vi") for size in SIZES)
            page.set_content("".join(f"<div>{each}</div>" for each in drawn))
            assert page.evaluate(WORDS_OUTSIDE) == [], (width, name)


WORDS_OUTSIDE = """[...document.querySelectorAll('svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left || box.right > frame.right
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  }).map(text => frame.width + ': ' + text.textContent);
})"""
