"""`HOI 105`: what a citizen reads on the phone."""

from dataclasses import replace

import pytest

from chalicelib.domain.answers import by_number
from chalicelib.domain.dialogue import Decision
from chalicelib.domain.sms import segments
from chalicelib.domain.text import GSM_BASIC
from chalicelib.usecases.read_answer import MOST_SEGMENTS, MOST_SEGMENTS_OF_SEVERAL, answer, settled
from tests.hotline import province
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")


def texted(text, slug="dong-thap", directory=None):
    return answer(text, directory=directory or province(slug), now=NOW)


def test_the_answer_comes_with_its_source_and_its_page():
    assert texted("HOI 125") == (
        "Nhan TRA CUU va ma ho so 9 so den 1022, hoac nhap ma tren trang web. Chua dong y voi cau tra loi, nhan MO LAI "
        "va ma. Can cu: Tong dai 1022. Xem: 1022.dong-thap.example/answers/125"
    )


@pytest.mark.parametrize("slug", ["dong-thap", "dong-nai"])
@pytest.mark.parametrize("command", ["HOI", "ASK"])
def test_every_answer_fits_three_segments_without_marks_and_names_its_page(slug, command):
    for one in province(slug).answers:
        reply = texted(f"{command} {one.number}", slug)
        assert segments(reply).segments <= MOST_SEGMENTS and set(reply) <= GSM_BASIC | set("[]{}")
        ended = one.valid.ends_on is not None
        assert reply.endswith(f"/answers/{one.number}") is not ended


def longer(words):
    """Answer 105 with other words."""
    directory = province()
    known = by_number(directory, 105)
    answers = [replace(known, answer={"vi": words}) if one is known else one for one in directory.answers]
    return replace(directory, answers=tuple(answers))


def test_a_long_answer_ends_with_a_sentence_and_leads_to_its_page():
    reply = texted("HOI 105", directory=longer("Câu này dài năm mươi ký tự, để đếm cho thật dễ đó. " * 20))
    assert segments(reply).segments == MOST_SEGMENTS
    assert reply.endswith("that de do. Xem: 1022.dong-thap.example/answers/105")


def test_a_sentence_without_end_is_cut_at_a_word():
    reply = texted("HOI 105", directory=longer("rất dài " * 300))
    assert segments(reply).segments == MOST_SEGMENTS
    assert reply.endswith(" ... Xem: 1022.dong-thap.example/answers/105") and "rat dai" in reply


def test_one_word_that_never_ends_leaves_the_page():
    assert texted("HOI 105", directory=longer("x" * 2000)) == "... Xem: 1022.dong-thap.example/answers/105"


@pytest.mark.parametrize("number", ["999", "110", "0000"])
def test_a_number_without_an_answer_of_today_says_how_to_search_in_one_segment(number):
    reply = texted(f"HOI {number}")
    assert reply.startswith(
        f"1022 khong co cau hoi ma {number}. Tim: 1022.dong-thap.example/answers hoac nhan"
    )
    assert segments(reply).segments == 1


def test_words_that_one_answer_fits_bring_it():
    assert texted("HOI dang ky ket hon") == texted("HOI 128")
    assert texted("ASK identity card") == texted("ASK 106")


def test_words_that_several_answers_fit_bring_their_questions_and_numbers_in_two_segments():
    reply = texted("HOI mat can cuoc va bang lai xe")
    assert reply.startswith("HOI 1") and "HOI 106: Khi nao phai doi the can cuoc" in reply
    assert "HOI 107: Doi giay phep lai xe" in reply
    assert segments(reply).segments <= MOST_SEGMENTS_OF_SEVERAL


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("HOI lam lai cccd", "published"),
        ("HOI thu bay mot cua co lam viec ko", "published"),
        ("HOI le phi truoc ba xe may", "new_matter"),
        ("HOI gia vang hom nay", "new_matter"),
        ("HOI dang ky xe may", "new_matter"),
    ],
)
def test_words_are_answered_only_where_an_answer_clearly_fits(words, what):
    asked = Decision("asked", text=words, otherwise=Decision("new_matter", text=words))
    assert settled(asked, directory=province(), now=NOW).what == what


def test_english_is_asked_for_in_english():
    assert texted("ASK 105").startswith("No. Papers issued before")
    assert "has no answer with code 999" in texted("Ask 999")


def test_an_answer_without_english_is_told_in_vietnamese():
    assert "Khong bat buoc." in texted("ASK 105", directory=longer("Không bắt buộc."))
