"""Units by the beginning of their names, of today and of former days."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.area_search import areas_named, named_units
from chalicelib.web.report_view import area_line
from tests.hotline import province

TODAY = date(2026, 3, 2)
BEFORE = date(2025, 3, 2)


def names(typed: str, on: date = TODAY, slug: str = "dong-thap") -> list[str]:
    directory = province(slug)
    return [area_line(found, directory, "vi")["name"] for found in areas_named(directory, typed, on)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sa dec", "phường Sa Đéc"),
        ("Sa Đéc", "phường Sa Đéc"),
        ("tp sa dec", "thành phố Sa Đéc"),
        ("p1 sa d", "phường 1, thành phố Sa Đéc"),
        ("phuong 2 my tho", "phường 2, thành phố Mỹ Tho"),
        ("mỹ tho p2", "phường 2, thành phố Mỹ Tho"),
        ("gao giong", "xã Gáo Giồng, huyện Cao Lãnh"),
        ("tan phu don", "xã Tân Phú Đông"),
        ("h lai vung", "thị trấn Lai Vung, huyện Lai Vung"),
        ("tx go cong", "thành phố Gò Công"),
    ],
)
def test_a_unit_is_found_by_the_beginning_of_its_name(typed, first):
    assert names(typed)[0] == first


def test_a_former_district_of_the_other_sample_is_found():
    assert "huyện Vĩnh Cửu" in names("vinh cuu", slug="dong-nai")
    assert "huyện Vĩnh Cửu" in names("huyen vinh c", slug="dong-nai")


@pytest.mark.parametrize("typed", ["", " ", "x", "!!", "zzz", "sa dec zzz", "\ud800", "<script>"])
def test_what_begins_no_name_finds_nothing(typed):
    assert names(typed) == []


def test_a_number_is_whole():
    assert not any(name.startswith("phường 11") for name in names("phuong 1"))


def test_a_list_has_an_end():
    assert len(names("xa")) == 8
    assert len(names("phuong " * 500)) == 8


def test_units_of_a_later_day_are_not_found_yet():
    assert "xã Tân Phú Đông, huyện Tân Phú Đông" not in names("tan phu dong", BEFORE)
    assert names("sa dec", BEFORE)[0] == "thành phố Sa Đéc"


def test_a_former_unit_says_what_it_is_today_and_a_unit_of_today_nothing():
    directory = province()
    lines = {
        unit: area_line(found, directory, "vi")
        for unit in ("29905", "old-29905", "old-30079", "old-873")
        for found in named_units(directory, [unit], TODAY)
    }
    assert lines["29905"]["note"] == ""
    assert lines["old-29905"]["note"] == "nay là phường Sa Đéc"
    assert lines["old-30079"]["note"] == "nay là xã Phú Cường, xã Phong Mỹ"
    assert lines["old-873"]["note"].endswith(", …"), "nine communes are too many to name"


def test_what_no_pack_knows_and_the_province_itself_are_no_choice():
    assert named_units(province(), ["82", "nowhere"], TODAY) == ()
