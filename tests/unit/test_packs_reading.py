"""What is read from the files of a pack is what is published."""

import json

import pytest

from packs import PackError, read_data, read_directory, slugs
from packs.__main__ import COMMANDS
from packs.marked import load_yaml
from tests.unit.tiny_pack import SLUG, write


def read(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return load_yaml(path, "some.yaml")[0]


@pytest.mark.parametrize(
    "written, meant",
    [
        pytest.param("no", "no", id="no is a word, not false"),
        pytest.param("on", "on", id="on is a word, not true"),
        pytest.param("true", True, id="true is true"),
        pytest.param("0900000123", "0900000123", id="a phone number keeps its zero"),
        pytest.param("+84900000123", "+84900000123", id="a phone number keeps its plus"),
        pytest.param("02771022", "02771022", id="a number with a zero is not octal"),
        pytest.param("13:30", "13:30", id="a time is not 810"),
        pytest.param("2025-07-01", "2025-07-01", id="a day stays as it is written"),
        pytest.param("1022", 1022, id="a number is a number"),
        pytest.param("0.5", 0.5, id="a half is a half"),
        pytest.param("1_000", "1_000", id="an underscore is no thousand"),
        pytest.param("", None, id="nothing is nothing"),
    ],
)
def test_a_value_means_what_it_looks_like(tmp_path, written, meant):
    value = read(tmp_path, f"key: {written}\n")["key"]
    assert value == meant and type(value) is type(meant)


def test_every_key_and_item_knows_its_line(tmp_path):
    data = read(tmp_path, "first: 1\nlist:\n  - {code: a}\n  - code: b\n    name: x\n")
    assert data.at("list") == ("some.yaml", 2)
    assert data["list"].marks == [("some.yaml", 3), ("some.yaml", 4)]
    assert data["list"][1].at("name") == ("some.yaml", 5)
    assert data["list"][1].at("absent") == ("some.yaml", 4)


def common(root, name, text):
    (root / "common").mkdir(exist_ok=True)
    (root / "common" / name).write_text(text, encoding="utf-8")


def test_a_provinces_list_changes_and_adds_items_of_the_common_one_by_code(tmp_path):
    root = write(tmp_path)
    common(
        root,
        "services.yaml",
        "services:\n"
        "  - code: giao_thong\n    names: {vi: Đường sá, en: Roads}\n    group: ha_tang\n"
        "  - code: dien\n    names: {vi: Điện, en: Power}\n",
    )
    services = {item["code"]: item for item in read_data(SLUG, root)["services"]}
    assert list(services) == ["giao_thong", "dien", "khac"]
    assert services["giao_thong"]["names"]["vi"] == "Giao thông", "the province's own word wins"
    assert services["giao_thong"]["group"] == "ha_tang", "what it leaves out stays as it was"


def test_a_provinces_year_replaces_the_common_one_key_by_key(tmp_path):
    root = write(tmp_path)
    common(
        root,
        "calendar.yaml",
        "sessions:\n  office:\n    mon-fri: ['08:00-16:00']\nyears:\n  2019:\n    days_off: [2019-09-02]\n",
    )
    calendar = read_data(SLUG, root)["calendar"]
    assert calendar["sessions"]["office"]["mon-fri"] == ["07:30-11:30", "13:30-17:00"]
    assert calendar["years"]["2019"] == {"days_off": ["2019-09-02"]}
    assert "2026" in calendar["years"]


def test_every_commune_of_today_gets_its_agencies_from_one_block(tmp_path):
    pack = read_directory(SLUG, write(tmp_path))
    agency = pack.agencies["ubnd_101"]
    assert agency.name() == "UBND phường Thượng Hạ"
    assert agency.short_name == "UBND p.Thuong Ha"
    assert agency.focal_point.email == "phuong-thuong-ha@tinh.gov.vn"
    assert agency.area == "101"
    assert sorted(code for code in pack.agencies if code.startswith("ubnd_")) == [
        "ubnd_101",
        "ubnd_102",
        "ubnd_huyen",
    ]


def test_one_commune_may_differ_from_the_block(tmp_path):
    own = "valid_from: 2025-07-01\n    units: {'102': {focal_point: {email: khac@tinh.gov.vn}, hotline: '1022'}}"
    pack = read_directory(SLUG, write(tmp_path, ("agencies.yaml", "valid_from: 2025-07-01", own)))
    assert pack.agencies["ubnd_102"].focal_point.email == "khac@tinh.gov.vn"
    assert pack.agencies["ubnd_102"].focal_point.role == "Chánh Văn phòng"
    assert pack.agencies["ubnd_102"].hotline == "1022"
    assert pack.agencies["ubnd_101"].hotline == ""


def test_communes_whose_names_differ_only_in_marks_get_different_addresses(tmp_path):
    twin = ("areas.csv", "102,102,Trung,", "102,102,Trùng,")
    third = ("areas.csv", "101,101,Thượng Hạ,phường,", "101,101,Trung,xã,")
    pack = read_directory(SLUG, write(tmp_path, twin, third))
    assert pack.agencies["ubnd_101"].focal_point.email == "xa-trung-101@tinh.gov.vn"
    assert pack.agencies["ubnd_102"].focal_point.email == "xa-trung-102@tinh.gov.vn"


def test_the_same_content_has_the_same_version_and_another_content_another(tmp_path):
    one = read_data(SLUG, write(tmp_path / "one"))
    same = read_data(SLUG, write(tmp_path / "same", ("routing.yaml", "rules:\n", "# a comment\n\nrules:\n")))
    other = read_data(
        SLUG, write(tmp_path / "other", ("routing.yaml", "agency: van_phong", "agency: so_xay_dung"))
    )
    assert one["version"] == same["version"] != other["version"]
    assert len(one["version"]) == 12


def test_what_is_published_is_plain_json_and_builds_the_same_directory(tmp_path):
    data = read_data(SLUG, write(tmp_path))
    again = json.loads(json.dumps(data))
    assert again == data
    assert type(data["province"]) is dict and type(data["agencies"][0]["names"]) is dict


def test_an_unknown_pack_names_the_known_ones(tmp_path):
    write(tmp_path)
    with pytest.raises(PackError, match=r"there is no such pack\. Known: thu-nghiem\."):
        read_directory("thu-nghiemm", tmp_path)


def test_a_pack_that_cannot_be_read_says_where(tmp_path):
    root = write(tmp_path, ("routing.yaml", "rules:\n", "rules: [\n"))
    with pytest.raises(PackError, match=r"provinces/thu-nghiem/routing\.yaml:"):
        read_directory(SLUG, root)


def test_validate_prints_what_is_wrong_and_ends_with_1(tmp_path, capsys):
    root = write(tmp_path, ("routing.yaml", "agency: so_gtvt}", "agency: so_gtvtt}"))
    assert COMMANDS["validate"]([SLUG, "--root", str(root), "--today", "2026-03-02"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "provinces/thu-nghiem/routing.yaml:4: rule duong-tinh names agency 'so_gtvtt', "
        "which agencies.yaml does not have. Did you mean so_gtvt?",
        "thu-nghiem: 1 errors, 0 warnings. Nothing is published until the errors are gone.",
    ]


def test_validate_of_a_right_pack_ends_with_0_and_counts_it(tmp_path, capsys):
    assert slugs(write(tmp_path)) == [SLUG]
    assert COMMANDS["validate"](["--root", str(tmp_path), "--today", "2026-03-02"]) == 0
    said = capsys.readouterr().out
    assert (
        "0 errors, 0 warnings" in said and "6 agencies, 2 fields, 3 units of today and 4 former ones" in said
    )
