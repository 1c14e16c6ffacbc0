"""What the browser keeps for the time without network: the worker, its page, and names for the map."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib.domain.attachment import MAX_BYTES, MOST
from chalicelib.entrypoints.offline import KEPT_FILES, worker
from chalicelib.web.assets import FOLDER, read_asset


def headers_of(answer):
    return {name.lower(): value for name, value in answer["headers"].items()}


def kept(code):
    return json.loads(re.search(r"^const KEPT = (.*);$", code, re.MULTILINE)[1])


def test_the_worker_is_a_script_that_browsers_look_after_anew(deployed):
    answer = deployed.call("GET", "/sw.js")
    assert answer["statusCode"] == 200
    headers = headers_of(answer)
    assert headers["content-type"].startswith("text/javascript")
    assert headers["cache-control"] == "no-cache"
    assert "connect-src 'self'" in headers["content-security-policy"]


def test_the_worker_keeps_nothing_of_a_case_and_only_what_is_there():
    addresses = kept(worker("https://hotline.example"))
    pages = [one for one in addresses if not one.startswith("/static/")]
    assert pages == ["/report", "/report?lang=en", "/offline", "/offline?lang=en"]
    files = [one.removeprefix("/static/") for one in addresses if one not in pages]
    assert len(files) == len(KEPT_FILES)
    assert all(read_asset(name).is_asked_for for name in files)


def test_a_pilot_below_a_path_has_a_worker_of_its_own():
    code = worker("https://hotline.example/pilot")
    assert 'const BASE = "/pilot";' in code
    assert all(one.startswith("/pilot/") for one in kept(code))


def test_the_form_names_every_file_the_worker_keeps(deployed):
    """Else it would open without network, but without its scripts or its style."""
    page = deployed.call("GET", "/report")["body"]
    for address in kept(worker("")):
        if address.startswith("/static/"):
            assert f'"{address}"' in page, address


@pytest.mark.parametrize("language, title", [("vi", "Không có mạng"), ("en", "No network")])
def test_a_page_stands_in_for_those_that_need_the_network(deployed, language, title):
    answer = deployed.call("GET", "/offline", query={"lang": language})
    assert answer["statusCode"] == 200
    assert title in answer["body"]
    assert 'name="robots" content="noindex"' in answer["body"]


def test_the_map_gets_todays_communes_and_no_source_of_pictures_unless_one_is_named(deployed):
    answer = deployed.call("GET", "/report/centres")
    told = json.loads(answer["body"])
    assert (told["tiles"], told["attribution"]) == ("", "")
    names = {name for _, name, _, _ in told["centres"]}
    assert "phường Sa Đéc" in names
    assert not any(name.startswith(("thành phố", "huyện")) for name in names)
    assert headers_of(answer)["cache-control"] == "public, max-age=86400"


def test_the_device_refuses_what_the_store_would():
    code = (FOLDER / "photos.js").read_text(encoding="utf-8")
    most = re.search(r"const MOST = (\d+);", code)
    size = re.search(r"const PDF_BYTES = (\d+) \* 2 \*\* (\d+);", code)
    assert most and int(most[1]) == MOST
    assert size and int(size[1]) * 2 ** int(size[2]) == MAX_BYTES
