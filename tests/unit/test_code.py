"""The case code: typed on a keypad, read aloud, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.code import DIGITS, find_codes, is_valid_code, new_code, spell_code

NUMBERS = st.integers(0, 10**8 - 1)


def code_of(number: int) -> str:
    return new_code(lambda below: number)


@given(NUMBERS)
def test_a_code_is_nine_digits_and_valid(number):
    code = code_of(number)
    assert len(code) == DIGITS and code.isdigit() and is_valid_code(code)


@given(NUMBERS, st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_one_wrong_digit_is_caught(number, place, off):
    code = code_of(number)
    wrong = str((int(code[place]) + off) % 10)
    assert not is_valid_code(code[:place] + wrong + code[place + 1 :])


@given(NUMBERS, st.integers(0, DIGITS - 2))
def test_two_neighbours_swapped_are_caught(number, place):
    code = code_of(number)
    first, second = code[place], code[place + 1]
    if first != second:
        assert not is_valid_code(code[:place] + second + first + code[place + 2 :])


def test_the_random_number_is_asked_for_once_and_in_full():
    asked = []
    new_code(lambda below: asked.append(below) or 7)
    assert asked == [10**8]


@pytest.mark.parametrize("text", ["", "48217730", "4821773060", "48217730a", "٤٨٢١٧٧٣٠٦", "482 177 306"])
def test_what_is_not_nine_plain_digits_is_no_code(text):
    assert not is_valid_code(text)


@given(NUMBERS)
def test_a_code_is_found_as_it_is_spelled(number):
    code = code_of(number)
    assert find_codes(f"Tra cuu {spell_code(code)} giup toi") == (code,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("482177306", ("482177306",), id="bare"),
        pytest.param("482-177-306", ("482177306",), id="with hyphens"),
        pytest.param("482.177.306", ("482177306",), id="with dots"),
        pytest.param("ma 482177306, ma 000000000", ("482177306", "000000000"), id="two"),
        pytest.param("goi 0900000123", (), id="a phone number is none"),
        pytest.param("0482177306", (), id="ten digits are none"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_codes_in_a_text(text, found):
    assert find_codes(text) == found
