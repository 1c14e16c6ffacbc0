"""`/stats` as a browser gets it: figures the night made, tables and charts of the same numbers, published cases."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bench.meter import measured
from chalicelib import wiring
from chalicelib.domain.case import Actor
from chalicelib.domain.figures import Figures, Part
from chalicelib.domain.published import Published
from chalicelib.storage.commit import commit
from chalicelib.web.figures_view import safe_cell
from tests.hotline import province
from tests.showcase import answered

HOSTILE = "=1+1 <script>alert(1)</script> \"&' </title><img src=x onerror=alert(1)>"


def page(deployed, path="/stats", **query):
    answer = deployed.call("GET", path, query=query or None)
    assert answer["statusCode"] == 200, answer
    return answer["body"]


def march(number: int = 1, **fields) -> Figures:
    ready = {
        "total": Part(1234, 1000, 923),
        "kinds": {"complaint": 1200, "question": 34},
        "ratings": {"3": 60, "2": 30, "1": 10},
        "fields": {"giao_thong": Part(1000, 900, 850), "none": Part(234, 100, 73)},
        "agencies": {"so_xay_dung": Part(800, 700, 690), "ubnd_29869": Part(200, 190, 95)},
        "areas": {"29869": Part(300, 290, 280)},
    }
    return Figures((f"2026-{number:02d}",), f"2026-{number:02d}-28", **(ready | fields))


@pytest.fixture
def figures(deployed):
    """Figures of January to March 2026, seen on the 29th of March."""
    for number in (1, 2, 3):
        wiring.stats_store().publish(march(number))
    return deployed.at("Sun 29/03/2026 09:00")


def table_of(body: str, place: str) -> list[list[str]]:
    """Cells of the table below a heading, tags taken off."""
    part = body.split(f'<h2 id="{place}">')[1].split("<h2 ")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def test_how_many_wait_for_an_answer_is_told(deployed):
    for number in (1, 2, 3):
        wiring.stats_store().publish(march(number, ended=34))
    deployed.at("Sun 29/03/2026 09:00")
    assert "<dt>Chưa trả lời</dt><dd>600</dd>" in page(deployed)
    assert "<dt>Chưa trả lời</dt><dd>600" not in page(deployed, month="2026-03")


@pytest.mark.parametrize("path", ["/stats", "/stats/cases"])
def test_before_the_first_night_a_page_says_so(deployed, path):
    body = page(deployed, path)
    assert ("Chưa có số liệu" in body) or ("Chưa có hồ sơ nào" in body)
    assert "<svg" not in body
    assert page(deployed, path, lang="en")


def test_the_last_twelve_months_are_summed_up(figures):
    body = page(figures)
    assert "12 tháng gần nhất, tính đến hết ngày 28/03/2026" in body
    assert "<dd>3.702</dd>" in body and "<dd>3.000</dd>" in body
    assert "92,3%<span>231 hồ sơ trả lời quá hạn</span>" in body
    assert (
        body.count("<dt>Chưa trả lời</dt>") == 1
    )  # its meaning alone: months made before the ended ones were counted
    assert "2,5<span>trên 3; 300 lượt, 90% từ chấp nhận được trở lên" in body


def test_a_page_reads_once(figures):
    page(figures)
    with measured() as meter:
        page(figures)
    assert meter.operations == ["Query"]


@pytest.mark.parametrize(
    ("query", "received", "months"),
    [
        ({"month": "2026-02"}, "1.234", ["01/2026", "02/2026"]),
        ({"month": "2", "year": "2026"}, "1.234", ["01/2026", "02/2026"]),
        ({"year": "2026"}, "3.702", ["01/2026", "02/2026", "03/2026"]),
        ({}, "3.702", ["01/2026", "02/2026", "03/2026"]),
    ],
    ids=str,
)
def test_a_month_or_a_year_can_be_asked_for(figures, query, received, months):
    body = page(figures, **query)
    assert f"<dd>{received}</dd>" in body
    assert [row[0] for row in table_of(body, "months")[1:]] == months


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-13"},
        {"month": "x"},
        {"year": "26"},
        {"year": "1999"},
        {"year": "٢٠٢٦"},
        {"month": "2026-02-01"},
        {"month": "0", "year": "2026"},
        {"month": "<script>"},
    ],
    ids=str,
)
def test_a_period_that_is_none_is_not_found(figures, query):
    assert figures.call("GET", "/stats", query=query)["statusCode"] == 404
    assert figures.call("GET", "/stats/table", query=query)["statusCode"] == 404


def test_a_period_without_figures_says_so(figures):
    assert "Chưa có số liệu của kỳ này" in page(figures, year="2030")


@pytest.mark.parametrize("place", ["months", "fields", "agencies", "areas"])
def test_the_table_beside_a_chart_holds_its_numbers(figures, place):
    body = page(figures)
    part = body.split(f'<h2 id="{place}">')[1].split("<h2 ")[0]
    chart = part.split("<svg")[1].split("</svg>")[0]
    drawn = re.findall(r'<text class="count"[^>]*>([^<]*)</text>', chart)
    rows = table_of(body, place)[1:]
    assert drawn == [cell for row in rows for cell in row[1:3]]
    assert re.findall(r'<text x="0"[^>]*>([^<]*)</text>', chart) == [row[0] for row in rows]
    assert 'role="img"' in part and "<title" in chart and "<desc" in chart


def test_the_longest_bar_leaves_room_for_its_number_and_the_others_are_in_proportion(figures):
    body = page(figures)
    chart = body.split('<h2 id="fields">')[1].split("</svg>")[0]
    widths = [float(width) for width in re.findall(r'<rect[^>]*width="([\d.]+)%"', chart)]
    assert widths[0] == 82 and widths[1] == pytest.approx(82 * 0.9, abs=0.01)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("received", "Sở Xây dựng"),
        ("handled", "Sở Xây dựng"),
        ("on_time", "Sở Xây dựng"),
        ("late", "cao lãnh"),
        ("nonsense", "Sở Xây dựng"),
    ],
)
def test_tables_are_sorted_by_a_link(figures, sort, first):
    body = page(figures, sort=sort)
    assert first.lower() in table_of(body, "agencies")[1][0].lower()
    assert 'aria-sort="descending"' in body
    assert 'href="/stats?sort=late#agencies"' in body or sort == "late"


def test_sorting_keeps_the_period_and_the_language(figures):
    body = page(figures, year="2026", lang="en")
    assert 'href="/stats?sort=late&amp;year=2026&amp;lang=en#agencies"' in body


def test_agencies_that_handled_nothing_come_last_by_their_share(figures):
    some = {"so_xay_dung": Part(9, 0, 0), "ubnd_29869": Part(1, 1, 0), "so_y_te": Part(2, 2, 2)}
    wiring.stats_store().publish(march(3, agencies=some))
    rows = table_of(page(figures, month="2026-03", sort="on_time"), "agencies")[1:]
    assert [row[3] for row in rows] == ["100%", "0%", "–"]


def test_all_agencies_are_a_link_away_and_the_page_stays_below_100_kb(figures):
    codes = list(province().agencies)
    areas = [area.id for area in province().areas.values() if area.tier == "commune"][:120]
    many = {code: Part(1000 + at, 900 + at, 800) for at, code in enumerate(codes)}
    placed = {code: Part(100 + at, 90 + at, 80) for at, code in enumerate(areas)}
    wiring.stats_store().publish(march(3, agencies=many, areas=placed))
    body = page(figures, month="2026-03")
    assert len(table_of(body, "agencies")) == 21
    assert f"Xem đủ {len(codes)} đơn vị" in body
    whole = page(figures, month="2026-03", all="agencies")
    assert len(table_of(whole, "agencies")) == len(codes) + 1 > 250
    assert len(table_of(whole, "areas")) == 21
    assert len(whole.encode()) < 100_000


def test_the_same_figures_come_as_csv(figures):
    answer = figures.call("GET", "/stats/table", query={"month": "2026-03"})
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"] == 'attachment; filename="1022-dong-thap-2026-03.csv"'
    assert headers["cache-control"] == "public, max-age=600"
    assert answer["body"].startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(answer["body"][1:])))
    assert rows[0] == ["Bảng", "Tên", "Tiếp nhận", "Đã xử lý", "Đúng hạn", "Trả lời quá hạn"]
    assert rows[1][2:] == ["1234", "1000", "923", "77"]
    agencies = [row for row in rows if row[0] == "Theo đơn vị"]
    assert [row[2:] for row in agencies] == [["800", "700", "690", "10"], ["200", "190", "95", "95"]]
    assert {len(row) for row in rows} == {6}
    ratings = [row[1:3] for row in rows if row[0] == "Người dân đánh giá (số lượt)"]
    assert [count for _, count in ratings] == ["60", "30", "10"] and len({name for name, _ in ratings}) == 3


def test_before_anybody_has_rated_the_page_says_so(deployed):
    wiring.stats_store().publish(march(3, ratings={}))
    body = page(deployed.at("Sun 29/03/2026 09:00"))
    assert "Chưa có lượt đánh giá." in body and "trên 3" not in body


def test_a_table_shown_whole_stays_whole_when_it_is_sorted(figures):
    sorts = re.findall(r'href="([^"]*sort=[^"]*)"', page(figures, all="agencies"))
    assert sorts and all("all=agencies" in link for link in sorts)
    assert "all=" not in "".join(re.findall(r'href="([^"]*sort=[^"]*)"', page(figures, all="x")))


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+84", "'+84"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("Sở Y tế", "Sở Y tế"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell, safe):
    assert safe_cell(cell) == safe


def test_names_of_a_pack_are_text_in_page_and_table(figures):
    wiring.stats_store().publish(march(3, agencies={HOSTILE: Part(5, 5, 5)}, areas={HOSTILE: Part(5, 5, 5)}))
    body = page(figures, month="2026-03")
    assert "<script>alert" not in body and "<img src=x" not in body and "&lt;script&gt;" in body
    rows = csv.reader(
        io.StringIO(figures.call("GET", "/stats/table", query={"month": "2026-03"})["body"][1:])
    )
    assert [row[1][:3] for row in rows if "script" in row[1]] == ["'=1", "'=1"]


@pytest.mark.parametrize("path", ["/stats", "/stats/table", "/stats/cases"])
def test_a_page_may_be_kept_ten_minutes_and_is_there_for_head(figures, path):
    answer = figures.call("HEAD", path)
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert (answer["statusCode"], headers["cache-control"]) == (200, "public, max-age=600")


# published cases


@pytest.fixture
def publish(deployed):
    """A case answered by its ward and published at a minute of Wednesday."""
    count = iter(range(1, 1000))

    def make(matter="Ổ gà trước chợ", answer="Đã vá", late=False, **changes) -> str:
        number = next(count)
        known = set(deployed.codes())
        deployed.at("Mon 02/03/2026 08:30")
        deployed.text("duong o ga phuong cao lanh", sender=f"+8490{number:07d}", sid=f"SM{number}")
        (code,) = set(deployed.codes()) - known
        deployed.at("Wed 01/04/2026 09:00" if late else "Wed 04/03/2026 09:00")
        deployed.page(deployed.link(code=code), {"act": "answer", "text": "Đã vá xong"})
        at = deployed.now + timedelta(minutes=number)
        case = deployed.case(code).act("publish", actor=Actor.DESK, at=at, published_at=at)
        commit(cases=[case], published=Published(code, matter, answer, at))
        return code

    return make


def test_a_published_case_is_shown_with_how_it_was_handled_and_without_its_code(deployed, publish):
    code = publish()
    body = page(deployed, "/stats/cases")
    for said in ("Ổ gà trước chợ", "Đã vá", "Đúng hạn", "Tiếp nhận 02/03/2026, trả lời 04/03/2026."):
        assert said in body
    assert "phường Cao Lãnh" in body and "Trả lời của Ủy ban nhân dân phường Cao Lãnh" in body
    assert code not in body and "/case/" not in body
    assert "+849" not in body and "reporter" not in body


def test_what_was_late_is_published_as_late(deployed, publish):
    publish(late=True)
    assert '<span class="tag bad">Trả lời quá hạn</span>' in page(deployed, "/stats/cases")


def test_hostile_words_are_text(deployed, publish):
    publish(matter=HOSTILE, answer=HOSTILE + "\u202e\x00")
    body = page(deployed, "/stats/cases")
    assert "<script>alert" not in body and "<img src=x" not in body
    assert body.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "\x00" not in body


def test_a_case_the_citizen_objects_to_disappears_and_comes_back_only_by_the_desk(deployed, publish):
    publish()
    deployed.text("khong dong y, van con o ga", sender="+84900000001", sid="SM900")
    assert deployed.case().status == "assigned"
    assert "Ổ gà trước chợ" not in page(deployed, "/stats/cases")
    assert not [row for row in deployed.rows("cases") if "Ổ gà trước chợ" in str(row)]
    deployed.at("Thu 05/03/2026 09:00")
    deployed.page(deployed.link(), {"act": "answer", "text": "Đã vá lại"})
    assert deployed.case().status == "answered"
    assert "Chưa có hồ sơ nào" in page(deployed, "/stats/cases")


def test_a_rating_given_later_is_shown(deployed, publish):
    publish()
    deployed.text("3", sender="+84900000001", sid="SM901")
    assert "Người dân: Hài lòng" in page(deployed, "/stats/cases")


def test_the_list_ends_and_a_page_costs_the_same_however_long_it_is(deployed):
    for number in range(22):
        at = deployed.now + timedelta(minutes=number)
        case = replace(answered(), code=f"{100000000 + number}")
        case = case.act("publish", actor=Actor.DESK, at=at, published_at=at)
        commit(cases=[case], published=Published(case.code, f"Việc số {number:02d}.", "Xong", at))
    page(deployed, "/stats/cases")
    with measured() as meter:
        first = page(deployed, "/stats/cases")
    assert meter.operations == ["Query", "BatchGetItem", "BatchGetItem"]
    shown = re.findall(r"Việc số (\d\d)", first)
    assert shown == [f"{number:02d}" for number in range(21, 1, -1)]
    after = re.search(r"/stats/cases\?after=(\d+)", first)
    assert not re.search(r"1000000\d\d", first)
    second = page(deployed, "/stats/cases", after=after.group(1))
    assert re.findall(r"Việc số (\d\d)", second) == ["01", "00"]
    assert "Hồ sơ cũ hơn" not in second and "Về đầu danh sách" in second


@pytest.mark.parametrize("after", ["x", "!!", "W10", "A" * 300, "WyJhIiwgImIiXQ", "\ud800", "٣", "9" * 17])
def test_a_page_that_is_none_is_not_found(deployed, publish, after, log):
    publish()
    answer = deployed.call("GET", "/stats/cases", query={"after": after})
    assert answer["statusCode"] == 404 and "Ổ gà" not in answer["body"]
    assert not [record for record in log.records if record.levelname == "ERROR"]


def test_a_page_before_everything_is_empty(deployed, publish):
    publish()
    assert "Ổ gà" not in page(deployed, "/stats/cases", after="0")


def test_the_figures_of_last_year_are_a_link_away(deployed):
    wiring.stats_store().publish(march(3))
    deployed.at("Fri 01/01/2027 09:00")
    body = page(deployed)
    assert re.findall(r"\?year=(\d{4})", body) == ["2027", "2026", "2025"]
    assert "03/2026" in body
