"""An answer heard by its number, as the page of the answer tells callers."""

import pytest

from chalicelib.domain.ivr import NUMBER_KEY, Tree, tree_of
from chalicelib.domain.script import HangUp, Listen
from tests.hotline import Hotline, province
from tests.telephone import Telephone


def keyed(call, *keys):
    """Press keys one after the other; returns what is said last."""
    for one in keys:
        said = call.did("keys", keys=one)
    return said


@pytest.fixture
def call():
    return Telephone(Hotline())


def test_a_caller_hears_the_answer_whose_number_they_key(call):
    assert f"Có mã câu hỏi, bấm phím {NUMBER_KEY}." in keyed(call, "4")
    assert "rồi bấm phím thăng" in keyed(call, NUMBER_KEY)
    assert isinstance(call.last, Listen) and call.last.keys == 0  # as many as come, ended by #
    assert "còn thời hạn thì tiếp tục dùng" in keyed(call, "105")
    assert call.line.cases == []
    call.did("silence")
    assert isinstance(call.last, HangUp)
    told = call.line.case()
    assert (told.text, told.service) == ("Giấy tờ ghi tên huyện, xã cũ có phải đổi không?", "hanh_chinh")


def test_an_english_caller_hears_it_in_english(call):
    assert "Papers issued before" in keyed(call, "9", "4", NUMBER_KEY, "105")


@pytest.mark.parametrize("number", ["999", "110", "12", "482177306", "0000"])
def test_a_number_without_an_answer_of_today_is_asked_for_once_more_then_a_person_takes_over(call, number):
    said = keyed(call, "4", NUMBER_KEY, number)
    assert f"Không có câu hỏi mã {' '.join(number)}." in said and "rồi bấm phím thăng" in said
    keyed(call, number)
    assert call.state.step.startswith("person.")


def test_star_leads_back_to_the_list_and_0_to_a_person(call):
    assert "Các câu hỏi thường gặp" in keyed(call, "4", NUMBER_KEY, "*")
    keyed(call, NUMBER_KEY, "0")
    assert call.state.step.startswith("person.")


def test_silence_after_an_answer_was_heard_ends_the_call(call):
    keyed(call, "4", NUMBER_KEY, "105")
    call.line.later(seconds=60)
    keyed(call, "1", NUMBER_KEY)
    call.did("silence")
    assert isinstance(call.last, HangUp)
    assert len(call.line.cases) == 1


@pytest.mark.parametrize(("language", "keys"), [("vi", ("4",)), ("en", ("9", "4"))])
def test_the_keys_printed_on_a_page_lead_to_the_answers(language, keys):
    assert tree_of(province()).keys_to("listen", language) == keys


def test_a_menu_without_answers_or_english_has_no_keys_to_print():
    steps = {"menu": {"say": {"vi": "…"}, "keys": {"0": "person"}}, "person": {"do": "person"}}
    tree = Tree.from_data({"first": "menu", "steps": steps})
    assert tree.keys_to("listen", "vi") == tree.keys_to("listen", "en") == ()
