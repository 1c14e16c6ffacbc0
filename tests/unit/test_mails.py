"""The mails: one content in HTML and plain text, links, subjects, nothing personal, nothing dangerous."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chalicelib.domain.case import Actor, Case, Kind
from chalicelib.usecases import notices
from chalicelib.web import mail_office, render, views
from tests.showcase import (
    HOSTILE,
    LINK,
    OWN_LINK,
    accepted,
    assigned,
    at,
    by_agency,
    mails,
    make_case,
    make_directory,
    returned,
    view,
)

MAILS = mails()
TO_CITIZENS = ("acknowledgement", "question", "answer", "progress", "extended", "reassigned", "declined")
MASKED = sorted(name for name in MAILS if not name.startswith(TO_CITIZENS))
PERSONAL = ("0900 000 123", "+84900000123", "Trần Văn Bình", "66F1-123.45")


class Reader(HTMLParser):
    """Collects tags, links and words, and sees that every tag is closed."""

    VOID = frozenset({"meta", "br", "input", "img", "link", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.events: list[str] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.events += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.said.append(data)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", unescape(text).lower()))


def written(purpose: str, case: Case, audience: str, **context: object) -> render.Rendered:
    directory = make_directory()
    seen = views.case_view(case, directory, audience=audience, language="vi", now=at(4, 9, 30))
    return render.mail(purpose, language="vi", directory=directory, case=seen, link=LINK, **context)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_mail_can_be_written_in_every_language(language: str) -> None:
    for name, mail in mails(language).items():
        assert mail.subject.startswith("[1022 "), name
        assert mail.text.endswith("\n"), name
        assert f'<html lang="{language}">' in mail.html, name


@pytest.mark.parametrize("name", sorted(MAILS))
def test_html_and_plain_text_say_the_same(name: str) -> None:
    reader = Reader(MAILS[name].html)
    assert not reader.open
    in_html = words(" ".join(reader.said)) | words(" ".join(reader.links))
    assert words(MAILS[name].text) - in_html == set()


@pytest.mark.parametrize("name", MASKED)
def test_no_mail_to_an_office_names_a_person(name: str) -> None:
    mail = MAILS[name]
    for part in (mail.subject, mail.text, mail.html):
        assert [found for found in PERSONAL if found in part] == []


@pytest.mark.parametrize("name", sorted(MAILS))
def test_subjects_hold_nothing_the_citizen_wrote(name: str) -> None:
    assert "Nguyễn Huệ" not in MAILS[name].subject
    assert "\n" not in MAILS[name].subject
    assert len(MAILS[name].subject) <= render.MAX_SUBJECT


def test_an_assignment_says_what_where_until_when_and_how() -> None:
    mail = MAILS["assignment"]
    assert (
        mail.subject
        == "[1022 Đồng Tháp] Hồ sơ 482 177 306: Giao thông, phường Sa Đéc – hạn 08:15 thứ Hai 09/03/2026"
    )
    for expected in (
        "Kính gửi Sở Xây dựng tỉnh Đồng Tháp",
        "Mã hồ sơ: 482 177 306",
        "Lĩnh vực: Giao thông – Mặt đường hư hỏng",
        "Địa bàn: phường Sa Đéc",
        "Hạn trả lời: 08:15 thứ Hai 09/03/2026 (còn 5 ngày)",
        "trước 08:15 thứ Ba 03/03/2026",
        f"Nhận xử lý / Trả lại / Trả lời người dân:\n{LINK}\n",
        "NHAN 482177306",
        "TRA 482177306",
        "TL 482177306",
    ):
        assert expected in mail.text


def test_the_buttons_open_the_same_signed_page_at_its_forms() -> None:
    links = Reader(MAILS["assignment"].html).links
    assert links == [f"{LINK}#accept", f"{LINK}#return", f"{LINK}#answer"]


def test_mails_carry_no_link_but_the_signed_one() -> None:
    for name, mail in MAILS.items():
        theirs = {OWN_LINK} if name.startswith(TO_CITIZENS) else {LINK}
        assert {link.partition("#")[0] for link in Reader(mail.html).links} <= theirs, name
        assert set(re.findall(r"https?://\S+", mail.text)) <= theirs, name


@pytest.mark.parametrize("name", [name for name in MAILS if name.startswith(TO_CITIZENS)])
def test_a_citizen_gets_the_link_of_their_own_page_and_is_told_what_happens_to_their_data(name: str) -> None:
    assert MAILS[name].text.count(OWN_LINK) == 1
    assert "Tổng đài chỉ dùng thông tin của ông/bà để giải quyết hồ sơ này." in MAILS[name].text


def test_a_mail_leads_to_the_place_where_the_citizen_is_asked_to_do_something() -> None:
    places = {
        name: [link.partition("#")[2] for link in Reader(MAILS[name].html).links]
        for name in ("answer", "question", "progress")
    }
    assert places == {"answer": ["rate", "object"], "question": ["reply"], "progress": [""]}


@pytest.mark.parametrize(
    "step, subject",
    [
        pytest.param(
            "half", "Nhắc hạn – Hồ sơ 482 177 306: trả lời trước 08:15 thứ Hai 09/03/2026", id="half"
        ),
        pytest.param(
            "eighty", "Sắp đến hạn – Hồ sơ 482 177 306: trả lời trước 08:15 thứ Hai 09/03/2026", id="80 %"
        ),
        pytest.param("due", "Đến hạn – Hồ sơ 482 177 306: hạn trả lời 08:15 thứ Hai 09/03/2026", id="due"),
        pytest.param("late:1", "Quá hạn 1 ngày làm việc – Hồ sơ 482 177 306", id="a day late"),
        pytest.param("late:12", "Quá hạn 12 ngày làm việc – Hồ sơ 482 177 306", id="twelve days late"),
        pytest.param("accept", "Chưa nhận xử lý – Hồ sơ 482 177 306", id="not accepted"),
        pytest.param("accept:2", "Chưa nhận xử lý – Hồ sơ 482 177 306", id="still not accepted"),
    ],
)
def test_a_reminder_names_its_step(step: str, subject: str) -> None:
    assert written("reminder", assigned(), views.AGENCY, step=step).subject == f"[1022 Đồng Tháp] {subject}"


def test_an_extension_is_offered_only_while_it_can_be_had() -> None:
    case = accepted()
    assert "gia hạn một lần" in written("reminder", case, views.AGENCY, step="half").text
    used = by_agency(case, "extend", at(3, 9), "Chờ vật tư.", extended=True)
    assert "gia hạn một lần" not in written("reminder", used, views.AGENCY, step="half").text


def test_the_office_is_told_which_agency_is_how_late() -> None:
    mail = MAILS["office"]
    assert mail.subject == (
        "[1022 Đồng Tháp] Báo cáo hồ sơ quá hạn 2 ngày làm việc – Sở Xây dựng tỉnh Đồng Tháp – Hồ sơ 482 177 306"
    )
    assert "Kính gửi Văn phòng UBND tỉnh" in mail.text


@pytest.mark.parametrize("reason", mail_office.DESK_REASONS)
def test_the_desk_is_told_why_a_case_is_on_its_table(reason: str) -> None:
    case = returned() if reason == "returned" else make_case()
    mail = written("desk", case, views.DESK, reason=reason)
    other = written("desk", case, views.DESK, reason="something new")
    assert mail.subject != other.subject
    assert LINK in mail.text


def test_a_returned_case_comes_with_its_reason_and_the_next_agency() -> None:
    mail = MAILS["desk returned"]
    assert "Sở Xây dựng tỉnh Đồng Tháp trả lại hồ sơ" in mail.text
    assert "Đường này do Ủy ban nhân dân phường quản lý." in mail.text
    assert "Đơn vị được đề xuất: Ủy ban nhân dân phường Sa Đéc." in mail.text


@pytest.mark.parametrize("reason", [*mail_office.DESK_REASONS, "unheard of"])
def test_a_denunciation_is_in_no_mail_whatever_the_reason(reason: str) -> None:
    case = make_case("Tôi tố cáo cán bộ Nam", kind=Kind.DENUNCIATION, place="nhà cán bộ Nam", topic=None)
    mail = written("desk", case, views.DESK, reason=reason, said="cán bộ Nam", note="cán bộ Nam")
    for part in (mail.subject, mail.text, mail.html):
        assert "cán bộ Nam" not in part


def test_an_answer_tells_how_to_rate_and_how_to_disagree() -> None:
    text = MAILS["answer"].text
    assert "3 – hài lòng" in text
    assert "trước 09:00 thứ Sáu 13/03/2026" in text


def test_an_answer_tells_of_the_files_the_agency_sent_with_it() -> None:
    def mail(by: Actor) -> str:
        file = {"attachment": "a/1.jpg", "type": "image/jpeg", "bytes": 1000}
        sent = accepted().act("attach", actor=by, at=at(3, 9), by="so_xay_dung", data=file)
        done = sent.act("answer", actor=Actor.AGENCY, at=at(4, 9), note="Đã xong.", answered_at=at(4, 9))
        return written("answer", done, views.CITIZEN, answer="Đã xong.").text

    assert "Đơn vị gửi kèm 1 tệp; xem tại trang hồ sơ." in mail(Actor.AGENCY)
    assert "gửi kèm" not in mail(Actor.CITIZEN)


def test_the_mail_names_who_answers_even_when_an_agency_has_the_case() -> None:
    by_desk = accepted().act("answer", actor=Actor.DESK, at=at(4, 9), note="Đã xong.", answered_at=at(4, 9))
    assert "Tổng đài trả lời hồ sơ" in written("answer", by_desk, views.CITIZEN, answer="Đã xong.").text
    assert "Sở Xây dựng tỉnh Đồng Tháp trả lời hồ sơ" in MAILS["answer"].text


def test_a_desk_answer_names_the_hotline() -> None:
    case = make_case().act("answer", actor=Actor.DESK, at=at(2, 9), note="Mời đến.", answered_at=at(2, 9))
    assert "Tổng đài trả lời hồ sơ" in written("answer", case, views.CITIZEN, answer="Mời đến.").text


def test_an_emergency_gets_the_numbers_first() -> None:
    text = MAILS["acknowledgement urgent"].text
    assert text.index("113 (Công an)") < text.index("482 177 306")


def test_a_digest_lists_each_case_with_its_link() -> None:
    mail = MAILS["digest"]
    assert mail.subject.endswith("0 quá hạn, 2 đến hạn, 0 mới")
    assert mail.text.count(LINK) == 2


def test_a_long_digest_is_cut_and_says_how_many_more() -> None:
    line = {**view(assigned()), "link": LINK}
    mail = render.mail(
        "digest",
        language="vi",
        directory=make_directory(),
        agency="Sở Xây dựng",
        day=at(9, 7, 30),
        late=[line] * 45,
        due_today=[],
        new=[],
    )
    assert mail.text.count(LINK) == 40
    assert "và 5 hồ sơ khác." in mail.text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_shown_as_text(hostile: str) -> None:
    for name, mail in mails(text=hostile).items():
        mail.text.encode()
        reader = Reader(mail.html)
        assert not reader.open, name
        assert not reader.events, name
        assert not {"script", "img"} & set(reader.tags), name
        for control in "\x00\x1b\u202e\u200f":
            assert control not in mail.html + mail.text + mail.subject, name


def test_a_subject_is_one_line_even_when_a_province_writes_two() -> None:
    directory = make_directory(names={"vi": "Đồng\r\nBcc: x@y.example\r\nTháp"})
    mail = render.mail(
        "acknowledgement", language="vi", directory=directory, case=view(assigned(), views.CITIZEN), link=""
    )
    assert not re.search(r"[\r\n]", mail.subject)


def test_every_message_the_use_cases_queue_by_mail_can_be_written() -> None:
    """What `notices` may name as a purpose of a mail has a letter."""
    assert {"assignment", "desk", "office"} <= set(render.MAILS)
    source = "\n".join(path.read_text("utf-8") for path in _usecases())
    to_agencies = set(re.findall(r"to_agency\(\s*\w+,\s*\"(\w+)\"", source))
    to_citizens = set(re.findall(r"to_citizen\(\s*\w+,\s*\"(\w+)\"", source))
    reasons = set(re.findall(r"to_desk\(\s*\w+,\s*\"(\w+)\"", source))
    assert to_agencies >= {"reminder", "withdrawn"}
    assert to_citizens >= {"answer", "declined"}
    assert to_agencies | to_citizens <= set(render.MAILS)
    assert reasons <= set(mail_office.DESK_REASONS)


def _usecases() -> list[Path]:
    return list(Path(notices.__file__).parent.glob("*.py"))


def test_no_line_of_a_list_ends_in_an_empty_bracket() -> None:
    late, asked = at(9, 7, 30), by_agency(accepted(), "ask", at(3, 9), "Ở đâu?")
    done = by_agency(accepted(), "answer", at(4, 9), "Đã vá.", answered_at=at(4, 9))
    lists = {
        name: [{**view(case, now=late), "link": LINK} for case in (asked, done, accepted())]
        for name in ("late", "due_today", "new")
    }
    mail = render.mail(
        "digest", language="vi", directory=make_directory(), agency="Sở Xây dựng", day=late, **lists
    )
    assert mail.text.count("Hạn trả lời: ") == 9 and "()" not in mail.text
    assert "(còn" in mail.text or "(hôm nay" in mail.text


def test_the_desk_reads_which_system_filed_a_case_and_an_agency_does_not() -> None:
    case = make_case(channel="open311", data={"client": "Cổng phản ánh", "external_id": "A-17"})

    def desk(audience: str) -> str:
        seen = view(case, audience)
        return render.mail(
            "desk", language="vi", directory=make_directory(), case=seen, link=LINK, reason="unrouted"
        ).text

    assert "Cổng phản ánh – A-17" in desk(views.DESK)
    assert "Cổng phản ánh" not in str(view(case))
