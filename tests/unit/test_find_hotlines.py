"""The page of hotlines: whom a place typed in by somebody leads to, in both provinces."""

from functools import cache

import pytest

from chalicelib.domain.hotlines import Lookup
from chalicelib.domain.understanding import Reader
from chalicelib.usecases.find_hotlines import find_hotlines, hotlines_of_unit
from tests.hotline import province
from tests.unit.worktime import at

MORNING = "Mon 02/03/2026 08:30"


@cache
def reader(slug: str) -> Reader:
    return Reader([province(slug)])


def found(slug: str, typed: str, moment: str = MORNING) -> Lookup:
    now = at(moment)
    read = reader(slug).read
    return find_hotlines(
        typed, directory=province(slug), now=now, read=lambda words: read(words, on=now.date())
    )


def told(lookup: Lookup) -> list[str]:
    """Each place as a clerk would say it: `huyện Vĩnh Cửu (cũ) → Trảng Dài, Trị An`."""
    return [
        f"{place.area.full_name}{' (cũ)' if place.former else ''} → "
        + ", ".join(line.area.name for line in place.hotlines)
        for place in lookup.places
    ]


VINH_CUU = "huyện Vĩnh Cửu (cũ) → Trảng Dài, Trị An, Phú Lý, Tân An, Tân Triều"
SA_DEC = "thành phố Sa Đéc (cũ) → Sa Đéc, Tân Dương"
CAO_LANH = "thành phố Cao Lãnh (cũ) → Cao Lãnh, Mỹ Ngãi, Mỹ Trà"
FIVE_WARDS = [
    "phường 1 (cũ) → Mỹ Tho",
    "phường 1 (cũ) → Gò Công",
    "phường 1 (cũ) → Mỹ Phước Tây",
    "phường 1 (cũ) → Cao Lãnh",
    "phường 1 (cũ) → Sa Đéc",
]

SEARCHES = [
    # province, what is typed, outcome, whom it leads to
    ("dong-nai", "huyện Vĩnh Cửu", "found", [VINH_CUU]),
    ("dong-nai", "huyen vinh cuu", "found", [VINH_CUU]),
    ("dong-nai", "Vĩnh Cửu", "found", [VINH_CUU]),
    ("dong-nai", "  VINH   CUU ", "found", [VINH_CUU]),
    ("dong-nai", "xã Phú Lý", "found", ["xã Phú Lý → Phú Lý"]),
    ("dong-nai", "ấp 3 xã Phú Lý", "found", ["xã Phú Lý → Phú Lý"]),
    ("dong-nai", "P.Tran Bien", "found", ["phường Trấn Biên → Trấn Biên"]),
    ("dong-nai", "chợ Biên Hòa", "found", ["phường Trấn Biên → Trấn Biên"]),
    ("dong-nai", "phường Tân Phong cũ", "found", ["phường Tân Phong (cũ) → Tân Triều"]),
    ("dong-thap", "Sa Dec", "found", [SA_DEC]),
    ("dong-thap", "sadec", "found", [SA_DEC]),
    ("dong-thap", "phường 1 Cao Lãnh", "found", ["phường 1 (cũ) → Cao Lãnh"]),
    ("dong-thap", "thanh pho cao lanh", "found", [CAO_LANH]),
    # a commune that was split: everyone who took a part
    ("dong-thap", "Gáo Giồng", "found", ["xã Gáo Giồng (cũ) → Phú Cường, Phong Mỹ"]),
    # several places of that name
    (
        "dong-thap",
        "Cao Lanh",
        "choose",
        [
            CAO_LANH,
            "huyện Cao Lãnh (cũ) → Mỹ Ngãi, Mỹ Trà, Phú Cường, Phương Thịnh, Mỹ Thọ, Ba Sao, Phong Mỹ, "
            "Mỹ Hiệp, Bình Hàng Trung",
        ],
    ),
    ("dong-thap", "phuong 1", "choose", FIVE_WARDS),
    ("dong-thap", "an binh", "choose", ["xã An Bình (cũ) → Mỹ Trà", "phường An Bình → An Bình"]),
    (
        "dong-nai",
        "thống nhất",
        "choose",
        [
            "xã Thống Nhất → Thống Nhất",
            "xã Thống Nhất (cũ) → Phước Sơn",
            "phường Thống Nhất (cũ) → Trấn Biên",
            "huyện Thống Nhất (cũ) → Thống Nhất, Bình Lộc, Gia Kiệm, Dầu Giây",
        ],
    ),
    # mistyped
    ("dong-nai", "huyen vinh cuuu", "close", [VINH_CUU]),
    ("dong-thap", "sa đét", "close", ["phường Sa Đéc → Sa Đéc", SA_DEC]),
    ("dong-thap", "phương 1", "close", FIVE_WARDS),
    # a whole province, of today or of former days, and a ward that bears its name
    ("dong-nai", "Bình Phước", "province", ["phường Bình Phước → Bình Phước"]),
    ("dong-thap", "tỉnh Tiền Giang", "province", []),
    ("dong-thap", "Đồng Tháp", "province", []),
    # another province's
    ("dong-nai", "Sa Đéc", "outside", []),
    ("dong-nai", "Vĩnh Long", "outside", []),
    ("dong-thap", "Biên Hòa", "outside", []),
    # nothing
    ("dong-thap", "", "unknown", []),
    ("dong-thap", " .,- ", "unknown", []),
    ("dong-thap", "xyz", "unknown", []),
    ("dong-thap", "<script>alert(1)</script>", "unknown", []),
    ("dong-thap", "\x00\ud800", "unknown", []),
    ("dong-thap", "x" * 5000, "unknown", []),
]


@pytest.mark.parametrize(
    ("slug", "typed", "outcome", "places"),
    SEARCHES,
    ids=[f"{row[0]}: {row[1][:30]!a}" for row in SEARCHES],
)
def test_a_place_leads_to_the_units_that_serve_it_today(slug, typed, outcome, places):
    lookup = found(slug, typed)
    assert (lookup.outcome, told(lookup)) == (outcome, places)


def test_the_district_itself_answered_while_there_was_one():
    lookup = found("dong-nai", "xã Phú Lý", "Fri 25/04/2025 08:30")
    assert [line.agency.code for line in lookup.places[0].hotlines] == ["mot_cua_huyen_vinh_cuu"]
    assert not lookup.places[0].former


@pytest.mark.parametrize("slug", ["dong-nai", "dong-thap"])
def test_every_unit_of_the_records_leads_to_a_number(slug):
    """What a choice or an old poster links to: today's units and all former ones."""
    directory, now = province(slug), at(MORNING)
    without = []
    for area in directory.areas.values():
        lookup = hotlines_of_unit(area.id, directory=directory, now=now)
        if (lookup is None) != (area.tier == "province"):
            without.append(area.full_name)
    assert without == []


@pytest.mark.parametrize("unit", ["", "old-", "75; drop", "../secret", "nope"])
def test_an_unknown_unit_leads_nowhere(unit):
    assert hotlines_of_unit(unit, directory=province("dong-nai"), now=at(MORNING)) is None
