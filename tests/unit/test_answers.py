"""Published answers found by words as people type them, and proposed only where they fit."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from chalicelib.domain import answers
from chalicelib.domain.answer_index import index_of
from chalicelib.domain.directory import StandardAnswer
from packs.reading import read_directory

TODAY = date(2026, 3, 2)


@cache
def pack(slug="dong-thap"):
    return read_directory(slug)


def found(words, **asked):
    directory = asked.pop("directory", None) or pack()
    return [answer.code for answer in answers.search(directory, words, on=TODAY, **asked)]


SEARCHES = [
    # words, the first answer
    ("giay khai sinh", "khai_sinh"),
    ("GIẤY KHAI SINH", "khai_sinh"),
    ("sinh khai giay", "khai_sinh"),
    ("giay khia sinh", "khai_sinh"),  # two letters changed places
    ("đăng ký khai sin", "khai_sinh"),  # still typing
    ("lam lai cccd", "can_cuoc"),
    ("chứng minh nhân dân hết hạn đổi ở đâu", "can_cuoc"),
    ("mat the bhyt", "the_bao_hiem_y_te"),
    ("nop ho so qua mang", "nop_truc_tuyen"),
    ("tra ket qua ve nha", "tra_ket_qua_buu_chinh"),
    ("bang lai xe", "giay_phep_lai_xe"),
    ("lam so do", "so_do"),
    ("cup dien", "mat_dien"),
    ("thu bay bo phan mot cua co lam viec ko", "mot_cua_ngoai_gio"),
    ("sạt lở bờ sông", "mua_lu"),
    ("HOI 105", "giay_to_dia_chi_cu"),
    ("105", "giay_to_dia_chi_cu"),
]


@pytest.mark.parametrize(("words", "first"), SEARCHES, ids=[words for words, _ in SEARCHES])
def test_an_answer_is_found_by_the_words_people_type(words, first):
    assert found(words)[0] == first


@pytest.mark.parametrize(
    "words",
    [
        "qwerty zxcv",
        "làm sao",
        "?",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "=1",
        "x" * 200,
        "999",
        "\x00\ud800",
        "karaoke",
        "le phi truoc ba xe may",
        "gia dien",
    ],
    ids=ascii,
)
def test_what_no_answer_is_about_finds_nothing(words):
    assert found(words) == []


def test_no_words_give_every_answer_of_the_day_in_the_order_of_their_numbers():
    numbers = [answer.number for answer in answers.search(pack(), "", on=TODAY)]
    assert numbers == sorted(numbers)
    assert 110 not in numbers  # support of 2020
    assert len(numbers) == len(pack().answers) - 1


def test_a_field_leaves_only_its_own_answers():
    assert found("", service="giao_thong") == ["giay_phep_lai_xe", "phan_anh_duong_hu"]
    assert found("khai sinh", service="giao_thong") == []


def test_an_answer_that_has_ended_is_not_found_by_words_or_number_but_its_page_stands():
    assert "ho_tro_covid_2020" not in found("hỗ trợ theo Quyết định 15/2020/QĐ-TTg")
    assert found("HOI 110") == []
    assert answers.by_name(pack(), "110") == answers.by_name(pack(), "ho_tro_covid_2020") is not None


def test_marks_tell_words_apart_where_the_reader_types_them():
    fish, paid = (
        StandardAnswer(code, "khac", {"vi": question}, {"vi": "Xã."}, number=number)
        for code, number, question in (("ca_tra", 101, "Nuôi cá tra?"), ("tra_tien", 102, "Trả tiền phạt?"))
    )
    directory = replace(pack(), answers=(fish, paid))
    assert found("trả", directory=directory) == ["tra_tien", "ca_tra"]
    assert found("tra", directory=directory) == ["ca_tra", "tra_tien"]


def test_english_is_searched_with_vietnamese_beside_it():
    assert found("lost health insurance card", language="en")[0] == "the_bao_hiem_y_te"
    assert found("can cuoc", language="en")[0] == "can_cuoc"


def test_the_same_search_gives_the_same_order_and_a_limit_cuts_it():
    every = found("nộp hồ sơ")
    assert found("nộp hồ sơ") == every and len(every) > 3
    assert found("nộp hồ sơ", limit=3) == every[:3]


def test_the_index_is_made_once_for_a_published_version_and_only_when_words_are_searched():
    directory = replace(pack(), version="1")
    found("", directory=directory)
    found("HOI 105", directory=directory)
    assert "_answer_index" not in directory.__dict__
    found("khai sinh", directory=directory)
    first = index_of(directory, "vi")
    found("căn cước", directory=directory)
    assert index_of(directory, "vi") is first
    assert index_of(replace(pack(), version="2"), "vi") is not first


def test_a_search_among_a_thousand_looks_at_what_holds_its_words_only():
    """A time would depend on the machine (bench/answer_search.py tells it); what is looked at does not."""
    answers_told = tuple(
        StandardAnswer(
            f"cau_{number}", "khac", {"vi": f"Việc {number}?"}, {"vi": "Xã."}, number=1000 + number
        )
        for number in range(1000)
    )
    directory = replace(pack(), answers=answers_told)
    index = index_of(directory, "vi")
    assert len(index.postings["7"]) == 1 and len(index.postings["viec"]) == 1000
    assert found("việc 7", directory=directory)[0] == "cau_7"


def test_a_pack_without_a_lexicon_is_searched_all_the_same():
    directory = replace(pack(), lexicon={})
    assert found("dang ky khai sinh", directory=directory)[0] == "khai_sinh"


def test_an_answer_of_a_version_before_numbers_is_found_by_its_words_and_code():
    directory = replace(pack(), answers=tuple(replace(one, number=0) for one in pack().answers))
    assert found("giay khai sinh", directory=directory)[0] == "khai_sinh"
    assert answers.by_number(directory, 0) is None
    assert answers.by_name(directory, "khai_sinh") is not None


def proposed(text, service=None):
    return [answer.code for answer in answers.suggest(pack(), text, service=service, on=TODAY)]


PROPOSED = [
    ("Cho hỏi làm giấy khai sinh cho con ở đâu, phường Cao Lãnh", "hanh_chinh", "khai_sinh"),
    ("cccd het han roi minh dau lam", "an_ninh", "can_cuoc"),
    ("cho hoi mat so hong thi lam lai o dau", "dat_dai", "so_do"),
    ("mất thẻ bảo hiểm y tế rồi đi khám sao", "lao_dong_xa_hoi", "the_bao_hiem_y_te"),
    ("mat dien tu trua o ap 3", "dien", "mat_dien"),
    ("bo song sat lo sap toi nha", "nong_nghiep", "mua_lu"),
    ("nop ho so qua mang ma bao loi", None, "nop_truc_tuyen"),
]


@pytest.mark.parametrize(("text", "service", "code"), PROPOSED, ids=[text for text, _, _ in PROPOSED])
def test_an_answer_is_proposed_for_a_text_about_its_question(text, service, code):
    assert proposed(text, service)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "den duong truoc nha khong sang 3 dem roi",
        "phan anh cua toi toi dau roi",
        "goi hoai khong ai nghe may",
        "quan nhau hat karaoke on ao suot dem",
        "hang thang nop tien rac ma khong ai lay rac",
        "ho so dat nop 4 thang chua xong",
        "nhan vien mot cua noi chuyen coc loc voi dan",
        "",
        "alo",
        "k",
    ],
)
def test_nothing_is_proposed_for_a_text_that_only_shares_everyday_words(text):
    assert proposed(text) == []


def test_an_answer_of_another_field_is_not_proposed():
    assert proposed("tru dien nghieng so do trung nguoi", "dien") == []


def test_at_most_as_many_are_proposed_as_asked_for():
    text = "mất căn cước, mất bằng lái xe, mất sổ đỏ, mất thẻ bảo hiểm y tế, làm lại khai sinh cho con"
    every = answers.suggest(pack(), text, on=TODAY, limit=9)
    assert len(every) > 3
    assert answers.suggest(pack(), text, on=TODAY) == every[:3]
