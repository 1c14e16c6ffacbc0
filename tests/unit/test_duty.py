"""Who is rung when: the rosters of the sample packs as tables a clerk could read, and what no roster may break."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.calendar import ZONE
from chalicelib.domain.directory import Directory
from chalicelib.domain.duty import CENTRE, on_duty, ringable, usual_shifts, watches
from chalicelib.texts.hours import hours_text
from packs.reading import read_directory
from tests.unit.worktime import at, written


@cache
def pack(slug: str) -> Directory:
    return read_directory(slug)


def dong_nai(**duty: object) -> Directory:
    """Đồng Nai with another duty.yaml."""
    return replace(pack("dong-nai"), duty=duty)


def rung(directory: Directory, line: str, moment: str) -> str:
    """`482 → 480` one after the other, `391 392` together, `-` and the next opening when nobody is there."""
    duty = on_duty(directory, line, at(moment))
    if duty.open:
        return (" → " if duty.in_order else " ").join(phone[-3:] for phone in duty.phones)
    return f"- {written(duty.opens_at)}" if duty.opens_at else "-"


# The 11 One-Stop units of district level, while there were districts; the last three digits of the number that rings
DISTRICTS = {
    "mot_cua_tp_bien_hoa": "482 → 480",
    "mot_cua_tp_long_khanh": "487",
    "mot_cua_huyen_tan_phu": "492",
    "mot_cua_huyen_vinh_cuu": "497",
    "mot_cua_huyen_dinh_quan": "502",
    "mot_cua_huyen_trang_bom": "507",
    "mot_cua_huyen_thong_nhat": "512",
    "mot_cua_huyen_cam_my": "517",
    "mot_cua_huyen_long_thanh": "522",
    "mot_cua_huyen_xuan_loc": "527",
    "mot_cua_huyen_nhon_trach": "532",
}

RINGS = "its phone"
DISTRICT_MOMENTS = [
    # moment                   who is rung, or when somebody will be
    ("Fri 25/04/2025 07:29", "- Fri 25/04/2025 07:30"),
    ("Fri 25/04/2025 07:30", RINGS),
    ("Fri 25/04/2025 16:59", RINGS),
    ("Fri 25/04/2025 17:00", "- Sat 26/04/2025 07:30"),
    ("Fri 25/04/2025 17:01", "- Sat 26/04/2025 07:30"),
    # a make-up Saturday works like the Friday it stands for (02/05/2025), afternoon and all
    ("Sat 26/04/2025 16:59", RINGS),
    ("Sat 26/04/2025 17:01", "- Mon 28/04/2025 07:30"),
    # an ordinary Saturday has its morning
    ("Sat 12/04/2025 11:29", RINGS),
    ("Sat 12/04/2025 13:30", "- Mon 14/04/2025 07:30"),
    # the swap day itself is off, after two holidays
    ("Tue 29/04/2025 17:01", "- Sat 03/05/2025 07:30"),
    ("Fri 02/05/2025 10:00", "- Sat 03/05/2025 07:30"),
    # longer hours in the epidemic: on weekends and National Day too
    ("Thu 08/07/2021 17:01", "- Fri 09/07/2021 07:30"),
    ("Fri 09/07/2021 16:59", RINGS),
    ("Fri 09/07/2021 17:01", RINGS),
    ("Fri 09/07/2021 19:59", RINGS),
    ("Fri 09/07/2021 20:00", "- Sat 10/07/2021 07:30"),
    ("Sun 11/07/2021 18:00", RINGS),
    ("Thu 02/09/2021 18:00", RINGS),
    ("Sat 01/01/2022 18:00", "- Tue 04/01/2022 07:30"),
    # Tết 2025: 25/01 to 02/02
    ("Fri 24/01/2025 16:59", RINGS),
    ("Fri 24/01/2025 17:01", "- Mon 03/02/2025 07:30"),
    ("Wed 29/01/2025 09:00", "- Mon 03/02/2025 07:30"),
    ("Mon 03/02/2025 07:30", RINGS),
    # the district level ended
    ("Mon 30/06/2025 16:59", RINGS),
    ("Mon 30/06/2025 17:01", "-"),
    ("Tue 01/07/2025 09:00", "-"),
]


@pytest.mark.parametrize(("moment", "expected"), DISTRICT_MOMENTS, ids=[row[0] for row in DISTRICT_MOMENTS])
def test_the_right_phone_rings_at_each_of_the_11_district_units(moment, expected):
    directory = pack("dong-nai")
    told = {line: rung(directory, line, moment) for line in DISTRICTS}
    assert told == (DISTRICTS if expected == RINGS else dict.fromkeys(DISTRICTS, expected))


def test_a_unit_with_shifts_of_its_own_does_not_keep_its_level_s():
    noon = "Fri 25/04/2025 12:00"
    assert rung(pack("dong-nai"), "mot_cua_tp_bien_hoa", noon) == "482 → 480"
    assert rung(pack("dong-nai"), "mot_cua_huyen_xuan_loc", noon) == "- Fri 25/04/2025 13:30"


COMMUNE_MOMENTS = [
    ("Mon 30/06/2025 23:59", "- Tue 01/07/2025 00:00"),
    # round the clock in the first month of two tiers
    ("Tue 01/07/2025 00:00", RINGS),
    ("Sun 13/07/2025 03:00", RINGS),
    ("Thu 31/07/2025 23:59", RINGS),
    ("Fri 01/08/2025 00:00", "- Fri 01/08/2025 07:30"),
    ("Mon 02/03/2026 16:59", RINGS),
    ("Mon 02/03/2026 17:01", "- Tue 03/03/2026 07:30"),
    ("Mon 02/03/2026 12:00", "- Mon 02/03/2026 13:30"),
    # make-up Saturdays for Fri 02/01/2026 and Mon 31/08/2026
    ("Sat 10/01/2026 16:59", RINGS),
    ("Sat 10/01/2026 17:01", "- Mon 12/01/2026 07:30"),
    ("Sat 22/08/2026 16:59", RINGS),
    ("Sat 17/01/2026 16:59", "- Mon 19/01/2026 07:30"),
    # Tết 2026: 14 to 22/02
    ("Fri 13/02/2026 16:59", RINGS),
    ("Fri 13/02/2026 17:01", "- Mon 23/02/2026 07:30"),
    ("Tue 17/02/2026 09:00", "- Mon 23/02/2026 07:30"),
]


@pytest.mark.parametrize(("moment", "expected"), COMMUNE_MOMENTS, ids=[row[0] for row in COMMUNE_MOMENTS])
def test_the_right_phone_rings_at_every_centre_of_today(moment, expected):
    directory = pack("dong-nai")
    centres = {code: agency for code, agency in directory.agencies.items() if code.startswith("pvhcc_")}
    assert len(centres) == 95
    told = {code: rung(directory, code, moment) for code in centres}
    assert told == {
        code: agency.hotline[-3:] if expected == RINGS else expected for code, agency in centres.items()
    }


TOGETHER, HOLIDAY = "391 392 393 394 395", "396 → 390"
CENTRE_MOMENTS = [
    ("dong-nai", "Fri 25/04/2025 16:59", "391 392 393"),
    ("dong-nai", "Fri 25/04/2025 17:01", "- Sat 26/04/2025 07:00"),
    ("dong-nai", "Fri 09/07/2021 21:59", "391 392 393"),  # longer hours: the same phones, until 22:00
    ("dong-nai", "Sun 11/07/2021 06:00", "391 392 393"),
    ("dong-nai", "Sat 01/01/2022 06:30", "- Sat 01/01/2022 07:00"),
    ("dong-nai", "Sat 01/01/2022 07:00", HOLIDAY),
    ("dong-nai", "Mon 02/03/2026 05:59", "- Mon 02/03/2026 06:00"),
    ("dong-nai", "Mon 02/03/2026 17:01", TOGETHER),
    ("dong-nai", "Mon 02/03/2026 22:00", "- Tue 03/03/2026 06:00"),
    ("dong-nai", "Fri 13/02/2026 21:59", TOGETHER),
    ("dong-nai", "Fri 13/02/2026 22:00", "- Sat 14/02/2026 07:00"),
    ("dong-nai", "Tue 17/02/2026 09:00", HOLIDAY),
    ("dong-nai", "Sun 22/02/2026 21:00", "- Mon 23/02/2026 06:00"),
    ("dong-thap", "Sat 12/04/2025 08:00", "392"),
    ("dong-thap", "Sat 26/04/2025 07:15", "391"),  # a make-up Saturday is a working day
    ("dong-thap", "Tue 17/02/2026 12:00", "- Tue 17/02/2026 13:30"),
    ("dong-thap", "Tue 17/02/2026 14:00", "392 → 390"),
]


@pytest.mark.parametrize(
    ("slug", "moment", "expected"), CENTRE_MOMENTS, ids=[" ".join(row[:2]) for row in CENTRE_MOMENTS]
)
def test_the_right_phones_of_the_centre_ring(slug, moment, expected):
    assert rung(pack(slug), CENTRE, moment) == expected


WORKING, TET = ("06:00-22:00", "07:30-11:30 13:30-17:00", "00:00-24:00"), ("07:00-21:00", "", "00:00-24:00")
TET_WEEK = {
    # Tết 2026: the hours of the centre, of a commune's unit, of the power company
    "Fri 13/02/2026": WORKING,
    "Sat 14/02/2026": TET,
    "Sun 15/02/2026": TET,
    "Mon 16/02/2026": TET,
    "Tue 17/02/2026": TET,
    "Wed 18/02/2026": TET,
    "Thu 19/02/2026": TET,
    "Fri 20/02/2026": TET,
    "Sat 21/02/2026": TET,
    "Sun 22/02/2026": TET,
    "Mon 23/02/2026": WORKING,
}


@pytest.mark.parametrize("column, line", list(enumerate((CENTRE, "pvhcc_26188", "dien_luc"))), ids=str)
def test_every_minute_of_a_tet_week_is_as_the_table_says(column, line):
    directory = pack("dong-nai")
    for day, hours in TET_WEEK.items():
        spans = [span.split("-") for span in hours[column].split()]
        midnight = at(f"{day} 00:00")
        for minute in range(24 * 60):
            moment = midnight + timedelta(minutes=minute)
            clock = f"{moment:%H:%M}"
            duty = on_duty(directory, line, moment)
            assert duty.open == any(starts <= clock < ends for starts, ends in spans), written(moment)
            assert duty.open == (duty.opens_at is None)


def test_at_night_the_centre_takes_recordings_and_a_unit_does_not():
    night = at("Tue 17/02/2026 23:00")
    assert on_duty(pack("dong-nai"), CENTRE, night).recordings
    assert not on_duty(pack("dong-nai"), "pvhcc_26188", night).recordings


def test_a_shift_says_who_and_until_when():
    duty = on_duty(pack("dong-nai"), CENTRE, at("Tue 17/02/2026 09:00"))
    assert (duty.shift, duty.who["vi"], written(duty.until)) == (
        "tong-dai-le-tet",
        "Trực lễ, Tết",
        "Tue 17/02/2026 21:00",
    )


@pytest.mark.parametrize("line", ["no_such_agency", "so_xay_dung", "one_stop"])
def test_a_line_without_a_roster_is_nobody_s(line):
    assert rung(pack("dong-nai"), line, "Mon 02/03/2026 09:00") == "-"


def test_longer_hours_ring_their_own_phones_and_never_instead_of_the_usual_ones():
    directory = dong_nai(
        shifts=[
            {
                "id": "usual",
                "line": CENTRE,
                "takes": "calls",
                "phone": "+84900000391",
                "days": "mon-fri",
                "hours": ["07:00-17:00"],
            }
        ],
        extended=[
            {
                "id": "flood",
                "line": CENTRE,
                "phones": ["+84900000398"],
                "hours": ["05:00-24:00"],
                "valid_from": "2026-03-02",
                "valid_to": "2026-03-03",
            }
        ],
    )
    assert [
        (f"{watch.starts:%H:%M}", f"{watch.ends:%H:%M}", watch.phones[0][-3:])
        for watch in watches(directory, CENTRE, date(2026, 3, 2))
    ] == [("05:00", "07:00", "398"), ("07:00", "17:00", "391"), ("17:00", "00:00", "398")]
    assert rung(directory, CENTRE, "Wed 04/03/2026 06:00") == "- Wed 04/03/2026 07:00"


def test_a_year_whose_holidays_nobody_entered_rings_by_weekday():
    assert rung(pack("dong-nai"), "pvhcc_26188", "Mon 02/01/2040 09:00") != "-"


def test_a_hotline_that_cannot_be_dialled_from_abroad_is_not_rung():
    assert [ringable(number) for number in ("+84900000628", "0251 3 822 501", "1900 1096", "")] == [
        "+84900000628",
        "+842513822501",
        "",
        "",
    ]


HOUR = st.integers(0, 23)
SHIFT = st.fixed_dictionaries(
    {
        "line": st.sampled_from((CENTRE, "one_stop", "pvhcc_26188")),
        "takes": st.just("calls"),
        "phone": st.sampled_from(("+84900000391", "+84900000392")),
        "days": st.sampled_from(("daily", "mon-fri", "sat,sun", "sat")),
        "hours": st.tuples(HOUR, st.integers(1, 24)).map(
            lambda pair: [f"{min(pair[0], pair[1] - 1):02d}:00-{max(pair[1], pair[0] + 1):02d}:00"]
        ),
    },
    optional={"holidays": st.sampled_from(("also", "only"))},
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(
    st.lists(SHIFT, max_size=6), st.lists(SHIFT, max_size=3), DAYS, st.sampled_from((CENTRE, "pvhcc_26188"))
)
def test_no_two_shifts_of_a_line_take_one_moment_whatever_is_written(shifts, extended, day, line):
    numbered = [{"id": f"s{number}", **shift} for number, shift in enumerate([*shifts, *extended])]
    directory = dong_nai(shifts=numbered[: len(shifts)], extended=numbered[len(shifts) :])
    found = watches(directory, line, day)
    assert all(one.ends <= other.starts for one, other in pairwise(found))
    for watch in found:
        assert on_duty(directory, line, watch.starts).shift == watch.shift.id
        assert on_duty(directory, line, watch.ends).shift != watch.shift.id


@given(st.lists(SHIFT, max_size=4), DAYS, HOUR)
def test_the_next_opening_is_open_and_nothing_before_it_is(shifts, day, hour):
    directory = dong_nai(shifts=[{"id": f"s{number}", **shift} for number, shift in enumerate(shifts)])
    moment = datetime.combine(day, time(hour, 30), ZONE)
    opens = on_duty(directory, CENTRE, moment).opens_at
    if opens is not None:
        assert on_duty(directory, CENTRE, opens).open
        assert not on_duty(directory, CENTRE, opens - timedelta(minutes=1)).open


@pytest.mark.parametrize(
    ("line", "day", "language", "words"),
    [
        (
            "pvhcc_26188",
            date(2026, 3, 2),
            "vi",
            "thứ Hai–thứ Sáu 07:30–11:30, 13:30–17:00; thứ Bảy 07:30–11:30",
        ),
        ("dien_luc", date(2026, 3, 2), "vi", "suốt ngày đêm"),
        ("dien_luc", date(2026, 3, 2), "en", "day and night"),
        (CENTRE, date(2026, 3, 2), "en", "daily 06:00–22:00; public holidays 07:00–21:00"),
        (
            "mot_cua_huyen_vinh_cuu",
            date(2021, 8, 2),
            "vi",
            "thứ Hai–thứ Sáu 07:30–11:30, 13:30–17:00; thứ Bảy 07:30–11:30; hằng ngày 17:00–20:00 (đến 31/12/2021)",
        ),
    ],
)
def test_hours_are_told_in_words(line, day, language, words):
    assert hours_text(usual_shifts(pack("dong-nai"), line, day), language) == words
