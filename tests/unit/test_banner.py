"""The banner for other sites: what is pasted is sound HTML, whatever the province is called."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from chalicelib.web.banner import SIZES, banner_script, banner_svg, snippets
from chalicelib.web.site import Address
from tests.hotline import province

HOSTILE = "Bà Rịa \"–\" 'Vũng' <Tàu> & </script><script>alert(1)</script>"
URL = "https://1022.example/pilot"


def named(name: str):
    directory = province("dong-thap")
    return replace(directory, province={**directory.province, "names": {"vi": name, "en": name}})


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", ["Đồng Tháp", HOSTILE], ids=["ordinary", "hostile"])
def test_snippets_are_sound_html_and_lead_to_the_portal(name, language):
    for snippet in snippets(named(name), Address(URL, "/banner", {}, language)):
        # a void element and an attribute without a value are all that HTML allows and XML does not
        link = ElementTree.fromstring(snippet.html.replace("></a>", "/></a>"))
        (image,) = link
        suffix = "?lang=en" if language == "en" else ""
        assert (link.tag, link.get("href")) == ("a", f"{URL}/{suffix}")
        assert (image.tag, image.get("src")) == ("img", f"{URL}/banner/{snippet.size}{suffix}")
        assert name in str(image.get("alt")) and "1022" in str(image.get("alt"))
        script = ElementTree.fromstring(snippet.script.replace(" async", ""))
        assert (script.get("src"), script.get("data-size")) == (f"{URL}/banner.js{suffix}", snippet.size)


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_says_the_number_and_escapes_the_name(size):
    drawn = banner_svg(size, named(HOSTILE), "vi")
    root = ElementTree.fromstring(drawn)
    assert [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")] == [
        "Tổng đài 1022",
        HOSTILE,
        "Gửi phản ánh",
    ]
    assert "<script" not in drawn


def test_a_picture_needs_nothing_from_elsewhere_and_no_style():
    for size in SIZES:
        drawn = banner_svg(size, province("dong-nai"), "vi")
        assert not re.search(r"style|href|url\(|<image|<script|on\w+=", drawn)


def test_the_script_survives_being_pasted_into_a_page_of_any_encoding():
    script = banner_script(named(HOSTILE), Address(URL, "/banner.js"))
    assert script.isascii()
    assert "</script" not in script and "<!--" not in script
    facts = json.loads(re.search(r"var facts = (\{.*\});", script)[1])
    assert set(facts["drawings"]) == set(SIZES)
    assert HOSTILE in facts["label"]


def test_the_script_asks_for_nothing_and_keeps_nothing():
    script = banner_script(province("dong-nai"), Address(URL, "/banner.js"))
    assert not re.search(
        r"document\.cookie|Storage|fetch|XMLHttp|sendBeacon|Image\(|innerHTML|eval|document\.write", script
    )
    assert len(script) < 8_000


def test_the_banner_wears_the_colour_of_the_province():
    for slug in ("dong-nai", "dong-thap"):
        assert province(slug).province["colour"] in banner_svg("300x250", province(slug), "vi")
