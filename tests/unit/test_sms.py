"""Parts of an SMS are counted as the network counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.sms import GSM7, UCS2, SegmentCount, segments, split


@pytest.mark.parametrize(
    "text, count",
    [
        pytest.param("", SegmentCount(GSM7, 0, 0), id="nothing"),
        pytest.param("a" * 160, SegmentCount(GSM7, 160, 1), id="one full part"),
        pytest.param("a" * 161, SegmentCount(GSM7, 161, 2), id="one septet more"),
        pytest.param("a" * 306, SegmentCount(GSM7, 306, 2), id="two full parts"),
        pytest.param("a" * 307, SegmentCount(GSM7, 307, 3), id="and one more"),
        pytest.param("€" * 80, SegmentCount(GSM7, 160, 1), id="extension characters cost two"),
        pytest.param(
            "a" * 152 + "{" + "a" * 152, SegmentCount(GSM7, 306, 3), id="an escape pair is not split"
        ),
        pytest.param("ắ" * 70, SegmentCount(UCS2, 70, 1), id="accents: 70"),
        pytest.param("ắ" * 71, SegmentCount(UCS2, 71, 2), id="accents: 67 a part"),
        pytest.param("ắ" + "a" * 69, SegmentCount(UCS2, 70, 1), id="one accent changes the whole text"),
        pytest.param("😀" * 35, SegmentCount(UCS2, 70, 1), id="emoji are two units"),
        pytest.param("ắ" * 66 + "😀" + "ắ" * 66, SegmentCount(UCS2, 134, 3), id="an emoji is not split"),
        pytest.param("àéèùìòÇØøÅåΔΩ§", SegmentCount(GSM7, 14, 1), id="accents GSM knows"),
        pytest.param("á", SegmentCount(UCS2, 1, 1), id="á is not among them"),
        pytest.param("`", SegmentCount(UCS2, 1, 1), id="nor the backtick"),
    ],
)
def test_segments(text, count):
    assert segments(text) == count


SMS_TEXT = st.text(st.sampled_from("ab €{}ắđ😀é\n"), max_size=400)


@given(SMS_TEXT)
def test_parts_joined_are_the_text(text):
    parts = split(text)
    assert "".join(parts) == text and len(parts) == segments(text).segments and all(parts)


@given(SMS_TEXT, st.sampled_from("a€ắ😀"))
def test_more_text_never_takes_fewer_parts(text, more):
    assert segments(text + more).segments >= segments(text).segments
