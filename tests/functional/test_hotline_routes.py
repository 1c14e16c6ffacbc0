"""`/hotlines` and `/banner` as browsers get them: pages, posters in the file store, and the banner for other sites."""

import gzip
import re
import time
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.domain.hotlines import all_hotlines
from tests.functional.conftest import PUBLIC_URL

MAX_BYTES = 100_000
MAX_MILLISECONDS = 30
HOSTILE = "\"'><script>alert(1)</script>"


@pytest.fixture
def files(monkeypatch, tmp_path: Path) -> Path:
    """A file store in a folder that a door serves."""
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
    monkeypatch.setenv("FILES_URL", "http://127.0.0.1:9/files")
    wiring.files.cache_clear()
    return tmp_path


def opened(deployed, path, method="GET", **query):
    page, code, *rest = path.strip("/").split("/") + [""] * (2 - len(path.strip("/").split("/")))
    resource, parameters = path, {}
    if page == "hotlines" and code:
        resource, parameters = "/".join(["/hotlines/{code}", *rest]), {"code": code}
    elif page == "banner" and code:
        resource, parameters = "/banner/{size}", {"size": code}
    return deployed.call(method, path, query=query, resource=resource, path_parameters=parameters)


def visible(answer) -> str:
    """The words of a page, without its markup."""
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign]
    parser.feed(answer["body"])
    return " ".join(" ".join(words).split())


def test_a_former_district_is_told_with_the_units_that_serve_it_today(deployed):
    answer = opened(deployed, "/hotlines", q="tp sa dec")
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "public, max-age=60"
    text = visible(answer)
    assert (
        "Thành phố Sa Đéc (cũ) nay thuộc phường Sa Đéc, xã Tân Dương. Số của từng nơi: Phường Sa Đéc 0900"
        in text
    )
    assert "Đang trực đến 11:30" in text


def test_the_centre_comes_before_all_others(deployed):
    text = visible(opened(deployed, "/hotlines"))
    assert text.index("Tổng đài 1022 Đồng Tháp 0277 1022") < text.index("Tất cả các đơn vị (102)")


def test_one_of_several_places_is_chosen_by_a_link(deployed):
    answer = opened(deployed, "/hotlines", q="Cao Lanh")
    link = re.search(r'href="/hotlines\?area=([\w-]+)#found">Thành phố Cao Lãnh \(cũ\)', answer["body"])
    assert link is not None
    assert "Thành phố Cao Lãnh (cũ) nay thuộc phường Cao Lãnh" in visible(
        opened(deployed, "/hotlines", area=link[1])
    )


@pytest.mark.parametrize("typed", ["xyz", "", "Biên Hòa", "Đồng Tháp"])
def test_what_is_not_found_never_leaves_an_empty_page(deployed, typed):
    text = visible(opened(deployed, "/hotlines", q=typed))
    assert "Cần hỗ trợ, xin gọi 0277 1022." in text
    assert "Tất cả các đơn vị (102)" in text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_hostile_words_are_shown_as_text(deployed, language):
    body = opened(deployed, "/hotlines", q=HOSTILE, lang=language)["body"]
    assert HOSTILE not in body and "<script>alert" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_the_list_is_made_in_time_and_small(deployed):
    opened(deployed, "/hotlines")
    spans = []
    for _ in range(5):
        start = time.process_time()
        body = opened(deployed, "/hotlines", q="tp Sa Dec")["body"].encode()
        spans.append((time.process_time() - start) * 1000)
    assert min(spans) < MAX_MILLISECONDS
    assert len(body) < MAX_BYTES
    assert len(gzip.compress(body)) < MAX_BYTES / 10


def test_every_unit_has_its_page(deployed):
    for line in all_hotlines(wiring.directory(), deployed.now):
        answer = opened(deployed, f"/hotlines/{line.agency.code}")
        assert answer["statusCode"] == 200
        body = answer["body"]
        assert line.agency.name() in body
        assert f'href="tel:{line.agency.hotline}"' in body
        assert f'href="/report?area={line.area.id}"' in body
        assert "<svg" in body


def test_the_page_of_a_unit_that_is_no_more_sends_on_to_who_serves_the_place(deployed):
    answer = opened(deployed, "/hotlines/mot_cua_tp_sa_dec")
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "/hotlines?area=old-867")
    text = visible(opened(deployed, "/hotlines", area="old-867"))
    assert "Thành phố Sa Đéc (cũ) nay thuộc" in text


@pytest.mark.parametrize("code", ["nobody", "so_xay_dung", "pvhcc_28249%2F..", "<b>"])
def test_what_is_no_unit_is_not_found(deployed, code):
    for path in (f"/hotlines/{code}", f"/hotlines/{code}/poster"):
        answer = opened(deployed, path)
        assert answer["statusCode"] == 404
        assert "<b>" not in answer["body"]


def test_a_unit_that_does_not_exist_yet_has_no_page(deployed):
    deployed.at("Fri 25/04/2025 09:00")
    assert opened(deployed, "/hotlines/pvhcc_28249")["statusCode"] == 404


def test_a_poster_is_put_into_the_store_and_opened_from_there(deployed, files):
    first, again = (opened(deployed, "/hotlines/pvhcc_28249/poster") for _ in range(2))
    kept = [path for path in files.rglob("*") if path.is_file()]
    version = wiring.directory().version
    assert [str(path.relative_to(files)) for path in kept] == [f"posters/{version}/pvhcc_28249-vi.pdf"]
    assert kept[0].read_bytes().startswith(b"%PDF-")
    for answer in (first, again):
        assert answer["statusCode"] == 303
        assert answer["body"] == ""
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert answer["headers"]["Location"].startswith(
            f"http://127.0.0.1:9/files/posters/{version}/pvhcc_28249-vi.pdf?"
        )


def test_an_english_poster_is_another_file(deployed, files):
    opened(deployed, "/hotlines/pvhcc_28249/poster", lang="en")
    assert [path.name for path in files.rglob("*.pdf")] == ["pvhcc_28249-en.pdf"]


def test_posters_are_not_made_without_end_for_one_network(deployed, files, monkeypatch):
    from chalicelib.domain import limits

    monkeypatch.setitem(limits.LIMITS, "poster", limits.Limit(1, 3600))
    assert opened(deployed, "/hotlines/pvhcc_28249/poster")["statusCode"] == 303
    assert opened(deployed, "/hotlines/pvhcc_28249/poster")["statusCode"] == 429


@pytest.mark.parametrize("path", ["/banner/300x250", "/banner.js"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_sites_may_use_the_banner_and_keep_it_a_day(deployed, path, method):
    headers = opened(deployed, path, method)["headers"]
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_an_unknown_size_is_not_found(deployed):
    assert opened(deployed, "/banner/1x1")["statusCode"] == 404


def test_the_gallery_shows_each_size_with_what_to_paste(deployed):
    body = opened(deployed, "/banner")["body"]
    for size in ("728x90", "300x250", "120x60", "full"):
        assert f'<img src="/banner/{size}"' in body
        script = f'<script src="{PUBLIC_URL}/banner.js" data-size="{size}" async></script>'
        assert escape(script).replace("&quot;", "&#34;") in body
