"""Bars as SVG: in proportion, readable on a phone, and whatever a label holds is text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from chalicelib.web.charts import MOST_LETTERS, WIDEST, Row, bars


def drawn(*rows: Row, title: str = "Hồ sơ", description: str = "Bảng ở dưới") -> str:
    return str(bars(rows, id="c", title=title, description=description))


def row(label: str, *values: int) -> Row:
    return Row(label, values, tuple(str(value) for value in values))


def widths(chart: str) -> list[float]:
    return [float(width) for width in re.findall(r'<rect[^>]*width="([\d.]+)%"', chart)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("a", 4), row("b", 1)], [WIDEST, WIDEST / 4]),
        ([row("a", 2, 4), row("b", 0, 1)], [WIDEST / 2, WIDEST, 0, WIDEST / 4]),
        ([row("a", 0), row("b", 0)], [0, 0]),
        ([], []),
    ],
    ids=["one series", "two series", "nothing but zeros", "no rows"],
)
def test_a_bar_is_as_long_as_its_number(rows: list[Row], expected: list[float]) -> None:
    assert widths(drawn(*rows)) == pytest.approx(expected, abs=0.01)


def test_a_chart_is_one_picture_with_a_title_and_a_description() -> None:
    chart = drawn(row("a", 1))
    root = ElementTree.fromstring(chart)
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"] == "c-title c-text"
    assert {one.attrib["id"] for one in root if "id" in one.attrib} == {"c-title", "c-text"}
    assert int(root.attrib["height"]) > 0 and root.attrib["width"] == "100%"


@pytest.mark.parametrize("label", ["<script>", "</svg>", "a & b", '"', "'onload='x", "]]>", "\u202e"])
def test_whatever_a_label_holds_is_text(label: str) -> None:
    root = ElementTree.fromstring(drawn(row(label, 1), title=label, description=label))
    assert [one.tag for one in root] == ["title", "desc", "text", "rect", "text"]
    assert root[0].text == root[1].text == root[2].text == label


def test_a_long_label_is_cut_so_that_it_stays_on_a_phone() -> None:
    root = ElementTree.fromstring(drawn(row("Ủy ban  nhân dân " * 9, 1)))
    label = root[2].text or ""
    assert len(label) <= MOST_LETTERS and label.endswith("…") and "  " not in label


def test_rows_stand_below_each_other_and_the_picture_holds_them_all() -> None:
    root = ElementTree.fromstring(drawn(row("a", 1, 2), row("b", 3, 4)))
    rects = [one for one in root if one.tag == "rect"]
    tops = [int(one.attrib["y"]) for one in rects]
    assert tops == sorted(tops) and len(set(tops)) == 4
    assert tops[-1] + int(rects[-1].attrib["height"]) <= int(root.attrib["height"])
