"""The provinces' lists of administrative units say what the resolutions say (docs/areas.md)."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

PROVINCES = Path(__file__).resolve().parents[2] / "provinces"
COLUMNS = [
    "id",
    "code",
    "name",
    "type",
    "tier",
    "parent",
    "valid_from",
    "valid_to",
    "successors",
    "aliases",
    "lat",
    "long",
]
TYPES = {
    "province": {"tỉnh", "thành phố"},
    "district": {"thành phố", "thị xã", "huyện"},
    "commune": {"phường", "xã", "thị trấn"},
}
TODAY = {"dong-thap": "82", "dong-nai": "75"}
SLUGS = sorted(TODAY)
Row = dict[str, str]


@cache
def units(slug: str) -> dict[str, Row]:
    """The rows of a province's areas.csv by id; fails on a repeated id."""
    with (PROVINCES / slug / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [unit_id for unit_id, times in Counter(row["id"] for row in rows).items() if times > 1] == []
    return {row["id"]: row for row in rows}


def is_former(row: Row) -> bool:
    return row["valid_to"] != ""


def full_name(row: Row) -> str:
    return f"{row['type']} {row['name']}"


def successors(row: Row) -> dict[str, str]:
    return dict(item.split(":") for item in row["successors"].split(";") if item)


def aliases(row: Row) -> list[str]:
    return [alias for alias in row["aliases"].split(";") if alias]


def children(slug: str, parent: str) -> list[Row]:
    return [row for row in units(slug).values() if row["parent"] == parent]


def successor_names(slug: str, unit_id: str) -> set[str]:
    return {full_name(units(slug)[later]) for later in successors(units(slug)[unit_id])}


def formers_of(slug: str, unit_id: str, generation: str = "old-") -> set[str]:
    """Full names of the communes of mid-2025 that went, wholly or partly, into today's unit."""
    return {
        full_name(row)
        for row in units(slug).values()
        if row["tier"] == "commune" and row["id"].startswith(generation) and unit_id in successors(row)
    }


def fold(text: str) -> str:
    """Lower case without marks, as most SMS are written."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@pytest.mark.parametrize(
    ("slug", "xa", "phuong"),
    [
        pytest.param("dong-thap", 82, 20, id="102 units of Đồng Tháp"),
        pytest.param("dong-nai", 72, 23, id="95 of Đồng Nai"),
    ],
)
def test_todays_units_are_as_many_as_the_resolution_says(slug: str, xa: int, phuong: int) -> None:
    today = Counter(row["type"] for row in children(slug, TODAY[slug]) if row["tier"] == "commune")
    assert today == {"xã": xa, "phường": phuong}


@pytest.mark.parametrize(
    ("slug", "province", "districts", "communes"),
    [
        pytest.param("dong-thap", "old-87", 12, 141, id="former Đồng Tháp"),
        pytest.param("dong-thap", "old-82", 11, 164, id="former Tiền Giang"),
        pytest.param("dong-nai", "old-75", 11, 159, id="former Đồng Nai"),
        pytest.param("dong-nai", "old-70", 11, 111, id="former Bình Phước"),
    ],
)
def test_former_units_of_mid_2025_are_complete(
    slug: str, province: str, districts: int, communes: int
) -> None:
    of_province = children(slug, province)
    assert {row["tier"] for row in of_province} == {"district"}
    assert len(of_province) == districts
    of_districts = [row for district in of_province for row in children(slug, district["id"])]
    assert sum(row["valid_to"] == "2025-06-30" for row in of_districts) == communes


@pytest.mark.parametrize("slug", SLUGS)
class TestEveryRow:
    """What holds for each line of the file."""

    def test_has_the_agreed_columns_and_clean_text(self, slug: str) -> None:
        for row in units(slug).values():
            assert list(row) == COLUMNS
            for text in row.values():
                assert text == unicodedata.normalize("NFC", text)
                assert text == " ".join(text.split())
            assert row["name"]

    def test_has_a_type_of_its_tier_and_a_name_without_it(self, slug: str) -> None:
        for row in units(slug).values():
            assert row["type"] in TYPES[row["tier"]], row
            assert (
                not row["name"]
                .lower()
                .startswith(tuple(f"{kind} " for kinds in TYPES.values() for kind in kinds))
            ), row

    def test_has_an_id_that_tells_its_generation(self, slug: str) -> None:
        for unit_id, row in units(slug).items():
            prefix = unit_id.removesuffix(row["code"])
            assert prefix in ({"old-", "old2-"} if is_former(row) else {""}), row
            assert len(row["code"]) == {"province": 2, "district": 3, "commune": 5}[row["tier"]]

    def test_has_a_period_that_fits_its_generation(self, slug: str) -> None:
        for unit_id, row in units(slug).items():
            if unit_id.startswith("old2-"):
                assert date(2020, 1, 1) <= date.fromisoformat(row["valid_to"]) < date(2025, 6, 30), row
            elif unit_id.startswith("old-"):
                assert row["valid_to"] == "2025-06-30", row
            else:
                assert (row["valid_from"], row["valid_to"]) == ("2025-07-01", ""), row
            if row["valid_from"] and row["valid_to"]:
                assert row["valid_from"] < row["valid_to"], row

    def test_hangs_below_the_province_without_a_cycle(self, slug: str) -> None:
        above = {"commune": {"district", "province"}, "district": {"province"}, "province": {"province"}}
        for unit_id, row in units(slug).items():
            seen = [unit_id]
            while row["parent"]:
                parent = units(slug)[row["parent"]]
                assert parent["tier"] in above[row["tier"]], seen
                assert parent["id"] not in seen, seen
                seen.append(parent["id"])
                row = parent
            assert seen[-1] == TODAY[slug], seen

    def test_has_successors_of_today_if_it_is_former_and_none_if_it_is_not(self, slug: str) -> None:
        for row in units(slug).values():
            later = successors(row)
            assert bool(later) == is_former(row), row
            assert all(not is_former(units(slug)[unit_id]) for unit_id in later), row

    def test_went_whole_to_one_successor_or_in_parts_to_several(self, slug: str) -> None:
        for row in units(slug).values():
            later = successors(row)
            expected = "whole" if len(later) == 1 else "part"
            assert set(later.values()) <= {expected}, row

    def test_lies_in_southern_vietnam_if_it_has_a_centre(self, slug: str) -> None:
        (south, north), (west, east) = {
            "dong-thap": ((10.1, 11.0), (105.1, 106.9)),
            "dong-nai": ((10.5, 12.4), (106.3, 107.7)),
        }[slug]
        for row in units(slug).values():
            assert bool(row["lat"]) == bool(row["long"]), row
            if row["lat"]:
                assert south < float(row["lat"]) < north, row
                assert west < float(row["long"]) < east, row
            if row["tier"] == "commune" and not is_former(row):
                assert row["lat"], row


@pytest.mark.parametrize("slug", SLUGS)
def test_every_unit_of_today_comes_from_a_former_one(slug: str) -> None:
    for row in children(slug, TODAY[slug]):
        if row["tier"] == "commune":
            assert formers_of(slug, row["id"]), row


@pytest.mark.parametrize("slug", SLUGS)
def test_a_district_went_to_exactly_the_successors_of_its_communes(slug: str) -> None:
    for row in units(slug).values():
        if row["tier"] == "district":
            of_communes = {
                later
                for commune in children(slug, row["id"])
                if commune["id"].startswith("old-")
                for later in successors(commune)
            }
            assert set(successors(row)) == of_communes, row


@pytest.mark.parametrize("slug", SLUGS)
def test_two_units_of_one_parent_and_time_never_share_type_and_name(slug: str) -> None:
    seen = Counter(
        (row["parent"], row["id"].partition("-")[0], full_name(row)) for row in units(slug).values()
    )
    assert [key for key, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_an_alias_means_one_unit_unless_it_carries_its_type_or_names_a_lineage(slug: str) -> None:
    """`xã Long Hưng` may be two units, as in life; a bare alias only a unit and its successor."""
    means: dict[str, set[str]] = {}
    for unit_id, row in units(slug).items():
        means.setdefault(row["name"].lower(), set()).add(unit_id)
        for alias in aliases(row):
            assert alias != row["name"], row
            means.setdefault(alias.lower(), set()).add(unit_id)
    every_alias = {alias.lower() for row in units(slug).values() for alias in aliases(row)}
    for alias in every_alias:
        if alias.split(" ")[0] in {"xã", "phường", "huyện", "thị", "thành"}:
            continue
        formers = [unit_id for unit_id in means[alias] if is_former(units(slug)[unit_id])]
        today = means[alias].difference(formers)
        assert len(today) <= 1, (alias, means[alias])
        assert len(formers) <= 1, (alias, means[alias])
        if today and formers:
            assert set(successors(units(slug)[formers[0]])) == today, (alias, means[alias])


@pytest.mark.parametrize(
    ("slug", "today", "formers"),
    [
        pytest.param(
            "dong-nai",
            "26068",
            {"phường Bửu Hòa", "phường Tân Vạn", "phường Tân Hạnh", "phường Hóa An"},
            id="phường Biên Hòa",
        ),
        pytest.param(
            "dong-nai",
            "26299",
            {"xã Gia Tân 1", "xã Gia Tân 2", "xã Phú Cường", "xã Phú Túc"},
            id="xã Thống Nhất",
        ),
        pytest.param(
            "dong-thap",
            "28519",
            {"thị trấn Tân Hiệp", "xã Thân Cửu Nghĩa", "xã Long An"},
            id="xã Châu Thành, ex Tiền Giang",
        ),
        pytest.param(
            "dong-thap",
            "30226",
            {"xã Định An", "xã Định Yên", "xã Tân Phước", "xã Tân Thành"},
            id="xã Lai Vung",
        ),
        pytest.param(
            "dong-thap",
            "30208",
            {"thị trấn Lai Vung", "xã Long Hậu", "xã Hòa Long", "xã Long Thắng"},
            id="xã Hòa Long, town of Lai Vung",
        ),
        pytest.param(
            "dong-thap",
            "29905",
            {f"phường {number}" for number in (1, 2, 3, 4)}
            | {"xã Tân Khánh Đông", "phường Tân Quy Đông", "phường An Hòa", "xã Tân Quy Tây"},
            id="phường Sa Đéc",
        ),
    ],
)
def test_a_unit_of_today_is_made_of_just_these_former_ones(slug: str, today: str, formers: set[str]) -> None:
    assert formers_of(slug, today) == formers


@pytest.mark.parametrize(
    ("slug", "former", "today"),
    [
        pytest.param("dong-thap", "old-29902", {"phường Sa Đéc"}, id="phường 3 of Sa Đéc, not of Cao Lãnh"),
        pytest.param("dong-thap", "old-29908", {"phường Sa Đéc"}, id="phường 4 of Sa Đéc, not of Cao Lãnh"),
        pytest.param(
            "dong-thap", "old-28252", {"phường Đạo Thạnh"}, id="phường 4 of Mỹ Tho, not of Cao Lãnh"
        ),
        pytest.param("dong-thap", "old-28270", {"phường Thới Sơn"}, id="phường 6 of Mỹ Tho, not of Cao Lãnh"),
        pytest.param(
            "dong-thap", "old-28437", {"phường Mỹ Phước Tây"}, id="phường 3 of Cai Lậy, not of Cao Lãnh"
        ),
        pytest.param("dong-thap", "old-28439", {"phường Cai Lậy"}, id="phường 4 of Cai Lậy, not of Cao Lãnh"),
        pytest.param("dong-thap", "old-29875", {"phường Cao Lãnh"}, id="phường 3 of Cao Lãnh"),
        pytest.param("dong-thap", "old-29923", {"xã Tân Dương"}, id="Tân Phú Đông left Sa Đéc for Tân Dương"),
        pytest.param("dong-thap", "old-30079", {"xã Phú Cường", "xã Phong Mỹ"}, id="Gáo Giồng was split"),
        pytest.param(
            "dong-thap", "old-29995", {"xã Long Phú Thuận", "xã Tân Long"}, id="Phú Thuận B was split"
        ),
        pytest.param("dong-thap", "old-30157", {"xã Thanh Bình", "xã Tân Thạnh"}, id="Tân Thạnh was split"),
        pytest.param("dong-nai", "old-26449", {"xã Xuân Đông", "xã Xuân Hòa"}, id="Xuân Tâm was split"),
        pytest.param(
            "dong-thap",
            "old-877",
            {"xã Phú Hựu", "xã Tân Nhuận Đông", "xã Tân Phú Trung"},
            id="huyện Châu Thành by Sa Đéc",
        ),
        pytest.param("dong-nai", "old-26029", {"phường Trấn Biên"}, id="phường Thống Nhất of Biên Hòa"),
        pytest.param("dong-nai", "old-25996", {"phường Tân Triều"}, id="phường Tân Phong of Biên Hòa"),
        pytest.param("dong-nai", "old-26005", {"phường Hố Nai"}, id="phường Tân Hòa of Biên Hòa"),
        pytest.param("dong-nai", "old2-26014", {"phường Tam Hiệp"}, id="phường Tân Tiến, merged in 2024"),
        pytest.param("dong-nai", "old2-26203", {"xã Trị An"}, id="xã Hiếu Liêm, merged in 2024"),
        pytest.param(
            "dong-thap", "old2-29863", {"phường Mỹ Ngãi"}, id="phường 11 of Cao Lãnh, merged in 2025"
        ),
        pytest.param("dong-thap", "old-82", {"tỉnh Đồng Tháp"}, id="tỉnh Tiền Giang"),
        pytest.param("dong-nai", "old-70", {"tỉnh Đồng Nai"}, id="tỉnh Bình Phước"),
    ],
)
def test_a_former_unit_went_to(slug: str, former: str, today: set[str]) -> None:
    assert successor_names(slug, former) == today


@pytest.mark.parametrize(
    ("slug", "district", "how_many"),
    [
        pytest.param("dong-nai", "old-731", 10, id="Biên Hòa"),
        pytest.param("dong-thap", "old-866", 3, id="thành phố Cao Lãnh"),
        pytest.param("dong-thap", "old-867", 2, id="Sa Đéc"),
        pytest.param("dong-thap", "old-868", 3, id="thành phố Hồng Ngự"),
        pytest.param("dong-nai", "old-740", 6, id="Long Thành"),
        pytest.param("dong-nai", "old-742", 3, id="Nhơn Trạch"),
        pytest.param("dong-nai", "old-737", 6, id="Trảng Bom"),
    ],
)
def test_a_former_district_is_never_just_the_unit_that_took_its_name(
    slug: str, district: str, how_many: int
) -> None:
    assert len(successors(units(slug)[district])) == how_many


@pytest.mark.parametrize("slug", SLUGS)
def test_seven_units_of_dong_nai_and_none_of_dong_thap_were_left_as_they_were(slug: str) -> None:
    unchanged = {
        row["name"]
        for row in children(slug, TODAY[slug])
        if row["tier"] == "commune" and formers_of(slug, row["id"]) == {full_name(row)}
    }
    expected = (
        {"Phước Tân", "Tam Phước", "Thanh Sơn", "Đak Lua", "Phú Lý", "Bù Gia Mập"}
        if slug == "dong-nai"
        else set()
    )
    assert unchanged == expected
    # the seventh, Đăk Ơ, changed only its spelling
    if slug == "dong-nai":
        assert formers_of(slug, "25225") == {"xã Đak Ơ"}


@pytest.mark.parametrize(
    ("slug", "alias", "unit_id"),
    [
        pytest.param("dong-nai", "BH", "old-731", id="BH = Biên Hòa"),
        pytest.param("dong-nai", "LK", "old-732", id="LK = Long Khánh"),
        pytest.param("dong-nai", "LT", "old-740", id="LT = Long Thành"),
        pytest.param("dong-nai", "NT", "old-742", id="NT = Nhơn Trạch"),
        pytest.param("dong-nai", "Đắc Lua", "old-26119", id="Đắc Lua"),
        pytest.param("dong-nai", "Đắk Lua", "26119", id="Đắk Lua"),
        pytest.param("dong-nai", "xã Hóa An", "old-26068", id="Hóa An before it was a ward"),
        pytest.param("dong-nai", "Suối Trầu", "old-26395", id="Suối Trầu, dissolved in 2019"),
        pytest.param("dong-thap", "thị xã Hồng Ngự", "old-868", id="thị xã Hồng Ngự"),
        pytest.param("dong-thap", "SĐ", "old-867", id="SĐ = Sa Đéc"),
        pytest.param("dong-thap", "Thường Thới Hậu B", "old-29977", id="Thường Thới Hậu B, merged in 2020"),
        pytest.param("dong-thap", "Tân Phước Một", "28321", id="a number spoken"),
    ],
)
def test_people_may_also_say(slug: str, alias: str, unit_id: str) -> None:
    assert alias in aliases(units(slug)[unit_id])


@pytest.mark.parametrize(
    ("slug", "collisions"),
    [
        pytest.param("dong-nai", {("Lộc Thành", "Lộc Thạnh")}, id="Đồng Nai"),
        pytest.param("dong-thap", {("Mỹ Tho", "Mỹ Thọ"), ("Tân Thành", "Tân Thạnh")}, id="Đồng Tháp"),
    ],
)
def test_names_of_today_that_collide_without_diacritics_are_known(
    slug: str, collisions: set[tuple[str, ...]]
) -> None:
    names: dict[str, set[str]] = {}
    for row in children(slug, TODAY[slug]):
        if row["tier"] == "commune":
            names.setdefault(fold(row["name"]), set()).add(row["name"])
    assert {tuple(sorted(same)) for same in names.values() if len(same) > 1} == collisions


@pytest.mark.parametrize("slug", SLUGS)
def test_places_lie_in_a_unit_of_the_list_and_have_one_line_each(slug: str) -> None:
    with (PROVINCES / slug / "places.csv").open(encoding="utf-8", newline="") as file:
        places = list(csv.DictReader(file))
    assert len(places) >= 40
    spoken = Counter()
    for place in places:
        assert list(place) == ["name", "type", "area", "aliases"]
        assert place["area"] in units(slug), place
        assert all(text == unicodedata.normalize("NFC", text).strip() for text in place.values()), place
        spoken.update({place["name"].lower(), *(alias.lower() for alias in aliases(place))})
    assert [name for name, times in spoken.items() if times > 1] == []
