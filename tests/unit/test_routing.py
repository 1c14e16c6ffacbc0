"""Which agency answers for what, where and when: the sample packs as a clerk would check them, and our own."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.directory import Directory
from chalicelib.domain.routing import next_best, route, units_on
from packs import read_directory


@cache
def province(slug):
    return read_directory(slug)


IN_2020, IN_2024, DAY_ONE, IN_2026 = date(2020, 3, 2), date(2024, 6, 28), date(2025, 7, 1), date(2026, 3, 2)

SA_DEC, CITY_OF_SA_DEC, MY_THO = "29905", "old-867", "28261"

DONG_THAP = [
    # service, topic, area, kind, on, agency
    pytest.param("giao_thong", None, SA_DEC, None, IN_2026, "ubnd_29905", id="a pothole in a ward of today"),
    pytest.param(
        "giao_thong",
        None,
        SA_DEC,
        None,
        IN_2020,
        "ubnd_tp_sa_dec",
        id="the same place in the time of districts",
    ),
    pytest.param(
        "giao_thong", "duong_tinh_quoc_lo", SA_DEC, None, IN_2020, "so_gtvt", id="a provincial road in 2020"
    ),
    pytest.param(
        "giao_thong",
        "duong_tinh_quoc_lo",
        None,
        None,
        IN_2026,
        "so_xay_dung",
        id="a provincial road needs no place",
    ),
    pytest.param(
        "giao_thong",
        "dang_kiem_gplx",
        None,
        None,
        IN_2026,
        "cong_an_tinh",
        id="driving licences went to the police",
    ),
    pytest.param(
        "chieu_sang",
        None,
        "old-867",
        None,
        IN_2024,
        "ubnd_tp_sa_dec",
        id="a light in a former city while it stood",
    ),
    pytest.param(
        "cap_thoat_nuoc", "cap_nuoc", SA_DEC, None, IN_2026, "dowasen", id="water in the old province"
    ),
    pytest.param(
        "cap_thoat_nuoc", "cap_nuoc", MY_THO, None, IN_2026, "tiwaco", id="water in former Tiền Giang"
    ),
    pytest.param(
        "cap_thoat_nuoc",
        "cap_nuoc",
        "old-815",
        None,
        IN_2026,
        "tiwaco",
        id="water in a former city, whatever its wards",
    ),
    pytest.param(
        "cap_thoat_nuoc", "thoat_nuoc", MY_THO, None, IN_2026, "ubnd_28261", id="a drain in former Tiền Giang"
    ),
    pytest.param(
        "cap_thoat_nuoc", None, None, None, IN_2020, "dowasen", id="one water company needs no place"
    ),
    pytest.param("dien", "mat_dien", None, None, IN_2026, "dien_luc", id="electricity needs no place"),
    pytest.param("moi_truong", None, SA_DEC, None, IN_2020, "so_tnmt", id="pollution in 2020"),
    pytest.param("moi_truong", None, SA_DEC, None, IN_2026, "so_nnmt", id="pollution in 2026"),
    pytest.param("moi_truong", "rac_thai", SA_DEC, None, IN_2026, "ubnd_29905", id="rubbish is the ward's"),
    pytest.param("an_ninh", None, SA_DEC, None, IN_2026, "cong_an_tinh", id="order"),
    pytest.param(
        "an_ninh", "tieng_on", SA_DEC, None, IN_2026, "ubnd_29905", id="noise is settled on the spot"
    ),
    pytest.param("dat_dai", None, SA_DEC, "question", IN_2026, "vpdkdd", id="a question about land"),
    pytest.param("dat_dai", None, SA_DEC, "complaint", IN_2026, "so_nnmt", id="a complaint about land"),
    pytest.param(
        "hanh_chinh", None, SA_DEC, None, IN_2026, "pvhcc_29905", id="a procedure at today's One-Stop"
    ),
    pytest.param(
        "hanh_chinh",
        None,
        SA_DEC,
        None,
        IN_2020,
        "mot_cua_tp_sa_dec",
        id="a procedure at the district's One-Stop",
    ),
    pytest.param(
        "hanh_chinh", "thai_do_can_bo", None, None, IN_2026, "so_noi_vu", id="conduct of an official"
    ),
    pytest.param(
        "lao_dong_xa_hoi",
        "lao_dong",
        None,
        "question",
        IN_2020,
        "so_ldtbxh",
        id="unemployment benefit in 2020",
    ),
    pytest.param(
        "lao_dong_xa_hoi",
        "lao_dong",
        None,
        "question",
        IN_2026,
        "so_noi_vu",
        id="unemployment benefit in 2026",
    ),
    pytest.param(
        "lao_dong_xa_hoi", "bao_tro", None, None, IN_2020, "so_ldtbxh", id="social assistance in 2020"
    ),
    pytest.param(
        "lao_dong_xa_hoi", "bao_tro", None, None, IN_2026, "so_y_te", id="social assistance in 2026"
    ),
    pytest.param(
        "lao_dong_xa_hoi",
        "ho_tro_covid",
        None,
        None,
        IN_2020,
        "so_ldtbxh",
        id="support under decision 15/2020",
    ),
    pytest.param(
        "lao_dong_xa_hoi",
        "tam_dung_mua_dich",
        None,
        None,
        IN_2020,
        "so_ldtbxh",
        id="closures in the epidemic",
    ),
    pytest.param("lao_dong_xa_hoi", "bao_hiem", None, None, IN_2026, "bhxh", id="social insurance"),
    pytest.param(
        "lao_dong_xa_hoi",
        None,
        None,
        None,
        date(2025, 2, 28),
        "so_ldtbxh",
        id="the labour department's last day",
    ),
    pytest.param("lao_dong_xa_hoi", None, None, None, date(2025, 3, 1), "so_noi_vu", id="the day after"),
    pytest.param(
        "giao_thong", None, SA_DEC, None, date(2025, 6, 30), "ubnd_tp_sa_dec", id="the last day of districts"
    ),
    pytest.param("giao_thong", None, SA_DEC, None, DAY_ONE, "ubnd_29905", id="the first day of two tiers"),
    pytest.param("vien_thong", None, None, None, IN_2026, "so_khcn", id="telecoms"),
    pytest.param("thi_truong_attp", None, None, None, IN_2020, "cuc_qltt", id="the market in 2020"),
    pytest.param("thi_truong_attp", None, None, None, IN_2026, "chi_cuc_qltt", id="the market in 2026"),
    pytest.param("khac", None, None, None, IN_2026, "van_phong_ubnd", id="anything else"),
]


@pytest.mark.parametrize("service, topic, area, kind, on, agency", DONG_THAP)
def test_dong_thap_sends_a_matter_to(service, topic, area, kind, on, agency):
    areas = (area,) if area else ()
    routing = route(province("dong-thap"), service=service, topic=topic, area_ids=areas, kind=kind, on=on)
    assert routing.agency is not None and routing.agency.code == agency
    assert routing.asks is None


DONG_NAI = [
    pytest.param(
        "giao_thong", None, "old-731", IN_2020, "ubnd_tp_bien_hoa", id="a pothole in Biên Hòa in 2020"
    ),
    pytest.param(
        "hanh_chinh", None, "old-735", IN_2020, "mot_cua_huyen_vinh_cuu", id="a procedure in Vĩnh Cửu in 2020"
    ),
    pytest.param("cap_thoat_nuoc", "cap_nuoc", "25195", IN_2026, "bpwaco", id="water in former Bình Phước"),
    pytest.param("cap_thoat_nuoc", "cap_nuoc", "26068", IN_2026, "dowaco", id="water in Biên Hòa"),
    pytest.param("lao_dong_xa_hoi", "lao_dong", None, IN_2026, "so_noi_vu", id="wages in 2026"),
]


@pytest.mark.parametrize("service, topic, area, on, agency", DONG_NAI)
def test_dong_nai_sends_a_matter_to(service, topic, area, on, agency):
    areas = (area,) if area else ()
    routing = route(province("dong-nai"), service=service, topic=topic, area_ids=areas, on=on)
    assert routing.agency is not None and routing.agency.code == agency


def test_the_reason_names_the_rule_the_field_and_the_place():
    routing = route(province("dong-thap"), service="giao_thong", area_ids=(SA_DEC,), on=IN_2026)
    assert routing.rule_id == "giao-thong-2025"
    assert routing.reason == "giao-thong-2025: Giao thông; phường Sa Đéc"


def test_a_former_city_that_is_several_wards_now_is_asked_about():
    routing = route(province("dong-thap"), service="giao_thong", area_ids=(CITY_OF_SA_DEC,), on=IN_2026)
    assert (routing.agency, routing.asks) == (None, "area")
    assert "ubnd_29905" in [agency.code for agency in routing.alternatives]


def test_a_ward_named_like_the_former_city_is_the_one_that_was_said():
    routing = route(
        province("dong-thap"), service="giao_thong", area_ids=(CITY_OF_SA_DEC, SA_DEC), on=IN_2026
    )
    assert routing.agency is not None and routing.agency.code == "ubnd_29905"


def test_a_former_district_needs_no_question_when_one_agency_answers_for_all_of_it():
    routing = route(province("dong-thap"), service="moi_truong", area_ids=(CITY_OF_SA_DEC,), on=IN_2026)
    assert routing.agency is not None and routing.agency.code == "so_nnmt"


def test_a_matter_without_a_place_is_asked_for_it_only_when_the_place_decides():
    pack = province("dong-thap")
    assert route(pack, service="giao_thong", on=IN_2026).asks == "area"
    assert route(pack, service="dien", on=IN_2026).asks is None


def test_two_water_companies_are_told_apart_by_the_place():
    routing = route(province("dong-thap"), service="cap_thoat_nuoc", topic="cap_nuoc", on=IN_2026)
    assert routing.asks == "area"
    assert [agency.code for agency in routing.alternatives] == ["dowasen", "tiwaco"]


@pytest.mark.parametrize("service", [None, "khong_co"])
def test_an_unknown_field_is_asked_for(service):
    routing = route(province("dong-thap"), service=service, area_ids=(SA_DEC,), on=IN_2026)
    assert (routing.agency, routing.asks) == (None, "service")


def test_a_returned_case_goes_to_the_next_best():
    routing = next_best(
        province("dong-thap"), service="giao_thong", area_ids=(SA_DEC,), on=IN_2026, not_codes=["ubnd_29905"]
    )
    assert routing.agency is not None and routing.agency.code == "so_xay_dung"


def test_a_case_that_everybody_returned_ends_with_nobody():
    pack = province("dong-thap")
    routing = next_best(pack, service="giao_thong", area_ids=(SA_DEC,), on=IN_2026, not_codes=pack.agencies)
    assert routing.agency is None


def test_a_case_of_no_known_field_is_offered_to_the_agency_of_the_place_first():
    routing = next_best(province("dong-thap"), service=None, area_ids=(SA_DEC,), on=IN_2026)
    assert routing.agency is not None and routing.agency.code == "ubnd_29905"


# --- a pack of our own ------------------------------------------------------------------------------------------------


def make_directory(*, rules, agencies=(), needs_area=True):
    """A district with two communes, and whatever rules and agencies the test is about."""

    def agency(code, **fields):
        return {"code": code, "names": {"vi": code}, "short_name": code, "level": "province", **fields}

    base = [
        agency("so"),
        agency("cu", valid_to="2025-02-28", successor="moi"),
        agency("moi", valid_from="2025-03-01"),
        agency("mat", valid_to="2025-02-28"),
        agency("xa_1", level="commune", area="1"),
        agency("xa_2", level="commune", area="2"),
    ]
    area = {"code": "", "type": "xã", "tier": "commune", "parent": "h"}
    return Directory.from_data(
        {
            "version": "test",
            "province": {"slug": "test"},
            "agencies": [*base, *agencies],
            "services": [
                {
                    "code": "duong",
                    "names": {"vi": "Đường"},
                    "needs_area": needs_area,
                    "topics": [{"code": "t", "names": {"vi": "T"}}],
                }
            ],
            "areas": [
                {**area, "id": "p", "name": "P", "tier": "province", "parent": None},
                {**area, "id": "h", "name": "H", "tier": "district", "parent": "p"},
                {**area, "id": "1", "name": "Một"},
                {**area, "id": "2", "name": "Hai"},
            ],
            "routing": [{"id": f"r{number}", **rule} for number, rule in enumerate(rules, 1)],
            "deadlines": [],
            "calendar": {},
        }
    )


RANKED = [
    {"agency": "so", "area": "1"},
    {"agency": "so", "area": "h", "service": "duong", "topic": "t"},
    {"agency": "so", "area": "p", "service": "duong", "topic": "t"},
    {"agency": "so", "service": "duong", "topic": "t", "kind": "question"},
    {"agency": "so", "service": "duong", "topic": "t"},
    {"agency": "so", "service": "duong", "kind": "question"},
    {"agency": "{commune}", "service": "duong"},
    {"agency": "so", "service": "duong"},
    {"agency": "so", "kind": "question"},
    {"agency": "so"},
]


@pytest.mark.parametrize("first", range(len(RANKED)))
def test_the_most_specific_rule_wins_wherever_it_stands_in_the_file(first):
    rules = list(reversed(RANKED[first:]))
    routing = route(
        make_directory(rules=rules), service="duong", topic="t", area_ids=("1",), kind="question", on=IN_2026
    )
    assert routing.rule_id == f"r{len(rules)}"


def test_an_agency_that_ended_is_followed_to_its_successor_and_the_reason_says_so():
    routing = route(make_directory(rules=[{"agency": "cu", "service": "duong"}]), service="duong", on=IN_2026)
    assert routing.agency is not None and routing.agency.code == "moi"
    assert routing.reason == "r1: Đường; cu → moi"


def test_a_rule_whose_agency_ended_for_good_leaves_the_matter_to_the_next_rule():
    directory = make_directory(rules=[{"agency": "mat", "service": "duong"}, {"agency": "so"}])
    routing = route(directory, service="duong", on=IN_2026)
    assert routing.agency is not None and routing.agency.code == "so"


def test_a_rule_that_is_not_in_force_is_no_rule():
    directory = make_directory(rules=[{"agency": "so", "service": "duong", "valid_to": "2026-03-01"}])
    routing = route(directory, service="duong", on=IN_2026)
    assert (routing.agency, routing.asks) == (None, None)


def test_a_district_that_stands_is_asked_down_to_its_communes():
    directory = make_directory(rules=[{"agency": "{commune}", "service": "duong"}])
    routing = route(directory, service="duong", area_ids=("h",), on=IN_2026)
    assert routing.asks == "area"
    assert [agency.code for agency in routing.alternatives] == ["xa_1", "xa_2"]


def test_a_field_that_can_do_without_a_place_is_never_held_up_by_an_ambiguous_one():
    directory = make_directory(
        rules=[{"agency": "{commune}", "service": "duong"}, {"agency": "so", "service": "duong"}],
        needs_area=False,
    )
    routing = route(directory, service="duong", area_ids=("1", "2"), on=IN_2026)
    assert routing.agency is not None and routing.agency.code == "so"


# --- what holds for everything ----------------------------------------------------------------------------------------

DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))


@st.composite
def matters(draw):
    """Any matter of a sample province, with codes nobody knows mixed in."""
    slug = draw(st.sampled_from(["dong-thap", "dong-nai"]))
    pack = province(slug)
    service = draw(st.sampled_from([None, "khong_co", *pack.services]))
    topics = [topic.code for topic in pack.services[service].topics] if service in pack.services else []
    return pack, {
        "service": service,
        "topic": draw(st.sampled_from([None, "khong_co", *topics])),
        "area_ids": tuple(draw(st.lists(st.sampled_from(["", "khong-co", *pack.areas]), max_size=3))),
        "kind": draw(st.sampled_from([None, "question", "complaint", "petition", "denunciation"])),
        "on": draw(DAYS),
    }


@given(matters())
def test_routing_always_answers_and_only_with_agencies_of_that_day(matter):
    pack, question = matter
    routing = route(pack, **question)
    named = [agency for agency in (routing.agency, *routing.alternatives) if agency is not None]
    assert all(agency.valid.covers(question["on"]) for agency in named)
    assert routing.asks in (None, "service", "area")
    assert routing.agency is None or (routing.asks is None and routing.reason)
    assert routing == route(pack, **question), "the same question has the same answer"


@given(matters(), st.data())
def test_the_next_best_is_never_one_that_declined(matter, data):
    pack, question = matter
    refused: list[str] = []
    for _ in range(data.draw(st.integers(1, 6))):
        routing = next_best(pack, **question, not_codes=refused)
        if routing.agency is None:
            break
        assert routing.agency.code not in refused
        assert routing.agency.valid.covers(question["on"])
        refused.append(routing.agency.code)


@given(st.sampled_from(["dong-thap", "dong-nai"]), st.data())
def test_a_unit_of_any_time_leads_to_units_of_the_day(slug, data):
    pack = province(slug)
    area = data.draw(st.sampled_from(sorted(pack.areas)))
    on = data.draw(DAYS)
    found = units_on(pack, area, on)
    assert all(unit.valid.covers(on) for unit in found)
    if pack.areas[area].valid.covers(on):
        assert [unit.id for unit in found] == [area]


def test_a_pack_with_circles_is_survived():
    directory = make_directory(
        rules=[{"agency": "vong_1", "service": "duong"}],
        agencies=[
            {
                "code": "vong_1",
                "names": {"vi": "1"},
                "short_name": "1",
                "level": "province",
                "valid_to": "2020-01-01",
                "successor": "vong_2",
            },
            {
                "code": "vong_2",
                "names": {"vi": "2"},
                "short_name": "2",
                "level": "province",
                "valid_to": "2020-01-01",
                "successor": "vong_1",
            },
        ],
    )
    assert route(directory, service="duong", area_ids=("1",), on=IN_2026).agency is None
