"""What the pages of hotlines say: names, numbers, hours, and how each line stands at a moment."""

from dataclasses import replace

import pytest

from chalicelib.domain.hotlines import all_hotlines, hotline
from chalicelib.web.hotline_pages import (
    centre_view,
    list_of_hotlines,
    public_paths,
    readable,
    tel,
    view_of,
)
from tests.hotline import province
from tests.unit.worktime import at

MORNING = "Mon 02/03/2026 08:30"

STATES = [
    # province, unit, moment, what stands beside its number
    ("dong-nai", "pvhcc_26173", "Mon 02/03/2026 08:30", ("open", "11:30")),
    ("dong-nai", "pvhcc_26173", "Mon 02/03/2026 11:30", ("closed", "13:30")),  # lunch
    ("dong-nai", "pvhcc_26173", "Mon 02/03/2026 16:59", ("open", "17:00")),
    ("dong-nai", "pvhcc_26173", "Mon 02/03/2026 17:00", ("closed", "07:30 thứ Ba 03/03")),
    ("dong-nai", "pvhcc_26173", "Sat 28/02/2026 09:00", ("open", "11:30")),
    ("dong-nai", "pvhcc_26173", "Sat 28/02/2026 11:30", ("closed", "07:30 thứ Hai 02/03")),
    ("dong-nai", "pvhcc_26173", "Tue 17/02/2026 09:00", ("closed", "07:30 thứ Hai 23/02")),  # Tết
    ("dong-nai", "pvhcc_26173", "Tue 15/07/2025 03:00", ("always", "")),  # longer hours after the merger
    ("dong-nai", "mot_cua_huyen_vinh_cuu", "Fri 09/07/2021 17:01", ("open", "20:00")),  # longer hours
    ("dong-nai", "mot_cua_tp_bien_hoa", "Mon 07/04/2025 11:30", ("closed", "07:30 thứ Ba 08/04")),
    ("dong-nai", "mot_cua_tp_bien_hoa", "Tue 08/04/2025 12:00", ("open", "17:00")),  # stays open at noon
]


@pytest.mark.parametrize(
    ("slug", "code", "moment", "state"), STATES, ids=[f"{row[1]}, {row[2]}" for row in STATES]
)
def test_how_a_line_stands(slug, code, moment, state):
    directory, now = province(slug), at(moment)
    line = hotline(directory, directory.agencies[code], now)
    shown = view_of(line, directory, now, "vi")[1]
    assert (shown.state, shown.moment) == state


def test_hours_of_the_centre_come_in_both_languages():
    vietnamese = centre_view(province("dong-nai"), at(MORNING), "vi")
    english = centre_view(province("dong-nai"), at(MORNING), "en")
    assert vietnamese[:2] == ("0251 1022", "hằng ngày 06:00–22:00; ngày lễ, Tết 07:00–21:00")
    assert english[1].startswith("daily 06:00–22:00")
    assert (vietnamese[2].state, vietnamese[2].moment) == ("open", "22:00")


@pytest.mark.parametrize("slug", ["dong-nai", "dong-thap"])
@pytest.mark.parametrize("moment", ["Fri 25/04/2025 16:59", MORNING, "Mon 02/03/2026 12:00"])
def test_the_list_says_of_each_unit_what_its_own_page_says(slug, moment):
    """The list asks once for each roster instead of once for each unit."""
    directory, now = province(slug), at(moment)
    listed = {
        unit.code: (unit, state)
        for _, units in list_of_hotlines(directory, now, "vi")
        for unit, state in units
    }
    alone = {line.agency.code: view_of(line, directory, now, "vi") for line in all_hotlines(directory, now)}
    assert listed == alone


def test_units_stand_under_the_district_most_of_them_lay_in():
    groups = dict(list_of_hotlines(province("dong-nai"), at(MORNING), "vi"))
    assert [unit.name for unit, _ in groups["Huyện Vĩnh Cửu (cũ)"]] == [
        "Xã Phú Lý",
        "Xã Tân An",
        "Phường Tân Triều",
        "Xã Trị An",
    ]
    tan_trieu = groups["Huyện Vĩnh Cửu (cũ)"][2][0]
    assert tan_trieu.formerly == (
        "phường Tân Phong (thành phố Biên Hòa), xã Bình Lợi, xã Thạnh Phú, xã Tân Bình, xã Bình Hòa"
    )
    xuan_dong = next(unit for unit, _ in groups["Huyện Cẩm Mỹ (cũ)"] if unit.name == "Xã Xuân Đông")
    assert "một phần xã Xuân Tâm (huyện Xuân Lộc)" in xuan_dong.formerly


def test_groups_come_in_the_order_of_their_names():
    names = [name for name, _ in list_of_hotlines(province("dong-thap"), at(MORNING), "vi")]
    assert names.index("Huyện Cai Lậy (cũ)") < names.index("Thành phố Cao Lãnh (cũ)")
    assert names.index("Thành phố Cao Lãnh (cũ)") < names.index("Huyện Tam Nông (cũ)")


def test_districts_of_former_days_stand_in_one_list():
    groups = list_of_hotlines(province("dong-nai"), at("Fri 25/04/2025 09:00"), "vi")
    assert [(name, len(units)) for name, units in groups] == [("", 11)]


def test_a_new_version_of_the_pack_is_shown_at_once():
    directory = province("dong-nai")
    list_of_hotlines(directory, at(MORNING), "vi")
    changed = replace(
        directory,
        version="next",
        agencies={
            code: replace(agency, hotline="+84900000999") if code == "pvhcc_26173" else agency
            for code, agency in directory.agencies.items()
        },
    )
    numbers = {
        unit.code: unit.number
        for _, units in list_of_hotlines(changed, at(MORNING), "vi")
        for unit, _ in units
    }
    assert numbers["pvhcc_26173"] == "0900 000 999"


def test_a_unit_whose_hours_nobody_knows_gets_no_promise():
    directory = province("dong-nai")
    silent = replace(directory, version="silent", duty={"shifts": []})
    line = hotline(silent, silent.agencies["pvhcc_26173"], at(MORNING))
    unit, state = view_of(line, silent, at(MORNING), "vi")
    assert (unit.hours, state.state, state.open) == ("", "uncertain", False)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0900000672", "0900 000 672"),
        ("02773851234", "0277 385 1234"),
        ("19001022", "1900 1022"),
        ("1900 1022", "1900 1022"),
        ("1022", "1022"),
    ],
)
def test_numbers_are_grouped_as_people_read_them(written, said):
    assert readable(written) == said


@pytest.mark.parametrize(
    ("number", "address"), [("+84900000672", "tel:+84900000672"), ("1900 1022", "tel:19001022")]
)
def test_a_number_can_be_dialled(number, address):
    assert tel(number) == address


def test_search_engines_are_told_every_unit():
    paths = list(public_paths(province("dong-thap"), at(MORNING)))
    assert paths[:2] == ["/hotlines", "/banner"]
    assert len(set(paths)) == len(paths) == 2 + 102
