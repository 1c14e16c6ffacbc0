"""The public pages as a browser gets them: frame, languages, headers, what is cached, what is told when it fails."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from chalicelib import settings, wiring
from chalicelib.domain.limits import LIMITS, network_of, window
from chalicelib.entrypoints.visitor import visit
from chalicelib.errors import StorageUnavailable
from chalicelib.web.assets import asset_name, read_asset
from tests.unit.worktime import at

PAGES = ("/", "/about", "/privacy", "/accessibility")


def headers_of(answer):
    return {name.lower(): value for name, value in answer["headers"].items()}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_vietnamese_first_and_english_on_request(deployed, path):
    home, english = (deployed.call("GET", path, query=query) for query in (None, {"lang": "en"}))
    assert home["statusCode"] == english["statusCode"] == 200
    assert '<html lang="vi">' in home["body"] and '<html lang="en">' in english["body"]
    assert f'href="{path}?lang=en"' in home["body"]
    assert 'hreflang="vi">Tiếng Việt</a>' in english["body"]
    assert 'href="/report?lang=en"' in english["body"], "every link keeps the language"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_else_and_says_how_long_it_may_be_kept(deployed, path):
    answer = deployed.call("GET", path)
    headers = headers_of(answer)
    assert headers["cache-control"].startswith("public, max-age=")
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and "x-robots-tag" not in headers
    assert "set-cookie" not in headers
    loaded = re.findall(
        r'<(?:script|img|link rel="stylesheet"|link rel="icon")[^>]*(?:src|href)="([^"]+)"', answer["body"]
    )
    assert loaded and all(address.startswith("/") for address in loaded)


def test_a_pilot_below_a_path_links_below_it(deployed, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://x.execute-api.example/api")
    body = deployed.call("GET", "/")["body"]
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', body)
    assert links and all(link == "/api/" or link.startswith("/api/") for link in links), links


def test_the_front_page_says_whether_somebody_answers_calls(deployed):
    deployed.at("Mon 02/03/2026 08:30")
    assert "Điện thoại viên đang trực, đến" in deployed.call("GET", "/")["body"]
    deployed.at("Mon 02/03/2026 23:30")
    assert "Điện thoại viên trực lại lúc" in deployed.call("GET", "/")["body"]


def test_emergency_numbers_are_those_in_force(deployed):
    assert 'href="tel:112"' in deployed.call("GET", "/")["body"]
    deployed.at("Mon 02/06/2025 08:30")
    assert 'href="tel:112"' not in deployed.call("GET", "/")["body"]


def asset(deployed, name):
    return deployed.call("GET", "/static/x", resource="/static/{name}", path_parameters={"name": name})


def test_an_asset_is_kept_for_ever_under_its_content_and_there_is_no_other(deployed):
    answer = asset(deployed, asset_name("site.css"))
    assert answer["statusCode"] == 200 and "immutable" in headers_of(answer)["cache-control"]
    assert headers_of(answer)["content-type"].startswith("text/css")
    wrongs = ("none.0000000000.css", "site.css", "../settings.py", "..%2f..%2fsettings.py", "", ".")
    for wrong in (*wrongs, "site..css", "site.0000000000.js", "site.000000000g.css"):
        assert read_asset(wrong) is None
        assert asset(deployed, wrong)["statusCode"] == 404


def test_a_page_kept_from_before_a_deploy_finds_today_s_style_for_a_minute(deployed):
    old = asset(deployed, "site.0000000000.css")
    assert (old["statusCode"], old["body"]) == (200, asset(deployed, asset_name("site.css"))["body"])
    assert headers_of(old)["cache-control"] == "public, max-age=60"


def test_the_emblem_runs_nothing(deployed):
    answer = deployed.call("GET", "/emblem.svg")
    assert answer["body"].startswith("<svg ")
    assert "default-src 'none'" in headers_of(answer)["content-security-policy"]


def test_the_sitemap_names_every_page_of_the_navigation_in_both_languages(deployed):
    body = deployed.call("GET", "/sitemap.xml")["body"]
    tree = ElementTree.fromstring(body)
    places = [one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    url = settings.public_url()
    assert {f"{url}/", f"{url}/report", f"{url}/privacy"} <= set(places)
    assert len(places) == len(set(places)) < 50_000
    assert f"{url}/sitemap.xml" in deployed.call("GET", "/robots.txt")["body"]


def test_a_database_that_is_away_is_told_with_another_way_in(deployed, monkeypatch):
    def away():
        raise StorageUnavailable("gone")

    monkeypatch.setattr(wiring, "directory", away)
    answer = deployed.call("GET", "/")
    assert answer["statusCode"] == 503 and "gọi hoặc nhắn tin" in answer["body"]
    assert headers_of(answer)["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_a_network_is_a_neighbourhood_not_a_person(address, network):
    assert network_of(address) == network


def test_a_limit_counts_within_its_window_and_each_for_itself(deployed):
    limits, now = wiring.limits(), at("Mon 02/03/2026 08:30")
    most = LIMITS["open_code"].most
    assert [limits.take("open_code", "a", now=now) for _ in range(most + 1)] == [True] * most + [False]
    assert limits.take("open_code", "b", now=now)
    _, ends = window("open_code", now)
    assert limits.take("open_code", "a", now=ends)


def test_many_at_once_do_not_pass_a_limit(deployed, at_once):
    limits, now = wiring.limits(), at("Mon 02/03/2026 08:30")
    calls = [lambda: limits.take("open_code", "c", now=now) for _ in range(12)]
    assert at_once(*calls).count(True) == LIMITS["open_code"].most


@pytest.mark.parametrize(
    ("proxies", "handed_on", "network"),
    [
        pytest.param("", "198.51.100.9, 127.0.0.1", "127.0.0.0/24", id="nobody stands before us"),
        pytest.param("1", "203.0.113.5, 127.0.0.1", "203.0.113.0/24", id="a server of ours does"),
        pytest.param(
            "1", "198.51.100.9, 203.0.113.5, 127.0.0.1", "203.0.113.0/24", id="what is claimed is not heard"
        ),
        pytest.param("1", "", "127.0.0.0/24", id="it was gone round"),
    ],
)
def test_a_reader_behind_our_own_servers_is_told_apart(deployed, monkeypatch, proxies, handed_on, network):
    from chalicelib.domain.keys import network_mark
    from chalicelib.entrypoints import site

    monkeypatch.setenv("PROXIES", proxies)
    deployed.call("GET", "/", headers={"x-forwarded-for": handed_on} if handed_on else {})
    seen = visit(site.routes, "/").network
    assert seen == network_mark(network, wiring.keys())


@pytest.mark.parametrize(
    ("shown", "handed_on", "network"),
    [
        pytest.param("the-mark", "203.0.113.5, 127.0.0.1", "203.0.113.0/24", id="CloudFront"),
        pytest.param(
            "the-mark", "198.51.100.9, 203.0.113.5, 127.0.0.1", "203.0.113.0/24", id="a claim beyond it"
        ),
        pytest.param("", "203.0.113.5, 127.0.0.1", "127.0.0.0/24", id="gone round"),
        pytest.param("a-mark", "203.0.113.5, 127.0.0.1", "127.0.0.0/24", id="a guess"),
        pytest.param("mãrk", "203.0.113.5, 127.0.0.1", "127.0.0.0/24", id="no ASCII"),
    ],
)
def test_nobody_who_goes_round_cloudfront_invents_a_network(deployed, monkeypatch, shown, handed_on, network):
    from chalicelib.domain.keys import network_mark
    from chalicelib.entrypoints import site

    monkeypatch.setenv("CDN_MARK", "the-mark")
    monkeypatch.setenv("PROXIES", "1")  # counts nothing beside a mark
    deployed.call("GET", "/", headers={"x-forwarded-for": handed_on, "x-cdn-mark": shown})
    assert visit(site.routes, "/").network == network_mark(network, wiring.keys())


@pytest.mark.parametrize(("query", "language"), [({"lang": "en"}, "en"), ({}, "vi"), ({"lang": "xx"}, "vi")])
def test_a_page_that_fails_says_so_in_the_readers_language(deployed, monkeypatch, query, language):
    def fails(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(wiring, "now", fails)
    answer = deployed.call("GET", "/report/token", query=query)
    assert answer["statusCode"] == 500 and f'<html lang="{language}"' in answer["body"]
