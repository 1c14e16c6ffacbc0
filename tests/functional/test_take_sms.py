"""A citizen and an agency by SMS, from the first word to the rating: what is said back, stored and sent on."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.case import Actor, Case, Kind, Priority, Status, open_case
from chalicelib.domain.code import find_codes
from chalicelib.domain.directory import Directory
from chalicelib.domain.ladder import schedule
from chalicelib.domain.sms import segments
from chalicelib.domain.text import GSM_BASIC, GSM_EXTENSION
from chalicelib.errors import CaseConflict
from chalicelib.usecases import replies
from chalicelib.usecases.open_case import Opened
from chalicelib.usecases.take_sms import RECENT_CASES
from tests.fake_reader import CAO_LANH, SA_DEC, understood
from tests.hotline import OTHER_PHONE, PHONE, Hotline, province
from tests.unit.worktime import at, written

POTHOLE = "duong o ga phuong cao lanh"
WARD = "ubnd_29869"
FOCAL_POINT = province().agencies[WARD].focal_point
POWER = province().agencies["dien_luc"].focal_point
NIGHT = "Mon 02/03/2026 22:00"


@pytest.fixture
def line():
    return Hotline()


def gsm(text: str) -> bool:
    return all(character in GSM_BASIC or character in GSM_EXTENSION for character in text)


# --- the first message


def test_one_message_is_enough(line):
    reply = line.text(POTHOLE)
    case = line.case()
    assert (case.status, case.agency, case.service, case.area) == ("assigned", WARD, "giao_thong", CAO_LANH)
    assert reply.startswith(f"1022 da nhan. Ma {case.code}.") and "17:00 09/03" in reply
    assert [(m.channel, m.to, m.purpose) for m in line.messages()] == [
        ("email", FOCAL_POINT.email, "assignment")
    ]
    assert case.events[1].data["rule"] == "giao-thong-2025"


def test_an_agency_that_takes_sms_is_texted_too(line):
    line.text("mat dien phuong cao lanh")
    assert [(m.channel, m.to) for m in line.messages()] == [("email", POWER.email), ("sms", POWER.phone)]
    assert f"NHAN {line.case().code}" in line.messages()[1].text


def test_the_same_message_again_gets_the_same_reply_and_changes_nothing(line):
    first = line.text(POTHOLE, id="twilio#SM1")
    before = line.stores.everything()
    assert line.later(days=2).text(POTHOLE, id="twilio#SM1") == first
    assert line.stores.everything() == before


def test_the_same_words_again_are_no_second_case(line):
    line.text(POTHOLE)
    reply = line.later(minutes=3).text("Đường ổ gà, phường Cao Lãnh".replace(",", ""))
    assert len(line.cases) == 1 and line.case().code in reply and "da co tin nay" in reply


def test_a_message_without_a_place_is_asked_for_it_once(line):
    assert "xa/phuong" in line.text("duong o ga")
    assert line.case().status == "received" and line.messages() == []
    reply = line.later(minutes=1).text("phuong cao lanh")
    assert line.case().agency == WARD and "17:00 09/03" in reply
    assert line.case().text == "duong o ga\nphuong cao lanh"


def test_a_place_that_fits_two_units_is_chosen_by_number(line):
    reply = line.text("duong o ga phuong trung tam")
    assert "1 P.Cao Lanh" in reply and "2 P.Sa Dec" in reply
    line.text("2")
    assert line.case().area == SA_DEC and line.case().agency == "ubnd_29905"


def test_the_same_question_is_not_asked_twice(line):
    line.text("duong o ga")
    reply = line.text("gan cho")
    assert line.desk_reasons() == ["unrouted"] and "Tong dai" in reply


def test_alo_is_asked_what_it_is_about_and_nobody_is_alarmed(line):
    assert "viec gi, o dau" in line.text("alo")
    assert line.messages() == [] and not line.case().spam


def test_a_question_for_a_hotline_is_answered_and_makes_no_case(line):
    assert "090000" in line.text("DUONG DAY phuong cao lanh")
    assert "DUONG DAY" in line.text("DUONG DAY")
    assert not line.cases and line.messages() == []
    line.text("duong o ga")
    line.text("duong day nong phuong cao lanh")
    line.text("phuong sa dec")
    assert line.case().area == SA_DEC, "the question that was open stays open"


def test_a_published_answer_is_texted_by_its_number_and_makes_no_case(line):
    assert "con thoi han thi tiep tuc dung" in line.text("HOI 105")
    assert "khong co cau hoi ma 999" in line.text("hỏi 999")
    assert not line.cases and line.messages() == []
    line.text("duong o ga")
    line.text("HOI 105")
    line.text("phuong sa dec")
    assert line.case().area == SA_DEC, "the question that was open stays open"


def test_whoever_looks_up_a_case_is_told_that_it_is_overdue_and_no_more_than_was_done(line):
    line.text(POTHOLE)
    line.at("Mon 09/03/2026 16:59").wake()
    assert "han 17:00 09/03" in line.text("TRA CUU") and "qua han" not in line.text("TRA CUU")
    line.at("Mon 09/03/2026 17:01").wake()
    reply = line.text("TRA CUU")
    assert "UBND phuong Cao Lanh da qua han 17:00 09/03; 1022 dang nhac." in reply
    assert segments(reply).segments == 1
    for day in ("Tue 10", "Wed 11", "Thu 12", "Fri 13"):
        line.at(f"{day}/03/2026 17:30").wake()
    reply = line.text("TRA CUU")
    assert "1022 da nhac va bao cap tren." in reply
    assert segments(reply).segments == 1


def test_a_question_in_words_gets_the_published_answer_and_makes_no_case(line):
    assert "Cong an noi cu tru" in line.text("HOI lam lai cccd")
    line.text(POTHOLE)
    before = line.case()
    assert "Cong an noi cu tru" in line.text("HOI lam lai cccd")
    assert line.case() == before


def test_a_question_in_words_that_no_answer_fits_is_a_case_of_its_own(line):
    line.text(POTHOLE)
    pothole = line.case()
    reply = line.text("HOI truong hoc ngay may khai giang")
    assert reply.startswith("1022 da nhan, ma ") and pothole.code not in reply
    assert line.stores.cases.get(pothole.code) == pothole


def test_an_advertisement_is_kept_and_alarms_nobody(line):
    line.text("vay tien nhanh")
    assert (line.case().status, line.case().spam, line.case().wake_at) == ("received", True, None)
    line.later(days=30).wake()
    assert line.messages() == []


def test_what_follows_an_advertisement_is_read(line):
    line.text("vay tien nhanh")
    line.text("cong bi nghet o cho")
    assert len(line.cases) == 2 and not line.case().spam


def test_an_emergency_hears_the_number_first_and_jumps_the_queue(line):
    line.at(NIGHT)
    reply = line.text("chay nha phuong cao lanh")
    assert reply.startswith("NGUY HIEM: GOI NGAY 114.")
    assert (line.case().priority, line.case().emergency) == ("urgent", True)
    assert line.desk_reasons() == ["urgent"]
    assert all(message.due_at == line.now for message in line.messages())


def test_a_denunciation_stays_with_the_desk_and_in_no_mail(line):
    reply = line.text("toi to cao ong Nguyen Van A o ga phuong cao lanh")
    case = line.case()
    assert (case.kind, case.status, case.agency) == ("denunciation", "received", None)
    assert "Thanh tra tinh" in reply and segments(reply).segments == 1
    assert line.desk_reasons() == ["denunciation"]
    for message in line.messages():
        mail = line.read(message)
        assert "Nguyen Van A" not in mail.subject + mail.text + mail.html


def test_a_clarification_that_turns_out_a_denunciation_is_not_assigned(line):
    line.text("duong o ga")
    line.text("phuong cao lanh, toi to cao can bo")
    assert all(case.agency is None for case in line.cases if case.kind is Kind.DENUNCIATION)


def test_another_province_is_for_the_desk(line):
    line.text("duong o ga can tho")
    assert line.case().agency is None and line.desk_reasons() == ["unrouted"]


def test_two_matters_become_a_case_and_a_child_each_with_its_agency(line):
    reply = line.text("duong o ga va mat dien phuong cao lanh")
    parent, child = line.cases
    assert (parent.agency, child.agency, child.parent) == (WARD, "dien_luc", parent.code)
    assert (parent.level, child.level) == (3, 2)
    assert parent.code in reply and child.code in reply and "2 viec" in reply
    assert {m.to for m in line.messages()} >= {FOCAL_POINT.email, POWER.email}


def test_an_english_message_is_answered_in_english(line):
    reply = line.text("pothole in cao lanh ward")
    assert reply.startswith("1022 has your message") and segments(reply).segments == 1
    line.agency("answer", "Repaired")
    assert "Rate it" in line.messages(purpose="answer")[0].text


# --- every first reply fits one SMS


def opened_with(agency: str, directory: Directory, language: str) -> Case:
    case = open_case(
        "482177302",
        text="x",
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        at=at("Mon 02/03/2026 08:30"),
        channel="sms",
        reporter_id="r",
        reporter_address=PHONE,
        language=language,
    )
    return replace(case, agency=agency, due_at=at("Mon 09/03/2026 17:00"))


@pytest.mark.parametrize("slug", ["dong-thap", "dong-nai"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_reply_is_one_gsm_segment_for_every_agency(slug, language):
    directory = province(slug)
    now = at("Mon 02/03/2026 08:30")
    for agency in directory.agencies:
        case = opened_with(agency, directory, language)
        urgent = replace(case, emergency=True)
        private = replace(case, kind=Kind.DENUNCIATION, agency=None)
        for made in (
            Opened(case),
            Opened(case, children=(case,)),
            Opened(case, children=(case, case)),
            Opened(urgent),
            Opened(private),
            Opened(replace(case, agency=None)),
            Opened(case, asked="area"),
            Opened(case, asked="service"),
            Opened(case, asked="matter"),
            Opened(replace(case, spam=True)),
        ):
            reply = replies.opened(made, understood(emergency_numbers=("113", "114", "115")), directory, now)
            assert gsm(reply) and len(reply) <= 160, (agency, reply)
            assert case.code in reply
            doubtful = understood(perhaps_numbers=("114", "115", "113"))
            tailed = replies.opened(made, doubtful, directory, now)
            assert gsm(tailed) and len(tailed) <= 160 and case.code in tailed, (agency, tailed)
            told = not (made.case.emergency or made.case.spam or made.case.kind is Kind.DENUNCIATION)
            assert ("114/115/113" in tailed) is told


def test_every_short_name_stays_whole_in_the_ordinary_reply():
    directory = province()
    now = at("Mon 02/03/2026 08:30")
    for agency in directory.agencies.values():
        reply = replies.opened(
            Opened(opened_with(agency.code, directory, "vi")), understood(), directory, now
        )
        assert agency.short_name in reply


@settings(max_examples=30)
@given(st.text(max_size=400))
def test_whatever_is_written_gets_one_gsm_reply_and_a_case_or_a_word(text):
    line = Hotline()
    reply = line.text(text)
    assert reply and gsm(reply)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("o ga 😭👷🏽‍♀️ " * 80, id="emoji"),
        pytest.param("\u202eo ga phường\u202c \u200fمرحبا", id="right to left"),
        pytest.param("o ga\x00 phuong\x1b[31m cao lanh", id="control characters"),
        pytest.param("o ga \ud83d lone", id="lone surrogate"),
        pytest.param("x" * 1600, id="1,600 letters"),
        pytest.param("=HYPERLINK(1) <script>alert(1)</script> {agency} {{7*7}} %s", id="markup"),
        pytest.param("", id="nothing"),
    ],
)
def test_hostile_text_is_kept_as_far_as_it_is_text_and_shown_safely(line, text):
    line.text(text)
    case = line.case()
    assert "\x00" not in case.text and not any(0xD800 <= ord(c) < 0xE000 for c in case.text)
    line.desk("assign", agency=WARD) if case.status == "received" else None
    for message in line.messages():
        if message.channel == "email":
            mail = line.read(message)
            assert "<script>alert" not in mail.html
            (mail.subject + mail.text + mail.html).encode("utf-8")


# --- several messages, several people


def test_two_messages_of_one_sender_at_once_lose_nothing(line, at_once):
    # the second to write finds the talk changed and looks again
    replies_given = at_once(
        lambda: line.text("duong o ga phuong cao lanh"), lambda: line.text("mat dien phuong sa dec")
    )
    assert all(isinstance(reply, str) and reply for reply in replies_given)
    assert {case.service for case in line.cases} == {"giao_thong", "dien"}


def test_five_copies_at_once_make_one_case_and_one_reply(line, at_once):
    copies = at_once(*[lambda: line.text(POTHOLE, id="twilio#SM1")] * 5)
    assert len(set(copies)) == 1 and len(line.cases) == 1 and len(line.messages()) == 1


def test_a_storm_of_collisions_is_told_to_the_provider_and_writes_nothing(line):
    line.stores.conflicts = 4
    with pytest.raises(CaseConflict):
        line.text(POTHOLE)
    assert line.cases == []


def test_another_person_s_case_is_like_none_at_all(line):
    line.text(POTHOLE)
    code = line.case().code
    foreign = line.text(f"TRA CUU {code}", sender=OTHER_PHONE)
    assert foreign == line.text("TRA CUU 000000000", sender="+84900000003")
    assert line.text(f"HUY {code}", sender=OTHER_PHONE) == foreign
    assert line.text(f"MO LAI {code} a", sender=OTHER_PHONE) == foreign
    assert line.case().version == 2


def test_more_on_an_open_case_reaches_its_agency(line):
    line.text(POTHOLE)
    line.later(hours=1).text("gan cau so 2")
    assert line.case().events[-1].note == "gan cau so 2"
    told = line.messages(purpose="addition")
    assert [message.to for message in told] == [FOCAL_POINT.email]
    assert "gan cau so 2" in line.read(told[0]).text


# --- questions and answers


def test_a_question_and_its_reply(line):
    line.text(POTHOLE)
    line.later(hours=1).agency("ask", "Trước số nhà mấy?")
    assert line.case().status is Status.WAITING_CITIZEN
    assert "Truoc so nha may?" in line.messages(purpose="question")[0].text
    line.later(hours=1).text("truoc cong cho")
    assert line.case().status is Status.IN_PROGRESS
    told = line.messages(purpose="citizen_reply_received")[0]
    assert told.to == FOCAL_POINT.email and "truoc cong cho" in line.read(told).text


def test_the_answer_reaches_the_citizen_and_can_be_rated(line):
    line.text(POTHOLE)
    line.later(days=1).agency("answer", "Đã vá xong.")
    answer = line.messages(purpose="answer")[0]
    assert (answer.to, answer.channel) == (PHONE, "sms") and "Da va xong." in answer.text and gsm(answer.text)
    line.later(hours=1).text("3")
    assert (line.case().status, line.case().rating) == ("closed", 3)


@pytest.mark.parametrize("moment", ["Mon 28/12/2026 08:30", "Thu 31/12/2026 22:00"])
def test_a_year_nobody_has_entered_costs_no_text(log, moment):
    calendar = {**province().calendar, "years": {"2026": province().calendar["years"]["2026"]}}
    line = Hotline(moment, directory=replace(province(), calendar=calendar))
    reply = line.text(POTHOLE)
    case = line.case()
    assert case.code in reply and (case.status, case.due_at) == (Status.RECEIVED, None)
    assert [(m.params["reason"], m.params["proposed"]) for m in line.messages()] == [("unrouted", WARD)]
    assert any("2027" in record.detail for record in log.records)
    line.directory = province()
    line.at("Mon 04/01/2027 08:30").wake()
    assert line.case().events[-1].data["step"].startswith("desk_alarm")


@pytest.mark.parametrize(
    ("answered", "wrote_minutes_ago", "sent"),
    [
        pytest.param("Mon 02/03/2026 10:00", 600, "Mon 02/03/2026 10:00", id="by day at once"),
        pytest.param("Mon 02/03/2026 22:00", 600, "Tue 03/03/2026 07:00", id="at night the next morning"),
        pytest.param(
            "Mon 02/03/2026 22:00", 5, "Mon 02/03/2026 22:00", id="at once to one who has just written"
        ),
        pytest.param(
            "Mon 02/03/2026 22:00", 16, "Tue 03/03/2026 07:00", id="but not a quarter of an hour later"
        ),
        pytest.param("Tue 03/03/2026 06:59", 600, "Tue 03/03/2026 07:00", id="one minute before seven"),
    ],
)
def test_an_answer_waits_for_civil_hours(answered, wrote_minutes_ago, sent):
    line = Hotline(answered).later(minutes=-wrote_minutes_ago)
    line.text(POTHOLE)
    line.later(minutes=wrote_minutes_ago).agency("answer", "Đã vá")
    assert written(line.messages(purpose="answer")[0].due_at) == sent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("TRA CUU {code}", "Ma {code}:", id="looked up"),
        pytest.param("{code} van con o ga", "da bo sung vao ho so {code}", id="added to"),
        pytest.param("HUY {code}", "da rut ma {code}", id="withdrawn"),
    ],
)
def test_a_case_of_long_ago_is_found_by_its_code_however_many_came_since(line, text, said):
    line.text(POTHOLE)
    code = line.case().code
    for day in range(RECENT_CASES + 1):
        line.later(days=2).text(f"mat dien phuong cao lanh, to {day}")
    assert len(line.cases) > RECENT_CASES
    assert said.format(code=code) in line.text(text.format(code=code))
    assert "Khong tim thay" in line.text(f"TRA CUU {code}", sender=OTHER_PHONE)


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        pytest.param(
            "chay nha vi mat dien phuong cao lanh", False, id="danger does not wait for the morning"
        ),
        pytest.param("mat dien phuong cao lanh", True, id="anything else does"),
    ],
)
def test_a_second_try_of_a_text_to_an_agency_waits_for_the_morning_unless_it_is_urgent(text, waits):
    line = Hotline(NIGHT)
    line.text(text)
    told = [message for message in line.messages() if message.purpose == "agency_assignment"]
    assert [(message.civil_hours, written(message.due_at) != NIGHT) for message in told] == [(waits, waits)]


def test_a_rating_of_one_keeps_the_way_open(line):
    line.text(POTHOLE)
    line.agency("answer", "Đã vá")
    assert f"MO LAI {line.case().code}" in line.text("1")
    reply = line.text("mo lai van con o ga")
    assert line.case().status is Status.ASSIGNED and "mo lai" in reply
    reopened = line.messages(purpose="assignment")[-1]
    assert reopened.params["reopened"] and reopened.cc == (province().agencies[WARD].leader.email,)
    assert "objection" in line.desk_reasons()


def test_nobody_reopens_after_the_window(line):
    line.text(POTHOLE)
    line.agency("answer", "Đã vá")
    line.later(days=15)
    assert "het han mo lai" in line.text(f"MO LAI {line.case().code} van con")
    assert line.case().status is Status.ANSWERED


def test_a_withdrawn_case_is_told_to_its_agency(line):
    line.text(POTHOLE)
    line.text("HUY")
    assert line.case().status is Status.CLOSED
    assert [message.to for message in line.messages(purpose="withdrawn")] == [FOCAL_POINT.email]
    assert "khong rut duoc" in line.text(f"HUY {line.case().code}")


def test_a_very_long_answer_is_cut_at_a_word_and_says_so(line):
    line.text(POTHOLE)
    line.agency("answer", "sửa chữa " * 400)
    text = line.messages(purpose="answer")[0].text
    assert len(text) <= 1530 and text.endswith("xin goi 1022)")


def test_nobody_writes_to_a_reporter_without_an_address(line):
    line.text(POTHOLE)
    case = replace(line.case(), reporter_address="", code="000000000", stored_version=0)
    line.stores.commit(cases=(case,))
    line.agency("answer", "Đã vá", code="000000000")
    assert line.messages(purpose="answer") == []
    assert line.case("000000000").status is Status.ANSWERED


# --- agencies by SMS


def test_a_focal_point_acts_from_its_registered_number(line):
    line.text("mat dien phuong cao lanh")
    code = line.case().code
    assert "dang xu ly" in line.text(f"NHAN {code}", sender=POWER.phone)
    line.text(f"TD {code} đang thay trạm", sender=POWER.phone)
    assert "dang thay tram" in line.messages(purpose="progress")[0].text
    assert "da tra loi" in line.text(f"TL {code} Đã có điện lại", sender=POWER.phone)
    assert line.case().answer == "Đã có điện lại"


def test_an_agency_s_command_that_comes_twice_is_done_once(line):
    line.text("mat dien phuong cao lanh")
    command = f"TL {line.case().code} xong"
    first = line.text(command, sender=POWER.phone, id="twilio#SMx")
    assert line.text(command, sender=POWER.phone, id="twilio#SMx") == first
    assert len(line.messages(purpose="answer")) == 1


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param("TL {code}", "xin ghi noi dung", id="without words"),
        pytest.param("TL 000000000 xong", "khong do don vi ban", id="of nobody"),
        pytest.param("NHAN 123456789", "khong do don vi ban", id="mistyped"),
    ],
)
def test_an_agency_s_slip_is_told_and_changes_nothing(line, command, told):
    line.text("mat dien phuong cao lanh")
    before = line.case().version
    assert told in line.text(command.format(code=line.case().code), sender=POWER.phone)
    assert line.case().version == before


def test_an_agency_cannot_touch_another_one_s_case(line):
    line.text(POTHOLE)
    assert "khong do don vi ban" in line.text(f"TL {line.case().code} xong", sender=POWER.phone)
    assert line.case().status is Status.ASSIGNED


def test_an_agency_answers_once(line):
    line.text("mat dien phuong cao lanh")
    code = line.case().code
    line.text(f"TL {code} xong", sender=POWER.phone)
    assert "da tra loi" in line.text(f"TL {code} xong lan nua", sender=POWER.phone)


def test_an_officer_who_writes_like_a_citizen_is_one(line):
    line.text(POTHOLE, sender=POWER.phone)
    assert line.case().reporter_address == POWER.phone and line.case().agency == WARD
    assert "Ma" in line.text("tra cuu", sender=POWER.phone)


def test_one_extension_by_sms(line):
    line.text("mat dien phuong cao lanh")
    code = line.case().code
    line.text(f"GH {code} chờ vật tư", sender=POWER.phone)
    assert line.case().extended and "cho vat tu" in line.messages(purpose="extended")[0].text
    assert "mot lan" in line.text(f"GH {code} nua", sender=POWER.phone)


def test_every_reply_names_a_code_the_citizen_can_type_back(line):
    reply = line.text(POTHOLE)
    assert find_codes(reply)[0] == line.case().code


def test_a_case_made_by_hand_is_scheduled_like_one_that_came_in(line):
    line.text(POTHOLE)
    case = line.case()
    assert schedule(case, line.directory).wake_at == case.wake_at
    assert case.events[0].actor is Actor.CITIZEN


# --- several matters, and words about an answer, with the real reader


@pytest.fixture
def real():
    from tests.functional.conftest import real_reader

    return Hotline("Mon 02/03/2026 08:30", reader=real_reader())


def test_two_matters_in_two_places_go_to_two_agencies(real):
    real.text(
        "Đường Nguyễn Sinh Sắc phường Sa Đéc ngập nước và cống nghẹt. "
        "Ngoài ra cho hỏi thủ tục làm khai sinh ở xã Tân Dương cần gì?"
    )
    flood, birth = sorted(real.cases, key=lambda case: case.parent is not None)
    assert (flood.service, real.directory.areas[flood.area].name, flood.kind) == (
        "cap_thoat_nuoc",
        "Sa Đéc",
        Kind.COMPLAINT,
    )
    assert (birth.service, real.directory.areas[birth.area].name, birth.kind) == (
        "hanh_chinh",
        "Tân Dương",
        Kind.QUESTION,
    )
    assert birth.parent == flood.code and flood.level == 3


def test_saying_that_it_is_still_broken_reopens_the_case(real):
    real.text("Duong vao cho Sa Dec o ga nhieu qua")
    real.later(hours=3).agency("answer", "Đã vá xong")
    reply = real.later(hours=1).text("khong dong y, duong van hu")
    assert len(real.cases) == 1 and real.case().status is Status.ASSIGNED
    assert "mo lai" in reply


def test_a_withdrawn_case_says_so(real):
    real.text("Duong vao cho Sa Dec o ga nhieu qua")
    code = real.case().code
    real.text("HUY")
    assert "da rut" in real.text(f"TRA CUU {code}")
    assert "da rut" in real.text(f"MO LAI {code}")


def test_a_text_from_before_the_first_deadline_table_is_kept(real):
    real.at("Fri 01/01/2010 08:30")
    reply = real.text("Duong vao cho Sa Dec o ga nhieu qua")
    assert real.case().code in reply and real.case().status is Status.RECEIVED
