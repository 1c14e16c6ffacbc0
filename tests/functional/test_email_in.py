"""Mail that comes in: an agency's answer, a citizen's reply, a new matter; each once, none lost."""

import pytest

from chalicelib.domain.case import Status
from chalicelib.domain.keys import reply_token
from chalicelib.errors import CaseConflict
from tests.hotline import KEYS, MAIL, Hotline, province

POTHOLE = "Đường có ổ gà, phường Cao Lãnh"
WARD = province().agencies["ubnd_29869"]


@pytest.fixture
def line():
    return Hotline()


@pytest.fixture
def texted(line):
    line.text("duong o ga phuong cao lanh")
    return line


@pytest.fixture
def mailed(line):
    line.mail(POTHOLE, subject="Phản ánh")
    return line


def purposes(line, to):
    return [message.purpose for message in line.messages(to=to)]


def test_a_mail_becomes_a_case_and_is_acknowledged(mailed):
    case = mailed.case()
    assert (case.channel, case.reporter_address, case.agency) == ("email", MAIL, WARD.code)
    assert "Phản ánh" in case.text
    assert purposes(mailed, MAIL) == ["acknowledgement"]
    mail = mailed.read(mailed.messages(to=MAIL)[0])
    assert mail.reply_to.startswith("case+") and case.code[:3] in mail.subject


def test_the_answer_reaches_the_one_who_mailed(mailed):
    mailed.later(days=1).agency("answer", "Đã vá xong")
    assert purposes(mailed, MAIL) == ["acknowledgement", "answer"]
    assert "Đã vá xong" in mailed.read(mailed.messages(purpose="answer")[0]).text


def test_the_same_mail_again_changes_nothing(line):
    line.mail(POTHOLE, id="ses#1")
    before = line.stores.everything()
    assert line.mail(POTHOLE, id="ses#1") == "known"
    assert line.stores.everything() == before


@pytest.mark.parametrize(
    ("kind", "taken"),
    [({"automatic": True}, "ignored"), ({"trusted": False}, "untrusted")],
    ids=["auto", "untrusted"],
)
def test_a_robot_or_a_forger_changes_nothing(line, kind, taken):
    assert line.mail(POTHOLE, **kind) == taken
    assert line.cases == [] and line.messages() == []


def test_an_empty_mail_is_ignored(line):
    assert line.mail("  \n") == "ignored"
    assert line.cases == []


def test_an_agency_answers_by_replying(texted):
    token = texted.reply_token("agency")
    assert texted.mail("Đã vá xong", sender=WARD.focal_point.email, token=token) == "answer"
    assert (texted.case().status, texted.case().answer) == (Status.ANSWERED, "Đã vá xong")


def test_an_agency_s_second_answer_is_kept_and_shown_to_the_desk(texted):
    token = texted.reply_token("agency")
    texted.mail("Đã vá xong", token=token)
    assert texted.mail("Xin bổ sung: làm ngày 4/3", token=token) == "refused"
    assert texted.mail("Và ngày 5/3", token=token) == "refused"
    assert texted.case().answer == "Đã vá xong"
    assert [e.note for e in texted.case().events if e.action == "note"] == [
        "Xin bổ sung: làm ngày 4/3",
        "Và ngày 5/3",
    ]
    assert texted.desk_reasons() == ["late_reply", "late_reply"]


def test_an_agency_that_gave_the_case_away_makes_no_new_case(texted):
    token = texted.reply_token("agency")
    texted.agency("return", "Không thuộc thẩm quyền")
    texted.desk("assign", agency="so_xay_dung")
    assert texted.mail("Đã vá xong", token=token) == "refused"
    assert len(texted.cases) == 1 and texted.case().status is Status.ASSIGNED
    assert texted.desk_reasons() == ["returned", "late_reply"]


def test_a_made_up_token_is_none(texted):
    assert texted.mail("Đã vá xong", token=f"{texted.case().code}-a1-{'0' * 20}") == "new_matter"
    assert texted.cases[0].status is Status.ASSIGNED


def test_the_desk_answers_by_replying(line):
    line.text("toi to cao can bo")
    line.text("duong o ga can tho", sender="+84900000009")
    assert line.mail("Xin liên hệ TP Cần Thơ", token=line.reply_token("desk")) == "answer"
    assert line.case().status is Status.ANSWERED and line.case().level == 1


def test_a_citizen_answers_the_agency_s_question(mailed):
    mailed.agency("ask", "Trước số nhà mấy?")
    assert mailed.mail("Trước cổng chợ", token=mailed.reply_token("citizen")) == "reply"
    assert mailed.case().status is Status.IN_PROGRESS
    assert mailed.case().events[-1].note == "Trước cổng chợ"


def test_thanks_under_a_question_are_its_answer(mailed):
    mailed.agency("ask", "Ông/bà muốn sửa ngay không?")
    assert mailed.mail("Vâng, cảm ơn", token=mailed.reply_token("citizen")) == "reply"


def test_a_citizen_adds_to_the_case_after_it_went_to_another_agency(mailed):
    token = mailed.reply_token("citizen")
    mailed.desk("assign", agency="so_xay_dung")
    assert mailed.mail("Gần cầu số 2", token=token) == "addition"
    assert mailed.case().events[-1].note == "Gần cầu số 2"


def test_a_missing_place_is_added_by_mail_and_the_citizen_hears_who_answers(line):
    line.mail("Đường có ổ gà")
    assert line.case().agency is None
    assert line.later(hours=2).mail("Ở phường Cao Lãnh", token=line.reply_token("citizen")) == "clarify"
    assert line.case().agency == WARD.code
    assert purposes(line, MAIL) == ["acknowledgement", "reassigned"]


@pytest.mark.parametrize(
    ("reply", "taken", "status"),
    [
        pytest.param("3", "rate", Status.CLOSED, id="a rating"),
        pytest.param("1", "rate", Status.ANSWERED, id="a low rating"),
        pytest.param("Cảm ơn tổng đài", "thanks", Status.ANSWERED, id="thanks are no objection"),
        pytest.param("MO LAI chưa vá gì cả", "object", Status.ASSIGNED, id="an objection"),
        pytest.param("Chỗ đó vẫn còn ổ gà", "object", Status.ASSIGNED, id="why it is not solved"),
    ],
)
def test_what_a_citizen_replies_to_an_answer(mailed, reply, taken, status):
    mailed.agency("answer", "Đã vá")
    assert mailed.mail(reply, token=mailed.reply_token("citizen")) == taken
    assert mailed.case().status is status and len(mailed.cases) == 1


def test_an_objection_that_comes_too_late_is_read_as_a_new_matter(mailed):
    mailed.agency("answer", "Đã vá")
    mailed.later(days=30)
    assert (
        mailed.mail("Vẫn còn ổ gà ở phường Cao Lãnh", token=mailed.reply_token("citizen", mailed.cases[0]))
        == "new_matter"
    )
    assert len(mailed.cases) == 2 and mailed.case().agency == WARD.code
    assert purposes(mailed, MAIL)[-1] == "acknowledgement"


def test_an_emergency_by_mail_hears_the_numbers(line):
    line.mail("chay nha o phuong cao lanh")
    mail = line.read(line.messages(to=MAIL)[0])
    assert "114" in mail.text


def test_a_mail_without_a_place_is_asked_for_it(line):
    line.mail("Đường có ổ gà")
    assert "xã/phường" in line.read(line.messages(to=MAIL)[0]).text


def test_somebody_faster_is_waited_for(texted):
    token = texted.reply_token("agency")
    texted.stores.conflicts = 2
    assert texted.mail("Đã vá xong", token=token) == "answer"
    texted.stores.conflicts = 3
    with pytest.raises(CaseConflict):
        texted.mail("x", token=token)


def test_a_reply_whose_sender_cannot_be_verified_is_shown_to_the_desk_and_answers_nobody(texted):
    case = texted.case()
    token = reply_token(case, "agency", KEYS)

    assert texted.mail("Đã vá xong", token=token, trusted=False, sender="dau-moi@gia.example") == "untrusted"
    after = texted.case()
    assert (after.status, after.answer) == (case.status, "")
    assert texted.desk_reasons() == ["untrusted_mail"]
