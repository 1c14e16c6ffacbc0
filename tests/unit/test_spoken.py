"""What a speech engine is given, as a listener would want to hear it."""

import pytest

from chalicelib.domain.spoken import spoken, spoken_seconds
from chalicelib.texts import templates

TABLE = [
    # as written                                    vi                                                    en
    ("17:00 09/03", "17 giờ ngày 9 tháng 3", "5 p.m. on 9 March"),
    ("07:30", "7 giờ 30", "7:30 a.m."),
    ("00:05", "0 giờ 5", "12:05 a.m."),
    ("12:00", "12 giờ", "12 p.m."),
    ("24:00", "24 giờ", "12 a.m."),
    ("09/03/2026", "ngày 9 tháng 3 năm 2026", "on 9 March 2026"),
    ("ngày 09/03/2026", "ngày 9 tháng 3 năm 2026", None),
    ("on 09/03/2026", None, "on 9 March 2026"),
    ("16:50 thứ Sáu 13/02/2026", "16 giờ 50 thứ Sáu ngày 13 tháng 2 năm 2026", None),
    ("07:30–11:30, 13:30-17:00", "7 giờ 30 đến 11 giờ 30, 13 giờ 30 đến 17 giờ", None),
    ("07:30–11:30", None, "7:30 a.m. to 11:30 a.m."),
    ("thứ Hai–thứ Sáu", "thứ Hai đến thứ Sáu", None),
    ("0900000628", "0 9 0 0, 0 0 0, 6 2 8", "0 9 0 0, 0 0 0, 6 2 8"),
    ("0900 000 628", "0 9 0 0, 0 0 0, 6 2 8", None),
    ("+84900000628", "0 9 0 0, 0 0 0, 6 2 8", None),
    ("0277 1022", "0 2 7 7, 1 0 2 2", None),
    ("1900 1234", "1 9 0 0, 1 2 3 4", None),
    ("gọi 113, 114 hoặc 115", "gọi 1 1 3, 1 1 4 hoặc 1 1 5", None),
    ("Tổng đài 1022.", "Tổng đài 1 0 2 2.", None),
    ("1.200.000 đồng", "1200000 đồng", None),
    ("xã/phường", "xã, phường", None),
    ("UBND phường Sa Đéc", "Ủy ban nhân dân phường Sa Đéc", None),
    ("dichvucong.gov.vn", "dichvucong chấm gov chấm vn", "dichvucong dot gov dot vn"),
    # stays as it is
    ("4 8 2, 1 7 7, 3 0 6", "4 8 2, 1 7 7, 3 0 6", "4 8 2, 1 7 7, 3 0 6"),
    ("Nghị định 118/2025/NĐ-CP", "Nghị định 118/2025/NĐ-CP", None),
    ("số 45 đường 30 tháng 4", "số 45 đường 30 tháng 4", None),
    ("hẻm 11/2", "hẻm 11/2", None),
    ("102 xã, phường", "102 xã, phường", None),
    ("bấm phím 0", "bấm phím 0", None),
    ("31/13", "31/13", "31/13"),
]
ROWS = [
    pytest.param(written, language, said, id=f"{written} ({language})")
    for written, *both in TABLE
    for language, said in zip(("vi", "en"), both, strict=True)
    if said is not None
]


@pytest.mark.parametrize(("written", "language", "said"), ROWS)
def test_times_days_and_numbers_are_written_as_they_are_said(written, language, said):
    assert spoken(written, language) == said
    assert spoken(said, language) == said  # what is speakable stays so


def test_the_length_of_a_sentence_follows_its_words_and_numbers():
    assert spoken_seconds("") == 0
    assert 1 < spoken_seconds("Xin lỗi, tôi chưa nghe rõ.") < 3
    assert spoken_seconds("0900000628") > spoken_seconds("một số")
    assert spoken_seconds("one two three four five six", "en") > spoken_seconds("một hai ba bốn năm sáu")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sentence_of_a_call_is_short_enough_to_be_listened_to(language):
    long = {
        key: round(spoken_seconds(sentence, language))
        for key, sentence in templates(language).items()
        if key.startswith("voice.") and spoken_seconds(sentence, language) > 15
    }
    assert long == {}
