"""Text comes in one form, folds for matching, and goes out plain."""

from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.domain.text import MAX_CHARACTERS, fold, has_marks, normalise, unaccent

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=200)
"""Any code points at all, lone surrogates included."""
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"


MOST_BYTES = 64 * 1024
"""The longest body taken; each of these took seconds, or would where a rule goes back over what it has seen."""


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(" " * MOST_BYTES, id="spaces"),
        pytest.param("a" + " " * MOST_BYTES + "b", id="spaces between"),
        pytest.param(" \n" * (MOST_BYTES // 2), id="empty lines"),
        pytest.param(("\n" + " " * 255) * (MOST_BYTES // 256) + "a", id="blank lines"),
        pytest.param("\t" * MOST_BYTES, id="tabs"),
        pytest.param("a" + "\u0323\u0302" * (MOST_BYTES // 4), id="marks out of order"),
        pytest.param(
            "a" + "\u0302" * (MOST_BYTES // 4) + "\u0323" * (MOST_BYTES // 4), id="marks upside down"
        ),
    ],
)
def test_the_longest_body_is_cleaned_at_once_whatever_is_in_it(sent):
    normalise("warm")
    started = process_time()
    normalise(sent)
    assert process_time() - started < 1, "0.01 s is usual"


@pytest.mark.parametrize(
    "sent, kept",
    [
        pytest.param("Ðề nghị", "Đề nghị", id="eth for Đ"),
        pytest.param("đe\u0302\u0300n", "đền", id="decomposed as a Mac sends it"),
        pytest.param("e\u0323\u0302", "ệ", id="marks in another order"),
        pytest.param("hoà, thuỷ, khoẻ", "hòa, thủy, khỏe", id="tone on the second vowel"),
        pytest.param("HOÀ Hoà", "HÒA Hòa", id="capitals"),
        pytest.param("quý, hoàn, thuỵ", "quý, hoàn, thụy", id="qu and closed syllables stay"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="newlines of Windows and old Macs"),
        pytest.param("a\x00b\x07c", "abc", id="NUL and bell"),
        pytest.param("a\u202eb\u200bc\ufeff", "abc", id="direction and zero-width marks"),
        pytest.param("a\ud800b", "a\ufffdb", id="half of an emoji"),
        pytest.param("\xa0 1\u20092\t3 ", "1 2 3", id="odd spaces"),
        pytest.param("ngập 🌊", "ngập 🌊", id="emoji stay"),
        pytest.param("a\u0336b\u0336", "ab", id="strike-through"),
        pytest.param("mất\xadnước", "mấtnước", id="soft hyphen in clean text"),
        pytest.param("®\xadêng", "®\xadêng", id="soft hyphen is ư in an old font"),
    ],
)
def test_normalise(sent, kept):
    assert normalise(sent) == kept


@given(ANY_TEXT)
@example("A\u0338\u0301")
@example("oà\u0301")
@example("o\u200bà")
@example("Ða\u0300")
def test_normalise_takes_any_text_and_settles_at_once(text):
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")
    assert "\x00" not in once and "\r" not in once


def test_normalise_keeps_what_storage_accepts():
    assert len(normalise("ắ" * 50_000)) == MAX_CHARACTERS


@given(st.text(st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + " .,0123456789"), max_size=80))
def test_fold_gives_lower_case_ascii_place_by_place(text):
    text = normalise(text)
    folded = fold(text)
    assert folded.isascii() and folded == folded.lower() and len(folded) == len(text)
    assert fold(folded) == folded


@given(ANY_TEXT)
def test_positions_in_the_folded_text_are_positions_in_the_text(text):
    text = normalise(text)
    assert len(fold(text)) == len(text)


def test_marks_are_noticed():
    assert has_marks("đuong") and has_marks("Ngập") and not has_marks("ngap 🌊")


@pytest.mark.parametrize(
    "written, plain",
    [
        ("Đã chuyển UBND phường Sa Đéc", "Da chuyen UBND phuong Sa Dec"),
        ("“Hố ga” – cống… ‘vỡ’", "\"Ho ga\" - cong... 'vo'"),
        ("50 m² × 2, 30°C, 1.000₫", "50 m2 x 2, 30 doC, 1.000d"),
        ("Cảm ơn 🙏 bạn", "Cam on  ban"),
        ("見る", "??"),
        ("`code`", "'code'"),
    ],
)
def test_unaccent_for_an_outgoing_sms(written, plain):
    assert unaccent(written) == plain


@settings(max_examples=60)
@given(ANY_TEXT)
def test_unaccented_text_always_fits_gsm(text):
    from chalicelib.domain.sms import GSM7, encoding_of

    assert encoding_of(unaccent(text)) == GSM7
