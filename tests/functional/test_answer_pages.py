"""`/answers` as a browser and a feed reader get it: search, fields, pages that end, one answer, RSS."""

from __future__ import annotations

import re
from dataclasses import replace
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest

from chalicelib import wiring
from chalicelib.domain.directory import StandardAnswer
from chalicelib.web.answer_pages import public_paths
from tests.functional.conftest import PUBLIC_URL, Deployed
from tests.hotline import province
from tests.unit.worktime import at


@pytest.fixture
def deployed(monkeypatch):
    """The hotline with its pack and no tables: these pages read none."""
    monkeypatch.setenv("PUBLIC_URL", PUBLIC_URL)
    wiring.forget()
    stack = Deployed("http://127.0.0.1:1", {})
    monkeypatch.setattr(wiring, "_clock", lambda: stack.now)
    wiring._current.directory = province()
    wiring._current.looked_at = float("inf")
    yield stack
    wiring.forget()


@pytest.fixture
def read(deployed):
    """Open a page; returns status and body."""

    def get(path, **query):
        given = {}
        if (name := path.removeprefix("/answers").strip("/")) and name != "feed":
            given = {"resource": "/answers/{name}", "path_parameters": {"name": name}}
        answer = deployed.call("GET", path, query=query, **given)
        return answer["statusCode"], answer["body"]

    return get


def publish(answers):
    """Put other answers in force."""
    wiring._current.directory = replace(province(), answers=tuple(answers))


def questions(body):
    """Paths of the answers a page lists, in order."""
    return re.findall(r'<h3[^>]*><a href="([^"]+)"', body)


def many(count):
    """Answers about the same thing, as many as wanted."""
    text = {"vi": "Hỏi về chứng thực số", "en": "Certified copies"}
    return [
        StandardAnswer(
            code=f"cau_{number}",
            service="hanh_chinh",
            question={language: f"{words} {number}?" for language, words in text.items()},
            answer={"vi": "Tại xã.", "en": "At the commune."},
            source="Nghị định 23/2015/NĐ-CP",
            number=1000 + number,
        )
        for number in range(count)
    ]


def test_the_list_shows_twenty_a_page_and_ends(read):
    status, first = read("/answers")
    assert status == 200 and len(questions(first)) == 20
    assert 'href="/answers?page=2"' in first and "Trang 1/2" in first
    _, second = read("/answers", page="2")
    assert 0 < len(questions(second)) < 20 and not set(questions(first)) & set(questions(second))
    assert 'rel="prev" href="/answers"' in second and 'rel="next"' not in second


@pytest.mark.parametrize("page", ["3", "0", "-1", "abc", "99999999999", "²", "1.0"])
def test_a_page_behind_the_last_is_not_there(read, page):
    status, body = read("/answers", page=page)
    assert status == 404 and 'role="search"' in body


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lam lai cccd", "/answers/106"),
        ("giay khai sinh", "/answers/101"),
        ("nop ho so qua mang", "/answers/103"),
        ("tra ket qua ve nha", "/answers/104"),
    ],
)
def test_words_as_people_type_them_find_their_answer(read, typed, first):
    status, body = read("/answers", q=typed)
    assert status == 200 and questions(body)[0] == first
    assert f'value="{typed}"' in body and f"“{typed}”" in body


def test_a_search_that_finds_nothing_says_so_and_offers_another_way(read):
    status, body = read("/answers", q="karaoke mieng")
    assert status == 200 and "Chưa có câu trả lời cho “karaoke mieng”" in body
    assert 'href="/report"' in body and 'value="karaoke mieng"' in body


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}{% raw %}",
        "{typed}",
        "=1+1",
        "\x00\u202e",
    ],
    ids=ascii,
)
def test_hostile_words_are_text(read, typed):
    status, body = read("/answers", q=typed)
    assert status == 200
    assert "<script>alert" not in body and "<img src=x" not in body and "49" not in questions(body)


def test_no_more_than_200_characters_are_searched_and_shown(read):
    status, body = read("/answers", q="khai sinh " * 40)
    assert status == 200 and f'value="{("khai sinh " * 20).strip()}"' in body


def test_a_field_shows_its_own_answers_and_an_unknown_one_is_not_there(read):
    _, body = read("/answers", service="giao_thong")
    assert questions(body) == ["/answers/107", "/answers/126"]
    assert '<option value="giao_thong" selected>' in body
    assert read("/answers", service="khong_co")[0] == 404
    _, none = read("/answers", service="giao_thong", q="khai sinh")
    assert "Chưa có câu trả lời cho “khai sinh”" in none and 'href="/answers?q=khai+sinh"' in none


def test_only_the_plain_list_is_for_search_engines(deployed):
    def marked(**query):
        return (
            '<meta name="robots" content="noindex">' in deployed.call("GET", "/answers", query=query)["body"]
        )

    assert not marked()
    assert marked(q="khai sinh") and marked(service="khac") and marked(page="2")


def test_an_answer_has_its_law_its_number_for_texts_and_calls_and_a_way_on(read):
    status, body = read("/answers/105")
    assert status == 200
    assert "<h1>Giấy tờ ghi tên huyện, xã cũ có phải đổi không?</h1>" in body
    assert "Nghị quyết 190/2025/QH15, điều 10" in body and "Từ 01/07/2025" in body
    assert "Nhắn HOI 105 đến 1022" in body and "lần lượt bấm 4, 6, rồi bấm mã 105" in body
    assert 'href="/report"' in body
    assert len(re.findall(r'<li><a href="/answers/\d+">', body)) == 5


def test_an_answer_is_found_by_its_code_too_and_named_by_its_number(read):
    status, body = read("/answers/giay_to_dia_chi_cu")
    assert status == 200
    assert '<link rel="canonical" href="https://1022.dongthap.example/answers/105">' in body


def test_an_answer_that_has_ended_says_so_and_offers_no_number(read):
    status, body = read("/answers/ho_tro_covid_2020")
    assert status == 200 and "đã hết hiệu lực" in body and "Từ 24/04/2020 đến hết 31/12/2020" in body
    assert "HOI 110" not in body and 'content="noindex"' in body


def test_an_answer_that_does_not_hold_yet_says_so(deployed, read):
    deployed.at("Mon 02/06/2025 08:30")
    assert "chưa có hiệu lực" in read("/answers/105")[1]


@pytest.mark.parametrize(
    "name", ["999", "0", "khong_co", "%2e%2e%2f", "%3Cscript%3E", "105 ", "%31%30%35x", "a" * 300]
)
def test_an_answer_that_is_not_there_is_a_page_with_a_search(read, name):
    status, body = read(f"/answers/{name}")
    assert status == 404 and "Không có câu trả lời này" in body and 'role="search"' in body
    assert "<script>" not in body


def test_english_is_said_where_there_is_english(read):
    _, body = read("/answers/105", lang="en")
    assert "<h1>Do papers with the old commune or district have to be changed?</h1>" in body
    assert "Text ASK 105 to 1022" in body and "press 9, 4, 6" in body
    assert questions(read("/answers", q="lost health card", lang="en")[1])[0] == "/answers/121?lang=en"


def test_an_answer_without_english_is_shown_in_vietnamese_and_marked_so(read):
    only = [replace(one, question={"vi": one.question["vi"]}, answer={"vi": "Tại xã."}) for one in many(2)]
    publish(only)
    _, body = read("/answers/1001", lang="en")
    assert '<h1 lang="vi">Hỏi về chứng thực số 1?</h1>' in body and "in Vietnamese only" in body
    assert '<p class="answer" lang="vi">Tại xã.</p>' in body
    assert '<h3 lang="vi">' in read("/answers", lang="en")[1]


def test_a_version_before_numbers_is_read_by_codes_and_offers_no_texts(read):
    publish(replace(one, number=0) for one in many(2))
    assert questions(read("/answers")[1]) == ["/answers/cau_0", "/answers/cau_1"]
    status, body = read("/answers/cau_1")
    assert status == 200 and "HOI" not in body


def test_a_province_without_answers_has_a_page_all_the_same(read):
    publish([])
    status, body = read("/answers")
    assert status == 200 and 'href="/report"' in body
    assert ElementTree.fromstring(read("/answers/feed")[1]).find("channel/item") is None


def test_a_thousand_answers_are_paged_to_their_end(read):
    publish(many(1000))
    assert "Trang 50/50" in read("/answers", page="50")[1]
    assert read("/answers", page="51")[0] == 404
    assert "1.000 câu trả lời" in read("/answers", q="chung thuc")[1]


def test_the_feed_is_rss_that_dates_what_it_knows(deployed, read):
    wiring._current.directory = replace(province(), version="20260302T013000Z-0a1b2c3d")
    answer = deployed.call("GET", "/answers/feed")
    assert answer["headers"]["Content-Type"] == "application/rss+xml; charset=utf-8"
    rss = ElementTree.fromstring(answer["body"])
    assert rss.attrib["version"] == "2.0"
    channel = rss.find("channel")
    assert channel.findtext("link") == "https://1022.dongthap.example/answers"
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == deployed.now
    items = channel.findall("item")
    assert len(items) == 25
    dates = [
        parsedate_to_datetime(one.findtext("pubDate")) for one in items if one.find("pubDate") is not None
    ]
    assert dates == sorted(dates, reverse=True) and dates[0].isoformat() == "2025-09-15T00:00:00+07:00"
    assert any(one.find("pubDate") is None for one in items)  # nobody knows when it was written
    assert len({one.findtext("guid") for one in items}) == 25
    english = ElementTree.fromstring(read("/answers/feed", lang="en")[1])
    assert english.findtext("channel/language") == "en"
    assert all(one.findtext("link").endswith("?lang=en") for one in english.findall("channel/item"))


def test_every_answer_of_the_day_is_in_the_sitemap_and_no_ended_one():
    directory = province()
    paths = list(public_paths(directory, at("Mon 02/03/2026 08:30").date()))
    assert "/answers/105" in paths and "/answers/110" not in paths
    assert len(paths) == len(set(paths)) == 25
    assert list(public_paths(replace(directory, answers=()), at("Mon 02/03/2026 08:30").date())) == []
