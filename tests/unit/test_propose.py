"""What a report form says before it is sent, and that the same becomes of it when it is."""

from __future__ import annotations

from functools import cache

import pytest

from chalicelib.domain.case import Kind
from chalicelib.domain.filing import Filing, Proposal
from chalicelib.domain.understanding import Reader
from chalicelib.usecases.file_case import file_case
from chalicelib.usecases.propose import propose
from chalicelib.web.report_view import proposal_view
from tests.hotline import MONDAY, Hotline, province
from tests.unit.worktime import at

NOW = at(MONDAY)
POTHOLE = "duong o ga truoc cho"
SA_DEC = {"lat": province().areas["29905"].lat, "long": province().areas["29905"].long}


@cache
def reader() -> Reader:
    return Reader([province()])


def filing(text: str, **facts) -> Filing:
    return Filing(**{"id": "web#1#1", "channel": "web", "text": text, **facts})


def proposed(text: str, **facts) -> Proposal:
    return propose(filing(text, **facts), directory=province(), reader=reader(), now=NOW)


def communes(proposal: Proposal) -> list[str]:
    return [choice.area.full_name for choice in proposal.choices]


@pytest.mark.parametrize(
    ("text", "facts", "agency", "area"),
    [
        pytest.param(f"{POTHOLE} phuong cao lanh", {}, "ubnd_29869", "29869", id="said in the words"),
        pytest.param(POTHOLE, {"place": "P2 TP Sa Đéc"}, "ubnd_29905", "29905", id="former, in the place"),
        pytest.param(POTHOLE, {"area": "29905"}, "ubnd_29905", "29905", id="chosen"),
        pytest.param(POTHOLE, {"area": "old-29911"}, "ubnd_29905", "29905", id="chosen, former"),
        pytest.param(
            POTHOLE, {"place": "phường 1", "area": "29905"}, "ubnd_29905", "29905", id="one of several chosen"
        ),
        pytest.param(
            f"{POTHOLE} phuong cao lanh",
            {"area": "29905"},
            "ubnd_29905",
            "29905",
            id="chosen against the words",
        ),
        pytest.param(
            POTHOLE,
            {"place": "phường Cao Lãnh", "area": "29905"},
            "ubnd_29869",
            "29869",
            id="a place written later counts more than an older choice",
        ),
        pytest.param(
            POTHOLE,
            {"place": "xã Tân Dương", "area": "old-867"},
            "ubnd_30214",
            "30214",
            id="a commune counts more than its former city",
        ),
        pytest.param(POTHOLE, {**SA_DEC}, "ubnd_29905", "29905", id="a pin"),
        pytest.param(
            POTHOLE,
            {"place": "phường 1", **SA_DEC},
            "ubnd_29905",
            "29905",
            id="a pin settles which of several",
        ),
        pytest.param(
            POTHOLE,
            {"place": "phường Cao Lãnh", **SA_DEC},
            "ubnd_29869",
            "29869",
            id="a place that is said counts more than a pin elsewhere",
        ),
        pytest.param(POTHOLE, {"area": "nowhere"}, None, None, id="a unit nobody knows"),
        pytest.param(POTHOLE, {"service": "nothing"}, None, None, id="a field nobody knows"),
        pytest.param(POTHOLE, {}, None, None, id="no place"),
        pytest.param("cup dien 3 ngay roi", {}, "dien_luc", None, id="no place needed"),
    ],
)
def test_what_is_proposed_is_what_becomes_of_it(text, facts, agency, area):
    proposal = proposed(text, **facts)
    assert (proposal.case.agency, proposal.case.area) == (agency, area)
    hotline = Hotline(reader=reader())
    file_case(filing(text, **facts), **hotline._taking())
    case = hotline.case()
    assert (case.agency, case.area, case.due_at) == (agency, area, proposal.case.due_at)
    assert (case.service, case.kind) == (proposal.case.service, proposal.case.kind)


@pytest.mark.parametrize(
    ("place", "choices"),
    [
        (
            "phuong 1",
            ["phường Cao Lãnh", "phường Gò Công", "phường Mỹ Phước Tây", "phường Mỹ Tho", "phường Sa Đéc"],
        ),
        ("huyen lai vung", ["xã Hòa Long", "xã Lai Vung", "xã Phong Hòa", "xã Tân Dương"]),
        ("xa gao giong", ["xã Phong Mỹ", "xã Phú Cường"]),
        ("phuong 2 tp sa dec", []),
        ("phuong sa dec", []),
        ("", []),
    ],
)
def test_a_place_that_may_be_several_is_asked_about(place, choices):
    assert communes(proposed(POTHOLE, place=place)) == choices


def test_a_choice_stays_among_the_choices():
    chosen = proposed(POTHOLE, place="phuong 1", area="29905")
    assert len(chosen.choices) == 5 and chosen.case.agency == "ubnd_29905"
    view = proposal_view(chosen, province(), language="vi", on=NOW.date(), area="29905")
    assert (
        view["chosen"] == "29905"
        and ("29905", "phường Sa Đéc", "phường 1, thành phố Sa Đéc") in view["choices"]
    )


def test_a_pin_between_communes_offers_those_around_it():
    between = proposed(POTHOLE, lat=10.33, long=105.70)
    assert between.case.area is None and 2 <= len(between.choices) <= 4
    assert not proposed(POTHOLE, lat=21.03, long=105.85).choices, "Hà Nội is nowhere near"


@pytest.mark.parametrize(
    ("text", "service", "asked"),
    [
        (POTHOLE, None, True),
        (POTHOLE, "lao_dong_xa_hoi", False),
        ("to cao chu tich xa nhan hoi lo", None, False),
    ],
)
def test_the_place_is_asked_for_where_it_decides(text, service, asked):
    assert proposed(text, service=service).asks_place is asked


@pytest.mark.parametrize("text", ["giup toi voi", "alo", "xin chao", "test thu"])
def test_words_without_a_matter_are_told_so(text):
    assert proposed(text).unclear


def test_danger_comes_with_whom_to_call_and_without_answers_to_read():
    proposal = proposed("nha toi dang chay lon o phuong cao lanh cuu voi")
    assert proposal.numbers == ("114",) and proposal.case.emergency and not proposal.answers
    view = proposal_view(proposal, province(), language="vi", on=NOW.date())
    assert view["emergency"] == [("114", "Cứu hỏa – cứu nạn")]


@pytest.mark.parametrize(
    "language, part", [("vi", "Thanh tra tỉnh Đồng Tháp"), ("en", "Inspectorate of Dong Thap")]
)
def test_a_denunciation_is_shown_its_own_road_and_no_agency(language, part):
    proposal = proposed("to cao chu tich xa nhan hoi lo 50 trieu", language=language)
    assert proposal.case.kind is Kind.DENUNCIATION and proposal.case.agency is None
    view = proposal_view(proposal, province(), language=language, on=NOW.date())
    assert part in view["denunciation"] and not view["choices"] and not view["answers"]


def test_a_field_that_is_not_clear_is_offered_first_and_never_chosen_for_them():
    proposal = proposed("lam can cuoc can giay to gi")
    view = proposal_view(proposal, province(), language="vi", on=NOW.date())
    assert not view["service"] and view["guesses"]
    assert not {code for code, _ in view["guesses"]} & {code for code, _ in view["services"]}


def test_a_chosen_field_counts_before_what_the_words_say():
    assert proposed(f"{POTHOLE} phuong sa dec", service="moi_truong").case.service == "moi_truong"


def test_two_matters_are_shown_with_the_agency_of_each():
    proposal = proposed("duong o ga truoc nha o phuong cao lanh. con cup dien 3 ngay nay roi")
    view = proposal_view(proposal, province(), language="vi", on=NOW.date())
    assert [matter["service"] for matter in view["matters"]] == ["Giao thông", "Điện"]
    assert all(matter["agency"] and matter["due"] for matter in view["matters"])


def test_a_published_answer_is_offered():
    proposal = proposed("can cuoc cua toi het han, can cuoc bao gio phai doi, lam o dau")
    assert [answer.code for answer in proposal.answers]


def test_another_province_is_said_to_be_one():
    proposal = proposed(POTHOLE, place="quận Ninh Kiều, Cần Thơ")
    assert proposal.outside and proposal.case.agency is None and not proposal.choices


def test_the_same_hand_in_is_one_case_and_gives_back_whose_it_is():
    hotline = Hotline(reader=reader())
    first = file_case(filing(POTHOLE), **hotline._taking())
    again = file_case(filing(POTHOLE, address="+84900000009"), **hotline._taking())
    assert not first.repeated and again.repeated
    assert (again.code, again.reporter_id) == (first.code, first.reporter_id)
    assert len(hotline.cases) == 1 and hotline.case().reporter_id == first.reporter_id


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> đường ổ gà", "=HYPERLINK(1) ổ gà", "\u202eổ gà", "a" * 4000, "🚧 ổ gà {x}"],
)
@pytest.mark.parametrize("place", ["", "<b>phường 1</b>", "x" * 300, "=1+1"])
def test_no_text_breaks_a_proposal(text, place):
    proposal_view(proposed(text, place=place), province(), language="vi", on=NOW.date())
