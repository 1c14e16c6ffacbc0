"""Who sees what of a case."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.case import Actor, Case, Kind, Priority, Status
from chalicelib.web import province, render, views
from tests.showcase import (
    HOSTILE,
    NOW,
    PHONE,
    SAID,
    accepted,
    answered,
    assigned,
    at,
    by_agency,
    make_case,
    make_directory,
    rated,
    returned,
    view,
    waiting,
)

PERSONAL = ("0900 000 123", "0900000123", PHONE, "Trần Văn Bình", "66F1-123.45", "0f5e1d2c3b4a59687786")


def shown(seen: dict[str, Any]) -> str:
    """Everything a template could show."""
    return json.dumps(seen, ensure_ascii=False)


@pytest.mark.parametrize("audience", [views.AGENCY, views.OFFICE])
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(assigned(), id="assigned"),
        pytest.param(
            assigned(make_case(place="số 45 Nguyễn Huệ, gọi 0900 000 123, phường Sa Đéc")),
            id="phone in the place",
        ),
        pytest.param(
            waiting().act("reply", actor=Actor.CITIZEN, at=at(3, 10), note=SAID, to=Status.IN_PROGRESS),
            id="phone in a reply",
        ),
        pytest.param(
            accepted().act("assign", actor=Actor.DESK, at=at(3), note=SAID, by="so_xay_dung"),
            id="phone in the desk's note",
        ),
        pytest.param(
            accepted().act("note", actor=Actor.DESK, at=at(3), note=f"Đã gọi {PHONE} cho ông Trần Văn Bình"),
            id="phone in a note of the desk's own",
        ),
    ],
)
def test_an_agency_never_sees_who_reported(case: Case, audience: str) -> None:
    seen = shown(view(case, audience))
    assert [found for found in PERSONAL if found in seen] == []


@pytest.mark.parametrize(
    ("audience", "agreed", "kind", "named"),
    [
        pytest.param(views.AGENCY, True, Kind.COMPLAINT, True, id="the agency, when its reporter agreed"),
        pytest.param(views.AGENCY, False, Kind.COMPLAINT, False, id="the agency, without a word"),
        pytest.param(views.AGENCY, True, Kind.DENUNCIATION, False, id="nobody, of a denunciation"),
        pytest.param(views.OFFICE, True, Kind.COMPLAINT, False, id="not the Office"),
        pytest.param(views.CITIZEN, True, Kind.COMPLAINT, False, id="not a page a link opens"),
    ],
)
def test_a_reporter_is_named_only_to_the_agency_and_only_when_they_agreed(
    audience: str, agreed: bool, kind: Kind, named: bool
) -> None:
    case = replace(assigned(), reporter_name="Nguyễn Thị Lan", identity_shown=agreed, kind=kind)
    seen = shown(view(case, audience))
    assert ("Nguyễn Thị Lan" in seen) is named
    if audience != views.CITIZEN:
        assert (PHONE in seen) is named


def test_a_mail_names_the_reporter_who_agreed_and_says_what_for() -> None:
    agreed = replace(assigned(), reporter_name="Nguyễn Thị Lan", identity_shown=True)
    for case, named in ((agreed, True), (replace(agreed, identity_shown=False), False)):
        mail = render.mail(
            "assignment",
            language="vi",
            directory=make_directory(),
            case=view(case),
            link="https://1022.example/a/x",
        )
        assert (f"Nguyễn Thị Lan, {PHONE}" in mail.text) is named
        assert ("đồng ý cho quý đơn vị biết" in mail.text) is named


def test_an_officer_sees_the_house_on_the_page_but_no_mail_names_it() -> None:
    seen = view(assigned())
    assert "45 Nguyễn Huệ" in seen["place"]
    assert "số 45" in seen["text"]
    assert "45" not in seen["mail_place"]
    assert "45 " not in seen["mail_text"]
    assert "Nguyễn Huệ" in seen["mail_place"], "the road stays, or nobody finds the matter"


def test_an_agency_reads_its_own_words_as_it_wrote_them() -> None:
    lines = view(answered())["history"]
    assert "0277 3851 101" in lines[-1]["note"]


def test_words_of_an_agency_that_had_the_case_before_are_masked() -> None:
    reason = f"Đã gọi {PHONE}, không phải của chúng tôi."
    case = by_agency(assigned(), "return", at(2, 9), reason, agency=None)
    moved = case.act("assign", actor=Actor.DESK, at=at(2, 10), by="phuong_sa_dec", agency="phuong_sa_dec")
    assert PHONE not in shown(view(moved))


def test_the_desk_sees_how_to_reach_the_reporter_and_what_was_written() -> None:
    seen = view(make_case(), views.DESK)
    assert seen["reporter"] == PHONE
    assert seen["text"] == SAID


@pytest.mark.parametrize(
    ("data", "number"),
    [
        pytest.param({"caller": "+842773851234"}, "+842773851234", id="a landline"),
        pytest.param({"call_back_number": "0900000123"}, "+84900000123", id="a number that was left"),
    ],
)
def test_the_desk_alone_sees_the_number_that_would_be_called(data: dict[str, str], number: str) -> None:
    case = replace(make_case(), reporter_address="").act("note", actor=Actor.SYSTEM, at=at(2), data=data)
    seen = view(case, views.DESK)
    assert (seen["reporter"], seen["calls"]) == ("", number)
    page = render.page("desk", language="vi", directory=make_directory(), case=seen, now=NOW)
    assert number in page
    assert "không để lại liên hệ" not in page
    for audience in (views.AGENCY, views.OFFICE, views.CITIZEN):
        assert number not in shown(view(case, audience))


def test_who_left_no_contact_is_said_to_have_left_none() -> None:
    seen = view(replace(make_case(), reporter_address=""), views.DESK)
    page = render.page("desk", language="vi", directory=make_directory(), case=seen, now=NOW)
    assert "không để lại liên hệ" in page


def test_a_denunciation_is_read_by_the_desk_alone_and_in_no_mail() -> None:
    case = make_case("Tôi tố cáo ông Nam cán bộ xã nhận tiền.", kind=Kind.DENUNCIATION, place="xã Tân Phú")
    at_desk = view(case, views.DESK)
    assert "tố cáo ông Nam" in at_desk["text"]
    assert at_desk["mail_text"] == ""
    assert at_desk["mail_last_words"] == ""
    for audience in (views.AGENCY, views.OFFICE):
        seen = view(case, audience)
        assert (seen["text"], seen["place"], seen["mail_text"]) == ("", "", "")


def test_a_citizen_reads_their_own_words_and_no_talk_between_offices() -> None:
    case = by_agency(assigned(), "return", at(2, 9), "Không thuộc chúng tôi.", agency=None)
    case = case.act("note", actor=Actor.DESK, at=at(2, 10), note="Gọi lại cho người này.")
    seen = view(case, views.CITIZEN)
    assert seen["text"] == SAID
    assert "Không thuộc chúng tôi" not in shown(seen)
    assert "Gọi lại" not in shown(seen)


@pytest.mark.parametrize(
    "case, acts",
    [
        pytest.param(assigned(), ("accept", "answer", "ask", "progress", "extend", "return"), id="assigned"),
        pytest.param(accepted(), ("answer", "ask", "progress", "extend", "return"), id="in progress"),
        pytest.param(
            replace(accepted(), extended=True), ("answer", "ask", "progress", "return"), id="extended already"
        ),
        pytest.param(
            replace(accepted(), due_at=at(4, 9, 29)),
            ("answer", "ask", "progress", "return"),
            id="late: no extension",
        ),
        pytest.param(waiting(), ("answer",), id="the citizen was asked"),
        pytest.param(answered(), (), id="answered"),
        pytest.param(rated(), (), id="closed"),
        pytest.param(returned(), (), id="given back"),
    ],
)
def test_an_agency_is_offered_what_it_may_do(case: Case, acts: tuple[str, ...]) -> None:
    assert view(case)["actions"] == acts


@pytest.mark.parametrize(
    "case, acts",
    [
        pytest.param(make_case(), ("assign", "answer", "ask", "call", "decline"), id="received"),
        pytest.param(
            make_case(kind=Kind.DENUNCIATION),
            ("answer", "ask", "call", "decline"),
            id="denunciation: no agency",
        ),
        pytest.param(assigned(), ("assign", "answer", "call"), id="with an agency"),
        pytest.param(answered(), ("publish",), id="answered"),
        pytest.param(replace(answered(), published_at=at(5)), ("unpublish",), id="published"),
        pytest.param(replace(answered(), spam=True), (), id="answered, but an advert"),
    ],
)
def test_the_desk_is_offered_what_it_may_do(case: Case, acts: tuple[str, ...]) -> None:
    assert view(case, views.DESK)["actions"] == acts


def test_what_is_offered_is_what_the_table_allows() -> None:
    """Or becomes allowed by accepting, which asking, reporting and extending imply."""
    for case in (make_case(), assigned(), accepted(), waiting(), answered(), rated(), returned()):
        for act in views.actions(case, views.AGENCY, NOW):
            taken = by_agency(case, "accept", NOW) if not case.allows(act, Actor.AGENCY) else case
            assert taken.allows(act, Actor.AGENCY)
        for act in views.actions(case, views.DESK, NOW):
            assert case.allows("note" if act == "call" else act, Actor.DESK)
        for act in views.actions(case, views.CITIZEN, NOW):
            assert case.allows(act, Actor.CITIZEN)


@pytest.mark.parametrize(
    "now, words, overdue",
    [
        pytest.param(at(4, 9), "còn 5 ngày", False, id="five days before"),
        pytest.param(at(8, 23), "ngày mai", False, id="the evening before"),
        pytest.param(at(9, 7), "hôm nay", False, id="the same morning"),
        pytest.param(at(9, 8, 15), "hôm nay", False, id="to the minute"),
        pytest.param(at(9, 8, 16), "quá hạn từ hôm nay", True, id="a minute late"),
        pytest.param(at(12, 9), "quá hạn 3 ngày", True, id="three days late"),
    ],
)
def test_how_far_the_deadline_is(now: Any, words: str, overdue: bool) -> None:
    seen = view(accepted(), now=now)
    assert (seen["due_words"], seen["overdue"]) == (words, overdue)


def test_a_case_that_waits_for_the_citizen_or_is_answered_is_not_late() -> None:
    for case in (waiting(), answered()):
        seen = view(case, now=at(30, 9))
        assert (seen["due_words"], seen["overdue"]) == ("", False)


def test_the_next_agency_is_proposed_without_those_that_gave_it_back() -> None:
    tried = by_agency(assigned(agency="phuong_sa_dec"), "return", at(2, 9), "Không phải.", agency=None)
    assert view(make_case(), views.DESK)["proposed"] == "phuong_sa_dec"
    assert view(tried, views.DESK)["proposed"] == "so_xay_dung"
    assert view(make_case(kind=Kind.DENUNCIATION), views.DESK)["proposed"] == ""


def test_a_draft_waits_for_the_desk_until_somebody_answers() -> None:
    drafted = by_agency(accepted(), "propose", at(4, 9), "Đã vá xong.")
    assert view(drafted, views.DESK)["draft"] == "Đã vá xong."
    answered_by_desk = drafted.act(
        "answer", actor=Actor.DESK, at=at(4, 10), note="Đã vá.", answered_at=at(4, 10)
    )
    assert view(answered_by_desk, views.DESK)["draft"] == ""


def test_a_place_is_named_with_the_units_above_it_but_the_province() -> None:
    directory = make_directory()
    assert views.area_text("29905", directory) == "phường Sa Đéc"
    assert views.area_text(None, directory) == ""
    assert views.area_text("gone", directory) == ""


def test_what_nobody_knows_yet_is_said_to_be_unknown() -> None:
    seen = view(make_case(service=None, topic=None, area=None, place=""))
    assert (seen["service"], seen["area"]) == ("Chưa xác định", "Chưa xác định")
    assert views.what_text(seen, "vi", make_directory()) == "Phản ánh"


def test_urgent_means_priority_or_emergency() -> None:
    assert view(make_case(priority=Priority.URGENT))["urgent"]
    assert view(make_case(emergency=True))["urgent"]
    assert not view(make_case())["urgent"]


@pytest.mark.parametrize(
    "colour, used",
    [
        pytest.param("#0b4f8a", "#0b4f8a", id="dark blue"),
        pytest.param("#7a1f1f", "#7a1f1f", id="dark red"),
        pytest.param("#ffcc00", province.DEFAULT_COLOUR, id="yellow: white on it cannot be read"),
        pytest.param("#777777", province.DEFAULT_COLOUR, id="grey just below 4.5 : 1"),
        pytest.param("#767676", "#767676", id="grey just above 4.5 : 1"),
        pytest.param("red;}body{display:none", province.DEFAULT_COLOUR, id="no colour at all"),
        pytest.param("", province.DEFAULT_COLOUR, id="none given"),
    ],
)
def test_a_provinces_colour_is_used_when_white_on_it_can_be_read(colour: str, used: str) -> None:
    assert province.province_view(make_directory(colour=colour), "vi")["colour"] == used


def test_emergency_numbers_are_those_in_force_on_the_day() -> None:
    directory = make_directory()
    assert [number for number, _ in province.emergency_numbers(directory, at(4, year=2020).date(), "vi")] == [
        "113",
        "114",
        "115",
    ]
    assert "112" in [number for number, _ in province.emergency_numbers(directory, NOW.date(), "vi")]
    assert province.emergency_numbers(None, NOW.date(), "vi") == []


@pytest.mark.parametrize("audience", [views.AGENCY, views.DESK, views.CITIZEN, views.OFFICE])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_can_always_be_written_out(text: str, audience: str) -> None:
    case = assigned(make_case(text, place=text))
    shown(view(case, audience)).encode("utf-8")
    for field in ("text", "place", "mail_text"):
        assert not set(view(case, audience)[field]) & set("\x00\x1b\u202e\ud800")


@given(st.text(max_size=200), st.sampled_from(["vi", "en", "km", ""]))
def test_no_text_and_no_language_breaks_a_view(text: str, language: str) -> None:
    shown(view(assigned(make_case(text, place=text)), views.DESK, language)).encode("utf-8")
