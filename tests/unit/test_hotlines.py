"""The One-Stop units' numbers by SMS: what is asked in which words, and what the citizen reads on the phone."""

from functools import cache

import pytest

from chalicelib.domain.commands import read_citizen_command
from chalicelib.domain.dialogue import decide
from chalicelib.domain.directory import Directory
from chalicelib.domain.hotlines import ONE_STOP, all_hotlines, hotlines_of
from chalicelib.domain.sms import segments
from chalicelib.domain.text import GSM_BASIC, fold
from chalicelib.domain.understanding import Reader
from chalicelib.usecases import hotlines
from packs.checks.coverage import communes_on
from packs.reading import read_directory
from tests.unit.worktime import at

MORNING = "Mon 02/03/2026 08:30"
WHERE = "Soan DUONG DAY va ten xa/phuong, vi du: DUONG DAY P.Binh Phuoc. Hoac goi 0251 1022."
UNKNOWN = f"1022 chua ro hoi noi nao. {WHERE}"


@cache
def pack(slug: str) -> tuple[Directory, Reader]:
    directory = read_directory(slug)
    return directory, Reader([directory])


def texted(slug: str, text: str, moment: str) -> str:
    """The reply to a text; `(a case)` when it is taken for something else than the command."""
    directory, reader = pack(slug)
    now = at(moment)
    understanding = reader.read(text, on=now.date())
    decision = decide(text, talk=None, cases=(), understanding=understanding, now=now)
    if decision.what != "hotline":
        return "(a case)"
    return hotlines.answer(
        decision.text,
        understanding=understanding,
        directory=directory,
        now=now,
        read=lambda words: reader.read(words, on=now.date()),
    )


REPLIES = [
    # province, text, moment, reply
    (
        "dong-nai",
        "DUONG DAY xa Phu Ly",
        MORNING,
        "TTPVHCC x.Phu Ly: goi 0900000685. Dang co nguoi truc den 11:30.",
    ),
    (
        "dong-nai",
        "duong day xa phu ly",
        "Mon 02/03/2026 17:01",
        "TTPVHCC x.Phu Ly: goi 0900000685. Mo lai luc 07:30 thu Ba 03/03. Can ngay, goi 0251 1022.",
    ),
    (
        "dong-nai",
        "Đường dây nóng xã Phú Lý",
        "Tue 17/02/2026 09:00",
        "TTPVHCC x.Phu Ly: goi 0900000685. Mo lai luc 07:30 thu Hai 23/02. Can ngay, goi 0251 1022.",
    ),
    (
        "dong-nai",
        "DUONG DAY xa Phu Ly",
        "Tue 15/07/2025 03:00",
        "TTPVHCC x.Phu Ly: goi 0900000685. Truc suot ngay dem.",
    ),
    # a former ward of Biên Hòa, now in Tân Triều
    (
        "dong-nai",
        "đường dây nóng phường Tân Phong cũ",
        MORNING,
        "TTPVHCC p.Tan Trieu: goi 0900000687. Dang co nguoi truc den 11:30.",
    ),
    # former districts
    (
        "dong-nai",
        "DUONG DAY Nhon Trach",
        MORNING,
        "H.Nhon Trach: X.Nhon Trach 0900000720, X.Dai Phuoc 0900000721, X.Phuoc An 0900000722.",
    ),
    (
        "dong-nai",
        "DUONG DAY NONG huyện Vĩnh Cửu",
        MORNING,
        "H.Vinh Cuu nay gom: P.Trang Dai 0900000668, X.Tri An 0900000684, X.Phu Ly 0900000685. "
        "Noi khac: 1022.dong-nai.example/hotlines",
    ),
    (
        "dong-nai",
        "DUONG DAY Gia Tan cu",
        MORNING,
        "Gia Tan: X.Thong Nhat 0900000698, X.Gia Kiem 0900000699.",
    ),
    # the district itself, while there was one
    (
        "dong-nai",
        "DUONG DAY huyen Vinh Cuu",
        "Fri 25/04/2025 16:59",
        "Mot cua huyen Vinh Cuu: goi 0900000497. Dang co nguoi truc den 17:00.",
    ),
    (
        "dong-nai",
        "DUONG DAY xa Phu Ly",
        "Fri 09/07/2021 17:01",
        "Mot cua huyen Vinh Cuu: goi 0900000497. Dang co nguoi truc den 20:00.",
    ),
    # several places of a name
    (
        "dong-thap",
        "DUONG DAY Cao Lanh",
        MORNING,
        "Hoi noi nao: TP Cao Lanh, H.Cao Lanh? Soan lai, vi du: DUONG DAY TP Cao Lanh",
    ),
    (
        "dong-thap",
        "DUONG DAY TP Cao Lanh",
        MORNING,
        "TP Cao Lanh: P.Cao Lanh 0900000693, P.My Ngai 0900000694, P.My Tra 0900000695.",
    ),
    (
        "dong-thap",
        "duong day Chau Thanh",
        MORNING,
        "Hoi noi nao: H.Chau Thanh Tien Giang, H.Chau Thanh Dong Thap? "
        "Soan lai, vi du: DUONG DAY H.Chau Thanh Tien Giang",
    ),
    (
        "dong-nai",
        "DUONG DAY thong nhat",
        MORNING,
        "Hoi noi nao: X.Thong Nhat Dong Nai, X.Thong Nhat Bu Dang, P.Thong Nhat, H.Thong Nhat? "
        "Soan lai, vi du: DUONG DAY X.Thong Nhat Dong Nai",
    ),
    # no place, or none of ours
    ("dong-nai", "DUONG DAY", MORNING, WHERE),
    ("dong-nai", "đường dây nóng?", MORNING, WHERE),
    ("dong-nai", "DUONG DAY Dong Nai", MORNING, WHERE),
    ("dong-nai", "duong day nong xyz", MORNING, UNKNOWN),
    ("dong-nai", "DUONG DAY phuong 1 Sa Dec", MORNING, UNKNOWN),
    # English
    (
        "dong-nai",
        "HOTLINE Tran Bien ward",
        MORNING,
        "TTPVHCC p.Tran Bien: call 0900000672. Somebody answers until 11:30.",
    ),
    (
        "dong-nai",
        "hotline",
        MORNING,
        "Text HOTLINE and a commune or ward, for example: HOTLINE P.Binh Phuoc. Or call 0251 1022.",
    ),
]


@pytest.mark.parametrize(
    ("slug", "text", "moment", "reply"), REPLIES, ids=[f"{row[0]}, {row[2]}: {row[1]}" for row in REPLIES]
)
def test_the_reply_to_a_question_for_a_hotline(slug, text, moment, reply):
    assert texted(slug, text, moment) == reply
    assert segments(reply).segments == 1


@pytest.mark.parametrize(
    "text",
    [
        "duong day rac",
        "Đường đầy rác phường Trấn Biên",
        "duong day o ga xa phu ly",
        "duong day dien dut xa phu ly",
        "Đường dây điện bị đứt ở xã Phú Lý",
        "duong day cao the xa phu ly",
        "duong day bui phuong tran bien",
        "duong day ma tuy bien hoa",
        "duong day Bien Hoa hu",
        "duong day xyz",
        "duong day nong bao mat dien xa phu ly",
    ],
)
def test_power_lines_and_roads_full_of_something_are_matters(text):
    assert texted("dong-nai", text, MORNING) == "(a case)"


@pytest.mark.parametrize(
    ("written", "rest"),
    [
        ("DUONG DAY Vĩnh Cửu", "Vĩnh Cửu"),
        ("đường dây nóng: xã Phú Lý.", "xã Phú Lý"),
        ("duongday Vinh Cuu", "Vinh Cuu"),
        ("DDN Vinh Cuu", "Vinh Cuu"),
        ("Hotline Bien Hoa", "Bien Hoa"),
        ("DUONG DAY NONG", ""),
    ],
)
def test_the_words_of_the_command(written, rest):
    command = read_citizen_command(written)
    assert command is not None and (command.name, command.text) == ("hotline", rest)


@pytest.mark.parametrize("slug", ["dong-nai", "dong-thap"])
@pytest.mark.parametrize("moment", ["Fri 25/04/2025 16:59", MORNING])
def test_every_commune_of_a_day_leads_to_one_number_in_one_segment(slug, moment):
    directory, reader = pack(slug)
    now = at(moment)
    day = now.date()
    for area in communes_on(directory, day):
        guess = reader.read(area.full_name, on=day).area
        if guess is None or guess.units != (area.id,):
            continue  # the name alone is several places', or another's
        found = hotlines_of(directory, guess, now)
        assert len(found.hotlines) == 1, area.full_name
        reply = texted(slug, f"DUONG DAY NONG {area.full_name}", moment)
        assert found.hotlines[0].number in reply
        assert segments(reply).segments == 1 and set(reply) <= set(GSM_BASIC)


@pytest.mark.parametrize("slug", ["dong-nai", "dong-thap"])
def test_every_former_district_leads_to_units_that_carry_it_today(slug):
    directory, _ = pack(slug)
    for area in directory.areas.values():
        if area.tier != "district":
            continue
        reply = texted(slug, f"DUONG DAY {area.full_name}", MORNING)
        assert "0900000" in reply or fold(area.name) in fold(reply), area.full_name
        assert segments(reply).segments == 1, reply


@pytest.mark.parametrize(
    ("slug", "moment", "count"),
    [
        ("dong-nai", "Fri 25/04/2025 16:59", 11),
        ("dong-nai", MORNING, 95),
        ("dong-thap", "Fri 25/04/2025 16:59", 12),
        ("dong-thap", MORNING, 102),
    ],
)
def test_every_one_stop_unit_of_the_day_has_a_number_of_its_own(slug, moment, count):
    directory, _ = pack(slug)
    listed = all_hotlines(directory, at(moment))
    assert len({line.number for line in listed}) == len(listed) == count
    assert all(line.agency.level == ONE_STOP and line.duty.open and line.shifts for line in listed)
