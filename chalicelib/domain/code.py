"""Case codes: eight random digits and a check digit, typed on a keypad and read aloud (docs/design.md §3)."""

from __future__ import annotations

import re
from collections.abc import Callable

DIGITS = 9

_SEPARATED = re.compile(r"(?<!\d)(?:\d[ .\-]?){8}\d(?!\d)")


def new_code(below: Callable[[int], int]) -> str:
    """
    Return a fresh code.

    Args:
        below: Gives a random whole number in [0, n); `secrets.randbelow` outside tests.
    """
    from stdnum import damm  # 30 ms that a page or a job need not wait for

    number = f"{below(10**8):08d}"
    return number + str(damm.calc_check_digit(number))


def is_valid_code(code: str) -> bool:
    """Whether *code* is nine digits whose check digit is right; says nothing about whether a case exists."""
    from stdnum import damm

    return len(code) == DIGITS and code.isascii() and code.isdigit() and bool(damm.is_valid(code))


def spell_code(code: str) -> str:
    """Return the code in groups of three, as people read it: `482 177 306`."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


def find_codes(text: str) -> tuple[str, ...]:
    """Return what looks like codes in a text, digits only, in order; the check digit is not looked at."""
    return tuple(re.sub(r"\D", "", match.group()) for match in _SEPARATED.finditer(text))
