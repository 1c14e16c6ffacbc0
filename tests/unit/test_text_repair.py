"""Keystrokes and old fonts are turned into Vietnamese, and other words are left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.legacy_text import from_telex, from_vni_keys
from chalicelib.domain.syllable import is_syllable, is_unmarked_syllable
from chalicelib.domain.text import normalise, repair


@pytest.mark.parametrize(
    "sent, meant",
    [
        pytest.param("ddefn dduwowngf hu", "đèn đường hu", id="Telex"),
        pytest.param(
            "nuwowcs cups tuwf sangs", "nước cúp từ sáng", id="one sure word lets the others follow"
        ),
        pytest.param("MAATS NUWOWCS", "MẤT NƯỚC", id="Telex in capitals"),
        pytest.param("Dduwowngf ngaapj", "Đường ngập", id="Telex, capital first"),
        pytest.param("d9e2n d9u7o72ng hu7", "đèn đường hư", id="VNI keys"),
        pytest.param("nu7o71c nga65p to4 kp11", "nước ngập to4 kp11", id="VNI keys beside a house group"),
        pytest.param("§Ìn ®­êng tr­íc chî kh«ng s¸ng", "Đèn đường trước chợ không sáng", id="TCVN3"),
        pytest.param("R¸c ®æ ®Çy kªnh, h«i thèi", "Rác đổ đầy kênh, hôi thối", id="TCVN3 with commas"),
        pytest.param(
            "Ñeøn ñöôøng hö caû tuaàn, khoâng ai söûa", "Đèn đường hư cả tuần, không ai sửa", id="VNI font"
        ),
        pytest.param("NÖÔÙC NGAÄP", "NƯỚC NGẬP", id="VNI font, capitals"),
    ],
)
def test_broken_vietnamese_is_mended(sent, meant):
    assert repair(normalise(sent)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "test",
        "box aids gas max fix bus taxi wifi",
        "see too door beer keep",
        "xe 60A-12345 bien so 66b2 tong nguoi",
        "to4 kp11 p1 q9 ap5 so6",
        "QL20, DT741, km12, 1tr5, 60k, h5n1, covid19",
        "There is a deep hole on the road near the school, please fix it soon",
        "hoá đơn tiền điện, toà nhà, thuý",
        "café, résumé, naïve",
        "giá 5¢, 10°C, © 2024",
        "mat nuoc hai ngay roi, xe hu, den tat, cong nghet",
        "Đường hư quá, xe ben chạy suốt ngày. Kính mong xử lý!",
        "facebook zalo viettel vnpt mobifone fpt app",
    ],
)
def test_other_words_survive(text):
    assert repair(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "word", "đường nghiêng khuya quýt giếng gì giặt xoong khuếch nguyễn ngoéo yêu uống quốc".split()
)
def test_syllables_of_the_language(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["tést", "bõx", "đeng1", "ngiêng", "cê", "kan", "bac", "mât", "kh", "nghan"])
def test_what_is_no_syllable(word):
    assert not is_syllable(word)


def test_unmarked_syllables():
    assert (
        is_unmarked_syllable("nguoi") and is_unmarked_syllable("gi") and not is_unmarked_syllable("dduwowngf")
    )


TELEX = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
SYLLABLES = "đường nước sửa hỏng nghẽn khuyết chuyển người rác thối ngập điện trường phường giữa được hẻm quẹo".split()


@pytest.mark.parametrize("syllable", SYLLABLES)
def test_what_telex_types_it_also_reads(syllable):
    import unicodedata

    keys, tone = "", ""
    for character in unicodedata.normalize("NFC", syllable):
        parts = unicodedata.normalize("NFD", character)
        mark = next((part for part in parts if part in TONES), "")
        tone = TONES.get(mark, tone)
        letter = unicodedata.normalize("NFC", parts.replace(mark, "")) if mark else character
        keys += TELEX.get(letter, letter)
    assert from_telex(keys + tone) == syllable


def test_vni_keys_leave_no_stray_digit():
    assert from_vni_keys("truo7ng2") == "trường"
    assert from_vni_keys("a12345") is None


@settings(max_examples=80)
@given(st.text(st.characters(codec=None, categories=None), max_size=120))
def test_repair_takes_any_text(text):
    repair(normalise(text))


@settings(max_examples=80)
@given(
    st.lists(st.sampled_from("ddeens w aa oo 1 2 9 d a e u ng s ø ù ® ­ § Ñ".split()), max_size=60).map(
        "".join
    )
)
def test_repair_takes_heaps_of_signs(text):
    repair(normalise(text))
