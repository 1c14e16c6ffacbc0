"""The page of figures of a large province in a real browser: no scrolling sideways, letters that stay readable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from chalicelib.domain.figures import Figures, Part, Shown, Span, together
from chalicelib.domain.published import Published
from chalicelib.web.assets import read_asset
from chalicelib.web.figures_view import stats_view
from chalicelib.web.published_view import published_view
from chalicelib.web.site import Address, site_page
from tests.hotline import province
from tests.showcase import rated

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

URL = "https://1022.dong-thap.example"
LONG = "Quỹ-Bảo-trợ-Trẻ-em-Đồng-Tháp-" * 8


def figures() -> Shown:
    agencies = {code: Part(9000 - at, 8000 - at, 7000) for at, code in enumerate(province().agencies)}
    months = tuple(
        Figures(
            (f"2026-{number:02d}",),
            f"2026-{number:02d}-28",
            Part(123_456, 100_000, 90_000 + number),
            {"complaint": 1000},
            {"3": 90, "1": 10},
            {"giao_thong": Part(5, 4, 0), LONG: Part(1, 1, 1)},
            agencies,
            {"29869": Part(3, 2, 2)},
        )
        for number in range(1, 13)
    )
    return Shown(Span("year", date(2026, 1, 1), date(2026, 12, 1)), together(months), months, 2026)


def answer(route: Route) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/static/") and (asset := read_asset(path.removeprefix("/static/"))):
        route.fulfill(body=asset.content, content_type=asset.content_type)
        return
    address = Address(URL, path)
    if path == "/stats":
        view = stats_view(figures(), province(), "vi", sort="late", all_of="")
        body = site_page("stats", address=address, directory=province(), view=view)
    elif path == "/stats/cases":
        words = Published("482177306", LONG, "<b>Đã vá</b>\n" * 5)
        shown = [published_view(rated(), words, province(), "vi")] * 3
        body = site_page(
            "published", address=address, directory=province(), cases=shown, following="x", first=False
        )
    else:
        route.fulfill(status=404, body="")
        return
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser without scripts of ours to wait for."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["/stats", "/stats/cases"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_full_page_fits_and_can_be_read_by_everybody(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(URL + path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in serious]


@pytest.mark.parametrize("width", [360, 1280])
def test_no_letter_of_a_chart_leaves_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(URL + "/stats")
    outside = page.evaluate(
        """[...document.querySelectorAll('.chart text')]
        .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map(one => one.textContent)"""
    )
    assert outside == []
    smallest = page.evaluate(
        """Math.min(...[...document.querySelectorAll('.chart text')]
        .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 14
